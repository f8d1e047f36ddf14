"""Real microphones and loudspeakers as ports, through PortAudio.

Devices run at their own rate; the callbacks only copy, resampling happens on the reader's and the player's side.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from interviewer.audio.playback import Playback
from interviewer.audio.portaudio import find_device, load_portaudio, open_stream
from interviewer.audio.resample import StreamResampler, resampled
from interviewer.domain.speech import FRAME_SAMPLES, FRAME_SECONDS
from interviewer.errors import EngineError
from interviewer.ports import Samples, Speech

MICROPHONE_WATCHDOG_SECONDS = 2.0
FIRST_SOUND_SECONDS = 6.0  # a wireless headset changes its mode first, a sound server wakes the device
SPEAKER_WATCHDOG_SECONDS = 4.0
BUFFER_SECONDS = 30.0  # how long the reader may be away before sound is lost
LATENCY_SECONDS = 0.04  # asked of the device: late enough for Python's callbacks, early enough to fall silent
UNPLUGGED_HINT = "Is it unplugged or switched off? List the sound devices with: interviewer doctor"


class DeviceMicrophone:
    """Microphone port. Open, read and close belong to one thread, except that any thread may close."""

    def __init__(
        self,
        device: str | int | None = None,
        *,
        portaudio: Any = None,
        watchdog_seconds: float = MICROPHONE_WATCHDOG_SECONDS,
        first_sound_seconds: float = FIRST_SOUND_SECONDS,
        buffer_seconds: float = BUFFER_SECONDS,
    ) -> None:
        """`device`: number, name or part of a name; None takes the system's default. `portaudio` is for tests."""
        self.name = f"microphone {device}" if device is not None else "default microphone"
        self._device = device
        self._portaudio = portaudio
        self._watchdog_seconds = watchdog_seconds
        self._first_sound_seconds = first_sound_seconds
        self._buffer_seconds = buffer_seconds
        self._stream: Any = None
        self._closed = False
        self._dropped_seconds = 0.0

    def open(self) -> None:
        """InterviewerError when there is no such device or it cannot be opened."""
        portaudio = self._portaudio or load_portaudio()
        found = find_device(portaudio, self._device, "input")
        self.name = found.name
        self._rate = found.rate
        self._capacity = round(self._buffer_seconds * found.rate)
        self._blocks: queue.SimpleQueue[Samples | None] = queue.SimpleQueue()
        self._taken = 0  # samples put into and taken out of the queue; each has one writer only
        self._given = 0
        self._resampler = StreamResampler(found.rate)
        self._pending = np.zeros(0, dtype=np.float32)
        self._closed = False
        self._stream, _ = open_stream(
            portaudio,
            found,
            "input",
            callback=self._copy,
            finished_callback=self._finished,
            latency=LATENCY_SECONDS,
        )

    def read(self) -> Samples | None:
        """The next frame, shape (512,), at 16 kHz; None once closed.

        EngineError (retryable) after two seconds without sound, six at the start.
        """
        while len(self._pending) < FRAME_SAMPLES:
            block = self._next_block()
            if block is None:
                return None
            self._given += len(block)
            self._pending = np.concatenate([self._pending, self._resampler.feed(block)])
        frame, self._pending = self._pending[:FRAME_SAMPLES], self._pending[FRAME_SAMPLES:]
        return frame

    @property
    def dropped(self) -> int:
        """Frames lost because the reader, or this program as a whole, was too slow."""
        return round(self._dropped_seconds / FRAME_SECONDS)

    def close(self) -> None:
        """A read that is waiting returns None."""
        self._closed = True
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._blocks.put(None)

    def _next_block(self) -> Samples | None:
        if self._closed:
            return None
        patience = self._watchdog_seconds if self._given else self._first_sound_seconds
        try:
            block = self._blocks.get(timeout=patience)
        except queue.Empty:
            raise EngineError(
                self.name,
                f"The microphone '{self.name}' gave no sound for {patience:g} s.",
                UNPLUGGED_HINT,
                retryable=True,
            ) from None
        if block is None and not self._closed:
            raise EngineError(
                self.name, f"The microphone '{self.name}' stopped.", UNPLUGGED_HINT, retryable=True
            )
        return block

    def _copy(self, indata: Samples, frames: int, _time: object, status: Any) -> None:
        if status.input_overflow:
            self._dropped_seconds += FRAME_SECONDS  # PortAudio does not say how much; at least this
        if self._taken - self._given + frames > self._capacity:
            self._dropped_seconds += frames / self._rate
            return
        self._taken += frames
        self._blocks.put(indata[:, 0].copy())

    def _finished(self) -> None:
        self._blocks.put(None)


class DeviceSpeaker:
    """Speaker port. Falls silent within a block and the device's latency, together under 100 ms."""

    def __init__(
        self,
        device: str | int | None = None,
        *,
        portaudio: Any = None,
        watchdog_seconds: float = SPEAKER_WATCHDOG_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`device`: number, name or part of a name; None takes the system's default. The rest is for tests."""
        self.name = f"loudspeaker {device}" if device is not None else "default loudspeaker"
        self._device = device
        self._portaudio = portaudio
        self._watchdog_seconds = watchdog_seconds
        self._clock = clock
        self._stream: Any = None
        self._finished = False
        self._asked_at = 0.0
        self._gaps = 0

    def open(self) -> None:
        """InterviewerError when there is no such device or it cannot be opened."""
        portaudio = self._portaudio or load_portaudio()
        found = find_device(portaudio, self._device, "output")
        self.name = found.name
        self._playback = Playback(found.rate)
        self._finished = False
        self._asked_at = self._clock()
        self._stream, _ = open_stream(
            portaudio,
            found,
            "output",
            callback=self._copy,
            finished_callback=self._note_finished,
            latency=LATENCY_SECONDS,
        )
        self._playback = Playback(found.rate, float(self._stream.latency))

    def play(self, speech: Speech) -> None:
        """Queue `speech`, resampled to the device. EngineError (retryable) when the device is gone."""
        self._check_alive()
        self._playback.add(resampled(speech.samples, speech.rate, self._playback.rate))

    @property
    def busy(self) -> bool:
        """Whether sound is still to be heard. EngineError (retryable) when the device stopped taking it."""
        busy = self._playback.busy
        if busy:
            self._check_alive()
        return busy

    @property
    def gaps(self) -> int:
        """How often the device wanted sound that did not come in time."""
        return self._gaps

    @property
    def heard(self) -> float:
        return self._playback.heard

    def duck(self, quiet: bool) -> None:
        self._playback.duck(quiet)

    def stop(self) -> float:
        return self._playback.stop()

    def close(self) -> None:
        if self._stream is not None:
            self._playback.stop()
            self._stream.close()
            self._stream = None

    def _check_alive(self) -> None:
        silent_seconds = self._clock() - self._asked_at
        if self._finished or silent_seconds > self._watchdog_seconds:
            raise EngineError(
                self.name,
                f"The loudspeaker '{self.name}' takes no more sound.",
                UNPLUGGED_HINT,
                retryable=True,
            )

    def _copy(self, outdata: Samples, frames: int, _time: object, status: Any) -> None:
        self._gaps += bool(status.output_underflow)
        mono = np.empty(frames, dtype=np.float32)
        self._playback.fill(mono)
        outdata[:] = mono[:, np.newaxis]
        self._asked_at = self._clock()

    def _note_finished(self) -> None:
        self._finished = True
