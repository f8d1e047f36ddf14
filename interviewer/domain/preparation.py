"""What helps a candidate before the day: red flags, a plan by weeks, a way through a design, stories, roles.

Authored as YAML, never changed by code.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Self

from pydantic import Field, model_validator

from interviewer.domain.base import Noun
from interviewer.domain.content import Identifier, Kind, Stage, StarComponent, Text


class Item(Noun):
    """One piece of preparation, with where it comes from."""

    id: Identifier
    title: Text
    sources: tuple[Text, ...] = Field(min_length=1, description="Where the advice comes from.")


class Practice(Noun):
    """What to practise in this program. Empty lists leave the choice open."""

    kinds: tuple[Kind, ...] = ()
    topics: tuple[Identifier, ...] = ()
    personas: tuple[Identifier, ...] = ()
    loops: tuple[Identifier, ...] = ()
    rounds: tuple[Identifier, ...] = Field(default=(), description="Rounds of those loops; empty means all.")


class RedFlag(Item):
    """Something in an answer that loses the offer."""

    costs: Text = Field(description="Why it costs the offer.")
    shows: tuple[Text, ...] = Field(
        min_length=3, max_length=5, description="How it sounds when somebody says it."
    )
    instead: Text
    kinds: tuple[Kind, ...] = Field(min_length=1, description="Kinds of question in which it turns up.")


class Task(Item):
    """Something to do while there is time."""

    text: Text
    minutes: int = Field(ge=5, le=600, description="For the whole stretch, not for one sitting.")
    practise: Practice | None = None


class Stretch(Item):
    """A part of the time that is left before the interview."""

    from_days: int = Field(ge=0, description="Days before the interview on which it begins.")
    to_days: int = Field(ge=0, description="Days before the interview on which it ends.")
    aim: Text
    tasks: tuple[Task, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _runs_towards_the_day(self) -> Self:
        if self.from_days < self.to_days:
            raise ValueError(f"it begins {self.from_days} days before and would end {self.to_days} before")
        return self


class DesignStep(Item):
    """One step on the way through an ML system design."""

    stage: Stage | None = Field(default=None, description="The stage of a design question it belongs to.")
    minutes: int = Field(ge=1, le=30, description="Of an hour with forty-five minutes for the design.")
    purpose: Text
    asks: tuple[Text, ...] = Field(min_length=3, description="What to ask oneself, or the interviewer.")
    says: tuple[Text, ...] = Field(min_length=1, description="Sentences that lead into the step.")
    slips: tuple[Text, ...] = Field(min_length=2, description="What typically goes wrong.")


class StoryPart(Item):
    """One part of a story told as situation, task, action and result."""

    component: StarComponent
    share: float = Field(gt=0, lt=1, description="Of the speaking time.")
    say: tuple[Text, ...] = Field(min_length=2, description="What belongs in it.")
    weak: Text = Field(description="A sentence that says too little.")
    strong: Text = Field(description="The same, said well.")
    follow_ups: tuple[Text, ...] = Field(min_length=1, description="What to expect to be asked about it.")


class Story(Item):
    """An event of one's own to have ready."""

    proves: Text
    serves: tuple[Text, ...] = Field(min_length=1, description="Questions it can answer.")
    look_for: Text = Field(description="Where to search one's memory for it.")
    topics: tuple[Identifier, ...] = Field(min_length=1)


class Advice(Item):
    text: Text
    practise: Practice | None = None


class Challenge(Item):
    """What many candidates find hard, and how to train it here."""

    why: Text
    signs: tuple[Text, ...] = Field(min_length=1, description="How one notices it in oneself.")
    train: tuple[Text, ...] = Field(min_length=2)
    practise: Practice


class JobRole(Item):
    """A job title and what its interviews ask."""

    about: Text
    asked: tuple[Text, ...] = Field(min_length=3)
    less_asked: Text
    confused_with: Text = Field(description="The nearest other role, and what tells them apart.")
    practise: Practice


class Star(Noun):
    """Telling what happened to one."""

    parts: tuple[StoryPart, ...] = Field(min_length=4)
    choosing: tuple[Advice, ...] = Field(min_length=1)
    stories: tuple[Story, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _parts_make_a_whole(self) -> Self:
        parts = "".join(part.component for part in self.parts)
        if parts != "STAR":
            raise ValueError(f"the parts must run S, T, A, R, but run {', '.join(parts)}")
        if abs(sum(part.share for part in self.parts) - 1) > 0.01:
            raise ValueError("the shares of the parts must add up to 1")
        return self


class Preparation(Noun):
    """Everything there is to prepare with, one field per file."""

    red_flags: tuple[RedFlag, ...] = Field(min_length=1)
    plan: tuple[Stretch, ...] = Field(min_length=1)
    design_framework: tuple[DesignStep, ...] = Field(min_length=1)
    star: Star
    challenges: tuple[Challenge, ...] = Field(min_length=1)
    communication: tuple[Advice, ...] = Field(min_length=1)
    on_the_day: tuple[Advice, ...] = Field(min_length=1)
    roles: tuple[JobRole, ...] = Field(min_length=1)

    def items(self) -> Iterator[Item]:
        """Every item of every file, the tasks of the plan included."""
        yield from chain(self.red_flags, self.plan, self.design_framework)
        for stretch in self.plan:
            yield from stretch.tasks
        yield from chain(self.star.parts, self.star.choosing, self.star.stories)
        yield from chain(self.challenges, self.communication, self.on_the_day, self.roles)
