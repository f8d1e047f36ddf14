"""From a stored session to what a person reads: the replay, the report files, the score at the end of a practice."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from interviewer.assembly.engines import Engines
from interviewer.assembly.sessions import score_session
from interviewer.audio.recording import CANDIDATE_FILE, has_recording, mix_down, read_wav
from interviewer.audio.sound_files import encode_for_page
from interviewer.conversation.journal import Journal
from interviewer.domain import Scorecard
from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.report import html, machine, markdown, webvtt
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay
from interviewer.report.terminal import scorecard_panel
from interviewer.session.store import SessionStore


def replay_of(store: SessionStore, session: str, library: Library) -> Replay:
    return build_replay(store.events(session), library.questions, library.personas)


def write_report(
    store: SessionStore, session: str, library: Library, form: str, out: Path | None = None
) -> Path:
    """Write the session's report and return its path; beside the recordings unless `out` names another place."""
    replay = replay_of(store, session, library)
    if form == "html":
        text = html.render(replay, _audio(store, session))
    else:
        render = {"md": markdown.render, "json": machine.render, "vtt": webvtt.render}[form]
        text = render(replay)
    path = out or store.folder(session) / f"report.{form}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InterviewerError(
            f"The report could not be written to {path}: {error}.", "Name another place with --out FILE."
        ) from error
    return path


def _audio(store: SessionStore, session: str) -> html.Audio | None:
    """Both voices in one compressed track, or None where nothing was recorded."""
    if not has_recording(store.folder(session)):
        return None
    samples = mix_down(store.folder(session))
    encoded = encode_for_page(samples)
    return html.Audio(encoded.media_type, encoded.data)


def finish(
    store: SessionStore, journal: Journal, library: Library, engines: Engines, console: Console
) -> tuple[Scorecard, Path]:
    """Score the session, show the scorecard and write the page; returns both."""
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Scoring", total=None)
        folder = store.folder(journal.session)
        scorecard = score_session(
            journal,
            library,
            engines,
            lambda done, total: bar.update(task, completed=done, total=total),
            read_wav(folder / CANDIDATE_FILE) if has_recording(folder) else None,
        )
    console.print(scorecard_panel(scorecard, library.personas, library.questions))
    path = write_report(store, journal.session, library, "html")
    console.print(f"Replay with feedback: {path}", soft_wrap=True)
    return scorecard, path
