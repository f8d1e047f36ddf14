"""Hours of one interview: do memory and the wait for a reply grow?

The real loop and the embedded engines; the demo's recorded candidate answers one question of the bank after the other.

- On the virtual clock time stands still while engines work, so two hours take as long as their speech takes to be
  recognised (about a tenth). The wait is processor seconds from the decision to the first sound.
- With --real-time the room keeps the pace of the wall clock and every engine has its own thread, as in `interviewer
  practice`; the wait is seconds as they pass.

Resident memory, and that of the voice's child process, is read every half minute of the session. Windows are ten minutes, or a
sixth of a session shorter than an hour: the last is set against the first. Ctrl-C ends the session at the next question,
and what was measured until then is printed.
"""

from __future__ import annotations

import json
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import psutil
from bench_latency import Candidate, answer, machine

from interviewer.assembly.engines import open_engines
from interviewer.assembly.sessions import Wanted, start_session
from interviewer.conversation.controls import Controls, Live
from interviewer.demo.candidate import load_script
from interviewer.demo.room import EMBEDDED, conversation_in, quiet_room
from interviewer.library.content import load_library
from interviewer.session.events import Answered, Event, FaultNoted, ReplyTimed
from interviewer.session.store import SessionStore

MEMORY_EVERY_SECONDS = 30.0
WINDOW_SECONDS = 600.0
FEWEST_WINDOWS = 6
MOST_QUESTIONS = 240


class Watch:
    """Reads the memory as the session's clock goes on, and ends the session when it is time."""

    def __init__(self, candidate: Candidate, controls: Controls, seconds: float) -> None:
        self.memory: list[tuple[float, float]] = []  # MiB, with the session's clock
        self.children: list[tuple[float, float]] = []
        self.load: list[tuple[float, float]] = []
        self._candidate = candidate
        self._controls = controls
        self._seconds = seconds
        self._process = psutil.Process()
        self._ended = False

    def end_soon(self, *_signal: object) -> None:
        self._seconds = 0.0

    def on_live(self, live: Live) -> None:
        self._candidate.on_live(live)
        if live.clock >= len(self.memory) * MEMORY_EVERY_SECONDS:
            children = sum(child.memory_info().rss for child in self._process.children(recursive=True))
            self.memory.append((live.clock, self._process.memory_info().rss / 2**20))
            self.children.append((live.clock, children / 2**20))
            self.load.append((live.clock, psutil.getloadavg()[0]))
        if live.clock >= self._seconds and live.phase == "listening" and not self._ended:
            self._ended = True
            self._controls.press("end")


@dataclass(frozen=True)
class Windows:
    """A session of `seconds`, cut into `count` equal stretches of some ten minutes."""

    seconds: float

    @property
    def count(self) -> int:
        return max(FEWEST_WINDOWS, round(self.seconds / WINDOW_SECONDS))

    def split(self, values: Sequence[tuple[float, float]]) -> list[list[float]]:
        """The values of each window; a value at the very end belongs to the last."""
        found: list[list[float]] = [[] for _ in range(self.count)]
        for at, value in values:
            found[min(int(at / self.seconds * self.count), self.count - 1)].append(value)
        return found


def waiting(values: Sequence[float]) -> dict[str, object]:
    """Percentiles over one window's replies, and each reply's wait in the order they came."""
    if not values:
        return {"replies": 0}
    return {
        "replies": len(values),
        "p50": round(float(np.percentile(values, 50)), 4),
        "p95": round(float(np.percentile(values, 95)), 4),
        "each": [round(value, 4) for value in values],
    }


def means(windows: Sequence[Sequence[float]]) -> list[float | None]:
    return [round(float(np.mean(values)), 1) if values else None for values in windows]


def growth(windows: Sequence[Sequence[float]], since: int) -> float | None:
    """By what share the last window's mean lies above that of window `since`."""
    if not windows[since] or not windows[-1]:
        return None
    return round(float(np.mean(windows[-1]) / np.mean(windows[since]) - 1), 4)


def hold(minutes: float, answer_seconds: float, real_time: bool) -> tuple[list[Event], Watch, float]:
    """One interview, its facts, what was watched, and how long it took on the session's clock, in seconds."""
    library = load_library()
    engines = open_engines(EMBEDDED, library.questions, typed=False)
    with tempfile.TemporaryDirectory() as folder:
        store = SessionStore(Path(folder))
        wanted = Wanted(
            load_script().persona, questions=MOST_QUESTIONS, minutes=4 * minutes, follow_ups=1, seed=5
        )
        journal = start_session(store, library, engines, wanted, now=datetime.now(UTC))
        room, controls = quiet_room(real_time=real_time, keep_played=False), Controls()
        candidate = Candidate(answer(answer_seconds, "silence"), "silence", room, controls)
        watch = Watch(candidate, controls, 60.0 * minutes)
        before = signal.signal(signal.SIGINT, watch.end_soon)
        with conversation_in(
            room,
            store,
            journal,
            library,
            engines,
            watch.on_live,
            real_time=real_time,
            controls=controls,
            monotonic=time.monotonic if real_time else time.process_time,
        ) as conversation:
            conversation.run()
        signal.signal(signal.SIGINT, before)
        facts = store.events(journal.session)
        store.close()
    engines.close()
    return facts, watch, journal.state.clock


@click.command()
@click.option("--minutes", default=120.0, show_default=True, help="Of the session's clock.")
@click.option("--answer-seconds", default=40.0, show_default=True)
@click.option("--real-time", is_flag=True, help="At the pace of the wall clock.")
def main(minutes: float, answer_seconds: float, real_time: bool) -> None:
    """Hold one long interview and print how memory and waiting went, as JSON."""
    about, began = machine(), time.monotonic()
    facts, watch, seconds = hold(minutes, answer_seconds, real_time)
    windows = Windows(seconds)
    memory = windows.split(watch.memory)
    waits = windows.split([(fact.at, fact.total) for fact in facts if isinstance(fact, ReplyTimed)])
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "real_time": real_time,
        "minutes": round(seconds / 60, 1),
        "took_minutes": round((time.monotonic() - began) / 60, 1),
        "answers": sum(isinstance(fact, Answered) for fact in facts),
        "faults": sorted({fact.sentence for fact in facts if isinstance(fact, FaultNoted)}),
        "window_minutes": round(seconds / windows.count / 60, 1),
        "memory_mib": means(memory),
        "memory_growth": {"last_to_first": growth(memory, 0), "last_to_second": growth(memory, 1)},
        "children_mib": means(windows.split(watch.children)),
        "load": means(windows.split(watch.load)),
        "wait": "seconds" if real_time else "processor seconds",
        "waits": [waiting(values) for values in waits],
        "waits_all": waiting([wait for values in waits for wait in values]),
    }
    click.echo(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
