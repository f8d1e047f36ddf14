"""Everything there is to say about somebody's practice at one moment, ready for page, terminal and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from pydantic import Field

from interviewer.domain import Noun, Question
from interviewer.progress.record import Held
from interviewer.progress.returning import ReturningPoint, returning_points
from interviewer.progress.tracks import Track, aspect_tracks, kind_tracks, question_tracks, topic_tracks
from interviewer.report.wording import plural

MOST_WEAKEST = 5
RECENT_DAYS = 28

STALE = "words changed since it was scored: score it again"
UNSCORED = "not scored"
OTHER_JUDGE = "scored by another judge, so not to be compared with the latest"
ROUGH = "written down roughly"


class SessionLine(Noun):
    """A session in the list, and what keeps its score from counting like the others."""

    session: str
    started: datetime
    persona: str
    questions: int
    score: float | None
    interval: tuple[float, float] | None = None
    caveats: tuple[str, ...] = ()


class Covered(Noun):
    """How much of the bank has been answered; a question that was skipped without a word has not."""

    kind: str
    answered: int
    of: int


class Habit(Noun):
    """When there was practice. Told, never scolded: a pause is nobody's business."""

    this_week: int
    weeks_in_a_row: int
    days: tuple[date, ...] = Field(description="Days with practice among the last 28.")


class Progress(Noun):
    now: datetime
    sessions: tuple[SessionLine, ...]
    judge: str | None = Field(description="Who scored the latest session.")
    aspects: tuple[Track, ...]
    kinds: tuple[Track, ...]
    topics: tuple[Track, ...]
    repeated: tuple[Track, ...] = Field(description="Questions answered more than once.")
    returning: tuple[ReturningPoint, ...]
    covered: tuple[Covered, ...]
    habit: Habit
    notes: tuple[str, ...] = ()

    @property
    def due(self) -> tuple[ReturningPoint, ...]:
        return tuple(point for point in self.returning if point.due <= self.now)

    @property
    def later(self) -> tuple[ReturningPoint, ...]:
        return tuple(point for point in self.returning if point.due > self.now)

    @property
    def weakest(self) -> tuple[ReturningPoint, ...]:
        """What costs most by the latest answers."""
        costly = [point for point in self.returning if point.loss > 0]
        return tuple(sorted(costly, key=lambda p: (-p.loss, -p.missed, p.question, p.point))[:MOST_WEAKEST])


def progress_of(sessions: Sequence[Held], questions: Mapping[str, Question], now: datetime) -> Progress:
    """`sessions` oldest first; `now` with its time zone, whose days are the days that count."""
    judge = next((held.judge for held in reversed(sessions) if held.judge is not None), None)
    return Progress(
        now=now,
        sessions=tuple(_line(held, judge) for held in reversed(sessions)),
        judge=judge,
        aspects=aspect_tracks(sessions),
        kinds=kind_tracks(sessions, questions),
        topics=topic_tracks(sessions, questions),
        repeated=question_tracks(sessions, questions),
        returning=returning_points(sessions, questions),
        covered=_covered(sessions, questions),
        habit=_habit(sessions, now),
        notes=tuple(_notes(sessions, judge)),
    )


def _line(held: Held, judge: str | None) -> SessionLine:
    card = held.scorecard
    scored = card is not None and card.overall is not None
    holds = {
        STALE: held.stale,
        UNSCORED: not held.stale and not scored,
        OTHER_JUDGE: scored and held.judge != judge,
        ROUGH: held.state.rough,
    }
    return SessionLine(
        session=held.session,
        started=held.started,
        persona=held.state.persona,
        questions=len(held.state.answers),
        score=card.overall if card else None,
        interval=card.interval if card else None,
        caveats=tuple(caveat for caveat, true in holds.items() if true),
    )


def _covered(sessions: Iterable[Held], questions: Mapping[str, Question]) -> tuple[Covered, ...]:
    answered = {answer.question for held in sessions for answer in held.state.answers if answer.text}
    of = Counter(question.kind for question in questions.values())
    done = Counter(questions[question].kind for question in answered if question in questions)
    return tuple(Covered(kind=kind, answered=done[kind], of=number) for kind, number in of.items())


def _habit(sessions: Iterable[Held], now: datetime) -> Habit:
    today = now.date()
    days = {held.started.astimezone(now.tzinfo).date() for held in sessions if held.state.answers}
    weeks = {_monday(day) for day in days}
    week = _monday(today) if _monday(today) in weeks else _monday(today) - timedelta(days=7)
    run = 0
    while week - timedelta(days=7 * run) in weeks:
        run += 1
    return Habit(
        this_week=sum(_monday(day) == _monday(today) for day in days),
        weeks_in_a_row=run,
        days=tuple(sorted(day for day in days if timedelta() <= today - day < timedelta(days=RECENT_DAYS))),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _notes(sessions: Sequence[Held], judge: str | None) -> Iterator[str]:
    stale = sum(held.stale for held in sessions)
    if stale:
        yield f"{plural(stale, 'session')} changed after scoring: nothing here rests on the old scores."
    unscored = sum(not held.stale and held.scorecard is None for held in sessions)
    if unscored:
        yield f"{plural(unscored, 'session')} not scored: what was said there is not measured."
    others = sum(held.judge not in (None, judge) for held in sessions)
    if others:
        yield (
            f"{plural(others, 'session')} scored by another judge than the latest one ({judge}): shown, and compared "
            "with nothing. Scored again, they count: interviewer score SESSION"
        )
