"""Plain questions from a CSV or JSONL file: what many people have, and what drafts begin with."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from interviewer.domain import Level
from interviewer.library.yaml_reader import ContentError, Mistake

COLUMNS = ("question", "answer", "topic", "level")
SUFFIXES = (".csv", ".tsv", ".jsonl")
_HINT = f"Expected are the columns {', '.join(COLUMNS)}; all but the first may be missing."
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class PlainQuestion:
    """One row. `topic` is an identifier or ""; `levels` is empty when the row names none."""

    line: int
    question: str
    answer: str = ""
    topic: str = ""
    levels: tuple[Level, ...] = ()


def read_plain_questions(path: Path) -> list[PlainQuestion]:
    """The questions of a .csv, .tsv or .jsonl file. ContentError with every mistake by line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        mistake = Mistake(path, 1, f"this file could not be read: {error}.")
        raise ContentError([mistake], "Save it as UTF-8 text.") from None
    rows = list(_objects(path, text) if path.suffix.lower() == ".jsonl" else _rows(path, text))
    mistakes: list[Mistake] = []
    found: dict[str, PlainQuestion] = {}
    for line, row in rows:
        try:
            plain = _plain(line, row)
        except ValueError as error:
            mistakes.append(Mistake(path, line, str(error)))
            continue
        first = found.setdefault(plain.question.casefold(), plain)
        if first is not plain:
            mistakes.append(Mistake(path, line, f"the same question as in line {first.line}."))
    if not rows:
        mistakes.append(Mistake(path, 1, "there is no question in this file."))
    if mistakes:
        raise ContentError(mistakes, _HINT)
    return list(found.values())


def _rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row by column name, in small letters, with its line."""
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        if "question" not in names:
            said = f"there is no column 'question'; found: {', '.join(filter(None, names)) or 'nothing'}."
            raise ContentError([Mistake(path, 1, said)], _HINT)
        line = reader.line_num + 1
        for values in reader:
            if any(value.strip() for value in values):
                yield line, dict(zip(names, values, strict=False))
            line = reader.line_num + 1  # a quoted value may hold line ends
    except csv.Error as error:
        mistake = Mistake(path, reader.line_num, f"this is no valid CSV: {error}.")
        raise ContentError([mistake], "Mend that line.") from None


def _objects(path: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for line, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            value = json.loads(row)
        except json.JSONDecodeError as error:
            mistake = Mistake(path, line, f"this is no valid JSON: {error.msg}.")
            raise ContentError([mistake], "Each line must be a JSON object.") from None
        if not isinstance(value, dict):
            raise ContentError([Mistake(path, line, "this is no JSON object.")], _HINT)
        yield line, {str(k).lower(): _joined(v) for k, v in value.items()}


def _joined(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _plain(line: int, row: dict[str, str]) -> PlainQuestion:
    """One row's question; ValueError says what is wrong with the row."""
    question, answer, topic, level = (" ".join(row.get(name, "").split()) for name in COLUMNS)
    if not question:
        raise ValueError("the question is missing.")
    return PlainQuestion(line, question, answer, _topic(topic), _levels(level))


def _topic(text: str) -> str:
    topic = "_".join(re.findall(r"[a-z0-9]+", text.lower()))
    if text and not topic[:1].isalpha():
        raise ValueError(f"the topic '{text}' must begin with a letter.")
    return topic


def _levels(text: str) -> tuple[Level, ...]:
    known: Sequence[str] = get_args(Level)
    wanted = [word for word in re.split(r"[\s,;/]+", text.lower()) if word]
    for word in wanted:
        if word not in known:
            raise ValueError(f"there is no level '{word}'; known are {', '.join(known)}.")
    return tuple(cast(Level, level) for level in known if level in wanted)
