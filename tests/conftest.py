"""Fixtures that several rooms need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulse import PulseServer, pulse_server

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseServer]:
    """Real sound devices without hardware; skips, saying why, where PulseAudio is not installed."""
    with pulse_server(tmp_path_factory.mktemp("pulse")) as server:
        yield server


@pytest.fixture(scope="session")
def human_speech() -> Path:
    """A folder of recordings of people; see its README for the words."""
    folder = SHARED / "audio"
    if not folder.is_dir():
        pytest.skip(f"the recordings of human speech are not here: {folder}")
    return folder
