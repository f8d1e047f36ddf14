"""Where speech and silence lie in a turn, followed frame by frame; how much silence a persona has patience for.

How much of it ends a turn is decided in `turn_end.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interviewer.domain import FRAME_SECONDS, Span

Expectation = Literal["finished", "open", "unfinished", "thinking"]
"""What the words so far promise: a closing phrase, nothing special, a clause left hanging, a request to think."""

ONSET_PROBABILITY = 0.5
OFFSET_PROBABILITY = 0.35  # hysteresis, as silero-vad's own iterator has it: threshold - 0.15
ONSET_FRAMES = 4  # 128 ms: shorter bursts are clicks and coughs
HANGOVER_FRAMES = 6  # 192 ms of silence end a stretch of speech; plosives close for up to about 150 ms


@dataclass(frozen=True)
class Patience:
    """Seconds of silence. `finished` after a phrase that says so; `open` stretches what is weighed (3 leaves it as it is);
    `unfinished` is the most a pause is given, `thinking` when time was asked for; `nudge` before a quiet candidate is
    invited; `limit` for the whole turn."""

    finished: float = 0.8
    open: float = 3.0
    unfinished: float = 6.5
    thinking: float = 20.0
    nudge: float = 9.0
    limit: float = 600.0

    @classmethod
    def of(cls, patience_seconds: float, nudge_seconds: float) -> Patience:
        """The patience of a persona."""
        return cls(open=patience_seconds, unfinished=patience_seconds + 3.5, nudge=nudge_seconds)


class Endpointer:
    """Follows one turn frame by frame. Times are seconds on the session's clock, given with each frame."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._run = 0
        self._started: float | None = None
        self._last_voice = 0.0
        self._silent_frames = 0
        self._opened = 0.0
        self._now = 0.0

    def open(self, at: float, *, keep_speech: bool = False) -> None:
        """Begin a turn at `at`. With `keep_speech` the stretch of speech under way belongs to it (a barge-in)."""
        self._spans = []
        if not keep_speech:
            self._run, self._started, self._silent_frames = 0, None, 0
        self._opened = self._now = at

    def hear(self, probability: float, at: float) -> bool:
        """One more frame, starting at `at`. True when a stretch of speech begins with it."""
        self._now = at + FRAME_SECONDS
        threshold = OFFSET_PROBABILITY if self._started is not None else ONSET_PROBABILITY
        if probability >= threshold:
            self._run += 1
            self._silent_frames = 0
            if self._started is None and self._run >= ONSET_FRAMES:
                self._started = self._now - self._run * FRAME_SECONDS
                self._last_voice = self._now
                return True
            if self._started is not None:
                self._last_voice = self._now
            return False
        self._run = 0
        self._silent_frames += 1
        if self._started is not None and self._silent_frames >= HANGOVER_FRAMES:
            self._spans.append(Span(start=self._started, end=self._last_voice))
            self._started = None
        return False

    @property
    def speaking(self) -> bool:
        return self._started is not None

    @property
    def spoken(self) -> bool:
        """Whether anything was said in this turn."""
        return self._started is not None or bool(self._spans)

    @property
    def speech(self) -> tuple[Span, ...]:
        """Where speech was heard, the stretch under way included."""
        if self._started is None:
            return tuple(self._spans)
        return (*self._spans, Span(start=self._started, end=self._last_voice))

    @property
    def speaking_seconds(self) -> float:
        """Length of the stretch of speech under way."""
        return 0.0 if self._started is None else self._last_voice - self._started

    @property
    def silence(self) -> float:
        """Seconds since the last voice, or since the turn was opened."""
        return max(0.0, self._now - (self._last_voice if self.spoken else self._opened))

    @property
    def last_voice(self) -> float:
        return self._last_voice if self.spoken else self._opened

    def ended(self, allowed: float) -> bool:
        """Whether the silence after speech has reached `allowed` seconds."""
        return self.spoken and self.silence >= allowed

    def past_limit(self, patience: Patience) -> bool:
        """Whether the turn has gone on longer than any answer should."""
        return self.spoken and self._now - self._opened >= patience.limit

    def quiet(self, patience: Patience) -> bool:
        """Whether nothing was said for so long that an invitation is due."""
        return not self.spoken and self.silence >= patience.nudge
