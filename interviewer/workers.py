"""Where blocking engine calls run: on a thread of their own, or at once for tests and for the fast demo."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Worker(Protocol):
    """Runs jobs one after the other, in the order given."""

    def submit(self, job: Callable[[], T]) -> Future[T]: ...

    def close(self) -> None: ...


class ThreadWorker:
    """One thread that owns one engine; the live loop never waits inside it.

    A daemon thread: an engine that hangs must not keep the program from ending.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Let what was submitted finish, but wait no longer than `timeout_seconds`."""
        self._jobs.put(None)
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, future = item
            _fulfil(job, future)


class InlineWorker:
    """Runs each job at once, so that time stands still meanwhile and every run is the same."""

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        _fulfil(job, future)
        return future

    def close(self) -> None:
        pass


def _fulfil(job: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(job())
    except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
        future.set_exception(error)
