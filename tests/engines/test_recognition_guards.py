"""Every rule of the guards, on sounds and figures made for it; and that plain speech passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from interviewer.domain import SAMPLE_RATE, Word
from interviewer.engines.recognition_guards import (
    Heard,
    judge,
    loudness_spread_db,
    phrases_read_back,
    plain_words,
    repeated_words,
    voicing,
    worth_recognising,
)
from interviewer.ports import Samples


def syllables(seconds: float, level: float = 0.1) -> Samples:
    """A voice-like sound: a buzz of 150 Hz whose loudness comes and goes four times a second."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 150 * k * time) / k for k in range(1, 10))
    return (level * buzz * np.sin(2 * np.pi * 2 * time) ** 2).astype(np.float32)


def noise(seconds: float, level: float = 0.1) -> Samples:
    rng = np.random.default_rng(3)
    return (level * rng.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


SURE = Heard(
    text="We shipped it in three months.",
    start=0.5,
    end=2.5,
    mean_log_probability=-0.2,
    no_speech_probability=0.05,
    compression_ratio=1.1,
)


def verdict(piece: Heard, sound: Samples | None = None, phrases: tuple[str, ...] = ()) -> str:
    judged = judge([piece], syllables(4) if sound is None else sound, phrases)
    if not judged.segments:
        return "dropped"
    return "doubtful" if judged.segments[0].doubtful else "kept"


def test_plain_speech_is_kept_whole() -> None:
    words = (
        Word(text="We", start=0.5, end=0.7, confidence=0.9),
        Word(text="did.", start=0.7, end=1, confidence=0.7),
    )
    judged = judge([replace(SURE, words=words)], syllables(4))
    assert judged.refusals == ()
    segment = judged.segments[0]
    assert (segment.text, segment.start, segment.end, segment.words) == (SURE.text, 0.5, 2.5, words)
    assert segment.confidence == pytest.approx(0.8)
    assert not segment.doubtful


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"no_speech_probability": 0.7, "mean_log_probability": -0.7}, "dropped"),
        ({"no_speech_probability": 0.7}, "doubtful"),
        ({"mean_log_probability": -0.85}, "doubtful"),
        ({"compression_ratio": 2.5}, "doubtful"),
        ({"words": (Word(text="We", start=1, end=2, confidence=0.3),)}, "doubtful"),
        ({"end": 0.9}, "dropped"),  # six words in 0.4 s
        ({"end": 1.2}, "doubtful"),  # six words in 0.7 s
        ({"text": "go on " * 5}, "dropped"),
        ({"text": "It was very very very very slow."}, "doubtful"),
        ({"text": "It was very very slow."}, "kept"),
    ],
)
def test_figures_and_text(change: dict[str, object], expected: str) -> None:
    assert verdict(replace(SURE, **change)) == expected  # type: ignore[arg-type]


def test_text_where_nobody_makes_a_sound_is_dropped() -> None:
    sound = np.concatenate([syllables(2), np.zeros(4 * SAMPLE_RATE, np.float32)])
    assert verdict(replace(SURE, start=3.5, end=5.5), sound) == "dropped"
    assert verdict(replace(SURE, start=0, end=2), sound) == "kept"


