"""What helps a candidate prepare, read from prompts/preparation: one file per field of Preparation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interviewer.domain.base import Noun
from interviewer.domain.preparation import (
    Advice,
    Challenge,
    DesignStep,
    JobRole,
    Preparation,
    RedFlag,
    Star,
    Stretch,
)
from interviewer.library import places
from interviewer.library.yaml_reader import ContentError, Document, Mistake, read_yaml

_LISTS: Mapping[str, type[Noun]] = {
    "red_flags": RedFlag,
    "plan": Stretch,
    "design_framework": DesignStep,
    "challenges": Challenge,
    "communication": Advice,
    "on_the_day": Advice,
    "roles": JobRole,
}
"""File name, which is also the key its list stands under -> what the list holds."""


def load_preparation(folder: Path | None = None) -> Preparation:
    """All of it, from the usual place unless another is named. ContentError names file and line."""
    folder = places.preparation_folder() if folder is None else folder
    taken: dict[str, Path] = {}
    read: dict[str, Any] = {name: _read_list(folder / f"{name}.yaml", name, taken) for name in _LISTS}
    document = read_yaml(folder / "star.yaml")
    star = document.validate(Star)
    for key in ("parts", "choosing", "stories"):
        for index, item in enumerate(getattr(star, key)):
            _take(item.id, document, (key, index), taken)
    return Preparation(star=star, **read)


def _read_list(path: Path, name: str, taken: dict[str, Path]) -> tuple[Noun, ...]:
    document = read_yaml(path)
    entries = document.data.get(name) if isinstance(document.data, dict) else None
    if not isinstance(entries, list) or not entries or len(document.data) != 1:
        mistake = Mistake(path, 1, f"expected '{name}:' with a list under it, and nothing else.")
        raise ContentError([mistake], "Mend the file.")
    found: list[Noun] = []
    for index, entry in enumerate(entries):
        item = document.validate(_LISTS[name], (name, index))
        _take(entry["id"], document, (name, index), taken)
        for number, task in enumerate(item.tasks if isinstance(item, Stretch) else ()):
            _take(task.id, document, (name, index, "tasks", number), taken)
        found.append(item)
    return tuple(found)


def _take(item: str, document: Document, loc: tuple[str | int, ...], taken: dict[str, Path]) -> None:
    """Refuse an id that another item has, in whichever file."""
    if item in taken:
        said = f"the id '{item}' is already taken in {taken[item].name}."
        raise ContentError(
            [Mistake(document.path, document.line((*loc, "id")), said)], "Give one of the two another id."
        )
    taken[item] = document.path
