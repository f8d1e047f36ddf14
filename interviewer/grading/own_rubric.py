"""A caller's rubric as it comes: plain sentences, or objects with as much as the caller knows. Shapes only; what remains
wrong is for the model that reads the result to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_points(given: Any) -> Any:
    """Points in the bank's form. A point may be a sentence, its text may be called "point" as in what comes out, and its
    errors may be sentences too. Ids are our own: a caller's may be of any form."""
    if not isinstance(given, list | tuple):
        return given
    return [_point(point, f"point_{number}") for number, point in enumerate(given, start=1)]


def given_ids(given: Any) -> tuple[int | str | None, ...]:
    """What the caller calls each point; None where there is no name."""
    if not isinstance(given, list | tuple):
        return ()
    return tuple(_name(point) for point in given)


def _name(point: Any) -> int | str | None:
    name = point.get("id") if isinstance(point, Mapping) else None
    return name if isinstance(name, int | str) else None


def _point(given: Any, name: str) -> Any:
    if isinstance(given, str):
        return {"id": name, "text": given}
    if not isinstance(given, Mapping):
        return given
    point = {"text": given["point"]} if "point" in given and "text" not in given else {}
    point |= {field: value for field, value in given.items() if field not in ("id", "point")}
    errors = point.get("misconceptions")
    if isinstance(errors, list | tuple):
        point["misconceptions"] = [_error(e, f"{name}_error_{n}") for n, e in enumerate(errors, start=1)]
    return {**point, "id": name}


def _error(given: Any, name: str) -> Any:
    if isinstance(given, str):
        return {"id": name, "wrong": [given]}
    if not isinstance(given, Mapping):
        return given
    wrong = given.get("wrong")
    return {**given, "id": name, "wrong": [wrong] if isinstance(wrong, str) else wrong}
