"""Putting a transcript right: in an editor, or from a file; stored as facts beside what was written first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from interviewer.conversation.journal import Journal
from interviewer.errors import InterviewerError
from interviewer.session.events import TurnCorrected
from interviewer.session.store import SessionStore
from interviewer.session.transcript import corrections, document, spoken_turns

KEPT_FILE = "corrections.txt"


def edited(store: SessionStore, session: str) -> list[TurnCorrected]:
    """Open the transcript in the user's editor. InterviewerError when it cannot be read back, or nothing was changed.

    What was typed is never lost to a mistake in it: it is kept in the session's folder, and the error says where.
    """
    events = store.events(session)
    turns = spoken_turns(events)
    before = document(session, turns)
    if not turns:
        return corrections(session, turns, before, 0.0)  # says that there is nothing to correct
    after = click.edit(before, extension=".txt")
    try:
        return corrections(session, turns, before if after is None else after, store.state(session).clock)
    except InterviewerError as error:
        if after is None or after == before:
            raise
        kept = store.folder(session) / KEPT_FILE
        kept.write_text(after, encoding="utf-8")
        again = f"interviewer score {session} --corrections {kept}"
        raise InterviewerError(
            error.message, f"{error.hint} What you wrote is kept; mend it there, then: {again}"
        ) from error


def read_file(store: SessionStore, session: str, path: Path) -> list[TurnCorrected]:
    """The corrections in a file. InterviewerError when it cannot be read, or changes nothing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InterviewerError(
            f"{path} is not UTF-8 text (byte {error.start}).", f"Convert it with: iconv -t UTF-8 {path}"
        ) from None
    events = store.events(session)
    return corrections(session, spoken_turns(events), text, store.state(session).clock)


def record(journal: Journal, made: Sequence[TurnCorrected], console: Console) -> None:
    for correction in made:
        journal.record(correction)
    turns = ", ".join(f"turn {correction.number}" for correction in made)
    console.print(f"Corrected: {turns}. What was written first is kept and shown beside.")
