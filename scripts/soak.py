"""Hours of one interview on the virtual clock: do memory and the wait for a reply grow?

The real loop and the embedded engines; the demo's recorded candidate answers one question of the bank after the other.
Time stands still while engines work, so two hours take as long as their speech takes to be recognised (about a tenth).
Resident memory is read every half minute of the session; the wait is processor seconds from the decision to the first
sound. Windows are a twelfth of the session, ten minutes of two hours: the last is set against the first, and against the
second for memory, because in the first one models and caches fill.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import psutil
from bench_latency import ROOM_NOISE, Candidate, answer, machine

from interviewer.assembly.engines import EMBEDDED_TRANSCRIBER, open_engines
from interviewer.assembly.sessions import Wanted, spoken_conversation, start_session
from interviewer.audio.virtual_room import VirtualRoom
from interviewer.conversation.controls import Controls, Live
from interviewer.demo.candidate import load_script
from interviewer.library.content import load_library
from interviewer.library.settings import Settings
from interviewer.session.events import Answered, FaultNoted, ReplyTimed
from interviewer.session.store import SessionStore

MEMORY_EVERY_SECONDS = 30.0
WINDOWS = 12
MOST_QUESTIONS = 240


class Watch:
    """Reads the memory as the session's clock goes on, and ends the session when it is time."""

    def __init__(self, candidate: Candidate, controls: Controls, seconds: float) -> None:
        self.memory: list[tuple[float, int]] = []
        self._candidate = candidate
        self._controls = controls
        self._seconds = seconds
        self._process = psutil.Process()
        self._ended = False

    def on_live(self, live: Live) -> None:
        self._candidate.on_live(live)
        if live.clock >= len(self.memory) * MEMORY_EVERY_SECONDS:
            self.memory.append((live.clock, self._process.memory_info().rss))
        if live.clock >= self._seconds and live.phase == "listening" and not self._ended:
            self._ended = True
            self._controls.press("end")


def window(values: list[tuple[float, float]], number: int, seconds: float) -> list[float]:
    """The values whose time falls into one of the WINDOWS, counted from 0."""
    width = seconds / WINDOWS
    return [value for at, value in values if number * width <= at < (number + 1) * width]


def percentile(values: list[float], share: float) -> float | None:
    return round(float(np.percentile(values, share)), 4) if values else None


@click.command()
@click.option("--minutes", default=120.0, show_default=True, help="Of the session's clock.")
@click.option("--answer-seconds", default=40.0, show_default=True)
def main(minutes: float, answer_seconds: float) -> None:
    """Hold one long interview and print how memory and waiting went, as JSON."""
    about, library, began = machine(), load_library(), time.monotonic()
    settings = Settings(transcriber=EMBEDDED_TRANSCRIBER, language_model="none")
    engines = open_engines(settings, library.questions, typed=False)
    with tempfile.TemporaryDirectory() as folder:
        store = SessionStore(Path(folder))
        wanted = Wanted(
            load_script().persona, questions=MOST_QUESTIONS, minutes=4 * minutes, follow_ups=1, seed=5
        )
        journal = start_session(store, library, engines, wanted, now=datetime.now(UTC))
        room, controls = VirtualRoom(noise=ROOM_NOISE), Controls()
        candidate = Candidate(answer(answer_seconds, "silence"), "silence", room, controls)
        watch = Watch(candidate, controls, 60.0 * minutes)
        with spoken_conversation(
            store,
            journal,
            library,
            engines,
            room.microphone,
            room.speaker,
            headphones=True,
            controls=controls,
            monotonic=time.process_time,
            on_live=watch.on_live,
            inline=True,
        ) as conversation:
            conversation.run()
        facts = store.events(journal.session)
        store.close()
    engines.close()
    seconds = journal.state.clock
    waits = [(fact.at, fact.total) for fact in facts if isinstance(fact, ReplyTimed)]
    memory = [(at, rss / 2**20) for at, rss in watch.memory]
    first, second, last = (np.mean(window(memory, number, seconds)) for number in (0, 1, WINDOWS - 1))
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "minutes": round(seconds / 60, 1),
        "took_minutes": round((time.monotonic() - began) / 60, 1),
        "answers": sum(isinstance(fact, Answered) for fact in facts),
        "faults": sorted({fact.sentence for fact in facts if isinstance(fact, FaultNoted)}),
        "memory_mib": {
            "first": round(float(first), 1), "second": round(float(second), 1), "last": round(float(last), 1),
            "growth_from_second": round(float(last / second - 1), 4),
        },
        "wait_cpu_seconds": {
            name: {"p50": percentile(values, 50), "p95": percentile(values, 95), "answers": len(values)}
            for name, values in (
                ("first", window(waits, 0, seconds)),
                ("last", window(waits, WINDOWS - 1, seconds)),
                ("all", [wait for _, wait in waits]),
            )
        },
    }  # fmt: skip
    click.echo(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
