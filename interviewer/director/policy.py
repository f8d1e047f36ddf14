"""The next step of an interview, from its state alone: pure, so that resume and replay decide alike.

Which follow-up is asked comes from the bank; it is the one whose rubric point the answer got wrong or left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from interviewer.director.plan import Plan, RoundPlan
from interviewer.director.selection import CANDIDATES_TURN, draw_candidates_turn, draw_question
from interviewer.domain import FollowUp, Persona, PointVerdict, Question, StarComponent, Verdict
from interviewer.domain.scorecard import Gate
from interviewer.library.content import Library
from interviewer.session.state import Answer, SessionState

WRAP_UP_SECONDS = 45.0  # too little for another exchange
TYPICAL_MINUTES = 6.0  # of the questions that a persona's number of follow-ups is meant for
GIVES_UP_AFTER = 2  # answers in a row that tell nothing: a third question would be an examination
ENOUGH_COVERED = 0.65  # of the rubric's weight, a little under full marks: what the judge is unsure of was most likely said
_SURE_GAPS: dict[Verdict, float] = {"contradicted": 3.0, "missed": 2.0}
_NEEDS_WORK: dict[Verdict, float] = {**_SURE_GAPS, "partial": 1.5, "unclear": 1.0}


@dataclass(frozen=True)
class Assessment:
    """What the answer so far has covered; both judges can give it."""

    points: tuple[PointVerdict, ...] = ()
    gate: Gate | None = None
    missing_star: tuple[StarComponent, ...] = ()
    not_known: int = 0
    """How many of the latest turns, one after the other, say no more than that one does not know."""

    @property
    def coverage(self) -> float | None:
        """Share of the rubric's weight that was earned; None without a rubric."""
        total = sum(point.weight for point in self.points)
        earned = sum(point.weight * max(0.0, point.credit) for point in self.points)
        return earned / total if total else None


@dataclass(frozen=True)
class EnterPersona:
    persona: str
    because: Literal["start", "round"]


@dataclass(frozen=True)
class BeginRound:
    plan: RoundPlan


@dataclass(frozen=True)
class AskQuestion:
    question: Question
    persona: str


@dataclass(frozen=True)
class AskFollowUp:
    follow_up: FollowUp
    because: Verdict


@dataclass(frozen=True)
class GiveHint:
    number: int


@dataclass(frozen=True)
class End:
    because: Literal["complete", "time"]


Step = EnterPersona | BeginRound | AskQuestion | AskFollowUp | GiveHint | End


def next_step(state: SessionState, plan: Plan, library: Library, assessment: Assessment | None) -> Step:
    """What the interviewer does now. `assessment` is of the current answer; None before the first question."""
    if plan.rounds[0].id is not None and state.rounds_begun == 0:
        return BeginRound(plan.rounds[0])
    current_round = plan.rounds[max(0, state.rounds_begun - 1)]
    if not state.entered:
        return EnterPersona(current_round.personas[0], "start")
    persona = library.persona(state.persona)
    answer = state.current
    in_round = answer is not None and len(state.answers) > state.round_first_answer
    if answer is not None and in_round and not answer.skipped and assessment is not None and answer.turns:
        question = library.question(answer.question)
        left = (
            _time_left(state, current_round)
            if question.kind == CANDIDATES_TURN
            else _asking_left(state, current_round)
        )
        if left > WRAP_UP_SECONDS and (step := _stay(answer, question, persona, assessment, plan.follow_ups)):
            return step
    return _move_on(state, plan, current_round, library)


def _stay(
    answer: Answer, question: Question, persona: Persona, assessment: Assessment, cap: int | None
) -> Step | None:
    """Something more to ask under this question, or None when it has given what it can."""
    if assessment.gate == "non_answer":
        return GiveHint(answer.hints + 1) if answer.hints == 0 and not answer.follow_ups else None
    if assessment.not_known >= GIVES_UP_AFTER:
        return None
    # a design that takes twenty minutes is a conversation, not one answer and three questions
    most = math.ceil(persona.max_follow_ups * max(1.0, question.minutes / TYPICAL_MINUTES))
    if len(answer.follow_ups) >= (most if cap is None else min(cap, most)):
        return None
    return choose_follow_up(question, assessment, answer.follow_ups, max_depth=persona.max_depth)


