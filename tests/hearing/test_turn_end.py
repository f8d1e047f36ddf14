"""How much silence ends a turn: every sign moves it the right way, and none can move it out of bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.prosody import Prosody
from interviewer.hearing.turn_end import (
    SOONEST_SECONDS,
    WEIGHTS,
    Evidence,
    chance_of_end,
    silence_allowed,
)

SANK = Prosody(pitch_end=-4.0, pitch_slope=-10.0, level_end=-9.0, lengthened=0.4, filler=0.0)
LEVEL = Prosody(pitch_end=0.5, pitch_slope=0.0, level_end=-1.0, lengthened=0.0, filler=0.0)
WHOLE = (
    "we looked at the data for two weeks and found that one of the sources sent everything twice and then we wrote a check "
    "for it and talked to the team that owned it and the error went down by thirty percent within the first month"
)
CONCLUDED = f"{WHOLE} so as a result they kept it"
SIGNED_OFF = f"{WHOLE} so that's basically how it went"
PATIENCE = Patience()


def allowed(evidence: Evidence, patience: Patience = PATIENCE, habit: PauseHabit | None = None) -> float:
    return silence_allowed(evidence, habit or PauseHabit(), patience)


def test_every_weight_has_its_feature() -> None:
    assert Evidence(WHOLE, SANK).features.keys() == WEIGHTS.keys()


def test_a_voice_that_sank_is_nearer_its_end() -> None:
    assert chance_of_end(Evidence(WHOLE, SANK)) > 2 * chance_of_end(Evidence(WHOLE, LEVEL))


@pytest.mark.parametrize(
    "tail", ["and", "because", "so", "of the", "there are three things", "which is", "um"]
)
def test_what_hangs_in_the_air_is_waited_for(tail: str) -> None:
    hanging = Evidence(f"{WHOLE} {tail}", LEVEL)
    assert chance_of_end(hanging) < chance_of_end(Evidence(WHOLE, LEVEL))
    assert allowed(hanging) > 5.0, "a thought of five seconds in the middle of a clause"


def test_a_filler_is_waited_for() -> None:
    assert allowed(Evidence(WHOLE, replace(LEVEL, filler=0.95))) >= allowed(Evidence(WHOLE, LEVEL))


def test_closing_words_are_a_sign_of_the_end() -> None:
    closed = Evidence(SIGNED_OFF, SANK)
    assert chance_of_end(closed) > chance_of_end(Evidence(WHOLE, SANK))
    assert allowed(closed) < allowed(Evidence(WHOLE, SANK))


def test_the_more_of_the_rubric_is_covered_the_nearer_the_end() -> None:
    little, much = (chance_of_end(Evidence(WHOLE, SANK, coverage=share)) for share in (0.1, 0.9))
    assert much > little
    assert allowed(Evidence(CONCLUDED, SANK, coverage=0.9)) < allowed(Evidence(CONCLUDED, SANK, coverage=0.1))


def test_a_brief_question_is_answered_in_a_few_words() -> None:
    said = "yes I would be happy to move"
    assert allowed(Evidence(said, SANK, brief=True)) <= 1.2
    assert allowed(Evidence(said, SANK)) > 3.0


def test_phrases_decide_alone() -> None:
    assert allowed(Evidence(f"{WHOLE} that's my answer", LEVEL)) == PATIENCE.finished
    assert allowed(Evidence("let me think", SANK)) == PATIENCE.thinking


def test_a_patient_persona_waits_longer() -> None:
    evidence = Evidence(CONCLUDED, SANK)
    waits = [allowed(evidence, Patience.of(seconds, 9.0)) for seconds in (2.0, 3.0, 5.0)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_who_pauses_long_is_given_longer() -> None:
    slow = PauseHabit()
    for _ in range(10):
        slow.note(4.0)
    evidence = Evidence(CONCLUDED, SANK)
    assert allowed(evidence, habit=slow) > allowed(evidence) + 0.5


def test_without_text_or_sound_the_end_still_comes_and_late() -> None:
    for prosody in (SANK, LEVEL, None):
        assert 3.0 < allowed(Evidence(None, prosody)) <= PATIENCE.unfinished


@given(
    st.none() | st.text(max_size=80),
    st.none()
    | st.builds(
        Prosody,
        pitch_end=st.floats(-10, 10),
        pitch_slope=st.floats(-30, 30),
        level_end=st.floats(-40, 10),
        lengthened=st.floats(-3, 3),
        filler=st.floats(0, 1),
    ),
    st.booleans(),
    st.none() | st.floats(0, 1),
)
def test_the_wait_stays_within_bounds(
    text: str | None, prosody: Prosody | None, brief: bool, coverage: float | None
) -> None:
    evidence = Evidence(text, prosody, brief, coverage)
    if evidence.expectation in ("open", "unfinished"):
        assert SOONEST_SECONDS <= allowed(evidence) <= PATIENCE.unfinished
