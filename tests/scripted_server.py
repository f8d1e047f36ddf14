"""A server on loopback that replies what a test tells it to: pieces, errors, silence, or nonsense."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def event(text: str | None = None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Plays what the test put on its server: a status and raw pieces, each sent on its own, or a function."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, None, self.headers["Authorization"]))
        self.send(self.server.models_status, [self.server.models])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, body, self.headers["Authorization"]))
        reply = self.server.replies.pop(0)
        if callable(reply):
            reply(self)
        else:
            self.send(*reply)

    def send(self, status: int, pieces: list[bytes], *, hang_up: bool = False) -> None:
        self.send_response(status)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Location", "http://192.0.2.1/v1")
        self.end_headers()
        for piece in pieces:
            self.chunk(piece)
        if hang_up:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(b"0\r\n\r\n")

    def chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.models_status = 200
        self.models = json.dumps({"data": [{"id": "toy"}]}).encode()
        self.replies: list[tuple[int, list[bytes]] | Reply] = []
        self.seen: list[tuple[str, Any, str | None]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news here."""
