"""When a missed point comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from histories import QUESTIONS, answered, facts, held, on_day

from interviewer.domain import Verdict
from interviewer.progress.returning import ReturningPoint, returning_points
from interviewer.session.events import Event, Scored, TurnCorrected


def points(*sessions: list[Event]) -> dict[str, ReturningPoint]:
    found = returning_points([held(events) for events in sessions], QUESTIONS)
    return {f"{one.question}.{one.point}": one for one in found}


def days_until(point: ReturningPoint, last: float) -> float:
    return (point.due - on_day(last)) / timedelta(days=1)


def test_only_what_was_missed_comes_back() -> None:
    found = points(facts(0, {"alpha": {"heavy": "missed", "light": "met", "middle": "unclear"}}))
    assert list(found) == ["alpha.heavy"]
    assert found["alpha.heavy"].due == on_day(1)
    assert found["alpha.heavy"].text == "The statement of heavy.", "as the bank says it today"


@pytest.mark.parametrize(("verdict", "grade"), [("missed", 1), ("contradicted", 1), ("partial", 2)])
def test_grades(verdict: Verdict, grade: int) -> None:
    found = points(facts(0, {"alpha": {"heavy": verdict}}))
    assert found["alpha.heavy"].last.grade == grade


def test_a_point_met_again_and_again_comes_back_later_each_time() -> None:
    missed = facts(0, {"alpha": {"heavy": "missed"}})
    waits = []
    told = [missed]
    day = 1.0
    for _ in range(3):
        told.append(facts(day, {"alpha": {"heavy": "met"}}))
        waits.append(days_until(points(*told)["alpha.heavy"], day))
        day += waits[-1]
    assert waits == sorted(waits)
    assert waits[0] >= 2
    assert waits[-1] > 2 * waits[0]
    assert points(*told)["alpha.heavy"].loss == 0


def test_met_with_help_is_recalled_with_difficulty() -> None:
    missed = facts(0, {"alpha": {"heavy": "missed"}})
    alone = points(missed, facts(5, {"alpha": {"heavy": "met"}}))["alpha.heavy"]
    hinted = points(missed, facts(5, {"alpha": {"heavy": "met"}}, hints=1))["alpha.heavy"]
    asked = points(missed, facts(5, {"alpha": {"heavy": "met"}}, follow_up="heavy", evidence_turn=1))
    before = points(missed, facts(5, {"alpha": {"heavy": "met"}}, follow_up="heavy", evidence_turn=0))
    assert hinted.due < alone.due
    assert asked["alpha.heavy"].due == hinted.due
    assert before["alpha.heavy"].due == alone.due, "it was said before anybody asked"


def test_what_was_not_measured_moves_nothing() -> None:
    missed = facts(0, {"alpha": {"heavy": "missed"}})
    first = points(missed)["alpha.heavy"].due
    assert points(missed, facts(1, {"alpha": {"heavy": "unclear"}}))["alpha.heavy"].due == first
    assert points(missed, facts(1, {"alpha": {"heavy": "met"}}, scored=False))["alpha.heavy"].due == first
    assert points(missed, facts(1, {"alpha": {"heavy": "met"}}, score=None))["alpha.heavy"].due == first


def test_a_corrected_session_counts_again_once_it_is_scored_again() -> None:
    told = facts(0, {"alpha": {"heavy": "missed"}})
    score = told[-1]
    corrected = [*told, TurnCorrected(at=9.0, number=1, turn=answered("alpha").turn)]
    assert points(corrected) == {}
    assert isinstance(score, Scored)
    assert list(points([*corrected, score])) == ["alpha.heavy"]


def test_questions_that_left_the_bank_do_not_come_back() -> None:
    assert points(facts(0, {"gone": {"heavy": "missed"}})) == {}
    assert points(facts(0, {"alpha": {"gone": "missed"}})) == {}


def test_the_wall_clock_has_no_say() -> None:
    long_ago = points(facts(-20_000, {"alpha": {"heavy": "missed"}}))["alpha.heavy"]
    assert long_ago.due == on_day(-19_999)
    assert long_ago.due < datetime(1990, 1, 1, tzinfo=UTC)
