"""Decides which of a recogniser's segments to believe. Pure: it knows sound levels and figures, no engine.

Whisper writes sentences that nobody said on silence, music and noise. A list of its favourite inventions would also
delete them from people who do say them, so segments are judged by evidence: is there sound at that place, does its
loudness move as speech does, could a mouth be that fast, does the text go in circles, was the decoder sure of itself.

A segment is dropped when it cannot have been said, and marked doubtful when it may have been:

| evidence | doubtful | dropped |
| --- | --- | --- |
| loudest 20 ms within half a second of it | | below -60 dBFS |
| spread of loudness between 250 and 1,500 Hz | below 7 dB | below 4.5 dB |
| voicing: how well the sound repeats itself at the pitch of a voice | below 0.55 (a whisper too) | |
| words a second, from four words up | above 7 | above 12 |
| words that repeat a phrase four times or more in a row | any | half of the text, from eight words up |
| compression ratio of the window's text (Whisper's own limit: 2.4) | above 2.4 | |
| decoder's mean log-probability | below -0.8 | below -0.6 where no-speech is likely |
| no-speech probability | above 0.6 | see above |
| mean confidence of its words | below 0.4 | |
| the same text as the segment before | yes | |
| the prompt's own phrases read back in order | two, and nothing else | three or more, and nothing else |

The spread in dB, 95th less 5th percentile: white, pink and brown noise 2-4, tones below 2; three recordings of human
speech and eight synthetic voices 33 and more when clean, 8.7 and more with white noise 5 dB below the voice, 6.0 and
more with noise as loud as the voice. Voicing, 90th percentile: noise of any rhythm 0.37-0.40; the same voices 0.95 and
more when clean, 0.80 and more with noise as loud as the voice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from interviewer.domain import SAMPLE_RATE, Segment, Word
from interviewer.ports import Samples

SHORTEST_SECONDS = 0.2
QUIET_DBFS = -60.0
LOUD_FRAMES_NEEDED = 5  # 100 ms: the shortest words
STEADY_DB, BARELY_MOVING_DB = 4.5, 7.0
STEADY_SECONDS = 1.0  # a held vowel is steady too, but not for so long
HURRIED_WORDS_PER_SECOND, IMPOSSIBLE_WORDS_PER_SECOND = 7.0, 12.0
TIMES_IN_A_ROW = 4
COMPRESSION_RATIO = 2.4
UNSURE_LOG_PROBABILITY, UNSURE_OF_SILENCE_LOG_PROBABILITY = -0.8, -0.6
NO_SPEECH_PROBABILITY = 0.6
UNSURE_CONFIDENCE = 0.4
LEVEL_FRAME = SAMPLE_RATE // 50  # 20 ms
BAND_FRAME = SAMPLE_RATE // 25  # 40 ms
UNVOICED = 0.55
PITCH_HZ, PITCH_BAND_HZ = (80.0, 400.0), (80.0, 1500.0)
VOICE_BAND_HZ = (250.0, 1500.0)  # where vowels stand out of broadband noise
NEAR_SECONDS = 0.5  # recognisers' times are that far off

Action = Literal["doubt", "drop"]


@dataclass(frozen=True)
class Heard:
    """A segment as the decoder gave it, times in seconds from the chunk's first sample."""

    text: str
    start: float
    end: float
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    words: tuple[Word, ...] = ()

    @property
    def confidence(self) -> float:
        """Mean of the words' confidence, or what the decoder thought of the whole window."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        sureness = sum(known) / len(known) if known else math.exp(min(0.0, self.mean_log_probability))
        return round(min(1.0, max(0.0, sureness)), 3)


@dataclass(frozen=True)
class Refusal:
    """A piece of text that was dropped or marked doubtful, and why."""

    text: str
    action: Action
    reason: str


@dataclass(frozen=True)
class Judged:
    segments: tuple[Segment, ...]
    refusals: tuple[Refusal, ...]


def levels_dbfs(samples: Samples) -> npt.NDArray[np.float64]:
    """Loudness of every whole 20 ms, shape (n,), decibels below full scale; digital silence is -120."""
    count = len(samples) // LEVEL_FRAME
    frames = samples[: count * LEVEL_FRAME].astype(np.float64).reshape(count, LEVEL_FRAME)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def loudness_spread_db(samples: Samples) -> float:
    """How far loudness moves in the voice's band: 95th less 5th percentile over 40 ms frames, in dB."""
    if len(samples) < BAND_FRAME:
        return 0.0
    band = _band_power(samples, VOICE_BAND_HZ).sum(axis=1)
    low, high = np.percentile(10 * np.log10(band + 1e-9), (5, 95))
    return float(high - low)


def voicing(samples: Samples) -> float:
    """How periodic the most voiced tenth of the 40 ms frames is at the least: 1 for a pure buzz, 0.4 for noise."""
    if len(samples) < BAND_FRAME:
        return 0.0
    likeness = np.fft.irfft(_band_power(samples, PITCH_BAND_HZ), axis=1)
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(BAND_FRAME), 2 * BAND_FRAME)) ** 2)
    lags = slice(int(SAMPLE_RATE / PITCH_HZ[1]), int(SAMPLE_RATE / PITCH_HZ[0]))
    fair = likeness[:, lags] / (likeness[:, :1] + 1e-9) * (window[0] / window[lags])
    return float(np.percentile(fair.max(axis=1), 90))


