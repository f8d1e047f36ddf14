"""From probabilities per rubric point to verdicts, a score and how sure it is. Arithmetic only; both judges end here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.domain import (
    Evidence,
    Gate,
    Misconception,
    PointVerdict,
    RubricPoint,
    TechnicalScore,
    Turn,
    Verdict,
)
from interviewer.evaluator.gates import CAPS
from interviewer.evaluator.spans import TextSpan, verified

MET = 0.5
PARTIAL = 0.3
CONTRADICTED = 0.8  # a learner is told "you contradicted this" only when it is nearly certain
UNCLEAR = 0.5
PENALTY = 0.7
DOUBTFUL_SHARE = 0.7  # how much of the credit doubtful words can earn
ROUGH_WIDENING = 1.5
FULL_MARKS_SHARE = 0.7
"""Share of the rubric's weight that earns full marks: a rubric lists more than anybody says in the time given."""
_SCORER_SPREAD = (
    0.45  # of 5: what a score errs by even when every point is certain; a first guess, not calibrated
)
_EIGHTY_PERCENT = 1.28


@dataclass(frozen=True)
class PointReading:
    """What a judge read about one rubric point. `met` and `contradicted` are probabilities in [0, 1]; `nearest`
    is the best cosine to a true phrasing; `disputed` says that two ways of asking disagreed."""

    point: RubricPoint
    met: float
    contradicted: float
    met_span: TextSpan | None
    wrong_span: TextSpan | None
    misconception: Misconception | None = None
    nearest: float = 0.0
    disputed: bool = False


def decide(reading: PointReading, turns: Sequence[Turn], *, rough: bool) -> PointVerdict:
    """One rubric point's verdict. Nothing is met or contradicted without a quote that stands in the transcript."""
    verdict, span = _verdict(reading, rough=rough)
    evidence = _proof(span, turns)
    if verdict in ("met", "partial", "contradicted") and evidence is None:
        verdict = "missed"
    wrong = verdict == "contradicted"
    misconception = reading.misconception if wrong else None
    return PointVerdict(
        point=reading.point.id,
        text=reading.point.text,
        weight=reading.point.weight,
        verdict=verdict,
        confidence=round(_confidence(reading, verdict), 3),
        credit=round(_credit(reading, verdict), 3),
        evidence=None if verdict == "missed" else evidence,
        misconception=misconception.id if misconception else None,
        correction=misconception.correction if misconception else None,
    )


def technical_score(
    verdicts: Sequence[PointVerdict], gate: Gate | None, engine: str, *, widening: float = 1.0
) -> TechnicalScore:
    """The weighted mean of the credits on a scale of 5, capped by the gate; None when nothing was said.

    The interval is meant to hold about four times of five; `widening` stretches it for rough transcripts.
    """
    if gate == "empty":
        return TechnicalScore(score=None, points=tuple(verdicts), gate=gate, engine=engine)
    cap = CAPS[gate] if gate else 5.0
    weight = sum(v.weight for v in verdicts)
    share = sum(v.weight * v.credit for v in verdicts) / weight
    score = min(cap, 5 * max(0.0, share) / FULL_MARKS_SHARE)
    doubt = sum((v.weight / weight) ** 2 * _variance(v) for v in verdicts)
    half = _EIGHTY_PERCENT * math.sqrt((5 / FULL_MARKS_SHARE) ** 2 * doubt + _SCORER_SPREAD**2) * widening
    interval = (round(max(0.0, score - half), 2), round(min(cap, score + half), 2))
    return TechnicalScore(
        score=round(score, 2), interval=interval, points=tuple(verdicts), gate=gate, engine=engine
    )


def _verdict(reading: PointReading, *, rough: bool) -> tuple[Verdict, TextSpan | None]:
    met, wrong = reading.met, reading.contradicted
    if reading.disputed:
        return "unclear", reading.met_span or reading.wrong_span
    if wrong >= UNCLEAR and wrong > met:
        span = reading.wrong_span
        doubtful = rough or (span is not None and (span.doubtful or span.doubted_word))
        if wrong >= CONTRADICTED and met < PARTIAL and not doubtful:
            return "contradicted", reading.wrong_span
        return "unclear", reading.wrong_span
    if met >= MET:
        return "met", reading.met_span
    return ("partial", reading.met_span) if met >= PARTIAL else ("missed", None)


def _credit(reading: PointReading, verdict: Verdict) -> float:
    match verdict:
        case "met" | "partial":
            return reading.met
        case "contradicted":
            return reading.met - PENALTY * reading.contradicted
        case "unclear":  # it may be an error, and is none until that is sure
            return reading.met / 2 if reading.disputed else reading.met
        case _:
            return 0.0


def _confidence(reading: PointReading, verdict: Verdict) -> float:
    match verdict:
        case "met":
            return reading.met
        case "contradicted":
            return reading.contradicted
        case "missed":
            return 1 - max(reading.met, reading.contradicted)
        case _:
            return 0.5


def _variance(verdict: PointVerdict) -> float:
    return verdict.confidence * (1 - verdict.confidence)


def _proof(span: TextSpan | None, turns: Sequence[Turn]) -> Evidence | None:
    if span is None:
        return None
    evidence = span.evidence
    return evidence if verified(evidence, turns) else None
