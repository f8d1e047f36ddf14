"""Scores over time: of the whole, of each skill, of each kind of question and each topic. Arithmetic only.

Two scores are called different only where their intervals lie apart, and are compared only within one judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from interviewer.domain import AnswerScore, Kind, Noun, Question
from interviewer.evaluator.weighing import average
from interviewer.progress.record import Held
from interviewer.report.replay import aspects_of

TrackKind = Literal["aspect", "kind", "topic", "question"]
Change = Literal["higher", "lower", "cannot be told", "one session only", "other judges"]
Interval = tuple[float, float]


class Mark(Noun):
    """One session's score on a track."""

    session: str
    started: datetime
    score: float
    interval: Interval | None = None
    answers: int
    judge: str
    rough: bool = False


class Track(Noun):
    """One thing that is scored, over the sessions in which it was; oldest first."""

    kind: TrackKind
    name: str
    marks: tuple[Mark, ...]

    @property
    def latest(self) -> Mark | None:
        return self.marks[-1] if self.marks else None

    @property
    def comparable(self) -> tuple[Mark, ...]:
        """Marks by the judge who gave the latest one."""
        return tuple(mark for mark in self.marks if mark.judge == self.marks[-1].judge)

    @property
    def answers(self) -> int:
        return sum(mark.answers for mark in self.comparable)

    @property
    def mean(self) -> float | None:
        """Of all answers the latest judge scored."""
        marks = self.comparable if self.marks else ()
        total = sum(mark.answers for mark in marks)
        return round(sum(mark.score * mark.answers for mark in marks) / total, 2) if total else None

    @property
    def change(self) -> Change:
        """From the first session to the latest, as far as the intervals allow to say so."""
        if len(self.marks) < 2:
            return "one session only"
        marks = self.comparable
        if len(marks) < 2:
            return "other judges"
        first, last = marks[0].interval, marks[-1].interval
        if first is None or last is None:
            return "cannot be told"
        return "higher" if last[0] > first[1] else "lower" if last[1] < first[0] else "cannot be told"


def aspect_tracks(sessions: Iterable[Held]) -> tuple[Track, ...]:
    """Overall, technical, story and clarity."""
    marks: dict[str, list[Mark]] = {"overall": [], "technical": [], "star": [], "clarity": []}
    for held in sessions:
        for aspect in aspects_of(held.scorecard) if held.scorecard else ():
            if aspect.score is not None:
                marks[aspect.name].append(_mark(held, aspect.score, aspect.interval, aspect.answers))
    return tuple(Track(kind="aspect", name=name, marks=tuple(found)) for name, found in marks.items())


def kind_tracks(sessions: Iterable[Held], questions: Mapping[str, Question]) -> tuple[Track, ...]:
    """By kind of question, weakest first."""
    return _tracks("kind", sessions, {question.id: (question.kind,) for question in questions.values()})


def topic_tracks(sessions: Iterable[Held], questions: Mapping[str, Question]) -> tuple[Track, ...]:
    """By topic, weakest first."""
    return _tracks("topic", sessions, {question.id: question.topics for question in questions.values()})


def question_tracks(sessions: Iterable[Held], questions: Mapping[str, Question]) -> tuple[Track, ...]:
    """Questions that were answered in more than one session: a retry beside what it repeats."""
    tracks = _tracks("question", sessions, {question: (question,) for question in questions})
    return tuple(track for track in tracks if len(track.marks) > 1)


def _tracks(
    kind: TrackKind, sessions: Iterable[Held], names: Mapping[str, Sequence[Kind | str]]
) -> tuple[Track, ...]:
    marks: dict[str, list[Mark]] = defaultdict(list)
    for held in sessions:
        groups: dict[str, list[AnswerScore]] = defaultdict(list)
        for _, score in held.scored:
            for name in names.get(score.question, ()):
                groups[name].append(score)
        for name, scores in groups.items():
            counted = [
                (s.overall, s.interval or (s.overall, s.overall)) for s in scores if s.overall is not None
            ]
            whole = average(counted)
            if whole is not None:
                marks[name].append(_mark(held, *whole, len(counted)))
    found = [Track(kind=kind, name=name, marks=tuple(found)) for name, found in marks.items()]
    return tuple(sorted(found, key=lambda track: (track.mean or 0.0, track.name)))


def _mark(held: Held, score: float, interval: Interval | None, answers: int) -> Mark:
    return Mark(
        session=held.session,
        started=held.started,
        score=score,
        interval=interval,
        answers=answers,
        judge=held.judge or "",
        rough=held.state.rough,
    )
