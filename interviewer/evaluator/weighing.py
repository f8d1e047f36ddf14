"""How a persona's weights turn technical, story and clarity scores into one, and how sure that one is. Arithmetic only."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from interviewer.domain import ClarityScore, StarScore, TechnicalScore
from interviewer.evaluator.gates import CAPS

Part = Literal["technical", "star", "clarity"]
Weights = Mapping[Part, float]
Interval = tuple[float, float]

DEFAULT_WEIGHTS: Weights = {"technical": 0.6, "star": 0.2, "clarity": 0.2}
STORY_TECHNICAL_SHARE = 0.25
"""What content keeps of its weight when a story was asked for; the rest goes to the story."""


def weights_for(weighs: Weights, *, story: bool) -> dict[Part, float]:
    """A persona's weights for one question: stories count only where one was asked for, and content little there."""
    technical, star = weighs.get("technical", 0.0), weighs.get("star", 0.0)
    clarity = weighs.get("clarity", 0.0)
    if not story:
        return {"technical": technical or DEFAULT_WEIGHTS["technical"], "star": 0.0, "clarity": clarity}
    moved = technical * (1 - STORY_TECHNICAL_SHARE)
    return {
        "technical": technical - moved,
        "star": star + moved or DEFAULT_WEIGHTS["star"],
        "clarity": clarity,
    }


def weigh(
    technical: TechnicalScore, star: StarScore, clarity: ClarityScore, weighs: Weights, *, story: bool
) -> tuple[float, Interval] | None:
    """One answer's score and interval; what was not measured leaves its weight to the rest. None when nothing counts.

    Clear delivery of nothing is worth nothing: behind a gate the whole is capped as the content is.
    """
    weights = weights_for(weighs, story=story)
    parts = [
        (weights["technical"], technical.score, technical.interval),
        (weights["star"], star.score, star.interval),
        (weights["clarity"], clarity.score, clarity.interval),
    ]
    told = [
        (w, score, interval or (score, score)) for w, score, interval in parts if w > 0 and score is not None
    ]
    content = technical.score is not None or (story and star.score is not None)
    if not told or not content:
        return None
    total = sum(w for w, _, _ in told)
    cap = CAPS[technical.gate] if technical.gate else 5.0
    score = min(cap, sum(w * score for w, score, _ in told) / total)
    low = sum(w * interval[0] for w, _, interval in told) / total
    high = sum(w * interval[1] for w, _, interval in told) / total
    return round(score, 2), (round(min(low, score), 2), round(min(cap, max(high, score)), 2))


def average(scores: Sequence[tuple[float, Interval]]) -> tuple[float, Interval] | None:
    """The mean of several scores; errors of separate answers are taken as independent, so the interval narrows."""
    if not scores:
        return None
    score = sum(s for s, _ in scores) / len(scores)
    below = math.sqrt(sum((s - low) ** 2 for s, (low, _) in scores)) / len(scores)
    above = math.sqrt(sum((high - s) ** 2 for s, (_, high) in scores)) / len(scores)
    return round(score, 2), (round(max(0.0, score - below), 2), round(min(5.0, score + above), 2))
