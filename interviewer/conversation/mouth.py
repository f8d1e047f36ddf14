"""Says things sentence by sentence: the first is heard while the others are still being synthesized."""

from __future__ import annotations

import re
from collections import deque
from concurrent.futures import Future
from functools import partial

import numpy as np
import soxr

from interviewer.domain import SAMPLE_RATE, VoiceStyle
from interviewer.ports import Samples, Speaker, Speech, Voice
from interviewer.workers import Worker

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


def sentences(text: str) -> list[str]:
    """`text` cut after each sentence; a piece is never empty."""
    return [piece for piece in _SENTENCE_END.split(text.strip()) if piece]


class Mouth:
    """One saying at a time. `pump` is called with every frame and never waits."""

    def __init__(self, voice: Voice, speaker: Speaker, worker: Worker) -> None:
        self._voice = voice
        self._speaker = speaker
        self._worker = worker
        self._coming: deque[Future[Speech]] = deque()
        self._played: list[Speech] = []
        self._heard_before = 0.0

    @property
    def voice_name(self) -> str:
        return self._voice.name

    def say(self, text: str, style: VoiceStyle) -> None:
        """Begin a saying; the one before must be over."""
        self._played, self._heard_before = [], 0.0
        for sentence in sentences(text):
            self._coming.append(self._worker.submit(partial(self._voice.synthesize, sentence, style)))

    def pump(self) -> bool:
        """Hand over what is ready; True when the first sound went out just now. Raises what the voice raised."""
        first = False
        while self._coming and self._coming[0].done():
            speech = self._coming.popleft().result()
            first = first or not self._played
            if not self._speaker.busy:  # a gap: the speaker counts anew from here
                self._heard_before = (
                    min(self.seconds, self._heard_before + self._speaker.heard) if self._played else 0.0
                )
            self._speaker.play(speech)
            self._played.append(speech)
        return first

    @property
    def finished(self) -> bool:
        return not self._coming and not self._speaker.busy

    @property
    def seconds(self) -> float:
        """Length of what was synthesized so far."""
        return sum(speech.seconds for speech in self._played)

    def stop(self) -> float:
        """Fall silent; returns the seconds that were heard."""
        self._coming.clear()
        return min(self._heard_before + self._speaker.stop(), self.seconds)

    def heard_samples(self, seconds: float) -> Samples:
        """The first `seconds` of the saying, 16 kHz mono, for the recording."""
        if not self._played:
            return np.zeros(0, dtype=np.float32)
        parts = [soxr.resample(speech.samples, speech.rate, SAMPLE_RATE) for speech in self._played]
        return np.concatenate(parts).astype(np.float32)[: round(seconds * SAMPLE_RATE)]
