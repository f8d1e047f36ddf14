"""The plan until the interview: every minute somewhere, the weak first, and nothing dropped in silence."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from histories import QUESTIONS, facts, held, on_day

from interviewer.domain import Loop
from interviewer.domain.preparation import Preparation
from interviewer.errors import InterviewerError
from interviewer.library.content import Library, load_library
from interviewer.library.preparation import load_preparation
from interviewer.progress.overview import progress_of
from interviewer.progress.planning import Plan, plan_until
from interviewer.session.events import Event

TODAY = on_day(0).date()


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="module")
def preparation() -> Preparation:
    return load_preparation()


def planned(
    days: int, library: Library, preparation: Preparation, sessions: tuple[list[Event], ...] = ()
) -> Plan:
    progress = progress_of([held(events) for events in sessions], QUESTIONS, on_day(0))
    return plan_until(TODAY + timedelta(days=days), TODAY, progress, preparation, library)


@pytest.mark.parametrize("days", [0, 1, 5, 10, 20, 56, 90])
def test_the_weeks_follow_each_other_to_the_day(
    days: int, library: Library, preparation: Preparation
) -> None:
    plan = planned(days, library, preparation)
    assert plan.weeks[0].first == TODAY
    assert plan.weeks[-1].last == plan.interview
    for before, after in zip(plan.weeks, plan.weeks[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    assert all((week.last - week.first).days < 7 for week in plan.weeks)
    assert all(week.sittings for week in plan.weeks)


@pytest.mark.parametrize("days", [3, 20, 56, 90])
def test_no_task_is_lost_and_no_minute_is_spent_twice(
    days: int, library: Library, preparation: Preparation
) -> None:
    plan = planned(days, library, preparation)
    spent: Counter[str] = Counter()
    for week in plan.weeks:
        for sitting in week.sittings:
            assert sitting.minutes >= 5
            spent[sitting.title] += sitting.minutes
    tasks = {task.title: task.minutes for stretch in preparation.plan for task in stretch.tasks}
    assert set(spent) | {one.title for one in plan.left_out} == set(tasks)
    assert not set(spent) & {one.title for one in plan.left_out}
    if days >= 56:
        assert spent == tasks
        assert plan.left_out == ()
    else:
        assert all(minutes <= tasks[title] for title, minutes in spent.items())
        assert plan.left_out


def test_weeks_of_one_stretch_are_about_as_full(library: Library, preparation: Preparation) -> None:
    minutes = [week.minutes for week in planned(56, library, preparation).weeks[:6]]
    assert max(minutes) - min(minutes) <= 30


def test_what_is_weak_comes_first_and_what_goes_well_takes_half(
    library: Library, preparation: Preparation
) -> None:
    plain = planned(56, library, preparation)
    weak = planned(56, library, preparation, (facts(-1, {"alpha": {"heavy": "missed"}}, score=1.0),))
    titles = [sitting.title for week in plain.weeks[:6] for sitting in week.sittings]
    first = weak.weeks[0].sittings[0]
    assert titles[0] != "Put the mathematics into words"
    assert first.title == "Put the mathematics into words"
    assert first.because == "statistics 1.0 of 5 so far: comes first"
    good = tuple(facts(-day, {"story": {"heavy": "met"}}, score=4.8) for day in (2, 1))
    halved = planned(14, library, preparation, good)
    minutes = {sitting.title: sitting for week in halved.weeks for sitting in week.sittings}
    assert minutes["Take your own projects apart"].minutes == 75
    assert "half the time" in minutes["Take your own projects apart"].because
    once = planned(14, library, preparation, good[:1])
    assert all("half" not in sitting.because for week in once.weeks for sitting in week.sittings)


def test_points_come_back_in_their_weeks(library: Library, preparation: Preparation) -> None:
    overdue = facts(-9, {"alpha": {"heavy": "missed"}})
    soon = facts(-0.5, {"beta": {"heavy": "missed"}})
    plan = planned(30, library, preparation, (overdue, soon))
    assert [point.question for point in plan.weeks[0].returning] == ["alpha", "beta"]
    assert not any(week.returning for week in plan.weeks[1:])
    assert planned(30, library, preparation).notes, "a plan that rests on nothing says so"


def test_every_task_can_be_begun(library: Library, preparation: Preparation) -> None:
    topics = {topic for question in library.questions.values() for topic in question.topics}
    for week in planned(56, library, preparation).weeks:
        for start in (sitting.start for sitting in week.sittings if sitting.start):
            library.persona(start.persona)
            assert set(start.topics) <= topics
            if start.loop is not None:
                loop: Loop = library.loop(start.loop)
                assert start.round is None or start.round in {one.id for one in loop.rounds}


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), date(2126, 1, 1)])
def test_days_nobody_can_plan_for(day: date, library: Library, preparation: Preparation) -> None:
    progress = progress_of([], QUESTIONS, on_day(0))
    with pytest.raises(InterviewerError, match="days"):
        plan_until(day, TODAY, progress, preparation, library)
