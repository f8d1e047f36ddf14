"""A preparation by weeks until the interview: the authored plan, cut to the time that is left and led by what is weak.

Tasks about weak topics come first and tasks about what goes well are halved; where a stretch has fewer days than it was
written for, its minutes are cut at the same pace and what does not fit is named. Nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pydantic import Field

from interviewer.domain import Noun
from interviewer.domain.preparation import Practice, Preparation, Stretch, Task
from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.progress.overview import Progress
from interviewer.progress.returning import ReturningPoint
from interviewer.progress.starting import Start, start_of
from interviewer.progress.tracks import Track
from interviewer.report.wording import plural

WEAK_BELOW, WELL_FROM = 3.0, 4.0  # of 5; in between nothing is changed
WELL_ANSWERS = 2  # one good answer proves little
LONGEST_PLAN_DAYS = 730
LEAST_SITTING_MINUTES = 15
_WEEK_DAYS = 7
PASSED = "its time has passed"
TOO_LITTLE_TIME = "no time left for it"


class Sitting(Noun):
    """A task, or the part of it that belongs to this week."""

    task: str
    title: str
    text: str
    minutes: int
    because: str = ""
    start: Start | None = None


class Week(Noun):
    title: str
    aim: str
    first: date
    last: date
    sittings: tuple[Sitting, ...]
    returning: tuple[ReturningPoint, ...] = Field(
        default=(), description="Points that come back in these days; those overdue are in the first week."
    )

    @property
    def minutes(self) -> int:
        return sum(sitting.minutes for sitting in self.sittings)


class LeftOut(Noun):
    title: str
    because: str


class Plan(Noun):
    today: date
    interview: date
    weeks: tuple[Week, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.interview - self.today).days


def plan_until(
    interview: date, today: date, progress: Progress, preparation: Preparation, library: Library
) -> Plan:
    """The plan from today on. InterviewerError when the day has passed or is too far away to plan for."""
    days = (interview - today).days
    if days < 0:
        raise InterviewerError(
            f"The interview on {interview} lies {-days} days back.", "Name a day that is still to come."
        )
    if days > LONGEST_PLAN_DAYS:
        raise InterviewerError(
            f"The interview on {interview} is {days} days away; plans reach {LONGEST_PLAN_DAYS} days.",
            "Check the year, or name an earlier day.",
        )
    weeks: list[Week] = []
    left_out: list[LeftOut] = []
    for number, stretch in enumerate(preparation.plan):
        begins = max(days, stretch.from_days) if number == 0 else stretch.from_days
        there = min(days, begins) - stretch.to_days + 1  # days of it that are left
        if there <= 0:
            left_out += [LeftOut(title=task.title, because=PASSED) for task in stretch.tasks]
            continue
        sittings = _adapted(stretch, progress, library)
        share = min(1.0, there / (stretch.from_days - stretch.to_days + 1))
        kept, over = _fitting(sittings, round(share * sum(s.minutes for s in sittings)))
        left_out += [LeftOut(title=sitting.title, because=TOO_LITTLE_TIME) for sitting in over]
        weeks += _weeks(stretch, kept, interview, there)
    return Plan(
        today=today,
        interview=interview,
        weeks=tuple(_with_points(weeks, progress)),
        left_out=tuple(left_out),
        notes=tuple(_notes(progress, interview)),
    )


def _adapted(stretch: Stretch, progress: Progress, library: Library) -> list[Sitting]:
    """The stretch's tasks: weak subjects first, and half the time for what goes well."""
    weak: list[Sitting] = []
    others: list[Sitting] = []
    for task in stretch.tasks:
        tracks = _tracks_of(task.practise, progress) if task.practise else []
        start = start_of(task.practise, library) if task.practise else None
        lowest = min(tracks, key=lambda track: track.mean or 0.0, default=None)
        if lowest is not None and (lowest.mean or 0.0) < WEAK_BELOW:
            weak.append(_sitting(task, task.minutes, f"{_named(lowest)} so far: comes first", start))
        elif lowest is not None and _goes_well(lowest):
            half = max(5, round(task.minutes / 10) * 5)
            others.append(_sitting(task, half, f"{_named(lowest)} or more so far: half the time", start))
        else:
            others.append(_sitting(task, task.minutes, "", start))
    return weak + others


