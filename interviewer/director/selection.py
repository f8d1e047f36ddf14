"""Which question to draw next: balanced over kinds and topics, fresh before asked before, within the time. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from interviewer.director.plan import RoundPlan
from interviewer.domain import Persona, Question
from interviewer.domain.content import Position

_OVERRUN = 1.5  # of the time left: a longer question is left for another day
CANDIDATES_TURN = "candidate_questions"
"""The kind of question that hands the asking over to the candidate."""
CLOSING_SECONDS = 360.0
"""With no more than this left for questions, those that belong to the end of a round are asked."""


def draw_question(
    questions: Mapping[str, Question],
    persona: Persona,
    plan: RoundPlan,
    asked: Collection[str],
    *,
    first: bool,
    seconds: float,
    avoid: Collection[str],
    seed: int,
) -> Question | None:
    """The next question for this persona in this round, with `seconds` left for it; `first`: it begins the round.

    None when every fitting one was asked, or when all that are left take far longer than there is time. Questions of
    another level are drawn only where none was written for this one, neighbours of what was asked only where nothing
    else is left. The same seed draws the same questions.
    """
    of_kind = [q for q in questions.values() if q.kind in _kinds(persona, plan)]
    pool = [q for q in of_kind if plan.level in q.levels] or of_kind
    in_time = [q for q in pool if q.id not in asked and q.minutes * 60 <= seconds * _OVERRUN]
    on_topic = [q for q in in_time if set(q.topics) & set(plan.topics or persona.topics)]
    candidates = on_topic or in_time
    before = [questions[one] for one in asked if one in questions]
    kinds_asked = Counter(question.kind for question in before)
    topics_asked = Counter(question.topics[0] for question in before)
    neighbours = {name for question in before for name in question.near}
    wanted = _position(plan, first=first, seconds=seconds)
    order = _order(questions, seed)

    def rank(question: Question) -> tuple[bool, bool, bool, bool, int, int, int, float]:
        preference = (
            persona.kinds.index(question.kind) if question.kind in persona.kinds else len(persona.kinds)
        )
        misplaced = question.position != wanted if wanted else question.position == "closing"
        return (
            question.id in neighbours or any(name in asked for name in question.near),
            question.id in avoid,
            misplaced,
            question.minutes * 60 > seconds,
            kinds_asked[question.kind],
            topics_asked[question.topics[0]],
            preference,
            order[question.id],
        )

    return min(candidates, key=rank, default=None)


def draw_candidates_turn(
    questions: Mapping[str, Question],
    persona: Persona,
    asked: Collection[str],
    *,
    avoid: Collection[str],
    seed: int,
) -> Question | None:
    """The question that invites the candidate to ask: one written for this persona (its topics name it) before others."""
    pool = [q for q in questions.values() if q.kind == CANDIDATES_TURN and q.id not in asked]
    order = _order(questions, seed)
    return min(pool, key=lambda q: (persona.id not in q.topics, q.id in avoid, order[q.id]), default=None)


def _order(questions: Iterable[str], seed: int) -> Mapping[str, float]:
    """A place for each question that depends on nothing but the seed and its id."""
    return {question: random.Random(f"{seed}:{question}").random() for question in questions}


def _position(plan: RoundPlan, *, first: bool, seconds: float) -> Position | None:
    """The place in the round that the next question takes; None in the middle, and where one question is all."""
    if plan.questions == 1:
        return None
    if first:
        return "opening"
    return "closing" if seconds <= CLOSING_SECONDS else None


def _kinds(persona: Persona, plan: RoundPlan) -> Iterable[str]:
    """Kinds both the round and the person stand for; the round's when they share none."""
    shared = [kind for kind in plan.kinds if kind in persona.kinds]
    return shared or plan.kinds
