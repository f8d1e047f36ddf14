"""A stranger's wording finds the bank's question that asks the same, and nothing where none does."""

from __future__ import annotations

import pytest

from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.grading.matching import QuestionMatcher, ways_to_ask
from interviewer.library.content import load_library

pytestmark = pytest.mark.real

FEW = (
    "dropout_explained",
    "bias_variance_tradeoff",
    "backpropagation_explained",
    "bayes_base_rate",
    "disagreement_on_approach",
    "knowledge_distillation",
    "gated_recurrent_cells",
)


@pytest.fixture(scope="module")
def matcher() -> QuestionMatcher:
    questions = load_library().questions
    return QuestionMatcher({name: questions[name] for name in FEW}, MiniLmEmbedder())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("What does dropout do and why does it work?", "dropout_explained"),
        ("Explain the bias-variance tradeoff.", "bias_variance_tradeoff"),
        ("Describe how backpropagation computes gradients.", "backpropagation_explained"),
        ("How do the gates of an LSTM work?", "gated_recurrent_cells"),
        ("What is knowledge distillation?", "knowledge_distillation"),
    ],
)
def test_a_strangers_wording_finds_its_question(matcher: QuestionMatcher, asked: str, expected: str) -> None:
    found = matcher.same_question(asked)
    assert found is not None and found.id == expected


@pytest.mark.parametrize(
    "asked",
    [
        "What is the capital of France?",
        "How do you design a rate limiter?",
        "Explain how TCP handshakes work.",
    ],
)
def test_a_question_the_bank_does_not_ask_finds_nothing(matcher: QuestionMatcher, asked: str) -> None:
    assert matcher.same_question(asked) is None


def test_an_empty_bank_finds_nothing() -> None:
    assert QuestionMatcher({}, MiniLmEmbedder()).same_question("What is dropout?") is None


def test_hidden_ways_to_ask_are_not_found_by(matcher: QuestionMatcher) -> None:
    question = load_library().questions["dropout_explained"]
    ways = matcher.ways_of(question.id)
    assert len(ways) == len(ways_to_ask(question))
    seen, _ = matcher.candidates(question.spoken)
    assert seen[0].id == question.id
    hidden, rows = matcher.candidates(question.spoken, ways)
    nearest = rows[[found.id for found in hidden].index(question.id), 0] if question in hidden else -1.0
    assert nearest == -1.0
