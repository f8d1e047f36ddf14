"""Cut the candidate's turns into quotable spans: sentences, clauses and windows. Pure; works on typed text and on the
unpunctuated lower-case text of a rough recogniser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from interviewer.domain import Evidence, Turn
from interviewer.evaluator.placed_words import placed_segments, second_at, words_of
from interviewer.evaluator.words import Token, tokens

WINDOW_WORDS = 14
WIDE_WINDOW_WORDS = 20
WINDOW_STRIDE = 7
LONG_SENTENCE_WORDS = 26
SHORTEST_CLAUSE_WORDS = 4
MOST_CLAUSES_OF_RUN = 4
LONGEST_PASSAGE_WORDS = 30
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)|\n\s*\n|\n(?!\s*[a-z])")
"""A line that goes on in lower case was only wrapped."""
_FULL_STOP = re.compile(rf"(?<=\S)(?:{_SENTENCE_END.pattern})")
"""One that somebody wrote: a stop that stands alone is what is left of words to the scorer."""
_CLAUSE_END = re.compile(r"[,;:]\s|\s[–—-]\s|\(|\)")
_CONNECTIVE = re.compile(
    r"\b(?:because|but|so that|so|and then|then|while|although|though|whereas|which means|which|since|however|"
    r"instead|otherwise|unless|whenever|when|if|and|or|in the end|as a result|after that|eventually|finally|"
    r"first i|next i|i was asked)\b",
    re.IGNORECASE,
)

SpanKind = Literal["sentence", "clause", "window"]
Divide = Callable[[Sequence[str], Sequence[float]], Sequence[int]]
"""Cuts a run of words into sentences: from the words, and the silence in seconds before each of them (0 where it is not
known), to the numbers of the words that open a new sentence."""


@dataclass(frozen=True)
class TextSpan:
    """A verbatim piece of a turn. `sentence` counts the answer's sentences; `start` and `end` are session seconds,
    None for typed text; `doubtful` says that the recogniser was not sure of some of it as a whole, and
    `doubted_word` that it doubted a single word in it."""

    text: str
    turn: int
    offset: int
    kind: SpanKind
    sentence: int
    start: float | None
    end: float | None
    doubtful: bool
    doubted_word: bool = False

    @property
    def evidence(self) -> Evidence:
        return Evidence(quote=self.text, turn=self.turn, offset=self.offset, start=self.start, end=self.end)

    def as_said(self, turns: Sequence[Turn]) -> TextSpan:
        """The same stretch in other turns of the same length: those it was cut from may have had words blanked."""
        return replace(self, text=turns[self.turn].text[self.offset : self.offset + len(self.text)])


def split(turns: Sequence[Turn], divide: Divide | None = None) -> list[TextSpan]:
    """Every span of the answer, sentences before their parts, in order of speaking. `divide` finds sentences where a
    recogniser wrote none."""
    spans: list[TextSpan] = []
    sentence = 0
    for index, turn in enumerate(turns):
        cutter = _TurnCutter(turn, index)
        for start, end in cutter.sentences():
            if divide and cutter.runs_on(start, end, LONG_SENTENCE_WORDS):
                openings = cutter.openings(divide, start, end)
                spans.extend(cutter.runs(start, end, openings, sentence))
                sentence += len(openings)
            else:
                spans.extend(cutter.parts(start, end, sentence))
            sentence += 1
    return spans


def passages(turns: Sequence[Turn], longest_words: int = LONGEST_PASSAGE_WORDS) -> list[TextSpan]:
    """The answer cut once, without overlap, into sentences of bounded length: what is numbered, labelled, shown."""
    found: list[TextSpan] = []
    for index, turn in enumerate(turns):
        cutter = _TurnCutter(turn, index)
        for start, end in cutter.sentences():
            for piece in cutter.passages(start, end, longest_words):
                found.append(cutter.span(*piece, "sentence", len(found)))
    return found


def quoter(turn: Turn, index: int) -> Callable[[int, int], Evidence]:
    """Quotes the turn's text from one offset to another, with its seconds; `index` is the turn's among the answer's."""
    cutter = _TurnCutter(turn, index)
    return lambda start, end: cutter.span(start, end, "clause", 0).evidence


