from __future__ import annotations

import random
from typing import get_args

import pytest
from builders import a_turn
from fixture_bank import FAILURE, GOOD_PLAIN, INDEXES_STRONG, OVERFITTING, PARTIAL, STRONG, WRONG, rough_words

from interviewer.domain import Gate, Question
from interviewer.evaluator.gates import CAPS, Topic, not_known, textual_gate, topical_gate


def gate(text: str, question: Question = OVERFITTING) -> str | None:
    return textual_gate(text, question, recognised=False)


@pytest.mark.parametrize(
    "text", [STRONG, GOOD_PLAIN, PARTIAL, WRONG, rough_words(STRONG), rough_words(GOOD_PLAIN)]
)
def test_real_answers_pass(text: str) -> None:
    assert gate(text) is None


@pytest.mark.parametrize("text", ["", "   ", "...", "um uh"])
def test_nothing_said(text: str) -> None:
    assert gate(text) == "empty"


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "Sorry, I really don't know that one, can we move on?",
        "honestly no idea",
        "um i have no clue sorry next question please",
        "I'm not familiar with that, I'd have to look it up.",
        "Let's skip this, my mind went blank.",
    ],
)
def test_non_answers(text: str) -> None:
    assert gate(text) == "non_answer"


def test_doubt_before_a_real_answer_is_no_non_answer() -> None:
    text = (
        "I'm not sure, but I think the model memorises the training examples and then fails on unseen data."
    )
    assert gate(text) is None


@pytest.mark.parametrize(
    "text", [OVERFITTING.spoken, "So, what is overfitting and what would I do about overfitting?"]
)
def test_the_question_read_back(text: str) -> None:
    assert gate(text) == "echo"


def test_shuffled_words_are_mostly_noticed_and_real_speech_never() -> None:
    noticed = 0
    for seed in range(20):
        words = rough_words(f"{STRONG} {GOOD_PLAIN} {INDEXES_STRONG}").split()
        random.Random(seed).shuffle(words)
        noticed += gate(" ".join(words)) == "word_salad"
    assert noticed >= 17


def test_a_bare_word_is_too_short() -> None:
    assert gate("Memorising the training noise.") == "too_short"


def topic(
    points: list[float], question: float = 0.5, terms: int = 5, elsewhere: tuple[float, ...] = ()
) -> Topic:
    return Topic(points=points, question=question, shared_terms=terms, elsewhere=elsewhere)


def test_another_question_fits_better() -> None:
    assert topical_gate(topic([0.3, 0.3], elsewhere=(0.2, 0.6)), OVERFITTING) == "other_question"
    assert topical_gate(topic([0.6, 0.6], elsewhere=(0.2, 0.6)), OVERFITTING) is None


def test_off_topic_needs_every_sign() -> None:
    assert topical_gate(topic([0.2, 0.1], question=0.1, terms=0), OVERFITTING) == "off_topic"
    assert topical_gate(topic([0.2, 0.6], question=0.1, terms=0), OVERFITTING) is None
    assert topical_gate(topic([0.2, 0.1], question=0.6, terms=0), OVERFITTING) is None
    assert topical_gate(topic([0.2, 0.1], question=0.1, terms=9), OVERFITTING) is None


def test_stories_may_be_about_anything() -> None:
    assert topical_gate(topic([0.1], question=0.0, terms=0, elsewhere=(0.9,)), FAILURE) is None


def test_every_gate_has_a_cap() -> None:
    assert set(CAPS) == set(get_args(Gate))
    assert all(0 <= cap <= 1 for cap in CAPS.values())


@pytest.mark.parametrize(
    ("said", "turns"),
    [
        ((), 0),
        ((STRONG,), 0),
        ((STRONG, "I'm not sure, to be honest."), 1),
        (("I don't know.", "No idea, sorry."), 2),
        (("I don't know.", PARTIAL), 0),
        (("I don't know.", PARTIAL, "I don't know."), 1),
    ],
)
def test_the_latest_turns_that_tell_nothing_are_counted(said: tuple[str, ...], turns: int) -> None:
    assert not_known([a_turn(text) for text in said], OVERFITTING) == turns
