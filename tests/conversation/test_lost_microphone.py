"""Keys while a microphone is waited for: no frame comes, and yet somebody wants to pause or to end."""

from __future__ import annotations

from pathlib import Path

import pytest
from rehearsal import Rehearsal, says
from test_spoken import ONE, of

from interviewer.audio.steady import PATIENCE_SECONDS, SteadySound
from interviewer.audio.virtual_room import RoomSpeaker, VirtualRoom
from interviewer.conversation.controls import Action
from interviewer.conversation.spoken import SpokenConversation
from interviewer.errors import EngineError
from interviewer.ports import Samples
from interviewer.session.events import Answered, Event, FaultNoted, Paused, SessionEnded, Unpaused


class Unplugged:
    """The room's microphone, gone at `lost_at` seconds of the room's time and back after `looks` looks for it."""

    name = "headset"
    dropped = 0

    def __init__(self, room: VirtualRoom, lost_at: float, looks: float) -> None:
        self._room = room
        self._lost_at = lost_at
        self._looks = looks

    def open(self) -> None:
        if self._lost:
            self._looks -= 1

    def read(self) -> Samples | None:
        if self._lost and self._looks > 0:
            raise EngineError(self.name, "The microphone 'headset' stopped.", retryable=True)
        return self._room.advance()

    @property
    def _lost(self) -> bool:
        return self._room.now >= self._lost_at

    def close(self) -> None:
        pass


class Counted(RoomSpeaker):
    gaps = 0


class Away:
    """One session whose microphone is away, and the keys that are pressed so many seconds into the wait."""

    def __init__(
        self, folder: Path, keys: dict[float, Action], looks: float, lost_at: float, text: str
    ) -> None:
        self.waited = 0.0
        self._keys = dict(keys)
        self._rehearsal = Rehearsal(folder, [says(3.0), says(3.0)], [text, "the rest"], start=ONE)
        room = self._rehearsal.room
        self._sound = SteadySound(
            Unplugged(room, lost_at, looks),
            Counted(room),
            lambda: None,
            clock=lambda: self.waited,
            sleep=self._sleep,
        )
        self._rehearsal.microphone = self._sound.microphone

    def _sleep(self, seconds: float) -> None:
        self.waited += seconds
        if self.waited in self._keys:
            self._rehearsal.controls.press(self._keys.pop(self.waited))

    def run(self) -> list[Event]:
        self._rehearsal.on_ready = self._connect
        return self._rehearsal.run()

    def _connect(self, conversation: SpokenConversation) -> None:
        self._sound.tell = lambda sentence: conversation.tell("sound", sentence)
        self._sound.meanwhile = conversation.without_sound

    @property
    def facts(self) -> list[Event]:
        return self._rehearsal.facts


LOST_AT = 6.0
"""Seconds: in the middle of the answer's silence or of its words, the question being short."""


@pytest.mark.parametrize("lost_at", [1.0, 4.0, LOST_AT])
def test_the_end_key_ends_the_session_and_stores_the_words_so_far(tmp_path: Path, lost_at: float) -> None:
    away = Away(tmp_path, {2.0: "end"}, looks=float("inf"), lost_at=lost_at, text="the answer")
    facts = away.run()
    assert [fact.because for fact in of(SessionEnded, facts)] == ["key"]
    assert away.waited < PATIENCE_SECONDS / 2
    said = [fact.turn.text for fact in of(Answered, facts)]
    assert said == ([] if lost_at < 4.0 else ["the answer"])


def test_a_pause_gives_all_the_time_there_is(tmp_path: Path) -> None:
    away = Away(tmp_path, {2.0: "pause", 100.0: "pause"}, looks=210, lost_at=LOST_AT, text="the answer")
    facts = away.run()
    assert away.waited == 210 * 0.5 > 3 * PATIENCE_SECONDS
    (paused,), (unpaused,) = of(Paused, facts), of(Unpaused, facts)
    assert paused.at == unpaused.at  # on the session's clock, which stood still
    assert [fact.sentence for fact in of(FaultNoted, facts)][-1].startswith("The microphone is back")
    assert [fact.because for fact in of(SessionEnded, facts)] == ["complete"]


def test_without_a_key_it_is_waited_for_as_long_as_was_said(tmp_path: Path) -> None:
    away = Away(tmp_path, {}, looks=float("inf"), lost_at=LOST_AT, text="the answer")
    with pytest.raises(EngineError, match="'headset' stopped"):
        away.run()
    assert away.waited == PATIENCE_SECONDS
    assert [fact.turn.text for fact in of(Answered, away.facts)] == ["the answer"]
    assert of(SessionEnded, away.facts) == []
