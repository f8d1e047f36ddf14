"""Against what an answer is graded: the caller's rubric, the bank's question that asks the same, or a reference answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interviewer.domain import Question, RubricPoint
from interviewer.domain.content import Kind
from interviewer.evaluator.contrast import cosines
from interviewer.grading.task import GradingTask
from interviewer.ports import Embedder

SAME_QUESTION = 0.75
"""Cosine of two ways to ask the same. Our written questions against the spoken ones: 43 in 100 find their own and 0.4 another;
with their own taken away 0.4 find one all the same. A wrong rubric is worse than none."""
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
        self._bank = dict(sorted(bank.items()))
        self._embedder = embedder
        self._owners = [question.id for question in self._bank.values() for _ in _ways_to_ask(question)]
        self._asked = embedder.encode(
            [text for question in self._bank.values() for text in _ways_to_ask(question)]
        )

    def of(self, task: GradingTask) -> Measure:
        """The caller's rubric before the bank's, and the bank's before a reference answer."""
        same = self._bank.get(self.same_question(task.question) or "")
        kind = task.kind or (same.kind if same else _kind_of(task.question))
        if task.rubric:
            return Measure(_question(task, kind, task.rubric), same.id if same else None, True)
        if same is not None:
            changed = same if kind == same.kind else same.model_copy(update={"kind": kind})
            return Measure(changed, same.id, True)
        points = _points_of(task.reference) if task.reference else ()
        if points:
            return Measure(_question(task, kind, points), None, True)
        return Measure(_question(task, kind, (RubricPoint(id="none", text=task.question),)), None, False)

    def same_question(self, asked: str) -> str | None:
        """The id of the bank's question that asks the same; None when there is none."""
        if asked in self._bank:
            return asked
        if not self._owners:
            return None
        nearness = cosines(self._embedder.encode([asked]), self._asked)[0]
        nearest = int(np.argmax(nearness))
        return self._owners[nearest] if nearness[nearest] >= SAME_QUESTION else None


def _ways_to_ask(question: Question) -> tuple[str, ...]:
    """Whole questions, and the sentences of the spoken one that ask."""
    asking = [s for s in re.split(r"(?<=[.?!]) +", question.spoken) if s.endswith("?")]
    return (question.spoken, question.written, *asking)


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
