from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from interviewer.audio.sound_files import encode_for_page, read_sound
from interviewer.domain.speech import SAMPLE_RATE
from interviewer.errors import InterviewerError
from interviewer.ports import Samples


def chirp(seconds: float, rate: int) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return (0.4 * np.sin(2 * np.pi * (200 + 300 * times) * times)).astype(np.float32)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "aiff"])
def test_any_sound_becomes_mono_at_16_khz(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"answer.{ending}"
    one_side = chirp(1.0, 44_100)
    soundfile.write(path, np.stack([one_side, one_side], axis=1), 44_100)
    sound = read_sound(path)
    assert sound.dtype == np.float32 and abs(len(sound) - SAMPLE_RATE) <= 2
    middle = slice(4_000, 12_000)
    assert np.corrcoef(sound[middle], chirp(1.0, SAMPLE_RATE)[middle])[0, 1] > 0.95


def test_what_is_no_sound_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_text("these are words")
    with pytest.raises(InterviewerError, match=r"notes\.wav could not be read.*ffmpeg -i"):
        read_sound(tmp_path / "notes.wav")
    with pytest.raises(InterviewerError, match="There is no sound file"):
        read_sound(tmp_path / "missing.wav")


def test_a_page_gets_a_small_sound_with_true_times() -> None:
    sound = chirp(6.0, SAMPLE_RATE)
    embedded = encode_for_page(sound)
    assert embedded.media_type == "audio/mpeg"
    assert len(embedded.data) < 6.0 * 3_200
    decoded, rate = soundfile.read(io.BytesIO(embedded.data), dtype="float32")
    assert rate == SAMPLE_RATE and abs(len(decoded) - len(sound)) < 0.1 * SAMPLE_RATE
    middle = slice(16_000, 48_000)
    assert np.corrcoef(decoded[middle], sound[middle])[0, 1] > 0.95


def test_a_page_can_seek_since_every_second_takes_the_same_room() -> None:
    half_silent = np.concatenate([chirp(10.0, SAMPLE_RATE), np.zeros(10 * SAMPLE_RATE, dtype=np.float32)])
    assert len(encode_for_page(half_silent).data) == len(encode_for_page(np.roll(half_silent, 160_000)).data)
    assert len(encode_for_page(half_silent).data) == pytest.approx(
        2 * len(encode_for_page(half_silent[:160_000]).data), rel=0.02
    )
