"""The queue between whoever speaks and the device that asks for samples; knows how much has been heard.

Pure counting, no clock and no device: sound handed to the device counts as heard once `latency` more has been asked
for.
"""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from interviewer.ports import Samples

FADE_SECONDS = 0.005  # on stop: short enough to be "at once", long enough not to click
DUCKED = 0.2  # -14 dB: still to be followed, and no longer in the way
DUCK_SECONDS = 0.02  # from one loudness to the other


class Playback:
    """Filled by one thread, emptied by another (the device's callback)."""

    def __init__(self, rate: float, latency_seconds: float = 0.0) -> None:
        """`rate` in Hz of the samples added; `latency_seconds` from handing a sample over to hearing it."""
        self.rate = rate
        self._latency = round(latency_seconds * rate)
        self._lock = threading.Lock()
        self._queue: deque[Samples] = deque()
        self._tail: Samples = np.zeros(0, dtype=np.float32)
        self._in_flight: deque[tuple[int, int]] = deque()  # (samples asked for, of these with sound)
        self._in_flight_samples = 0
        self._heard = 0
        self._gain = self._wanted_gain = 1.0

    def add(self, samples: Samples) -> None:
        """Queue `samples`, shape (n,). On an idle queue the count of what was heard begins anew."""
        with self._lock:
            if not self._busy():
                self._heard = 0
                self._gain = self._wanted_gain = 1.0
            if len(samples):
                self._queue.append(samples)

    def fill(self, out: Samples) -> int:
        """Write the next len(out) samples, silence where there are none; returns how many hold queued sound."""
        with self._lock:
            filled = self._take(out)
            self._soften(out[:filled])
            tail = min(len(self._tail), len(out) - filled)
            out[filled : filled + tail] = self._tail[:tail]
            self._tail = self._tail[tail:]
            out[filled + tail :] = 0
            self._count(len(out), filled)
            return filled

    def duck(self, quiet: bool) -> None:
        """Play softly, or at full loudness again, until the next sound on an idle queue."""
        with self._lock:
            self._wanted_gain = DUCKED if quiet else 1.0

    @property
    def busy(self) -> bool:
        """Whether anything is still to be heard."""
        with self._lock:
            return self._busy()

    @property
    def heard(self) -> float:
        """Seconds heard since sound was added to an idle queue."""
        with self._lock:
            return self._heard / self.rate

    def stop(self) -> float:
        """Drop everything but a fade of a few milliseconds; returns `heard`, which then stands still."""
        with self._lock:
            if self._queue:
                fade = self._gain * self._queue[0][: round(FADE_SECONDS * self.rate)]
                self._tail = fade * np.linspace(1, 0, len(fade), dtype=np.float32)
            self._queue.clear()
            self._in_flight.clear()
            self._in_flight_samples = 0
            return self._heard / self.rate

    def _busy(self) -> bool:
        return bool(self._queue) or any(sound for _, sound in self._in_flight)

    def _take(self, out: Samples) -> int:
        filled = 0
        while self._queue and filled < len(out):
            head = self._queue[0]
            count = min(len(head), len(out) - filled)
            out[filled : filled + count] = head[:count]
            filled += count
            if count == len(head):
                self._queue.popleft()
            else:
                self._queue[0] = head[count:]
        return filled

    def _soften(self, sound: Samples) -> None:
        """Bring `sound` to the wanted loudness, in place, without a click."""
        if self._gain == self._wanted_gain == 1.0:
            return
        step = (1.0 - DUCKED) / (DUCK_SECONDS * self.rate)
        ramp = self._gain + np.sign(self._wanted_gain - self._gain) * step * np.arange(1, len(sound) + 1)
        low, high = sorted((self._gain, self._wanted_gain))
        gains = np.clip(ramp, low, high).astype(np.float32)
        sound *= gains
        self._gain = float(gains[-1]) if len(gains) else self._gain

    def _count(self, asked: int, sound: int) -> None:
        self._in_flight.append((asked, sound))
        self._in_flight_samples += asked
        while self._in_flight and self._in_flight_samples - self._in_flight[0][0] >= self._latency:
            oldest, its_sound = self._in_flight.popleft()
            self._in_flight_samples -= oldest
            self._heard += its_sound
