"""Cuts a line's text where its pieces, words, marks and pauses begin and end, so that a page can show them nested.

Pieces hold stretches (same judgements throughout), stretches hold runs (one word or unbroken text). The texts of all
runs of a piece, joined, are the piece's text: nothing is lost and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from interviewer.domain import Span, Verdict
from interviewer.report.model import Line, Mark, Piece, PlacedWord

SHOWN_PAUSE_SECONDS = 2.0
"""Shorter silences are counted but not printed between the words: the text should read as text."""

_LOUDEST: tuple[Verdict, ...] = ("contradicted", "unclear", "partial", "met", "missed")


@dataclass(frozen=True)
class Run:
    text: str
    start: float | None  # seconds, of the word that begins here
    doubtful: bool = False  # whether the recogniser was unsure of that word alone


@dataclass(frozen=True)
class Stretch:
    """Runs under the same judgements. `opens` are the marks that begin here; `verdict` colours the stretch."""

    runs: tuple[Run, ...]
    verdict: Verdict | None
    opens: tuple[Mark, ...]
    pause_before: float | None = None


@dataclass(frozen=True)
class CutPiece:
    piece: Piece
    timed: bool
    stretches: tuple[Stretch, ...]


def doubted(line: Line) -> list[tuple[int, int]]:
    """Offsets of the stretches that the recogniser was unsure of: whole pieces, or words next to each other."""
    found: list[tuple[int, int]] = []
    for piece in line.pieces:
        places = [(w.offset, w.offset + w.length) for w in piece.words if w.doubtful]
        for start, stop in [(piece.offset, piece.stop)] if piece.doubtful else places:
            if found and not piece.doubtful and not line.text[found[-1][1] : start].strip():
                found[-1] = (found[-1][0], stop)
            else:
                found.append((start, stop))
    return found


def changes(original: str, text: str) -> list[tuple[str, bool]]:
    """The original cut where a correction changed it: [(piece, whether its words are gone from `text`)]."""
    words = original.split()
    matcher = SequenceMatcher(None, words, text.split(), autojunk=False)
    pieces = []
    for kind, start, stop, _, _ in matcher.get_opcodes():
        if stop > start:
            after = " " if stop < len(words) else ""
            pieces.append((" ".join(words[start:stop]) + after, kind != "equal"))
    return pieces


def cut(line: Line) -> tuple[CutPiece, ...]:
    """The line as nested pieces, stretches and runs; text without any piece becomes one untimed piece."""
    whole = Piece(text=line.text, offset=0, start=line.start, end=line.end)
    pieces = line.pieces or ((whole,) if line.text else ())
    timed = not line.typed and any(piece.end > piece.start for piece in pieces)
    pauses = [pause for pause in line.thinking if pause.seconds >= SHOWN_PAUSE_SECONDS]
    return tuple(
        CutPiece(piece, timed, tuple(_stretches(piece, line.marks, pauses, timed))) for piece in pieces
    )


def _stretches(piece: Piece, marks: Sequence[Mark], pauses: list[Span], timed: bool) -> Iterator[Stretch]:
    words = {word.offset: word for word in piece.words}
    inside = {edge for mark in marks for edge in (mark.start, mark.stop) if piece.offset < edge < piece.stop}
    silences = _silences(piece, pauses) if timed else {}
    edges = sorted({piece.offset, piece.stop, *inside, *silences})
    for start, stop in pairwise(edges):
        over = [mark for mark in marks if mark.start < stop and mark.stop > start]
        verdicts = {mark.verdict for mark in over if mark.verdict is not None}
        # A mark may begin in the space before this piece; it opens at the first character it covers.
        opens = tuple(mark for mark in over if mark.start == start or _opens_here(mark, piece, start))
        yield Stretch(
            runs=tuple(_runs(piece, words, start, stop)),
            verdict=next((verdict for verdict in _LOUDEST if verdict in verdicts), None),
            opens=opens,
            pause_before=silences.get(start),
        )


def _opens_here(mark: Mark, piece: Piece, start: int) -> bool:
    return start == piece.offset and mark.start == piece.offset - 1


def _runs(piece: Piece, words: dict[int, PlacedWord], start: int, stop: int) -> Iterator[Run]:
    edges = {start, stop, *(offset for offset in words if start < offset < stop)}
    alone = {} if piece.doubtful else {w.offset: w for w in piece.words if w.doubtful}
    edges |= {w.offset + w.length for w in alone.values() if start < w.offset + w.length < stop}
    for begin, end in pairwise(sorted(edges)):
        word = words.get(begin)
        text = piece.text[begin - piece.offset : end - piece.offset]
        yield Run(text=text, start=word.start if word else None, doubtful=begin in alone)


def _silences(piece: Piece, pauses: list[Span]) -> dict[int, float]:
    """Offset -> seconds of silence before it, for the pauses that end in this piece; taken out of `pauses`."""
    found: dict[int, float] = {}
    for pause in list(pauses):
        if pause.end > piece.end:
            break
        # Detector and recogniser disagree by a few frames on where a word begins.
        after = (word.offset for word in piece.words if word.start >= pause.end - 0.3)
        found[next(after, piece.offset)] = pause.seconds
        pauses.remove(pause)
    return found
