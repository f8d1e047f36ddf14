"""The real server as a child process, and a real browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from program import Program
from room_server import CHROMIUM, RoomServer, candidate_wav, serving


@pytest.fixture(scope="session")
def voice_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's microphone hears, again and again: an answer that ends in "that's my answer", and a pause."""
    return candidate_wav(tmp_path_factory.mktemp("candidate") / "answer.wav")


@pytest.fixture(scope="module")
def browser(voice_wav: Path) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}; apt-get install chromium")
    arguments = [
        "--no-sandbox",
        "--mute-audio",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={voice_wav}",
    ]
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomServer]:
    with serving(Program(tmp_path_factory.mktemp("house"))) as running:
        yield running
