"""Voices made of arithmetic: syllables on a vowel whose pitch, loudness and length at the end are chosen."""

from __future__ import annotations

import numpy as np

from interviewer.domain import SAMPLE_RATE
from interviewer.ports import Samples

SYLLABLE, CLOSURE = 0.16, 0.06  # seconds of vowel, and of the consonant between two
LAST = 3  # syllables over which the voice sinks


def utterance(
    seconds: float, *, sinks: float = 0.0, fades: float = 0.0, hertz: float = 120.0, held: float = 0.0
) -> Samples:
    """Speech-like sound that sinks by `sinks` semitones and fades by `fades` dB over its last syllables; `held` seconds
    are added to the last vowel, at an even pitch."""
    count = max(LAST + 1, round(seconds / (SYLLABLE + CLOSURE)))
    parts: list[Samples] = []
    for number in range(count):
        down = max(0, number - (count - 1 - LAST)) / LAST
        length = SYLLABLE + (held if number == count - 1 else 0.0)
        pitch = hertz * 2 ** ((0.7 * (-1) ** number - sinks * down) / 12)
        parts += [
            _vowel(length, pitch, -fades * down, 480 + 240 * (number % 3)),
            np.zeros(round(CLOSURE * SAMPLE_RATE), np.float32),
        ]
    return np.concatenate(parts[:-1])


def _vowel(seconds: float, hertz: float, decibels: float, resonance: float) -> Samples:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = [
        np.sin(2 * np.pi * n * hertz * times) / (1 + ((n * hertz - resonance) / 300) ** 2)
        for n in range(1, 25)
    ]
    sound = np.sum(waves, axis=0)
    return np.asarray(0.3 * 10 ** (decibels / 20) * sound / np.abs(sound).max(), dtype=np.float32)


def in_a_room(sound: Samples, silence: float = 0.4) -> Samples:
    """With a quiet room before and `silence` seconds of it after."""
    before = SAMPLE_RATE // 2
    noise = (
        np.random.default_rng(0).standard_normal(before + len(sound) + round(silence * SAMPLE_RATE)) * 1e-3
    )
    noise[before : before + len(sound)] += sound
    return noise.astype(np.float32)
