"""What an answer would gain by one change: weight times deficit, in points of 5. Arithmetic only.

Content, story and delivery are measured in the same coin, so that the one thing to change first can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from interviewer.domain import (
    ClarityScore,
    Measure,
    PointVerdict,
    Question,
    StarComponent,
    StarScore,
    TechnicalScore,
)
from interviewer.evaluator.clarity import cost
from interviewer.evaluator.verdicts import FULL_MARKS_SHARE
from interviewer.evaluator.weighing import Part, Weights, weights_for

LEAST_GAIN = 0.1
"""Of 5: what is worth less is not worth a sentence."""
_STORY_WORTH: Mapping[StarComponent, float] = {"S": 0.75, "T": 0.75, "A": 1.75, "R": 1.25}
_NUMBER_WORTH = 0.25
_DOUBTED = 0.5  # of the gain: what stayed unclear may well have been right

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|thousand|million|half|halved|third|quarter|doubled|twice|percent)\b",
    re.IGNORECASE,
)

GapKind = Literal["point", "no_story", "component", "number", "measure"]


@dataclass(frozen=True)
class Gap:
    """One thing to change. `gain` is in points of 5 of the answer's overall score."""

    kind: GapKind
    gain: float
    part: Part
    point: PointVerdict | None = None
    component: StarComponent | None = None
    measure: Measure | None = None
    raw: float = 0.0  # before what is left to gain bounds it; settles the order of equals

    @property
    def name(self) -> str:
        """The same for the same weakness in two answers, except for rubric points, which belong to one question."""
        if self.point is not None:
            return f"point {self.point.point}"
        return f"{self.kind} {self.component or (self.measure.name if self.measure else '')}"


def gaps(
    question: Question, technical: TechnicalScore, star: StarScore, clarity: ClarityScore, weighs: Weights
) -> list[Gap]:
    """All changes worth a sentence, the most worthwhile first."""
    weights = weights_for(weighs, story=question.expects_story)
    measured: dict[Part, bool] = {
        "technical": technical.score is not None,
        "star": star.score is not None,
        "clarity": clarity.score is not None,
    }
    total = sum(weights[part] for part in weights if measured[part]) or 1.0
    share = {part: weights[part] / total if measured[part] else 0.0 for part in weights}
    found = [
        *_content(technical, share["technical"]),
        *_story(star, share["star"]),
        *_delivery(clarity, share["clarity"]),
    ]
    return sorted((gap for gap in found if gap.gain >= LEAST_GAIN), key=lambda gap: (-gap.gain, -gap.raw))


def _content(technical: TechnicalScore, share: float) -> Iterator[Gap]:
    weight = sum(point.weight for point in technical.points)
    room = 5 - (technical.score or 0.0)
    for point in technical.points:
        if point.verdict == "met" or not weight:
            continue
        gain = 5 * point.weight / weight * (1 - point.credit) / FULL_MARKS_SHARE
        certain = _DOUBTED if point.verdict == "unclear" else 1.0
        yield Gap("point", share * min(gain, room) * certain, "technical", point=point, raw=gain)


def _story(star: StarScore, share: float) -> Iterator[Gap]:
    if star.score is None:
        return
    if not star.is_story:
        yield Gap("no_story", share * (5 - star.score), "star")
        return
    for component, worth in _STORY_WORTH.items():
        if not star.components.get(component):
            yield Gap("component", share * worth, "star", component=component)
    results = " ".join(sentence.text for sentence in star.sentences if sentence.label == "R")
    if star.components.get("R") and not star.quantified_result and not _NUMBER.search(results):
        yield Gap("number", share * _NUMBER_WORTH, "star")


def _delivery(clarity: ClarityScore, share: float) -> Iterator[Gap]:
    for measure in clarity.measures:
        if cost(measure) > 0:
            yield Gap("measure", share * cost(measure), "clarity", measure=measure)
