"""Groups what was said by question, the same way for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from interviewer.report.model import AnswerReview, Line, Note, Replay


@dataclass(frozen=True)
class Chapter:
    """What belongs to one question, with the words that led to it; the last may have no question."""

    review: AnswerReview | None
    items: tuple[Line | Note, ...]


def title(replay: Replay) -> str:
    names = [who.name for who in replay.personas.values()]
    *others, last = names or ["nobody"]
    return f"Interview with {', '.join(others)} and {last}" if others else f"Interview with {last}"


def chapters(replay: Replay) -> tuple[Chapter, ...]:
    """The lines and notes by question. Greetings and handovers go to the question they lead to."""
    items: list[Line | Note] = []
    for line in replay.lines:
        items += [note for note in replay.notes if note.before == line.index]
        items.append(line)
    items += [note for note in replay.notes if note.before >= len(replay.lines)]
    owners = _owners(items, len(replay.answers))
    grouped = groupby(zip(owners, items, strict=True), key=lambda pair: pair[0])
    return tuple(
        Chapter(replay.answers[owner] if owner < len(replay.answers) else None, tuple(i for _, i in pairs))
        for owner, pairs in grouped
    )


def _owners(items: Sequence[Line | Note], answers: int) -> list[int]:
    """Per item the index of its question; `answers` stands for the words after the last one."""
    owners: list[int] = []
    following = answers
    for item in reversed(items):
        if isinstance(item, Line) and item.answer is not None:
            following = item.answer
        owners.append(following)
    owners.reverse()
    # A note inside a question (a fault, a skip) stays with it, though the next line belongs to another.
    for i, item in enumerate(items):
        if isinstance(item, Note) and item.kind not in ("round", "ended", "resumed") and i:
            owners[i] = owners[i - 1]
    return owners
