"""What can be seen in personas and loops: lines enough, speakable, and questions enough for every round. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from interviewer.bank.question_checks import voice_remarks
from interviewer.bank.shelf import Remark
from interviewer.domain import Loop, Persona, Question, Round

LINES_PER_SITUATION = 8  # an hour's interview comes back to the same situation about as often
DEFAULT_LEVEL = "senior"


def persona_remarks(persona: Persona, lines_of_others: Collection[str] = ()) -> Iterator[Remark]:
    """`lines_of_others`: what other personas say in their own words."""
    counts = Counter(line for lines in persona.lines.values() for line in lines)
    for situation, lines in persona.lines.items():
        if len(lines) < LINES_PER_SITUATION:
            said = f"{len(lines)} lines for {situation}; {LINES_PER_SITUATION} or more are expected"
            yield ("lines", situation), said
        for number, line in enumerate(lines):
            where = ("lines", situation, number)
            if counts[line] > 1:
                yield where, f"the line '{line}' stands {counts[line]} times"
            if line in lines_of_others:
                yield where, f"another persona also says '{line}'"
            yield from voice_remarks(where, line)


def loop_remarks(loop: Loop, people: Mapping[str, Persona], bank: Mapping[str, Question]) -> Iterator[Remark]:
    for number, one in enumerate(loop.rounds):
        where = ("rounds", number)
        for who in one.personas:
            if who not in people:
                yield (*where, "personas"), f"there is no persona called '{who}'"
        yield from _served((*where, "kinds"), one, list(bank.values()))
        yield from voice_remarks((*where, "opens"), one.opens)
        yield from voice_remarks((*where, "closes"), one.closes)


def _served(where: tuple[str | int, ...], one: Round, bank: Sequence[Question]) -> Iterator[Remark]:
    """Whether the bank fills the round's minutes with questions of its kinds, topics and level."""
    level = one.level or DEFAULT_LEVEL
    fitting = [
        question
        for question in bank
        if question.kind in one.kinds
        and level in question.levels
        and (not one.topics or set(one.topics) & set(question.topics))
    ]
    wanted = one.minutes - one.candidate_questions_minutes
    filled = sum(question.minutes for question in fitting)
    about = f" about {', '.join(one.topics)}" if one.topics else ""
    if filled < wanted:
        yield where, f"{one.id}: the bank's {level} questions{about} fill {filled:g} of {wanted:g} minutes"
    for kind in one.kinds:
        if all(question.kind != kind for question in fitting):
            yield where, f"{one.id}: no {level} question{about} of kind {kind}"
