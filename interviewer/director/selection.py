"""Which question to draw next: balanced over kinds, fresh before asked before, the same for the same seed. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from interviewer.director.plan import RoundPlan
from interviewer.domain import Persona, Question


def draw_question(
    questions: Mapping[str, Question],
    persona: Persona,
    plan: RoundPlan,
    asked: Collection[str],
    *,
    avoid: Collection[str],
    seed: int,
) -> Question | None:
    """The next question for this persona in this round; None when every fitting one was asked."""
    pool = [q for q in questions.values() if q.id not in asked and q.kind in _kinds(persona, plan)]
    at_level = [q for q in pool if plan.level in q.levels]
    on_topic = [q for q in at_level if set(q.topics) & set(plan.topics or persona.topics)]
    candidates = on_topic or at_level or pool
    if not candidates:
        return None
    order = {question_id: random.Random(f"{seed}:{question_id}").random() for question_id in questions}
    kinds_asked = Counter(questions[one].kind for one in asked if one in questions)

    def rank(question: Question) -> tuple[bool, int, int, float]:
        preference = (
            persona.kinds.index(question.kind) if question.kind in persona.kinds else len(persona.kinds)
        )
        return (question.id in avoid, kinds_asked[question.kind], preference, order[question.id])

    return min(candidates, key=rank)


def _kinds(persona: Persona, plan: RoundPlan) -> Iterable[str]:
    """Kinds both the round and the person stand for; the round's when they share none."""
    shared = [kind for kind in plan.kinds if kind in persona.kinds]
    return shared or plan.kinds
