"""The one error a user may meet. A bug is any other exception and keeps its traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InterviewerError(Exception):
    """Something the user can mend: `message` says what happened and where we looked, `hint` what mends it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UnknownNameError(InterviewerError):
    """A persona, question, loop or session was named that does not exist; near names are offered."""

    def __init__(self, noun: str, name: str, known: Iterable[str], hint: str) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        offer = f" Did you mean {' or '.join(near)}?" if near else ""
        super().__init__(f"There is no {noun} called '{name}'.{offer}", hint)
        self.name = name
        self.near = near


class EngineError(InterviewerError):
    """An engine could not be loaded or failed while working. `retryable` says whether the same call may succeed."""

    def __init__(self, engine: str, message: str, hint: str = "", *, retryable: bool = False) -> None:
        super().__init__(message, hint)
        self.engine = engine
        self.retryable = retryable
