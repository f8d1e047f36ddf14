"""How soon the interviewer falls silent when it is interrupted, and what does not silence it.

The real loop, detector, recogniser and voices in a virtual room whose time waits for the engines. A trial is one
question that is spoken over at a moment drawn by chance:

- speech: a stretch of the demo's recordings (a person's talk, begun at its first loud sample). Measured from that
  sample: when the voice grows soft, when stopping is decided, when the last sample of the voice was played. From the
  decision until the last sample is the second figure; the device's own latency (40 ms are asked for) comes on top.
- backchannels ("okay", "uh huh", "I see" in another synthetic voice), coughs and key clicks, made by arithmetic:
  how many stopped the voice, and of these how many were followed by the rest of the question, how soon.
- echo: the loudspeaker comes back into the microphone at -10 dB although headphones were promised.

`work_ms` is the processor's time for the frame in which stopping was decided: what a real room adds to the figures.
"""

from __future__ import annotations

import json
import platform
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import psutil
import soundfile

from interviewer.assembly.engines import open_transcriber, open_voice
from interviewer.audio.recording import SessionRecorder
from interviewer.audio.resample import at_session_rate
from interviewer.audio.virtual_room import RoomSpeaker, VirtualRoom
from interviewer.conversation.controls import Controls, Live
from interviewer.conversation.interview import Interview
from interviewer.conversation.journal import Journal
from interviewer.conversation.mouth import Mouth
from interviewer.conversation.speaking import Sound, Speaking
from interviewer.conversation.spoken import SpokenConversation
from interviewer.demo.candidate import recording
from interviewer.director.phrasing import AuthoredPhraser
from interviewer.director.plan import plan_of
from interviewer.director.policy import Assessment
from interviewer.domain import SAMPLE_RATE, VoiceStyle
from interviewer.engines.flite_voice import FliteVoice
from interviewer.engines.silero_vad import SileroDetector
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.listener import Listener
from interviewer.library.content import Library, load_library
from interviewer.library.settings import Settings
from interviewer.ports import Samples, SpeechDetector, Transcriber, Voice
from interviewer.session.events import LineSpoken, QuestionAsked, SessionStarted, SpeechHeard
from interviewer.session.store import SessionStore
from interviewer.workers import InlineWorker

CLIPS = ("bias_variance_tradeoff", "challenging_data_project", "diagnosis")
BACKCHANNELS = ("Okay.", "Right.", "Uh huh.", "Yeah.", "I see.", "Okay, right.", "Got it.", "Yes, of course.")
ROOM_NOISE = 0.0005
ECHO = 10 ** (-10 / 20)
LOUD = 0.02  # the first sample of a clip that counts as speech
AFTERWARDS_SECONDS = 5.0


class WatchedSpeaker(RoomSpeaker):
    """Notes when the voice is softened and stopped, in the room's seconds."""

    def __init__(self, room: VirtualRoom) -> None:
        super().__init__(room)
        self._watched = room
        self.softened: list[float] = []
        self.stopped: list[float] = []

    def duck(self, quiet: bool) -> None:
        if quiet:
            self.softened.append(self._watched.now)
        super().duck(quiet)

    def stop(self) -> float:
        if self.busy:
            self.stopped.append(self._watched.now)
        return super().stop()


@dataclass
class Trial:
    """What was seen of one sound over one question; seconds from its first sample, None where it did not happen."""

    kind: str
    softened: float | None = None
    decided: float | None = None
    silent: float | None = None
    resumed: float | None = None
    work: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass
class Bench:
    library: Library
    detector: SpeechDetector
    transcriber: Transcriber
    voice: Voice
    folder: Path
    random: random.Random

    def trial(self, kind: str, sound: Samples, echo: float = 0.0) -> Trial:
        """One question, spoken over by `sound` at a moment drawn by chance."""
        room = VirtualRoom(noise=ROOM_NOISE, echo=echo, seed=self.random.randrange(2**31))
        speaker, store = WatchedSpeaker(room), SessionStore(self.folder)
        session = f"trial-{self.random.randrange(2**40)}"
        journal = Journal(store, session)
        started = SessionStarted(
            at=0.0, session=session, started=datetime.now(UTC).isoformat(), persona="ml_engineer", questions=1,
            minutes=30.0, follow_ups=0, seed=self.random.randrange(2**31), typed=False, engines={},
            rough_transcript=True, app_version="bench",
        )  # fmt: skip
        journal.record(started)
        recorder = SessionRecorder(store.folder(session), syncer=InlineWorker())
        said_at: list[float] = []
        begun = [0.0, 0.0]
        seen = Trial(kind)

        def on_event(event: object) -> None:
            if isinstance(event, QuestionAsked):
                delay = self.random.uniform(1.0, 3.0)
                said_at.append(room.say(sound, delay).start)
                room.close_after(delay + len(sound) / SAMPLE_RATE + AFTERWARDS_SECONDS)

        def on_live(live: Live) -> None:
            now = time.perf_counter()
            if speaker.stopped and not begun[1]:
                begun[1], seen.work = 1.0, now - begun[0]
            begun[0] = now

        journal.watchers.append(on_event)
        interview = Interview(
            journal, self.library, plan_of(started, self.library), lambda question, turns: Assessment((), None),
            AuthoredPhraser(), lambda: recorder.seconds,
        )  # fmt: skip
        devices = Sound(room.microphone, speaker, recorder, headphones=True)
        conversation = SpokenConversation(
            interview, journal, self.library, devices,
            Listener(self.detector, self.transcriber, InlineWorker(), Patience()),
            Speaking(journal, devices, Mouth(self.voice, speaker, InlineWorker())),
            InlineWorker(), Controls(), time.monotonic, on_live,
        )  # fmt: skip
        conversation.run()
        facts = store.events(session)
        recorder.close()
        store.close()
        self._fill(seen, facts, room, speaker, said_at[0])
        return seen

    def _fill(
        self, seen: Trial, facts: Sequence[object], room: VirtualRoom, speaker: WatchedSpeaker, said_at: float
    ) -> None:
        softened = [at for at in speaker.softened if at >= said_at]
        heard = [fact for fact in facts if isinstance(fact, SpeechHeard)]
        resumed = [fact for fact in facts if isinstance(fact, LineSpoken) and fact.situation == "repeating"]
        seen.softened = softened[0] - said_at if softened else None
        if heard and heard[0].interrupted:
            begun, voice = room.played[0]
            seen.decided = speaker.stopped[0] - said_at
            seen.silent = begun + len(voice) / SAMPLE_RATE - said_at
            seen.resumed = resumed[0].at - heard[0].at if resumed else None


