#!/usr/bin/env python3
"""Load and delay of the browser room: many typed and some spoken sessions at once, over real WebSockets on loopback.

    scripts/bench_web.py --typed 20 --spoken 4 --seconds 60 --json build/web.json

Run it on a quiet machine. It starts `interviewer serve` with folders of its own and prints:
- dropped frames: what the server's microphones say was lost, as facts of the sessions, and how far the live loops were
  behind their microphones at the end;
- answer to reply: seconds from sending a typed answer to the first line of the reply;
- the line there and back: what the way between page and server adds to every message (a browser adds the latency of
  its own loudspeaker);
- with --turns, the wait in a real Chromium, from the last loud sample of its microphone to the first of the reply, the loop's
  share of it and the page's (see web_sound.py), and from sending a typed answer to the reply's first sound;
- memory of an idle session: growth of the server's unique set size with and without idle typed sessions.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import struct
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import soundfile
import web_sound
from make_screenshots import server
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from interviewer.domain import FRAME_SAMPLES, FRAME_SECONDS
from interviewer.web.protocol import SPEECH_HEADER

REPOSITORY = Path(__file__).parent.parent
ANSWER = "Residual connections give the gradient a direct path through the network."
OPENING_SECONDS = 400.0
WRITING_SECONDS = 15.0  # of an answer, on the average
RECORDING = REPOSITORY / "interviewer" / "demo" / "recordings" / "diagnosis.flac"


@dataclass
class Findings:
    replies: list[float] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    refused: list[str] = field(
        default_factory=list
    )  # the last word of the server to a session that it closed
    lock: threading.Lock = field(default_factory=threading.Lock)


class Course:
    """The measured time, which begins once every session is under way: opening engines is no part of it."""

    def __init__(self, sessions: int, seconds: float) -> None:
        self._missing = sessions
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until = time.monotonic() + OPENING_SECONDS
        self.running = False

    def under_way(self) -> None:
        """One more session has the floor open."""
        with self._lock:
            self._missing -= 1
            if self._missing == 0:
                self.running = True
                self._until = time.monotonic() + self._seconds

    @property
    def over(self) -> bool:
        return time.monotonic() > self._until


class Client:
    """Our own page's way in, without a browser."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.netloc
        self.cookie = f"interviewer_{parts.port}={address.partition('token=')[2]}"

    def ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"cookie": self.cookie, "origin": self.origin}
        with urllib.request.urlopen(urllib.request.Request(self.origin + path, data, headers)) as answer:
            return json.load(answer)

    def begin(self, **order: object) -> str:
        return str(self.ask("/interviews", {"persona": "ml_engineer", "minutes": 240, **order})["session"])

    def line(self, session: str, page: str) -> ClientConnection:
        line = connect(
            f"ws://{self.host}/line/{session}",
            additional_headers={"Cookie": self.cookie},
            origin=Origin(self.origin),
            max_queue=None,
            open_timeout=60,
            legacy=True,
        )
        line.send(json.dumps({"type": "hello", "page": page}))
        return line


def typed_session(client: Client, number: int, course: Course, found: Findings) -> None:
    """Answer again and again, as fast as somebody who writes a sentence; each at another moment."""
    with client.line(client.begin(typed=True, questions=50), f"{number:08x}") as line:
        sent, due, joined, last = 0.0, 0.0, False, ""
        while not course.over:
            now = time.monotonic()
            if due and course.running and now >= due:
                sent, due = now, 0.0
                line.send(json.dumps({"type": "answer", "text": ANSWER}))
            try:
                said = json.loads(line.recv(0.05))
            except TimeoutError:
                continue
            except ConnectionClosed:
                found.refused.append(last)
                return
            last = json.dumps(said)[:300]
            if said["type"] == "line" and said["speaker"] == "interviewer" and sent:
                with found.lock:
                    found.replies.append(time.monotonic() - sent)
                sent = 0.0
            if said["type"] == "moment" and said["phase"] == "listening" and not due and not sent:
                due = time.monotonic() + WRITING_SECONDS * (0.5 + number % 10 / 10)
                if not joined:
                    joined = True
                    course.under_way()


def spoken_session(client: Client, number: int, course: Course, found: Findings) -> None:
    """Speak a recording again and again in real time, and play what comes by reporting it heard."""
    samples, _ = soundfile.read(RECORDING, dtype="int16")
    with client.line(client.begin(questions=50), f"{number + 1000:08x}") as line:
        clock = [0.0]
        hearing = threading.Thread(target=_hear, args=(line, course, found, clock))
        hearing.start()
        begun, frame = time.monotonic(), 0
        while not course.over:
            at = frame * FRAME_SAMPLES % (len(samples) - FRAME_SAMPLES)
            line.send(struct.pack("<I", frame) + samples[at : at + FRAME_SAMPLES].tobytes())
            frame += 1
            time.sleep(max(0.0, begun + frame * FRAME_SECONDS - time.monotonic()))
        with found.lock:
            found.behind.append(frame * FRAME_SECONDS - clock[0])
        hearing.join()


