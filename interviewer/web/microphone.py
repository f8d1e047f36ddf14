"""The browser's microphone as a port: frames come in over the line, numbered, and are read by the live loop."""

from __future__ import annotations

import threading
from collections import deque

from interviewer.ports import Samples
from interviewer.web.protocol import RefusedError

MOST_WAITING = 2_000  # frames, a minute of sound: more means that nobody reads them
LONGEST_GAP = 20_000  # frames, ten minutes: a number further on is no gap but a mistake


class BrowserMicrophone:
    """Microphone port. `put` is called by the line, `read` by the live loop; without frames time stands still."""

    name = "microphone of the browser"

    def __init__(self) -> None:
        self._frames: deque[Samples] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._dropped = 0
        self._page = ""
        self._next = 0

    def open(self) -> None:
        pass

    def begin(self, page: str) -> int:
        """The number of the frame wanted next from this page: 0 from a new one."""
        with self._changed:
            if page != self._page:
                self._page, self._next = page, 0
            return self._next

    def put(self, number: int, samples: Samples) -> None:
        """One frame. One that came before is ignored, gaps are counted. RefusedError when it makes no sense."""
        with self._changed:
            if number < self._next:
                return  # sent again after the line dropped
            if number - self._next > LONGEST_GAP:
                raise RefusedError(f"Frame {number} is out of order: {self._next} comes next.")
            if len(self._frames) >= MOST_WAITING:
                raise RefusedError("Sound comes faster than it can be heard; this frame was dropped.")
            self._dropped += number - self._next
            self._next = number + 1
            self._frames.append(samples)
            self._changed.notify()

    def read(self) -> Samples | None:
        """The next frame, however long it takes; None once closed and emptied."""
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._closed)
            return self._frames.popleft() if self._frames else None

    @property
    def dropped(self) -> int:
        return self._dropped

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
