from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from fixture_bank import (
    OVERFITTING,
    STRONG,
    VAGUE,
    WRONG,
    BagEmbedder,
    PlainTemplates,
    ScriptedModel,
    says,
    typed,
)

from interviewer.domain import PointVerdict, TechnicalScore
from interviewer.errors import EngineError
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.language_model_judge import (
    MISSING,
    MOST_CHARACTERS,
    MOST_SENTENCES,
    RULES,
    STATES,
    LanguageModelJudge,
    reply_fields,
)
from interviewer.library.templates import Templates
from interviewer.ports import Choice

POINTS = {point.id: point.text for point in OVERFITTING.rubric}
TEMPLATES = Path(__file__).parent.parent.parent / "prompts" / "templates"
Replies = dict[tuple[str, str], Choice | EngineError]
FAILURE = EngineError("scripted model", "The model ran out of memory.")


def replies(states: Choice, missing: Choice, point: str = "memorises") -> Replies:
    return {(STATES, POINTS[point]): states, (MISSING, POINTS[point]): missing}


def everywhere(states: Choice | EngineError, missing: Choice | EngineError) -> Replies:
    return {
        (way, text): said for text in POINTS.values() for way, said in ((STATES, states), (MISSING, missing))
    }


def judged(
    said: Replies, text: str = STRONG
) -> tuple[TechnicalScore, dict[str, PointVerdict], ScriptedModel]:
    model = ScriptedModel(said)
    score = LanguageModelJudge(model, EmbeddedJudge(BagEmbedder()), PlainTemplates()).judge(
        OVERFITTING, typed(text)
    )
    return score, {p.point: p for p in score.points}, model


def test_both_ways_agree_that_it_is_said() -> None:
    _, points, _ = judged(everywhere(says("yes", 1), says("no", 0)))
    assert points["memorises"].verdict == "met"
    assert points["memorises"].evidence is not None
    assert points["memorises"].evidence.quote == STRONG.split(". ")[0] + "."


def test_both_ways_agree_that_it_is_missing() -> None:
    _, points, _ = judged(everywhere(says("no", 0), says("yes", 0)), VAGUE)
    assert {point.verdict for point in points.values()} == {"missed"}
    assert points["memorises"].evidence is None


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_one_point_on_which_the_model_is_at_odds_with_itself_is_unclear(answer: str) -> None:
    said = everywhere(says("yes", 1), says("no", 0)) | replies(says(answer, 1), says(answer, 1))
    _, points, _ = judged(said)
    assert points["memorises"].verdict == "unclear"
    assert points["gap"].verdict == "met"


def test_a_model_that_says_yes_to_everything_says_nothing() -> None:
    yes = says("yes", 1, 0.97)
    embedded = EmbeddedJudge(BagEmbedder()).judge(OVERFITTING, typed(STRONG))
    score, points, _ = judged(everywhere(yes, yes))
    assert [p.verdict for p in points.values()] == [p.verdict for p in embedded.points]
    assert score.score == pytest.approx(embedded.score, abs=0.02)


def test_a_yes_that_names_no_sentence_earns_nothing() -> None:
    embedded = EmbeddedJudge(BagEmbedder()).judge(OVERFITTING, typed(VAGUE))
    score, _, _ = judged(everywhere(says("yes", 0), says("no", 0)), VAGUE)
    assert [p.verdict for p in score.points] == [p.verdict for p in embedded.points]
    quoted, _, _ = judged(everywhere(says("yes", 1), says("no", 0)), VAGUE)
    assert "missed" not in {p.verdict for p in quoted.points}


def test_an_accusation_by_the_model_alone_is_not_told() -> None:
    _, points, _ = judged(everywhere(says("no", 0), says("yes", 1)))
    assert "contradicted" not in {point.verdict for point in points.values()}


@pytest.mark.real
@pytest.mark.parametrize(("sentence", "told"), [(1, True), (3, False)])
def test_an_error_is_told_when_both_judges_see_it_in_the_same_words(sentence: int, told: bool) -> None:
    from interviewer.engines.minilm import MiniLmEmbedder

    model = ScriptedModel(everywhere(says("no", 0), says("yes", sentence)))
    score = LanguageModelJudge(model, EmbeddedJudge(MiniLmEmbedder()), PlainTemplates()).judge(
        OVERFITTING, typed(WRONG)
    )
    point = next(p for p in score.points if p.point == "memorises")
    assert (point.verdict == "contradicted") is told
    assert point.misconception == ("memorises_error" if told else None)


def test_every_point_is_asked_both_ways() -> None:
    _, _, model = judged({})
    assert [p.splitlines()[0] for p in model.prompts] == [STATES, MISSING] * len(OVERFITTING.rubric)


def test_yes_is_named_first_both_ways() -> None:
    assert reply_fields(2) == {"answer": ("yes", "no"), "sentence": ("0", "1", "2")}


def test_a_failing_model_leaves_the_embedded_verdict_and_says_so() -> None:
    score, points, model = judged(everywhere(FAILURE, FAILURE))
    embedded = EmbeddedJudge(BagEmbedder()).judge(OVERFITTING, typed(STRONG))
    assert points == {p.point: p for p in embedded.points}
    assert score.engine == "embedded (bag of words) (language model failed: The model ran out of memory.)"
    assert len(model.prompts) == 2, "after two failures in a row it is not asked again"
    one, points, _ = judged({(MISSING, POINTS["gap"]): FAILURE})
    assert "failed on 1 of 4 points: The model ran out of memory." in one.engine
    assert points["gap"] == next(p for p in embedded.points if p.point == "gap")


