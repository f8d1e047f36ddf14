"""The browser's keyboard: typed answers and buttons, handed to the typed conversation when it asks for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue

from interviewer.conversation.controls import Control


class BrowserKeyboard:
    """`put` is called by the line, `take` by the conversation."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[str | Control | None] = SimpleQueue()

    def put(self, reply: str | Control | None) -> None:
        """An answer, a control, or None when the page is gone for good."""
        self._queue.put(reply)

    def take(self) -> str | Control | None:
        """The next reply, however long it takes."""
        return self._queue.get()


class StoppableClock:
    """Seconds of the session that count: it stands still while the page is away and in a pause."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._before = seconds
        self._since: float | None = None

    @property
    def running(self) -> bool:
        return self._since is not None

    def now(self) -> float:
        return self._before + (self._monotonic() - self._since if self._since is not None else 0.0)

    def run(self) -> None:
        if self._since is None:
            self._since = self._monotonic()

    def stop(self) -> None:
        self._before, self._since = self.now(), None
