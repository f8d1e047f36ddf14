"""Words that an interviewer could hear as a red flag. Shown only when the words themselves nearly say it.

The bank describes a question's red flags ("Chooses the metric after seeing the results"), and the preparation quotes how
general ones sound ("if the tests are green, it is ready for release"). A clause counts when it comes near to one and
nearer than to anything a good answer says, when it repeats most of its words, when nothing around it denies, supposes or reports the thing, and when the
recogniser was sure of the words. A missed flag costs little; a false one costs the reader's trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.domain import HeardFlag, Question, TechnicalScore, Turn
from interviewer.domain.preparation import RedFlag
from interviewer.evaluator.contrast import Matrix, cosines
from interviewer.evaluator.polarity import Wording, denied, flipped, opens_condition
from interviewer.evaluator.spans import TextSpan, split
from interviewer.evaluator.words import content_stems, covered, negations, stem, words
from interviewer.ports import Embedder

MOST_FLAGS = 2
NEAR = 0.6
"""Cosine of a clause to a described or quoted flag. This and the next were set on `scripts/data/claims`."""
SHARED = 0.7
"""Share of the content words of the flag that the clause repeats, or the other way round: cosine alone takes a mention of
the subject for the flag."""
_FEWEST_WORDS = 5
_FEWEST_STEMS = (2, 3)  # of a flag, and of a clause whose every word has to be the flag's
_IN_ORDER = 0.8
_REPORTED = re.compile(
    r"^(?:thinks|believes|claims|says|holds|assumes|treats|sees|regards|concludes|agrees|would|insists|reads|states|"
    r"considers|trusts)\b(?: that)?",
    re.IGNORECASE,
)
_CANNOT_BE_TOLD = re.compile(
    r"^(?:confuses|swaps|takes|mixes|gives|gets|calls|cannot|can't|has no|never|forgets|lists|names|does not|doesn't|"
    r"leaves)\b|\bsame\b",
    re.IGNORECASE,
)
"""Flags that name two things and their relation, or something that is absent: a clause alone does not show them."""
_NEEDS_MORE_THAN_A_CLAUSE = frozenset(
    "always_we endless_answer silent_thinking vague_projects ignores_cues names_without_mechanism no_real_failure "
    "impact_without_measure could_be_anywhere data_taken_as_given model_before_problem".split()
)
"""General flags that lie in a whole answer: one such clause is harmless in a good one."""
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
        listening = self._listening(question)
        if not spans or not listening.flags:
            return ()
        vectors = self._embedder.encode([span.text for span in spans])
        near = cosines(vectors, listening.vectors)
        safe = cosines(vectors, listening.harmless).max(axis=1)
        framed = denied(spans)
        found: list[tuple[float, TextSpan, _Flag]] = []
        sentences = {(span.turn, span.sentence): span.text for span in spans if span.kind == "sentence"}
        for row, span in enumerate(spans):
            if framed[row] or _credited(span, technical):
                continue
            around = sentences.get((span.turn, span.sentence), span.text)
            fitting = [n for n, flag in enumerate(listening.flags) if near[row, n] >= max(NEAR, safe[row])]
            told = [n for n in fitting if _says(span.text, around, listening.flags[n].sounds)]
            if told:
                best = max(told, key=lambda n: float(near[row, n]))
                found.append((float(near[row, best]), span, listening.flags[best]))
        return _surest(found)

    def _listening(self, question: Question) -> _Listening:
        kept = self._kept.get(question.id)
        if kept is None or kept[0] != question:
            kept = self._kept[question.id] = (question, self._embed(question))
        return kept[1]

    def _embed(self, question: Question) -> _Listening:
        flags = [_Flag(text, "", text) for text in question.red_flags if not _CANNOT_BE_TOLD.search(text)]
        fitting = (
            flag
            for flag in self._general
            if question.kind in flag.kinds and flag.id not in _NEEDS_MORE_THAN_A_CLAUSE
        )
        flags += [_Flag(flag.title, flag.instead, shown) for flag in fitting for shown in flag.shows]
        sentences = re.split(r"(?<=[.?!])\s+", question.model_answer)
        points = [text for point in question.rubric for text in (point.text, *point.phrasings)]
        denials = [text for point in question.rubric for m in point.misconceptions for text in m.denial]
        vectors = self._embedder.encode([flag.sounds for flag in flags])
        return _Listening(
            flags=tuple(flags),
            vectors=vectors,
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


def _says(said: str, around: str, flag: str) -> bool:
    """Whether the clause repeats the flag, and neither it nor its sentence denies, supposes or reports what it says."""
    meant, given = content_stems(_REPORTED.sub("", flag)), content_stems(said)
    if len(meant) < _FEWEST_STEMS[0] or len(meant & given) < _FEWEST_STEMS[0]:
        return False
    within = covered(given, meant) if len(given) >= _FEWEST_STEMS[1] else 0.0
    if max(covered(meant, given), within) < SHARED or flipped(Wording.of(said), Wording.of(flag)):
        return False
    if _in_order(flag, said, meant & given) < _IN_ORDER:
        return False
    own = {match.group().lower() for match in _NOT_CLAIMED.finditer(flag)}
    framed = {match.group().lower() for match in _NOT_CLAIMED.finditer(around)}
    return not framed - own and negations(words(said)) % 2 == negations(words(flag)) % 2


def _in_order(flag: str, said: str, shared: frozenset[str]) -> float:
    """Share of the common words that come in the same order: "test" and "pick settings" apart are another thought."""
    one, other = ([stem(word) for word in words(text) if stem(word) in shared] for text in (flag, said))
    longest = [0] * (len(other) + 1)
    for mine in one:
        before = 0
        for column, theirs in enumerate(other, start=1):
            kept = longest[column]
            longest[column] = before + 1 if mine == theirs else max(kept, longest[column - 1])
            before = kept
    return longest[-1] / len(one)


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
