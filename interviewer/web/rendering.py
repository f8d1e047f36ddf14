"""The pages' templates. Everything in them is escaped; the pages load their scripts and styles from /static."""

from __future__ import annotations

from datetime import date

from jinja2 import Environment, PackageLoader

from interviewer.progress.tracks import Track
from interviewer.report import charts, html
from interviewer.session.store import SessionSummary
from interviewer.web.protocol import LONGEST_ANSWER, LONGEST_NOTES


def templates() -> Environment:
    """Ours before the report's: the replay page is the report with a way back, to retry and to delete."""
    environment = html.environment(PackageLoader("interviewer.web", "templates"))
    environment.filters.update(words=words, day=html.date_text, short_day=short_day)
    environment.globals.update(
        state_of=state_of,
        trend_of=trend_of,
        percent=charts.percent,
        trend_height=charts.TREND_HEIGHT,
        longest_answer=LONGEST_ANSWER,
        longest_notes=LONGEST_NOTES,
    )
    return environment


def trend_of(track: Track) -> charts.Trend:
    """A track's chart: what another judge scored stands apart."""
    latest = track.marks[-1].judge
    return charts.trend([(mark.score, mark.interval, mark.judge != latest) for mark in track.marks])


def short_day(day: date) -> str:
    """'3 March', for days that are near."""
    return f"{day.day} {day:%B}"


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
