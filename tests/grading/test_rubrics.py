"""What an answer is measured against: the caller's rubric, the bank's, or a reference; and no gate because the bank asks
the same in more words."""

from __future__ import annotations

from typing import Any

import pytest

from interviewer.domain import Segment, Turn
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.grading.rubrics import Measures
from interviewer.grading.task import GradingTask
from interviewer.library.content import load_library

pytestmark = pytest.mark.real

FEW = (
    "transfer_learning_small_image_set",
    "in_context_learning",
    "principal_components",
    "bias_variance_tradeoff",
    "dropout_explained",
    "kmeans_explained",
    "bootstrap_uncertainty",
)
ASKED = "What is principal component analysis?"
RIGHT = """PCA finds the orthogonal directions along which the data vary most, the eigenvectors of the covariance matrix, and
keeps the first few of them. You have to centre the data and scale the features first."""
ELSE = """Panel coordination always follows the agenda that the chair sends round. Everyone gets five minutes. The minutes are
written by the youngest member."""
TERSE = {
    "reuse a trained model": "begin with what another network has learnt",
    "less data and time": "a few hundred examples are enough",
    "keep the lower part fixed": "freeze the first layers",
    "fails on distant tasks": "if the new job is nothing alike it may hurt",
}
PLAIN = """Somebody else trained a network for weeks on millions of photos, and I carry on from what it knows. A few hundred of my
own pictures are then enough. I leave the first layers as they are, since edges look the same everywhere, and teach only the last
one. If my pictures were nothing like theirs it might even hurt."""
RUBRIC = ["directions of largest variance", "eigenvectors of the covariance", "scale the features first"]


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    questions = load_library().questions
    return EmbeddedJudge(MiniLmEmbedder(), {name: questions[name] for name in FEW})


@pytest.fixture(scope="module")
def measures(judge: EmbeddedJudge) -> Measures:
    questions = load_library().questions
    return Measures({name: questions[name] for name in FEW}, judge.embedder)


def typed(text: str) -> Turn:
    return Turn(
        segments=(Segment(text=text, start=0, end=0),), start=0, end=0, ended_by="typed", engine="written"
    )


def task(**line: Any) -> GradingTask:
    return GradingTask.model_validate({"id": 1, "question": ASKED, "answer": RIGHT, **line})


def test_the_bank_s_rubric_goes_before_a_reference_that_agrees_with_it(measures: Measures) -> None:
    assert measures.of(task(reference=RIGHT)).question.id == "principal_components"


def test_a_reference_that_says_something_else_goes_before_the_bank(measures: Measures) -> None:
    measure = measures.of(task(reference=ELSE))
    assert measure.bank_id is None
    assert measure.question.rubric[0].text.startswith("Panel coordination")


@pytest.mark.parametrize("phrased", [False, True])
def test_an_answer_is_not_another_question_s_because_the_bank_asks_the_same(
    measures: Measures, judge: EmbeddedJudge, phrased: bool
) -> None:
    rubric = [{"text": text, "phrasings": [other] if phrased else []} for text, other in TERSE.items()]
    measure = measures.of(task(question="What is transfer learning?", rubric=rubric))
    assert judge.judge(measure.question, [typed(PLAIN)]).gate is None


def test_an_answer_to_another_question_is_still_told(measures: Measures, judge: EmbeddedJudge) -> None:
    measure = measures.of(task(rubric=[{"text": text, "phrasings": [text]} for text in RUBRIC]))
    said = load_library().questions["dropout_explained"].model_answer
    assert judge.judge(measure.question, [typed(said)]).gate == "other_question"
