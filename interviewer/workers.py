"""Where blocking engine calls run: on a thread of their own, or at once for tests and for the fast demo."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Worker(Protocol):
    """Runs jobs one after the other, in the order given."""

    def submit(self, job: Callable[[], T]) -> Future[T]: ...

    def close(self) -> None: ...


class ThreadWorker:
    """One thread that owns one engine; the live loop never waits inside it."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        return self._pool.submit(job)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class InlineWorker:
    """Runs each job at once, so that time stands still meanwhile and every run is the same."""

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(job())
        except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(error)
        return future

    def close(self) -> None:
        pass
