from __future__ import annotations

import pytest

from interviewer.director.phrasing_check import refusal
from interviewer.domain import FollowUp, Misconception, Question, RubricPoint
from interviewer.library.content import load_library

FOLLOW_UP = "Suppose I hand you a trained model. How would you find out which of the two is hurting it?"

QUESTION = Question(
    id="bias_variance",
    kind="concept",
    topics=("generalisation",),
    levels=("junior",),
    minutes=4,
    spoken="Could you explain the bias variance tradeoff to me?",
    written="Explain the bias-variance tradeoff.",
    rubric=(
        RubricPoint(
            id="diagnosis",
            text="Comparing training and validation error shows which one dominates.",
            phrasings=(
                "You look at the gap between the two curves.",
                "Both errors high means bias.",
                "Plot learning curves.",
            ),
            misconceptions=(
                Misconception(
                    id="more_data",
                    wrong=("More data always mends bias.", "Collecting more samples lowers bias."),
                    denial=("More data does not mend bias.",),
                    correction="More data lowers variance only.",
                ),
            ),
        ),
        RubricPoint(
            id="bias",
            text="Bias is the systematic error of a model that is too simple.",
            phrasings=("It underfits.", "A straight line through a curve.", "Wrong assumptions."),
        ),
        RubricPoint(
            id="variance",
            text="Variance is how much the model changes with the sample.",
            phrasings=("It learned it by heart.", "It follows noise.", "It overfits."),
        ),
    ),
    follow_ups=tuple(
        FollowUp(id=f"f{n}", point="diagnosis", text=FOLLOW_UP, expects="A large gap is variance.")
        for n in range(3)
    ),
    hints=("Think of error.", "Think of two errors.", "Compare the errors on two data sets."),
    model_answer="I would draw learning curves and compare training with validation error.",
    sources=("textbook",),
)


@pytest.mark.parametrize(
    "text",
    [
        FOLLOW_UP,
        "Say I hand you a model that's already trained. How would you find out which of those two is hurting it?",
        "Imagine a trained model lands on your desk. How would you find out which of the two hurts it?",
        "You get a trained model from me. How do you find out which of the two is hurting it?",
    ],
)
def test_the_same_question_in_other_words_may_be_spoken(text: str) -> None:
    assert refusal(text, FOLLOW_UP, QUESTION) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("...", "empty"),
        (
            "You get a trained model. One of the two hurts it. Take your time. How would you find out which?",
            "sentences",
        ),
        (
            "So " * 60 + "how would you find out which of the two is hurting the trained model I hand you?",
            "words",
        ),
        (
            "Suppose I hand you a trained model, how would you find out which of the two is hurting it, and what next, "
            "and why?",
            "more than one question",
        ),
        ("Which of the two is hurting the trained model? How would you find out?", "more than one question"),
        ("Suppose I hand you a trained model. You find out which of the two is hurting it.", "no question"),
        (
            "How would you find out which of the two is hurting a trained model I hand you? Good luck with it.",
            "goes on",
        ),
        ("How would you roll it out to users?", "too few"),
        (
            "(smiles) Suppose I hand you a trained model. How would you find out which of the two is hurting it?",
            "stage",
        ),
        (
            "*leans in* Suppose I hand you a trained model. How would you find out which is hurting it?",
            "stage",
        ),
        (
            "**Suppose** I hand you a trained model. How would you find out which of the two is hurting it?",
            "stage",
        ),
        (
            "- Suppose I hand you a trained model. How would you find out which of the two is hurting it?",
            "markup",
        ),
        (
            "Interviewer: I hand you a trained model. How would you find out which of the two is hurting it?",
            "labels",
        ),
        (
            "<|im_start|>I hand you a trained model. How would you find out which of the two is hurting it?",
            "markup",
        ),
        (
            "Suppose I hand you a trained model 🙂. How would you find out which of the two is hurting it?",
            "emoji",
        ),
        (
            "Предположим, I hand you a trained model. How would you find out which of the two is hurting it?",
            "language",
        ),
        (
            "Sure, here is the question. I hand you a trained model. How would you find out which is hurting it?",
            "task",
        ),
        (
            "That's right. I hand you a trained model. How would you find out which of the two is hurting it?",
            "judges",
        ),
        (
            "Great answer. I hand you a trained model. How would you find out which of the two is hurting it?",
            "judges",
        ),
        (
            "You got 4 out of 5. With a trained model I hand you, how would you find out which is hurting it?",
            "judges",
        ),
        (
            "I hand you a trained model. How would you find out which of the two is hurting it, for example?",
            "example",
        ),
        (
            "I hand you a trained model. How would you find out which of the two is helping it, not hurting it?",
            "round",
        ),
        ("I hand you an untrained model. How would you find out which of the two is hurting it?", "round"),
        ("I hand you a trained model. Why would you find out which of the two is hurting it?", "reason"),
        (
            "I hand you a trained model with 3 layers. How would you find out which of the two is hurting it?",
            "number",
        ),
        ("I hand you a trained LSTM model. How would you find out which of the two is hurting it?", "term"),
        (
            "I hand you three trained models. How would you find out which of the two is hurting them?",
            "number",
        ),
        (
            "I hand you a trained model. How do validation figures let you find out which of the two is hurting it?",
            "word",
        ),
        (
            "I hand you a trained model. How does the gap between the curves let you find out which hurts it?",
            "rubric",
        ),
        (
            "I hand you a trained model, both errors high. How do you find out which of the two is hurting it?",
            "rubric",
        ),
    ],
)
def test_what_may_not_be_spoken_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert reason in (refusal(text, FOLLOW_UP, QUESTION) or "it was allowed")


