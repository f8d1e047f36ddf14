"""The page in a real browser: it plays, follows, seeks, and reaches for nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_session import hostile_events
from sample_session import PERSONAS, QUESTIONS, sample_events

from interviewer.report import html
from interviewer.report.html import Audio
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}; apt-get install chromium"),
]

Browser = Any
Tab = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        launched = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def replay() -> Replay:
    return build_replay(sample_events(), QUESTIONS, PERSONAS)


def hum(seconds: float, kind: str) -> bytes:
    soundfile = pytest.importorskip("soundfile")
    times = np.arange(int(seconds * 16_000)) / 16_000
    file = io.BytesIO()
    soundfile.write(file, (0.1 * np.sin(2 * np.pi * 220 * times)).astype(np.float32), 16_000, format=kind)
    return file.getvalue()


class Opened:
    """A tab with the page in it, and everything it asked for or complained about."""

    def __init__(self, browser: Browser, path: Path, text: str, width: int = 1280) -> None:
        path.write_text(text, encoding="utf-8")
        self.context = browser.new_context(viewport={"width": width, "height": 800}, offline=False)
        self.tab: Tab = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda line: self.complaints.append(line.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.goto(path.as_uri())
        self.page_address = path.as_uri()

    def now(self) -> float:
        return float(self.tab.evaluate("document.getElementById('recording').currentTime"))

    def until(self, condition: str) -> None:
        """Asks again and again; the page's policy forbids the eval that the driver's own waiting needs."""
        for _ in range(200):
            if self.tab.evaluate(condition):
                return
            self.tab.wait_for_timeout(50)
        pytest.fail(f"in ten seconds it never came to this: {condition}")

    def close(self) -> None:
        asked = [url for url in self.requests if url != self.page_address and not url.startswith("data:")]
        self.context.close()
        assert asked == [] and self.complaints == []


@pytest.fixture(params=["WAV", "MP3"])
def opened(
    request: pytest.FixtureRequest, browser: Browser, replay: Replay, tmp_path: Path
) -> Iterator[Opened]:
    mime = {"WAV": "audio/wav", "MP3": "audio/mpeg"}[request.param]
    audio = Audio(mime, hum(replay.seconds, request.param))
    page = Opened(browser, tmp_path / "replay.html", html.render(replay, audio))
    page.until("document.getElementById('recording').readyState >= 2")
    yield page
    page.close()


def test_a_click_on_a_segment_seeks_and_playing_lights_it(opened: Opened, replay: Replay) -> None:
    piece = next(line for line in replay.lines if line.turn is not None).pieces[3]
    segment = opened.tab.locator(".seg", has_text=piece.text)
    segment.locator(".w").first.click()
    opened.until("document.querySelector('.seg.now') !== null")
    assert piece.start - 0.05 <= opened.now() <= piece.start + 2
    assert opened.tab.locator(".seg.now").first.inner_text().strip() == piece.text
    assert segment.get_attribute("aria-current") == "true"
    opened.until(f"document.getElementById('recording').currentTime > {piece.start + 0.5}")
    assert opened.tab.locator(".w.now").count() == 1
    opened.tab.locator("#play").click()
    assert opened.tab.evaluate("document.getElementById('recording').paused")


def test_a_quote_in_the_feedback_seeks_to_its_words(opened: Opened, replay: Replay) -> None:
    anchor = replay.answers[1].points[1]
    assert anchor is not None and anchor.seconds is not None
    opened.tab.locator(f"a.quote[href='#{anchor.id}']").click()
    opened.until("!document.getElementById('recording').paused")
    assert opened.now() == pytest.approx(anchor.seconds, abs=1.5)
    assert opened.tab.locator(f"#{anchor.id}").is_visible()


def test_the_keyboard_plays_steps_and_seeks(opened: Opened, replay: Replay) -> None:
    spoken = [piece for line in replay.lines for piece in line.pieces]
    tab = opened.tab
    tab.locator(f"#line-{replay.lines[2].index} button.time").focus()
    tab.keyboard.press("Enter")
    opened.until("!document.getElementById('recording').paused")
    tab.keyboard.press("k")
    assert tab.evaluate("document.getElementById('recording').paused")
    before = opened.now()
    tab.keyboard.press("]")
    assert opened.now() == pytest.approx(min(p.start for p in spoken if p.start > before + 0.05), abs=0.02)
    tab.keyboard.press("[")
    tab.keyboard.press("l")
    assert opened.now() == pytest.approx(replay.lines[2].start + 10, abs=0.02)
    tab.locator("#seek").focus()
    tab.keyboard.press("End")
    assert opened.now() == pytest.approx(replay.seconds, abs=0.5)


def test_the_page_follows_the_sound_until_told_not_to(opened: Opened, replay: Replay) -> None:
    tab, last = opened.tab, replay.lines[-2]
    in_view = f"""(() => {{ const r = document.getElementById('line-{last.index}').getBoundingClientRect();
        return r.top < innerHeight && r.bottom > 0; }})()"""
    tab.locator("#follow").uncheck()
    jump = f"""document.getElementById('recording').currentTime = {last.start + 1};
        document.getElementById('recording').play()"""
    tab.evaluate(jump)
    opened.until(f"document.querySelector('#line-{last.index}.now') !== null")
    assert not tab.evaluate(in_view)
    tab.evaluate("document.getElementById('recording').pause()")
    tab.locator("#follow").check()
    tab.evaluate("document.getElementById('recording').currentTime = 0")
    opened.until("document.querySelector('.line.now') === null")
    tab.evaluate(jump)
    opened.until(in_view)


def test_hostile_words_do_not_run(browser: Browser, tmp_path: Path) -> None:
    replay = build_replay(hostile_events(), {}, {})
    page = Opened(browser, tmp_path / "hostile.html", html.render(replay, Audio("audio/wav", hum(2, "WAV"))))
    page.until("document.getElementById('recording').readyState >= 1")
    assert page.tab.evaluate("window.broken === undefined")
    assert page.tab.locator("script").count() == 1
    page.close()


@pytest.mark.parametrize("width", [360, 390, 768, 1280, 1920])
def test_nothing_sticks_out_sideways(browser: Browser, replay: Replay, tmp_path: Path, width: int) -> None:
    page = Opened(browser, tmp_path / "wide.html", html.render(replay), width=width)
    assert page.tab.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_without_scripts_the_words_and_the_player_are_there(
    browser: Browser, replay: Replay, tmp_path: Path
) -> None:
    path = tmp_path / "plain.html"
    path.write_text(html.render(replay, Audio("audio/wav", hum(2, "WAV"))), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("audio[controls]").is_visible()
    assert tab.locator("#question-1 .said").first.is_visible()
    context.close()
