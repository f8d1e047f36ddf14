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
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from interviewer.report import charts, runs, wording
from interviewer.report.chapters import chapters, title
from interviewer.report.model import Note, Replay


@dataclass(frozen=True)
class Audio:
    """A recording to embed. `mime` such as 'audio/mpeg'; second 0 of `data` is second 0 of the session's clock."""

    mime: str
    data: bytes
    peaks: tuple[float, ...] = ()  # of equal stretches, for a picture of it

    @property
    def uri(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True)
class LinkedAudio:
    """A recording that lies beside the page, at `uri`."""

    uri: str
    peaks: tuple[float, ...] = ()


def render(replay: Replay, audio: Audio | None = None) -> str:
    """The page. Without `audio` it says that there is no recording, and why as far as that is known."""
    style, script = asset("replay.css"), asset("replay.js")
    return (
        environment()
        .get_template("replay.html.j2")
        .render(
            **context(replay, audio),
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    )


def context(replay: Replay, audio: Audio | LinkedAudio | None) -> dict[str, Any]:
    """What the template tells of a session; style, script and policy are for whoever renders it to say."""
    return {
        "replay": replay,
        "audio": audio,
        "chapters": chapters(replay),
        "timeline": charts.timeline(replay),
        "waveform": charts.waveform(audio.peaks if audio else ()),
        "date": date_text(replay.started),
        "title": title(replay),
    }


def environment(*before: BaseLoader) -> Environment:
    """The templates of this room, with those of `before` in front of them: a front may extend our page."""
    environment = Environment(
        loader=ChoiceLoader([*before, PackageLoader("interviewer.report", "templates")]),
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


def asset(name: str) -> str:
    """A style sheet or script of the page, without the blanks at the ends of its lines."""
    text = (files("interviewer.report") / "templates" / name).read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _policy(style: str, script: str) -> str:
    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; media-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def date_text(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started  # a date in another form is still the date
    return f"{moment.day} {moment:%B %Y, %H:%M}"