def _band_power(samples: Samples, band_hz: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Power spectra of 40 ms frames every 20 ms, zero outside the band, shape (frames, frequencies)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, BAND_FRAME)[:: BAND_FRAME // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(BAND_FRAME), 2 * BAND_FRAME, axis=1)) ** 2
    hertz = np.fft.rfftfreq(2 * BAND_FRAME, 1 / SAMPLE_RATE)
    power[:, (hertz < band_hz[0]) | (hertz > band_hz[1])] = 0
    return np.asarray(power)


def worth_recognising(samples: Samples) -> bool:
    """Whether a chunk may hold speech at all: long enough, loud enough, and not as steady as a fan or a tone."""
    seconds = len(samples) / SAMPLE_RATE
    if seconds < SHORTEST_SECONDS or (levels_dbfs(samples) > QUIET_DBFS).sum() < LOUD_FRAMES_NEEDED:
        return False
    return seconds < STEADY_SECONDS or loudness_spread_db(samples) >= STEADY_DB


def judge(heard: Sequence[Heard], samples: Samples, prompt_phrases: Sequence[str] = ()) -> Judged:
    """The segments to believe, in order. `samples` is the chunk they were heard in."""
    segments: list[Segment] = []
    refusals: list[Refusal] = []
    previous = ""
    for piece in heard:
        if not piece.text:
            continue
        found = list(_evidence_against(piece, samples, prompt_phrases, previous))
        dropped = next((reason for action, reason in found if action == "drop"), None)
        if dropped:
            refusals.append(Refusal(piece.text, "drop", dropped))
            continue
        previous = piece.text
        if found:
            refusals.append(Refusal(piece.text, "doubt", found[0][1]))
        segments.append(
            Segment(
                text=piece.text,
                start=piece.start,
                end=piece.end,
                confidence=piece.confidence,
                doubtful=bool(found),
                words=piece.words,
            )
        )
    return Judged(tuple(segments), tuple(refusals))


def _evidence_against(
    piece: Heard, samples: Samples, prompt_phrases: Sequence[str], previous: str
) -> Iterator[tuple[Action, str]]:
    yield from _from_sound(piece, samples)
    yield from _from_text(piece, prompt_phrases, previous)
    yield from _from_decoder(piece)


def _from_sound(piece: Heard, samples: Samples) -> Iterator[tuple[Action, str]]:
    first = max(0, int((piece.start - NEAR_SECONDS) * SAMPLE_RATE))
    near = samples[first : int((piece.end + NEAR_SECONDS) * SAMPLE_RATE)]
    levels = levels_dbfs(near)
    if not len(levels) or levels.max() < QUIET_DBFS:
        yield "drop", "there is no sound at that place"
    elif len(near) >= STEADY_SECONDS * SAMPLE_RATE:
        spread = loudness_spread_db(near)
        if spread < BARELY_MOVING_DB:
            action: Action = "drop" if spread < STEADY_DB else "doubt"
            yield action, f"the sound is steady (loudness moves by {spread:.1f} dB)"
        voiced = voicing(near)
        if voiced < UNVOICED:
            yield "doubt", f"nothing in it is voiced ({voiced:.2f})"


def _from_text(piece: Heard, prompt_phrases: Sequence[str], previous: str) -> Iterator[tuple[Action, str]]:
    words = plain_words(piece.text)
    rate = len(words) / max(piece.end - piece.start, 0.02)
    if len(words) >= 4 and rate > HURRIED_WORDS_PER_SECOND:
        yield "drop" if rate > IMPOSSIBLE_WORDS_PER_SECOND else "doubt", f"{rate:.0f} words a second"
    repeats = repeated_words(words)
    if repeats:
        circling = len(words) >= 8 and repeats >= len(words) / 2
        yield "drop" if circling else "doubt", f"{repeats} of {len(words)} words repeat themselves"
    if words and words == plain_words(previous):
        yield "doubt", "the same as the segment before"
    echoed = phrases_read_back(words, prompt_phrases)
    if echoed >= 2:
        yield "drop" if echoed >= 3 else "doubt", "only reads the prompt back"


def _from_decoder(piece: Heard) -> Iterator[tuple[Action, str]]:
    silence_likely = piece.no_speech_probability > NO_SPEECH_PROBABILITY
    if silence_likely and piece.mean_log_probability < UNSURE_OF_SILENCE_LOG_PROBABILITY:
        yield "drop", f"no-speech probability {piece.no_speech_probability:.2f} and unsure words"
    elif silence_likely:
        yield "doubt", f"no-speech probability {piece.no_speech_probability:.2f}"
    if piece.mean_log_probability < UNSURE_LOG_PROBABILITY:
        yield "doubt", f"mean log-probability {piece.mean_log_probability:.2f}"
    if piece.compression_ratio > COMPRESSION_RATIO:
        yield "doubt", f"compression ratio {piece.compression_ratio:.1f}"
    if piece.confidence < UNSURE_CONFIDENCE:
        yield "doubt", f"confidence {piece.confidence:.2f}"


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return re.findall(r"[\w'+#]+", text.lower())


def repeated_words(words: Sequence[str], longest_phrase: int = 8) -> int:
    """How many words lie in phrases of up to `longest_phrase` words said four times or more in a row."""
    inside: set[int] = set()
    for size in range(1, min(longest_phrase, len(words) // TIMES_IN_A_ROW) + 1):
        run = 0
        for index in range(size, len(words)):
            run = run + 1 if words[index] == words[index - size] else 0
            if run >= size * (TIMES_IN_A_ROW - 1):
                inside.update(range(index - run - size + 1, index + 1))
    return len(inside)


def phrases_read_back(words: Sequence[str], prompt_phrases: Sequence[str]) -> int:
    """How many neighbouring phrases of the prompt, in its order, make up all of `words`; 0 when they do not."""
    phrases = [plain_words(phrase) for phrase in prompt_phrases]
    best = 0
    for first in range(len(phrases)):
        joined: list[str] = []
        for last in range(first, len(phrases)):
            joined += phrases[last]
            if joined == list(words):
                best = max(best, last - first + 1)
    return best
