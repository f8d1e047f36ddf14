"""Starts the server: one address, opened in the browser, until Ctrl-C."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from interviewer.assembly.engine_desk import EngineDesk
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.content import load_library
from interviewer.library.settings import Settings
from interviewer.session.store import SessionStore
from interviewer.web.app import make_app
from interviewer.web.protocol import LARGEST_MESSAGE
from interviewer.web.rendering import templates
from interviewer.web.rooms import Rooms
from interviewer.web.security import new_token
from interviewer.web.services import Services

EVERYWHERE = {"0.0.0.0", "::"}
GRACE_SECONDS = 5


@dataclass(frozen=True)
class Place:
    """Where the server listens, and the address that lets in whoever started it."""

    listening: socket.socket
    host: str
    port: int
    token: str

    @property
    def address(self) -> str:
        shown = (
            "127.0.0.1" if self.host in EVERYWHERE else f"[{self.host}]" if ":" in self.host else self.host
        )
        return f"http://{shown}:{self.port}/?token={self.token}"


def find_place(host: str, port: int) -> Place:
    """Bind the port; 0 takes any that is free. InterviewerError when it is taken or the host is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # whoever comes before the server is ready waits instead of being turned away
    except OSError as error:
        listening.close()
        raise InterviewerError(
            f"The server cannot listen on {host}, port {port}: {error.strerror or error}.",
            "Is it running already? Another port: interviewer serve --port 0",
        ) from error
    return Place(listening, host, listening.getsockname()[1], new_token())


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Everything the pages need; engines begin to load at once, and every interview is kept when the block ends."""
    library = load_library()
    store = SessionStore(places.data_dir())
    desk = EngineDesk(settings, library.questions)
    rooms = Rooms(store, library, desk)
    desk.start()
    try:
        yield Services(store, library, settings, desk, rooms, templates())
    finally:
        rooms.close()
        desk.close()
        store.close()


def serve(place: Place, settings: Settings, *, open_page: bool, tell: Callable[[str], None]) -> None:
    """Serve until interrupted. `tell` is given the address to open."""
    with open_services(settings) as services:
        app = make_app(
            services,
            token=place.token,
            host=place.host,
            port=place.port,
            any_address=place.host in EVERYWHERE,
        )
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,  # sound does not get smaller, and each line would hold buffers for it
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        tell(place.address)
        if open_page:
            webbrowser.open(place.address)
        uvicorn.Server(config).run(sockets=[place.listening])
