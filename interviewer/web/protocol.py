"""What page and server say to each other. Sound travels as binary frames, everything else as JSON.

A page is told what is wrong with a message it sent (`Refused`); the session goes on as if it had not been sent.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from interviewer.conversation.controls import Action, Phase
from interviewer.domain import FRAME_SAMPLES, Noun
from interviewer.ports import Samples, Speech

FRAME_HEADER = struct.Struct("<I")  # number of the frame, from 0 for each page
FRAME_BYTES = FRAME_HEADER.size + FRAME_SAMPLES * 2
SPEECH_HEADER = struct.Struct(
    "<IIIf"
)  # utterance, piece of it, rate in Hz, seconds of the utterance before it
LONGEST_ANSWER = 20_000  # characters
LONGEST_NOTES = 50_000
LARGEST_MESSAGE = 256 * 1024  # bytes of JSON: the longest notes in the widest letters
FULL_SCALE = 32767

PageId = Annotated[str, Field(pattern=r"^[0-9a-f-]{8,64}$")]


class RefusedError(Exception):
    """A message that cannot be obeyed; the reason is a sentence for the page."""


# -- from the page -----------------------------------------------------------------------------------------------------


class Hello(Noun):
    """The first message. `pieces` of `utterance` have arrived on this page already, before the line dropped."""

    type: Literal["hello"]
    page: PageId
    headphones: bool = False
    take_over: bool = False
    utterance: int = Field(default=0, ge=0)
    pieces: int = Field(default=0, ge=0)


class Press(Noun):
    type: Literal["press"]
    action: Action
    persona: str | None = Field(default=None, max_length=100)


class Typed(Noun):
    type: Literal["answer"]
    text: str = Field(max_length=LONGEST_ANSWER)


class Played(Noun):
    """How much of an utterance was heard."""

    type: Literal["played"]
    utterance: int = Field(ge=0)
    seconds: float = Field(ge=0, le=3600, allow_inf_nan=False)


class Notes(Noun):
    type: Literal["notes"]
    text: str = Field(max_length=LONGEST_NOTES)


FromPage = Annotated[Hello | Press | Typed | Played | Notes, Field(discriminator="type")]
_FROM_PAGE: TypeAdapter[Hello | Press | Typed | Played | Notes] = TypeAdapter(FromPage)


def from_page(text: str) -> Hello | Press | Typed | Played | Notes:
    """The message a page sent. RefusedError says what is wrong with it."""
    if len(text) > LARGEST_MESSAGE:
        raise RefusedError("The message is too long.")
    try:
        return _FROM_PAGE.validate_json(text)
    except ValidationError as error:
        raise RefusedError(f"The message is not understood: {first_mistake(error)}.") from None


def first_mistake(error: ValidationError) -> str:
    """Where something sent is wrong, and what is wrong there; nothing of what was sent is repeated."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def frame_from_page(data: bytes) -> tuple[int, Samples]:
    """Number and samples of one frame of the microphone, 512 at 16 kHz. RefusedError for any other length."""
    if len(data) != FRAME_BYTES:
        raise RefusedError(
            f"A frame of sound has {FRAME_BYTES} bytes (its number, then {FRAME_SAMPLES} samples of 16 bits at "
            f"16 kHz), not {len(data)}."
        )
    (number,) = FRAME_HEADER.unpack_from(data)
    samples = np.frombuffer(data, dtype="<i2", offset=FRAME_HEADER.size).astype(np.float32)
    return number, samples / np.float32(FULL_SCALE + 1)


# -- to the page -------------------------------------------------------------------------------------------------------


class Line(Noun):
    """One thing said, in its place in the conversation. Text as it is; the page escapes it."""

    type: Literal["line"] = "line"
    number: int
    speaker: Literal["interviewer", "candidate", "note"]
    name: str
    text: str
    persona: str | None = None


class Where(Noun):
    """How far the interview has come."""

    type: Literal["where"] = "where"
    persona: str
    question: int
    questions: int | None = Field(description="None in a loop, whose minutes decide.")
    round: int
    rounds: int
    round_title: str
    minutes: float


class Moment(Noun):
    """Captions and meters; a later one makes an earlier one worthless."""

    type: Literal["moment"] = "moment"
    phase: Phase
    clock: float
    level: float
    committed: str
    interim: str
    silence: float


class Welcome(Noun):
    """Everything a page needs to show the session as it stands, whether it is new, reloaded or back on the line."""

    type: Literal["welcome"] = "welcome"
    session: str
    typed: bool
    next_frame: int
    lines: tuple[Line, ...]
    where: Where
    moment: Moment
    notes: str


class Hush(Noun):
    """Fall silent at once: what was sent of this utterance is void."""

    type: Literal["hush"] = "hush"
    utterance: int


class Loudness(Noun):
    """Play the rest of this utterance at `gain` times its loudness: the candidate begins to speak, or did not mean it."""

    type: Literal["loudness"] = "loudness"
    utterance: int
    gain: float


class Scoring(Noun):
    type: Literal["scoring"] = "scoring"
    done: int
    total: int


class Finished(Noun):
    type: Literal["finished"] = "finished"
    address: str


class Stopped(Noun):
    """The session cannot go on here for now; `message` says why and `hint` what mends it."""

    type: Literal["stopped"] = "stopped"
    message: str
    hint: str = ""
    again: bool = Field(default=True, description="Whether the page may come back to it.")


class InUse(Noun):
    """Another page has the session; hello with `take_over` brings it here."""

    type: Literal["in_use"] = "in_use"
    message: str = "This interview is open in another tab or window."


class Refused(Noun):
    type: Literal["refused"] = "refused"
    reason: str


ToPage = Line | Where | Moment | Welcome | Hush | Loudness | Scoring | Finished | Stopped | InUse | Refused


def speech_to_page(utterance: int, piece: int, before: float, speech: Speech) -> bytes:
    """A piece of the interviewer's voice at the synthesizer's own rate, 16 bits; `before` in seconds."""
    header = SPEECH_HEADER.pack(utterance, piece, round(speech.rate), before)
    samples = np.clip(speech.samples, -1.0, 1.0) * FULL_SCALE
    return header + np.rint(samples).astype("<i2").tobytes()
