"""The arithmetic of two judges, on logits written down after the known habits of models (tests/fixtures)."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixture_bank import OVERFITTING, STRONG, typed

from interviewer.engines.choosing import normalised
from interviewer.evaluator.blending import (
    SHARE,
    STRONGEST,
    Opinion,
    blend,
    chance_of,
    leaning_of,
    log_odds,
)
from interviewer.evaluator.spans import passages
from interviewer.evaluator.verdicts import CONTRADICTED, PointReading, decide

TURNS = typed(STRONG)
SENTENCES = passages(TURNS)
LOGITS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "fixtures" / "judging_logits.json").read_text(encoding="utf-8")
)["cases"]


def reading(met: float, contradicted: float = 0.05) -> PointReading:
    return PointReading(OVERFITTING.rubric[0], met, contradicted, SENTENCES[0], SENTENCES[0])


def opinion(said: float, missing: float, said_in: int = 1, wrong_in: int = 0) -> Opinion:
    def span(number: int) -> Any:
        return SENTENCES[number - 1] if number else None

    return Opinion(said, missing, span(said_in), span(wrong_in))


def opinions_of(case: dict[str, Any]) -> list[Opinion]:
    def odds(logits: dict[str, float]) -> float:
        return log_odds(normalised(logits)["yes"])

    return [opinion(odds(p["said"]), odds(p["missing"]), min(3, p["sentence"])) for p in case["points"]]


@pytest.mark.parametrize("case", LOGITS, ids=lambda case: str(case["name"]))
def test_judging_logits_give_the_verdict_that_is_true_when_the_embedded_judge_cannot_tell(
    case: dict[str, Any],
) -> None:
    opinions = opinions_of(case)
    leaning = leaning_of(opinions)
    blended = [blend(reading(0.45), one, leaning) for one in opinions]
    verdicts = [decide(one, TURNS, rough=False).verdict for one in blended]
    for verdict, point, one in zip(verdicts, case["points"], blended, strict=True):
        if point["truth"] == "met":
            assert verdict == "met"
        elif point["truth"] == "unclear":
            assert verdict == "unclear"
        else:
            assert verdict in ("missed", "partial") and one.met < 0.35


def test_log_odds_are_those_of_the_logits_and_bounded() -> None:
    assert log_odds(normalised({"yes": 21.0, "no": 19.5})["yes"]) == pytest.approx(1.5)
    assert log_odds(normalised({"yes": 90.0, "no": 10.0})["yes"]) == STRONGEST
    assert log_odds(normalised({"yes": -math.inf, "no": 0.0})["yes"]) == -STRONGEST
    assert chance_of(log_odds(0.3)) == pytest.approx(0.3)


def test_where_both_ways_agree_the_model_has_its_full_share() -> None:
    met = blend(reading(0.5), opinion(2.0, -2.0), 0.0).met
    assert log_odds(met) == pytest.approx(SHARE * 2.0)
    met = blend(reading(0.2), opinion(-3.0, 3.0, 0), 0.0).met
    assert log_odds(met) == pytest.approx(-SHARE * 3.0 + (1 - SHARE) * log_odds(0.2))


@pytest.mark.parametrize("bias", [-1.5, 0.7, 1.9])
def test_a_liking_for_yes_or_for_the_first_named_cancels_out(bias: float) -> None:
    evidences = (2.0, 1.2, -1.8, -2.0)
    fair = [opinion(e, -e) for e in evidences]
    biased = [opinion(e + bias, -e + bias) for e in evidences]
    for one, other in zip(fair, biased, strict=True):
        plain = blend(reading(0.4), one, leaning_of(fair))
        mended = blend(reading(0.4), other, leaning_of(biased))
        assert mended.met == pytest.approx(plain.met)
        assert not mended.disputed


def test_the_more_the_two_ways_disagree_the_less_the_model_counts() -> None:
    pulls = [blend(reading(0.1), opinion(2 + d, -2 + d), 0.0).met for d in (0.0, 0.5, 1.0, 1.9)]
    assert pulls == sorted(pulls, reverse=True)
    assert blend(reading(0.1), opinion(3.0, 3.0), 0.0).met == pytest.approx(0.1)


def test_weak_doubt_is_not_told_as_a_dispute() -> None:
    assert not blend(reading(0.5), opinion(0.4, 0.3), 0.0).disputed
    assert blend(reading(0.5), opinion(2.5, 2.0), 0.0).disputed


def test_too_few_points_tell_no_leaning() -> None:
    assert leaning_of([opinion(2.0, 2.0)] * 3) == 0.0
    assert leaning_of([opinion(2.0, 2.0)] * 4) == 2.0


def test_without_a_sentence_a_yes_is_no_evidence() -> None:
    blended = blend(reading(0.1), opinion(4.0, -4.0, said_in=0), 0.0)
    assert blended.met == pytest.approx(0.1)


def test_an_error_needs_both_judges_in_the_same_words() -> None:
    sure = replace(reading(0.05, 0.75), met_span=None)
    together = blend(sure, opinion(-4.0, 4.0, 0, wrong_in=1), 0.0)
    assert together.contradicted > CONTRADICTED
    for elsewhere in (
        blend(sure, opinion(-4.0, 4.0, 0, wrong_in=2), 0.0),
        blend(reading(0.05, 0.3), opinion(-4.0, 4.0, 0, wrong_in=1), 0.0),
    ):
        assert elsewhere.contradicted < CONTRADICTED
    denied = blend(sure, opinion(-4.0, 4.0, 0), 0.0)
    assert denied.contradicted < 0.5, "a model that sees no error speaks against it"
    assert blend(sure, opinion(4.0, -4.0, 1), 0.0).contradicted < 0.3
