"""The replay as one self-contained page: sound, words that follow it, judgements in the words, charts.

The page reaches for nothing outside itself, and its content security policy forbids it to: only the style sheet and
the script whose hashes stand in the policy run, so that text from a transcript stays text.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from interviewer.report import charts, runs, wording
from interviewer.report.chapters import chapters, title
from interviewer.report.model import Note, Replay


@dataclass(frozen=True)
class Audio:
    """A recording to embed. `mime` such as 'audio/mpeg'; second 0 of `data` is second 0 of the session's clock."""

    mime: str
    data: bytes

    @property
    def uri(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode('ascii')}"


def render(replay: Replay, audio: Audio | None = None) -> str:
    """The page. Without `audio` it says that there is no recording, and why as far as that is known."""
    style, script = _asset("replay.css"), _asset("replay.js")
    template = _environment().get_template("replay.html.j2")
    return template.render(
        replay=replay,
        audio=audio,
        chapters=chapters(replay),
        timeline=charts.timeline(replay),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        date=_date(replay.started),
        title=title(replay),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("interviewer.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        changes=runs.changes,
        cut=runs.cut,
        gauge=charts.gauge,
        score_x=charts.score_x,
        is_note=lambda item: isinstance(item, Note),
        w=wording,
        zip=zip,
    )
    environment.filters.update(clock=wording.clock, score=wording.score_text, at=_at)
    return environment


def _at(seconds: float) -> str:
    """A time for an attribute: hundredths are finer than any word's edge."""
    return f"{seconds:.2f}"


def _asset(name: str) -> str:
    text = (files("interviewer.report") / "templates" / name).read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _policy(style: str, script: str) -> str:
    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; media-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _date(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started  # a date in another form is still the date
    return f"{moment.day} {moment:%B %Y, %H:%M}"
