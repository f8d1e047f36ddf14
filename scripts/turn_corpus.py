"""Spoken answers with labelled pauses: what the decision on the end of a turn is fitted to and measured with.

A sentence is spoken whole by a voice of flite and cut between two words, at the times flite tells, so that what comes
before a pause inside a sentence sounds as it does inside a sentence. Half of the words before such a pause are drawn out,
as people do; fillers are held and level. Nothing is committed: the sound is made anew from the seed.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
import soxr
from turn_texts import Answer

from interviewer.domain import SAMPLE_RATE, Span
from interviewer.ports import Samples

Place = Literal["sentence", "list", "clause", "trailing", "inside", "filler", "end"]
PAUSES = 15
LENGTHS: dict[str, tuple[float, float]] = {
    "breath": (0.3, 1.0),
    "hesitation": (1.0, 2.0),
    "thought": (2.0, 6.0),
}
# Of the pauses at one kind of place, how long they are: 4 of 15 are thoughts of 2 to 6 s, half of these inside a clause.
SHARES: dict[str, tuple[str, ...]] = {
    "sentence": ("breath", "breath", "hesitation", "hesitation", "thought"),
    "list": ("breath", "hesitation", "thought"),
    "clause": ("breath", "breath", "hesitation", "thought"),
    "trailing": ("breath", "hesitation", "thought"),
    "inside": ("breath", "hesitation"),
    "filler": ("breath", "hesitation", "thought"),
}
WANTED: tuple[Place, ...] = (
    *("sentence", "sentence", "sentence", "sentence"),
    *("list", "list"),
    *("clause", "clause", "clause"),
    *("trailing", "trailing", "trailing"),
    "inside",
    *("filler", "filler"),
)
MORE: tuple[Place, ...] = (
    "clause",
    "trailing",
    "filler",
    "inside",
) * 3  # where a text has too few of the others
TRAILING = frozenset(
    "so and because but or that which the a an of to in for with is are was if when than like".split()
)
CONJUNCTIONS = frozenset("and but so because which while where if when then or since although".split())
LISTING = frozenset("first second third then finally next also after another the".split())
STEP = SAMPLE_RATE // 100


@dataclass(frozen=True)
class Speaker:
    """A voice of flite; `shift` makes it higher and quicker, `pace` stretches it, `slowness` its shorter pauses."""

    voice: str
    shift: float
    pace: float
    slowness: float

    @property
    def name(self) -> str:
        return f"{self.voice} {self.shift:g}"


@dataclass(frozen=True)
class Pause:
    place: Place
    length: str
    span: Span
    text: str  # the words of the answer so far


@dataclass(frozen=True)
class Recording:
    name: str
    speaker: str
    answer: Answer
    samples: Samples
    pauses: tuple[Pause, ...]
    end: float  # of the last word, in seconds


def record(answer: Answer, speaker: Speaker, name: str, noise_db: float = -62.0) -> Recording:
    """`answer` spoken with about PAUSES pauses; one second of the room follows it. The same for the same name."""
    rng = random.Random(name)
    tape = _Tape(rng, noise_db)
    spoken = [_said(sentence, speaker) for sentence in answer.sentences]
    plan = _plan(spoken, rng) if answer.ending != "short answer" else {}
    for number, sentence in enumerate(spoken):
        start = 0
        for word in range(len(sentence.words)):
            place = plan.get((number, word))
            if place is None:
                continue
            last = word == len(sentence.words) - 1
            end = len(sentence.samples) if last else sentence.ends[word]
            piece = _trimmed(sentence.samples[start:end])
            if place in ("trailing", "inside", "filler", "clause") and rng.random() < 0.5:
                piece = _drawn_out(
                    piece, sentence.ends[word] - max(start, sentence.starts[word]), rng.uniform(1.3, 1.9)
                )
            tape.say(piece)
            if place == "filler":
                tape.say(np.zeros(round(rng.uniform(0.05, 0.2) * SAMPLE_RATE), dtype=np.float32))
                tape.say(_filler(speaker, rng.choice(("ah m", "ax m", "ax", "ah"))))
            said = [*(w for before in spoken[:number] for w in before.words), *sentence.words[: word + 1]]
            tape.pause(place, rng.choice(SHARES[place]), speaker.slowness, " ".join(said))
            start = end
        if start < len(sentence.samples):
            tape.say(
                sentence.samples[start:] if number < len(spoken) - 1 else _trimmed(sentence.samples[start:])
            )
    return tape.recording(name, speaker, answer)


class _Tape:
    def __init__(self, rng: random.Random, noise_db: float) -> None:
        self._rng = rng
        self._noise = 10 ** (noise_db / 20)
        self._parts: list[Samples] = [np.zeros(SAMPLE_RATE // 2, dtype=np.float32)]
        self._length = SAMPLE_RATE // 2
        self._pauses: list[Pause] = []

    def say(self, sound: Samples) -> None:
        self._parts.append(sound)
        self._length += len(sound)

    def pause(self, place: Place, length: str, slowness: float, text: str) -> None:
        low, high = LENGTHS[length]
        seconds = self._rng.uniform(low, high) * (1.0 if length == "thought" else slowness)
        start = self._length / SAMPLE_RATE
        self.say(np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32))
        self._pauses.append(Pause(place, length, Span(start=start, end=start + seconds), text))

    def recording(self, name: str, speaker: Speaker, answer: Answer) -> Recording:
        end = self._length / SAMPLE_RATE
        self.say(np.zeros(round(1.5 * SAMPLE_RATE), dtype=np.float32))
        samples = np.concatenate(self._parts)
        noise = np.random.default_rng(random.Random(name).randrange(2**31)).standard_normal(len(samples))
        samples = (samples + self._noise * noise).astype(np.float32)
        return Recording(name, speaker.name, answer, samples, tuple(self._pauses), end)


@dataclass(frozen=True)
class _Said:
    samples: Samples
    words: tuple[str, ...]
    starts: tuple[
        int, ...
    ]  # of each word, in samples; empty where flite's times could not be matched to words
    ends: tuple[int, ...]

    @property
    def timed(self) -> bool:
        return bool(self.ends)


def _plan(spoken: Sequence[_Said], rng: random.Random) -> dict[tuple[int, int], Place]:
    """After which words there is a pause, and of what kind: places of each kind at random, none next to another."""
    places: dict[str, list[tuple[int, int]]] = {place: [] for place in SHARES}
    for number, sentence in enumerate(spoken):
        last = len(sentence.words) - 1
        if number < len(spoken) - 1:
            following = spoken[number + 1].words[0]
            places["list" if following in LISTING else "sentence"].append((number, last))
        for word in range(1, last - 1) if sentence.timed else ():
            here, following = sentence.words[word], sentence.words[word + 1]
            if here in TRAILING:
                places["trailing"].append((number, word))
            elif following in CONJUNCTIONS:
                places["clause"].append((number, word))
            elif following not in TRAILING:
                places["inside"].append((number, word))
    places["filler"] = [*places["inside"], *places["clause"], *places["trailing"]]
    plan: dict[tuple[int, int], Place] = {}
    for wanted in (*WANTED, *MORE):
        if len(plan) == PAUSES:
            break
        free = [
            p for p in places[wanted] if not any((p[0], p[1] + step) in plan for step in (-2, -1, 0, 1, 2))
        ]
        if free:
            plan[rng.choice(free)] = wanted
    return plan


def _said(sentence: str, speaker: Speaker) -> _Said:
    tokens = [token for token in sentence.split() if any(c.isalnum() for c in token)]
    words = tuple(token.strip("\"'.,;:!?()").lower() for token in tokens)
    samples, phones = _flite(sentence, speaker)
    counts = [len(_phones_of(word)) for word in words]
    sounded = [(start, end) for phone, start, end in phones if phone != "pau"]
    if sum(counts) != len(sounded):
        return _Said(samples, words, (), ())
    stops = np.cumsum(counts)
    starts = tuple(
        round(sounded[stop - count][0] * SAMPLE_RATE) for stop, count in zip(stops, counts, strict=True)
    )
    ends = tuple(round(sounded[stop - 1][1] * SAMPLE_RATE) for stop in stops)
    return _Said(samples, words, starts, ends)


def _flite(
    text: str, speaker: Speaker, *, phonemes: bool = False
) -> tuple[Samples, list[tuple[str, float, float]]]:
    """Sound at 16 kHz, half of full scale at its loudest, and its phones with their start and end in seconds."""
    stretch = f"duration_stretch={speaker.pace * (1.0 if not phonemes else 1.6):.2f}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        said = ["-p", f"pau {text} pau"] if phonemes else ["-t", text]
        command = ["flite", "-voice", speaker.voice, "--setf", stretch, "-psdur", *said, "-o", str(path)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(path, dtype="float32")
    sound = np.asarray(soxr.resample(samples, rate * speaker.shift, SAMPLE_RATE), dtype=np.float32)
    phones, start = [], 0.0
    for item in told.split():
        phone, _, end = item.rpartition(":")
        phones.append((phone, start / speaker.shift, float(end) / speaker.shift))
        start = float(end)
    return np.asarray(sound * np.float32(0.5 / np.abs(sound).max()), dtype=np.float32), phones


@cache
def _phones_of(word: str) -> tuple[str, ...]:
    told = subprocess.run(
        ["flite", "-voice", "kal", "-ps", "-t", word, "-o", "/dev/null"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(phone for phone in told.split() if phone != "pau")


@cache
def _filler(speaker: Speaker, phones: str) -> Samples:
    """An um or uh, held; its level does not fall at the end."""
    sound, _ = _flite(phones, speaker, phonemes=True)
    sound = _trimmed(sound, 0.15)
    return np.asarray(sound * np.float32(0.7), dtype=np.float32)


def _trimmed(sound: Samples, quiet: float = 0.01) -> Samples:
    """Without the silence at its end, and faded out over 8 ms."""
    levels = np.sqrt((sound[: len(sound) // STEP * STEP].reshape(-1, STEP) ** 2).mean(axis=1))
    loud = np.flatnonzero(levels > quiet * max(levels.max(initial=0.0), 1e-6))
    sound = sound[: (loud[-1] + 1) * STEP].copy() if len(loud) else sound.copy()
    fade = min(len(sound), SAMPLE_RATE // 125)
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound


def _drawn_out(sound: Samples, samples: int, factor: float) -> Samples:
    """The last `samples` made longer at the same pitch: pieces of 40 ms are repeated where they fit best."""
    samples = min(samples, len(sound))
    head, word = sound[: len(sound) - samples], sound[len(sound) - samples :]
    size, reach = SAMPLE_RATE // 25, SAMPLE_RATE // 100
    if len(word) < 3 * size:
        return sound
    window = np.hanning(size).astype(np.float32)
    hop = size // 2
    wanted = round(len(word) * factor)
    out = np.zeros(wanted + size, dtype=np.float32)
    out[:hop] = word[:hop]
    last = 0
    for at in range(0, wanted - size, hop):
        ideal = round(at / factor)
        low, high = max(0, ideal - reach), min(len(word) - size, ideal + reach)
        if high < low:
            break
        follows = word[last + hop : last + hop + hop]
        fits = [
            float(np.dot(word[p : p + len(follows)], follows)) if len(follows) else 0.0
            for p in range(low, high + 1, 4)
        ]
        last = low + 4 * int(np.argmax(fits))
        out[at : at + size] += word[last : last + size] * window
    return np.concatenate([head, out[: at + hop]])
