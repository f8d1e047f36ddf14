"""Stand-ins that enter by the same ports as real engines: the same in, the same out, in no time. For tests alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from interviewer.domain import Segment, Span, VoiceStyle
from interviewer.domain.speech import FRAME_SECONDS, SAMPLE_RATE
from interviewer.engines.spoken_text import spoken_text
from interviewer.errors import EngineError
from interviewer.ports import Samples, Speech

SPEECH_LEVEL = 0.02  # root mean square above which a frame counts as speech
SECONDS_PER_WORD = 0.35
GAP_SECONDS = 0.05  # at the end of each word of the scripted voice


class ScriptedTranscriber:
    """Gives its texts chunk by chunk, whatever is fed; each chunk is one segment as long as what was fed.

    Having more chunks than texts is an error of the script and raises EngineError.
    """

    rough = False
    chunk_seconds = 8.0

    def __init__(self, texts: Iterable[str], *, name: str = "scripted transcriber") -> None:
        self.name = name
        self.phrases: list[tuple[str, ...]] = []
        """What `prepare` was called with."""
        self._texts = list(texts)
        self._chunk = 0
        self._samples = 0

    def prepare(self, phrases: Sequence[str]) -> None:
        self.phrases.append(tuple(phrases))

    def start_chunk(self) -> None:
        self._samples = 0

    def feed(self, samples: Samples) -> None:
        self._samples += len(samples)

    def partial(self) -> str:
        """As many words of the chunk's text as there was time to say."""
        words = self._text().split()
        return " ".join(words[: int(self._samples / SAMPLE_RATE / SECONDS_PER_WORD)])

    def end_chunk(self) -> tuple[Segment, ...]:
        text = self._text()
        self._chunk += 1
        if not text:
            return ()
        return (Segment(text=text, start=0.0, end=self._samples / SAMPLE_RATE, confidence=1.0),)

    def close(self) -> None:
        pass

    def _text(self) -> str:
        if self._chunk >= len(self._texts):
            raise EngineError(self.name, f"The script has only {len(self._texts)} chunks.")
        return self._texts[self._chunk]


class ScriptedDetector:
    """Speech where a frame is loud or, given `spans` in seconds since the last reset, where the script says so."""

    name = "scripted detector"

    def __init__(self, spans: Sequence[Span] | None = None, *, level: float = SPEECH_LEVEL) -> None:
        self._spans = spans
        self._level = level
        self._frames = 0

    def probability(self, frame: Samples) -> float:
        middle = (self._frames + 0.5) * FRAME_SECONDS
        self._frames += 1
        if self._spans is not None:
            return float(any(span.start <= middle < span.end for span in self._spans))
        return float(np.sqrt(np.mean(np.square(frame))) > self._level)

    def reset(self) -> None:
        self._frames = 0


class ScriptedVoice:
    """A tone per word, 0.35 s each with a short gap, at a pitch that belongs to the word."""

    name = "scripted voice"

    def __init__(self, *, seconds_per_word: float = SECONDS_PER_WORD, rate: int = SAMPLE_RATE) -> None:
        self.spoken: list[tuple[str, VoiceStyle]] = []
        """What `synthesize` was called with."""
        self._word_samples = round(seconds_per_word * rate)
        self._gap_samples = round(GAP_SECONDS * rate)
        self._rate = rate

    def synthesize(self, text: str, style: VoiceStyle) -> Speech:
        words = spoken_text(text).split()
        if not words:
            raise EngineError(self.name, f"There is nothing to say in '{text}'.")
        self.spoken.append((text, style))
        return Speech(np.concatenate([self._tone(word) for word in words]), self._rate)

    def close(self) -> None:
        pass

    def _tone(self, word: str) -> Samples:
        hertz = 110 + zlib.crc32(word.encode()) % 110
        sound = np.zeros(self._word_samples, dtype=np.float32)
        times = np.arange(self._word_samples - self._gap_samples) / self._rate
        sound[: len(times)] = 0.3 * np.sin(2 * np.pi * hertz * times)
        return sound
