from __future__ import annotations

from collections.abc import Mapping

from fixture_bank import FAILURE, OVERFITTING, spoken
from verdict_tape import Said, scored, technical

from interviewer.domain import ClarityScore, RubricPoint, StarScore, StarSentence
from interviewer.evaluator.clarity import score_clarity
from interviewer.evaluator.gaps import gaps
from interviewer.evaluator.weighing import Weights

NO_STORY = StarScore(score=None, engine="by hand")
UNMEASURED = ClarityScore(score=None, engine="by hand")
ALL_MET: Mapping[str, Said] = {point.id: ("met",) for point in OVERFITTING.rubric}


def heavier(point: RubricPoint) -> RubricPoint:
    return point.model_copy(update={"weight": 3.0}) if point.id == "regularise" else point


def test_the_weightiest_missing_point_would_gain_most() -> None:
    question = OVERFITTING.model_copy(update={"rubric": tuple(map(heavier, OVERFITTING.rubric))})
    found = scored(question, "It memorises.", {"memorises": ("met", "It memorises")}).gaps
    assert next(gap.point.point for gap in found if gap.point) == "regularise"
    assert found[0].gain > found[1].gain


def test_an_error_costs_more_than_a_silence_and_a_doubt_less() -> None:
    said: Mapping[str, Said] = {
        "memorises": ("contradicted", "It is simple"),
        "gap": ("met",),
        "more_data": ("unclear", "It is simple"),
    }
    found = scored(OVERFITTING, "It is simple", said).gaps
    assert [gap.point.point for gap in found if gap.point] == ["memorises", "regularise", "more_data"]


def test_each_persona_gains_where_it_weighs() -> None:
    hasty = (spoken("Overfitting means learning by heart what was only noise. " * 4, seconds_per_word=0.15),)
    content = technical(OVERFITTING, hasty, {**ALL_MET, "gap": ("missed",), "memorises": ("missed",)})
    clarity = score_clarity(OVERFITTING, hasty)
    engineer, recruiter = (
        gaps(OVERFITTING, content, NO_STORY, clarity, {"technical": t, "star": 0.0, "clarity": c})
        for t, c in ((0.9, 0.1), (0.1, 0.9))
    )
    assert (engineer[0].part, recruiter[0].part) == ("technical", "clarity")


def test_what_was_not_measured_gains_nothing() -> None:
    content = technical(OVERFITTING, (), ALL_MET)
    assert (
        gaps(OVERFITTING, content, NO_STORY, UNMEASURED, {"technical": 0.5, "star": 0.2, "clarity": 0.3})
        == []
    )


def a_story(result: str) -> StarScore:
    sentence = StarSentence(text=result, label="R", confidence=0.9)
    return StarScore(
        score=4.0,
        is_story=True,
        components={"S": True, "T": True, "A": True, "R": True},
        sentences=(sentence,),
        engine="by hand",
    )


def test_a_figure_in_words_is_a_figure() -> None:
    content = technical(FAILURE, (), {point.id: ("met",) for point in FAILURE.rubric})
    weighs: Weights = {"technical": 0.2, "star": 0.8, "clarity": 0.0}
    for result, missing in (("It went down by eighteen percent.", False), ("It was much better.", True)):
        found = gaps(FAILURE, content, a_story(result), UNMEASURED, weighs)
        assert [gap.kind for gap in found] == (["number"] if missing else [])
