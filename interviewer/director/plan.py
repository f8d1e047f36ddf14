"""What a session sets out to do: its rounds, who asks in them, how long they last. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.domain import Kind, Level, Loop, Persona, Round
from interviewer.errors import UnknownNameError
from interviewer.library.content import Library
from interviewer.session.events import SessionStarted


@dataclass(frozen=True)
class RoundPlan:
    """One round. `id` is None for plain practice with one persona."""

    id: str | None
    title: str
    personas: tuple[str, ...]
    minutes: float
    kinds: tuple[Kind, ...]
    topics: tuple[str, ...]
    level: Level
    questions: int
    opens: str = ""
    closes: str = ""
    candidate_minutes: float = 0.0  # of `minutes`, kept for what the candidate wants to ask


@dataclass(frozen=True)
class Plan:
    rounds: tuple[RoundPlan, ...]
    chosen: tuple[str, ...]
    avoid: frozenset[str]
    seed: int
    follow_ups: int | None = None

    @property
    def minutes(self) -> float:
        return sum(one.minutes for one in self.rounds)


def plan_of(started: SessionStarted, library: Library) -> Plan:
    """The plan a session was started with. UnknownNameError when its loop, round or persona is gone."""
    if started.loop is None:
        rounds: tuple[RoundPlan, ...] = (_practice(started, library.persona(started.persona)),)
    else:
        loop = library.loop(started.loop)
        rounds = tuple(_round_plan(one, started) for one in rounds_of(loop, started.round))
    return Plan(rounds, started.chosen, frozenset(started.avoid), started.seed, started.follow_ups)


def rounds_of(loop: Loop, wanted: str | None) -> tuple[Round, ...]:
    """The round called `wanted`, or all of them when None. UnknownNameError when the loop has no such round."""
    if wanted is None:
        return loop.rounds
    found = tuple(one for one in loop.rounds if one.id == wanted)
    if not found:
        names = [one.id for one in loop.rounds]
        raise UnknownNameError(
            f"round in loop '{loop.id}'", wanted, names, f"Its rounds are: {', '.join(names)}"
        )
    return found


def _practice(started: SessionStarted, persona: Persona) -> RoundPlan:
    return RoundPlan(
        None,
        "Practice",
        (persona.id,),
        started.minutes,
        persona.kinds,
        started.topics,
        started.level,
        started.questions,
    )


def _round_plan(one: Round, started: SessionStarted) -> RoundPlan:
    return RoundPlan(
        one.id,
        one.title,
        one.personas,
        one.minutes,
        one.kinds,
        one.topics,
        started.level if started.level_chosen else one.level or started.level,
        started.questions,
        one.opens,
        one.closes,
        one.candidate_questions_minutes,
    )
