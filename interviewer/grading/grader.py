"""Grades one task after another and puts what the evaluator found into the form other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, get_args

from interviewer.domain import (
    AnswerScore,
    PointVerdict,
    Question,
    Segment,
    StarComponent,
    TechnicalScore,
    Turn,
)
from interviewer.evaluator.gates import textual_gate
from interviewer.evaluator.scorecard import Judge, score_answer
from interviewer.evaluator.star_model import StoryReader
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS
from interviewer.grading.rubrics import Measure, Measures
from interviewer.grading.task import GradingTask
from interviewer.session.state import Answer, Asked


class Ears(Protocol):
    """Writes recordings down."""

    rough: bool

    def transcribe(self, path: Path, phrases: Sequence[str]) -> Turn: ...


class _NoContentJudge:
    """Stands in where there is nothing to measure content against: says so rather than inventing a score."""

    name = "not scored: no rubric, no reference and no such question in the bank"
    prompt_hashes: Mapping[str, str] = {}

    def judge(self, question: Question, turns: Sequence[Turn], *, rough: bool = False) -> TechnicalScore:
        text = "\n".join(turn.text for turn in turns if turn.text)
        gate = textual_gate(text, question, recognised=not all(turn.typed for turn in turns))
        return TechnicalScore(score=None, gate=gate, engine=self.name)


class Grader:
    """Grades tasks; `folder` is where relative paths of recordings start."""

    def __init__(
        self, measures: Measures, judge: Judge, stories: StoryReader, ears: Ears | None, folder: Path
    ) -> None:
        self._measures = measures
        self._judge = judge
        self._stories = stories
        self._ears = ears
        self._folder = folder

    def grade(self, task: GradingTask) -> dict[str, Any]:
        """The task's line of output. InterviewerError when its recording cannot be read."""
        measure = self._measures.of(task)
        turn, rough = self._turn(task, measure.question)
        judge: Judge = self._judge if measure.has_content else _NoContentJudge()
        asked = Asked(text=task.question, at=0.0, persona="", turns=(turn,))
        left_blank = turn.typed and not turn.text  # the writer's choice, not a recogniser's failure
        answer = Answer(question=measure.question.id, persona="", asked=(asked,), skipped=left_blank)
        scored = score_answer(
            measure.question, answer, DEFAULT_WEIGHTS, judge, rough=rough, stories=self._stories
        )
        return _line(task, measure, turn, scored)

    def _turn(self, task: GradingTask, question: Question) -> tuple[Turn, bool]:
        if task.audio is None:
            return _written(task.answer or ""), False
        assert self._ears is not None  # opened whenever a task has a recording
        texts = [question.spoken, question.model_answer]
        texts += [text for point in question.rubric for text in (point.text, *point.phrasings)]
        return self._ears.transcribe(self._folder / task.audio, texts), self._ears.rough


def _written(text: str) -> Turn:
    segments = (Segment(text=text.strip(), start=0.0, end=0.0),) if text.strip() else ()
    return Turn(segments=segments, start=0.0, end=0.0, ended_by="typed", engine="written")


def _line(task: GradingTask, measure: Measure, turn: Turn, scored: AnswerScore) -> dict[str, Any]:
    technical, star, clarity = scored.technical, scored.star, scored.clarity
    return {
        "id": task.id,
        "question_id": measure.bank_id,
        "transcript": turn.text,
        "engine": f"transcript: {turn.engine}; technical: {technical.engine}; star: {star.engine}; clarity: {clarity.engine}",
        "scores": {
            "technical": technical.score,
            "star": star.score,
            "clarity": clarity.score,
            "overall": scored.overall,
        },
        "interval": list(scored.interval) if scored.interval else None,
        "points": [
            {"id": task.point_id(number, verdict.point), **_point(verdict)}
            for number, verdict in enumerate(technical.points)
        ],
        "star": {
            "components": {part: star.components.get(part, False) for part in get_args(StarComponent)},
            "sentences": [{"text": sentence.text, "label": sentence.label} for sentence in star.sentences],
            "quantified_result": star.quantified_result,
        },
        "flags": list(scored.flags),
        "abstained": scored.abstained,
    }


def _point(verdict: PointVerdict) -> dict[str, Any]:
    evidence = verdict.evidence
    return {
        "point": verdict.text,
        "verdict": verdict.verdict,
        "confidence": verdict.confidence,
        "quote": evidence.quote if evidence else None,
        "start": evidence.start if evidence else None,
        "end": evidence.end if evidence else None,
    }
