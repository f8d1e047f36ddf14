"""progress and plan: what the sessions add up to, and what to do until the interview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from interviewer.cli.content import print_json
from interviewer.library import places
from interviewer.library.content import Library, load_library

if TYPE_CHECKING:
    from interviewer.progress.overview import Progress
    from interviewer.progress.planning import Plan
    from interviewer.progress.returning import ReturningPoint
    from interviewer.progress.tracks import Track

MOST_ROWS = 10
as_object = click.option("--json", "as_json", is_flag=True, help="Print an object for programs.")


def _progress(library: Library) -> Progress:
    from interviewer.assembly.progress import progress_now
    from interviewer.session.store import SessionStore

    store = SessionStore(places.data_dir())
    try:
        return progress_now(store, library, datetime.now().astimezone())
    finally:
        store.close()


@click.command()
@as_object
def progress(as_json: bool) -> None:
    """Show how your scores move, what is weak, and what is due again."""
    library = load_library()
    found = _progress(library)
    if as_json:
        from interviewer.progress.starting import round_for

        due = round_for(found.due, library)
        print_json(found.model_dump(mode="json") | {"practise_due": due.command if due else None})
        return
    if not found.sessions:
        click.echo("There is nothing to show yet. Hold an interview first: interviewer practice")
        return
    console = Console()
    _print_tracks(console, "Scores", found.aspects)
    _print_tracks(console, "Kinds of question, weakest first", found.kinds)
    _print_tracks(console, "Topics, weakest first", found.topics[:MOST_ROWS])
    _print_points(console, "Weakest points", found.weakest, found)
    _print_due(console, found)
    _print_coverage(console, found)
    for note in found.notes:
        console.print(note, style="dim")


def _print_tracks(console: Console, title: str, tracks: Sequence[Track]) -> None:
    from interviewer.report.wording import ASPECT_WORDS, interval_text, score_text

    shown = [track for track in tracks if track.latest is not None]
    if not shown:
        console.print(f"{title}: not measured", style="dim")
        return
    table = Table(
        "", "latest", "likely", "sessions", "since the first", box=None, pad_edge=False, title=title
    )
    table.title_justify = "left"
    for track in shown:
        latest = track.latest
        assert latest is not None
        table.add_row(
            ASPECT_WORDS.get(track.name, track.name.replace("_", " ")),
            score_text(latest.score),
            interval_text(latest.interval) or "not measured",
            str(len(track.marks)),
            track.change,
        )
    console.print(table)
    console.print()


def _print_points(console: Console, title: str, points: Sequence[ReturningPoint], found: Progress) -> None:
    from interviewer.report.wording import VERDICT_WORDS

    if not points:
        return
    table = Table("question", "point", "last", "due", box=None, pad_edge=False, title=title)
    table.title_justify = "left"
    for point in points:
        due = point.due.astimezone(found.now.tzinfo)
        when = "now" if point.due <= found.now else f"{due:%Y-%m-%d}"
        table.add_row(point.question, point.text, VERDICT_WORDS[point.last.verdict].lower(), when)
    console.print(table)
    console.print()


def _print_due(console: Console, found: Progress) -> None:
    from interviewer.report.wording import plural

    if found.due:
        points = plural(len(found.due), "missed point")
        console.print(f"{points} due again. Practise them: interviewer practice --due")
    elif found.later:
        when = found.later[0].due.astimezone(found.now.tzinfo)
        console.print(f"Nothing is due. The next missed point comes back on {when:%Y-%m-%d}.")
    else:
        console.print("No scored answer has missed a point.")


def _print_coverage(console: Console, found: Progress) -> None:
    done, of = sum(one.answered for one in found.covered), sum(one.of for one in found.covered)
    kinds = ", ".join(f"{one.kind.replace('_', ' ')} {one.answered}/{one.of}" for one in found.covered)
    console.print(f"Answered {done} of {of} questions: {kinds}.")
    if found.habit.weeks_in_a_row > 1:
        console.print(f"Practised {found.habit.weeks_in_a_row} weeks in a row.")


@click.command()
@click.option(
    "--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day of the interview."
)
@as_object
def plan(day: datetime, as_json: bool) -> None:
    """Plan the time until the interview, week by week, led by what your sessions showed to be weak."""
    from interviewer.library.preparation import load_preparation
    from interviewer.progress.planning import plan_until

    library = load_library()
    found = _progress(library)
    made = plan_until(day.date(), found.now.date(), found, load_preparation(), library)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    _print_plan(Console(), made)


def _print_plan(console: Console, made: Plan) -> None:
    from interviewer.report.wording import plural

    console.print(f"{plural(made.days, 'day')} until {made.interview:%Y-%m-%d}", style="bold")
    for note in made.notes:
        console.print(note, style="dim")
    for week in made.weeks:
        span = (
            f"{week.first:%d %b}" if week.first == week.last else f"{week.first:%d %b} to {week.last:%d %b}"
        )
        console.print(f"\n{span}: {week.title}, {week.minutes} minutes", style="bold")
        console.print(week.aim, style="dim")
        for sitting in week.sittings:
            why = f" ({sitting.because})" if sitting.because else ""
            console.print(f"{sitting.minutes:4} min  {sitting.title}{why}", soft_wrap=True)
            if sitting.start is not None:
                console.print(f"          {sitting.start.command}", style="dim", soft_wrap=True)
        if week.returning:
            asked = dict.fromkeys(point.question for point in week.returning)
            console.print(f"Points that come back: {len(week.returning)}, in {', '.join(asked)}")
    if made.left_out:
        names = ", ".join(f"{one.title} ({one.because})" for one in made.left_out)
        console.print(f"\nLeft out: {names}", style="dim")
