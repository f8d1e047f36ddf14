"""What to begin so as to practise something: the same for a command line and for a button."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from interviewer.domain import Noun
from interviewer.domain.preparation import Practice
from interviewer.library.content import Library
from interviewer.progress.returning import ReturningPoint

MOST_QUESTIONS = 4


class Start(Noun):
    """An interview to begin."""

    persona: str
    loop: str | None = None
    round: str | None = None
    topics: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        if self.loop is not None:
            words = [f"--loop {self.loop}", *([f"--round {self.round}"] if self.round else [])]
        else:
            words = [f"--persona {self.persona}"]
            words += [f"--topic {topic}" for topic in self.topics]
            words += [f"--question {question}" for question in self.chosen]
            words += [f"--questions {len(self.chosen)}"] if self.chosen else []
        return " ".join(["interviewer practice", *words])


def start_of(practise: Practice, library: Library) -> Start:
    """The first of the loops it names, else a round with somebody who asks such questions."""
    for loop in (library.loops[name] for name in practise.loops if name in library.loops):
        rounds = [one for one in loop.rounds if one.id in practise.rounds]
        if rounds or not practise.rounds:
            first = rounds[0] if rounds else loop.rounds[0]
            return Start(persona=first.personas[0], loop=loop.id, round=rounds[0].id if rounds else None)
    known = [name for name in practise.personas if name in library.personas]
    fits = [p.id for p in library.personas.values() if set(p.kinds) & set(practise.kinds)]
    return Start(persona=[*known, *fits, *library.personas][0], topics=practise.topics)


def round_for(points: Iterable[ReturningPoint], library: Library) -> Start | None:
    """A round of the questions that hold these points, those worth most first; None where there are none.

    Whoever asked the first of them last asks again, or somebody who asks such questions where that person is gone.
    """
    worth: dict[str, float] = defaultdict(float)
    persona: dict[str, str] = {}
    for point in points:
        worth[point.question] += point.weight
        persona[point.question] = point.persona
    chosen = sorted(worth, key=lambda question: (-worth[question], question))[:MOST_QUESTIONS]
    if not chosen:
        return None
    asker = persona[chosen[0]]
    if asker not in library.personas:
        asker = start_of(Practice(kinds=(library.question(chosen[0]).kind,)), library).persona
    return Start(persona=asker, chosen=tuple(chosen))
