"""A user's empty config folder, and a house of ours small enough to be read in no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from well_made import a_well_made_question, write_pack

from interviewer.library import places


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTERVIEWER_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our content, if it were the one question `ours`."""
    root = tmp_path / "house"
    write_pack(root / "prompts" / "questions" / "ours.yaml", a_well_made_question("ours"))
    (root / "prompts" / "schemas").symlink_to(places.schemas_folder())
    monkeypatch.setattr(places, "content_root", lambda: root)
    return root
