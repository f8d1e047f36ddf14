"""Says things sentence by sentence: the first is heard while the others are still being synthesized."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np

from interviewer.audio.resample import at_session_rate
from interviewer.domain import SAMPLE_RATE, VoiceStyle
from interviewer.ports import Samples, Speaker, Speech, Voice
from interviewer.workers import Worker

MOST_READY = 8  # sentences kept as sound that may yet be said
TAIL_SECONDS = 0.4  # of a saying: whoever speaks over no more than this has heard it out

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


def sentences(text: str) -> list[str]:
    """`text` cut after each sentence; a piece is never empty."""
    return [piece for piece in _SENTENCE_END.split(text.strip()) if piece]


@dataclass(frozen=True)
class Voiced:
    """A sentence as sound, for the loudspeaker, and at 16 kHz for the recording and for comparing with what is heard."""

    speech: Speech
    samples: Samples


def _voiced(voice: Voice, sentence: str, style: VoiceStyle) -> Voiced:
    """Resampled where it was synthesized, so that the live loop has nothing left to do but to copy."""
    speech = voice.synthesize(sentence, style)
    return Voiced(speech, at_session_rate(speech))


class Mouth:
    """One saying at a time. `pump` is called with every frame and never waits."""

    def __init__(self, voice: Voice, speaker: Speaker, worker: Worker) -> None:
        self._voice: Voice | None = voice
        self._speaker = speaker
        self._worker = worker
        self._sentences: list[str] = []
        self._coming: deque[Future[Voiced]] = deque()
        self._ready: OrderedDict[tuple[str, VoiceStyle], Future[Voiced]] = OrderedDict()
        self._played: list[Voiced] = []
        self._heard_before = 0.0

    @property
    def voice_name(self) -> str:
        return self._voice.name if self._voice else "none (text)"

    def prepare(self, text: str, style: VoiceStyle) -> None:
        """Have the first sentence of `text` ready as sound: it may be said soon."""
        for sentence in sentences(text)[:1] if self._voice else []:
            self._ready[sentence, style] = self._sound(sentence, style)
        while len(self._ready) > MOST_READY:
            self._ready.popitem(last=False)

    def say(self, text: str, style: VoiceStyle) -> None:
        """Begin a saying; the one before must be over. Without a voice nothing is heard of it."""
        self._played, self._heard_before = [], 0.0
        self._sentences = sentences(text) if self._voice else []
        self._coming = deque(self._sound(sentence, style) for sentence in self._sentences)

    def _sound(self, sentence: str, style: VoiceStyle) -> Future[Voiced]:
        ready = self._ready.pop((sentence, style), None)
        if ready is not None and not (ready.done() and ready.exception()):
            return ready
        assert self._voice is not None  # nothing is prepared or said without one
        return self._worker.submit(partial(_voiced, self._voice, sentence, style))

    def pump(self) -> bool:
        """Hand over what is ready; True when the first sound went out just now. Raises what the voice raised."""
        first = False
        while self._coming and self._coming[0].done():
            voiced = self._coming.popleft().result()
            first = first or not self._played
            if not self._speaker.busy:  # a gap: the speaker counts anew from here
                self._heard_before = (
                    min(self.seconds, self._heard_before + self._speaker.heard) if self._played else 0.0
                )
            self._speaker.play(voiced.speech)
            self._played.append(voiced)
        return first

    @property
    def finished(self) -> bool:
        return not self._coming and not self._speaker.busy

    @property
    def waiting(self) -> bool:
        """Whether nothing is heard because the next sentence is still being synthesized."""
        return bool(self._coming) and not self._speaker.busy

    @property
    def seconds(self) -> float:
        """Length of what was synthesized so far."""
        return sum(voiced.speech.seconds for voiced in self._played)

    @property
    def heard(self) -> float:
        """Seconds of the saying that were heard so far."""
        return min(self._heard_before + self._speaker.heard, self.seconds) if self._played else 0.0

    def duck(self, quiet: bool) -> None:
        self._speaker.duck(quiet)

    def stop(self) -> float:
        """Fall silent; returns the seconds that were heard."""
        heard = min(self._heard_before + self._speaker.stop(), self.seconds)
        self._coming.clear()
        return heard

    def unheard(self, heard: float) -> str:
        """The saying from the sentence on that broke off after `heard` seconds; "" when it was as good as over."""
        begins = 0.0
        for index, voiced in enumerate(self._played):
            if heard < begins + voiced.speech.seconds - TAIL_SECONDS:
                return " ".join(self._sentences[index:])
            begins += voiced.speech.seconds
        return " ".join(self._sentences[len(self._played) :])

    def fall_dumb(self) -> None:
        """The voice hangs: leave it alone for good. What comes is shown as text."""
        self._worker.renew()
        self._voice = None
        self._ready.clear()
        self.stop()

    def heard_samples(self, seconds: float) -> Samples:
        """The first `seconds` of the saying, 16 kHz mono, for the recording."""
        if not self._played:
            return np.zeros(0, dtype=np.float32)
        return np.concatenate([voiced.samples for voiced in self._played])[: round(seconds * SAMPLE_RATE)]
