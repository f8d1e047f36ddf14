"""A recogniser with another one behind it: what the first leaves unwritten, because it fails or hangs, the second writes.

It enters by the Transcriber port, so nobody else has to know. The first one works on a worker of its own, which can be
left behind; each chunk's sound is kept until its words are there, so that nothing said is lost with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

from interviewer.domain import Segment
from interviewer.errors import EngineError
from interviewer.ports import Samples, Transcriber
from interviewer.workers import Worker

T = TypeVar("T")
HUNG_SECONDS = 20.0  # of real time for one call; the longest chunk has 12 s of speech


@dataclass(frozen=True)
class NewRecogniser:
    """From here on another recogniser writes, or the same one elsewhere."""

    engine: str
    because: str
    rough: bool


class StandbyTranscriber:
    """Transcriber port. `news` may be taken by any thread, everything else belongs to one."""

    def __init__(
        self,
        first: Transcriber,
        open_second: Callable[[], Transcriber],
        worker: Worker,
        *,
        hung_seconds: float = HUNG_SECONDS,
    ) -> None:
        """`open_second` is called when it is needed; `worker` runs the recogniser's calls, at most `hung_seconds` each."""
        self.engine = first
        self._open_second: Callable[[], Transcriber] | None = open_second
        self._worker = worker
        self._hung_seconds = hung_seconds
        self._phrases: tuple[str, ...] = ()
        self._chunk: list[Samples] = []  # what was fed of the chunk under way
        self._named = first.name
        self._news: SimpleQueue[NewRecogniser] = SimpleQueue()

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def rough(self) -> bool:
        return self.engine.rough

    @property
    def chunk_seconds(self) -> float:
        return self.engine.chunk_seconds

    def news(self) -> NewRecogniser | None:
        """What changed since last asked, one change at a time."""
        try:
            return self._news.get_nowait()
        except Empty:
            return None

    def prepare(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(phrases)
        self._call(lambda engine: engine.prepare(phrases), lambda engine: engine.prepare(phrases))

    def start_chunk(self) -> None:
        self._chunk = []
        self._call(lambda engine: engine.start_chunk(), self._feed_again)

    def feed(self, samples: Samples) -> None:
        self._chunk.append(samples)
        self._call(lambda engine: engine.feed(samples), self._feed_again)

    def partial(self) -> str:
        return self._call(lambda engine: engine.partial(), self._partial_again)

    def end_chunk(self) -> tuple[Segment, ...]:
        segments = self._call(lambda engine: engine.end_chunk(), self._end_again)
        self._chunk = []
        if (
            self.engine.name != self._named
        ):  # it moved by itself, such as from a full graphics card to the processor
            self._tell(getattr(self.engine, "caveat", None) or "The recogniser changed.")
        return segments

    def close(self) -> None:
        """Only the recogniser in use: one that hangs would hang here too."""
        self.engine.close()

    def _call(self, use: Callable[[Transcriber], T], again: Callable[[Transcriber], T]) -> T:
        """What `use` gives or, when the engine fails, what `again` gives, which begins with the chunk's first sound."""
        try:
            return self._within_time(use)
        except EngineError as error:
            failure = error
        if failure.retryable:
            with suppress(EngineError):
                return self._within_time(again)
        self._change(failure)
        return self._within_time(again)

    def _within_time(self, use: Callable[[Transcriber], T]) -> T:
        engine = self.engine
        called = self._worker.submit(lambda: use(engine))
        try:
            return called.result(self._hung_seconds)
        except TimeoutError:
            self._worker.renew()
            raise EngineError(
                engine.name, f"{engine.name} did not answer for {self._hung_seconds:g} s."
            ) from None

    def _change(self, error: EngineError) -> None:
        """Go on with the other recogniser. EngineError when there is none (any more)."""
        if self._open_second is None:
            raise error
        second, self._open_second = self._open_second(), None
        self.engine = second
        self._tell(f"{error.message} {second.name} writes down what is said from here on.")
        self._within_time(lambda engine: engine.prepare(self._phrases))

    def _feed_again(self, engine: Transcriber) -> None:
        engine.start_chunk()
        for piece in self._chunk:
            engine.feed(piece)

    def _partial_again(self, engine: Transcriber) -> str:
        self._feed_again(engine)
        return engine.partial()

    def _end_again(self, engine: Transcriber) -> tuple[Segment, ...]:
        self._feed_again(engine)
        return engine.end_chunk()

    def _tell(self, because: str) -> None:
        self._named = self.engine.name
        self._news.put(NewRecogniser(self.engine.name, because, self.engine.rough))
