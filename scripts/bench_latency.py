"""How long the candidate waits for a reply after answers of different lengths: the real loop, the real engines.

The recorded candidate of the demo speaks in a virtual room at the speed of a real one; every engine runs on its own
thread, as in `interviewer practice`. An answer is the demo's recordings one after the other, cut to its length, its
end always the same ten seconds. Engines are opened anew for every session, so that nothing was read before. It ends in one of three ways:

- silence: the persona's patience runs out; all that while the recogniser can catch up
- phrase: "that's my answer"; the silence allowed after it is short
- key: Enter, a quarter of a second after the last word; nothing could be caught up with

`endpoint wait` is silence on the session's clock; the other figures are seconds of real time from the decision that
the turn is over until its text is whole (`transcript`), the reply is chosen (`reply`), and its first sound is handed
to the loudspeaker (`voice`); `total` is their sum. With --speed the room runs faster than a real one, so that the
engines have less time to keep up: an upper bound.

With --compute time stands still while engines work, as in `demo --fast`, and the figures are processor seconds of this
process: what is left to be computed after the decision, on a machine busy with other things too. It holds where the
engines keep up with speech; the voice's child process (some ten milliseconds) is not counted.

`baseline` is what loops do that prepare nothing, with the same engines and answers in the same run: once the candidate
has finished the whole answer is transcribed, then judged, and the reply is played when all of it has been synthesized.
"""

from __future__ import annotations

import json
import platform
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import click
import numpy as np
import psutil
import soundfile

from interviewer.assembly.engines import EMBEDDED_TRANSCRIBER, Engines, open_engines
from interviewer.assembly.sessions import Wanted, make_interview, start_session
from interviewer.audio.virtual_room import RealTimePace, VirtualRoom
from interviewer.conversation.controls import Controls, Live
from interviewer.demo.candidate import load_script, recording
from interviewer.demo.room import conversation_in, quiet_room
from interviewer.domain import SAMPLE_RATE, Segment, Turn
from interviewer.library.content import Library, load_library
from interviewer.library.settings import Settings
from interviewer.ports import Samples, Transcriber
from interviewer.session.events import Answered, Event, ReplyTimed
from interviewer.session.store import SessionStore

