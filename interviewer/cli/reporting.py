"""The report files, and the score at the end of a practice."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from interviewer.assembly.engines import Engines
from interviewer.assembly.reports import Form, report_bytes
from interviewer.assembly.sessions import candidate_sound, score_session
from interviewer.conversation.journal import Journal
from interviewer.domain import Scorecard
from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.report.terminal import scorecard_panel
from interviewer.session.store import SessionStore


def write_report(
    store: SessionStore, session: str, library: Library, form: Form, out: Path | None = None
) -> Path:
    """Write the session's report and return its path; beside the recordings unless `out` names another place."""
    data = report_bytes(store, session, library, form)
    path = out or store.folder(session) / f"report.{form}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InterviewerError(
            f"The report could not be written to {path}: {error}.", "Name another place with --out FILE."
        ) from error
    return path


def finish(
    store: SessionStore, journal: Journal, library: Library, engines: Engines, console: Console
) -> tuple[Scorecard, Path]:
    """Score the session, show the scorecard and write the page; returns both."""
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Scoring", total=None)
        scorecard = score_session(
            journal,
            library,
            engines,
            lambda done, total: bar.update(task, completed=done, total=total),
            candidate_sound(store.folder(journal.session)),
        )
    console.print(scorecard_panel(scorecard, library.personas, library.questions))
    path = write_report(store, journal.session, library, "html")
    console.print(f"Replay with feedback: {path}", soft_wrap=True)
    return scorecard, path
