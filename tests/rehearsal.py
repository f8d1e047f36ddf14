"""A whole spoken session with scripted engines in a virtual room: real loop, real store, real recorder, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from builders import a_library, a_start, a_verdict

from interviewer.audio.recording import SessionRecorder
from interviewer.audio.virtual_room import VirtualRoom
from interviewer.conversation.controls import Controls, Live
from interviewer.conversation.interview import Interview
from interviewer.conversation.journal import Journal
from interviewer.conversation.mouth import Mouth
from interviewer.conversation.speaking import Recorder, Sound, Speaking
from interviewer.conversation.spoken import SpokenConversation
from interviewer.director.phrasing import AuthoredPhraser, Phraser
from interviewer.director.plan import plan_of
from interviewer.director.policy import Assessment
from interviewer.domain import SAMPLE_RATE, PointVerdict, Question, RubricPoint, Turn
from interviewer.engines.scripted import ScriptedDetector, ScriptedTranscriber, ScriptedVoice
from interviewer.evaluator.gates import not_known
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.listener import Listener
from interviewer.hearing.turn_end import Evidence, SilenceAllowed
from interviewer.library.content import Library
from interviewer.ports import Microphone, Samples, SpeechDetector, Transcriber, Voice
from interviewer.session.events import Event, SessionResumed
from interviewer.session.store import SessionStore
from interviewer.workers import InlineWorker, Worker

T = TypeVar("T")
Cue = Callable[["Rehearsal"], None]


def loud(seconds: float) -> Samples:
    """Sound that counts as speech."""
    return np.asarray(0.2 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.3), dtype=np.float32)


def says(*stretches: float, delay: float = 0.5) -> Cue:
    """Speech and pauses in turn: says(2.0, 2.8, 1.0) speaks 2 s, pauses 2.8 s, speaks 1 s."""

    def cue(rehearsal: Rehearsal) -> None:
        at = delay
        for index, seconds in enumerate(stretches):
            if index % 2 == 0:
                rehearsal.room.say(loud(seconds), at)
            at += seconds

    return cue


def presses(action: str, persona: str | None = None) -> Cue:
    return lambda rehearsal: rehearsal.controls.press(action, persona)  # type: ignore[arg-type]


def stays_silent(rehearsal: Rehearsal) -> None:
    pass


def leaves(rehearsal: Rehearsal) -> None:
    rehearsal.room.end()


def fixed_silence(evidence: Evidence, habit: PauseHabit, patience: Patience) -> float:
    """What ends a turn here: the loop is tested with it, not how well an end is told from a pause."""
    if evidence.text is None:
        return patience.open + 1.5
    waits = {"finished": patience.finished, "unfinished": patience.open + 1.5, "thinking": patience.thinking}
    return waits.get(evidence.expectation, patience.open)


class SlowWorker:
    """Takes jobs at once and does them later, when `catch_up` is called: an engine that needs time."""

    def __init__(self) -> None:
        self._jobs: list[tuple[Callable[[], Any], Future[Any]]] = []

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.append((job, future))
        return future

    def catch_up(self) -> None:
        while self._jobs:
            job, future = self._jobs.pop(0)
            if future.set_running_or_notify_cancel():
                future.set_result(job())

    def renew(self) -> None:
        self._jobs.clear()

    def close(self) -> None:
        pass


class StuckWorker(InlineWorker):
    """From the given job on nothing comes back, until it is renewed."""

    def __init__(self, from_job: int, *, for_good: bool = False) -> None:
        self._jobs_left: float = from_job
        self._for_good = for_good

    def submit(self, job: Callable[[], T]) -> Future[T]:
        self._jobs_left -= 1
        return super().submit(job) if self._jobs_left >= 0 else Future()

    def renew(self) -> None:
        if not self._for_good:
            self._jobs_left = float("inf")


class WatchedPhraser(AuthoredPhraser):
    """Tells when it is hurried."""

    def __init__(self, on_hurry: Callable[[], None]) -> None:
        self._on_hurry = on_hurry

    def cancel(self) -> None:
        self._on_hurry()


@dataclass
class Rehearsal:
    """One session. Each cue is given when the candidate gets the floor; `texts` are what the recogniser writes."""

    folder: Path
    cues: Iterable[Cue]
    texts: Sequence[str] = ()
    library: Library = field(default_factory=a_library)
    missed: Sequence[str] = ()
    gate: str | None = None
    headphones: bool = True
    echo: float = 0.0
    start: Mapping[str, object] = field(default_factory=dict)
    voice: Voice = field(default_factory=ScriptedVoice)
    transcriber: Transcriber | None = None
    detector: SpeechDetector = field(default_factory=ScriptedDetector)
    microphone: Microphone | None = None
    recorder: Recorder | None = None
    thinker: Worker = field(default_factory=InlineWorker)
    hearer: Worker = field(default_factory=InlineWorker)
    speaker_worker: Worker = field(default_factory=InlineWorker)
    phraser: Phraser | None = None
    on_hurry: Callable[[], None] = lambda: None
    rule: SilenceAllowed = fixed_silence
    on_event: Callable[[Event, Rehearsal], None] = lambda event, rehearsal: None
    on_moment: Callable[[Live, Rehearsal], None] = lambda live, rehearsal: None
    on_ready: Callable[[SpokenConversation], None] = lambda conversation: None

    def __post_init__(self) -> None:
        self.room = VirtualRoom(echo=self.echo)
        self.controls = Controls()
        self.store = SessionStore(self.folder)
        self.lives: list[Live] = []
        self._pending = iter(self.cues)
        self._phase = ""
        self.session = "rehearsal"

    def run(self, *, resume: bool = False) -> list[Event]:
        """Hold the session to its end and return its facts."""
        if resume:
            journal = Journal(self.store, self.session, self.store.state(self.session))
            journal.record(SessionResumed(at=journal.state.clock, resumed="x", engines={}, lost_seconds=0))
        else:
            journal = Journal(self.store, self.session)
            journal.record(a_start(**self.start))
        journal.watchers.append(lambda event: self.on_event(event, self))
        recorder = self.recorder or SessionRecorder(self.store.folder(self.session), syncer=InlineWorker())
        started = journal.state.started
        assert started is not None
        interview = Interview(
            journal,
            self.library,
            plan_of(started, self.library),
            self._assess,
            self.phraser or WatchedPhraser(lambda: self.on_hurry()),
            lambda: recorder.seconds,
        )
        transcriber = self.transcriber or ScriptedTranscriber(self.texts)
        sound = Sound(self.microphone or self.room.microphone, self.room.speaker, recorder, self.headphones)
        conversation = SpokenConversation(
            interview,
            journal,
            self.library,
            sound,
            Listener(self.detector, transcriber, self.hearer, Patience(), self.rule),
            Speaking(journal, sound, Mouth(self.voice, self.room.speaker, self.speaker_worker)),
            self.thinker,
            self.controls,
            lambda: 0.0,
            self._on_live,
            getattr(transcriber, "news", lambda: None),
        )
        self.on_ready(conversation)
        conversation.run()
        return self.facts

    @property
    def facts(self) -> list[Event]:
        return self.store.events(self.session)

    def _on_live(self, live: Live) -> None:
        self.lives.append(live)
        if live.phase == "listening" and self._phase != "listening":
            next(self._pending, leaves)(self)
        self._phase = live.phase
        self.on_moment(live, self)

    def _assess(self, question: Question, turns: Sequence[Turn]) -> Assessment:
        points = tuple(self._verdict(point) for point in question.rubric)
        return Assessment(points, self.gate, (), not_known(turns, question))  # type: ignore[arg-type]

    def _verdict(self, point: RubricPoint) -> PointVerdict:
        missed = point.id in self.missed
        verdict = a_verdict(point.id, "missed" if missed else "met", point.weight)
        return verdict.model_copy(update={"credit": 0.0 if missed else 1.0})
