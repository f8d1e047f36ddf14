"""The pages' templates. Everything in them is escaped; the pages load their scripts and styles from /static."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader

from interviewer.report import html
from interviewer.session.store import SessionSummary
from interviewer.web.protocol import LONGEST_ANSWER, LONGEST_NOTES


def templates() -> Environment:
    """Ours before the report's: the replay page is the report with a way back, to retry and to delete."""
    environment = html.environment(PackageLoader("interviewer.web", "templates"))
    environment.filters.update(words=words, day=html.date_text)
    environment.globals.update(state_of=state_of, longest_answer=LONGEST_ANSWER, longest_notes=LONGEST_NOTES)
    return environment


def words(name: str) -> str:
    """An identifier as people read it."""
    return _ABBREVIATIONS.get(name) or name.replace("_", " ").capitalize()


_ABBREVIATIONS = {
    "ml_fundamentals": "ML fundamentals",
    "mlops": "MLOps",
    "responsible_ai": "Responsible AI",
    "ab_testing": "A/B testing",
}


def state_of(row: SessionSummary) -> str:
    return "Demo" if row.demo else "Ended" if row.ended else "Broke off"
