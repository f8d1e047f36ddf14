"""How the last words sounded, on voices made of arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from voices import in_a_room, utterance

from interviewer.domain import SAMPLE_RATE
from interviewer.hearing.prosody import Prosody, measured
from interviewer.ports import Samples


def heard(sound: Samples) -> Prosody:
    prosody = measured(in_a_room(sound))
    assert prosody is not None
    return prosody


def test_a_voice_that_sinks_is_lower_at_its_end() -> None:
    level, sunk = heard(utterance(3.0)), heard(utterance(3.0, sinks=6.0))
    assert sunk.pitch_end == pytest.approx(-6.0, abs=1.5)
    assert sunk.pitch_end < level.pitch_end - 3
    assert sunk.pitch_slope < level.pitch_slope - 3


def test_a_voice_that_fades_is_softer_at_its_end() -> None:
    assert heard(utterance(3.0, fades=12.0)).level_end < heard(utterance(3.0)).level_end - 4


def test_a_last_syllable_that_is_drawn_out_is_longer_than_the_others() -> None:
    assert heard(utterance(3.0, held=0.2)).lengthened > heard(utterance(3.0)).lengthened + 0.4


def test_a_held_vowel_at_the_end_is_a_filler() -> None:
    held, said = heard(utterance(3.0, held=0.35)).filler, heard(utterance(3.0, sinks=5.0, fades=8.0)).filler
    assert held > 0.8
    assert said < held - 0.2


@pytest.mark.parametrize("gain", [0.1, 2.0])
def test_neither_loudness_nor_the_height_of_a_voice_matters(gain: float) -> None:
    low, high = utterance(3.0, sinks=4.0, hertz=100), utterance(3.0, sinks=4.0, hertz=200)
    assert heard(low).pitch_end == pytest.approx(heard(high).pitch_end, abs=1.0)
    softer = measured(in_a_room(low) * np.float32(gain))
    assert softer is not None
    assert softer.level_end == pytest.approx(heard(low).level_end, abs=0.5)


def test_the_silence_after_the_words_changes_little() -> None:
    sound = utterance(3.0, sinks=4.0, fades=6.0)
    short, long = measured(in_a_room(sound, 0.2)), measured(in_a_room(sound, 0.8))
    assert short is not None
    assert long is not None
    assert short.pitch_end == pytest.approx(long.pitch_end, abs=0.3)
    assert short.level_end == pytest.approx(long.level_end, abs=1.0)


def test_without_a_voice_nothing_is_said_about_it() -> None:
    noise = np.random.default_rng(1).standard_normal(2 * SAMPLE_RATE).astype(np.float32) * 0.1
    for sound in (np.zeros(10), np.zeros(SAMPLE_RATE), noise):
        assert measured(sound.astype(np.float32)) is None
