"""What the transcription benchmark plays to the recogniser: items with a sound, its true words, and the question's text."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import yaml

from interviewer.domain import Question, VoiceStyle
from interviewer.domain.speech import SAMPLE_RATE
from interviewer.engines.flite_voice import FliteVoice
from interviewer.ports import Samples

VOICES = ("rms", "slt", "awb")
_CACHE = Path(tempfile.gettempdir()) / "interviewer-bench-transcription"
_PHRASES = Path(__file__).resolve().parent / "data" / "interview_phrases.txt"
_SILENCE = 0.01  # of full scale, root mean square
_STEP = SAMPLE_RATE // 100
_PAUSE_STEPS = 25
_SHORTEST_CHUNK, _LONGEST_CHUNK = 2 * SAMPLE_RATE, 5 * SAMPLE_RATE


@dataclass(frozen=True)
class Item:
    """One recording. `speaker` tells whose microphone it is; `phrases` is what prepares the recogniser."""

    name: str
    speaker: str
    samples: Samples
    text: str
    phrases: tuple[str, ...] = ()


def question_phrases(question: Question) -> tuple[str, ...]:
    """What of a question prepares the recogniser for its answers."""
    points = (text for point in question.rubric for text in (point.text, *point.phrasings))
    probes = (text for probe in question.follow_ups for text in (probe.text, probe.expects))
    return (question.spoken, *points, *probes, question.model_answer)


def voiced(
    part: Iterable[dict[str, Any]], questions: dict[str, Question], voices: Sequence[str] = VOICES
) -> Iterator[Item]:
    """The answers of one part of the benchmark, each in all `voices`."""
    flite = FliteVoice()
    for entry in part:
        phrases = _phrases(entry, questions)
        for voice in voices:
            yield Item(entry["id"], voice, _speak(flite, entry["answer"], voice), entry["answer"], phrases)


def _phrases(entry: dict[str, Any], questions: dict[str, Question]) -> tuple[str, ...]:
    """What prepares the recogniser: the text of the bank's question, or else the phrases under a heading of our own."""
    if asked := entry.get("question"):
        return question_phrases(questions[asked])
    if heading := entry.get("phrases_under"):
        _, _, below = _PHRASES.read_text(encoding="utf-8").partition(f"\n{heading}\n")
        return (heading, *below.split("\n\n")[0].splitlines())
    return tuple(entry.get("context", ()))


def _speak(flite: FliteVoice, text: str, voice: str) -> Samples:
    key = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:24]
    path = _CACHE / f"{key}.wav"
    if not path.is_file():
        _CACHE.mkdir(exist_ok=True)
        speech = flite.synthesize(text, VoiceStyle(flite=voice))
        soundfile.write(path, speech.samples, speech.rate)
    return read_sound(path)


def read_sound(path: Path) -> Samples:
    """A sound file as mono samples at SAMPLE_RATE."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    return (
        np.asarray(soxr.resample(mono, rate, SAMPLE_RATE), dtype=np.float32) if rate != SAMPLE_RATE else mono
    )


def human_recordings(folder: Path) -> list[Item]:
    """The recordings described in `folder`/README.md: a table with file, words and source."""
    items = []
    for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        path = folder / cells[0].strip("`")
        if path.suffix == ".flac" and path.is_file():
            items.append(Item(path.stem, path.stem, read_sound(path), cells[1].split(" (")[0]))
    return items


def folder_recordings(folder: Path, speaker: str) -> list[Item]:
    """Sound files of a folder with their transcripts beside them, as NAME.txt."""
    sounds = sorted(path for path in folder.iterdir() if path.suffix in {".wav", ".flac"})
    with_text = [(path, path.with_suffix(".txt")) for path in sounds if path.with_suffix(".txt").is_file()]
    return [Item(p.stem, speaker, read_sound(p), t.read_text(encoding="utf-8")) for p, t in with_text]


def read_parts(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The answers of one file of the benchmark, by part."""
    parts: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return parts


def chunks(samples: Samples) -> Iterator[Samples]:
    """The recording cut at its pauses, as it is in an interview: chunks of at least 2 s where it can be, at most 5 s."""
    start = 0
    while start < len(samples):
        end = _chunk_end(samples[start : start + _LONGEST_CHUNK])
        if len(samples) - (start + end) < SAMPLE_RATE // 2:
            end = len(samples) - start
        yield samples[start : start + end]
        start += end


def _chunk_end(window: Samples) -> int:
    """Where to cut: in the middle of the first long pause, else at the quietest place of the last third."""
    steps = len(window) // _STEP
    loudness = np.sqrt((window[: steps * _STEP].reshape(steps, _STEP) ** 2).mean(axis=1))
    quiet = 0
    for step in range(steps):
        quiet = quiet + 1 if loudness[step] < _SILENCE else 0
        cut = (step - _PAUSE_STEPS // 2) * _STEP
        if quiet >= _PAUSE_STEPS and cut >= _SHORTEST_CHUNK:
            return cut
    if len(window) < _LONGEST_CHUNK:
        return len(window)
    tail = steps * 2 // 3
    smooth = np.convolve(loudness[tail:], np.ones(5), mode="same")
    return (tail + int(smooth.argmin())) * _STEP
