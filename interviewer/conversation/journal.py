"""Facts as they happen: stored first, then folded, then told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from interviewer.session.events import Event
from interviewer.session.state import SessionState, apply
from interviewer.session.store import SessionStore

Watcher = Callable[[Event], None]


class Facts(Protocol):
    """A list of facts, folded: a session's own, or one that may never come true."""

    @property
    def state(self) -> SessionState: ...

    def record(self, event: Event) -> None: ...


class Journal:
    """The one writer of a session's facts."""

    def __init__(self, store: SessionStore, session: str, state: SessionState | None = None) -> None:
        self.session = session
        self.state = state or SessionState()
        self.watchers: list[Watcher] = []
        self._store = store

    def record(self, event: Event) -> None:
        self._store.append(self.session, event)
        self.state = apply(self.state, event)
        for watcher in self.watchers:
            watcher(event)


class Sketch:
    """Facts that may come true: folded on top of a state, stored nowhere."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self.facts: list[Event] = []

    def record(self, event: Event) -> None:
        self.state = apply(self.state, event)
        self.facts.append(event)
