"""YAML with line numbers, so that a mistake in a content file is named by file, line and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from interviewer.errors import InterviewerError

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

# The C parser is about ten times faster; PyYAML built without libyaml has only the Python one.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong in a content file, and in which line, counted from 1."""

    path: Path
    line: int
    said: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.said}"


class ContentError(InterviewerError):
    """A content file is wrong; the message names file, line and what was expected, one line per mistake."""

    def __init__(self, mistakes: Sequence[Mistake], hint: str) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes), hint)
        self.mistakes = tuple(mistakes)


class Document:
    """One parsed file: its data and the line of every part of it."""

    def __init__(self, path: Path, data: Any, lines: dict[Loc, int]) -> None:
        self.path = path
        self.data = data
        self._lines = lines

    def line(self, loc: Loc) -> int:
        """Line of `loc`, or of the nearest part that encloses it."""
        while loc and loc not in self._lines:
            loc = loc[:-1]
        return self._lines.get(loc, 1)

    def validate(self, model: type[M], loc: Loc = ()) -> M:
        """The part at `loc` as a `model`; ContentError with every mistake found in it."""
        data = self.data
        for key in loc:
            data = data[key]
        try:
            return model.model_validate(data)
        except ValidationError as error:
            mistakes = [self._mistake(model, loc, detail) for detail in error.errors(include_url=False)]
            raise ContentError(mistakes, "Mend the file, then check it with: interviewer doctor") from None

    def _mistake(self, model: type[BaseModel], loc: Loc, detail: Any) -> Mistake:
        where = tuple(detail["loc"])
        name = ".".join(str(part) for part in where) or model.__name__
        said = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            known = list(model.model_fields) if len(where) == 1 else []
            near = difflib.get_close_matches(str(where[-1]), known, n=1)
            said = "is no field here" + (f"; did you mean {near[0]}?" if near else "")
        elif detail["type"] == "missing":
            said = "is missing"
        else:
            said = said[0].lower() + said[1:]
        return Mistake(self.path, self.line((*loc, *where)), f"{name}: {said}")


def read_yaml(path: Path) -> Document:
    """The file at `path`. ContentError when it cannot be read or is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mistake = Mistake(path, 1, f"this file could not be read: {error}.")
        raise ContentError([mistake], "Check that it is a UTF-8 text file.") from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Loc, int] = {}
        if node is not None:
            _collect(path, node, (), lines)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        mistake = Mistake(path, line, f"this is no valid YAML: {error.problem}.")
        raise ContentError([mistake], "Mend that line.") from None
    except yaml.YAMLError as error:
        mistake = Mistake(path, 1, f"this is no valid YAML: {error}.")
        raise ContentError([mistake], "Mend the file.") from None
    finally:
        loader.dispose()
    return Document(path, data, lines)


def _collect(path: Path, node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> None:
    lines[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _collect(path, child, (*loc, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            here = (*loc, key.value)
            if here in lines:
                mistake = Mistake(path, key.start_mark.line + 1, f"'{key.value}' stands here twice.")
                raise ContentError([mistake], "Remove one of the two.")
            _collect(path, child, here, lines)
            lines[here] = key.start_mark.line + 1