def _tracks_of(practise: Practice, progress: Progress) -> list[Track]:
    """What has been measured of the task's subject: its topics, or its kinds where it names no topic."""
    if practise.topics:
        return [track for track in progress.topics if track.name in practise.topics]
    return [track for track in progress.kinds if track.name in practise.kinds]


def _goes_well(lowest: Track) -> bool:
    return (lowest.mean or 0.0) >= WELL_FROM and lowest.answers >= WELL_ANSWERS


def _named(track: Track) -> str:
    return f"{track.name.replace('_', ' ')} {track.mean:.1f} of 5"


def _sitting(task: Task, minutes: int, because: str, start: Start | None) -> Sitting:
    return Sitting(
        task=task.id, title=task.title, text=task.text, minutes=minutes, because=because, start=start
    )


def _fitting(sittings: Sequence[Sitting], minutes: int) -> tuple[list[Sitting], list[Sitting]]:
    """What there is time for, in order, and what there is not; the last one that fits may be cut short."""
    kept: list[Sitting] = []
    over: list[Sitting] = []
    for sitting in sittings:
        left = minutes - sum(one.minutes for one in kept)
        if sitting.minutes <= left:
            kept.append(sitting)
        elif left >= max(LEAST_SITTING_MINUTES, sitting.minutes / 2):
            kept.append(sitting.model_copy(update={"minutes": left // 5 * 5}))
        else:
            over.append(sitting)
    return kept, over


def _weeks(stretch: Stretch, sittings: Sequence[Sitting], interview: date, days: int) -> Iterator[Week]:
    """The stretch cut into weeks that end with it, each with its share of the minutes."""
    first = interview - timedelta(days=stretch.to_days + days - 1)
    ends = [interview - timedelta(days=stretch.to_days + before) for before in range(0, days, _WEEK_DAYS)][
        ::-1
    ]
    shares = _shared_out(sittings, [(end - first).days + 1 for end in ends])
    for end, share in zip(ends, shares, strict=True):
        yield Week(title=stretch.title, aim=stretch.aim, first=first, last=end, sittings=tuple(share))
        first = end + timedelta(days=1)


def _shared_out(sittings: Sequence[Sitting], until: Sequence[int]) -> list[list[Sitting]]:
    """One list for each week; `until` counts the days up to each week's end. Long tasks go over several weeks."""
    total = sum(sitting.minutes for sitting in sittings)
    limits = [total * days / until[-1] for days in until]
    weeks: list[list[Sitting]] = [[] for _ in until]
    spent, week = 0, 0
    for sitting in sittings:
        left = sitting.minutes
        while left > 0:
            room = limits[week] - spent
            if week + 1 < len(weeks) and room < LEAST_SITTING_MINUTES:
                week += 1
                continue
            last = week + 1 == len(weeks) or left - room < LEAST_SITTING_MINUTES
            minutes = left if last else round(room / 5) * 5
            weeks[week].append(sitting.model_copy(update={"minutes": minutes}))
            spent, left = spent + minutes, left - minutes
    return weeks


def _with_points(weeks: Sequence[Week], progress: Progress) -> Iterator[Week]:
    """Each week with the points that come back in it."""
    zone = progress.now.tzinfo
    for number, week in enumerate(weeks):
        begins = date.min if number == 0 else week.first
        due = [p for p in progress.returning if begins <= p.due.astimezone(zone).date() <= week.last]
        yield week.model_copy(update={"returning": tuple(due)})


def _notes(progress: Progress, interview: date) -> Iterator[str]:
    if not progress.topics:
        yield "Nothing has been scored yet, so this is the plan as it is written: after a session it leads to what is weak."
    zone = progress.now.tzinfo
    after = sum(point.due.astimezone(zone).date() > interview for point in progress.returning)
    if after:
        yield f"{plural(after, 'point')} not due before the interview."
