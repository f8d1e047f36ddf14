"""What the candidate can ask for with a key, and what a front can show while they speak."""

from __future__ import annotations

from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

Action = Literal["done", "skip", "hint", "repeat", "switch", "pause", "end"]
"""What can be asked for by key or button."""
Phase = Literal["speaking", "listening", "finishing", "thinking", "paused", "over"]


@dataclass(frozen=True)
class Control:
    action: Action | Literal["answer"]
    persona: str | None = None
    because: Literal["key", "spoken", "command"] = "key"
    text: str = ""  # of an answer that was typed in the middle of a spoken interview


class Controls:
    """A queue from any thread (keyboard, browser, demo) to the live loop."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Control] = SimpleQueue()

    def press(self, action: Action, persona: str | None = None) -> None:
        self._queue.put(Control(action, persona))

    def answer(self, text: str) -> None:
        """An answer in writing, from whoever cannot say this one aloud."""
        self._queue.put(Control("answer", text=text))

    def take(self) -> Control | None:
        try:
            return self._queue.get_nowait()
        except Empty:
            return None


@dataclass(frozen=True)
class Live:
    """A moment of the conversation, for captions and meters only; facts are in the journal."""

    phase: Phase
    clock: float
    level: float
    caption: str
    silence: float
    saying: str
    committed: str = ""  # the part of `caption` that will not change any more
