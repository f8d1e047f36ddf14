"""Where blocking engine calls run: on a thread of their own, or at once for tests and for the fast demo."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Worker(Protocol):
    """Runs jobs one after the other, in the order given."""

    def submit(self, job: Callable[[], T]) -> Future[T]: ...

    def renew(self) -> None:
        """Leave a job that does not come back to itself, drop those behind it, and be ready for others."""
        ...

    def close(self) -> None: ...


class ThreadWorker:
    """One thread that owns one engine; the live loop never waits inside it.

    A daemon thread: an engine that hangs must not keep the program from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._begin()

    def _begin(self) -> None:
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=_run, args=(self._jobs,), name=self._name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def renew(self) -> None:
        left = self._jobs
        with suppress(Empty):
            while (item := left.get_nowait()) is not None:
                item[1].cancel()
        left.put(None)
        self._begin()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Let what was submitted finish, but wait no longer than `timeout_seconds`."""
        self._jobs.put(None)
        self._thread.join(timeout_seconds)


class InlineWorker:
    """Runs each job at once, so that time stands still meanwhile and every run is the same."""

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        _fulfil(job, future)
        return future

    def renew(self) -> None:
        pass

    def close(self) -> None:
        pass


def _run(jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None]) -> None:
    while (item := jobs.get()) is not None:
        job, future = item
        _fulfil(job, future)


def _fulfil(job: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return  # cancelled while it waited for its turn
    try:
        future.set_result(job())
    except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
        future.set_exception(error)