Ending = Literal["silence", "phrase", "key"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
FIGURES = ("endpoint_wait", "transcript", "reply", "voice", "total")
LAST_SECONDS = 10.0
GAP_SECONDS = 0.7  # between two recordings: a pause at which text is committed
REACTION_SECONDS = 0.5
KEY_SECONDS = 0.25
BODY = ("bias_variance_tradeoff", "challenging_data_project")  # neither says that it is finished
LAST: dict[Ending, str] = {
    "silence": "challenging_data_project",
    "phrase": "diagnosis",
    "key": "challenging_data_project",
}


def read(clip: str) -> Samples:
    samples, _ = soundfile.read(recording(clip), dtype="float32")
    return np.asarray(samples, dtype=np.float32)


def answer(seconds: float, ending: Ending) -> Samples:
    """Speech with its natural pauses, `seconds` long; the last ten are the same for every length."""
    last = read(LAST[ending])[-round(LAST_SECONDS * SAMPLE_RATE) :]
    gap = np.zeros(round(GAP_SECONDS * SAMPLE_RATE), dtype=np.float32)
    wanted = round(seconds * SAMPLE_RATE) - len(last)
    pieces: list[Samples] = []
    while sum(map(len, pieces)) < wanted:
        pieces += [read(BODY[len(pieces) // 2 % len(BODY)]), gap]
    body = np.concatenate(pieces)[: wanted - len(gap)]
    return np.concatenate([body, gap, last])


class Candidate:
    """Hears each question out, gives the answer, and ends it as asked."""

    def __init__(self, samples: Samples, ending: Ending, room: VirtualRoom, controls: Controls) -> None:
        self._samples = samples
        self._by_key = ending == "key"
        self._room = room
        self._controls = controls
        self._phase = ""
        self._key_at: float | None = None

    def on_live(self, live: Live) -> None:
        if live.phase != self._phase:
            self._phase = live.phase
            if live.phase == "listening":
                said = self._room.say(self._samples, REACTION_SECONDS)
                self._key_at = said.end + KEY_SECONDS if self._by_key else None
        if live.phase == "listening" and self._key_at is not None and self._room.now >= self._key_at:
            self._key_at = None
            self._controls.press("done")


@dataclass(frozen=True)
class Bench:
    """What all sessions share."""

    library: Library
    settings: Settings
    folder: Path
    runs: int
    speed: float
    compute: bool

    def session(self, seconds: float, ending: Ending) -> list[dict[str, float]]:
        """One row of figures for each of `runs` answers."""
        engines = open_engines(self.settings, self.library.questions, typed=False)
        try:
            return rows(self._facts(engines, seconds, ending), seconds)
        finally:
            engines.close()

    def _facts(self, engines: Engines, seconds: float, ending: Ending) -> list[Event]:
        store = SessionStore(self.folder)
        wanted = Wanted(load_script().persona, questions=self.runs, minutes=240.0, follow_ups=0, seed=7)
        journal = start_session(store, self.library, engines, wanted, now=datetime.now(UTC))
        pace = RealTimePace(
            lambda: time.monotonic() * self.speed, lambda early: time.sleep(early / self.speed)
        )
        room, controls = quiet_room(real_time=not self.compute, pace=pace), Controls()
        candidate = Candidate(answer(seconds, ending), ending, room, controls)
        with conversation_in(
            room,
            store,
            journal,
            self.library,
            engines,
            candidate.on_live,
            real_time=not self.compute,
            controls=controls,
            monotonic=time.process_time if self.compute else time.monotonic,
        ) as conversation:
            conversation.run()
        facts = store.events(journal.session)
        store.close()
        return facts

    def baseline(self, seconds: float) -> dict[str, float]:
        """The wait where nothing is done before the candidate has finished."""
        engines = open_engines(self.settings, self.library.questions, typed=False)
        assert engines.transcriber and engines.voice  # a spoken set has them
        store = SessionStore(self.folder)
        wanted = Wanted(load_script().persona, questions=2, minutes=240.0, follow_ups=0, seed=7)
        journal = start_session(store, self.library, engines, wanted, now=datetime.now(UTC))
        interview = make_interview(journal, self.library, engines, lambda: journal.state.clock)
        interview.proceed()
        interview.prepare()
        engines.transcriber.prepare(interview.recognition_phrases())
        transcribed(engines.transcriber, answer(15.0, "key")[:SAMPLE_RATE])  # whatever is loaded at first use
        now = time.process_time if self.compute else time.monotonic
        try:
            ended = now()
            turn = transcribed(engines.transcriber, answer(seconds, "key"))
            written = now()
            interview.answered(turn, None, interview.place)
            reply = interview.proceed()
            chosen = now()
            engines.voice.synthesize(reply.text, reply.persona.voice)
            voiced = now()
        finally:
            engines.close()
            store.close()
        return {
            "endpoint_wait": 0.0,
            "transcript": written - ended,
            "reply": chosen - written,
            "voice": voiced - chosen,
            "total": voiced - ended,
        }


def transcribed(transcriber: Transcriber, samples: Samples) -> Turn:
    """The whole answer written down at once, in pieces of ten seconds: longer ones take more than their share."""
    piece = 10 * SAMPLE_RATE
    segments: list[Segment] = []
    for start in range(0, len(samples), piece):
        transcriber.start_chunk()
        transcriber.feed(samples[start : start + piece])
        segments += transcriber.end_chunk()
    seconds = len(samples) / SAMPLE_RATE
    return Turn(segments=tuple(segments), start=0.0, end=seconds, ended_by="key", engine=transcriber.name)


def rows(facts: Sequence[Event], seconds: float) -> list[dict[str, float]]:
    """The figures of each answer, from the stored facts. RuntimeError when an answer was cut into several."""
    found: list[dict[str, float]] = []
    answers = [fact for fact in facts if isinstance(fact, Answered)]
    replies = [fact for fact in facts if isinstance(fact, ReplyTimed)]
    for answered, timed in zip(answers, replies, strict=True):
        heard = answered.turn.speech[-1].end - answered.turn.speech[0].start
        if abs(heard - seconds) > 2.0 or answered.endpoint_wait is None:
            raise RuntimeError(f"an answer of {seconds:g} s was heard as {heard:.1f} s")
        figures = timed.model_dump(include={"transcript", "reply", "voice", "total"})
        found.append({"endpoint_wait": answered.endpoint_wait, **figures})
    return found


def summary(measured: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        figure: {
            "p50": round(float(np.percentile([row[figure] for row in measured], 50)), 3),
            "p95": round(float(np.percentile([row[figure] for row in measured], 95)), 3),
            "max": round(max(row[figure] for row in measured), 3),
        }
        for figure in FIGURES
    }


def machine() -> dict[str, object]:
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "processor": platform.machine(),
        "load_before": round(psutil.getloadavg()[0], 2),
    }


@click.command()
@click.option("--seconds", multiple=True, type=float, default=(15.0, 60.0, 240.0), show_default=True)
@click.option("--ending", "endings", multiple=True, type=click.Choice(ENDINGS), default=ENDINGS)
@click.option("--runs", default=3, show_default=True, help="Answers for each length and ending.")
@click.option("--speed", default=1.0, show_default=True, help="How much faster than real the room is.")
@click.option(
    "--compute", is_flag=True, help="Processor seconds, on a room whose time waits for the engines."
)
@click.option("--transcriber", default=EMBEDDED_TRANSCRIBER, show_default=True)
@click.option("--language-model", default="none", show_default=True)
@click.option("--baseline/--no-baseline", default=True, help="Also measure a loop that prepares nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for programs.")
def main(
    seconds: tuple[float, ...],
    endings: tuple[Ending, ...],
    runs: int,
    speed: float,
    compute: bool,
    transcriber: str,
    language_model: str,
    baseline: bool,
    as_json: bool,
) -> None:
    """Measure the wait for a reply after answers of different lengths."""
    about, library = machine(), load_library()
    settings = Settings(transcriber=transcriber, language_model=language_model)
    results: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(library, settings, Path(folder), runs, speed, compute)
        for length in seconds if baseline else ():
            waited = summary([bench.baseline(length)])
            results.setdefault("baseline", {})[f"{length:g}"] = waited
            if not as_json:
                click.echo(line("baseline", length, waited))
        for ending in endings:
            for length in seconds:
                found = summary(bench.session(length, ending))
                results.setdefault(ending, {})[f"{length:g}"] = found
                if not as_json:
                    click.echo(line(ending, length, found))
    ratios = {ending: ratio(by_length) for ending, by_length in results.items() if len(by_length) > 1}
    if as_json:
        asked = settings.model_dump(include={"transcriber", "language_model", "voice"})
        whole = {"machine": about, "engines": asked, "runs": runs, "speed": speed, "compute": compute}
        click.echo(json.dumps(whole | {"results": results, "ratio_longest_to_shortest": ratios}, indent=2))
        return
    click.echo(
        f"Longest to shortest, p50 of the total: {ratios}; {about}; speed {speed:g}; {compute=}; {runs} runs each"
    )


def ratio(by_length: dict[str, dict[str, dict[str, float]]]) -> float:
    lengths = sorted(by_length, key=float)
    longest, shortest = (by_length[length]["total"]["p50"] for length in (lengths[-1], lengths[0]))
    return round(longest / max(shortest, 0.001), 2)


def line(ending: str, seconds: float, found: dict[str, dict[str, float]]) -> str:
    cells = " | ".join(f"{found[name]['p50']:.3f} / {found[name]['p95']:.3f}" for name in FIGURES)
    return f"| {ending} | {seconds:g} s | {cells} |"


if __name__ == "__main__":
    main()
