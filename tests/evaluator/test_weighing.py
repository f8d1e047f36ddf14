from __future__ import annotations

import pytest

from interviewer.domain import ClarityScore, Gate, StarScore, TechnicalScore
from interviewer.evaluator.weighing import Interval, Weights, average, weigh, weights_for

ENGINEER: Weights = {"technical": 0.75, "star": 0.05, "clarity": 0.2}
RECRUITER: Weights = {"technical": 0.2, "star": 0.4, "clarity": 0.4}


def whole(
    technical: float | None,
    star: float | None,
    clarity: float | None,
    *,
    weighs: Weights = ENGINEER,
    story: bool = False,
    gate: Gate | None = None,
) -> tuple[float, Interval] | None:
    return weigh(
        TechnicalScore(score=technical, engine="x", gate=gate),
        StarScore(score=star, engine="x"),
        ClarityScore(score=clarity, engine="x"),
        weighs,
        story=story,
    )


def test_stories_count_only_where_one_was_asked_for() -> None:
    assert weights_for(ENGINEER, story=False)["star"] == 0
    told = weights_for(ENGINEER, story=True)
    assert told["star"] > told["technical"]
    assert sum(told.values()) == pytest.approx(sum(ENGINEER.values()))


def test_what_was_not_measured_leaves_its_weight_to_the_rest() -> None:
    assert whole(4.0, None, None) == (4.0, (4.0, 4.0))


def test_each_persona_weighs_its_own_way() -> None:
    engineer, recruiter = whole(5.0, None, 1.0), whole(5.0, None, 1.0, weighs=RECRUITER)
    assert engineer is not None
    assert recruiter is not None
    assert engineer[0] > recruiter[0]


def test_fluent_nothing_is_worth_nothing() -> None:
    assert whole(0.0, None, 5.0, gate="non_answer") == (0.0, (0.0, 0.0))
    assert whole(0.2, None, 5.0, gate="echo") == (0.2, (0.2, 0.2))


def test_delivery_alone_is_no_score() -> None:
    assert whole(None, None, 5.0) is None


def test_a_persona_that_weighs_nothing_of_it_still_gives_a_score() -> None:
    assert whole(3.0, None, 4.0, weighs={"star": 1.0}) == (3.0, (3.0, 3.0))


def test_more_answers_narrow_the_interval() -> None:
    one = average([(3.0, (2.0, 4.0))])
    four = average([(3.0, (2.0, 4.0))] * 4)
    assert one == (3.0, (2.0, 4.0))
    assert four == (3.0, (2.5, 3.5))
    assert average([]) is None
