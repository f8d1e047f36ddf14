"""Speaking time and pauses from the speech detector's spans, never from word times: recognisers let words soak up silence.

Whether a pause stands inside a clause is read from the words around it, where the recogniser timed them well enough.
A silence of THINKING_SECONDS or more is thought: it is told, and held against nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interviewer.domain import Evidence, Span, Turn
from interviewer.evaluator.placed_words import TimedWord, timed_words
from interviewer.evaluator.words import AUXILIARIES, CONJUNCTIONS, DETERMINERS, FILLERS, PREPOSITIONS, words

SHORTEST_PAUSE_SECONDS = 0.5  # shorter gaps belong to articulation
BREATH_SECONDS = 1.0  # shorter gaps belong to the pace at which somebody speaks
THINKING_SECONDS = 2.0
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
class Pause:
    """A silence within a turn. `inside` a clause or between two; None where no word times tell. `evidence` quotes the
    words around it and has the silence's own seconds."""

    seconds: float
    inside: bool | None
    evidence: Evidence | None

    @property
    def thinking(self) -> bool:
        return self.seconds >= THINKING_SECONDS


@dataclass(frozen=True)
class Delivery:
    """How the spoken turns of one answer ran. `voiced_seconds` is speech alone, `speaking_seconds` has the breaths."""

    voiced_seconds: float
    speaking_seconds: float
    pauses: tuple[Pause, ...]

    @property
    def floor_seconds(self) -> float:
        """From first to last word of each turn, without the time to think."""
        return self.speaking_seconds + sum(
            pause.seconds for pause in self.pauses if BREATH_SECONDS <= pause.seconds < THINKING_SECONDS
        )

    def told_apart(self, *, inside: bool) -> tuple[Pause, ...] | None:
        """The pauses inside clauses, or between them, that are no thought; None where they cannot be told apart."""
        if self.pauses and all(pause.inside is None for pause in self.pauses):
            return None
        return tuple(p for p in self.pauses if p.inside is inside and not p.thinking)


def measure_delivery(turns: Sequence[Turn]) -> Delivery | None:
    """The delivery of an answer's spoken turns; None when the detector's spans are missing."""
    heard = [(index, turn) for index, turn in enumerate(turns) if turn.speech and not turn.typed]
    if not heard:
        return None
    voiced = speaking = 0.0
    pauses: list[Pause] = []
    for index, turn in heard:
        timed = timed_words(turn)
        punctuated = any(word.text[-1] in ".?!" for word in timed[:-1])
        voiced += sum(span.seconds for span in turn.speech)
        for before, after in pairwise(turn.speech):
            gap = Span(start=before.end, end=max(before.end, after.start))
            speaking += gap.seconds if gap.seconds < BREATH_SECONDS else 0.0
            if gap.seconds >= SHORTEST_PAUSE_SECONDS:
                pauses.append(_pause(turn.text, index, timed, gap, punctuated))
    return Delivery(voiced, voiced + speaking, tuple(pauses))


def words_around(
    text: str, index: int, timed: Sequence[TimedWord], span: Span, reach: int = 2
) -> Evidence | None:
    """The words on both sides of a moment, as evidence with the moment's own seconds; None without word times."""
    before, after = _sides(timed, (span.start + span.end) / 2)
    near = [*before[-reach:], *after[:reach]]
    if not near:
        return None
    start, stop = near[0].offset, near[-1].stop
    return Evidence(quote=text[start:stop], turn=index, offset=start, start=span.start, end=span.end)


def _pause(text: str, index: int, timed: Sequence[TimedWord], gap: Span, punctuated: bool) -> Pause:
    inside = _inside_clause(timed, (gap.start + gap.end) / 2, punctuated)
    return Pause(gap.seconds, inside, words_around(text, index, timed, gap))


def _sides(timed: Sequence[TimedWord], moment: float) -> tuple[list[TimedWord], list[TimedWord]]:
    before = [w for w in timed if (w.start + w.end) / 2 <= moment]
    return before, [w for w in timed if (w.start + w.end) / 2 > moment]


def _inside_clause(timed: Sequence[TimedWord], middle: float, punctuated: bool) -> bool | None:
    """Whether the pause around `middle` seconds breaks a clause; None without word times.

    Where the recogniser writes no punctuation, only a clause left plainly unfinished ("the ...") counts as broken.
    """
    before, after = _sides(timed, middle)
    if not before or not after:
        return None
    if before[-1].text[-1] in ".?!,;:":
        return False
    last, following = words(before[-1].text), words(after[0].text)
    if last and (last[-1] in FILLERS or last[-1] in _UNFINISHED):
        return True
    return punctuated and not (following and following[0] in _OPENERS)
