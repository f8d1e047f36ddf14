"""What the parts of a spoken conversation share: who has the floor, and through what they are heard.

Phases: speaking (the interviewer has the floor), listening (the candidate has it), finishing (the turn is over, its
last words are being written down), thinking (the reply is being chosen and phrased), paused, over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from interviewer.conversation.controls import Phase
from interviewer.conversation.interview import Interview, Place
from interviewer.conversation.journal import Journal
from interviewer.conversation.silences import Silences
from interviewer.conversation.speaking import ReplyClock, Sound, Speaking
from interviewer.domain import EndedBy
from interviewer.hearing.listener import Listener
from interviewer.ports import Samples
from interviewer.session.events import FaultNoted
from interviewer.workers import Worker

ECHO_FRAMES = 14  # 0.45 s of the microphone, to be compared with what the loudspeaker plays


@dataclass
class Floor:
    """One per conversation; touched by the live loop's thread only."""

    interview: Interview
    journal: Journal
    sound: Sound
    listener: Listener
    speaking: Speaking
    thinker: Worker
    monotonic: Callable[[], float]
    phase: Phase = "speaking"
    place: Place | None = None  # what the turn just taken was an answer to
    ended_by: EndedBy = "silence"  # that turn
    reply_clock: ReplyClock | None = None
    lead: str = ""  # the small word with which the reply that is being chosen begins, once that is known
    silences: Silences = field(default_factory=Silences)
    last_frames: deque[Samples] = field(default_factory=lambda: deque(maxlen=ECHO_FRAMES))

    @property
    def clock(self) -> float:
        """Seconds of recording so far."""
        return self.sound.recorder.seconds

    def hear_lead(self, lead: str) -> None:
        """Called by the worker that chooses."""
        self.lead = lead

    def note(self, part: str, sentence: str) -> None:
        """Tell and store what went wrong and was survived."""
        self.journal.record(FaultNoted(at=self.clock, part=part, sentence=sentence))
