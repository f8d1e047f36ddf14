from __future__ import annotations

import pytest
from fixture_bank import (
    FAILURE,
    HYPOTHETICAL,
    OVERFITTING,
    PARTIAL,
    READER,
    STORY,
    STRONG,
    WRONG,
    spoken,
    typed,
)

from interviewer.domain import Coaching, Question, Turn
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.clarity import score_clarity
from interviewer.evaluator.coaching import GATE_ADVICE, TOO_HIGH, TOO_LOW, Scored, coach, delivery_advice
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.gates import CAPS
from interviewer.evaluator.star import score_story

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return EmbeddedJudge(MiniLmEmbedder())


def coached(
    judge: EmbeddedJudge, text: str, question: Question = OVERFITTING, *, rough: bool = False
) -> Coaching:
    return coached_turns(judge, typed(text), question, rough=rough)


def coached_turns(
    judge: EmbeddedJudge, turns: tuple[Turn, ...], question: Question = OVERFITTING, *, rough: bool = False
) -> Coaching:
    technical = judge.judge(question, turns, rough=rough)
    star, clarity = score_story(question, turns, READER), score_clarity(question, turns)
    return coach(Scored(question, turns, technical, star, clarity, rough))


def test_a_missing_point_is_named(judge: EmbeddedJudge) -> None:
    advice = coached(judge, PARTIAL)
    assert advice.change_first == "Add this first: Training error is low while error on unseen data is high."
    assert "Overfitting is when the model memorises the training data." in advice.better_answer
    assert "Then add: Training error is low" in advice.better_answer
    assert "Say more on gap?" in advice.practise_next


def test_an_error_comes_first_with_what_holds(judge: EmbeddedJudge) -> None:
    advice = coached(judge, WRONG)
    assert advice.change_first.startswith('You said: "Overfitting is when the model is too simple')
    assert "Rather: An overfitted model memorises" in advice.change_first
    assert advice.red_flags[0] == "Rather: An overfitted model memorises the training data, noise included."


def test_what_is_kept_is_quoted(judge: EmbeddedJudge) -> None:
    advice = coached(judge, STRONG)
    assert advice.keep
    for sentence in advice.keep:
        quote = sentence.split('You said: "')[1].rstrip('"')
        assert quote in STRONG


def test_a_whole_answer_is_sent_deeper(judge: EmbeddedJudge) -> None:
    everything = " ".join(point.text for point in OVERFITTING.rubric)
    assert coached(judge, everything).change_first.startswith("The main points are there.")


def test_rough_words_are_not_quoted_back(judge: EmbeddedJudge) -> None:
    advice = coached(
        judge, "over fitting means the modal memorises the training set including it's noise sew", rough=True
    )
    everything = " ".join([*advice.keep, advice.change_first, advice.better_answer])
    assert "modal" not in everything
    assert "You said" not in everything
    assert "An overfitted model memorises the training data" in everything


@pytest.mark.parametrize("text", ["", "I don't know.", OVERFITTING.spoken])
def test_behind_a_gate_there_is_a_way_in_and_nothing_to_keep(judge: EmbeddedJudge, text: str) -> None:
    advice = coached(judge, text)
    assert advice.keep == ()
    assert advice.change_first.endswith(OVERFITTING.hints[0])
    assert advice.better_answer.startswith("A first version to make your own: An overfitted model")


def test_a_story_is_built_from_its_own_sentences(judge: EmbeddedJudge) -> None:
    lines = coached(judge, STORY, FAILURE).better_answer.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Situation", "Task", "Action", "Result"]
    assert "At my previous company our fraud model kept flagging good customers" in lines[0]
    assert "In the end false alarms dropped by forty percent" in lines[3]


def test_a_point_that_describes_the_answer_becomes_its_question(judge: EmbeddedJudge) -> None:
    without_lesson = STORY.replace(" Since then we compare each release with the last.", "")
    advice = coached(judge, without_lesson, FAILURE)
    assert "Part of a good answer, and you had it: Names the cause of the failure" in " ".join(advice.keep)
    assert advice.change_first == "Answer this as well: Say more on lesson?"


def test_no_story_is_asked_for_one(judge: EmbeddedJudge) -> None:
    advice = coached(judge, HYPOTHETICAL, FAILURE)
    assert advice.change_first.startswith("Tell one thing that really happened")
    assert advice.change_first.endswith("What about part S?")
    assert advice.better_answer.count("[") == 4


def test_delivery_speaks_only_when_the_content_is_there(judge: EmbeddedJudge) -> None:
    everything = " ".join(point.text for point in OVERFITTING.rubric)
    hasty = (spoken(everything, seconds_per_word=0.15),)
    assert coached_turns(judge, hasty).change_first == TOO_HIGH["speaking rate"]
    assert coached_turns(judge, (spoken(PARTIAL, seconds_per_word=0.15),)).change_first.startswith(
        "Add this first"
    )


def test_every_gate_and_measure_has_its_advice() -> None:
    assert GATE_ADVICE.keys() == CAPS.keys()
    scored = [m for m in score_clarity(OVERFITTING, typed(STRONG)).measures if m.good is not None]
    names = {m.name for m in scored}
    assert TOO_HIGH.keys() == names
    assert names >= TOO_LOW.keys()
    for measure in scored:
        assert delivery_advice(measure) == ""
        assert measure.good is not None
        above = measure.model_copy(update={"value": measure.good[1] + 1})
        assert delivery_advice(above) == TOO_HIGH[measure.name]
