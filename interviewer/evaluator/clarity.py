"""How an answer was delivered: figures with the band in which nothing is said about them. Never touches the content score.

Bands rest on published findings where there are any (speaking rate, fillers); the others are conventions, and wide.
Time to think is told and never scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import ClarityScore, Measure, Question, Turn
from interviewer.evaluator.delivery_measures import MEASURES, NotMeasuredError, Spoken, SpokenTurn
from interviewer.evaluator.pauses import measure_delivery

ENGINE = "timings, words and sound"
TYPED = "not measured: the answer was typed"
FEWEST_WORDS = 20
MOST_EVIDENCE = 8  # places quoted for one figure
_HALF_INTERVAL = 0.5  # of 5; a first guess, not calibrated


@dataclass(frozen=True)
class _Scale:
    """A measure's unit, its dead band, the values beyond which it harms, and what it then costs of 5.

    From the band's edge to the flag the cost grows evenly. Without a band it is told and not scored.
    """

    unit: str
    good: tuple[float, float] | None = None
    flag: tuple[float, float] | None = None
    cost: float = 0.0


SCALES: Mapping[str, _Scale] = {
    "speaking rate": _Scale("words per minute of speaking", (120, 185), (100, 200), 1.0),
    "articulation rate": _Scale("syllables per second"),
    "pauses inside clauses": _Scale("per minute of speaking", (0, 6), (0, 16), 1.25),
    "pauses between clauses": _Scale("seconds on average"),
    "silence before the first word": _Scale("seconds at the longest"),
    "thinking pauses": _Scale("seconds in all"),
    "fillers": _Scale("per minute of speaking", (0, 5), (0, 12), 1.25),
    "repairs": _Scale("per 100 words", (0, 3), (0, 9), 0.4),
    "sentence length": _Scale("words on average", (7, 27), (3, 42), 0.5),
    "hedging": _Scale("per 100 words", (0, 3), (0, 8), 0.5),
    "signposting": _Scale("per 100 words", (1, 12), (0, 13), 0.4),
    "concision": _Scale("of the time a good answer takes", (0.2, 1.25), (0.05, 2.0), 0.75),
    "unexplained jargon": _Scale("terms", (0, 1), (0, 4), 0.75),
}
_AT_LEAST = frozenset({"fillers", "repairs"})


def score_clarity(
    question: Question, turns: Sequence[Turn], *, thinking_before: Sequence[float] = (), widening: float = 1.0
) -> ClarityScore:
    """Every measure, measured or not, and a score from what lies outside its band; None when nothing was measurable.

    `thinking_before`: seconds from the end of what was asked to the answer's first word, for each time it is known.
    """
    heard = [SpokenTurn.of(n, turn) for n, turn in enumerate(turns) if not turn.typed and turn.text]
    spoken = Spoken(heard, measure_delivery(turns), question.kind, question.minutes, thinking_before)
    typed = bool(turns) and all(turn.typed for turn in turns)
    if typed or spoken.words < FEWEST_WORDS:
        why = TYPED if typed else f"not measured: fewer than {FEWEST_WORDS} words were spoken"
        return ClarityScore(
            score=None, measures=tuple(_unmeasured(name, why) for name in SCALES), engine=ENGINE
        )
    measures = tuple(_measure(name, spoken) for name in SCALES)
    if all(measure.value is None for measure in measures):
        return ClarityScore(score=None, measures=measures, engine=ENGINE)
    score = max(0.0, 5.0 - sum(cost(measure) for measure in measures))
    half = _HALF_INTERVAL * widening
    interval = (round(max(0.0, score - half), 2), round(min(5.0, score + half), 2))
    return ClarityScore(score=round(score, 2), interval=interval, measures=measures, engine=ENGINE)


def _measure(name: str, spoken: Spoken) -> Measure:
    try:
        figure = MEASURES[name](spoken)
    except NotMeasuredError as reason:
        return _unmeasured(name, str(reason))
    scale = SCALES[name]
    return Measure(
        name=name,
        value=round(figure.value, 2),
        unit=scale.unit,
        good=scale.good,
        flag=scale.flag,
        at_least=name in _AT_LEAST,
        note=figure.note,
        evidence=tuple(figure.evidence[:MOST_EVIDENCE]),
    )


def _unmeasured(name: str, why: str) -> Measure:
    scale = SCALES[name]
    return Measure(name=name, value=None, unit=scale.unit, good=scale.good, flag=scale.flag, note=why)


def cost(measure: Measure) -> float:
    """What one measure takes off the score of 5: nothing inside its band or when it was not measured."""
    scale = SCALES[measure.name]
    if measure.value is None or scale.good is None or scale.flag is None:
        return 0.0
    (low, high), (lowest, highest) = scale.good, scale.flag
    share = 0.0
    if measure.value < low:
        share = (low - measure.value) / (low - lowest)
    elif measure.value > high:
        share = (measure.value - high) / (highest - high)
    return scale.cost * min(1.0, share)
