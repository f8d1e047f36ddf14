"""The rooms in use, by session. A room closes by itself when its page stays away."""

from __future__ import annotations

import threading

from interviewer.assembly.engine_desk import EngineDesk
from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.session.store import SessionStore
from interviewer.web.protocol import Hello
from interviewer.web.room import Page, Room

ABSENT_SECONDS = (
    60.0  # a reload takes one, a lost network some more; after that the engines are wanted elsewhere
)
MOST_ROOMS = 40
CLOSING_SECONDS = 10.0


class Rooms:
    def __init__(
        self,
        store: SessionStore,
        library: Library,
        desk: EngineDesk,
        *,
        absent_seconds: float = ABSENT_SECONDS,
    ) -> None:
        self._store = store
        self._library = library
        self._desk = desk
        self._absent_seconds = absent_seconds
        self._rooms: dict[str, Room] = {}
        self._waiting: dict[str, threading.Timer] = {}
        self._lock = threading.Lock()

    def enter(self, session: str, page: Page, hello: Hello) -> Room | None:
        """Join the session's room, opening it if need be; None when another page has it.

        InterviewerError when there is no such session, or too many are under way.
        """
        with self._lock:
            if (waiting := self._waiting.pop(session, None)) is not None:
                waiting.cancel()
            room = self._rooms.get(session)
            if room is None:
                if len(self._rooms) >= MOST_ROOMS:
                    raise InterviewerError(
                        f"{MOST_ROOMS} interviews are under way, the most that run at once.",
                        "End one of them first.",
                    )
                room = Room(session, self._store, self._library, self._desk, self._forget)
                self._rooms[session] = room
        return room if room.join(page, hello) else None

    def leave(self, room: Room, page: Page) -> None:
        """The page's line is down: wait a while for it to come back."""
        if room.leave(page):
            timer = threading.Timer(self._absent_seconds, self._close_if_deserted, (room,))
            timer.daemon = True
            with self._lock:
                self._waiting[room.session] = timer
            timer.start()

    def running(self) -> set[str]:
        with self._lock:
            return set(self._rooms)

    def close(self) -> None:
        """End every interview so that it can be resumed."""
        with self._lock:
            rooms = list(self._rooms.values())
        for room in rooms:
            room.close()
        for room in rooms:
            room.wait(CLOSING_SECONDS)

    def _close_if_deserted(self, room: Room) -> None:
        if room.deserted:
            room.close()

    def _forget(self, room: Room) -> None:
        with self._lock:
            if self._rooms.get(room.session) is room:
                del self._rooms[room.session]
