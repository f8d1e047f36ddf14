"""Scores over time, coverage and habit, and what is said about figures that do not count."""

from __future__ import annotations

from builders import a_persona
from histories import JUDGE, QUESTIONS, answered, facts, held, on_day

from interviewer.domain import Verdict
from interviewer.library.content import Library
from interviewer.progress.overview import OTHER_JUDGE, ROUGH, STALE, UNSCORED, Progress, progress_of
from interviewer.progress.record import held_from
from interviewer.progress.starting import round_for
from interviewer.session.events import Event, TurnCorrected

LIBRARY = Library({"engineer": a_persona()}, QUESTIONS, {})
MISSED: dict[str, dict[str, Verdict]] = {"alpha": {"heavy": "missed", "light": "partial"}}


def progress(*sessions: list[Event], day: float = 30) -> Progress:
    return progress_of([held(events) for events in sessions], QUESTIONS, on_day(day))


def test_nobodys_first_day() -> None:
    found = progress()
    assert found.sessions == ()
    assert found.due == ()
    assert found.weakest == ()
    assert all(track.latest is None for track in found.aspects)
    assert round_for(found.due, LIBRARY) is None
    assert found.habit.weeks_in_a_row == 0


def test_scores_are_called_different_only_where_their_intervals_lie_apart() -> None:
    def change(first: float, last: float, **more: object) -> str:
        told = progress(facts(0, MISSED, score=first), facts(1, MISSED, score=last, **more))  # type: ignore[arg-type]
        return told.aspects[0].change

    assert change(2.0, 4.0) == "higher"
    assert change(4.0, 2.0) == "lower"
    assert change(3.0, 3.6) == "cannot be told"
    assert change(2.0, 4.0, judge="another") == "other judges"
    assert progress(facts(0, MISSED)).aspects[0].change == "one session only"


def test_each_kind_and_topic_has_its_track_weakest_first() -> None:
    found = progress(
        facts(0, {"alpha": {"heavy": "missed"}, "beta": {"heavy": "met"}}, score=2.0),
        facts(1, {"story": {"heavy": "met"}}, score=4.5),
    )
    assert [(track.name, track.mean, track.answers) for track in found.topics] == [
        ("ml", 2.0, 2),
        ("statistics", 2.0, 1),
        ("ownership", 4.5, 1),
    ]
    assert [track.name for track in found.kinds] == ["concept", "behavioural"]
    both, alone = found.topics[0].latest, found.topics[1].latest
    assert both is not None and both.interval is not None
    assert alone is not None and alone.interval == (1.5, 2.5)
    assert both.interval[1] < 2.5, "two answers say more than one"


def test_what_keeps_a_score_from_counting_is_said() -> None:
    changed = [
        *facts(1, MISSED, score=1.0),
        TurnCorrected(at=9.0, number=1, turn=answered("alpha").turn),
    ]
    found = progress(
        facts(0, MISSED, judge="another"),
        changed,
        facts(2, MISSED, scored=False),
        facts(3, MISSED, rough=True),
    )
    assert [line.caveats for line in found.sessions] == [(ROUGH,), (UNSCORED,), (STALE,), (OTHER_JUDGE,)]
    assert [line.score for line in found.sessions] == [3.0, None, None, 3.0]
    assert found.judge == JUDGE
    assert len(found.notes) == 3
    assert len(found.aspects[0].marks) == 2, "neither the unscored nor the stale one"


def test_a_demo_is_nobodys_practice() -> None:
    assert held_from(facts(0, MISSED, demo=True)) is None


def test_coverage_counts_questions_that_were_answered() -> None:
    found = progress(facts(0, {"alpha": {"heavy": "met"}}), facts(1, {"alpha": {"heavy": "met"}}))
    assert [(one.kind, one.answered, one.of) for one in found.covered] == [
        ("concept", 1, 2),
        ("behavioural", 0, 1),
    ]


def test_weeks_in_a_row_outlast_the_beginning_of_a_new_week() -> None:
    told = [facts(day, MISSED) for day in (0, 3, 8)]
    assert progress(*told, day=9).habit.weeks_in_a_row == 2
    assert progress(*told, day=14).habit.weeks_in_a_row == 2, "this week has only begun"
    assert progress(*told, day=14).habit.this_week == 0
    assert progress(*told, day=22).habit.weeks_in_a_row == 0
    assert len(progress(*told, day=9).habit.days) == 3


def test_the_round_of_what_is_due_asks_what_costs_most_first() -> None:
    found = progress(
        facts(0, {"beta": {"light": "missed"}, "alpha": {"heavy": "missed"}}),
        facts(29.5, {"story": {"heavy": "missed"}}),
    )
    assert {point.question for point in found.due} == {"alpha", "beta"}
    assert [point.question for point in found.later] == ["story"]
    start = round_for(found.due, LIBRARY)
    assert start is not None
    assert start.chosen == ("alpha", "beta")
    assert start.command == (
        "interviewer practice --persona engineer --question alpha --question beta --questions 2"
    )
    assert found.weakest[0].point == "heavy"
    others = Library({"scientist": a_persona("scientist")}, QUESTIONS, {})
    substitute = round_for(found.due, others)
    assert substitute is not None
    assert substitute.persona == "scientist", "whoever asked is no longer there"
