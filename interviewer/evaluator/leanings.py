"""Which way an interviewer leans, and whether enough was heard to lean at all. Arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.domain import Leaning
from interviewer.evaluator.weighing import Interval

FEWEST_ANSWERS = 2
WIDEST_INTERVAL = 1.8
"""Of 5: the levels are about one apart, so a wider interval could mean almost any of them."""
LEAST_WEIGHT_MEASURED = 0.5
_NEIGHBOURS = 2  # levels an interval may touch
_LEVELS: tuple[tuple[float, Leaning], ...] = (
    (4.2, "strong yes"),
    (3.4, "yes"),
    (2.4, "mixed"),
    (0.0, "not yet"),
)


@dataclass(frozen=True)
class Lean:
    """`why` is empty unless too little was heard; `could_be` names the neighbour that the interval reaches into."""

    leaning: Leaning
    why: str = ""
    could_be: Leaning | None = None


def lean(whole: tuple[float, Interval] | None, *, answers: int, measured: float) -> Lean:
    """From a persona's own score with its interval. `measured`: share of their weights that could be measured at all."""
    if whole is None:
        return Lean("not enough heard", "Nothing was said that could be judged.")
    score, (low, high) = whole
    if answers < FEWEST_ANSWERS:
        return Lean("not enough heard", "One answer is too little to lean on.")
    if measured < LEAST_WEIGHT_MEASURED:
        return Lean("not enough heard", "Most of what I weigh could not be measured here.")
    reached = _levels(low, high)
    if high - low > WIDEST_INTERVAL or len(reached) > _NEIGHBOURS:
        return Lean("not enough heard", "What was heard would fit very different judgements.")
    leaning = _level(score)
    other = next((level for level in reached if level != leaning), None)
    return Lean(leaning, could_be=other)


def _level(score: float) -> Leaning:
    return next(leaning for least, leaning in _LEVELS if score >= least)


def _levels(low: float, high: float) -> list[Leaning]:
    """Every leaning that the interval reaches into, the highest first."""
    order = [leaning for _, leaning in _LEVELS]
    return order[order.index(_level(high)) : order.index(_level(low)) + 1]
