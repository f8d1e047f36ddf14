from __future__ import annotations

import numpy as np
import pytest

from interviewer.audio.virtual_room import RealTimePace, VirtualRoom
from interviewer.domain.speech import FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE, Span
from interviewer.ports import Samples, Speech


def read(room: VirtualRoom, frames: int) -> Samples:
    heard = [room.microphone.read() for _ in range(frames)]
    return np.concatenate([frame for frame in heard if frame is not None])


def ramp(samples: int, scale: float = 1.0) -> Samples:
    return (scale * np.linspace(0.1, 0.5, samples)).astype(np.float32)


def test_what_is_said_is_heard_when_it_was_said() -> None:
    room = VirtualRoom()
    read(room, 2)
    span = room.say(ramp(1_000), delay_seconds=0.05)
    start = 2 * FRAME_SAMPLES + 800
    assert span == Span(start=start / SAMPLE_RATE, end=(start + 1_000) / SAMPLE_RATE)
    heard = read(room, 5)
    np.testing.assert_array_equal(heard[800:1_800], ramp(1_000))
    assert not heard[:800].any() and not heard[1_800:].any()
    assert room.now == pytest.approx(7 * FRAME_SECONDS)


def test_voices_over_one_another_mix() -> None:
    room = VirtualRoom()
    room.say(ramp(FRAME_SAMPLES))
    room.say(ramp(FRAME_SAMPLES, 0.5))
    np.testing.assert_allclose(read(room, 1), ramp(FRAME_SAMPLES, 1.5), atol=1e-6)


def test_the_speaker_plays_while_the_microphone_is_read() -> None:
    room = VirtualRoom()
    read(room, 3)
    room.speaker.play(Speech(ramp(1_000), SAMPLE_RATE))
    assert (room.speaker.busy, room.speaker.heard) == (True, 0)
    read(room, 1)
    assert room.speaker.heard == FRAME_SECONDS
    read(room, 2)
    assert (room.speaker.busy, room.speaker.heard) == (False, 1_000 / SAMPLE_RATE)
    room.speaker.play(Speech(ramp(500), SAMPLE_RATE))
    read(room, 1)
    (first, one), (second, other) = room.played
    assert first == pytest.approx(3 * FRAME_SECONDS) and second == pytest.approx(6 * FRAME_SECONDS)
    np.testing.assert_array_equal(one, ramp(1_000))
    np.testing.assert_array_equal(other, ramp(500))


def test_stop_leaves_the_rest_unheard() -> None:
    room = VirtualRoom()
    room.speaker.play(Speech(ramp(SAMPLE_RATE), SAMPLE_RATE))
    read(room, 10)
    assert room.speaker.stop() == pytest.approx(10 * FRAME_SECONDS)
    read(room, 10)
    assert len(room.played[0][1]) == 10 * FRAME_SAMPLES and not room.speaker.busy


def test_a_voice_of_another_rate_keeps_its_length() -> None:
    room = VirtualRoom()
    room.speaker.play(Speech(ramp(22_050), 22_050))
    read(room, 40)
    assert room.speaker.heard == pytest.approx(1.0, abs=0.001)


def test_echo_reaches_the_microphone() -> None:
    room = VirtualRoom(echo=0.25)
    room.speaker.play(Speech(ramp(FRAME_SAMPLES), SAMPLE_RATE))
    np.testing.assert_allclose(read(room, 1), 0.25 * ramp(FRAME_SAMPLES), atol=1e-6)


def test_noise_is_as_loud_as_asked_and_the_same_each_time() -> None:
    heard = [read(VirtualRoom(noise=0.01, seed=seed), 50) for seed in (3, 3, 4)]
    assert np.sqrt((heard[0] ** 2).mean()) == pytest.approx(0.01, rel=0.05)
    np.testing.assert_array_equal(heard[0], heard[1])
    assert (heard[0] != heard[2]).any()


def test_the_room_ends_when_told() -> None:
    room = VirtualRoom()
    room.close_after(3 * FRAME_SECONDS)
    assert len(read(room, 10)) == 3 * FRAME_SAMPLES
    assert room.microphone.read() is None
    other = VirtualRoom()
    other.end()
    assert other.microphone.read() is None and other.now == 0
    closed = VirtualRoom()
    closed.microphone.close()
    assert closed.microphone.read() is None


def test_real_time_pace_waits_for_each_frame_and_catches_up() -> None:
    now = 100.0
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        naps.append(seconds)
        now += seconds

    room = VirtualRoom(pace=RealTimePace(clock=lambda: now, sleep=sleep))
    read(room, 3)
    assert naps == pytest.approx([FRAME_SECONDS] * 3)
    now += 2.5 * FRAME_SECONDS  # the reader was busy for two and a half frames
    naps.clear()
    read(room, 4)
    assert naps == pytest.approx([0.5 * FRAME_SECONDS, FRAME_SECONDS])
    assert now == pytest.approx(100.0 + room.now)
