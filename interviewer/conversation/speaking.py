"""The interviewer's hold of the floor: says one saying, notes how much was heard and how soon it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from interviewer.conversation.interview import Saying
from interviewer.conversation.journal import Journal
from interviewer.conversation.mouth import Mouth
from interviewer.errors import EngineError
from interviewer.ports import Microphone, Samples, Speaker
from interviewer.session.events import EngineChanged, FaultNoted, ReplyTimed, SpeechHeard

VOICE_SECONDS = 25.0  # of waiting for a sentence; the engines' own time limits are shorter


class Recorder(Protocol):
    """Both voices on the session's timeline, on disk while they are heard."""

    @property
    def seconds(self) -> float: ...

    def append(self, frame: Samples) -> None: ...

    def place_interviewer(self, start_seconds: float, samples: Samples) -> None: ...


@dataclass(frozen=True)
class Sound:
    """Everything that makes or takes sound."""

    microphone: Microphone
    speaker: Speaker
    recorder: Recorder
    headphones: bool  # without them our own voice reaches the microphone, so we listen only when silent


@dataclass
class ReplyClock:
    """Marks of one reply in seconds of real time, each set when it is reached."""

    monotonic: Callable[[], float]
    decided: float = 0.0
    written: float = 0.0
    chosen: float = 0.0

    @classmethod
    def start(cls, monotonic: Callable[[], float]) -> ReplyClock:
        now = monotonic()
        return cls(monotonic, now, now, now)

    def mark_written(self) -> None:
        self.written = self.chosen = self.monotonic()

    def mark_chosen(self) -> None:
        self.chosen = self.monotonic()

    def timed(self, at: float) -> ReplyTimed:
        now = self.monotonic()
        return ReplyTimed(
            at=at,
            transcript=round(self.written - self.decided, 4),
            reply=round(self.chosen - self.written, 4),
            voice=round(now - self.chosen, 4),
            total=round(now - self.decided, 4),
        )


class Speaking:
    """One saying at a time; `go_on` is called with every frame and never waits."""

    def __init__(self, journal: Journal, sound: Sound, mouth: Mouth) -> None:
        self._journal = journal
        self._sound = sound
        self._mouth = mouth
        self._began = self._waiting_since = 0.0
        self._reply_clock: ReplyClock | None = None
        self.saying: Saying | None = None

    @property
    def began(self) -> float:
        """When the saying's first sound went out, in seconds of the session's clock."""
        return self._began

    def prepare(self, saying: Saying) -> None:
        """Have the first sentence ready as sound: it may be said soon."""
        self._mouth.prepare(saying.text, saying.persona.voice)

    def begin(self, saying: Saying, reply_clock: ReplyClock | None) -> None:
        """Start `saying`. With a clock, the time until its first sound is stored."""
        self.saying, self._reply_clock = saying, reply_clock
        self._began = self._waiting_since = self._sound.recorder.seconds
        self._mouth.say(saying.text, saying.persona.voice)

    def go_on(self) -> bool:
        """Hand over what is ready; True when everything was heard, or the voice failed, which is told and stored."""
        try:
            if self._mouth.pump():
                self._began = self._sound.recorder.seconds
                if self._reply_clock is not None:
                    self._journal.record(self._reply_clock.timed(self._began))
                    self._reply_clock = None
            return self._mouth.finished or self._voice_hangs()
        except EngineError as error:
            sentence = f"{error.message} The interviewer's words are shown as text."
            self._journal.record(FaultNoted(at=self._began, part="voice", sentence=sentence))
            return True

    def _voice_hangs(self) -> bool:
        """A voice that keeps everybody waiting is given up for the rest of the session, and that is told."""
        now = self._sound.recorder.seconds
        if not self._mouth.waiting:
            self._waiting_since = now
        if now - self._waiting_since < VOICE_SECONDS:
            return False
        named = self._mouth.voice_name
        self._mouth.fall_dumb()
        because = f"{named} gave no sound for {VOICE_SECONDS:g} s. The interviewer's words are shown as text."
        self._journal.record(
            EngineChanged(at=now, port="voice", engine=self._mouth.voice_name, because=because)
        )
        return True

    def duck(self, quiet: bool) -> None:
        """Somebody begins to speak, or was only clearing their throat."""
        self._mouth.duck(quiet)

    def last_played(self, count: int) -> Samples:
        """The `count` samples at 16 kHz that were heard last, silence before the first."""
        sounded = self._mouth.heard_samples(self._mouth.heard)[-count:]
        return np.pad(sounded, (count - len(sounded), 0))

    def stop(self, *, interrupted: bool) -> str:
        """The floor changes: fall silent, keep what was heard on the recording, and store how much that was.

        Returns what is left to be said, from the sentence on that was broken off.
        """
        whole = self._mouth.seconds
        stopped_after = self._mouth.stop()
        heard = stopped_after if interrupted else whole
        self._sound.recorder.place_interviewer(self._began, self._mouth.heard_samples(heard))
        self._journal.record(
            SpeechHeard(
                at=self._sound.recorder.seconds,
                seconds=round(heard, 3),
                of_seconds=round(whole, 3),
                interrupted=interrupted,
                voice=self._mouth.voice_name,
            )
        )
        return self._mouth.unheard(heard) if interrupted else ""
