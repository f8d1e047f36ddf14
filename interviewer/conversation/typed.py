"""The same interview at the keyboard, for people who cannot or may not speak."""

from __future__ import annotations

from collections.abc import Callable

from interviewer.conversation.controls import Control
from interviewer.conversation.interview import Interview, Saying
from interviewer.conversation.journal import Journal
from interviewer.domain import Segment, Turn

Ask = Callable[[Saying], str | Control | None]
"""Shows what the interviewer says and returns the typed answer, a control, or None at the end of input."""


class TypedConversation:
    """One session by keyboard. `run` returns when the session is over or the input ends."""

    def __init__(self, interview: Interview, journal: Journal, ask: Ask, now: Callable[[], float]) -> None:
        self._interview = interview
        self._journal = journal
        self._ask = ask
        self._now = now

    def run(self) -> None:
        waiting = self._journal.state.waiting == "candidate"
        saying = self._interview.repeat() if waiting else self._interview.proceed()
        while not saying.last:
            asked_at = self._now()
            reply = self._ask(saying)
            if reply is None:
                return
            saying = self._obey(reply) if isinstance(reply, Control) else self._answer(reply, asked_at)
        self._ask(saying)

    def _answer(self, text: str, asked_at: float) -> Saying:
        text = text.strip()
        if not text:
            return self._interview.say("clarifying")
        now = self._now()
        segment = Segment(text=text, start=asked_at, end=now)
        turn = Turn(segments=(segment,), start=asked_at, end=now, ended_by="typed", engine="keyboard")
        self._interview.answered(turn, None, self._interview.place)
        return self._interview.proceed()

    def _obey(self, control: Control) -> Saying:
        match control.action:
            case "skip":
                return self._interview.skip()
            case "hint":
                return self._interview.hint()
            case "switch" if control.persona is not None:
                return self._interview.switch(control.persona, "command")
            case "end":
                return self._interview.end("key")
            case _:
                return self._interview.repeat()
