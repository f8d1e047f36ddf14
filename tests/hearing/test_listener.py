"""The listener on a virtual clock: when it takes a turn to be over, with the decision the program ships."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from rehearsal import StuckWorker
from voices import utterance

from interviewer.domain import FRAME_SAMPLES, FRAME_SECONDS
from interviewer.engines.scripted import ScriptedDetector, ScriptedTranscriber
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.listener import Listener
from interviewer.ports import Samples
from interviewer.workers import InlineWorker, Worker

FINISHED = {"sinks": 5.0, "fades": 9.0}
STORY = (
    "we looked at the data for two weeks and found that one of the sources sent everything twice and then we wrote a check "
    "for it and talked to the team that owned it and the error went down by thirty percent within the first month"
)


def _frames(sound: Samples) -> Samples:
    return np.pad(sound, (0, -len(sound) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)


@dataclass
class _Ear:
    """A listener that is played sound and watched frame by frame."""

    texts: list[str]
    worker: Worker = field(default_factory=InlineWorker)

    def __post_init__(self) -> None:
        self.listener = Listener(
            ScriptedDetector(), ScriptedTranscriber(self.texts), self.worker, Patience.of(3.0, 9.0)
        )
        self.listener.open(0.0)
        self.now = 0.0

    def hear(self, sound: Samples) -> float | None:
        """Seconds of silence after which the turn was taken to be over; None when it was not."""
        for frame in _frames(sound):
            self._take(frame)
            if self.listener.verdict() is not None:
                return self.listener.silence
        return None

    def play(self, sound: Samples) -> None:
        """The same without asking whether the turn is over."""
        for frame in _frames(sound):
            self._take(frame)

    def _take(self, frame: Samples) -> None:
        self.listener.hear(frame, self.now)
        self.now += FRAME_SECONDS

    def silence(self, seconds: float) -> float | None:
        return self.hear(np.zeros(round(seconds / FRAME_SECONDS) * FRAME_SAMPLES, dtype=np.float32))


@pytest.mark.parametrize("tail", ["because the", "and so", "we then", "there are two reasons", "uh"])
def test_a_thought_of_five_seconds_inside_a_clause_is_not_cut(tail: str) -> None:
    ear = _Ear([f"{STORY} {tail}", "and it was done"])
    assert ear.hear(utterance(4.0)) is None
    assert ear.silence(5.0) is None
    assert ear.hear(utterance(2.0)) is None


def test_a_finished_short_answer_is_closed_soon() -> None:
    ear = _Ear(["yes I would be happy to move"])
    ear.listener.asked("Are you open to moving to another city?")
    ear.hear(utterance(2.0, **FINISHED))
    wait = ear.silence(3.0)
    assert wait is not None
    assert wait <= 1.25


def test_the_same_words_are_no_answer_to_a_large_question() -> None:
    ear = _Ear(["yes I would be happy to move"])
    ear.listener.asked("How would you design a recommender?")
    ear.hear(utterance(2.0, **FINISHED))
    assert ear.silence(3.0) is None


def test_a_finished_answer_that_says_so_is_closed_sooner_than_one_that_may_go_on() -> None:
    waits = []
    for text in (f"{STORY} so that's basically how it went", STORY):
        ear = _Ear([text])
        ear.hear(utterance(4.0, **FINISHED))
        waits.append(ear.silence(8.0) or 8.0)
    assert waits[0] < waits[1] - 1.0


def test_pauses_that_were_heard_lengthen_the_next_wait() -> None:
    def wait_after(pause: float) -> float:
        ear = _Ear([*["then the next thing we did was the"] * 6, f"{STORY} so as a result they kept it"])
        for _ in range(6):
            ear.hear(utterance(1.5))
            ear.silence(pause)
        ear.hear(utterance(2.0, **FINISHED))
        return ear.silence(8.0) or 8.0

    assert wait_after(4.0) > wait_after(1.0) + 0.4


def test_speech_resumed_after_the_decision_belongs_to_the_turn_and_teaches_the_pause() -> None:
    ear = _Ear([f"{STORY} so that's basically how it went", "and one thing more"])
    ear.hear(utterance(3.0, **FINISHED))
    wait = ear.silence(8.0)
    assert wait is not None
    before = ear.listener.habit.typical
    for sound in (np.zeros(16000 * 3, dtype=np.float32), utterance(1.0), np.zeros(16000, dtype=np.float32)):
        ear.play(sound)
    turn = ear.listener.wait_for_turn("silence", ear.now)
    assert turn.text.endswith("and one thing more")
    assert len(turn.speech) == 2
    assert ear.listener.habit.typical > before


def test_time_that_was_asked_for_teaches_nothing_about_pauses() -> None:
    ear = _Ear(["let me think", "the answer is"])
    before = ear.listener.habit.typical
    ear.hear(utterance(1.0))
    assert ear.silence(7.0) is None
    ear.hear(utterance(1.0))
    assert ear.listener.habit.typical == before


def test_a_new_turn_forgets_how_the_last_one_sounded_and_what_it_covered() -> None:
    ear = _Ear([STORY, "yes"])
    ear.hear(utterance(3.0, **FINISHED))
    ear.silence(0.6)
    assert ear.listener.evidence.prosody is not None
    ear.listener.coverage = 0.9
    ear.listener.open(ear.now)
    evidence = ear.listener.evidence
    assert (evidence.prosody, evidence.coverage) == (None, None)


def test_while_the_words_are_being_written_down_the_wait_is_long_and_ends() -> None:
    ear = _Ear([STORY], worker=StuckWorker(0))
    ear.hear(utterance(4.0, **FINISHED))
    wait = ear.silence(8.0)
    assert wait is not None
    assert 3.0 < wait <= 6.6
