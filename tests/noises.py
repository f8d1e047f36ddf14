"""Sounds in which nobody speaks, made on the spot: what a microphone hears between answers. Levels are root mean squares.

`scripts/bench_transcription.py --part noise` plays them too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from interviewer.domain.speech import SAMPLE_RATE
from interviewer.ports import Samples

Generator = np.random.Generator
_Sound = npt.NDArray[np.float64]


def _coloured(count: int, rng: Generator, slope: float) -> _Sound:
    """Noise whose power falls with frequency to the power of `slope`: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.arange(1, len(spectrum) + 1)
    return np.fft.irfft(spectrum / frequency ** (slope / 2), count)


def _smooth(sound: _Sound, low_hz: float, high_hz: float) -> _Sound:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    spectrum[(hertz < low_hz) | (hertz > high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound))


def _seconds(count: int) -> _Sound:
    return np.arange(count) / SAMPLE_RATE


def _bursts(count: int, rng: Generator, every_seconds: float, decay_seconds: float) -> _Sound:
    """An envelope of sudden onsets at irregular times, each dying away."""
    envelope = np.zeros(count)
    shape = np.exp(-_seconds(int(decay_seconds * 6 * SAMPLE_RATE)) / decay_seconds)
    at = 0.1
    while (first := int(at * SAMPLE_RATE)) < count:
        room = min(len(shape), count - first)
        envelope[first : first + room] += rng.uniform(0.4, 1.0) * shape[:room]
        at += every_seconds * rng.uniform(0.4, 1.8)
    return envelope


def _silence(count: int, rng: Generator) -> _Sound:
    return 1e-4 * rng.standard_normal(count)


def _white(count: int, rng: Generator) -> _Sound:
    return _coloured(count, rng, 0)


def _pink(count: int, rng: Generator) -> _Sound:
    return _coloured(count, rng, 1)


def _brown(count: int, rng: Generator) -> _Sound:
    return _coloured(count, rng, 2)


def _hum(count: int, rng: Generator) -> _Sound:
    """Mains hum with its overtones, and a fan behind it."""
    base = 50.0 if rng.random() < 0.5 else 60.0
    tones = sum(np.sin(2 * np.pi * base * k * _seconds(count) + k) / k for k in range(1, 12))
    return np.asarray(tones) + 0.2 * _coloured(count, rng, 1)


def _keyboard(count: int, rng: Generator) -> _Sound:
    """Keys going down and coming up: clicks with a short body."""
    click = _smooth(rng.standard_normal(count), 400, 7000) * _bursts(count, rng, 0.18, 0.006)
    thud = _smooth(rng.standard_normal(count), 80, 400) * _bursts(count, rng, 0.18, 0.02)
    return click + 2 * thud


def _breathing(count: int, rng: Generator) -> _Sound:
    """In and out, three to five seconds a breath."""
    pace = rng.uniform(0.2, 0.35)
    swell = np.sin(2 * np.pi * pace * _seconds(count)) ** 4
    return np.asarray(_smooth(rng.standard_normal(count), 300, 4000) * swell)


def _coughs(count: int, rng: Generator) -> _Sound:
    return _smooth(rng.standard_normal(count), 200, 3000) * _bursts(count, rng, 1.5, 0.12)


def _music(count: int, rng: Generator) -> _Sound:
    """A tune of plucked notes with overtones over held chords."""
    time = _seconds(count)
    scale = 220.0 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14]) / 12)
    sound = np.zeros(count)
    for start in np.arange(0, count / SAMPLE_RATE, 0.3):
        after = np.clip(time - start, 0, None)
        note = rng.choice(scale) * rng.choice([0.5, 1.0, 2.0])
        ring = np.where(time >= start, np.exp(-after / 0.25), 0.0)
        sound += ring * sum(np.sin(2 * np.pi * note * k * after) / k**1.5 for k in range(1, 6))
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in rng.choice(scale, 3, replace=False) / 2)
    return sound + 0.3 * np.asarray(chord)


def _beeps(count: int, rng: Generator) -> _Sound:
    """Tones of a telephone or a notification."""
    tone = np.sin(2 * np.pi * rng.uniform(400, 1800) * _seconds(count))
    return tone * (np.sin(2 * np.pi * rng.uniform(1, 3) * _seconds(count)) > 0)


NOISES: dict[str, Callable[[int, Generator], _Sound]] = {
    "silence": _silence,
    "white": _white,
    "pink": _pink,
    "brown": _brown,
    "hum": _hum,
    "keyboard": _keyboard,
    "breathing": _breathing,
    "coughs": _coughs,
    "music": _music,
    "beeps": _beeps,
}


def noise(kind: str, seconds: float, *, level: float = 0.05, seed: int = 0) -> Samples:
    """`seconds` of one kind of NOISES at this root mean square of full scale; silence stays as quiet as it is."""
    sound = NOISES[kind](int(seconds * SAMPLE_RATE), np.random.default_rng(seed))
    if kind != "silence":
        sound = sound * level / np.sqrt(np.mean(sound**2))
    return np.clip(sound, -1, 1).astype(np.float32)
