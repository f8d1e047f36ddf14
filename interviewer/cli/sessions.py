"""sessions, replay, report, score: what has been practised so far."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from interviewer.cli.content import as_json, print_json
from interviewer.library import places
from interviewer.library.content import load_library
from interviewer.session.store import SessionStore

if TYPE_CHECKING:
    from interviewer.assembly.reports import Form
    from interviewer.audio.devices import DeviceSpeaker


@click.command()
@as_json
def sessions(as_json: bool) -> None:
    """List the sessions so far, newest first."""
    store = SessionStore(places.data_dir())
    rows = store.summaries()
    if as_json:
        print_json([row._asdict() for row in rows])
        return
    if not rows:
        click.echo("There are no sessions yet. Start one: interviewer practice")
        return
    table = Table(
        "session", "started", "persona", "questions", "minutes", "state", "score", box=None, pad_edge=False
    )
    for row in rows:
        state = "demo" if row.demo else "ended" if row.ended else "broke off"
        score = "not scored" if row.overall is None else f"{row.overall:.1f} of 5"
        table.add_row(
            row.session,
            row.started[:16],
            row.persona,
            str(row.questions),
            f"{row.seconds / 60:.1f}",
            state,
            score,
        )
    Console().print(table)


@click.command()
@click.argument("session", required=False)
@click.option("--at", default=0.0, help="Start at this second.")
@click.option("--play/--no-play", default=False, help="Play the recording along with the text.")
@click.option("--speaker", help="Name or number of the device to play on.")
def replay(session: str | None, at: float, play: bool, speaker: str | None) -> None:
    """Walk through SESSION (the latest one unless named), turn by turn with feedback."""
    from interviewer.assembly.reports import replay_of
    from interviewer.report.terminal import lines, scorecard_panel

    library = load_library()
    store = SessionStore(places.data_dir())
    session = session or store.latest()
    told = replay_of(store, session, library)
    console = Console()
    speakers = _play(store, session, at, speaker) if play else None
    begun = time.monotonic()
    try:
        for line in lines(told):
            if line.start < at:
                continue
            if speakers is not None:
                time.sleep(max(0.0, (line.start - at) - (time.monotonic() - begun)))
            console.print(line.renderable)
        while speakers is not None and speakers.busy:
            time.sleep(0.1)
    finally:
        if speakers is not None:
            speakers.close()
    if told.scorecard is not None:
        console.print(scorecard_panel(told.scorecard, library.personas, library.questions))


def _play(store: SessionStore, session: str, at: float, name: str | None) -> DeviceSpeaker:
    """Start to play both voices from second `at` on."""
    from interviewer.audio.devices import DeviceSpeaker
    from interviewer.audio.recording import mix_down
    from interviewer.domain import SAMPLE_RATE
    from interviewer.errors import InterviewerError
    from interviewer.ports import Speech

    samples = mix_down(store.folder(session))
    if samples is None or len(samples) == 0:
        raise InterviewerError(
            f"Session {session} has no recording.", f"Read it instead: interviewer replay {session}"
        )
    speaker = DeviceSpeaker(name)
    speaker.open()
    speaker.play(Speech(samples[round(at * SAMPLE_RATE) :], SAMPLE_RATE))
    return speaker


@click.command()
@click.argument("session", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "pdf", "json", "vtt"]),
    default="html",
    show_default=True,
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it; - for standard output."
)
def report(session: str | None, form: Form, out: Path | None) -> None:
    """Write SESSION (the latest one unless named) as a page, a document or data."""
    from interviewer.cli.reporting import write_report

    library = load_library()
    store = SessionStore(places.data_dir())
    session = session or store.latest()
    if str(out) == "-":
        path = write_report(store, session, library, form)
        click.echo(path.read_bytes(), nl=form != "pdf")
        return
    click.echo(write_report(store, session, library, form, out))


@click.command()
@click.argument("session", required=False)
@click.option(
    "--edit", is_flag=True, help="First put the transcript right, in the editor of $VISUAL or $EDITOR."
)
@click.option(
    "--corrections",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="First put the transcript right by this file, which is one that --edit made.",
)
def score(session: str | None, edit: bool, corrections: Path | None) -> None:
    """Score SESSION (the latest one unless named) again with the engines of today.

    With --edit or --corrections the words are put right before; what the recogniser wrote is kept and shown beside.
    """
    from interviewer.assembly.engines import open_engines
    from interviewer.cli.correcting import edited, read_file, record
    from interviewer.cli.reporting import finish
    from interviewer.conversation.journal import Journal
    from interviewer.library.settings import load_settings

    if edit and corrections is not None:
        raise click.UsageError("--edit and --corrections are two ways to do the same: choose one.")
    library = load_library()
    store = SessionStore(places.data_dir())
    session = session or store.latest()
    console = Console()
    store.state(session)  # an unknown name is told before a folder is made for it
    with store.hold(session):
        journal = Journal(store, session, store.state(session))
        if edit:
            record(journal, edited(store, session), console)
        elif corrections is not None:
            record(journal, read_file(store, session, corrections), console)
        with console.status("Loading engines"):
            engines = open_engines(load_settings(), library.questions, typed=True)
        try:
            finish(store, journal, library, engines, console)
        finally:
            engines.close()
