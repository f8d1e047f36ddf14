"""Fixtures that several rooms need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulse import PulseServer, pulse_server
from well_made import a_well_made_question, write_pack

from interviewer.library import places

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


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's empty config folder: nobody's own packs and settings get into the tests."""
    monkeypatch.setenv("INTERVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our content, if it were the one question `ours`, small enough to be read in no time."""
    root = tmp_path / "house"
    write_pack(root / "prompts" / "questions" / "ours.yaml", a_well_made_question("ours"))
    (root / "prompts" / "schemas").symlink_to(places.schemas_folder())
    monkeypatch.setattr(places, "content_root", lambda: root)
    return root
