"""What recognisers of the Whisper family share: a chunk is gathered, decoded whole at its end, and judged.

It knows chunks, prompts, languages and the way out when a graphics card is full; the decoding is the subclass's.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.domain import SAMPLE_RATE, Segment, Word
from interviewer.engines.recognition_guards import Heard, Refusal, judge, worth_recognising
from interviewer.engines.recognition_prompt import as_prompt, prompt_phrases
from interviewer.errors import EngineError
from interviewer.ports import Samples

# Each fallback decodes the window again, so only two; sampled text at 0.8 and above was never worth keeping.
TEMPERATURES = (0.0, 0.2, 0.6)
TOKENS_PER_SECOND, TOKENS_AT_LEAST, TOKENS_AT_MOST = 12, 24, 224  # fast speech is about 8 tokens a second
WINDOW_SECONDS = 30.0
LANGUAGE_CHECKS = 3  # chunks listened to for their language before it is taken for granted
LANGUAGE_SECONDS = 2.0  # shorter ones say too little


@dataclass(frozen=True)
class Language:
    """The language a chunk was heard in, as ISO 639-1 code, and how sure the model is (0 to 1)."""

    code: str
    probability: float


class BufferedTranscriber(abc.ABC):
    """Transcriber that decodes a chunk, of any length, when it ends.

    load: gives the model for (weights, device). language: what to write down, None for what each chunk sounds like.
    `language` is what a multilingual model last heard, None for English-only models; `caveat` is a sentence for the
    user when something is not as asked for; `refusals` says what of the last chunk was dropped or doubted, and why.
    """

    engine: str
    rough = False
    chunk_seconds = 8.0  # a window of 30 s costs the same however little of it is speech

    def __init__(
        self,
        weights: Path,
        device: str,
        *,
        language: str | None,
        word_times: bool,
        load: Callable[[Path, str], Any],
    ) -> None:
        self.weights = weights
        self.caveat = ""
        self.language: Language | None = None
        self.refusals: tuple[Refusal, ...] = ()
        self._wanted_language, self._word_times = language, word_times
        self._language_checks = LANGUAGE_CHECKS
        self._phrases: tuple[str, ...] = ()
        self._chunk: list[Samples] = []
        self._load = load
        self._model = self._load_on(device)

    @property
    def name(self) -> str:
        return f"{self.engine} {self.weights.stem} ({self._device})"

    def prepare(self, phrases: Sequence[str]) -> None:
        self._phrases = prompt_phrases(phrases) if phrases else ()

    def start_chunk(self) -> None:
        self._chunk = []

    def feed(self, samples: Samples) -> None:
        self._chunk.append(np.array(samples, dtype=np.float32))

    def partial(self) -> str:
        return ""

    def end_chunk(self) -> tuple[Segment, ...]:
        samples = np.concatenate(self._chunk) if self._chunk else np.zeros(0, np.float32)
        self._chunk, self.refusals = [], ()
        if not worth_recognising(samples):
            return ()
        judged = judge(self._recognise(samples), samples, self._phrases)
        self.refusals = judged.refusals
        if any(segment.doubtful for segment in judged.segments):
            self._language_checks = max(
                1, self._language_checks
            )  # forced English on other speech looks unsure
        noticed = {"language": self.language.code if self.language else None}
        return tuple(segment.model_copy(update=noticed) for segment in judged.segments)

    def warm_up(self) -> None:
        """Decode a second of nothing, so that the first chunk does not pay for what is loaded late."""
        self._recognise(np.zeros(SAMPLE_RATE, np.float32))
        self.language = None

    def close(self) -> None:
        self._model = None
        self._free_card()

    @abc.abstractmethod
    def _transcribe(self, samples: Samples, language: str | None, max_tokens: int) -> list[dict[str, Any]]:
        """Segments as openai-whisper's dictionaries."""

    @abc.abstractmethod
    def _detect_language(self, samples: Samples) -> Language: ...

    @property
    @abc.abstractmethod
    def _multilingual(self) -> bool: ...

    @abc.abstractmethod
    def _is_out_of_memory(self, error: RuntimeError) -> bool: ...

    @abc.abstractmethod
    def _free_card(self) -> None:
        """Give back what a dropped model held on the card."""

    @property
    def _prompt(self) -> str | None:
        return as_prompt(self._phrases) or None

    @property
    def _on_card(self) -> bool:
        return self._device.startswith("cuda")

    def _load_on(self, device: str) -> Any:
        self._device = device
        try:
            return self._load(self.weights, device)
        except RuntimeError as error:
            if device == "cpu" or not self._is_out_of_memory(error):
                raise
        return self._leave_card()  # outside the handler, whose traceback holds the card's memory

    def _leave_card(self) -> Any:
        self.caveat = (
            f"The graphics card ran out of memory, so {self.engine} {self.weights.stem} runs on the processor, "
            "which is slower; a smaller model would fit."
        )
        self._model = None
        self._free_card()
        self._device = "cpu"
        return self._load(self.weights, "cpu")

    def _recognise(self, samples: Samples) -> list[Heard]:
        if self._model is None:
            raise EngineError(self.engine, f"{self.name} was asked to recognise after it had been closed.")
        try:
            return self._decode(samples)
        except RuntimeError as error:
            if self._device == "cpu" or not self._is_out_of_memory(error):
                sentence = f"{self.name} failed on a piece of the answer: {error}."
                raise EngineError(self.engine, sentence, "See: interviewer doctor", retryable=True) from error
        self._model = self._leave_card()
        return self._decode(samples)

    def _decode(self, samples: Samples) -> list[Heard]:
        seconds = len(samples) / SAMPLE_RATE
        tokens = int(TOKENS_AT_LEAST + TOKENS_PER_SECOND * min(WINDOW_SECONDS, seconds))
        language = self._listen_for_language(samples)
        segments = self._transcribe(samples, language, min(TOKENS_AT_MOST, tokens))
        return [as_heard(segment, seconds) for segment in segments]

    def _listen_for_language(self, samples: Samples) -> str | None:
        """The language to write; on the way, notices which one is spoken (one more encoder pass)."""
        if not self._multilingual:
            return "en"
        long_enough = len(samples) >= LANGUAGE_SECONDS * SAMPLE_RATE
        if self._wanted_language is None or (long_enough and self._language_checks > 0):
            self._language_checks -= 1
            self.language = self._detect_language(samples)
        return self._wanted_language or (self.language.code if self.language else None)


def as_heard(segment: dict[str, Any], chunk_seconds: float) -> Heard:
    """Whisper's segment as ours: times inside the chunk and in order, words without the space before them."""
    start, end = _inside(segment["start"], segment["end"], chunk_seconds)
    words = []
    for word in segment.get("words") or ():
        if text := word["word"].strip():
            first, last = _inside(word["start"], word["end"], chunk_seconds)
            sureness = round(min(1.0, max(0.0, float(word["probability"]))), 3)
            words.append(Word(text=text, start=first, end=last, confidence=sureness))
    return Heard(
        text=segment["text"].strip(),
        start=start,
        end=end,
        mean_log_probability=float(segment["avg_logprob"]),
        no_speech_probability=float(segment["no_speech_prob"]),
        compression_ratio=float(segment["compression_ratio"]),
        words=tuple(words),
    )


def _inside(start: float, end: float, seconds: float) -> tuple[float, float]:
    first = min(max(0.0, float(start)), seconds)
    return round(first, 3), round(min(max(first, float(end)), seconds), 3)
