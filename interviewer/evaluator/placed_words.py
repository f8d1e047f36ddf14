"""Where a recogniser's words stand in the text of a turn, and when they were said. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from interviewer.domain import Segment, Turn, Word


@dataclass(frozen=True)
class TimedWord:
    """A word as the recogniser timed it: where it stands in the turn's text, and when it was said."""

    text: str
    offset: int
    start: float
    end: float
    doubtful: bool

    @property
    def stop(self) -> int:
        return self.offset + len(self.text)


@dataclass(frozen=True)
class Placed:
    """A segment and where its text lies in the turn's text."""

    segment: Segment
    start: int
    end: int

    @cached_property
    def found(self) -> tuple[list[int], list[Word]]:
        """Where in the turn's text the timed words end, in order, and the words. Looked up once: every span asks."""
        text, cursor = self.segment.text.lower(), 0
        ends: list[int] = []
        words: list[Word] = []
        for word in self.segment.words:
            bare = word.text.strip().lower()
            at = text.find(bare, cursor)
            if at >= 0:
                cursor = at + len(bare)
                ends.append(self.start + cursor)
                words.append(word)
        return ends, words


def timed_words(turn: Turn) -> list[TimedWord]:
    """The turn's words with their times, as far as its recogniser gave any."""
    return [word for placed in placed_segments(turn) for word in words_of(placed)]


def placed_segments(turn: Turn) -> Iterator[Placed]:
    """Segments with their offsets in Turn.text, which joins non-empty texts by one space and strips the ends."""
    shown = [segment for segment in turn.segments if segment.text]
    joined = " ".join(segment.text for segment in shown)
    position = -(len(joined) - len(joined.lstrip()))
    for segment in shown:
        yield Placed(segment, position, position + len(segment.text))
        position += len(segment.text) + 1


def words_of(placed: Placed) -> Iterator[TimedWord]:
    text, cursor = placed.segment.text, 0
    for word in placed.segment.words:
        bare = word.text.strip()
        at = text.find(bare, cursor) if bare else -1
        if at < 0:
            continue
        cursor = at + len(bare)
        yield TimedWord(bare, placed.start + at, word.start, word.end, word.doubtful)


def second_at(placed: Placed, offset: int, *, first: bool) -> float:
    """The time of a character: from the word there when the engine timed words, else by share of the segment."""
    segment = placed.segment
    ends, words = placed.found
    place = bisect_right(ends, offset) if first else bisect_left(ends, offset)
    if place < len(words):
        return words[place].start if first else words[place].end
    share = (offset - placed.start) / max(1, placed.end - placed.start)
    return segment.start + min(1.0, max(0.0, share)) * (segment.end - segment.start)
