"""How an answer was delivered: figures with the band in which nothing is said about them. Never touches the content score.

Bands rest on published findings where there are any (speaking rate, fillers); the others are conventions, and wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from interviewer.domain import ClarityScore, Measure, Question, Turn
from interviewer.evaluator.pauses import Delivery, measure_delivery
from interviewer.evaluator.words import FILLERS, FUNCTION_WORDS, words

ENGINE = "timings and words"
TYPED = "not measured: the answer was typed"
FEWEST_WORDS = 20
_HALF_INTERVAL = 0.5  # of 5; a first guess, not calibrated
_SIGNPOSTING_FROM_WORDS = 60  # a short answer needs none
_PUNCTUATED_FROM = 0.02  # sentence ends per word; below, the text has no usable punctuation

_FILLER_PHRASES = re.compile(r"\b(?:you know|i mean|sort of|kind of|or something|and stuff)\b", re.IGNORECASE)
_REPAIRS = re.compile(
    r"\b(?:sorry|no wait|wait no|let me (?:rephrase|start over|start again)|i mean|or rather|scratch that|what i meant)\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|i guess|i suppose|i'm not sure|not sure|sort of|kind of|might|somehow|"
    r"or something|i would say|more or less|hopefully)\b",
    re.IGNORECASE,
)
_SIGNPOSTS = re.compile(
    r"\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|then|next|for example|for instance|because|therefore|so that|"
    r"in (?:short|summary|other words|the end)|on the (?:one|other) hand|there are (?:two|three|four)|the (?:main|key) (?:point|reason|thing)|"
    r"to (?:sum up|summari[sz]e)|that means|which means|as a result|however)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Scale:
    """A measure's unit and dead band, and what it costs of 5 when `span` beyond the band."""

    unit: str
    good: tuple[float, float]
    span: float
    cost: float


SCALES: Mapping[str, _Scale] = {
    "speaking rate": _Scale("words per minute of speaking", (120, 185), 35, 1.0),
    "pauses inside clauses": _Scale("per minute of speaking", (0, 6), 10, 1.25),
    "pauses between clauses": _Scale("seconds on average", (0.5, 2.5), 3, 0.5),
    "fillers": _Scale("per minute of speaking", (0, 5), 7, 1.25),
    "repairs": _Scale("per 100 words", (0, 3), 6, 0.4),
    "sentence length": _Scale("words on average", (7, 27), 15, 0.5),
    "hedging": _Scale("per 100 words", (0, 3), 5, 0.5),
    "signposting": _Scale("per 100 words", (1, 12), 1, 0.4),
    "concision": _Scale("of the time a good answer takes", (0.2, 1.25), 0.75, 0.75),
}


@dataclass(frozen=True)
class _Spoken:
    """The spoken turns of one answer, ready to be measured."""

    text: str
    words: Sequence[str]
    delivery: Delivery | None
    minutes_wanted: float

    @property
    def minutes(self) -> float:
        return self.delivery.speaking_seconds / 60 if self.delivery else 0.0


class _NotMeasuredError(Exception):
    """Why one figure cannot be had for this answer."""


def score_clarity(question: Question, turns: Sequence[Turn], *, widening: float = 1.0) -> ClarityScore:
    """Every measure, measured or not, and a score from what lies outside its band; None when nothing was measurable."""
    spoken_turns = [turn for turn in turns if not turn.typed and turn.text]
    text = "\n".join(turn.text for turn in spoken_turns)
    spoken = _Spoken(text, words(text), measure_delivery(spoken_turns), question.minutes)
    typed = bool(turns) and all(turn.typed for turn in turns)
    if typed or len(spoken.words) < FEWEST_WORDS:
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


def _measure(name: str, spoken: _Spoken) -> Measure:
    try:
        value, note = _MEASURES[name](spoken)
    except _NotMeasuredError as reason:
        return _unmeasured(name, str(reason))
    scale = SCALES[name]
    return Measure(
        name=name,
        value=round(value, 2),
        unit=scale.unit,
        good=scale.good,
        at_least=name in _AT_LEAST,
        note=note,
    )


def _unmeasured(name: str, why: str) -> Measure:
    return Measure(name=name, value=None, unit=SCALES[name].unit, good=SCALES[name].good, note=why)


def cost(measure: Measure) -> float:
    """What one measure takes off the score of 5: nothing inside its band or when it was not measured."""
    if measure.value is None:
        return 0.0
    scale = SCALES[measure.name]
    beyond = max(scale.good[0] - measure.value, measure.value - scale.good[1], 0.0)
    return scale.cost * min(1.0, beyond / scale.span)


def _timed(spoken: _Spoken) -> Delivery:
    if spoken.delivery is None or spoken.delivery.speaking_seconds <= 0:
        raise _NotMeasuredError("not measured: no speech times were kept")
    return spoken.delivery


def _rate(spoken: _Spoken) -> tuple[float, str]:
    _timed(spoken)
    return len(spoken.words) / spoken.minutes, ""


def _inside(spoken: _Spoken) -> tuple[float, str]:
    inside = _timed(spoken).inside
    if inside is None:
        raise _NotMeasuredError("not measured: the recogniser gave no word times")
    return len(inside) / spoken.minutes, ""


def _between(spoken: _Spoken) -> tuple[float, str]:
    between = _timed(spoken).between
    if not between:
        raise _NotMeasuredError("not measured: no pause between clauses could be told apart")
    return mean(between), ""


def _fillers(spoken: _Spoken) -> tuple[float, str]:
    _timed(spoken)
    count = sum(word in FILLERS for word in spoken.words) + len(_FILLER_PHRASES.findall(spoken.text))
    return count / spoken.minutes, "at least: recognisers leave most fillers out"


def _repairs(spoken: _Spoken) -> tuple[float, str]:
    said = [word for word in spoken.words if word not in FILLERS]
    doubled = sum(
        a == b and a in FUNCTION_WORDS and a not in {"that", "had", "very", "no"} for a, b in pairwise(said)
    )
    return 100 * (doubled + len(_REPAIRS.findall(spoken.text))) / len(spoken.words), ""


def _sentence_length(spoken: _Spoken) -> tuple[float, str]:
    ends = len(re.findall(r"[.!?](?=\s|$)", spoken.text))
    if ends < _PUNCTUATED_FROM * len(spoken.words):
        raise _NotMeasuredError("not measured: the transcript has no punctuation")
    return len(spoken.words) / ends, ""


def _hedging(spoken: _Spoken) -> tuple[float, str]:
    return 100 * len(_HEDGES.findall(spoken.text)) / len(spoken.words), ""


def _signposting(spoken: _Spoken) -> tuple[float, str]:
    if len(spoken.words) < _SIGNPOSTING_FROM_WORDS:
        raise _NotMeasuredError("not measured: a short answer needs no signposts")
    return 100 * len(_SIGNPOSTS.findall(spoken.text)) / len(spoken.words), ""


def _concision(spoken: _Spoken) -> tuple[float, str]:
    delivery = _timed(spoken)
    return (delivery.speaking_seconds + sum(delivery.pauses)) / 60 / spoken.minutes_wanted, ""


_MEASURES: Mapping[str, Callable[[_Spoken], tuple[float, str]]] = {
    "speaking rate": _rate,
    "pauses inside clauses": _inside,
    "pauses between clauses": _between,
    "fillers": _fillers,
    "repairs": _repairs,
    "sentence length": _sentence_length,
    "hedging": _hedging,
    "signposting": _signposting,
    "concision": _concision,
}
_AT_LEAST = frozenset({"fillers", "repairs"})
