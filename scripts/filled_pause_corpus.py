"""Synthetic speech with ums and uhs at known places: what the detector of filled pauses is made and measured with.

Voices of flite and eSpeak NG say phrases of interview talk; between and inside phrases stand silences, fillers, both or
neither. The fillers are spoken by the same voice, slowly, at lengths people use (0.2 to 0.7 s). Development and held-out
parts share neither voices nor sentences. Nothing is committed: the sound is made anew from the seed.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from interviewer.domain import SAMPLE_RATE, Span
from interviewer.ports import Samples

UTTERANCES = 16  # a voice
SHORTEST_FILLER, LONGEST_FILLER = 0.25, 0.7  # people's: uh about 0.35 s, um about 0.5 s
_QUIET, _FILLERS_QUIET = 0.01, 0.08  # of the loudest 10 ms: what is cut off around a synthesized piece
_STEP = SAMPLE_RATE // 100


@dataclass(frozen=True)
class SynthVoice:
    """One voice. `fillers` in the phonemes of its engine: um and uh, open and half closed."""

    engine: str
    name: str

    @property
    def fillers(self) -> tuple[str, ...]:
        return ("ah m", "ah", "ax m", "ax") if self.engine == "flite" else ("V:m", "V:", "@:m", "@:")


DEVELOPMENT_VOICES = (
    SynthVoice("flite", "rms"),
    SynthVoice("flite", "slt"),
    SynthVoice("flite", "kal16"),
    SynthVoice("espeak-ng", "en-us"),
    SynthVoice("espeak-ng", "en-us+f3"),
)
HELD_OUT_VOICES = (
    SynthVoice("flite", "awb"),
    SynthVoice("espeak-ng", "en-gb-x-rp+m3"),
    SynthVoice("espeak-ng", "en-gb-scotland+f2"),
    SynthVoice("espeak-ng", "en-gb-x-gbclan+m7"),
)
DEVELOPMENT_PHRASES = (
    "the model learns the noise of the training data",
    "so it does badly on anything new",
    "we had two weeks left before the launch",
    "I would start by plotting the loss for both sets",
    "my manager was not sure about it at all",
    "and the labels arrived about a month later",
    "then I wrote a small test for the whole pipeline",
    "which is the same thing as a larger prior",
    "you need more examples of the rare class",
    "in the end the error went down by a third",
    "because the features were computed in another time zone",
    "it is cheaper to score only the first few hundred",
    "the team had never shipped a thing like that",
    "a longer window means more memory and more time",
    "I called them and we went through it line by line",
    "the learning rate was far too high for that batch",
    "people on the phone could not see the chart",
    "so we moved it all to a queue",
)
HELD_OUT_PHRASES = (
    "the tree splits where the classes come apart most",
    "and I was the only one who knew the old code",
    "you could throw away half of the columns",
    "our users saw a blank page for an hour",
    "the gradient gets smaller with every layer",
    "then we agreed on one number to look at",
    "it worked fine until the holidays came",
    "I would ask what they want to do with the answer",
    "a random sample is good enough for a first look",
    "the nurses did not trust what it said",
    "so the cache was always one day behind",
    "which turned out to be wrong in two of the towns",
    "we could not use names or addresses",
    "the encoder reads the whole sentence at once",
    "my part was the search and how it was measured",
    "in the new version we go home at five",
    "more heads did not help after the eighth",
    "the price of a mistake is not the same for all",
)


@dataclass(frozen=True)
class Utterance:
    voice: str
    samples: Samples
    fillers: tuple[Span, ...]


def corpus(voices: tuple[SynthVoice, ...], phrases: tuple[str, ...], seed: int) -> Iterator[Utterance]:
    """The utterances of one part; the same for the same seed."""
    for voice in voices:
        rng = random.Random(f"{seed} {voice.name}")
        for _ in range(UTTERANCES):
            yield _utterance(voice, rng.sample(phrases, 3), rng)


def _utterance(voice: SynthVoice, phrases: list[str], rng: random.Random) -> Utterance:
    """Three phrases in a row, some broken in two, with a joint between all pieces."""
    pace = rng.uniform(0.85, 1.25)
    pieces = [piece for phrase in phrases for piece in _broken(phrase, rng)]
    parts: list[Samples] = [_silence(0.3)]
    fillers: list[Span] = []
    for number, piece in enumerate(pieces):
        if number:
            _add_joint(voice, parts, fillers, rng)
        parts.append(_spoken(voice, piece, pace))
    parts.append(_silence(0.4))
    samples = np.concatenate(parts)
    if rng.random() < 0.5:
        samples = _in_a_room(samples, rng)
    noise = np.random.default_rng(rng.randrange(2**31)).standard_normal(len(samples))
    level = 10 ** (rng.uniform(-70, -50) / 20)  # a quiet room to a noisy one
    return Utterance(voice.name, (samples + level * noise).astype(np.float32), tuple(fillers))


def _in_a_room(samples: Samples, rng: random.Random) -> Samples:
    """The same with an echo that dies away within 0.1 to 0.4 s, mixed in softly."""
    length = round(rng.uniform(0.1, 0.4) * SAMPLE_RATE)
    tail = np.random.default_rng(rng.randrange(2**31)).standard_normal(length)
    tail *= np.exp(-6.9 * np.arange(length) / length)  # by 60 dB
    tail *= rng.uniform(0.1, 0.5) / np.sqrt((tail**2).sum())
    size = len(samples) + length
    echo = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[: len(samples)]
    return np.asarray(samples + echo, dtype=np.float32)


def _broken(phrase: str, rng: random.Random) -> list[str]:
    words = phrase.split()
    if rng.random() < 0.5:
        return [phrase]
    cut = rng.randrange(2, len(words) - 1)
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _add_joint(voice: SynthVoice, parts: list[Samples], fillers: list[Span], rng: random.Random) -> None:
    if rng.random() < 0.5:
        parts.append(_silence(rng.uniform(0.1, 0.9)))
    if rng.random() < 0.5:
        filler = _filler(voice, rng)
        start = sum(map(len, parts)) / SAMPLE_RATE
        fillers.append(Span(start=start, end=start + len(filler) / SAMPLE_RATE))
        parts.append(filler)
        if rng.random() < 0.5:
            parts.append(_silence(rng.uniform(0.1, 0.9)))


def _filler(voice: SynthVoice, rng: random.Random) -> Samples:
    """One um or uh of a length that people use."""
    while True:
        sound = _spoken(voice, rng.choice(voice.fillers), rng.uniform(0.9, 3.5), phonemes=True)
        if SHORTEST_FILLER <= len(sound) / SAMPLE_RATE <= LONGEST_FILLER:
            return np.asarray(_wavering(sound, rng) * rng.uniform(0.5, 1.0), dtype=np.float32)


def _wavering(sound: Samples, rng: random.Random) -> Samples:
    """The sound with a pitch that drifts and trembles by a few per cent, as nobody's stands still."""
    seconds = np.arange(len(sound)) / SAMPLE_RATE
    drift = rng.uniform(-0.08, 0.05) * seconds / max(seconds[-1], 0.1)  # people's fall a little
    tremble = 0.01 * np.sin(2 * np.pi * rng.uniform(3, 7) * seconds + rng.uniform(0, 6))
    places = np.cumsum(1 + drift + tremble)
    places *= (len(sound) - 1) / places[-1]
    return np.asarray(np.interp(places, np.arange(len(sound)), sound), dtype=np.float32)


def _spoken(voice: SynthVoice, text: str, stretch: float, *, phonemes: bool = False) -> Samples:
    """`text` at 16 kHz, half of full scale at its loudest, without the silence around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        if voice.engine == "flite":
            slower = f"duration_stretch={stretch:.2f}"
            words = ["-p", f"pau {text} pau"] if phonemes else ["-t", text]
            command = ["flite", "-voice", voice.name, "--setf", slower, *words, "-o", str(path)]
        else:
            speed = str(round(165 / stretch))
            said = f"[[{text}]]" if phonemes else text
            command = ["espeak-ng", "-v", voice.name, "-s", speed, "-w", str(path), said]
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = soundfile.read(path, dtype="float32")
    sound = np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), dtype=np.float32)
    levels = np.sqrt((sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP) ** 2).mean(axis=1))
    loud = np.flatnonzero(levels > (_FILLERS_QUIET if phonemes else _QUIET) * levels.max())
    sound = sound[loud[0] * _STEP : (loud[-1] + 1) * _STEP]
    return np.asarray(sound * np.float32(0.5 / np.abs(sound).max()), dtype=np.float32)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)
