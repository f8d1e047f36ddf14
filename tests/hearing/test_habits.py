"""Learning how long somebody pauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.hearing.habits import TYPICAL_SECONDS, PauseHabit


def habit_of(*pauses: float) -> PauseHabit:
    habit = PauseHabit()
    for seconds in pauses:
        habit.note(seconds)
    return habit


def test_a_stranger_pauses_like_everybody() -> None:
    assert PauseHabit().typical == pytest.approx(TYPICAL_SECONDS)
    assert PauseHabit().outlasted_by(0.05) == pytest.approx(4.8, abs=0.1)


def test_the_guess_moves_to_the_speaker_and_not_at_once() -> None:
    once, often = habit_of(5.0), habit_of(*[5.0] * 30)
    assert TYPICAL_SECONDS < once.typical < 2.2
    assert often.typical == pytest.approx(5.0, abs=1.0)
    assert habit_of(*[0.9] * 20).outlasted_by(0.05) < PauseHabit().outlasted_by(0.05)


def test_breaths_and_interruptions_teach_nothing_wrong() -> None:
    assert habit_of(0.3, 0.5, 0.7).typical == pytest.approx(TYPICAL_SECONDS)
    assert habit_of(300.0).typical == pytest.approx(habit_of(8.0).typical)


@given(st.lists(st.floats(0.1, 20), max_size=40), st.floats(0.001, 0.5))
def test_fewer_pauses_last_longer(pauses: list[float], share: float) -> None:
    habit = habit_of(*pauses)
    assert habit.outlasted_by(share) >= habit.outlasted_by(2 * share) > 0
