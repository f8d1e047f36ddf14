"""Where words, sentences and evidence lie in a line's text, and when they were said. Pure arithmetic on strings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from interviewer.domain import AnswerScore, Evidence, Segment, Span, Turn
from interviewer.report.model import Anchor, Line, Mark, Piece, PlacedWord

THINKING_SECONDS = 1.0
"""Pauses are trimodal; the third mode, beyond one second, is thought rather than breath."""

_SENTENCE = re.compile(r"\S.*?(?:[.?!…]+[\"'”’)]*(?=\s|$)|$)", re.DOTALL)


def pieces_of_turn(turn: Turn) -> tuple[Piece, ...]:
    """The turn's segments placed in `turn.text`, which joins them by a space and strips the whole."""
    shown = [segment for segment in turn.segments if segment.text]
    joined = " ".join(segment.text for segment in shown)
    length = len(joined.strip())
    at = len(joined.lstrip()) - len(joined)  # what the strip took from the front lies before offset 0
    pieces: list[Piece] = []
    for segment in shown:
        start, stop = max(at, 0), min(at + len(segment.text), length)
        at += len(segment.text) + 1
        if start < stop:
            pieces.append(_piece(segment, joined.strip()[start:stop], start))
    return tuple(pieces)


def _piece(segment: Segment, text: str, offset: int) -> Piece:
    words: list[PlacedWord] = []
    cursor = 0
    for word in segment.words:
        bare = word.text.strip()
        found = text.find(bare, cursor) if bare else -1
        if found < 0:
            continue
        cursor = found + len(bare)
        words.append(
            PlacedWord(
                offset=offset + found,
                length=len(bare),
                start=word.start,
                end=word.end,
                confidence=word.confidence,
                doubtful=word.doubtful,
            )
        )
    return Piece(
        text=text,
        offset=offset,
        start=segment.start,
        end=segment.end,
        confidence=segment.confidence,
        doubtful=segment.doubtful,
        words=tuple(words),
    )


def pieces_of_line(text: str, start: float, planned_seconds: float, end: float) -> tuple[Piece, ...]:
    """Sentences of spoken words whose own times are unknown: shared out by length, cut off at `end`."""
    pieces = []
    for found in _SENTENCE.finditer(text):
        begins = start + planned_seconds * found.start() / len(text)
        ends = start + planned_seconds * found.end() / len(text)
        pieces.append(
            Piece(text=found.group(), offset=found.start(), start=min(begins, end), end=min(ends, end))
        )
    return tuple(pieces)


def thinking_pauses(turn: Turn) -> tuple[Span, ...]:
    """Silences of THINKING_SECONDS or more between stretches of detected speech."""
    spans = sorted(turn.speech, key=lambda span: span.start)
    gaps = (Span(start=before.end, end=after.start) for before, after in pairwise(spans))
    return tuple(gap for gap in gaps if gap.seconds >= THINKING_SECONDS)


def second_at(line: Line, offset: int) -> float | None:
    """When the character at `offset` was said: by its word, else by its share of the piece; None when typed."""
    if line.typed or not line.pieces:
        return None
    piece = next((p for p in line.pieces if offset < p.stop), line.pieces[-1])
    for word in piece.words:
        if offset < word.offset + word.length:
            return word.start
    share = max(offset - piece.offset, 0) / max(len(piece.text), 1)
    return piece.start + share * (piece.end - piece.start)


def anchor_of(evidence: Evidence | None, turns: Sequence[Line], name: str) -> Anchor | None:
    """The evidence's place among the lines that are the answer's turns; None when its quote is not in that turn."""
    if evidence is None or not evidence.quote or not 0 <= evidence.turn < len(turns):
        return None
    line = turns[evidence.turn]
    start = evidence.offset
    if line.text[start : start + len(evidence.quote)] != evidence.quote:
        start = line.text.find(evidence.quote)  # a wrong offset is forgiven, a wrong quote never
        if start < 0:
            return None
    seconds = None if line.typed else evidence.start
    return Anchor(
        id=name,
        line=line.index,
        start=start,
        stop=start + len(evidence.quote),
        seconds=seconds if seconds is not None else second_at(line, start),
    )


def anchors_of(
    score: AnswerScore, turns: Sequence[Line], number: int
) -> tuple[tuple[Anchor | None, ...], tuple[Anchor | None, ...]]:
    """Anchors of the rubric points and of the story's sentences, one per point and one per sentence."""
    points = tuple(
        anchor_of(point.evidence, turns, f"q{number}-p{i}")
        for i, point in enumerate(score.technical.points, 1)
    )
    sentences = tuple(
        anchor_of(sentence.evidence, turns, f"q{number}-s{i}")
        for i, sentence in enumerate(score.star.sentences, 1)
    )
    return points, sentences


def marks_of(
    score: AnswerScore, points: Sequence[Anchor | None], sentences: Sequence[Anchor | None]
) -> dict[int, list[Mark]]:
    """Line index -> the marks to lay over its text, in the order of the text."""
    marks: dict[int, list[Mark]] = {}
    for point, anchor in zip(score.technical.points, points, strict=True):
        if anchor is not None:
            mark = Mark(
                id=anchor.id, start=anchor.start, stop=anchor.stop, verdict=point.verdict, about=point.text
            )
            marks.setdefault(anchor.line, []).append(mark)
    for sentence, anchor in zip(score.star.sentences, sentences, strict=True):
        if anchor is not None and sentence.label != "other":
            mark = Mark(
                id=anchor.id,
                start=anchor.start,
                stop=anchor.stop,
                label=sentence.label,
                about=sentence.text,
            )
            marks.setdefault(anchor.line, []).append(mark)
    return {line: sorted(of_line, key=lambda mark: mark.start) for line, of_line in marks.items()}
