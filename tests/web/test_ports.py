"""The browser's microphone and loudspeaker as ports, without a browser."""

from __future__ import annotations

import asyncio
import json
import struct
import threading

import numpy as np
import pytest

from interviewer.audio.playback import DUCKED
from interviewer.domain import FRAME_SAMPLES
from interviewer.errors import EngineError
from interviewer.ports import Samples, Speech
from interviewer.web.keyboard import StoppableClock
from interviewer.web.line import MOMENTS_QUEUED, Allowance, SocketPage
from interviewer.web.microphone import LONGEST_GAP, MOST_WAITING, BrowserMicrophone
from interviewer.web.protocol import SPEECH_HEADER, Hush, Loudness, RefusedError, frame_from_page
from interviewer.web.screen import NOBODY
from interviewer.web.speaker import WATCHDOG_SECONDS, BrowserSpeaker


def frame(value: float = 0.0) -> Samples:
    return np.full(FRAME_SAMPLES, value, dtype=np.float32)


def tone(seconds: float, rate: int = 16_000) -> Speech:
    return Speech(np.full(round(seconds * rate), 0.25, dtype=np.float32), rate)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


# -- microphone --------------------------------------------------------------------------------------------------------


def test_frames_come_out_as_they_went_in() -> None:
    data = struct.pack("<I", 7) + np.full(FRAME_SAMPLES, 16_384, dtype="<i2").tobytes()
    number, samples = frame_from_page(data)
    assert number == 7
    assert samples.dtype == np.float32
    assert samples[0] == pytest.approx(0.5)


def test_what_is_sent_again_after_a_dropped_line_is_heard_once() -> None:
    microphone = BrowserMicrophone()
    assert microphone.begin("page one") == 0
    for number in (0, 1, 2):
        microphone.put(number, frame(number / 10))
    assert microphone.begin("page one") == 3, "the page is told what comes next"
    for number in (1, 2, 3):
        microphone.put(number, frame(number / 10))
    microphone.close()
    heard = []
    while (samples := microphone.read()) is not None:
        heard.append(float(samples[0]))
    assert heard == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert microphone.dropped == 0


def test_gaps_are_counted_and_a_new_page_begins_anew() -> None:
    microphone = BrowserMicrophone()
    microphone.begin("page one")
    microphone.put(0, frame())
    microphone.put(5, frame())
    assert microphone.dropped == 4
    assert microphone.begin("page two") == 0
    microphone.put(0, frame())
    assert microphone.dropped == 4


def test_numbers_and_amounts_that_make_no_sense_are_refused() -> None:
    microphone = BrowserMicrophone()
    microphone.begin("page")
    with pytest.raises(RefusedError, match="out of order"):
        microphone.put(LONGEST_GAP + 1, frame())
    for number in range(MOST_WAITING):
        microphone.put(number, frame())
    with pytest.raises(RefusedError, match="faster than"):
        microphone.put(MOST_WAITING, frame())


def test_reading_waits_for_the_page() -> None:
    microphone = BrowserMicrophone()
    got: list[Samples | None] = []
    reader = threading.Thread(target=lambda: got.append(microphone.read()), daemon=True)
    reader.start()
    microphone.put(0, frame(0.5))
    reader.join(5)
    assert got[0] is not None and got[0][0] == 0.5


# -- loudspeaker -------------------------------------------------------------------------------------------------------


def pieces(sent: list[bytes | Hush | Loudness]) -> list[tuple[int, float]]:
    """Piece and seconds before it, of what was sent."""
    unpacked = [SPEECH_HEADER.unpack_from(item) for item in sent if isinstance(item, bytes)]
    return [(piece, round(before, 3)) for _, piece, _, before in unpacked]


def utterance(sent: list[bytes | Hush | Loudness]) -> int:
    """The number of the last utterance that was sent."""
    return int([SPEECH_HEADER.unpack_from(item)[0] for item in sent if isinstance(item, bytes)][-1])


def test_pieces_follow_each_other_and_the_page_says_how_much_was_heard() -> None:
    sent: list[bytes | Hush | Loudness] = []
    speaker = BrowserSpeaker(sent.append, Clock())
    speaker.play(tone(1.0))
    speaker.play(tone(0.5, 22_050))
    assert pieces(sent) == [(0, 0.0), (1, 1.0)]
    first = utterance(sent)
    speaker.played(first, 0.9)
    assert (speaker.busy, speaker.heard) == (True, 0.9)
    speaker.played(first - 1, 9.0)
    assert speaker.heard == 0.9, "about an utterance that is over"
    speaker.played(first, 99.0)
    assert (speaker.busy, speaker.heard) == (False, 1.5), "no more than there was"
    speaker.play(tone(0.2))
    assert pieces(sent)[-1] == (0, 0.0)
    assert utterance(sent) == first + 1
    assert speaker.heard == 0.0


