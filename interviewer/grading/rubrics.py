"""Against what an answer is graded: the caller's rubric, the bank's question that asks the same, or a reference answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Question, RubricPoint
from interviewer.domain.content import Kind
from interviewer.evaluator.contrast import cosines
from interviewer.grading.matching import QuestionMatcher
from interviewer.grading.task import GradingTask
from interviewer.ports import Embedder

SAME_POINT = 0.75
"""Cosine from which a caller's point is taken to claim what a point of the bank claims."""
NEAR = 3
"""So many questions of the bank may ask for what the caller asks for: an answer that resembles them is not amiss."""
SAYS_THE_SAME = 0.4
"""Mean cosine of a reference's sentences to the nearest points of a rubric from which both answer one question. The bank's
model answers reach .54 with their own question in nine of ten and .42 with their nearest neighbour in one of twenty."""
_SHORTEST_POINT_WORDS = 4
_ASKS_FOR_STORY = re.compile(
    r"\b(?:tell (?:me|us) about (?:a|an|one|the) (?:\w+ ){0,3}(?:time|situation|project|occasion|moment|case)"
    r"|(?:describe|give|share|walk \w+ through) (?:\w+ ){0,2}(?:time|situation|example|story|occasion|instance)"
    r"|have you ever|when (?:did|have) you (?:last )?|(?:last|first) time you)\b",
    re.IGNORECASE,
)
_HINTS = (
    "Say first what the question is about.",
    "Go through it part by part, with a reason for each.",
    "Give an example.",
)


@dataclass(frozen=True)
class Measure:
    """What an answer is measured against. `bank_id` is None when nothing in the bank asks the same; without
    `has_content` there is no rubric, and content is not scored."""

    question: Question
    bank_id: str | None
    has_content: bool


class Measures:
    """Finds the measure of a task. Reads the bank's questions once."""

    def __init__(self, bank: Mapping[str, Question], embedder: Embedder) -> None:
        self._bank = bank
        self._embedder = embedder
        self._matcher = QuestionMatcher(bank, embedder)

    def of(self, task: GradingTask) -> Measure:
        """The caller's rubric before the bank's, and the bank's before a reference answer that agrees with it: one that
        says something else shows that the bank asks something else."""
        points = _points_of(task.reference) if task.reference else ()
        same = self._bank.get(task.question)
        if same is None:
            same = self._matcher.same_question(task.question)
            same = None if same and points and not self._agree(points, same) else same
        kind = task.kind or (same.kind if same else _kind_of(task.question))
        if task.rubric:
            return Measure(self._own_question(task, kind, task.rubric), same.id if same else None, True)
        if same is not None:
            changed = same if kind == same.kind else same.model_copy(update={"kind": kind})
            return Measure(changed, same.id, True)
        if points:
            return Measure(self._own_question(task, kind, points), None, True)
        return Measure(_question(task, kind, (RubricPoint(id="none", text=task.question),)), None, False)

    def _agree(self, reference: tuple[RubricPoint, ...], question: Question) -> bool:
        likeness = cosines(
            self._embedder.encode([point.text for point in reference]),
            self._embedder.encode([point.text for point in question.rubric]),
        )
        return float(likeness.max(axis=1).mean()) >= SAYS_THE_SAME

    def _own_question(self, task: GradingTask, kind: Kind, rubric: tuple[RubricPoint, ...]) -> Question:
        if not self._bank:
            return _question(task, kind, rubric)
        near, _ = self._matcher.candidates(task.question)
        own = _question(task, kind, self._with_other_words(rubric, near))
        return own.model_copy(update={"near": tuple(question.id for question in near[:NEAR])})

    def _with_other_words(
        self, rubric: tuple[RubricPoint, ...], near: Sequence[Question]
    ) -> tuple[RubricPoint, ...]:
        """Points that come without other words are lent those of a bank's point that claims the same."""
        if all(point.phrasings and point.misconceptions for point in rubric):
            return rubric
        known = [point for question in near for point in question.rubric]
        likeness = cosines(
            self._embedder.encode([point.text for point in rubric]),
            self._embedder.encode([point.text for point in known]),
        )
        return tuple(
            _lent(point, known[int(row.argmax())]) if row.max() >= SAME_POINT else point
            for point, row in zip(rubric, likeness, strict=True)
        )


def _lent(point: RubricPoint, other: RubricPoint) -> RubricPoint:
    return point.model_copy(
        update={
            "phrasings": point.phrasings or (other.text, *other.phrasings),
            "misconceptions": point.misconceptions or other.misconceptions,
        }
    )


def _kind_of(asked: str) -> Kind:
    return "behavioural" if _ASKS_FOR_STORY.search(asked) else "concept"


def _points_of(reference: str) -> tuple[RubricPoint, ...]:
    """One point for each sentence of a good answer that says something."""
    sentences = [s.strip() for s in re.split(r"(?<=[.?!;]) +|\n+", reference) if s.strip()]
    said = [s for s in sentences if len(s.split()) >= _SHORTEST_POINT_WORDS] or sentences
    return tuple(RubricPoint(id=f"point_{n}", text=text) for n, text in enumerate(said, start=1))


def _question(task: GradingTask, kind: Kind, rubric: tuple[RubricPoint, ...]) -> Question:
    return Question(
        id="asked",
        kind=kind,
        topics=("own",),
        levels=("junior", "senior", "staff"),
        minutes=3.0,
        spoken=task.question,
        written=task.question,
        rubric=rubric,
        follow_ups=(),
        hints=_HINTS,
        model_answer=task.reference or " ".join(point.text for point in rubric),
        sources=("the caller",),
    )
