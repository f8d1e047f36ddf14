"""Microphone and loudspeaker that come back: unplugged, replugged, put to sleep, replaced by the new default device.

While there is no microphone no frames come, so the session's time stands still; what is said then is not recorded, and
that is told. Keys are obeyed meanwhile: a pause gives all the time there is, and the end is the end. A loudspeaker that is gone is tried again before the next words.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from interviewer.errors import EngineError, InterviewerError
from interviewer.ports import Microphone, Samples, Speaker, Speech

PATIENCE_SECONDS = 30.0  # for a microphone to come back
RETRY_SECONDS = 0.5
SLEPT_SECONDS = (
    8.0  # of waiting for a frame: the device's own watchdog would have spoken up, had anybody been awake
)


class CountingSpeaker(Speaker, Protocol):
    @property
    def gaps(self) -> int:
        """How often the device wanted sound that did not come in time."""
        ...


class SteadySound:
    """`microphone` and `speaker` are ports over the given ones. Belongs to the live loop's thread.

    Set `tell` to whoever tells the candidate, in one sentence each, what happened, and `meanwhile` to whoever obeys keys
    while a microphone is waited for: it is called twice a second; whether the session is "paused" or "over" counts.
    """

    def __init__(
        self,
        microphone: Microphone,
        speaker: CountingSpeaker,
        rescan: Callable[[], None],
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`rescan` makes the sound library look for devices again; every stream must be closed meanwhile."""
        self.tell: Callable[[str], None] = lambda sentence: None
        self.meanwhile: Callable[[], str] = lambda: ""
        self._microphone, self._speaker, self._rescan = microphone, speaker, rescan
        self._clock = clock or awake_or_not
        self._sleep = sleep
        self._patience_seconds = patience_seconds
        self._gaps = 0
        self._speaker_lost = False
        self.microphone = _SteadyMicrophone(self, microphone)
        self.speaker = _SteadySpeaker(self, speaker)

    def read(self) -> Samples | None:
        """The microphone's next frame, however long that takes; None when the session was ended while it was away.

        EngineError when it does not come back.
        """
        asked_at = self._clock()
        try:
            frame = self._microphone.read()
        except EngineError as error:
            if not error.retryable:
                raise
            frame = self._wait_for_microphone(error)
        else:
            self._note_sleep(self._clock() - asked_at)
        self._note_gaps()
        return frame

    def play(self, speech: Speech) -> None:
        if self._speaker_lost:
            self.reopen()
            self._speaker_lost = False
            self.tell(f"The loudspeaker is back: {self._speaker.name}.")
        try:
            self._speaker.play(speech)
        except EngineError:
            self._speaker_lost = True
            raise

    @property
    def busy(self) -> bool:
        try:
            return self._speaker.busy
        except EngineError:
            self._speaker_lost = True
            raise

    def reopen(self) -> None:
        """Look for the devices anew and open them. EngineError (retryable) while one is missing."""
        self._speaker.close()
        self._microphone.close()
        self._rescan()
        try:
            self._microphone.open()
            self._speaker.open()
        except InterviewerError as error:
            raise EngineError("sound", error.message, error.hint, retryable=True) from error

    def _wait_for_microphone(self, lost: EngineError) -> Samples | None:
        self.tell(
            f"{lost.message} Time stands still until it is back, {self._patience_seconds:g} s at most; "
            "what is said meanwhile is not recorded."
        )
        until = self._clock() + self._patience_seconds
        while self._clock() < until:
            self._sleep(RETRY_SECONDS)
            phase = self.meanwhile()
            if phase == "over":
                return None
            if phase == "paused":
                until = self._clock() + self._patience_seconds
            with suppress(EngineError):
                self.reopen()
                frame = self._microphone.read()
                self._speaker_lost = False
                self.tell(
                    f"The microphone is back: {self._microphone.name}. Please say your last words again."
                )
                return frame
        raise lost

    def _note_sleep(self, waited: float) -> None:
        if waited >= SLEPT_SECONDS:
            self.tell(f"The machine slept for {waited:.0f} s; what was said meanwhile is not recorded.")

    def _note_gaps(self) -> None:
        gaps = self._speaker.gaps
        if gaps > self._gaps and not self._speaker.busy:  # told when the saying is over, not at each of them
            self.tell(f"The machine was too busy: the interviewer's voice had gaps ({gaps - self._gaps}).")
            self._gaps = gaps


class _SteadyMicrophone:
    """Microphone port."""

    def __init__(self, sound: SteadySound, microphone: Microphone) -> None:
        self._sound = sound
        self._microphone = microphone

    @property
    def name(self) -> str:
        return self._microphone.name

    def open(self) -> None:
        self._microphone.open()

    def read(self) -> Samples | None:
        return self._sound.read()

    @property
    def dropped(self) -> int:
        return self._microphone.dropped

    def close(self) -> None:
        self._microphone.close()


class _SteadySpeaker:
    """Speaker port."""

    def __init__(self, sound: SteadySound, speaker: Speaker) -> None:
        self._sound = sound
        self._speaker = speaker

    @property
    def name(self) -> str:
        return self._speaker.name

    def open(self) -> None:
        self._speaker.open()

    def play(self, speech: Speech) -> None:
        self._sound.play(speech)

    @property
    def busy(self) -> bool:
        return self._sound.busy

    @property
    def heard(self) -> float:
        return self._speaker.heard

    def duck(self, quiet: bool) -> None:
        self._speaker.duck(quiet)

    def stop(self) -> float:
        return self._speaker.stop()

    def close(self) -> None:
        self._speaker.close()


def awake_or_not() -> float:
    """Seconds that go on while the machine sleeps, where the system tells them."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(boottime) if boottime is not None else time.monotonic()