def test_an_interruption_silences_the_page_at_once() -> None:
    sent: list[bytes | Hush | Loudness] = []
    speaker = BrowserSpeaker(sent.append, Clock())
    speaker.play(tone(3.0))
    speaker.played(utterance(sent), 0.7)
    assert speaker.stop() == 0.7
    assert sent[-1] == Hush(utterance=utterance(sent))
    assert not speaker.busy


def test_the_page_is_told_when_the_voice_grows_soft_and_when_it_is_over() -> None:
    sent: list[bytes | Hush | Loudness] = []
    speaker = BrowserSpeaker(sent.append, Clock())
    speaker.duck(True)
    assert sent == [], "nothing is played"
    speaker.play(tone(3.0))
    said = utterance(sent)
    soft, loud = Loudness(utterance=said, gain=DUCKED), Loudness(utterance=said, gain=1.0)
    for quiet in (False, True, True, False, False, True):  # the loop says so with every frame
        speaker.duck(quiet)
    assert sent[1:] == [soft, loud, soft]
    sent.clear()
    speaker.rejoin(0, 0)
    assert sent[-1] == soft, "a new page goes on as softly"
    speaker.duck(False)
    speaker.rejoin(said, 1)
    assert sent[-1] == loud, "the change may have been told while the line was down"
    speaker.duck(True)
    speaker.stop()
    speaker.play(tone(3.0))
    sent.clear()
    speaker.duck(False)
    assert sent == [], "what is said next begins at full loudness"


def test_a_page_that_comes_back_gets_what_it_lacks() -> None:
    sent: list[bytes | Hush | Loudness] = []
    speaker = BrowserSpeaker(sent.append, Clock())
    for _ in range(3):
        speaker.play(tone(1.0))
    said = utterance(sent)
    sent.clear()
    speaker.rejoin(said, 2)
    assert pieces(sent) == [(2, 2.0)], "the same page has two of them"
    sent.clear()
    speaker.played(said, 1.4)
    speaker.rejoin(0, 0)
    assert pieces(sent) == [(1, 1.0), (2, 2.0)], "a new page hears on from where the old one was"
    speaker.stop()
    sent.clear()
    speaker.rejoin(said, 3)
    assert sent == [Hush(utterance=said)], "in case the line was down when it was silenced"


def test_a_page_that_plays_nothing_is_noticed() -> None:
    clock = Clock()
    sent: list[bytes | Hush | Loudness] = []
    speaker = BrowserSpeaker(sent.append, clock)
    speaker.play(tone(20.0))
    clock.now = WATCHDOG_SECONDS - 1
    assert speaker.busy
    speaker.played(utterance(sent), 0.1)
    clock.now += WATCHDOG_SECONDS - 1
    assert speaker.busy, "it made progress"
    clock.now += WATCHDOG_SECONDS
    with pytest.raises(EngineError, match="plays no sound"):
        _ = speaker.busy
    assert not speaker.busy, "told once, then the interview goes on"


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_the_clock_of_a_typed_interview_stands_still_while_nobody_is_there() -> None:
    monotonic = Clock()
    clock = StoppableClock(10.0, monotonic)
    monotonic.now = 5.0
    assert clock.now() == 10.0
    clock.run()
    monotonic.now = 8.0
    assert clock.now() == 13.0
    clock.stop()
    monotonic.now = 100.0
    assert clock.now() == 13.0


def test_an_allowance_fills_up_again() -> None:
    monotonic = Clock()
    allowance = Allowance(3, 2.0, monotonic)
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    monotonic.now = 0.6
    assert [allowance.take() for _ in range(2)] == [True, False]


def test_the_last_moment_arrives_even_where_the_line_was_too_busy_for_those_before() -> None:
    """A typed interview has no later moment that would say that it listens."""

    class Slow:
        def __init__(self) -> None:
            self.clocks: list[float] = []

        async def send_text(self, text: str) -> None:
            await asyncio.sleep(0)
            self.clocks.append(json.loads(text)["clock"])

        async def close(self, code: int) -> None:
            pass

    async def told() -> list[float]:
        page, socket = SocketPage("page", asyncio.get_running_loop()), Slow()
        for number in range(MOMENTS_QUEUED * 3):
            page.send(NOBODY.model_copy(update={"clock": float(number)}))
        writing = asyncio.create_task(page.write_to(socket))  # type: ignore[arg-type]
        for _ in range(MOMENTS_QUEUED * 8):
            await asyncio.sleep(0)
        page.hang_up()
        await writing
        return socket.clocks

    clocks = asyncio.run(told())
    assert clocks == [*range(MOMENTS_QUEUED), MOMENTS_QUEUED * 3 - 1]
