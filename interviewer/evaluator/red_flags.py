"""Words that an interviewer could hear as a red flag. Shown only when the words themselves nearly say it.

The bank describes a question's red flags ("Chooses the metric after seeing the results"), and the preparation quotes how
general ones sound ("if the tests are green, it is ready for release"). A clause counts when it comes near to one and
clearly nearer than to anything a good answer says, when nothing in it denies, supposes or reports the thing, and when the
recogniser was sure of the words. A missed flag costs little; a false one costs the reader's trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.domain import HeardFlag, Question, TechnicalScore, Turn
from interviewer.domain.preparation import RedFlag
from interviewer.evaluator.contrast import Matrix, cosines
from interviewer.evaluator.polarity import Wording, denied, flipped, opens_condition
from interviewer.evaluator.spans import TextSpan, split
from interviewer.evaluator.words import negations, words
from interviewer.ports import Embedder

MOST_FLAGS = 2
NEAR = 0.72
"""Cosine of a clause to a described or quoted flag."""
MARGIN = 0.08
"""How much nearer the clause must come to the flag than to anything harmless."""
_FEWEST_WORDS = 5
_FEWEST_SHARED = 2  # content words, so that a clause on the same subject alone is not enough
_NOT_CLAIMED = re.compile(
    r"\b(?:if|unless|suppose|some people|people (?:often|sometimes|say|think)|many (?:people|teams|would)|others|"
    r"a (?:common )?(?:mistake|trap|risk|danger|pitfall|temptation)|the (?:mistake|trap|risk|danger|temptation)|"
    r"tempt(?:ing|ed)|avoid|instead of|rather than|without|should ?n[o']t|must ?n[o']t|would ?n[o']t|do ?n[o']t|never|"
    r"wrong|bad idea|careful|used to|at first|looking back|in hindsight|mistake|learn(?:ed|t)|not)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Flag:
    text: str
    instead: str
    sounds: str


@dataclass(frozen=True)
class _Listening:
    """A question's flags and what a good answer to it says, as unit rows."""

    flags: tuple[_Flag, ...]
    vectors: Matrix
    wordings: tuple[Wording, ...]
    harmless: Matrix


class RedFlagReader:
    """Reads one answer at a time; a question's vectors are kept. `general`: flags of any question of their kinds."""

    def __init__(self, embedder: Embedder, general: Sequence[RedFlag] = ()) -> None:
        self._embedder = embedder
        self._general = general
        self._kept: dict[str, tuple[Question, _Listening]] = {}

    def read(
        self, question: Question, turns: Sequence[Turn], technical: TechnicalScore, *, rough: bool
    ) -> tuple[HeardFlag, ...]:
        """At most two, the surest first; none of a rough transcript, nor where the words count for the candidate."""
        if rough or technical.gate is not None:
            return ()
        spans = [span for span in split(turns) if _claims(span)]
        if not spans:
            return ()
        listening = self._listening(question)
        vectors = self._embedder.encode([span.text for span in spans])
        near = cosines(vectors, listening.vectors)
        safe = cosines(vectors, listening.harmless).max(axis=1)
        framed = denied(spans)
        found: list[tuple[float, TextSpan, _Flag]] = []
        for row, span in enumerate(spans):
            if framed[row] or _credited(span, technical):
                continue
            column = int(np.argmax(near[row]))
            cosine = float(near[row, column])
            if cosine < NEAR or cosine - safe[row] < MARGIN or not _same_sense(span, listening, column):
                continue
            found.append((cosine, span, listening.flags[column]))
        return _surest(found)

    def _listening(self, question: Question) -> _Listening:
        kept = self._kept.get(question.id)
        if kept is None or kept[0] != question:
            kept = self._kept[question.id] = (question, self._embed(question))
        return kept[1]

    def _embed(self, question: Question) -> _Listening:
        flags = [_Flag(text, "", text) for text in question.red_flags]
        fitting = (flag for flag in self._general if question.kind in flag.kinds)
        flags += [_Flag(flag.title, flag.instead, shown) for flag in fitting for shown in flag.shows]
        sentences = re.split(r"(?<=[.?!])\s+", question.model_answer)
        points = [text for point in question.rubric for text in (point.text, *point.phrasings)]
        denials = [text for point in question.rubric for m in point.misconceptions for text in m.denial]
        vectors = self._embedder.encode([flag.sounds for flag in flags])
        return _Listening(
            flags=tuple(flags),
            vectors=vectors,
            wordings=tuple(Wording.of(flag.sounds) for flag in flags),
            harmless=self._embedder.encode(
                [*points, *denials, *sentences, question.spoken, question.written]
            ),
        )


def _claims(span: TextSpan) -> bool:
    """Whether the clause is the candidate's own claim, in words that were surely understood."""
    return (
        not span.doubtful
        and len(words(span.text)) >= _FEWEST_WORDS
        and span.kind != "window"
        and not opens_condition(span.text)
        and not span.text.rstrip().endswith("?")
    )


def _credited(span: TextSpan, technical: TechnicalScore) -> bool:
    """Whether a rubric point is credited for these very words."""
    proofs = [p.evidence for p in technical.points if p.verdict in ("met", "partial") and p.evidence]
    end = span.offset + len(span.text)
    return any(
        e.turn == span.turn and e.offset < end and span.offset < e.offset + len(e.quote) for e in proofs
    )


def _same_sense(span: TextSpan, listening: _Listening, column: int) -> bool:
    """Shares the words that matter, and neither denies, supposes nor reports what the flag says."""
    flag = listening.wordings[column]
    said = Wording.of(span.text)
    if len(said.stems & flag.stems) < _FEWEST_SHARED or flipped(said, flag):
        return False
    hedged = {m.group().lower() for m in _NOT_CLAIMED.finditer(span.text)}
    own = {m.group().lower() for m in _NOT_CLAIMED.finditer(listening.flags[column].sounds)}
    return (
        not hedged - own
        and negations(words(span.text)) % 2 == negations(words(listening.flags[column].sounds)) % 2
    )


def _surest(found: Sequence[tuple[float, TextSpan, _Flag]]) -> tuple[HeardFlag, ...]:
    told: dict[str, HeardFlag] = {}
    places: list[TextSpan] = []
    for _, span, flag in sorted(found, key=lambda item: (-item[0], item[1].turn, item[1].offset)):
        end = span.offset + len(span.text)
        if any(
            p.turn == span.turn and p.offset < end and span.offset < p.offset + len(p.text) for p in places
        ):
            continue
        if flag.text not in told:
            told[flag.text] = HeardFlag(text=flag.text, evidence=span.evidence, instead=flag.instead)
            places.append(span)
    return tuple(told.values())[:MOST_FLAGS]
