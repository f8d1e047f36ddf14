"""The faster-whisper door, with a scripted model of the shape that faster-whisper 1.2 has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from interviewer.domain import SAMPLE_RATE, Segment
from interviewer.engines.faster_whisper import FasterWhisperTranscriber, load_folder
from interviewer.errors import EngineError
from interviewer.ports import Samples


@dataclass
class ScriptedWord:
    start: float
    end: float
    word: str
    probability: float


@dataclass
class ScriptedSegment:
    start: float
    end: float
    text: str
    avg_logprob: float = -0.2
    compression_ratio: float = 1.0
    no_speech_prob: float = 0.01
    words: list[ScriptedWord] | None = None


@dataclass
class ScriptedModel:
    """Answers every chunk with the same segments; `full` makes it run out of memory first."""

    segments: list[ScriptedSegment]
    multilingual: bool = False
    full: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(is_multilingual=self.multilingual)

    def transcribe(self, audio: Samples, **options: Any) -> tuple[Iterator[ScriptedSegment], None]:
        if self.full:
            raise RuntimeError("CUDA failed with error out of memory")
        self.options = options
        return iter(self.segments), None

    def detect_language(self, audio: Samples) -> tuple[str, float, list[tuple[str, float]]]:
        return "de", 0.9, [("de", 0.9), ("en", 0.1)]


def buzz(seconds: float) -> Samples:
    """A voice-like sound: a buzz of 150 Hz in syllables."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * 150 * k * time) / k for k in range(1, 10))
    return np.asarray(0.1 * wave * np.sin(2 * np.pi * 2 * time) ** 2, np.float32)


def hear(transcriber: FasterWhisperTranscriber, samples: Samples) -> tuple[Segment, ...]:
    transcriber.start_chunk()
    transcriber.feed(samples)
    return transcriber.end_chunk()


SPOKEN = ScriptedSegment(
    0.1,
    1.4,
    " We shipped it.",
    words=[ScriptedWord(0.1, 0.5, " We", 0.9), ScriptedWord(0.5, 1.4, " shipped it.", 0.7)],
)


def test_segments_and_words_come_through(tmp_path: Path) -> None:
    model = ScriptedModel([SPOKEN])
    transcriber = FasterWhisperTranscriber(
        tmp_path / "small.en", device="cpu", load=lambda folder, device: model
    )
    transcriber.prepare(["LoRA"])
    (segment,) = hear(transcriber, buzz(3))
    assert (segment.text, segment.start, segment.end, segment.doubtful) == ("We shipped it.", 0.1, 1.4, False)
    assert segment.confidence == pytest.approx(0.8)
    assert [word.text for word in segment.words] == ["We", "shipped it."]
    assert transcriber.name == "faster-whisper small.en (cpu)"
    assert transcriber.language is None
    assert model.options["initial_prompt"] == "Um, uh, LoRA."
    assert model.options["language"] == "en"
    assert model.options["condition_on_previous_text"] is False
    assert model.options["vad_filter"] is False


def test_the_guards_and_the_silence_gate_are_the_same_as_whispers(tmp_path: Path) -> None:
    circling = ScriptedSegment(0.0, 2.5, " thank you" * 6)
    model = ScriptedModel([circling])
    transcriber = FasterWhisperTranscriber(tmp_path, device="cpu", load=lambda folder, device: model)
    assert hear(transcriber, np.zeros(3 * SAMPLE_RATE, np.float32)) == ()
    assert model.options == {}
    assert hear(transcriber, buzz(3)) == ()
    assert transcriber.refusals[0].action == "drop"


def test_another_language_is_noticed(tmp_path: Path) -> None:
    model = ScriptedModel([SPOKEN], multilingual=True)
    transcriber = FasterWhisperTranscriber(tmp_path, device="cpu", load=lambda folder, device: model)
    hear(transcriber, buzz(3))
    assert transcriber.language is not None
    assert (transcriber.language.code, transcriber.language.probability) == ("de", 0.9)
    assert model.options["language"] == "en"
    free = FasterWhisperTranscriber(tmp_path, device="cpu", language=None, load=lambda folder, device: model)
    hear(free, buzz(3))
    assert model.options["language"] == "de"


def test_a_full_card_makes_way_for_the_processor(tmp_path: Path) -> None:
    transcriber = FasterWhisperTranscriber(
        tmp_path / "m",
        device="cuda",
        load=lambda folder, device: ScriptedModel([SPOKEN], full=device == "cuda"),
    )
    (segment,) = hear(transcriber, buzz(3))
    assert segment.text == "We shipped it."
    assert transcriber.name == "faster-whisper m (cpu)"
    assert "out of memory" in transcriber.caveat


def test_nothing_is_fetched_in_place_of_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(EngineError, match=r"config\.json, tokenizer\.json not there") as caught:
        load_folder(tmp_path, "cpu")
    assert str(tmp_path) in caught.value.message