def speech(draw: random.Random) -> Samples:
    """Three seconds of a person's talk, from a loud sample on, at a loudness drawn by chance."""
    samples, _ = soundfile.read(recording(draw.choice(CLIPS)), dtype="float32")
    start = draw.randrange(len(samples) - 5 * SAMPLE_RATE)
    first = start + int(np.argmax(np.abs(samples[start:]) > LOUD))
    return np.asarray(samples[first : first + 3 * SAMPLE_RATE] * draw.uniform(0.4, 1.5), dtype=np.float32)


def cough(draw: random.Random) -> Samples:
    """A burst of noise of 0.2 to 0.4 s that dies away."""
    count = round(draw.uniform(0.2, 0.4) * SAMPLE_RATE)
    noise = np.random.default_rng(draw.randrange(2**31)).normal(0, 0.2, count)
    return np.asarray(noise * np.exp(-np.arange(count) / (0.1 * SAMPLE_RATE)), dtype=np.float32)


def clicks(draw: random.Random) -> Samples:
    """A second of typing: clicks of 10 ms, eight to twelve of them."""
    sound = np.zeros(SAMPLE_RATE, dtype=np.float32)
    noise = np.random.default_rng(draw.randrange(2**31))
    for _ in range(draw.randrange(8, 13)):
        at = draw.randrange(SAMPLE_RATE - 160)
        sound[at : at + 160] += noise.normal(0, 0.2, 160) * np.exp(-np.arange(160) / 40)
    return sound


def backchannel(voices: FliteVoice) -> Callable[[random.Random], Samples]:
    def said(draw: random.Random) -> Samples:
        style = VoiceStyle(variant=draw.choice(("f2", "m3")), rate=draw.randrange(150, 200))
        samples = at_session_rate(voices.synthesize(draw.choice(BACKCHANNELS), style))
        return samples[int(np.argmax(np.abs(samples) > LOUD)) :]

    return said


def percentiles(values: list[float]) -> dict[str, float]:
    return {
        "p50": round(float(np.percentile(values, 50)), 3),
        "p95": round(float(np.percentile(values, 95)), 3),
        "max": round(max(values), 3),
    }


def summary(trials: list[Trial]) -> dict[str, object]:
    stopped = [trial for trial in trials if trial.decided is not None]
    found: dict[str, object] = {"trials": len(trials), "stopped": len(stopped)}
    found["went_on"] = sum(trial.resumed is not None for trial in stopped)
    for name in ("softened", "decided", "silent", "resumed"):
        values = [value for trial in stopped if (value := getattr(trial, name)) is not None]
        if values:
            found[name] = percentiles(values)
    if stopped:
        found["decision_to_silence"] = percentiles(
            [t.silent - t.decided for t in stopped if t.silent and t.decided]
        )
        found["work_ms"] = percentiles([1000 * trial.work for trial in stopped])
    return found


@click.command()
@click.option("--trials", default=40, show_default=True, help="Of each kind.")
@click.option("--seed", default=11, show_default=True)
@click.option("--kind", "wanted", multiple=True, help="Of these alone; by default all.")
def main(trials: int, seed: int, wanted: tuple[str, ...]) -> None:
    """Interrupt the interviewer many times and print what was seen, as JSON."""
    settings, draw = Settings(transcriber="pocketsphinx"), random.Random(seed)
    transcriber, voice, flite = open_transcriber(settings), open_voice(settings), FliteVoice()
    kinds: dict[str, tuple[Callable[[random.Random], Samples], float]] = {
        "speech": (speech, 0.0),
        "backchannel": (backchannel(flite), 0.0),
        "cough": (cough, 0.0),
        "clicks": (clicks, 0.0),
        "echo": (lambda _: np.zeros(0, np.float32), ECHO),
        "speech over echo": (speech, ECHO),
    }
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(load_library(), SileroDetector(), transcriber, voice, Path(folder), draw)
        for kind, (sound, echo) in kinds.items():
            if wanted and kind not in wanted:
                continue
            found[kind] = summary([bench.trial(kind, sound(draw), echo) for _ in range(trials)])
            click.echo(f"{kind}: {found[kind]}", err=True)
    voice.close()
    transcriber.close()
    about = {"cores": psutil.cpu_count(), "processor": platform.machine(), "load": psutil.getloadavg()[0]}
    date = datetime.now(UTC).date().isoformat()
    click.echo(json.dumps({"date": date, "machine": about, "seed": seed, "seconds": found}, indent=2))


if __name__ == "__main__":
    main()
