#!/usr/bin/env python3
"""Takes a picture of every page of the browser room, in light, in dark and at the width of a phone.

    scripts/make_screenshots.py --out build/screenshots

Needs a Chromium (Debian: apt-get install chromium) and the packages of the `dev` group. The empty pages are taken first.
Then the demo's recorded candidate holds an interview and one of its questions is answered at the keyboard twice, so that
every page has something to show; nothing of the user's own sessions is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import soundfile

REPOSITORY = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
RECORDING = REPOSITORY / "interviewer" / "demo" / "recordings" / "bias_variance_tradeoff.flac"
QUESTION = "bias_variance_tradeoff"
START_SECONDS = 180.0
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}
WINDOWS = ("room", "replay", "answer")  # too long to be seen whole
ANSWERS = (
    "Bias is the error of a model that is too simple, so it underfits. Variance is how much the model changes when "
    "the training sample changes, so a flexible model overfits. As complexity grows, bias goes down and variance goes "
    "up, and the test error is lowest in between.",
    "I compare the training error with the validation error. If both are high the problem is bias, and if the gap is "
    "large it is variance.",
)


FIRST_ANSWERS = (
    "Bias is when the model is too simple. Variance means that the model is biased towards the training data.",
    "I would collect more data and look at the accuracy.",
)


def own_folders(folder: Path) -> dict[str, str]:
    """The environment of a program that keeps everything inside `folder`."""
    return {
        **os.environ,
        "INTERVIEWER_DATA_DIR": str(folder / "data"),
        "INTERVIEWER_CONFIG_DIR": str(folder / "config"),
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """`interviewer serve` with folders of its own; gives its address."""
    command = [
        sys.executable,
        "-m",
        "interviewer",
        "serve",
        "--no-open",
        "--port",
        "0",
        "--voice",
        "flite",
    ]
    with (folder / "server.txt").open("wb") as sink:
        process = subprocess.Popen(
            command, env=own_folders(folder), cwd=REPOSITORY, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        give_up = time.monotonic() + START_SECONDS
        while not (found := re.search(r"http://\S+", (folder / "server.txt").read_text())):
            if process.poll() is not None or time.monotonic() > give_up:
                sys.exit(f"The server did not start: {(folder / 'server.txt').read_text()}")
            time.sleep(0.1)
        yield found.group(0)
    finally:
        process.terminate()
        process.wait()


def begin(page: Any, *, typed: bool, questions: int = 1, follow_ups: int = 1) -> str:
    """A new interview that begins with QUESTION; where its room is."""
    order = {
        "persona": "ml_engineer",
        "seed": 3,
        "questions": questions,
        "follow_ups": follow_ups,
        "chosen": [QUESTION],
        "typed": typed,
    }
    made = page.evaluate(
        f"fetch('/interviews', {{method: 'POST', body: {json.dumps(json.dumps(order))}}}).then((said) => said.json())"
    )
    return str(made["address"])


def speak(page: Any) -> None:
    """Take the floor and speak until captions are there."""
    page.locator("[data-phase=speaking], [data-phase=listening], #door[open]").first.wait_for(timeout=60_000)
    if page.locator("#door[open]").count():
        page.locator("#door-go").click()
        page.locator("[data-phase=speaking], [data-phase=listening]").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    if page.locator("[data-phase=speaking]").count():
        page.get_by_test_id("done-speaking").click()
    give_up = time.monotonic() + 60
    while len(page.get_by_test_id("caption-candidate").inner_text()) < 70 and time.monotonic() < give_up:
        page.wait_for_timeout(50)


def microphone_file(folder: Path) -> Path:
    """The demo's recorded answer as the WAV file a fake microphone plays."""
    samples, rate = soundfile.read(RECORDING, dtype="int16")
    soundfile.write(folder / "answer.wav", samples, rate, subtype="PCM_16")
    return folder / "answer.wav"


def hold_session(page: Any, origin: str, answers: tuple[str, ...]) -> str:
    """Answer one question at the keyboard, to the scorecard; returns the session's address."""
    page.locator("#engines dl").wait_for(timeout=START_SECONDS * 1000)
    page.goto(origin + begin(page, typed=True))
    for number, answer in enumerate(answers, 1):
        page.locator("[data-phase=listening]").wait_for()
        page.get_by_test_id("typed-answer").fill(answer)
        page.get_by_role("button", name="Send").click()
        page.locator("#lines .candidate").nth(number - 1).wait_for()
    page.wait_for_url("**/sessions/*", timeout=120_000)
    return str(page.url)


def hold_demo(folder: Path) -> str:
    """The demo's interview, spoken and recorded; the session's id."""
    command = [sys.executable, "-m", "interviewer", "demo", "--fast"]
    subprocess.run(command, env=own_folders(folder), cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    return max(path.name for path in (folder / "data" / "sessions").iterdir() if path.is_dir())


def take_lobby(browser: Any, address: str, look: str, picture: Path) -> tuple[Any, Any]:
    """The lobby with its engines named, and the context and page to go on with."""
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(address)
    page.locator("#engines dl dt").nth(3).wait_for(timeout=START_SECONDS * 1000)
    page.screenshot(path=picture, full_page=True)
    return context, page


def take_empty(browser: Any, address: str, look: str, out: Path) -> None:
    """The pages of somebody who has not held an interview yet."""
    origin = address.split("/?")[0]
    context, page = take_lobby(browser, address, look, out / f"first-lobby-{look}.png")
    for name in ("sessions", "progress"):
        page.goto(f"{origin}/{name}")
        page.screenshot(path=out / f"first-{name}-{look}.png", full_page=True)
    context.close()


def take(browser: Any, address: str, demo: str, session: str, look: str, out: Path) -> None:
    origin = address.split("/?")[0]
    context, page = take_lobby(browser, address, look, out / f"lobby-{look}.png")
    page.get_by_test_id("start-interview").focus()  # a page that was never touched may not speak
    page.keyboard.press("Shift")
    page.goto(origin + begin(page, typed=False))
    speak(page)
    page.screenshot(path=out / f"room-{look}.png")
    pages = {
        "replay": f"{origin}/sessions/{demo}",
        "answer": f"{origin}/sessions/{demo}#question-1",
        "typed": session,
        "sessions": f"{origin}/sessions",
        "progress": f"{origin}/progress?date={date.today() + timedelta(days=30)}",
        "attempts": f"{origin}/questions/{QUESTION}/attempts",
        "trouble": f"{origin}/nothing-here",
    }
    for name, where in pages.items():
        page.goto(where)
        page.wait_for_timeout(300)
        page.screenshot(path=out / f"{name}-{look}.png", full_page=name not in WINDOWS)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--look", choices=list(LOOKS), action="append", help="Only this one; default: all.")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    from playwright.sync_api import sync_playwright

    flags = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        "--mute-audio",
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        server(Path(folder)) as address,
        sync_playwright() as driver,
    ):
        flags.append(f"--use-file-for-fake-audio-capture={microphone_file(Path(folder))}")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        for look in chosen.look or LOOKS:
            take_empty(browser, address, look, chosen.out)
        demo = hold_demo(Path(folder))
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        origin = address.split("/?")[0]
        hold_session(page, origin, FIRST_ANSWERS)
        page.goto(origin)
        session = hold_session(page, origin, ANSWERS)
        context.close()
        for look in chosen.look or LOOKS:
            take(browser, address, demo, session, look, chosen.out)
            print(f"{look}: {chosen.out}")
        browser.close()


if __name__ == "__main__":
    main()