def _hear(line: ClientConnection, course: Course, found: Findings, clock: list[float]) -> None:
    joined, last = False, ""
    while not course.over:
        try:
            said = line.recv(1.0)
        except TimeoutError:
            continue
        except ConnectionClosed:
            found.refused.append(last)
            return
        if isinstance(said, bytes):
            utterance, _, rate, before = SPEECH_HEADER.unpack_from(said)
            seconds = before + (len(said) - SPEECH_HEADER.size) / 2 / rate
            line.send(json.dumps({"type": "played", "utterance": utterance, "seconds": seconds}))
            continue
        last = said[:300]
        told = json.loads(said)
        if told["type"] == "moment":
            clock[0] = told["clock"]
            if not joined and told["phase"] == "listening":
                joined = True
                course.under_way()
        elif "were lost" in said:
            with found.lock:
                found.lost.append(said)


def echo_delay(client: Client, found: Findings, rounds: int = 100) -> None:
    """From a message's sending to the server's word about it: the line and the server's own waiting, there and back."""
    with client.line(client.begin(typed=True), "eeeeeeee") as line:
        while json.loads(line.recv(60))["type"] != "where":
            pass
        for _ in range(rounds):
            sent = time.monotonic()
            line.send('{"type": "press", "action": "done"}')  # refused at once in a typed interview
            while json.loads(line.recv(10))["type"] != "refused":
                pass
            found.echoes.append(time.monotonic() - sent)
            time.sleep(0.05)


def idle_memory(client: Client, process: psutil.Process, sessions: int) -> float:
    """Megabytes of one idle typed session."""
    lines = []
    before = process.memory_full_info().uss
    for number in range(sessions):
        line = client.line(client.begin(typed=True), f"{number + 5000:08x}")
        while json.loads(line.recv(60)).get("phase") != "listening":
            pass
        lines.append(line)
    after = process.memory_full_info().uss
    for line in lines:
        line.close()
    return (after - before) / sessions / 1e6


def spread(values: list[float]) -> dict[str, float] | str:
    if not values:
        return "not measured"
    ordered = sorted(values)
    return {
        "count": len(values),
        "median_seconds": round(statistics.median(ordered), 4),
        "p95_seconds": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 4),
    }


def under_load(client: Client, process: psutil.Process, chosen: argparse.Namespace) -> dict[str, object]:
    """Figures of the server with many sessions at once."""
    found = Findings()
    memory = idle_memory(client, process, 15)
    echo_delay(client, found)
    course = Course(chosen.typed + chosen.spoken, chosen.seconds)
    work = [(typed_session, n) for n in range(chosen.typed)] + [
        (spoken_session, n) for n in range(chosen.spoken)
    ]
    threads = [threading.Thread(target=one, args=(client, n, course, found)) for one, n in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not course.running:
        told = "".join(f"\n{word}" for word in found.refused)
        sys.exit(f"Not every session was under way after {OPENING_SECONDS:g} s: nothing was measured.{told}")
    return {
        "typed": chosen.typed,
        "spoken": chosen.spoken,
        "seconds": chosen.seconds,
        "sessions_closed_by_the_server": len(found.refused),
        "messages_about_lost_sound": len(found.lost),
        "server_behind_the_microphones_seconds": [round(seconds, 2) for seconds in sorted(found.behind)],
        "typed_answer_to_reply": spread(found.replies),
        "line_there_and_back": spread(found.echoes),
        "idle_session_megabytes": round(memory, 2),
    }


def in_a_browser(address: str, folder: Path, turns: int) -> dict[str, object]:
    """The wait from mouth to ear and from typing to ear, in a browser that has the server for itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        spoken = web_sound.spoken_turns(driver, address, folder / "data", folder, turns)
        typed = web_sound.typed_turns(driver, address, folder, turns)
    return {
        "browser_speech_end_to_reply": spread([turn.total - turn.silence for turn in spoken]),
        "browser_of_that_the_loop": spread([turn.loop for turn in spoken]),
        "browser_of_that_the_loop_after_its_decision": spread([turn.computing for turn in spoken]),
        "browser_of_that_the_page": spread([turn.page for turn in spoken]),
        "browser_typed_answer_to_reply": spread(typed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--typed", type=int, default=20)
    parser.add_argument("--spoken", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--turns", type=int, default=0, help="Turns in a browser; default: none.")
    parser.add_argument("--json", type=Path, help="Write the figures here as well.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as address:
        client = Client(address)
        while (state := client.ask("/state"))["stage"] != "ready":
            if state["stage"] == "failed":
                sys.exit(state["error"])
            time.sleep(0.5)
        process = next(
            child
            for child in psutil.Process().children()
            if re.search(r"\bserve\b", " ".join(child.cmdline()))
        )
        figures = {"engines": state["names"]}
        if chosen.turns:
            figures |= in_a_browser(address, Path(folder), chosen.turns)
        if chosen.typed + chosen.spoken:
            figures |= under_load(client, process, chosen)
        figures["load_average"] = psutil.getloadavg()[0]
    print(json.dumps(figures, indent=2))
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
