"""The candidate's sentences as they can be shown back: found around a quote, cleaned of ums and restarts, never reworded.

What the recogniser doubted is not shown back as the candidate's words. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interviewer.domain import Evidence, Turn
from interviewer.evaluator.spans import split
from interviewer.evaluator.words import FILLERS, FUNCTION_WORDS, content_stems, tokens

LONGEST_QUOTE_WORDS = 40
_FEWEST_OWN_WORDS = 2
_EMPTY_PHRASE = re.compile(
    r"(?<!\bas)(?<!\bas )(?<!\bthat)(?<!\bthat )(?<!\bwhat)(?<!\bwhat )(?<!\bif)(?<!\bif ),?\s*\b(?:you know|i mean),(?=\s)",
    re.IGNORECASE,
)
_FILLER = re.compile(rf",?\s*\b(?:{'|'.join(sorted(FILLERS, key=len, reverse=True))})\b,?", re.IGNORECASE)
_RESTART = re.compile(
    r"[^.!?]*?(?:\bno,? wait\b|\bwait,? no\b|\blet me (?:rephrase|start over|start again)(?: that)?\b|\bscratch that\b)[,.]?\s*",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:so|well|okay|ok|yeah|yes|right|and|but|also)\b,?\s+(?=\w+\s+\w+\s+\w+)", re.IGNORECASE
)
_STUTTER = FUNCTION_WORDS - frozenset({"that", "had", "very", "no", "not", "really", "well"})


@dataclass(frozen=True)
class Place:
    """A stretch of one turn, in order of speaking; offsets count characters of the turn's text."""

    turn: int
    start: int
    end: int

    @property
    def key(self) -> tuple[int, int]:
        return self.turn, self.start

    def overlaps(self, other: Place) -> bool:
        return self.turn == other.turn and self.start < other.end and other.start < self.end


class Quotes:
    """What may be quoted of one answer. `rough`: none of it, because the words may be the recogniser's."""

    def __init__(self, turns: Sequence[Turn], asked: frozenset[str], *, rough: bool) -> None:
        """`asked`: content stems of the question, which say nothing when they are only given back."""
        self.turns = turns
        self._asked = asked
        self._rough = rough
        self._doubtful = [
            Place(span.turn, span.offset, span.offset + len(span.text))
            for span in split(turns)
            if span.doubtful and span.kind == "sentence"
        ]

    def sure(self, place: Place) -> bool:
        return not self._rough and not any(place.overlaps(doubted) for doubted in self._doubtful)

    def tells(self, place: Place) -> bool:
        """Whether the words can be shown back and say more than what was asked about."""
        return len(content_stems(self.text(place)) - self._asked) >= _FEWEST_OWN_WORDS

    def full(self, proof: Evidence | None) -> str:
        """The sentence around a quote, cleaned; "" when it cannot be shown back or only names the subject."""
        place = self.around(proof) if proof is not None else None
        return self.text(place) if place is not None and self.tells(place) else ""

    def text(self, place: Place) -> str:
        return cleaned(self.turns[place.turn].text[place.start : place.end]) if self.sure(place) else ""

    @staticmethod
    def of(proof: Evidence) -> Place:
        return Place(proof.turn, proof.offset, proof.offset + len(proof.quote))

    def around(self, proof: Evidence) -> Place:
        """The sentence that holds a quote, unless it is too long to be read: then the quote itself."""
        text = self.turns[proof.turn].text
        quote_end = proof.offset + len(proof.quote)
        last = max(proof.offset, quote_end - 1)
        before = [m.end() for m in re.finditer(r"[.!?\n]\s", text[: proof.offset])]
        after = re.search(r"[.!?](?=\s|$)|\n", text[last:])
        place = Place(proof.turn, before[-1] if before else 0, last + after.end() if after else len(text))
        if len(text[place.start : place.end].split()) > LONGEST_QUOTE_WORDS:
            return self.of(proof)
        return place


def cleaned(text: str) -> str:
    """`text` without ums, empty phrases, words said twice and false starts; every word that stays is as it was said."""
    kept = _RESTART.sub("", text) or text
    kept = _FILLER.sub(" ", _EMPTY_PHRASE.sub(" ", kept))
    said = tokens(kept)
    pieces, at = [], 0
    for token, following in pairwise(said):
        if token.word == following.word and token.word in _STUTTER:
            pieces.append(kept[at : token.start])
            at = following.start
    kept = re.sub(r"\s+", " ", "".join([*pieces, kept[at:]]))
    kept = re.sub(r"\s+([,.!?;:])", r"\1", kept).strip().strip(",;:-–—").strip()
    return _OPENING.sub("", kept)


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in {".", "!", "?", "”"} else f"{text}."
