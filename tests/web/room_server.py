"""`interviewer serve` as a child process, and tabs that note everything they asked for or complained about."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile
import soxr
from program import Program, Running

from interviewer.domain import SAMPLE_RATE

CHROMIUM = Path("/usr/bin/chromium")
ANSWER = "I compare the training error with the validation error, and I look at the data. That's my answer."
PAUSE_SECONDS = 7.0  # and one before the answer: long enough for a busy machine to have written it down
START_SECONDS = 120.0
BUSY_SECONDS = 150.0  # for what takes a quiet machine a few


@dataclass(frozen=True)
class RoomServer:
    program: Program
    run: Running
    address: str  # with the token

    @property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    @property
    def cookie(self) -> str:
        return f"interviewer_{self.host.rpartition(':')[2]}={self.token}"

    def ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        """What our own page would be told."""
        request = urllib.request.Request(
            self.origin + path,
            None if body is None else json.dumps(body).encode(),
            {"cookie": self.cookie, "origin": self.origin},
            method=method,
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def begin(self, **order: object) -> str:
        """A new session's id."""
        return str(self.ask("/interviews", {"persona": "ml_engineer", **order})["session"])

    def wait_until_ready(self, *stages: str) -> None:
        give_up = time.monotonic() + START_SECONDS
        while (state := self.ask("/state"))["stage"] not in (stages or ("ready",)):
            assert state["stage"] != "failed", state
            assert time.monotonic() < give_up, state
            time.sleep(0.1)


@contextmanager
def serving(program: Program) -> Iterator[RoomServer]:
    """The server with the embedded engines and the quickest voice, on a free port."""
    arguments = ("--no-open", "--port", "0", "--voice", "flite", "--transcriber", "pocketsphinx")
    with program.started("serve", *arguments, "--language-model", "none") as run:
        give_up = time.monotonic() + START_SECONDS
        while not (found := re.search(r"http://\S+", run.said())):
            if run.process.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"the server did not start: {run.said()}")
            time.sleep(0.05)
        yield RoomServer(program, run, found.group(0))


class Tab:
    """One tab of our page. `close` fails when it asked another host for anything, or complained."""

    def __init__(self, browser: Any, server: RoomServer, *, width: int = 1280, **context: Any) -> None:
        self.server = server
        self.context = browser.new_context(viewport={"width": width, "height": 900}, **context)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("console", lambda line: self.complaints.append(line.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = self.context.new_page()
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.goto(server.address)

    def get(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    @property
    def phase(self) -> str:
        room = self.page.locator("#room")
        return str(room.get_attribute("data-phase")) if room.count() else ""

    def until(self, condition: Any, what: str, seconds: float = BUSY_SECONDS) -> None:
        """Asks again and again; the page's policy forbids the eval that the driver's own waiting needs."""
        give_up = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > give_up:
                pytest.fail(f"in {seconds:g} s it never came to this: {what}; phase {self.phase!r}")
            self.page.wait_for_timeout(40)

    def until_phase(self, *phases: str, seconds: float = BUSY_SECONDS) -> None:
        self.until(lambda: self.phase in phases, f"phase {' or '.join(phases)}", seconds)

    def close(self, *, expected: tuple[str, ...] = ()) -> None:
        own = self.server.host
        elsewhere = [
            url
            for url in self.requests
            if urlsplit(url).netloc != own and not url.startswith(("data:", "blob:"))
        ]
        self.context.close()
        assert elsewhere == []
        assert [said for said in self.complaints if not any(word in said for word in expected)] == []


def candidate_wav(path: Path) -> Path:
    """ANSWER in a voice the embedded recogniser understands, then a pause; for a fake microphone that plays it again
    and again. Skips where flite is not installed."""
    spoken = path.with_name("spoken.wav")
    try:
        subprocess.run(["flite", "-voice", "rms", "-t", ANSWER, "-o", str(spoken)], check=True)
    except FileNotFoundError:
        pytest.skip("flite is not installed; apt-get install flite")
    samples, rate = soundfile.read(spoken, dtype="float32")
    speech = soxr.resample(samples, rate, SAMPLE_RATE)
    pause = np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), dtype=np.float32)
    soundfile.write(path, np.concatenate([pause[:SAMPLE_RATE], speech, pause]), SAMPLE_RATE, subtype="PCM_16")
    return path
