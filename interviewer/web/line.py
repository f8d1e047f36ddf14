"""The line between one page and its room: a WebSocket, read here, written by whoever has something to tell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from interviewer.errors import InterviewerError
from interviewer.web.protocol import (
    Hello,
    Moment,
    Refused,
    RefusedError,
    Stopped,
    ToPage,
    frame_from_page,
    from_page,
)
from interviewer.web.room import Room
from interviewer.web.rooms import Rooms

HELLO_SECONDS = 10.0
MOST_QUEUED = 2_000  # messages a page does not take: it is gone, or it is no page
MOMENTS_QUEUED = 20  # from here on captions are dropped, which later ones replace
MOST_REFUSED = 100  # messages in a row of a minute; beyond, the line is cut
FRAMES_AHEAD, FRAMES_PER_SECOND = 1_900, 64  # a minute that was kept while the line was down; twice real time
MESSAGES_AHEAD, MESSAGES_PER_SECOND = 200, 40
REFUSED_PER_SECOND = 2
POLICY_VIOLATION, GOING_AWAY = 1008, 1000
_END = object()


class Allowance:
    """How much may come: so many at once, and so many a second in the long run."""

    def __init__(
        self, ahead: int, per_second: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ahead = ahead
        self._per_second = per_second
        self._monotonic = monotonic
        self._left = float(ahead)
        self._at = monotonic()

    def take(self) -> bool:
        now = self._monotonic()
        self._left = min(self._ahead, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class SocketPage:
    """The page as the room sees it."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self._loop = loop
        self._queue: asyncio.Queue[object] = asyncio.Queue()
        self._left_out: Moment | None = None  # the last moment dropped: without sound no later one may come

    def send(self, message: ToPage | bytes) -> None:
        self._put(message)

    def hang_up(self) -> None:
        self._put(_END)

    def _put(self, item: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue_up, item)

    def _queue_up(self, item: object) -> None:
        waiting = self._queue.qsize()
        if waiting >= MOST_QUEUED:
            return
        if isinstance(item, Moment):
            self._left_out = item if waiting >= MOMENTS_QUEUED else None
            if self._left_out is not None:
                return
        self._queue.put_nowait(item)

    async def write_to(self, socket: WebSocket) -> None:
        """Send what is queued until the room hangs up, then close."""
        while (item := await self._queue.get()) is not _END:
            if isinstance(item, bytes):
                await socket.send_bytes(item)
            else:
                await socket.send_text(item.model_dump_json())  # type: ignore[attr-defined]
            if self._left_out is not None and self._queue.empty():
                self._put(self._left_out)
        await socket.close(GOING_AWAY)


class Line:
    """Reads one page's messages until the line is down."""

    def __init__(self, socket: WebSocket, rooms: Rooms, session: str) -> None:
        self._socket = socket
        self._rooms = rooms
        self._session = session
        self._frames = Allowance(FRAMES_AHEAD, FRAMES_PER_SECOND)
        self._messages = Allowance(MESSAGES_AHEAD, MESSAGES_PER_SECOND)
        self._refusals = Allowance(MOST_REFUSED, REFUSED_PER_SECOND)

    async def hold(self) -> None:
        await self._socket.accept()
        try:
            hello = await asyncio.wait_for(self._hello(), HELLO_SECONDS)
        except (RefusedError, TimeoutError) as error:
            reason = str(error) or f"No hello came within {HELLO_SECONDS:g} s."
            await self._socket.send_text(Refused(reason=reason).model_dump_json())
            await self._socket.close(POLICY_VIOLATION)
            return
        except WebSocketDisconnect:
            return
        await self._speak(hello)

    async def _hello(self) -> Hello:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        if text is None:
            raise RefusedError("A page begins with hello, not with sound.")
        hello = from_page(text)
        if not isinstance(hello, Hello):
            raise RefusedError("A page begins with hello.")
        return hello

    async def _speak(self, hello: Hello) -> None:
        loop = asyncio.get_running_loop()
        page = SocketPage(hello.page, loop)
        writing = asyncio.create_task(page.write_to(self._socket))
        room: Room | None = None
        try:
            # reading the session's facts takes its time, and other lines must not wait for it
            room = await loop.run_in_executor(None, self._rooms.enter, self._session, page, hello)
            if room is not None:
                await self._read(room, page)
            else:
                page.hang_up()
        except InterviewerError as error:
            page.send(Stopped(message=error.message, hint=error.hint, again=False))
            page.hang_up()
        except WebSocketDisconnect:
            writing.cancel()
        finally:
            if room is not None:
                self._rooms.leave(room, page)
            await asyncio.gather(writing, return_exceptions=True)

    async def _read(self, room: Room, page: SocketPage) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            try:
                self._take(room, message.get("text"), message.get("bytes"))
            except RefusedError as error:
                page.send(Refused(reason=str(error)))
                if not self._refusals.take():
                    page.send(Refused(reason="Too many messages made no sense: the line is cut."))
                    page.hang_up()
                    return

    def _take(self, room: Room, text: str | None, data: bytes | None) -> None:
        if data is not None:
            frame_from_page(data)  # what is no frame is told so, however many came before
            if not self._frames.take():
                raise RefusedError("Sound comes faster than twice real time; this frame was dropped.")
            room.receive_frame(data)
        elif text is not None:
            if not self._messages.take():
                raise RefusedError("Messages come too fast; this one was dropped.")
            said = from_page(text)
            if isinstance(said, Hello):
                raise RefusedError("Hello is said once, at the beginning.")
            room.receive(said)
