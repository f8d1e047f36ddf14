"""What `practice` is to ask about, from what its options name."""

from __future__ import annotations

from datetime import datetime

import click
from click.core import ParameterSource

from interviewer.assembly.sessions import opening_of
from interviewer.errors import UnknownNameError
from interviewer.library import places
from interviewer.library.content import Library
from interviewer.session.store import SessionStore


def what_is_due(library: Library, persona: str, chosen: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Who asks what is due, and the questions; InterviewerError when nothing is."""
    if chosen:
        raise click.UsageError("--due chooses the questions: leave --question out.")
    from interviewer.assembly.progress import due_round, progress_now

    store = SessionStore(places.data_dir())
    try:
        start = due_round(progress_now(store, library, datetime.now().astimezone()), library)
    finally:
        store.close()
    source = click.get_current_context().get_parameter_source("persona")
    return (start.persona if source is ParameterSource.DEFAULT else persona), start.chosen


def check_topics(library: Library, topics: tuple[str, ...]) -> None:
    known = sorted({topic for question in library.questions.values() for topic in question.topics})
    for topic in topics:
        if topic not in known:
            raise UnknownNameError("topic", topic, known, "See them all: interviewer questions list")


def of_loop(library: Library, loop: str, round_id: str | None) -> tuple[str, float]:
    """Who opens a loop and how many minutes it takes: both are the loop's to say."""
    context = click.get_current_context()
    for name in ("persona", "minutes"):
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name} cannot be chosen with --loop: its rounds say it.")
    return opening_of(library, loop, round_id)
