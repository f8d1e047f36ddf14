"""Puts a corrected text in the place of what the recogniser wrote, word by word, so that every word keeps its time. Pure.

Words in {braces} are those the recogniser doubted; taking the braces away says that they are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from statistics import fmean

from interviewer.domain import Segment, Turn, Word
from interviewer.errors import InterviewerError

CERTAIN = 1.0
_WORD = re.compile(r"\S+")
_NO_BRACES = str.maketrans("{}", "()")  # they would be taken for our marks


@dataclass(frozen=True)
class _Token:
    """A word as it is read: `segment` is an index into the turn's segments, times are session seconds."""

    text: str
    segment: int
    start: float
    end: float
    confidence: float | None
    doubted: bool

    @property
    def bare(self) -> str:
        return re.sub(r"\W", "", self.text).casefold() or self.text


def marked_segments(turn: Turn) -> list[str]:
    """The turn's text, a line for each segment, with the words that were doubted in braces."""
    lines = []
    for _, of_segment in groupby(_tokens(turn), key=lambda token: token.segment):
        parts = []
        for doubted, run in groupby(of_segment, key=lambda token: token.doubted):
            words = " ".join(token.text for token in run)
            parts.append(f"{{{words}}}" if doubted else words)
        lines.append(" ".join(parts))
    return lines


def corrected(turn: Turn, text: str) -> Turn | None:
    """The turn as `text` reads it, None when that changes nothing. InterviewerError when braces are not in pairs.

    Words that were exchanged or added, and doubted words freed of their braces, count as certain. Speech times stay.
    """
    before = _tokens(turn)
    typed = list(_typed(text))
    if typed == [(token.text, token.doubted) for token in before]:
        return None
    after = list(_aligned(before, typed, turn))
    segments = [
        _rebuilt(segment, [t for t in before if t.segment == index], [t for t in after if t.segment == index])
        for index, segment in enumerate(turn.segments)
    ] or [Segment(text=" ".join(t.text for t in after), start=turn.start, end=turn.end, confidence=CERTAIN)]
    return turn.model_copy(
        update={"segments": tuple(s for s in segments if s is not None), "corrected": True}
    )


def _tokens(turn: Turn) -> list[_Token]:
    return [token for index, segment in enumerate(turn.segments) for token in _of_segment(segment, index)]


def _of_segment(segment: Segment, index: int) -> Iterator[_Token]:
    """The segment's words with their times; where the engine's words do not spell its text, time goes by length."""
    letters = "".join(segment.text.split())
    spelled = [(word, letter) for word in segment.words for letter in word.text if not letter.isspace()]
    timed = "".join(letter for _, letter in spelled) == letters
    share = (segment.end - segment.start) / max(1, len(letters))
    at = 0
    for text in segment.text.translate(_NO_BRACES).split():
        stop = at + len(text)
        if timed:
            words = [word for word, _ in spelled[at:stop]]
            sure = [word.confidence for word in words if word.confidence is not None]
            doubted = segment.doubtful or any(word.doubtful for word in words)
            confidence = min(sure, default=None)
            yield _Token(text, index, words[0].start, words[-1].end, confidence, doubted)
        else:
            start, end = segment.start + at * share, segment.start + stop * share
            yield _Token(text, index, start, end, segment.confidence, segment.doubtful)
        at = stop


def _typed(text: str) -> Iterator[tuple[str, bool]]:
    """Words of a corrected text, and whether they stand in braces."""
    depth = 0
    plain: list[str] = []
    inside: list[bool] = []
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth not in (0, 1):
            break
        if character not in "{}":
            plain.append(character)
            inside.append(depth == 1)
    if depth != 0:
        raise InterviewerError(
            f"A brace has no partner in: {text[:80]}",
            "Braces mark doubtful words: take both away, or leave both.",
        )
    for found in _WORD.finditer("".join(plain)):
        yield found.group(), any(inside[found.start() : found.end()])


def _aligned(before: Sequence[_Token], typed: Sequence[tuple[str, bool]], turn: Turn) -> Iterator[_Token]:
    """The typed words at the times of the words they stand for."""
    fresh = [_Token(text, 0, turn.start, turn.start, CERTAIN, doubted) for text, doubted in typed]
    matcher = SequenceMatcher(None, [t.bare for t in before], [t.bare for t in fresh], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            for old, new in zip(before[a:b], fresh[c:d], strict=True):
                freed = old.doubted and not new.doubted
                confidence = CERTAIN if freed else old.confidence
                yield replace(old, text=new.text, confidence=confidence, doubted=new.doubted)
        elif d > c:
            yield from _spread(fresh[c:d], before, a, b)


def _spread(new: Sequence[_Token], before: Sequence[_Token], a: int, b: int) -> Iterator[_Token]:
    """New words over the time of before[a:b], or into the gap there; shared out by length."""
    if not before:
        yield from new
        return
    last = before[max(b - 1, 0)]
    if b > a:
        start, end = before[a].start, last.end
    elif a == 0:
        start = end = last.start
    else:
        start = last.end
        end = max(start, before[a].start) if a < len(before) else start
    letters, done = sum(len(token.text) for token in new), 0
    for index, token in enumerate(new):
        begins = start + (end - start) * done / letters
        done += len(token.text)
        stands_for = before[a + index * (b - a) // len(new)] if b > a else last
        yield replace(
            token, segment=stands_for.segment, start=begins, end=start + (end - start) * done / letters
        )


def _rebuilt(segment: Segment, before: Sequence[_Token], after: Sequence[_Token]) -> Segment | None:
    """The segment with its new words; itself when nothing changed in it, None when no word is left."""
    if list(before) == list(after):
        return segment
    if not after:
        return None
    sure = [token.confidence for token in after if token.confidence is not None]
    words = tuple(
        Word(text=token.text, start=token.start, end=token.end, confidence=token.confidence)
        for token in after
    )
    return Segment(
        text=" ".join(token.text for token in after),
        start=segment.start,
        end=segment.end,
        confidence=round(fmean(sure), 3) if sure else None,
        doubtful=segment.doubtful and any(token.doubted for token in after),
        language=segment.language,
        words=words if segment.words else (),
    )
