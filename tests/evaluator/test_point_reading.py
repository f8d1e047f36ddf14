"""What readings of an answer come to, point by point: other weights where a point brings no other words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from fixture_bank import OVERFITTING, BagEmbedder, typed

from interviewer.domain import Question
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.point_reading import FEATURES, SURE_FROM
from interviewer.evaluator.verdicts import CONTRADICTED
from interviewer.ports import Claim, ClaimReadings

SAID = typed("It learns the noise of the training set by heart. So on new data it does badly.")
BARE = OVERFITTING.model_copy(
    update={
        "rubric": tuple(
            point.model_copy(update={"phrasings": (), "misconceptions": ()}) for point in OVERFITTING.rubric
        )
    }
)


class Told:
    """Reads what it is told to."""

    name = "told"

    def __init__(self, states: float, contradicts: float) -> None:
        self.chances = (states, contradicts)

    def read(self, said: Sequence[str], claims: Sequence[Claim]) -> ClaimReadings:
        states, contradicts = (
            np.full((len(said), len(claims)), chance, dtype=np.float32) for chance in self.chances
        )
        return ClaimReadings(states, contradicts)


def judge(states: float, contradicts: float) -> EmbeddedJudge:
    return EmbeddedJudge(BagEmbedder(), reader=Told(states, contradicts))


def mean_met(question: Question, states: float) -> float:
    return float(np.mean([reading.met for reading in judge(states, 0.1).assess(question, SAID).readings]))


def test_a_weaker_reading_is_enough_where_a_point_brings_no_other_words() -> None:
    assert mean_met(BARE, 0.2) > 2 * mean_met(OVERFITTING, 0.2)
    assert mean_met(BARE, 0.02) < 0.2, "nothing that sounds like it is still nothing"


@pytest.mark.parametrize("question", [OVERFITTING, BARE])
def test_more_is_met_the_more_surely_it_is_read(question: Question) -> None:
    met = [mean_met(question, states) for states in (0.02, 0.2, 0.5, 0.9)]
    assert met == sorted(met) and met[-1] > 0.5


def test_an_error_is_told_only_where_it_is_known_how_the_error_sounds() -> None:
    told = {
        question.rubric[0].misconceptions != (): [
            reading.contradicted for reading in judge(0.01, 0.97).assess(question, SAID).readings
        ]
        for question in (OVERFITTING, BARE)
    }
    assert max(told[True]) >= CONTRADICTED >= SURE_FROM
    assert max(told[False]) < CONTRADICTED


@pytest.mark.parametrize("question", [OVERFITTING, BARE])
def test_where_no_error_can_be_read_the_rest_is_no_truer_for_it(question: Question) -> None:
    met = [reading.met for reading in judge(0.02, 1e-6).assess(question, SAID).readings]
    assert max(met) < 0.3


def test_a_row_has_a_value_for_every_feature() -> None:
    assert judge(0.5, 0.1).features(OVERFITTING, SAID).shape == (len(OVERFITTING.rubric), len(FEATURES))
