"""What a replay is made of: who said what, when and why, and where in it each judgement has its evidence.

Plain data, the same for every format. All times are seconds on the session's clock; all offsets count characters of
`Line.text`. Knows no format and no file.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from interviewer.domain import (
    AnswerScore,
    EndedBy,
    Kind,
    LineSituation,
    Noun,
    Scorecard,
    Span,
    StarComponent,
    StarLabel,
    Verdict,
)

Speaker = Literal["interviewer", "candidate"]
LineKind = Literal["entrance", "question", "follow_up", "remark", "answer"]
NoteKind = Literal["round", "paused", "unpaused", "fault", "engine", "skipped", "resumed", "ended"]


class PlacedWord(Noun):
    """A word with its place in the line's text."""

    offset: int
    length: int
    start: float
    end: float
    confidence: float | None = None


class Piece(Noun):
    """A timed stretch of a line: a segment of the candidate's, or a sentence of the interviewer's."""

    text: str
    offset: int
    start: float
    end: float
    confidence: float | None = None
    doubtful: bool = False
    words: tuple[PlacedWord, ...] = ()

    @property
    def stop(self) -> int:
        return self.offset + len(self.text)


class Mark(Noun):
    """A judgement laid over a stretch of a line's text: a rubric point's verdict, or a part of a story."""

    id: str
    start: int
    stop: int
    verdict: Verdict | None = None
    label: StarLabel | None = None
    about: str = Field(description="The rubric point's text, or the sentence's part in the story.")


class Anchor(Noun):
    """Where a piece of evidence lies in the whole replay."""

    id: str
    line: int
    start: int
    stop: int
    seconds: float | None = Field(description="When the quote begins; None for typed answers.")


class Reason(Noun):
    """Why a follow-up was asked."""

    verdict: Verdict
    point: str | None = None
    star: StarComponent | None = None
    sentence: str


class Timing(Noun):
    """Seconds of real time between the candidate's end and the interviewer's first sound, and what they went on."""

    transcript: float
    reply: float
    voice: float
    total: float


class Line(Noun):
    """One thing that one speaker said."""

    index: int
    speaker: Speaker
    kind: LineKind
    name: str
    persona: str | None = None
    text: str
    start: float
    end: float
    pieces: tuple[Piece, ...] = ()
    marks: tuple[Mark, ...] = ()
    answer: int | None = Field(default=None, description="Index into Replay.answers.")
    turn: int | None = Field(default=None, description="The candidate's turn within that answer.")
    reason: Reason | None = None
    situation: LineSituation | None = None
    hint: int | None = None
    because: str | None = Field(default=None, description="What made a persona enter.")
    phrased_by: str | None = None
    heard_seconds: float | None = None
    of_seconds: float | None = None
    interrupted: bool = False
    timing: Timing | None = None
    began_after: float | None = Field(default=None, description="Seconds of thought before the first word.")
    endpoint_wait: float | None = None
    ended_by: EndedBy | None = None
    engine: str | None = None
    corrected: bool = Field(default=False, description="Whether the candidate set the words right.")
    speech: tuple[Span, ...] = ()
    thinking: tuple[Span, ...] = ()

    @property
    def typed(self) -> bool:
        return self.ended_by == "typed"


class Note(Noun):
    """Something that happened between the lines; shown before the line `before`."""

    at: float
    kind: NoteKind
    text: str
    before: int


class AnswerReview(Noun):
    """One question with everything said under it and what was made of the answer."""

    number: int
    question: str
    title: str
    kind: Kind | None = None
    persona: str
    hints: int = 0
    follow_ups: int = 0
    skipped: bool = False
    score: AnswerScore | None = None
    points: tuple[Anchor | None, ...] = Field(default=(), description="One per point of score.technical.")
    sentences: tuple[Anchor | None, ...] = Field(default=(), description="One per sentence of score.star.")
    model_answer: str | None = None


class Aspect(Noun):
    """One figure of the whole session."""

    name: Literal["overall", "technical", "star", "clarity"]
    score: float | None
    interval: tuple[float, float] | None = None
    answers: int = Field(description="How many answers it rests on.")


class Who(Noun):
    """A persona as the reader needs them."""

    name: str
    role: str


class Replay(Noun):
    """A whole session, ready to be read, heard and printed."""

    format_version: Literal[1] = 1
    session: str
    started: str
    seconds: float
    typed: bool
    rough_transcript: bool
    level: str
    loop: str | None = None
    round: str | None = None
    engines: dict[str, str]
    app_version: str
    personas: dict[str, Who]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()
    answers: tuple[AnswerReview, ...] = ()
    aspects: tuple[Aspect, ...] = Field(default=(), description="Empty until the session was scored.")
    scorecard: Scorecard | None = None

    @property
    def candidate_seconds(self) -> float:
        """How long the candidate held the floor, thinking pauses included; 0 for a typed session."""
        return sum(
            line.end - line.start for line in self.lines if line.speaker == "candidate" and not line.typed
        )

    @property
    def interviewer_seconds(self) -> float:
        return sum(line.end - line.start for line in self.lines if line.speaker == "interviewer")

    @property
    def thinking_seconds(self) -> float:
        return sum(span.seconds for line in self.lines for span in line.thinking)

    @property
    def weakest(self) -> AnswerReview | None:
        """The answer whose advice comes first: the lowest score among those that carry advice."""
        advised = [a for a in self.answers if a.score and a.score.coaching.change_first]
        return min(advised, key=lambda a: _overall(a), default=None)

    @property
    def doubtful_words(self) -> int:
        pieces = (piece for line in self.lines for piece in line.pieces if piece.doubtful)
        return sum(len(piece.text.split()) for piece in pieces)


def _overall(answer: AnswerReview) -> float:
    score = answer.score
    return score.overall if score is not None and score.overall is not None else 5.0
