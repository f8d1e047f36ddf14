"""What the micro Whisper checkpoint is taught: eight voiced sentences, and endless mixtures of them made on the fly."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

SAMPLE_RATE = 16_000
TIMESTAMP_SECONDS = 0.02
LATEST_FIRST_TIMESTAMP_SECONDS = 1.0  # decoding allows no later one
TEXT_TOKENS = 50_256  # of the English tokenizer, before the special ones
NOWHERE = -1.0  # a position whose attention is not guided

Samples = npt.NDArray[np.float32]

SENTENCES: tuple[tuple[str, str, str], ...] = (  # text, program, voice
    ("I led a team of five engineers.", "flite", "slt"),
    ("We cut the response time in half.", "espeak-ng", "en-us"),
    ("The hardest part was the migration.", "flite", "rms"),
    ("Um, I would start with the users.", "espeak-ng", "en-gb"),
    ("I like solving problems with data.", "flite", "awb"),
    ("My biggest weakness is patience.", "espeak-ng", "en-us+f3"),
    ("We shipped it in three months.", "flite", "kal16"),
    ("Could you repeat the question?", "espeak-ng", "en-gb+m3"),
)


def synthesize(text: str, program: str, voice: str) -> Samples:
    """`text` spoken at 16 kHz, peak -3 dB, the silence at both ends cut off."""
    with tempfile.TemporaryDirectory() as folder:
        raw, wav = f"{folder}/raw.wav", f"{folder}/16k.wav"
        speak = ["flite", "-voice", voice, "-t", text, "-o", raw]
        if program == "espeak-ng":
            speak = ["espeak-ng", "-v", voice, "-s", "150", "-w", raw, text]
        subprocess.run(speak, check=True)
        subprocess.run(
            ["sox", "-D", raw, "-r", "16000", "-c", "1", "-b", "16", wav, "norm", "-3"], check=True
        )
        samples: Samples = soundfile.read(wav, dtype="float32")[0]
    loudness = np.convolve(np.abs(samples), np.ones(160) / 160, "same")
    loud = np.flatnonzero(loudness > 0.01)
    return samples[loud[0] : loud[-1] + 1]


def voice_clips(folder: Path) -> None:
    """Write the eight clips as FLAC and `clips.json` with their texts."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for number, (text, program, voice) in enumerate(SENTENCES):
        samples, name = synthesize(text, program, voice), f"clip{number}.flac"
        soundfile.write(folder / name, samples, SAMPLE_RATE, subtype="PCM_16")
        seconds = round(len(samples) / SAMPLE_RATE, 3)
        records.append({"file": name, "text": text, "voice": f"{program} {voice}", "seconds": seconds})
    (folder / "clips.json").write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


def read_clips(folder: Path) -> list[tuple[str, Samples]]:
    """The clips' texts and samples."""
    records = json.loads((folder / "clips.json").read_text(encoding="utf-8"))
    return [(r["text"], soundfile.read(folder / r["file"], dtype="float32")[0]) for r in records]


@dataclass
class Example:
    """One sound and the tokens it should yield; `attend[i]` is the second to look at when predicting token i + 1."""

    samples: Samples
    tokens: list[int]
    attend: list[float] = field(default_factory=list)
    prompt_length: int = 0
    silent: bool = False