def test_a_model_that_failed_is_tried_once_by_the_next_answer_and_taken_back_when_it_works() -> None:
    model = ScriptedModel(everywhere(FAILURE, FAILURE))
    judge = LanguageModelJudge(model, EmbeddedJudge(BagEmbedder()), PlainTemplates())
    for asked in (2, 3):
        judge.judge(OVERFITTING, typed(STRONG))
        assert len(model.prompts) == asked
    model.replies = {}
    assert "failed" not in judge.judge(OVERFITTING, typed(STRONG)).engine


def test_the_time_for_an_answer_is_bounded() -> None:
    model = ScriptedModel({})
    ticks = count(0.0, 10.0)
    judge = LanguageModelJudge(
        model, EmbeddedJudge(BagEmbedder()), PlainTemplates(), seconds=25.0, clock=lambda: next(ticks)
    )
    score = judge.judge(OVERFITTING, typed(STRONG))
    assert len(model.prompts) == 2
    assert "failed on 3 of 4 points: The 25 seconds for one answer were over." in score.engine


@pytest.mark.parametrize(
    "reply",
    [
        Choice({}, None),
        Choice({"answer": "perhaps", "sentence": "0"}, None),
        Choice({"answer": "yes", "sentence": "99"}, None),
        Choice({"answer": "yes", "sentence": "-1"}, None),
        Choice({"answer": "yes"}, None),
        Choice({"answer": "yes", "sentence": "1"}, {"yes": 1.7, "no": -0.7}),
        Choice({"answer": "yes", "sentence": "1"}, {"si": 1.0}),
        Choice({"answer": "yes", "sentence": "1"}, {"yes": float("nan"), "no": 0.0}),
    ],
)
def test_an_unreadable_reply_is_a_failure_not_a_verdict(reply: Choice) -> None:
    score, _, _ = judged({(STATES, POINTS["memorises"]): reply})
    assert "was not readable" in score.engine


def test_a_model_that_tells_no_probabilities_is_weighed_less_and_the_record_says_so() -> None:
    told, _, _ = judged(everywhere(says("yes", 1), says("no", 0)), VAGUE)
    untold, _, _ = judged(everywhere(says("yes", 1, None), says("no", 0, None)), VAGUE)
    assert told.score is not None and untold.score is not None
    assert untold.score < told.score
    assert untold.engine.endswith("(it tells no probabilities: yes and no are taken at their word)")
    assert "probabilities" not in told.engine


def test_gated_answers_are_not_shown_to_the_model() -> None:
    for text in ("", "I don't know.", OVERFITTING.spoken):
        _, _, model = judged({}, text)
        assert model.prompts == []


def test_long_answers_are_cut_to_the_nearest_sentences_alike_for_all_points() -> None:
    text = " ".join(f"Filler sentence number {n} is here." for n in range(90)) + " " + STRONG
    _, _, model = judged({}, text)
    shown = [prompt.split("\n", 2)[2] for prompt in model.prompts]
    assert len(set(shown)) == 1
    assert shown[0].count("here.'") <= MOST_SENTENCES
    assert "memorises the training set" in shown[0]
    wordy = " ".join(f"{'very ' * 20}{n} long it is." for n in range(200)) + " " + STRONG
    _, _, model = judged({}, wordy)
    assert len(model.prompts[0]) < MOST_CHARACTERS * 1.2
    assert "memorises the training set" in model.prompts[0]


def test_the_real_templates_show_everything_and_the_answer_first() -> None:
    model = ScriptedModel({})
    judge = LanguageModelJudge(model, EmbeddedJudge(BagEmbedder()), Templates(TEMPLATES))
    score = judge.judge(OVERFITTING, typed(STRONG))
    states, missing, other = model.prompts[:3]
    answer = states[: states.index("The statement:")]
    assert missing.startswith(answer) and other.startswith(answer)  # so that a model's cache holds it for all
    shared = states[: states.index("Does one of")]
    assert missing.startswith(shared) and len(missing) - len(shared) < 600
    for prompt in (states, missing):
        assert json.dumps(OVERFITTING.spoken) in prompt
        assert POINTS["memorises"] in prompt
        assert '{"n": 1, "said": "Overfitting means' in prompt
        assert OVERFITTING.rubric[0].phrasings[1] in prompt
        assert OVERFITTING.rubric[0].misconceptions[0].wrong[0] in prompt
        assert OVERFITTING.rubric[0].misconceptions[0].wrong[1] not in prompt
    assert set(judge.prompt_hashes) == {RULES, STATES, MISSING}
    assert all(len(digest) == 64 for digest in judge.prompt_hashes.values())
    assert all(digest[:4] in score.engine for digest in judge.prompt_hashes.values())


@pytest.mark.parametrize("name", [RULES, STATES, MISSING])
def test_every_prompt_tells_its_version(name: str) -> None:
    assert f"{name}, version 2" in (TEMPLATES / f"{name}.j2").read_text(encoding="utf-8").splitlines()[0]
