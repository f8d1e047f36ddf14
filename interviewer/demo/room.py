"""A session in a quiet virtual room, with the engines that every installation has: what demo and benchmarks share."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from interviewer.assembly.engines import EMBEDDED_TRANSCRIBER, Engines
from interviewer.assembly.sessions import spoken_conversation
from interviewer.audio.virtual_room import Pace, RealTimePace, VirtualRoom
from interviewer.conversation.controls import Controls, Live
from interviewer.conversation.journal import Journal
from interviewer.conversation.spoken import SpokenConversation
from interviewer.library.content import Library
from interviewer.library.settings import Settings
from interviewer.session.store import SessionStore

EMBEDDED = Settings(transcriber=EMBEDDED_TRANSCRIBER, language_model="none", headphones=True)
ROOM_NOISE = 0.0005  # a silent microphone is never quite silent


def quiet_room(*, real_time: bool, pace: Pace | None = None, keep_played: bool = True) -> VirtualRoom:
    """At the speed of a real room (or at `pace`), or with time standing still while engines work."""
    in_time = (pace or RealTimePace()) if real_time else None
    return VirtualRoom(pace=in_time, noise=ROOM_NOISE, keep_played=keep_played)


def conversation_in(
    room: VirtualRoom,
    store: SessionStore,
    journal: Journal,
    library: Library,
    engines: Engines,
    on_live: Callable[[Live], None],
    *,
    real_time: bool,
    controls: Controls | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> AbstractContextManager[SpokenConversation]:
    """A conversation ready to run, every engine on its own thread in real time, else one after the other."""
    return spoken_conversation(
        store,
        journal,
        library,
        engines,
        room.microphone,
        room.speaker,
        headphones=True,
        controls=controls or Controls(),
        monotonic=monotonic,
        on_live=on_live,
        inline=not real_time,
    )
