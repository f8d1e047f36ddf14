from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from interviewer.engines.spoken_file import load_speech
from interviewer.errors import EngineError
from interviewer.ports import Speech

TEN_WORDS = "tell me about the last model that you put online"


def load(path: Path) -> Speech:
    return load_speech(path, engine="some voice", text=TEN_WORDS, words_per_minute=150)


def write(path: Path, seconds: float, level: float, ending: str = "wav") -> Path:
    sound = level * np.sin(np.arange(round(seconds * 22_050)) * 0.05)
    soundfile.write(path.with_suffix(f".{ending}"), np.stack([sound, sound], axis=1), 22_050)
    return path.with_suffix(f".{ending}")


@pytest.mark.parametrize("ending", ["wav", "aiff"])
def test_a_good_file_becomes_mono_speech(tmp_path: Path, ending: str) -> None:
    speech = load(write(tmp_path / "good", 4.0, 0.3, ending))
    assert speech.rate == 22_050 and speech.seconds == pytest.approx(4.0)
    assert speech.samples.dtype == np.float32 and speech.samples.ndim == 1


@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [
        (4.0, 0.001, "only silence"),
        (0.5, 0.3, r"0\.5 s of sound.*about 4\.0 s"),
        (40.0, 0.3, r"40\.0 s of sound"),
    ],
)
def test_sound_that_cannot_be_the_sentence_is_refused(
    tmp_path: Path, seconds: float, level: float, said: str
) -> None:
    with pytest.raises(EngineError, match=f"some voice gave .*{said}") as caught:
        load(write(tmp_path / "bad", seconds, level))
    assert caught.value.retryable


def test_a_missing_empty_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="wrote no sound"):
        load(tmp_path / "none.wav")
    (tmp_path / "empty.wav").touch()
    with pytest.raises(EngineError, match="wrote no sound"):
        load(tmp_path / "empty.wav")
    (tmp_path / "words.wav").write_text("not a sound")
    with pytest.raises(EngineError, match="cannot be read"):
        load(tmp_path / "words.wav")
    soundfile.write(tmp_path / "headers.wav", np.zeros(0), 22_050)
    with pytest.raises(EngineError, match="only silence"):
        load(tmp_path / "headers.wav")
