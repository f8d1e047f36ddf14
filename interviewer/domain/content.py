"""What is put to a candidate: questions with their rubric, personas, loops. Authored as YAML, never changed by code."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from interviewer.domain.base import Noun

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

Kind = Literal[
    "concept",
    "system_design",
    "data_engineering",
    "experimentation",
    "coding",
    "research",
    "communication",
    "behavioural",
    "motivation",
    "candidate_questions",
]
Level = Literal["junior", "senior", "staff"]
StarComponent = Literal["S", "T", "A", "R"]
Position = Literal["opening", "closing"]
Stage = Literal["clarify", "goals", "data", "model", "evaluation", "deployment"]
LineSituation = Literal[
    "opening",
    "handover",
    "acknowledging",
    "not_known",
    "moving_on",
    "nudging",
    "clarifying",
    "not_heard",
    "thinking",
    "skipping",
    "hinting",
    "repeating",
    "closing",
]
DebriefSituation = Literal["weighs", "strong_yes", "favourable", "mixed", "not_yet", "not_enough"]
LINE_SITUATIONS: tuple[LineSituation, ...] = LineSituation.__args__  # type: ignore[attr-defined]


class Misconception(Noun):
    """A confident error people really make about one rubric point. A caller's own rubric may name the error alone; of
    the bank's, lint wants all of it."""

    id: Identifier
    wrong: tuple[Text, ...] = Field(min_length=1, description="How the error sounds when spoken.")
    denial: tuple[Text, ...] = Field(default=(), description="How someone who knows better denies it.")
    correction: Text | None = Field(default=None, description="What to tell someone who made this error.")


class RubricPoint(Noun):
    """One thing a good answer says, checkable from speech."""

    id: Identifier
    text: Text = Field(description="The canonical statement of the point.")
    weight: float = Field(default=1.0, gt=0, le=3)
    phrasings: tuple[Text, ...] = Field(
        default=(), description="Accepted ways to say it: everyday words, an analogy, jargon."
    )
    misconceptions: tuple[Misconception, ...] = ()


class FollowUp(Noun):
    """A question that belongs to a question and probes one of its rubric points or a missing part of a story."""

    id: Identifier
    point: Identifier | None = Field(default=None, description="The rubric point it probes.")
    star: StarComponent | None = Field(default=None, description="The part of a story it draws out.")
    stage: Stage | None = None
    depth: int = Field(
        default=1, ge=1, le=3, description="1 mends a gap; 2 and 3 go deeper with those who did well."
    )
    text: Text
    expects: Text = Field(description="What a good reply contains.")


class Question(Noun):
    """One question of the bank with everything needed to ask it, follow it up and score the answer.

    How many points, phrasings and follow-ups a good question has is for `interviewer questions lint` to say.
    """

    id: Identifier
    kind: Kind
    topics: tuple[Identifier, ...] = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=1)
    minutes: float = Field(gt=0, le=60, description="Time a good answer takes, follow-ups included.")
    spoken: Text = Field(description="As a person would say it.")
    written: Text
    also_asked: tuple[Text, ...] = Field(
        default=(), description="Other ways to ask the same, by which a stranger's question is recognised."
    )
    rubric: tuple[RubricPoint, ...] = Field(min_length=1)
    follow_ups: tuple[FollowUp, ...]
    hints: tuple[Text, Text, Text] = Field(description="From a gentle nudge to nearly giving it away.")
    near: tuple[Identifier, ...] = Field(
        default=(),
        description="Questions that a good answer to this one answers in good part: one session seldom asks both.",
    )
    position: Position | None = Field(
        default=None, description="Where in a round it belongs, if not anywhere: it opens it or closes it."
    )
    red_flags: tuple[Text, ...] = ()
    model_answer: Text
    story_skeleton: Text | None = Field(
        default=None, description="Behavioural questions: how a good story runs."
    )
    sources: tuple[Text, ...] = Field(min_length=1, description="Where the topic comes from.")

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        points = [point.id for point in self.rubric]
        for name, ids in (("rubric point", points), ("follow-up", [f.id for f in self.follow_ups])):
            twice = {i for i in ids if ids.count(i) > 1}
            if twice:
                raise ValueError(f"{name} ids must differ, but {', '.join(sorted(twice))} occurs twice")
        for follow_up in self.follow_ups:
            if follow_up.point is not None and follow_up.point not in points:
                raise ValueError(
                    f"follow-up '{follow_up.id}' probes '{follow_up.point}', which is no rubric point here"
                )
        return self

    def point(self, point_id: str) -> RubricPoint:
        return next(point for point in self.rubric if point.id == point_id)

    @property
    def expects_story(self) -> bool:
        """Whether the answer should be a lived event, told as situation, task, action and result."""
        return self.kind == "behavioural"


class VoiceStyle(Noun):
    """How a persona sounds. `variant` is an eSpeak NG voice variant; other engines take what they understand."""

    language: str = "en-us"
    variant: str | None = Field(default=None, description="eSpeak NG variant such as m3 or f2.")
    flite: str | None = Field(
        default=None, description="Flite voice such as slt or rms, where flite is installed."
    )
    rate: int = Field(default=165, ge=80, le=320, description="Words per minute.")
    pitch: int = Field(default=50, ge=0, le=99)


class Persona(Noun):
    """Who asks. Everything that makes one interviewer feel different from another is data."""

    id: Identifier
    name: Text
    role: Text
    tone: Text = Field(description="Two or three sentences for the language model and for the reader.")
    probes: Text = Field(description="What this person digs into, and why.")
    kinds: tuple[Kind, ...] = Field(min_length=1, description="Kinds of question they ask, favourite first.")
    topics: tuple[Identifier, ...] = Field(default=(), description="Topics they prefer; empty means any.")
    patience_seconds: float = Field(ge=1.0, le=8.0, description="Silence allowed before the floor is taken.")
    nudge_seconds: float = Field(
        default=9.0, ge=5.0, le=20.0, description="Silence before a gentle invitation."
    )
    max_follow_ups: int = Field(ge=0, le=5, description="Follow-ups per question.")
    max_depth: int = Field(default=2, ge=1, le=3, description="How deep they go with someone who does well.")
    warmth: float = Field(ge=0, le=1)
    bluntness: float = Field(ge=0, le=1)
    weighs: dict[Literal["technical", "star", "clarity"], float] = Field(
        description="What counts in this person's judgement; the scorecard says so."
    )
    debrief: dict[DebriefSituation, Text] = Field(
        default={},
        description="What they say afterwards, in their own voice: what counts and why, and which way they lean.",
    )
    voice: VoiceStyle
    lines: dict[LineSituation, tuple[Text, ...]]

    @model_validator(mode="after")
    def _has_every_line(self) -> Self:
        missing = [s for s in LINE_SITUATIONS if not self.lines.get(s)]
        if missing:
            raise ValueError(f"lines are missing for: {', '.join(missing)}")
        return self


class Round(Noun):
    """One meeting of a loop."""

    id: Identifier
    title: Text
    personas: tuple[Identifier, ...] = Field(min_length=1)
    minutes: float = Field(gt=0)
    kinds: tuple[Kind, ...] = Field(min_length=1)
    topics: tuple[Identifier, ...] = ()
    level: Level | None = None
    weighed: Text = Field(description="What the people in this round are looking for.")
    opens: Text
    closes: Text
    candidate_questions_minutes: float = Field(default=0, ge=0)


class Loop(Noun):
    """A whole interview process."""

    id: Identifier
    title: Text
    about: Text
    rounds: tuple[Round, ...] = Field(min_length=1)
    sources: tuple[Text, ...] = Field(min_length=1)