def told_sentences(turns: Sequence[Turn], divide: Divide, longest_words: int) -> list[TextSpan]:
    """The answer cut once, without overlap, into sentences: by punctuation where there is any, and by `divide` where a
    turn has none or a sentence is longer than `longest_words`."""
    found: list[TextSpan] = []
    for index, turn in enumerate(turns):
        cutter = _TurnCutter(turn, index)
        for start, end in cutter.told(divide, longest_words):
            found.append(cutter.span(start, end, "sentence", len(found)))
    return found


def verified(evidence: Evidence, turns: Sequence[Turn]) -> bool:
    """Whether the quote stands verbatim at its offset."""
    if not 0 <= evidence.turn < len(turns):
        return False
    text = turns[evidence.turn].text
    return (
        bool(evidence.quote)
        and text[evidence.offset : evidence.offset + len(evidence.quote)] == evidence.quote
    )


class _TurnCutter:
    def __init__(self, turn: Turn, index: int) -> None:
        self.turn = turn
        self.index = index
        self.text = turn.text
        self.tokens = tokens(self.text)
        self.placed = list(placed_segments(turn))
        words = (word for placed in self.placed for word in words_of(placed))
        self.doubted = [(word.offset, word.stop) for word in words if word.doubtful]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Offsets of sentences; text without punctuation is one sentence per turn."""
        start = 0
        for match in _SENTENCE_END.finditer(self.text):
            yield from self._trimmed(start, match.end())
            start = match.end()
        yield from self._trimmed(start, len(self.text))

    def parts(self, start: int, end: int, sentence: int) -> Iterator[TextSpan]:
        inside = self._inside(start, end)
        candidates: list[tuple[int, int, SpanKind]] = []
        if len(inside) <= 4 * LONG_SENTENCE_WORDS:  # longer is an unpunctuated turn: one vector would blur it
            candidates.append((start, end, "sentence"))
        candidates += [(a, b, "clause") for a, b in self._clauses(start, end)]
        if len(inside) > LONG_SENTENCE_WORDS:
            candidates += [(a, b, "window") for a, b in _windows(inside)]
        yield from self._each(candidates, lambda _: sentence)

    def _each(
        self, candidates: Iterable[tuple[int, int, SpanKind]], sentence: Callable[[int], int]
    ) -> Iterator[TextSpan]:
        """Every candidate once, trimmed; `sentence` numbers it by where it begins."""
        seen: set[tuple[int, int]] = set()
        for first, last, kind in candidates:
            for a, b in self._trimmed(first, last):
                if (a, b) not in seen:
                    seen.add((a, b))
                    yield self.span(a, b, kind, sentence(a))

    def passages(self, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
        inside = self._inside(start, end)
        if len(inside) <= longest:
            yield start, end
            return
        cuts = [c for c in self._cuts(start, end) if start < c < end]
        while len(inside) > longest:
            reach = inside[longest].start
            least = inside[SHORTEST_CLAUSE_WORDS * 2].start
            cut = max((c for c in cuts if least <= c <= reach), default=reach)
            yield from self._trimmed(inside[0].start, cut)
            inside = [t for t in inside if t.start >= cut]
        if inside:
            yield from self._trimmed(inside[0].start, end)

    def told(self, divide: Divide, longest: int) -> Iterator[tuple[int, int]]:
        for start, end in self.sentences():
            if not self.runs_on(start, end, longest):
                yield start, end
                continue
            for first, last in pairwise([start, *self.openings(divide, start, end), end]):
                yield from self._trimmed(first, last)

    def runs_on(self, start: int, end: int, longest: int) -> bool:
        """Whether a sentence may be several: nobody put an end to any, or it is too long."""
        return _FULL_STOP.search(self.text) is None or len(self._inside(start, end)) > longest

    def openings(self, divide: Divide, start: int, end: int) -> list[int]:
        """Where `divide` has sentences open after the first."""
        inside = self._inside(start, end)
        silences = [0.0, *(self._silence(one, other) for one, other in pairwise(inside))]
        return [inside[number].start for number in divide([token.word for token in inside], silences)]

    def runs(self, start: int, end: int, openings: Sequence[int], sentence: int) -> Iterator[TextSpan]:
        """Sentences as they may have been: every run of a few neighbouring clauses, and windows wherever they fall. Where one
        ends is a guess in a text without punctuation, and a guess that is wrong must not hide what was said."""
        cuts = [start, *self._apart({*openings, *self._cuts(start, end)}, start, end), end]
        words = [len(self._inside(first, last)) for first, last in pairwise(cuts)]
        candidates: list[tuple[int, int, SpanKind]] = [(a, b, "clause") for a, b in pairwise(cuts)]
        candidates += [
            (cuts[first], cuts[last], "window")
            for first in range(len(words))
            for last in range(first + 2, min(first + MOST_CLAUSES_OF_RUN, len(words)) + 1)
            if sum(words[first:last]) <= LONG_SENTENCE_WORDS
        ]
        inside = self._inside(start, end)
        if len(inside) > LONG_SENTENCE_WORDS:
            candidates += [(a, b, "window") for a, b in _windows(inside, WIDE_WINDOW_WORDS)]
        yield from self._each(
            sorted(candidates), lambda at: sentence + sum(opening <= at for opening in openings)
        )

    def _silence(self, one: Token, other: Token) -> float:
        """Seconds between two words; 0 where words were not timed."""
        _, ended = self._seconds(one.start, one.end)
        began, _ = self._seconds(other.start, other.end)
        return max(0.0, began - ended) if began is not None and ended is not None else 0.0

    def span(self, start: int, end: int, kind: SpanKind, sentence: int) -> TextSpan:
        begin, finish = self._seconds(start, end)
        return TextSpan(
            text=self.text[start:end],
            turn=self.index,
            offset=start,
            kind=kind,
            sentence=sentence,
            start=begin,
            end=finish,
            doubtful=any(p.segment.doubtful for p in self.placed if p.start < end and p.end > start),
            doubted_word=any(begins < end and ends > start for begins, ends in self.doubted),
        )

    def _inside(self, start: int, end: int) -> list[Token]:
        return [t for t in self.tokens if start <= t.start and t.end <= end]

    def _cuts(self, start: int, end: int) -> list[int]:
        """Where clauses begin: after commas, before connectives, and where the speaker paused between segments."""
        cuts = {match.end() for match in _CLAUSE_END.finditer(self.text, start, end)}
        cuts |= {match.start() for match in _CONNECTIVE.finditer(self.text, start, end)}
        cuts |= {p.start for p in self.placed if start < p.start < end}
        return sorted(cuts)

    def _clauses(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Clauses of at least four words; a shorter piece stays with its neighbour."""
        cuts = self._apart(self._cuts(start, end), start, end)
        if cuts:
            yield from pairwise([start, *cuts, end])

    def _apart(self, cuts: Iterable[int], start: int, end: int) -> list[int]:
        """Those of the cuts that leave at least four words on either side."""
        kept: list[int] = []
        for cut in sorted(cuts):
            before = len(self._inside(kept[-1] if kept else start, cut))
            if before >= SHORTEST_CLAUSE_WORDS and len(self._inside(cut, end)) >= SHORTEST_CLAUSE_WORDS:
                kept.append(cut)
        return kept

    def _trimmed(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The same stretch without surrounding spaces; nothing when it holds no word."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if any(start <= t.start < end for t in self.tokens):
            yield start, end

    def _seconds(self, start: int, end: int) -> tuple[float | None, float | None]:
        if self.turn.typed or not self.placed:
            return None, None
        touched = [p for p in self.placed if p.start < end and p.end > start]
        if not touched:
            return None, None
        return second_at(touched[0], start, first=True), second_at(touched[-1], end, first=False)


def _windows(inside: Sequence[Token], words: int = WINDOW_WORDS) -> Iterator[tuple[int, int]]:
    for first in range(0, max(1, len(inside) - WINDOW_STRIDE), WINDOW_STRIDE):
        window = inside[first : first + words]
        yield window[0].start, window[-1].end
