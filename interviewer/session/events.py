"""The facts a session is made of. A fact is stored before it is shown or spoken and never changes.

`version` is per event class: a reader must accept every version ever written (tests/logs/ replay for ever).
`at` is the session's clock in seconds: samples of the candidate's recording / 16000.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from interviewer.domain import Level, LineSituation, Noun, Scorecard, StarComponent, Turn, Verdict


class Fact(Noun):
    version: int = 1
    at: float = Field(ge=0)


class SessionStarted(Fact):
    type: Literal["session_started"] = "session_started"
    session: str
    started: str = Field(description="Wall time, ISO 8601 with offset.")
    persona: str
    loop: str | None = None
    round: str | None = None
    questions: int = Field(description="How many questions to ask at most.")
    minutes: float
    follow_ups: int | None = Field(
        default=None, description="Most follow-ups a question; the persona's own when None."
    )
    level: Level = "senior"
    level_chosen: bool = Field(
        default=False, description="Whether the user named the level: then a loop's rounds give way."
    )
    topics: tuple[str, ...] = Field(
        default=(),
        description="What the user wanted to be asked about in plain practice; empty means anything.",
    )
    chosen: tuple[str, ...] = Field(
        default=(), description="Questions the user asked for, in order; others are drawn."
    )
    avoid: tuple[str, ...] = Field(
        default=(), description="Questions of earlier sessions, drawn only when nothing else is left."
    )
    seed: int
    typed: bool
    engines: dict[str, str] = Field(description="Port -> engine in use.")
    rough_transcript: bool = Field(description="Whether the recogniser's words must be read as rough.")
    app_version: str
    demo: bool = Field(default=False, description="Held by the recorded candidate: nobody's practice.")


class SessionResumed(Fact):
    type: Literal["session_resumed"] = "session_resumed"
    resumed: str
    engines: dict[str, str]
    lost_seconds: float = Field(description="Sound that was heard but not yet on disk, as far as is known.")
    rough_transcript: bool = Field(
        default=False, description="Whether the recogniser in use from here is rough."
    )


class RoundStarted(Fact):
    type: Literal["round_started"] = "round_started"
    round: str
    title: str
    minutes: float


class PersonaEntered(Fact):
    type: Literal["persona_entered"] = "persona_entered"
    persona: str
    because: Literal["start", "key", "spoken", "command", "round"]
    text: str = Field(description="What they said on entering.")
    phrased_by: str = "authored"


class QuestionAsked(Fact):
    type: Literal["question_asked"] = "question_asked"
    question: str
    persona: str
    lead: str = Field(default="", description="Words before the question, such as an acknowledgement.")
    text: str
    phrased_by: str = Field(default="authored", description="'authored' or the language model's name.")


class FollowUpAsked(Fact):
    type: Literal["follow_up_asked"] = "follow_up_asked"
    question: str
    follow_up: str
    persona: str
    point: str | None = Field(default=None, description="The rubric point that caused it.")
    star: StarComponent | None = None
    because: Verdict = Field(description="What the answer had done with that point.")
    lead: str = ""
    text: str
    phrased_by: str = "authored"


class LineSpoken(Fact):
    """Anything the interviewer says that is no question: a nudge, a hint, a repetition, a closing."""

    type: Literal["line_spoken"] = "line_spoken"
    situation: LineSituation
    persona: str
    text: str
    hint: int | None = Field(default=None, description="Which hint was given, from 1.")


class SpeechHeard(Fact):
    """How much of the interviewer's last words reached the candidate."""

    type: Literal["speech_heard"] = "speech_heard"
    seconds: float
    of_seconds: float
    interrupted: bool
    voice: str


class Answered(Fact):
    type: Literal["answered"] = "answered"
    question: str | None
    asked: int | None = Field(
        default=None, description="Which of the things asked under it, from 0; None: the last."
    )
    turn: Turn
    endpoint_wait: float | None = Field(
        description="Seconds from the last speech to the decision; None when typed."
    )


class TurnCorrected(Fact):
    """The candidate put right what the recogniser wrote. What was written first stays in its own fact."""

    type: Literal["turn_corrected"] = "turn_corrected"
    number: int = Field(ge=1, description="Which of the session's Answered facts, counted from 1.")
    turn: Turn = Field(description="The turn as it reads now; it replaces earlier corrections.")


class ReplyTimed(Fact):
    """Seconds of real time from the end-of-turn decision until the reply's first sound was handed to the speaker."""

    type: Literal["reply_timed"] = "reply_timed"
    transcript: float
    reply: float
    voice: float
    total: float


class QuestionSkipped(Fact):
    type: Literal["question_skipped"] = "question_skipped"
    question: str


class Paused(Fact):
    type: Literal["paused"] = "paused"


class Unpaused(Fact):
    type: Literal["unpaused"] = "unpaused"


class FaultNoted(Fact):
    """Something went wrong and was survived; the sentence is what the candidate saw."""

    type: Literal["fault_noted"] = "fault_noted"
    part: str
    sentence: str


class EngineChanged(Fact):
    type: Literal["engine_changed"] = "engine_changed"
    port: str
    engine: str
    because: str
    rough_transcript: bool = Field(
        default=False, description="Whether it is a recogniser whose words must be read as rough."
    )


class SessionEnded(Fact):
    type: Literal["session_ended"] = "session_ended"
    because: Literal["complete", "time", "key", "interrupted", "fault"]


class Scored(Fact):
    type: Literal["scored"] = "scored"
    scorecard: Scorecard


Event = Annotated[
    SessionStarted
    | SessionResumed
    | RoundStarted
    | PersonaEntered
    | QuestionAsked
    | FollowUpAsked
    | LineSpoken
    | SpeechHeard
    | Answered
    | TurnCorrected
    | ReplyTimed
    | QuestionSkipped
    | Paused
    | Unpaused
    | FaultNoted
    | EngineChanged
    | SessionEnded
    | Scored,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def from_json(line: str | bytes) -> Event:
    """One stored fact. Raises pydantic.ValidationError for a type or field this version does not know."""
    return _ADAPTER.validate_json(line)


def to_json(event: Event) -> str:
    return event.model_dump_json()
