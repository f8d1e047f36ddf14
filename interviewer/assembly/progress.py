"""From all stored sessions to what they add up to."""

from __future__ import annotations

from datetime import datetime

from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.progress.overview import Progress, progress_of
from interviewer.progress.record import held_from
from interviewer.progress.starting import Start, round_for
from interviewer.session.store import SessionStore


def progress_now(store: SessionStore, library: Library, now: datetime) -> Progress:
    """Folded from the facts each time it is asked for, so that nothing can be out of date."""
    held = (held_from(store.events(session)) for session in store.ids())
    return progress_of([one for one in held if one is not None], library.questions, now)


def due_round(progress: Progress, library: Library) -> Start:
    """The round that practises what is due. InterviewerError when nothing is."""
    start = round_for(progress.due, library)
    if start is not None:
        return start
    if progress.later:
        zone = progress.now.tzinfo
        when = progress.later[0].due.astimezone(zone)
        raise InterviewerError(
            "Nothing is due today.",
            f"The next point comes back on {when:%Y-%m-%d}. Practise something else: interviewer practice",
        )
    raise InterviewerError(
        "Nothing is due: no scored answer has missed a point yet.",
        "Hold an interview first: interviewer practice",
    )