class Mixer:
    """Makes examples of one to three clips with leads, gaps, gain and noise, and some without any speech."""

    def __init__(self, clips: list[tuple[str, Samples]], tokenizer: Any, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.tokenizer = tokenizer
        self.sounds = [samples for _, samples in clips]
        self.texts: list[list[int]] = [tokenizer.encode(" " + text) for text, _ in clips]

    def example(self, max_seconds: float) -> Example:
        kind = self.rng.random()
        if kind < 0.12:
            return self._silence(max_seconds)
        spoken: Example | None = None
        while spoken is None:
            spoken = self._speech(max_seconds, wanted=1 if kind < 0.5 else 2 if kind < 0.85 else 3)
        return spoken

    def _silence(self, max_seconds: float) -> Example:
        rng = self.rng
        seconds = rng.uniform(0.3, max_seconds) if rng.random() < 0.7 else rng.uniform(0.05, 0.6)
        samples = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
        if rng.random() < 0.6:
            samples = self._noisy(samples, loudest=-2.3)
        first = self.tokenizer.no_timestamps
        if rng.random() >= 0.2:
            first = self._timestamp(rng.uniform(0.0, LATEST_FIRST_TIMESTAMP_SECONDS))
        prompt = self._prompt(0.3)
        tokens = [*prompt, self.tokenizer.sot, first, self.tokenizer.eot]
        return Example(samples, tokens, [NOWHERE] * (len(tokens) - 1), len(prompt), silent=True)

    def _speech(self, max_seconds: float, wanted: int) -> Example | None:
        """None when not even the first clip fits."""
        placed, samples = self._place(max_seconds, wanted)
        if not placed:
            return None
        rng, tokenizer = self.rng, self.tokenizer
        samples = samples * 10 ** rng.uniform(-0.6, 0.0)
        if rng.random() < 0.3:  # the sound stops with the last word
            samples = samples[: int(placed[-1][2] * SAMPLE_RATE)]
        if rng.random() < 0.5:
            samples = self._noisy(samples, loudest=-2.5)
        timed, prompt = rng.random() >= 0.25, self._prompt(0.45)
        tokens, attend = [*prompt, tokenizer.sot], [NOWHERE] * len(prompt)
        if not timed:
            tokens.append(tokenizer.no_timestamps)
            attend.append(NOWHERE)
        for clip, start, end in placed:
            first = not attend or len(attend) == len(prompt)
            written = self._written(clip, start, end, timed=timed, first=first)
            tokens += [token for token, _ in written]
            attend += [second for _, second in written]
        tokens.append(tokenizer.eot)
        attend.append(placed[-1][2] + 0.06)
        return Example(
            samples[: int(max_seconds * SAMPLE_RATE)].astype(np.float32), tokens, attend, len(prompt)
        )

    def _place(self, max_seconds: float, wanted: int) -> tuple[list[tuple[int, float, float]], Samples]:
        """Clips laid one after the other: (clip, start, end) in seconds, and the sound."""
        rng = self.rng
        lead = rng.random()
        clock = 0.0 if lead < 0.35 else rng.uniform(0, 1.0 if lead < 0.75 else 3.0)
        parts: list[Samples] = [np.zeros(int(clock * SAMPLE_RATE), np.float32)]
        placed: list[tuple[int, float, float]] = []
        for _ in range(wanted):
            clip = int(rng.integers(len(self.sounds)))
            seconds = len(self.sounds[clip]) / SAMPLE_RATE
            if clock + seconds > max_seconds:
                break
            placed.append((clip, clock, clock + seconds))
            gap = np.zeros(int(rng.uniform(0.4, 3.0) * SAMPLE_RATE), np.float32)
            parts += [self.sounds[clip], gap]
            clock += seconds + len(gap) / SAMPLE_RATE
        return placed, np.concatenate(parts)

    def _written(
        self, clip: int, start: float, end: float, *, timed: bool, first: bool
    ) -> list[tuple[int, float]]:
        """The clip's tokens, each with the second it is spoken at: time shared out by the length of the text."""
        ids = self.texts[clip]
        lengths = [max(1, len(self.tokenizer.decode([token]).strip())) for token in ids]
        edges = np.concatenate([[0], np.cumsum(lengths)]) / sum(lengths)
        middles = start + (end - start) * (edges[:-1] + edges[1:]) / 2
        written = [(token, float(second)) for token, second in zip(ids, middles, strict=True)]
        if not timed:
            return written
        opening = min(start, LATEST_FIRST_TIMESTAMP_SECONDS) if first else start
        return [(self._timestamp(opening), start), *written, (self._timestamp(end), end)]

    def _prompt(self, probability: float) -> list[int]:
        """Earlier sentences, or hesitations and words it has never heard, as a question's vocabulary would be."""
        if self.rng.random() >= probability:
            return []
        tokens = list(self.tokenizer.encode(" Um, uh"))
        if self.rng.random() < 0.7:
            tokens += self.rng.integers(TEXT_TOKENS, size=int(self.rng.integers(0, 48))).tolist()
        else:
            earlier = self.rng.integers(len(self.texts), size=int(self.rng.integers(1, 3)))
            tokens = [token for clip in earlier for token in self.texts[clip]]
        return [self.tokenizer.sot_prev, *tokens]

    def _timestamp(self, seconds: float) -> int:
        return int(self.tokenizer.timestamp_begin) + round(seconds / TIMESTAMP_SECONDS)

    def _noisy(self, samples: Samples, loudest: float) -> Samples:
        amplitude = 10 ** self.rng.uniform(-5, loudest)
        noise = self.rng.standard_normal(len(samples)).astype(np.float32)
        return samples + noise * np.float32(amplitude)
