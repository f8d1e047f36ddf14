"""The replay as JSON for other programs: every field of `Replay`, under its own name, and back again."""

from __future__ import annotations

from interviewer.report.model import Replay


def render(replay: Replay) -> str:
    """Indented JSON ending in a newline; `format_version` says which shape it has."""
    return replay.model_dump_json(indent=2) + "\n"


def read(text: str) -> Replay:
    """What `render` wrote. Raises pydantic.ValidationError for any other shape."""
    return Replay.model_validate_json(text)
