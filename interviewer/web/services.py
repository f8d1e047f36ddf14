"""What every page and every line needs, made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from jinja2 import Environment

from interviewer.assembly.engine_desk import EngineDesk
from interviewer.library.content import Library
from interviewer.library.settings import Settings
from interviewer.session.store import SessionStore
from interviewer.web.rooms import Rooms


@dataclass(frozen=True)
class Services:
    store: SessionStore
    library: Library
    settings: Settings
    desk: EngineDesk
    rooms: Rooms
    templates: Environment
    voice: Lock = field(default_factory=Lock)  # samples of voices are made one at a time
    samples: dict[str, bytes] = field(default_factory=dict)

    def sound_path(self, session: str) -> Path:
        """Where the session's recording lies as the page plays it, once it was encoded."""
        return self.store.folder(session) / "replay.mp3"
