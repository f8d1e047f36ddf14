"""Scores written by hand, so that advice can be tested without a judge: verdicts with quotes that stand in the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fixture_bank import typed

from interviewer.domain import (
    ClarityScore,
    Evidence,
    Gate,
    PointVerdict,
    Question,
    StarScore,
    TechnicalScore,
    Turn,
    Verdict,
)
from interviewer.evaluator.coaching import Scored
from interviewer.evaluator.verdicts import technical_score
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS, Weights

CREDIT: Mapping[Verdict, float] = {
    "met": 1.0,
    "partial": 0.5,
    "missed": 0.0,
    "unclear": 0.0,
    "contradicted": -0.7,
}
Said = tuple[Verdict, str] | tuple[Verdict]


def evidence(quote: str, turns: Sequence[Turn]) -> Evidence:
    for number, turn in enumerate(turns):
        if quote in turn.text:
            return Evidence(quote=quote, turn=number, offset=turn.text.index(quote))
    raise AssertionError(f"{quote!r} was not said")


def technical(
    question: Question, turns: Sequence[Turn], said: Mapping[str, Said], gate: Gate | None = None
) -> TechnicalScore:
    """Points that are not named in `said` were missed."""
    points = []
    for point in question.rubric:
        verdict, *quote = said.get(point.id, ("missed",))
        wrong = verdict == "contradicted"
        points.append(
            PointVerdict(
                point=point.id,
                text=point.text,
                weight=point.weight,
                verdict=verdict,
                confidence=0.9,
                credit=CREDIT[verdict],
                evidence=evidence(quote[0], turns) if quote else None,
                correction=point.misconceptions[0].correction if wrong else None,
            )
        )
    return technical_score(points, gate, "by hand")


def scored(
    question: Question,
    answer: str | Sequence[Turn],
    said: Mapping[str, Said],
    *,
    gate: Gate | None = None,
    star: StarScore | None = None,
    clarity: ClarityScore | None = None,
    rough: bool = False,
    weighs: Weights = DEFAULT_WEIGHTS,
    seed: int = 0,
) -> Scored:
    turns = typed(answer) if isinstance(answer, str) else tuple(answer)
    return Scored(
        question,
        turns,
        technical(question, turns, said, gate),
        star or StarScore(score=None, engine="by hand"),
        clarity or ClarityScore(score=None, engine="by hand"),
        rough,
        weighs,
        seed,
    )
