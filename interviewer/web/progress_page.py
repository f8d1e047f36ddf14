"""What the progress page tells: nothing that is not in `Progress` or the plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.library.preparation import load_preparation
from interviewer.progress.overview import RECENT_DAYS, Progress
from interviewer.progress.planning import Plan, plan_until
from interviewer.progress.starting import round_for


def context(found: Progress, library: Library, wanted: str) -> dict[str, Any]:
    """For the template. `wanted` is the day of the interview as it was sent, "" for none; one that cannot be planned
    for is answered on the page."""
    plan: Plan | None = None
    trouble = ""
    today = found.now.date()
    if wanted:
        try:
            plan = plan_until(_day(wanted), today, found, load_preparation(), library)
        except InterviewerError as error:
            trouble = f"{error.message} {error.hint}"
    return {
        "found": found,
        "due": round_for(found.due, library),
        "plan": plan,
        "wanted": wanted if plan else "",
        "others_shown": any(len(track.comparable) < len(track.marks) for track in found.aspects),
        "trouble": trouble,
        "asked": {question.id: question.written for question in library.questions.values()},
        "personas": library.personas,
        "recent": [today - timedelta(days=days) for days in reversed(range(RECENT_DAYS))],
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InterviewerError("That is no date.", "Choose a day such as 2026-12-24.") from None