def test_what_the_candidate_said_is_no_secret() -> None:
    text = "With the validation figures you named and a trained model, how would you find out which of the two is hurting it?"
    assert "rubric" in (refusal(text, FOLLOW_UP, QUESTION) or "")
    assert refusal(text, FOLLOW_UP, QUESTION, ["I would look at validation figures."]) is None


def test_a_request_needs_no_question_mark() -> None:
    authored = "Tell me about the hardest bug you fixed."
    assert refusal("Tell me about the hardest bug you ever fixed.", authored, QUESTION) is None
    assert "no question" in (refusal("The hardest bug you fixed.", authored, QUESTION) or "")


def test_terms_and_numbers_are_carried_over() -> None:
    authored = "How would you choose between L1 and L2 when you have 500 features?"
    assert refusal("With 500 features, how would you choose between L1 and L2?", authored, QUESTION) is None
    assert "term" in (
        refusal("With 500 features, how would you choose a regulariser?", authored, QUESTION) or "few"
    )
    assert (
        refusal("With 50 features, how would you choose between L1 and L2?", authored, QUESTION) is not None
    )


def test_opposites_are_not_swapped() -> None:
    authored = "What does it tell you when the training loss keeps falling?"
    assert "round" in (
        refusal("What does it tell you when the test loss keeps falling?", authored, QUESTION) or ""
    )
    assert "round" in (
        refusal("What does it tell you when the training loss doesn't keep falling?", authored, QUESTION)
        or ""
    )


def test_another_kind_of_the_same_thing_is_another_question() -> None:
    authored = "Why does nearly everyone train with mini batches?"
    assert refusal("Why do you think nearly everyone trains with mini batches?", authored, QUESTION) is None
    assert "kind" in (refusal("Why does nearly everyone train with full batches?", authored, QUESTION) or "")


def test_an_open_question_stays_open() -> None:
    authored = "What would you still be measuring two months after the promotion has ended?"
    leading = "Two months after the promotion has ended, would you still be measuring revenue?"
    assert "yes or no" in (refusal(leading, authored, QUESTION) or "")


def test_every_authored_text_may_be_spoken_as_it_is() -> None:
    for question in load_library(loop_folders=[]).questions.values():
        for authored in (question.spoken, *(follow_up.text for follow_up in question.follow_ups)):
            assert refusal(authored, authored, question) is None
