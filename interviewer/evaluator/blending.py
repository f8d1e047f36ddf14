"""How a language model's two replies about one rubric point are joined with the embedded judge's reading. Arithmetic only.

All in log-odds. S is what the model holds of "it is said", M of "it is missing or wrong". A liking for yes, or for the
option named first, is in both and drops out of the evidence; what it cannot explain away is the model contradicting itself:

    evidence      e = (S - M) / 2
    leaning       b = (S + M) / 2        its median over the answer's points is the model's own leaning
    steadiness    t = e^2 / (e^2 + (b - leaning)^2)
    blended  logit p = SHARE t e + (1 - SHARE t) logit(embedded)

So the model has its full share where both ways agree, and none where they cancel. SHARE and the bounds are first guesses:
they have not been fitted to judgements of a real model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from interviewer.evaluator.spans import TextSpan
from interviewer.evaluator.verdicts import CONTRADICTED, UNCLEAR, PointReading

SHARE = 0.6
STRONGEST = 4.0
"""Log-odds beyond this say no more: models are surer than they are right."""
AT_ITS_WORD = 1.4
"""Log-odds of a yes whose probability nobody tells: four to one."""
_FEWEST_FOR_LEANING = 4  # points whose median tells a leaning from chance
_AT_ODDS = 1.0  # log-odds by which the two ways must be at odds before that is told
_NOT_WRONG = -2.0  # log-odds of an error in an answer in which the model finds none
_JUST_SHORT = 0.01


@dataclass(frozen=True)
class Opinion:
    """A model's log-odds of yes to "is it said?" and to "is it missing or wrong?", and the sentences it named."""

    said: float
    missing: float
    said_in: TextSpan | None
    wrong_in: TextSpan | None

    @property
    def evidence(self) -> float:
        """For the point being made. A yes that names no sentence is none: no quote, no credit."""
        evidence = (self.said - self.missing) / 2
        return min(0.0, evidence) if self.said_in is None else evidence

    @property
    def leaning(self) -> float:
        return (self.said + self.missing) / 2


def log_odds(chance: float) -> float:
    if chance <= 0 or chance >= 1:
        return STRONGEST if chance >= 1 else -STRONGEST
    return max(-STRONGEST, min(STRONGEST, math.log(chance / (1 - chance))))


def chance_of(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def leaning_of(opinions: Sequence[Opinion]) -> float:
    """The model's own leaning to yes in one answer; 0 when there are too few points to tell."""
    if len(opinions) < _FEWEST_FOR_LEANING:
        return 0.0
    return median(opinion.leaning for opinion in opinions)


def blend(reading: PointReading, opinion: Opinion, leaning: float) -> PointReading:
    """The embedded reading refined by the model's opinion. `disputed` when the model is at odds with itself."""
    evidence, strayed = opinion.evidence, abs(opinion.leaning - leaning)
    steadiness = evidence**2 / (evidence**2 + strayed**2) if evidence else 0.0
    share = SHARE * steadiness
    met = chance_of(share * evidence + (1 - share) * log_odds(reading.met))
    wrong = _against(reading, opinion, share)
    return replace(
        reading,
        met=met,
        contradicted=wrong,
        met_span=opinion.said_in if evidence > 0 else reading.met_span,
        wrong_span=opinion.wrong_in if evidence < 0 and opinion.wrong_in else reading.wrong_span,
        disputed=strayed > abs(evidence) and strayed >= _AT_ODDS,
    )


def _against(reading: PointReading, opinion: Opinion, share: float) -> float:
    """How likely the point is contradicted. That is told to a candidate only when both judges see it in the same words."""
    evidence = opinion.evidence
    accused = evidence < 0 and opinion.wrong_in is not None
    towards = -evidence if accused else min(_NOT_WRONG, -evidence)
    wrong = chance_of(share * towards + (1 - share) * log_odds(reading.contradicted))
    together = accused and reading.contradicted >= UNCLEAR and _overlap(opinion.wrong_in, reading.wrong_span)
    return wrong if together else min(wrong, CONTRADICTED - _JUST_SHORT)


def _overlap(one: TextSpan | None, other: TextSpan | None) -> bool:
    if one is None or other is None or one.turn != other.turn:
        return False
    return one.offset < other.offset + len(other.text) and other.offset < one.offset + len(one.text)
