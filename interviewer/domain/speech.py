"""What was said and when. All times are seconds on the session's clock: samples of the candidate's recording / 16000."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from interviewer.domain.base import Noun

SAMPLE_RATE = 16_000  # Hz, mono, everywhere inside
FRAME_SAMPLES = 512  # 32 ms, the size silero-vad was trained on
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE

EndedBy = Literal["silence", "key", "phrase", "limit", "typed", "interrupted"]

SURE_OF_WORD = 0.5
"""A word whose recogniser was less sure of it is shown as doubtful and proves no error. Of the embedded recogniser's words
on development answers 15 in a hundred are below it; half of these are wrong, and they are 64 % of all that are wrong."""


class Word(Noun):
    text: str
    start: float
    end: float
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="None where the engine gives none."
    )

    @property
    def doubtful(self) -> bool:
        return self.confidence is not None and self.confidence < SURE_OF_WORD


class Segment(Noun):
    """A timed piece of transcript. `doubtful` text is shown as doubtful and never scored as if certain."""

    text: str
    start: float
    end: float
    confidence: float | None = Field(default=None, ge=0, le=1)
    doubtful: bool = False
    language: str | None = Field(default=None, description="ISO 639-1 code, where the engine noticed one.")
    words: tuple[Word, ...] = ()


class Span(Noun):
    """A stretch of time, such as a pause."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


class Turn(Noun):
    """One hold of the floor by the candidate, as it was recognised or typed."""

    segments: tuple[Segment, ...]
    speech: tuple[Span, ...] = Field(
        default=(), description="Where the detector heard speech; pauses lie between."
    )
    start: float
    end: float
    ended_by: EndedBy
    engine: str = Field(description="Which recogniser wrote it; 'keyboard' when typed.")
    corrected: bool = Field(
        default=False, description="Whether the candidate read the transcript over and put it right."
    )
    filled_pauses: tuple[Span, ...] | None = Field(
        default=None, description="Where an um or uh is heard in the sound; None: the sound was not examined."
    )

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments if segment.text).strip()

    @property
    def typed(self) -> bool:
        return self.ended_by == "typed"