def test_text_over_a_steady_sound_is_dropped_and_over_a_voice_in_noise_is_kept() -> None:
    hum = (0.2 * np.sin(2 * np.pi * 440 * np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)
    assert verdict(SURE, noise(4)) == "dropped"
    assert verdict(SURE, hum) == "dropped"
    assert verdict(SURE, syllables(4) + noise(4, 0.05)) == "kept"


def test_noise_with_the_rhythm_of_speech_is_doubtful_because_nothing_in_it_is_voiced() -> None:
    rhythm = np.abs(np.sin(2 * np.pi * 2 * np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)
    assert verdict(SURE, noise(4) * rhythm) == "doubtful"
    assert voicing(noise(4) * rhythm) < 0.5
    assert voicing(syllables(4) + noise(4, 0.02)) > 0.8


def test_the_same_sentence_twice_is_doubtful_the_second_time() -> None:
    judged = judge([replace(SURE, end=2.0), replace(SURE, start=2.0, end=3.8)], syllables(4))
    assert [segment.doubtful for segment in judged.segments] == [False, True]
    assert judged.refusals[0].reason == "the same as the segment before"


def test_the_prompt_read_back_is_no_answer_but_one_of_its_terms_is() -> None:
    prompt = ("Um", "uh", "gradient descent", "area under the curve", "LoRA")
    assert verdict(replace(SURE, text="Um, uh, gradient descent"), phrases=prompt) == "dropped"
    assert (
        verdict(replace(SURE, text="Gradient descent, area under the curve."), phrases=prompt) == "doubtful"
    )
    assert verdict(replace(SURE, text="Area under the curve."), phrases=prompt) == "kept"
    assert verdict(replace(SURE, text="We use gradient descent."), phrases=prompt) == "kept"


def test_chunks_that_cannot_hold_speech_are_not_worth_recognising() -> None:
    assert not worth_recognising(np.zeros(0, np.float32))
    assert not worth_recognising(syllables(0.1))
    assert not worth_recognising(np.zeros(SAMPLE_RATE, np.float32))
    assert not worth_recognising(noise(3, 1e-4))
    assert not worth_recognising(noise(3, 0.3))
    assert worth_recognising(syllables(0.4))
    assert worth_recognising(syllables(3, level=0.01))


@pytest.mark.parametrize("colour", [0, 1, 2])
def test_noise_of_any_colour_is_steady(colour: int) -> None:
    spectrum = np.fft.rfft(noise(4))
    hertz = np.maximum(20, np.fft.rfftfreq(4 * SAMPLE_RATE, 1 / SAMPLE_RATE))
    coloured = np.fft.irfft(spectrum / hertz ** (colour / 2)).astype(np.float32)
    assert loudness_spread_db(coloured / np.abs(coloured).max()) < 4.5
    assert loudness_spread_db(syllables(4)) > 15


def test_small_helpers() -> None:
    assert plain_words("Um, I'd use C++ — twice!") == ["um", "i'd", "use", "c++", "twice"]
    assert repeated_words("a b a b a b a b c".split()) == 8
    assert repeated_words("a a a b".split()) == 0
    assert phrases_read_back(["b", "c"], ["a", "B", "c"]) == 2
    assert phrases_read_back([], ["a"]) == 0


SPOKEN_BY_PEOPLE = Path(__file__).parents[2].parent / "shared" / "audio"


@pytest.mark.parametrize(
    "name", ["jfk.flac", "librispeech-6930-75918-0000.flac", "librispeech-7902-96591-0000.flac"]
)
@pytest.mark.parametrize("noise_db", [None, -10.0, -5.0])
def test_people_are_believed_even_with_noise_behind_them(name: str, noise_db: float | None) -> None:
    """`noise_db`: white noise relative to the voice."""
    path = SPOKEN_BY_PEOPLE / name
    if not path.exists():
        pytest.skip(f"the recording {path} is not here")
    read, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound: Samples = np.asarray(soxr.resample(read.mean(axis=1), rate, SAMPLE_RATE), np.float32)
    if noise_db is not None:
        loudness = float(np.sqrt(np.mean(sound**2))) * 10 ** (noise_db / 20)
        sound = sound + noise(len(sound) / SAMPLE_RATE, loudness)[: len(sound)]
    assert worth_recognising(sound)
    seconds = len(sound) / SAMPLE_RATE
    for start in np.arange(0, seconds - 1.5, 0.5):
        piece = replace(SURE, text="We did.", start=float(start), end=float(start) + 1.5)
        assert verdict(piece, sound) == "kept", f"{start} s"
