from __future__ import annotations

from typing import Any

import pytest
from fixture_bank import OVERFITTING, spoken, typed

from interviewer.domain import PointVerdict, Turn
from interviewer.evaluator.spans import split
from interviewer.evaluator.verdicts import PointReading, decide, technical_score

TURNS = typed("The model memorises the training data.")


def reading(met: float, contradicted: float, turns: tuple[Turn, ...] = TURNS, **changes: Any) -> PointReading:
    span = split(turns)[0]
    point = OVERFITTING.rubric[0]
    values: dict[str, Any] = {
        "met_span": span,
        "wrong_span": span,
        "misconception": point.misconceptions[0],
    } | changes
    return PointReading(point, met, contradicted, **values)


@pytest.mark.parametrize(
    ("met", "contradicted", "verdict"),
    [
        (0.9, 0.0, "met"),
        (0.4, 0.1, "partial"),
        (0.1, 0.1, "missed"),
        (0.1, 0.95, "contradicted"),
        (0.1, 0.6, "unclear"),
        (0.5, 0.95, "unclear"),
        (0.9, 0.7, "met"),
    ],
)
def test_verdicts(met: float, contradicted: float, verdict: str) -> None:
    assert decide(reading(met, contradicted), TURNS, rough=False).verdict == verdict


def test_an_error_is_told_with_its_correction_and_quote() -> None:
    verdict = decide(reading(0.0, 0.95), TURNS, rough=False)
    assert verdict.misconception == "memorises_error"
    assert verdict.correction is not None
    assert verdict.evidence is not None
    assert verdict.credit < 0


def test_rough_or_doubtful_words_never_contradict() -> None:
    assert decide(reading(0.0, 0.99), TURNS, rough=True).verdict == "unclear"
    doubtful = (spoken("The model is too simple.", doubtful=True),)
    unclear = decide(reading(0.0, 0.99, doubtful), doubtful, rough=False)
    assert (unclear.verdict, unclear.credit, unclear.correction) == ("unclear", 0.0, None)


def test_a_single_doubted_word_never_contradicts() -> None:
    """The recogniser may have heard 'underfitting' for 'overfitting': the term is not the candidate's error."""
    turn = spoken("The model is too simple because of underfitting.")
    for sure, verdict in ((0.9, "contradicted"), (0.3, "unclear")):
        (segment,) = turn.segments
        words = tuple(
            w.model_copy(update={"confidence": sure if w.text == "underfitting." else 0.95})
            for w in segment.words
        )
        turns = (turn.model_copy(update={"segments": (segment.model_copy(update={"words": words}),)}),)
        decided = decide(reading(0.0, 0.99, turns), turns, rough=False)
        assert decided.verdict == verdict
        if verdict == "unclear":
            assert (decided.credit, decided.misconception, decided.correction) == (0.0, None, None)


def test_no_quote_no_credit() -> None:
    elsewhere = typed("Something else.")
    assert decide(reading(0.95, 0.0), elsewhere, rough=False).verdict == "missed"
    assert decide(reading(0.95, 0.0, met_span=None), TURNS, rough=False).credit == 0


def test_what_is_not_surely_wrong_earns_its_chance_of_being_right() -> None:
    unclear = decide(reading(0.5, 0.95), TURNS, rough=False)
    assert (unclear.verdict, unclear.credit) == ("unclear", 0.5)
    assert decide(reading(0.1, 0.95), TURNS, rough=False).credit < 0, "an error that is sure costs"
    assert decide(reading(0.1, 0.95), TURNS, rough=True).credit == 0.1


def test_disagreeing_answers_are_unclear() -> None:
    assert decide(reading(0.9, 0.0, disputed=True), TURNS, rough=False).verdict == "unclear"


def points(*shares: float) -> list[PointVerdict]:
    base = decide(reading(0.9, 0.0), TURNS, rough=False)
    return [base.model_copy(update={"credit": credit}) for credit in shares]


def test_score_is_bounded_and_inside_its_interval() -> None:
    for shares in [(1.0, 1.0), (0.5, 0.0), (-0.7, -0.7), (0.0, 0.0)]:
        result = technical_score(points(*shares), None, "x")
        assert result.score is not None
        assert result.interval is not None
        assert 0 <= result.interval[0] <= result.score <= result.interval[1] <= 5


def test_a_gate_caps_and_is_recorded() -> None:
    result = technical_score(points(1.0, 1.0), "echo", "x")
    assert (result.score, result.gate) == (0.2, "echo")
    assert technical_score(points(1.0), "empty", "x").score is None


def test_rough_transcripts_widen_the_interval() -> None:
    narrow = technical_score(points(0.5, 0.2), None, "x").interval
    wide = technical_score(points(0.5, 0.2), None, "x", widening=1.5).interval
    assert narrow is not None
    assert wide is not None
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
