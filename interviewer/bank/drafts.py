"""Questions that are still being written: commented skeletons, kept where nobody is asked them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import jinja2
from pydantic import TypeAdapter, ValidationError

from interviewer.bank.question_checks import FEWER_POINTS, RUBRIC_POINTS, TO_WRITE
from interviewer.bank.schemas import schema_file
from interviewer.domain import Kind, Level, Stage, StarComponent
from interviewer.domain.content import Identifier
from interviewer.engines.spoken_text import spoken_text
from interviewer.errors import InterviewerError
from interviewer.library import places

_MINUTES: dict[Kind, int] = {"system_design": 8, "behavioural": 5}
_USUAL_MINUTES = 4
_WIDTH = 110
_ID_WORDS = 5
_EMPTY_WORDS = frozenset(
    "a an and any are as at be been but by can could describe did do does for from give had has have how i if in "
    "is it its me my of on or please s so some t tell that the their them then there this time to us was were what "
    "when where which who why will with would you your about explain".split()
)


@dataclass(frozen=True)
class Draft:
    """What is known of a question before it is written. An empty text is left to the author."""

    id: str
    kind: Kind
    topic: str = ""
    levels: tuple[Level, ...] = get_args(Level)
    question: str = ""
    answer: str = ""
    source: str = "own"


def skeleton(draft: Draft, path: Path) -> str:
    """The YAML of a question to be written, to lie at `path`: a whole question of its kind, with TODO for its texts."""
    points = FEWER_POINTS.get(draft.kind, RUBRIC_POINTS[0])
    return _TEMPLATES.get_template("question.yaml.j2").render(
        draft=draft,
        topic=draft.topic or draft.kind,
        spoken=spoken_text(draft.question),
        minutes=_MINUTES.get(draft.kind, _USUAL_MINUTES),
        points=[f"{draft.id}_{number}" for number in range(1, points + 1)],
        parts=_parts(draft.kind),
        todo=TO_WRITE,
        path=shlex.quote(str(path)),
        schema=(places.schemas_folder() / schema_file("question")).as_uri(),
    )


def write_draft(draft: Draft, path: Path) -> None:
    """Write the skeleton to `path`. InterviewerError when something lies there, when it would be asked there, or when
    it cannot be written."""
    if path.resolve().parent in {folder.resolve() for folder in places.question_folders()}:
        raise InterviewerError(
            f"Questions in {path.parent} are asked, and this one is still to be written.",
            "Choose another folder; `interviewer questions import` puts it there once it is written.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(skeleton(draft, path))
    except FileExistsError:
        raise InterviewerError(f"{path} is there already.", "Choose another place: --to FILE") from None
    except OSError as error:
        raise InterviewerError(f"{path} could not be written: {error}.", "Choose another place.") from error


def check_identifier(noun: str, name: str) -> None:
    """InterviewerError when `name` cannot be the id of a `noun`."""
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        raise InterviewerError(
            f"'{name}' is no {noun}.", "It is made of small letters, digits and _, and begins with a letter."
        ) from None


def identifier_from(text: str, taken: Collection[str]) -> str:
    """An id in the words of `text` that is not among `taken`."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    telling = [word for word in words if word not in _EMPTY_WORDS] or words
    stem = "_".join(telling[:_ID_WORDS])
    stem = stem if stem[:1].isalpha() else f"q_{stem}".rstrip("_")
    number, name = 1, stem
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def _parts(kind: Kind) -> list[str]:
    """What the first follow-ups are marked with, so that a kind's parts are all drawn out."""
    if kind == "behavioural":
        return [f"star: {part}" for part in get_args(StarComponent)]
    return [f"stage: {stage}" for stage in get_args(Stage)] if kind == "system_design" else []


def _folded(text: str, indent: int) -> str:
    """`text` as the body of a folded YAML block."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    lines = textwrap.wrap(printable, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


# Autoescaping is for HTML.
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.filters["folded"] = _folded