def choose_follow_up(
    question: Question, assessment: Assessment, asked: tuple[str, ...], *, max_depth: int
) -> AskFollowUp | None:
    """Mend the heaviest gap first; with nothing to mend, go deeper. Each rubric point is probed at most once, and none
    that was perhaps answered where nearly everything was."""
    gaps = _SURE_GAPS if (assessment.coverage or 0.0) >= ENOUGH_COVERED else _NEEDS_WORK
    left = [f for f in question.follow_ups if f.id not in asked]
    probed = {f.point for f in question.follow_ups if f.id in asked and f.point}
    verdicts = {point.point: point for point in assessment.points}
    for component in assessment.missing_star:
        for follow_up in left:
            if follow_up.star == component:
                return AskFollowUp(follow_up, "missed")

    def need(follow_up: FollowUp) -> float:
        if follow_up.point is None or follow_up.depth > 1 or follow_up.point in probed:
            return 0.0
        found = verdicts.get(follow_up.point)
        return found.weight * gaps.get(found.verdict, 0.0) if found else 0.0

    mending = max(left, key=need, default=None)
    if mending is not None and need(mending) > 0:
        return AskFollowUp(mending, verdicts[str(mending.point)].verdict)
    deeper = [f for f in left if 1 < f.depth <= max_depth]
    if deeper:
        return AskFollowUp(min(deeper, key=lambda f: f.depth), "met")
    return None


def _move_on(state: SessionState, plan: Plan, current: RoundPlan, library: Library) -> Step:
    asked_here = [library.questions.get(one) for one in state.asked_questions[state.round_first_answer :]]
    handed_over = any(question is not None and question.kind == CANDIDATES_TURN for question in asked_here)
    out_of_time = _time_left(state, current) <= WRAP_UP_SECONDS
    asker = _asker(state, current)
    question: Question | None = None
    if len(asked_here) < current.questions and not handed_over:
        question = _draw(state, plan, current, library, asker)
    if question is None and current.candidate_minutes > 0 and not (handed_over or out_of_time):
        question = draw_candidates_turn(
            library.questions,
            library.persona(asker),
            state.asked_questions,
            avoid=plan.avoid,
            seed=plan.seed,
        )
    if question is not None:
        return AskQuestion(question, asker)
    if current.id is not None and state.rounds_begun < len(plan.rounds):
        return BeginRound(plan.rounds[state.rounds_begun])
    return End("time" if out_of_time else "complete")


def _draw(
    state: SessionState, plan: Plan, current: RoundPlan, library: Library, asker: str
) -> Question | None:
    left = _asking_left(state, current)
    if left <= WRAP_UP_SECONDS:
        return None
    for wanted in plan.chosen:
        if wanted not in state.asked_questions:
            return library.question(wanted)
    return draw_question(
        library.questions,
        library.persona(asker),
        current,
        state.asked_questions,
        first=len(state.answers) == state.round_first_answer,
        seconds=left,
        avoid=plan.avoid,
        seed=plan.seed,
    )


def _time_left(state: SessionState, current: RoundPlan) -> float:
    """Seconds until the round is over."""
    return current.minutes * 60 - (state.clock - state.round_at)


def _asking_left(state: SessionState, current: RoundPlan) -> float:
    """Seconds until the candidate's own questions."""
    return _time_left(state, current) - current.candidate_minutes * 60


def _asker(state: SessionState, current: RoundPlan) -> str:
    """Who asks next: the members of a panel take turns, unless the candidate called somebody else in."""
    if state.persona not in current.personas:
        return state.persona
    asked_here = len(state.answers) - state.round_first_answer
    return current.personas[asked_here % len(current.personas)]
