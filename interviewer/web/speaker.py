"""The browser's loudspeaker as a port: pieces of speech go down the line, the page reports how much was heard."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from interviewer.audio.playback import DUCKED
from interviewer.errors import EngineError
from interviewer.ports import Speech
from interviewer.web.protocol import Hush, Loudness, speech_to_page

WATCHDOG_SECONDS = 10.0  # without progress: the page plays nothing; less may be a page that is busy
NEARLY_SECONDS = 0.03  # the end of a sound is reported a few milliseconds short


@dataclass(frozen=True)
class _Piece:
    before: float  # seconds of the utterance that come before it
    speech: Speech


class BrowserSpeaker:
    """Speaker port. An utterance is what is played without a gap; its pieces are kept until they were heard."""

    name = "loudspeaker of the browser"

    def __init__(
        self, send: Callable[[bytes | Hush | Loudness], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._send = send
        self._clock = clock
        self._lock = threading.Lock()
        # a page that outlives a room must not take the next one's pieces for those it has already
        self._utterance = secrets.randbelow(2**30)
        self._pieces: list[_Piece] = []
        self._seconds = 0.0
        self._heard = 0.0
        self._quiet = False
        self._progress_at = 0.0

    def open(self) -> None:
        pass

    def play(self, speech: Speech) -> None:
        with self._lock:
            if not self._sounding():
                self._utterance += 1
                self._pieces, self._seconds, self._heard, self._quiet = [], 0.0, 0.0, False
                self._progress_at = self._clock()
            self._pieces.append(_Piece(self._seconds, speech))
            self._seconds += speech.seconds
            self._send_piece(len(self._pieces) - 1)

    def played(self, utterance: int, seconds: float) -> None:
        """The page's report. One about an utterance that is over says nothing any more."""
        with self._lock:
            if utterance == self._utterance and self._heard < seconds:
                self._heard = min(seconds, self._seconds)
                self._progress_at = self._clock()
                if not self._sounding():
                    self._pieces = []  # nobody will ask for them again

    def rejoin(self, utterance: int, pieces: int) -> None:
        """A page came (back): send what it lacks. A new page hears on from where the last one was."""
        with self._lock:
            self._progress_at = self._clock()
            if not self._sounding():
                self._send(Hush(utterance=self._utterance))  # in case the line was down when it was silenced
                return
            first = pieces if utterance == self._utterance else self._piece_at(self._heard)
            for index in range(min(first, len(self._pieces)), len(self._pieces)):
                self._send_piece(index)
            self._send_loudness()  # a new page begins at full loudness, and this one may have missed a change

    @property
    def busy(self) -> bool:
        """Whether sound is still to be heard. EngineError (retryable) when the page plays nothing."""
        with self._lock:
            sounding = self._sounding()
            if sounding and self._clock() - self._progress_at > WATCHDOG_SECONDS:
                self._pieces, self._seconds = [], self._heard
                raise EngineError(
                    self.name,
                    "The page plays no sound.",
                    "Click on the page once, and check that the tab is not muted.",
                    retryable=True,
                )
            return sounding

    @property
    def heard(self) -> float:
        with self._lock:
            return self._heard

    def duck(self, quiet: bool) -> None:
        """The page is told when that changes, and begins each utterance at full loudness."""
        with self._lock:
            if self._sounding() and quiet != self._quiet:
                self._quiet = quiet
                self._send_loudness()

    def stop(self) -> float:
        with self._lock:
            if self._sounding():
                self._send(Hush(utterance=self._utterance))
            self._pieces, self._seconds = [], self._heard
            return self._heard

    def close(self) -> None:
        self.stop()

    def _sounding(self) -> bool:
        return self._heard < self._seconds - NEARLY_SECONDS

    def _piece_at(self, seconds: float) -> int:
        before = [index for index, piece in enumerate(self._pieces) if piece.before <= seconds]
        return before[-1] if before else 0

    def _send_loudness(self) -> None:
        self._send(Loudness(utterance=self._utterance, gain=DUCKED if self._quiet else 1.0))

    def _send_piece(self, index: int) -> None:
        piece = self._pieces[index]
        self._send(speech_to_page(self._utterance, index, piece.before, piece.speech))
