"""Rubric points that come back: what was missed once is asked again when it is about to be forgotten (FSRS).

The history of a point is what the stored scorecards say about it, so nothing is kept beside the facts: deleting a
session, correcting its words or scoring it again changes what is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from fsrs import Card, Rating, Scheduler
from pydantic import Field

from interviewer.domain import AnswerScore, Noun, PointVerdict, Question, Verdict
from interviewer.progress.record import Held
from interviewer.session.state import Answer

RETENTION = 0.9  # a point comes back when the chance to recall it has fallen to this
LONGEST_DAYS = 180
GRADES: Mapping[Verdict, Rating] = {
    "met": Rating.Good,  # never Easy: a verdict cannot see ease
    "partial": Rating.Hard,
    "missed": Rating.Again,
    "contradicted": Rating.Again,
}
"""How a verdict counts as recall. "unclear" is no verdict and counts as nothing."""
# Steps of minutes are for cards turned over and over; an interview is held once a day at most.
_SCHEDULER = Scheduler(
    desired_retention=RETENTION,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=LONGEST_DAYS,
    enable_fuzzing=False,
)


class Review(Noun):
    """What one answer did with the point."""

    session: str
    at: datetime
    verdict: Verdict
    helped: bool = Field(
        default=False, description="Said only after a hint or when asked about it: recalled with difficulty."
    )
    rough: bool = False

    @property
    def grade(self) -> Rating:
        return Rating.Hard if self.verdict == "met" and self.helped else GRADES[self.verdict]


class ReturningPoint(Noun):
    """A point that was not met at least once, and when it is worth asking again."""

    question: str
    point: str
    text: str
    weight: float
    persona: str
    reviews: tuple[Review, ...]
    due: datetime

    @property
    def last(self) -> Review:
        return self.reviews[-1]

    @property
    def missed(self) -> int:
        """How many answers did not meet it."""
        return sum(review.verdict != "met" for review in self.reviews)

    @property
    def loss(self) -> float:
        """What the last answer left of the point's weight, for ranking: weakest first."""
        return self.weight * {"met": 0.0, "partial": 0.5, "missed": 1.0}.get(self.last.verdict, 1.5)


class _Seen(NamedTuple):
    persona: str
    review: Review


def returning_points(
    sessions: Iterable[Held], questions: Mapping[str, Question]
) -> tuple[ReturningPoint, ...]:
    """Every point that was ever less than met, soonest due first. Points that left the bank do not come back."""
    seen: dict[tuple[str, str], list[_Seen]] = {}
    for held in sessions:
        for answer, score in held.scored:
            for verdict in score.technical.points:
                if verdict.verdict in GRADES:
                    review = _review(held, answer, score, verdict)
                    seen.setdefault((score.question, verdict.point), []).append(_Seen(answer.persona, review))
    found = []
    for (question, point), history in seen.items():
        known = questions.get(question)
        rubric = next((p for p in known.rubric if p.id == point), None) if known else None
        history.sort(key=lambda one: one.review.at)
        reviews = tuple(one.review for one in history)
        if rubric is None or all(review.verdict == "met" for review in reviews):
            continue
        found.append(
            ReturningPoint(
                question=question,
                point=point,
                text=rubric.text,
                weight=rubric.weight,
                persona=history[-1].persona,
                reviews=reviews,
                due=_due(reviews),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.due, -one.loss, one.question, one.point)))


def _review(held: Held, answer: Answer, score: AnswerScore, verdict: PointVerdict) -> Review:
    return Review(
        session=held.session,
        at=held.started,
        verdict=verdict.verdict,
        helped=answer.hints > 0 or _asked_for(answer, verdict),
        rough="rough_transcript" in score.flags,
    )


def _asked_for(answer: Answer, verdict: PointVerdict) -> bool:
    """Whether the words that met the point came only after a follow-up about it."""
    if verdict.evidence is None:
        return False
    turns_before = 0
    for asked in answer.asked:
        if asked.point == verdict.point:
            return verdict.evidence.turn >= turns_before
        turns_before += len(asked.turns)
    return False


def _due(reviews: Iterable[Review]) -> datetime:
    card = Card(card_id=0)  # unnamed, it would be named by the wall clock
    for review in reviews:
        card, _ = _SCHEDULER.review_card(card, review.grade, review.at.astimezone(UTC))
    return card.due
