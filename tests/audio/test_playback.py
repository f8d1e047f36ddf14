from __future__ import annotations

import numpy as np

from interviewer.audio.playback import Playback
from interviewer.ports import Samples


def ones(count: int) -> Samples:
    return np.ones(count, dtype=np.float32)


def filled(playback: Playback, count: int) -> Samples:
    out = np.full(count, np.nan, dtype=np.float32)
    playback.fill(out)
    return out


def test_queued_sounds_follow_each_other_without_a_gap() -> None:
    playback = Playback(1_000)
    playback.add(0.1 * ones(30))
    playback.add(0.2 * ones(30))
    np.testing.assert_allclose(filled(playback, 50), np.r_[0.1 * ones(30), 0.2 * ones(20)])
    assert (playback.busy, playback.heard) == (True, 0.05)
    np.testing.assert_allclose(filled(playback, 50), np.r_[0.2 * ones(10), np.zeros(40)])
    assert (playback.busy, playback.heard) == (False, 0.06)


def test_sound_is_heard_once_the_latency_has_passed() -> None:
    playback = Playback(1_000, latency_seconds=0.1)
    playback.add(ones(100))
    heard = []
    for _ in range(12):
        filled(playback, 20)
        heard.append(playback.heard)
        assert playback.busy == (playback.heard < 0.1)
    np.testing.assert_allclose(heard, [0, 0, 0, 0, 0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1])


def test_a_gap_between_sounds_does_not_count_as_heard() -> None:
    playback = Playback(1_000, latency_seconds=0.1)
    playback.add(ones(40))
    filled(playback, 40)
    filled(playback, 40)  # silence; the first sound is still on its way
    playback.add(ones(40))
    for _ in range(6):
        filled(playback, 40)
    assert playback.heard == 0.08 and not playback.busy


def test_stop_fades_within_milliseconds_and_stands_still() -> None:
    playback = Playback(1_000)
    playback.add(ones(500))
    filled(playback, 100)
    assert playback.stop() == 0.1
    after = filled(playback, 100)
    assert after[0] == 1 and (np.diff(after[:5]) < 0).all() and not after[5:].any()
    assert playback.heard == 0.1 and not playback.busy


def test_the_count_begins_anew_after_silence() -> None:
    playback = Playback(1_000)
    playback.add(ones(100))
    filled(playback, 200)
    assert playback.heard == 0.1
    playback.add(ones(50))
    assert playback.heard == 0 and playback.busy
    filled(playback, 20)
    assert playback.heard == 0.02
