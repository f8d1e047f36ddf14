"""The recogniser behind the recogniser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from interviewer.domain import SAMPLE_RATE, Segment
from interviewer.engines.scripted import ScriptedTranscriber
from interviewer.errors import EngineError
from interviewer.hearing.standby import StandbyTranscriber
from interviewer.ports import Samples, Transcriber
from interviewer.workers import InlineWorker, ThreadWorker

SECOND = np.zeros(SAMPLE_RATE, dtype=np.float32)


class Failing(ScriptedTranscriber):
    """Fails at the end of its chunks as often as told, after which it works."""

    def __init__(self, times: int, *, retryable: bool, texts: tuple[str, ...] = ("first",)) -> None:
        super().__init__(texts, name="failing recogniser")
        self._times = times
        self._retryable = retryable

    def end_chunk(self) -> tuple[Segment, ...]:
        self._times -= 1
        if self._times >= 0:
            raise EngineError(self.name, "It stumbled.", retryable=self._retryable)
        return super().end_chunk()


class Hanging(ScriptedTranscriber):
    """Does not come back from the end of a chunk until it is let go."""

    def __init__(self) -> None:
        super().__init__(["never"], name="hanging recogniser")
        self.let_go = threading.Event()

    def end_chunk(self) -> tuple[Segment, ...]:
        self.let_go.wait(10)
        return super().end_chunk()


class Moving(ScriptedTranscriber):
    """Leaves a full graphics card for the processor, as the Whisper engines do."""

    caveat = ""

    def end_chunk(self) -> tuple[Segment, ...]:
        self.caveat, self.name = "The graphics card ran out of memory.", "whisper (cpu)"
        return super().end_chunk()


def behind(text: str) -> Callable[[], Transcriber]:
    return lambda: ScriptedTranscriber([text] * 5, name="embedded recogniser")


def one_chunk(transcriber: Transcriber, seconds: int = 3) -> tuple[Segment, ...]:
    transcriber.start_chunk()
    for _ in range(seconds):
        transcriber.feed(SECOND)
    return transcriber.end_chunk()


def test_what_the_first_fails_on_the_second_writes_from_its_first_sound_on() -> None:
    standby = StandbyTranscriber(Failing(9, retryable=False), behind("second"), InlineWorker())
    standby.prepare(["gradient"])
    (segment,) = one_chunk(standby)
    assert (segment.text, segment.end) == ("second", 3.0)
    news = standby.news()
    assert news is not None
    assert (news.engine, news.rough) == ("embedded recogniser", False)
    assert news.because == "It stumbled. embedded recogniser writes down what is said from here on."
    assert standby.news() is None
    assert isinstance(standby.engine, ScriptedTranscriber)
    assert standby.engine.phrases == [("gradient",)]


def test_a_passing_failure_is_tried_again_before_anything_is_changed() -> None:
    standby = StandbyTranscriber(Failing(1, retryable=True), behind("second"), InlineWorker())
    assert [segment.text for segment in one_chunk(standby)] == ["first"]
    assert standby.news() is None
    lasting = StandbyTranscriber(Failing(2, retryable=True), behind("second"), InlineWorker())
    assert [segment.text for segment in one_chunk(lasting)] == ["second"]


def test_when_both_fail_it_is_said_and_the_next_piece_is_tried() -> None:
    both = StandbyTranscriber(
        Failing(1, retryable=False), lambda: Failing(1, retryable=False, texts=("later",)), InlineWorker()
    )
    with pytest.raises(EngineError, match="It stumbled"):
        one_chunk(both)
    assert [segment.text for segment in one_chunk(both)] == ["later"]


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    engine = Hanging()
    yield engine
    engine.let_go.set()


def test_a_recogniser_that_hangs_is_left_behind(hanging: Hanging) -> None:
    worker = ThreadWorker("recognise")
    standby = StandbyTranscriber(hanging, behind("second"), worker, hung_seconds=0.1)
    assert [(segment.text, segment.end) for segment in one_chunk(standby)] == [("second", 3.0)]
    assert [segment.text for segment in one_chunk(standby)] == ["second"]
    news = standby.news()
    assert news is not None
    assert "hanging recogniser did not answer for 0.1 s" in news.because
    worker.close()


def test_a_full_graphics_card_is_told_when_it_happens() -> None:
    standby = StandbyTranscriber(Moving(["a", "b"], name="whisper (cuda)"), behind("x"), InlineWorker())
    one_chunk(standby)
    one_chunk(standby)
    news = standby.news()
    assert news is not None
    assert (news.engine, news.because) == ("whisper (cpu)", "The graphics card ran out of memory.")
    assert standby.news() is None


def test_a_failure_while_sound_is_fed_loses_none_of_it() -> None:
    class Deaf(ScriptedTranscriber):
        def feed(self, samples: Samples) -> None:
            if self._samples:
                raise EngineError(self.name, "It is deaf.")
            super().feed(samples)

    standby = StandbyTranscriber(Deaf(["x"]), behind("second"), InlineWorker())
    (segment,) = one_chunk(standby, seconds=4)
    assert segment.end == 4.0
