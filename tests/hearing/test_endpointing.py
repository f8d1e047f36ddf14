"""When a turn ends, frame by frame."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import FRAME_SECONDS
from interviewer.hearing.endpointing import Endpointer, Patience

PATIENCE = Patience(nudge=9.0, limit=60.0)


class _Ear:
    """Feeds an endpointer stretches of speech and silence."""

    def __init__(self) -> None:
        self.endpointer = Endpointer()
        self.now = 0.0
        self.endpointer.open(0.0)

    def hear(self, probability: float, seconds: float) -> bool:
        began = False
        for _ in range(round(seconds / FRAME_SECONDS)):
            began = self.endpointer.hear(probability, self.now) or began
            self.now += FRAME_SECONDS
        return began


def test_a_thinking_pause_shorter_than_patience_does_not_end_the_turn() -> None:
    ear = _Ear()
    ear.hear(0.9, 5.0)
    ear.hear(0.05, 2.8)
    assert not ear.endpointer.ended(3.0)
    ear.hear(0.9, 2.0)
    ear.hear(0.05, 3.1)
    assert ear.endpointer.ended(3.0)
    assert len(ear.endpointer.speech) == 2


def test_a_patient_persona_waits_longer_in_doubt_and_at_most() -> None:
    hasty, patient = Patience.of(3.0, 9.0), Patience.of(5.0, 9.0)
    assert patient.open > hasty.open
    assert patient.unfinished > hasty.unfinished > 6.0, "thoughts of six seconds are normal"
    assert patient.finished == hasty.finished


def test_a_click_is_no_speech() -> None:
    ear = _Ear()
    assert not ear.hear(0.95, 3 * FRAME_SECONDS)
    ear.hear(0.0, 8.0)
    assert not ear.endpointer.spoken
    assert not ear.endpointer.ended(3.0)


def test_silence_from_the_start_asks_for_an_invitation_and_never_ends_the_turn() -> None:
    ear = _Ear()
    ear.hear(0.0, 8.9)
    assert not ear.endpointer.quiet(PATIENCE)
    ear.hear(0.0, 0.2)
    assert ear.endpointer.quiet(PATIENCE)
    assert not ear.endpointer.ended(0.8)


def test_the_wait_is_counted_from_the_last_voice() -> None:
    ear = _Ear()
    ear.hear(0.9, 1.0)
    ear.hear(0.0, 2.0)
    assert abs(ear.endpointer.silence - 2.0) <= FRAME_SECONDS
    assert abs(ear.endpointer.speech[0].seconds - 1.0) <= FRAME_SECONDS


def test_an_endless_answer_reaches_the_limit() -> None:
    ear = _Ear()
    ear.hear(0.9, 59.0)
    assert not ear.endpointer.past_limit(PATIENCE)
    ear.hear(0.9, 1.5)
    assert ear.endpointer.past_limit(PATIENCE)


def test_an_interruption_is_the_start_of_the_turn() -> None:
    ear = _Ear()
    ear.hear(0.9, 0.6)
    ear.endpointer.open(ear.now, keep_speech=True)
    ear.hear(0.9, 1.0)
    ear.hear(0.0, 1.0)
    assert abs(ear.endpointer.speech[0].start) < FRAME_SECONDS
    assert ear.endpointer.ended(0.8)


@given(st.lists(st.floats(0, 1), max_size=400))
def test_speech_spans_are_ordered_and_lie_within_the_time_heard(probabilities: list[float]) -> None:
    ear = _Ear()
    for probability in probabilities:
        ear.hear(probability, FRAME_SECONDS)
    spans = ear.endpointer.speech
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(-1e-9 <= edge <= ear.now + 1e-9 for edge in edges)
    assert ear.endpointer.silence >= 0
