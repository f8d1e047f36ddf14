"""Speaking time and pauses from the speech detector's spans, never from word times: recognisers let words soak up silence.

Whether a pause stands inside a clause is read from the words around it, where the recogniser timed them well enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interviewer.domain import Turn
from interviewer.evaluator.words import AUXILIARIES, CONJUNCTIONS, DETERMINERS, FILLERS, PREPOSITIONS, words

SHORTEST_PAUSE_SECONDS = 0.5  # shorter gaps belong to articulation
_OPENERS = CONJUNCTIONS | {
    "then",
    "first",
    "second",
    "finally",
    "however",
    "which",
    "where",
    "when",
    "also",
    "now",
}
_UNFINISHED = (DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES) - {"it's", "that's", "there's"}


@dataclass(frozen=True)
class Delivery:
    """How the spoken turns of one answer ran. `inside` and `between` are pauses in seconds, inside and between clauses;
    None where no word times allow telling them apart."""

    speaking_seconds: float
    pauses: tuple[float, ...]
    inside: tuple[float, ...] | None
    between: tuple[float, ...] | None


@dataclass(frozen=True)
class _Timed:
    text: str
    start: float
    end: float


def measure_delivery(turns: Sequence[Turn]) -> Delivery | None:
    """The delivery of spoken turns; None when the detector's spans are missing."""
    heard = [turn for turn in turns if turn.speech]
    if not heard:
        return None
    speaking = 0.0
    gaps: list[tuple[float, bool | None]] = []
    for turn in heard:
        speaking += sum(span.seconds for span in turn.speech)
        timed = _timed_words(turn)
        punctuated = any(word.text[-1] in ".?!" for word in timed[:-1])
        for before, after in pairwise(turn.speech):
            gap = after.start - before.end
            if gap < SHORTEST_PAUSE_SECONDS:
                speaking += max(0.0, gap)
            else:
                gaps.append((gap, _inside_clause(timed, (before.end + after.start) / 2, punctuated)))
    told = [(gap, inside) for gap, inside in gaps if inside is not None]
    sorted_out = bool(told) or not gaps
    return Delivery(
        speaking_seconds=speaking,
        pauses=tuple(gap for gap, _ in gaps),
        inside=tuple(gap for gap, inside in told if inside) if sorted_out else None,
        between=tuple(gap for gap, inside in told if not inside) if sorted_out else None,
    )


def _timed_words(turn: Turn) -> list[_Timed]:
    return [
        _Timed(w.text.strip(), w.start, w.end)
        for segment in turn.segments
        for w in segment.words
        if w.text.strip()
    ]


def _inside_clause(timed: Sequence[_Timed], middle: float, punctuated: bool) -> bool | None:
    """Whether the pause around `middle` seconds breaks a clause; None without word times.

    Where the recogniser writes no punctuation, only a clause left plainly unfinished ("the ...") counts as broken.
    """
    before = [w for w in timed if (w.start + w.end) / 2 <= middle]
    after = [w for w in timed if (w.start + w.end) / 2 > middle]
    if not before or not after:
        return None
    if before[-1].text[-1] in ".?!,;:":
        return False
    last, following = words(before[-1].text), words(after[0].text)
    if last and (last[-1] in FILLERS or last[-1] in _UNFINISHED):
        return True
    return punctuated and not (following and following[0] in _OPENERS)
