"""The real program as a child process, with session and settings folders of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from interviewer.session.events import Event
from interviewer.session.store import SessionStore

REPOSITORY = Path(__file__).parent.parent
RUN_SECONDS = 600.0  # far more than it takes; a busy machine may be ten times slower
POLL_SECONDS = 0.02
WIDE = "300"  # columns, so that no sentence is wrapped


@dataclass(frozen=True)
class Outcome:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything printed, with white space as single blanks, however it was wrapped."""
        return " ".join(f"{self.out} {self.err}".split())

    def assert_fails_plainly(self, *words: str) -> None:
        """Exit code 1, each of `words` on standard error, and no traceback."""
        assert self.code == 1, self.said
        assert "Traceback" not in self.said
        told = " ".join(self.err.split())
        assert told.startswith("Error: "), told
        missing = [word for word in words if word not in told]
        assert not missing, f"{missing} not in: {told}"


@dataclass
class Program:
    """`interviewer` with its folders inside `folder`; `environment` comes on top."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def env(self) -> dict[str, str]:
        own = {
            "INTERVIEWER_DATA_DIR": str(self.data),
            "INTERVIEWER_CONFIG_DIR": str(self.config),
            "COLUMNS": WIDE,
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **self.environment, **own}

    def run(self, *arguments: str, typing: str = "", seconds: float = RUN_SECONDS) -> Outcome:
        """Run to the end; `typing` is its standard input."""
        done = subprocess.run(
            self.command(*arguments),
            input=typing,
            env=self.env,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def started(self, *arguments: str) -> Iterator[Running]:
        """A run that goes on beside the test, killed at the latest when the block ends."""
        output = self.folder / f"output-{time.monotonic_ns()}.txt"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                self.command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=REPOSITORY,
            )
        try:
            yield Running(self, process, output)
        finally:
            process.kill()
            process.wait()

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "interviewer", *arguments]

    def store(self) -> SessionStore:
        return SessionStore(self.data)

    def facts(self, session: str | None = None) -> list[Event]:
        """The facts of the session named, or of the latest."""
        store = self.store()
        try:
            return store.events(session or store.latest())
        finally:
            store.close()

    def session(self) -> str:
        """The latest session's id, "" before there is one."""
        if not (self.data / "sessions" / "sessions.sqlite3").exists():
            return ""
        store = self.store()
        try:
            return max(store.ids(), default="")
        finally:
            store.close()


@dataclass
class Running:
    """A run under way."""

    program: Program
    process: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        return " ".join(self.output.read_text(errors="replace").split())

    def wait_for(self, wanted: Callable[[list[Event]], bool], seconds: float = 600.0) -> list[Event]:
        """Poll the stored facts until they are as `wanted`; fails when the program ends or time is up."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            facts = self.program.facts() if self.program.session() else []
            if wanted(facts):
                return facts
            if self.process.poll() is not None:
                pytest.fail(f"the program ended with {self.process.returncode}: {self.said()}")
            time.sleep(POLL_SECONDS)
        pytest.fail(f"not within {seconds:g} s: {self.said()}")

    def kill(self) -> None:
        """As a power cut would: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self, seconds: float = 60.0) -> int:
        """Its exit code, once it has ended by itself."""
        return self.process.wait(seconds)
