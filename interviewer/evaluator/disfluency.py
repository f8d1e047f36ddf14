"""An answer without its ums, its you-knows and its words said twice: what content should be scored on, and is checked with.

Only what says nothing is taken out; hedges ("sort of") change what is claimed and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from interviewer.domain import Segment, Turn
from interviewer.evaluator.delivery_measures import repeated
from interviewer.evaluator.words import FILLERS, tokens

_EMPTY_PHRASE = re.compile(
    r"\b(?:you know|i mean)\b(?! (?:that|what|how|why|when|where|who|if|whether|the|a|an|this|it|by)\b)",
    re.IGNORECASE,
)


def without_disfluencies(turns: Sequence[Turn]) -> tuple[Turn, ...] | None:
    """The turns with their disfluencies taken out; None when there are none. Times of the words that stay are kept."""
    cleaned = tuple(
        turn.model_copy(update={"segments": tuple(s for s in map(_cleaned, turn.segments) if s is not None)})
        for turn in turns
    )
    return cleaned if cleaned != tuple(turns) else None


def without_hesitations(text: str) -> str:
    """The text without them; itself when nothing else is left."""
    left = _tidied(_cut(text, sorted(_empty(text))))
    return left if tokens(left) else text


def _cleaned(segment: Segment) -> Segment | None:
    """The segment itself when nothing is to go, None when nothing is left."""
    gone = sorted(_empty(segment.text))
    if not gone:
        return segment
    text = _tidied(_cut(segment.text, gone))
    if not tokens(text):
        return None
    cursor, words = 0, []
    for word in segment.words:
        place = segment.text.find(word.text.strip(), cursor)
        cursor = max(cursor, place + len(word.text.strip()))
        if not any(start <= place < end for start, end in gone):
            words.append(word)
    return segment.model_copy(update={"text": text, "words": tuple(words)})


def _cut(text: str, gone: Sequence[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in gone:
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    return "".join([*kept, text[at:]])


def _empty(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of what says nothing, up to where the next word begins."""
    said = tokens(text)
    following = {token.start: after.start for token, after in pairwise(said)}
    for token in said:
        if token.word in FILLERS:
            yield token.start, following.get(token.start, len(text))
    for phrase in _EMPTY_PHRASE.finditer(text):
        after = [token.start for token in said if token.start >= phrase.end()]
        yield phrase.start(), after[0] if after else len(text)
    for start, end in repeated(said):
        inside = [t for t in said if start <= t.start < end and t.word not in FILLERS]
        yield start, inside[len(inside) // 2].start


def _tidied(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
