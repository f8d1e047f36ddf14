"""One narrow door per engine. The core talks to these; engines and scripted stand-ins implement them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from interviewer.domain import Segment, VoiceStyle

Samples = npt.NDArray[np.float32]
"""Mono sound, shape (n,), values in [-1, 1]."""


@dataclass(frozen=True)
class Speech:
    """Synthesized sound. `rate` in Hz is the engine's own; the speaker resamples."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class PromptPart:
    """One piece of a language model's prompt, in the chat roles every model knows."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Choice:
    """What a language model chose. `taken`: the option of each field; `chances`: how likely each option of the first
    field was by the model's own probabilities, which sum to 1; None where the engine does not tell them."""

    taken: Mapping[str, str]
    chances: Mapping[str, float] | None


class Microphone(Protocol):
    """Gives the candidate's voice as frames of FRAME_SAMPLES at SAMPLE_RATE; the count of frames is the clock."""

    @property
    def name(self) -> str: ...

    def open(self) -> None: ...

    def read(self) -> Samples | None:
        """The next frame, waiting for it; None when there will be no more. EngineError when the device is lost."""
        ...

    @property
    def dropped(self) -> int:
        """Frames lost because nobody read them in time."""
        ...

    def close(self) -> None: ...


class Speaker(Protocol):
    """Plays the interviewer's voice and knows how much of it was heard."""

    @property
    def name(self) -> str: ...

    def open(self) -> None: ...

    def play(self, speech: Speech) -> None:
        """Queue `speech` behind what is playing; returns at once."""
        ...

    @property
    def busy(self) -> bool: ...

    @property
    def heard(self) -> float:
        """Seconds heard since play was called on an idle speaker."""
        ...

    def duck(self, quiet: bool) -> None:
        """Play softly while somebody else begins to speak, or at full loudness again."""
        ...

    def stop(self) -> float:
        """Fall silent at once, drop the queue, and return `heard`."""
        ...

    def close(self) -> None: ...


class SpeechDetector(Protocol):
    @property
    def name(self) -> str: ...

    def probability(self, frame: Samples) -> float:
        """Probability that this frame of FRAME_SAMPLES holds speech. Frames come in order."""
        ...

    def reset(self) -> None: ...


class Transcriber(Protocol):
    """Writes down speech, one chunk at a time: start_chunk, feed..., end_chunk. Owned by one thread."""

    @property
    def name(self) -> str: ...

    @property
    def rough(self) -> bool:
        """Whether its transcripts are too rough to be quoted as proof of an error."""
        ...

    @property
    def chunk_seconds(self) -> float:
        """Length from which on the gap between two words is a good enough place to end a chunk."""
        ...

    def prepare(self, phrases: Sequence[str]) -> None:
        """Bias the chunks to come towards these phrases: what the question is about. Never between feed and end."""
        ...

    def start_chunk(self) -> None: ...

    def feed(self, samples: Samples) -> None: ...

    def partial(self) -> str:
        """What the chunk says so far, for captions only; "" when the engine has nothing to show yet."""
        ...

    def end_chunk(self) -> tuple[Segment, ...]:
        """The chunk's transcript, times in seconds from the chunk's first sample."""
        ...

    def close(self) -> None: ...


class LanguageModel(Protocol):
    """A local or served chat model. One owner at a time; closing a stream cancels it."""

    @property
    def name(self) -> str: ...

    def stream(
        self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7
    ) -> Iterator[str]:
        """Pieces of the reply as they come."""
        ...

    def fill(
        self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int
    ) -> dict[str, Any]:
        """An object that satisfies the JSON schema, decoded at temperature 0; EngineError when it does not."""
        ...

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        """A reply in which each field holds one of its options, in the order given, nothing else being possible.
        EngineError when no such reply came out. The same prompt after the same calls gives the same choice."""
        ...

    def close(self) -> None: ...


class Voice(Protocol):
    @property
    def name(self) -> str: ...

    def synthesize(self, text: str, style: VoiceStyle) -> Speech:
        """`text` spoken; EngineError when nothing usable came out in time."""
        ...

    def close(self) -> None: ...


class Embedder(Protocol):
    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions)."""
        ...


@dataclass(frozen=True)
class Claim:
    """What a rubric point claims, other right ways to put it, and wrong ones."""

    text: str
    phrasings: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimReadings:
    """Chances that said pieces state and that they contradict claims, each of shape (said, claims)."""

    states: npt.NDArray[np.float32]
    contradicts: npt.NDArray[np.float32]


class ClaimReader(Protocol):
    """Tells what states a claim from what contradicts it and from what only names its subject."""

    @property
    def name(self) -> str: ...

    def read(self, said: Sequence[str], claims: Sequence[Claim]) -> ClaimReadings:
        """How each piece bears on each claim of one rubric. EngineError when the model cannot be loaded."""
