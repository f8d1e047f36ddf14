"""Who may speak with the server: our own page, opened by the person who started it, and nobody else.

A page of another site could reach a server on this machine through the browser: by a name that points to 127.0.0.1
(DNS rebinding: the Host check), by a form or a WebSocket (the Origin check). Another user of the machine could reach
it directly: the token, which travels once in the opening address and then in a cookie that scripts cannot read.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024  # bytes; the longest check of a microphone takes a third of it
READING = {"GET", "HEAD"}
TOKEN_SECONDS = 30 * 24 * 3600


def new_token() -> str:
    return secrets.token_urlsafe(24)


def allowed_hosts(host: str, port: int) -> frozenset[str]:
    """What a Host header may say. Bound to every address, any literal address will do, but no foreign name."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    names.add(f"[{host}]" if ":" in host else host)
    return frozenset(f"{name}:{port}" for name in names)


def policy(host: str) -> str:
    """The content security policy: scripts and styles from files of ours, nothing inline, nothing from elsewhere."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "media-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class Gate:
    """ASGI middleware around everything: checks who asks, limits what they send, sets the headers of every answer."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Iterable[str], any_address: bool = False) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._app(scope, _Limited(receive), _with_headers(send, headers.get("host", "")))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to whoever has no business here; None for our page."""
        host = headers.get("host", "").lower()
        if not self._host_allowed(host):
            return PlainTextResponse("This server does not answer to that name.", 421)
        reading = scope["type"] == "http" and scope["method"] in READING
        origin = headers.get("origin")
        if origin is None and not reading:
            return PlainTextResponse("A request that changes something must come from the page itself.", 403)
        if origin is not None and origin.lower() not in (f"http://{host}", f"https://{host}"):
            return PlainTextResponse("Another site's page has no business here.", 403)
        cookie = cookie_name(host)
        offered = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if offered and scope["type"] == "http" and self._is_token(offered):
            answer = RedirectResponse(scope["path"], 303)  # the token does not stay in the address
            answer.set_cookie(cookie, self._token, max_age=TOKEN_SECONDS, httponly=True, samesite="strict")
            return answer
        if self._is_token(_cookie(headers, cookie)):
            return None
        message = "Open the address that `interviewer serve` printed: it holds the key to this room."
        return PlainTextResponse(message, 403)

    def _host_allowed(self, host: str) -> bool:
        if host in self._hosts:
            return True
        return self._any_address and _is_address(host)

    def _is_token(self, offered: str) -> bool:
        return secrets.compare_digest(offered.encode(), self._token.encode())


def cookie_name(host: str) -> str:
    """Cookies are shared by all ports of a host, so the port is part of the name."""
    return f"interviewer_{host.rpartition(':')[2]}"


def _is_address(host: str) -> bool:
    name = host.rpartition(":")[0] or host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _cookie(headers: Headers, name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        answer.headers["cache-control"] = "no-store"
        answer.headers["referrer-policy"] = "no-referrer"
        await answer(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})


class TooLargeError(Exception):
    """A body of more than LARGEST_BODY bytes."""


class _Limited:
    """Counts what is received of a body."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = LARGEST_BODY

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLargeError
        return message


def _with_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = policy(host)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["permissions-policy"] = "microphone=(self), camera=(), geolocation=()"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
