"""A room without hardware: what the speaker plays and what is said in it share one clock, counted in samples.

Each frame read from its microphone moves the room's time on by 32 ms. Tests and the demo run whole interviews in it,
as fast as the frames are read or, given a pace, in real time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from interviewer.audio.playback import Playback
from interviewer.audio.resample import at_session_rate
from interviewer.domain.speech import FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE, Span
from interviewer.ports import Samples, Speech


class Pace(Protocol):
    def wait_until(self, seconds: float) -> None:
        """Return once the room's time may be `seconds`."""
        ...


class RealTimePace:
    """Keeps the room at the speed of a real one; falls behind without skipping when the reader is slow."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._origin: float | None = None

    def wait_until(self, seconds: float) -> None:
        if self._origin is None:
            self._origin = self._clock() - seconds + FRAME_SECONDS
        early = self._origin + seconds - self._clock()
        if early > 0:
            self._sleep(early)


class VirtualRoom:
    """`microphone` and `speaker` are ports; `say` is the candidate's mouth. Thread-safe."""

    def __init__(
        self,
        *,
        pace: Pace | None = None,
        noise: float = 0.0,
        echo: float = 0.0,
        seed: int = 0,
        keep_played: bool = True,
    ) -> None:
        """`noise`: root mean square of the background hiss; `echo`: share of the speaker that reaches the microphone.

        Without `keep_played` the room forgets what the speaker said, 64 KB a second, so that it does not grow for hours.
        """
        self._pace = pace
        self._noise = noise
        self._echo = echo
        self._keep_played = keep_played
        self._random = np.random.default_rng(seed)
        self._lock = threading.Lock()
        self._frames = 0
        self._said: list[tuple[int, Samples]] = []  # (first sample, sound), still to be heard
        self._played: list[tuple[int, list[Samples]]] = []
        self._played_until = 0
        self._ends_at: float | None = None
        self.playback = Playback(SAMPLE_RATE)
        self.microphone = RoomMicrophone(self)
        self.speaker = RoomSpeaker(self)

    @property
    def now(self) -> float:
        """Seconds the room has existed: frames read from its microphone."""
        return self._frames * FRAME_SECONDS

    @property
    def played(self) -> list[tuple[float, Samples]]:
        """What the speaker was heard to say: (start in seconds, samples at 16 kHz), one entry per stretch."""
        with self._lock:
            return [(start / SAMPLE_RATE, np.concatenate(pieces)) for start, pieces in self._played]

    def say(self, samples: Samples, delay_seconds: float = 0.0) -> Span:
        """Sound into the microphone, starting `delay_seconds` from now; returns when it will be heard."""
        with self._lock:
            start = self._frames * FRAME_SAMPLES + round(delay_seconds * SAMPLE_RATE)
            if len(samples):
                self._said.append((start, np.asarray(samples, dtype=np.float32)))
            return Span(start=start / SAMPLE_RATE, end=(start + len(samples)) / SAMPLE_RATE)

    def close_after(self, seconds: float) -> None:
        """No more frames once `now` has reached `seconds` from now."""
        self._ends_at = self.now + seconds

    def end(self) -> None:
        """No more frames from here on: every read returns None."""
        self.close_after(0)

    def advance(self) -> Samples | None:
        """One frame of room time: play, listen, mix. None once the room has ended."""
        if self._pace is not None and not self._ended:
            self._pace.wait_until(self.now + FRAME_SECONDS)  # before mixing, so that a stop meanwhile counts
        if self._ended:
            return None
        with self._lock:
            start = self._frames * FRAME_SAMPLES
            played = np.zeros(FRAME_SAMPLES, dtype=np.float32)
            sounding = self.playback.fill(played)
            if sounding and self._keep_played:
                self._note_played(start, played[:sounding])
            frame = self._spoken(start) + self._echo * played
            if self._noise:
                frame += self._random.normal(0.0, self._noise, FRAME_SAMPLES)
            self._frames += 1
            return np.clip(frame, -1.0, 1.0).astype(np.float32)

    @property
    def _ended(self) -> bool:
        return self._ends_at is not None and self.now >= self._ends_at

    def _note_played(self, start: int, sound: Samples) -> None:
        if self._played and start == self._played_until:
            self._played[-1][1].append(sound)
        else:
            self._played.append((start, [sound]))
        self._played_until = start + len(sound)

    def _spoken(self, start: int) -> Samples:
        frame = np.zeros(FRAME_SAMPLES, dtype=np.float32)
        end = start + FRAME_SAMPLES
        for first, sound in self._said:
            begin, stop = max(first, start), min(first + len(sound), end)
            if begin < stop:
                frame[begin - start : stop - start] += sound[begin - first : stop - first]
        self._said = [(first, sound) for first, sound in self._said if first + len(sound) > end]
        return frame


class RoomMicrophone:
    """Microphone port of a virtual room; nothing is ever dropped, since time stands still unless it is read."""

    name = "virtual microphone"

    def __init__(self, room: VirtualRoom) -> None:
        self._room = room
        self._closed = False

    def open(self) -> None:
        self._closed = False

    def read(self) -> Samples | None:
        return None if self._closed else self._room.advance()

    @property
    def dropped(self) -> int:
        return 0

    def close(self) -> None:
        self._closed = True


class RoomSpeaker:
    """Speaker port of a virtual room; plays while the room's microphone is read."""

    name = "virtual speaker"

    def __init__(self, room: VirtualRoom) -> None:
        self._room = room

    def open(self) -> None:
        pass

    def play(self, speech: Speech) -> None:
        self._room.playback.add(at_session_rate(speech))

    @property
    def busy(self) -> bool:
        return self._room.playback.busy

    @property
    def heard(self) -> float:
        return self._room.playback.heard

    def duck(self, quiet: bool) -> None:
        self._room.playback.duck(quiet)

    def stop(self) -> float:
        return self._room.playback.stop()

    def close(self) -> None:
        self.stop()
