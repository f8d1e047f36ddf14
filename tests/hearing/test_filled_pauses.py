"""Um and uh are heard in sound. The fixtures are held-out voices of scripts/filled_pause_corpus.py, with the fillers' places."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from interviewer.audio.sound_files import read_sound
from interviewer.domain import SAMPLE_RATE, Segment, Span, Turn
from interviewer.hearing.filled_pauses import WEIGHTS, candidates, examined, filled_pauses
from interviewer.ports import Samples

FIXTURES = Path(__file__).parents[1] / "fixtures" / "filled_pauses"
LABELS: dict[str, list[list[float]]] = json.loads((FIXTURES / "labels.json").read_text())
DEMO = Path(__file__).parents[2] / "interviewer" / "demo" / "recordings"
AWB = "awb.ogg"


def overlapping(found: tuple[Span, ...], labels: list[list[float]]) -> list[bool]:
    return [any(s.start < end and start < s.end for start, end in labels) for s in found]


def vowel(seconds: float, resonance: tuple[float, float] = (500.0, 500.0), hertz: float = 120.0) -> Samples:
    """A voiced sound whose resonance in Hz moves from one value to the other; with both the same, a held schwa."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    moving = np.linspace(*resonance, len(times))
    parts = [
        np.sin(2 * np.pi * n * hertz * times) / (1 + ((n * hertz - moving) / 400) ** 2) for n in range(1, 30)
    ]
    sound = np.sum(parts, axis=0)
    return np.asarray(0.3 * sound / np.abs(sound).max(), dtype=np.float32)


def with_silence(sound: Samples) -> Samples:
    noise = np.random.default_rng(0).standard_normal(len(sound) + SAMPLE_RATE) * 1e-3
    noise[SAMPLE_RATE // 2 : SAMPLE_RATE // 2 + len(sound)] += sound
    return noise.astype(np.float32)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_what_is_heard_in_other_voices_is_there(name: str) -> None:
    found = filled_pauses(read_sound(FIXTURES / name))
    right = overlapping(found, LABELS[name])
    assert right.count(True) / len(right) >= 0.8, "what is told as 'at least' must be there"
    assert right.count(True) >= len(LABELS[name]) / 3


def test_a_held_schwa_is_one_filled_pause() -> None:
    (found,) = filled_pauses(with_silence(vowel(0.4)), start=10.0)
    assert found.start == pytest.approx(10.5, abs=0.06)
    assert found.end == pytest.approx(10.9, abs=0.06)


@pytest.mark.parametrize("recording", sorted(DEMO.glob("*.flac")), ids=lambda path: path.stem)
def test_fluent_speech_holds_none(recording: Path) -> None:
    assert filled_pauses(read_sound(recording)) == ()


def test_people_reading_hold_none(human_speech: Path) -> None:
    for path in sorted(human_speech.glob("*.flac")):
        assert filled_pauses(read_sound(path)) == ()


def test_neither_silence_nor_noise_nor_a_moving_vowel_is_one() -> None:
    noise = np.random.default_rng(1).standard_normal(SAMPLE_RATE).astype(np.float32)
    moving = with_silence(np.concatenate([vowel(0.15, (300, 2200)), vowel(0.15, (2200, 700))]))
    for sound in (np.zeros(SAMPLE_RATE), noise * 0.1, moving, np.zeros(10)):
        assert filled_pauses(sound.astype(np.float32)) == ()


def test_loudness_does_not_matter() -> None:
    sound = read_sound(FIXTURES / AWB)
    assert len(filled_pauses(sound * np.float32(0.2))) == pytest.approx(len(filled_pauses(sound)), abs=1)


def test_every_weight_has_its_feature() -> None:
    (candidate, *_) = candidates(with_silence(vowel(0.4)))
    assert candidate.features.keys() == WEIGHTS.keys()


def a_turn(start: float, end: float, *, typed: bool = False) -> Turn:
    return Turn(
        segments=(Segment(text="well", start=start, end=end),),
        speech=(Span(start=start, end=end),),
        start=start,
        end=end,
        ended_by="typed" if typed else "silence",
        engine="scripted",
    )


def test_a_turn_is_examined_where_it_lies_in_the_recording() -> None:
    sound = read_sound(FIXTURES / AWB)
    recording = np.concatenate([np.zeros(5 * SAMPLE_RATE, dtype=np.float32), sound])
    turn = a_turn(5.3, 5 + len(sound) / SAMPLE_RATE - 0.3)
    found = examined(turn, recording).filled_pauses
    assert found
    assert all(overlapping(found, [[a + 5, b + 5] for a, b in LABELS[AWB]]))
    assert examined(a_turn(0.0, 4.0), recording).filled_pauses == (), "listened to, and none there"


def test_without_its_sound_a_turn_is_not_examined() -> None:
    recording = np.zeros(2 * SAMPLE_RATE, dtype=np.float32)
    assert examined(a_turn(1.0, 5.0), recording).filled_pauses is None
    assert examined(a_turn(0.0, 1.0, typed=True), recording).filled_pauses is None
