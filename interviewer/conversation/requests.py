"""Does what the candidate asked for, by key or aloud, instead of answering."""

from __future__ import annotations

from interviewer.conversation.controls import Control
from interviewer.conversation.floor import Floor
from interviewer.conversation.interview import Interview
from interviewer.conversation.replying import Replying
from interviewer.domain import Segment, Turn
from interviewer.session.events import Paused, Unpaused


class Requests:
    def __init__(self, floor: Floor, replying: Replying) -> None:
        self._floor = floor
        self._replying = replying

    def perform(self, control: Control) -> None:
        """Do it; whatever it is, the phase moves on."""
        floor = self._floor
        match control.action:
            case "skip":
                self._replying.think(Interview.skip)
            case "hint":
                self._replying.think(Interview.hint)
            case "repeat":
                self._replying.think(Interview.repeat)
            case "answer":
                self._take_written(control.text)
            case "end":
                self._replying.speak(floor.interview.end("key"))
            case "pause":
                floor.listener.open(floor.clock)
                floor.listener.rest()
                floor.journal.record(Paused(at=floor.clock))
                floor.phase = "paused"
            case "switch" if control.persona is not None:
                who, because = control.persona, control.because
                self._replying.think(lambda interview: interview.switch(who, because))
            case _:  # "done" before a word was said: the candidate keeps the floor
                floor.phase = "listening"

    def store_written(self, text: str) -> None:
        """Words that were typed, as a turn of their own."""
        at = self._floor.clock
        segment = Segment(text=text, start=at, end=at)
        turn = Turn(segments=(segment,), start=at, end=at, ended_by="typed", engine="keyboard")
        self._floor.interview.answered(turn, None, self._floor.place)

    def leave_pause(self, control: Control) -> None:
        if control.action not in ("pause", "switch", "answer", "end"):
            return
        self._floor.journal.record(Unpaused(at=self._floor.clock))
        self.perform(Control("repeat") if control.action == "pause" else control)

    def _take_written(self, text: str) -> None:
        """An answer that was typed: stored and answered like a spoken one."""
        self._floor.ended_by, self._floor.place = "key", self._floor.interview.place
        self.store_written(text)
        self._replying.think(Interview.proceed)
