"""Checks the file a synthesizer wrote before anyone has to listen to it: synthesizers fail silently."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from interviewer.errors import EngineError
from interviewer.ports import Speech

SILENT_PEAK = 0.005  # full scale is 1; the quietest real voice peaks near 0.2
SHORTEST_SHARE, LONGEST_SHARE = 0.25, 4.0  # of the time the words should take
LONGEST_EXTRA_SECONDS = 3.0


def load_speech(path: Path, *, engine: str, text: str, words_per_minute: float) -> Speech:
    """The sound in `path` (WAV or AIFF), mixed to mono.

    EngineError (retryable) when there is no file, no sound in it, or it lasts far too short or too long for `text`.
    """
    import soundfile

    if not path.is_file() or path.stat().st_size == 0:
        raise EngineError(engine, f"{engine} wrote no sound for '{_shortened(text)}'.", retryable=True)
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise EngineError(
            engine, f"{engine} wrote a sound file that cannot be read: {error}.", retryable=True
        ) from error
    speech = Speech(samples=np.ascontiguousarray(channels.mean(axis=1, dtype=np.float32)), rate=int(rate))
    check_speech(speech, engine=engine, text=text, words_per_minute=words_per_minute)
    return speech


def check_speech(speech: Speech, *, engine: str, text: str, words_per_minute: float) -> None:
    """EngineError (retryable) unless `speech` is audible and about as long as `text` takes to say."""
    if not len(speech.samples) or float(np.abs(speech.samples).max()) < SILENT_PEAK:
        raise EngineError(engine, f"{engine} gave only silence for '{_shortened(text)}'.", retryable=True)
    expected = _spoken_words(text) * 60 / words_per_minute
    if not SHORTEST_SHARE * expected <= speech.seconds <= LONGEST_SHARE * expected + LONGEST_EXTRA_SECONDS:
        raise EngineError(
            engine,
            f"{engine} gave {speech.seconds:.1f} s of sound for '{_shortened(text)}',"
            f" which should take about {expected:.1f} s.",
            retryable=True,
        )


def _spoken_words(text: str) -> int:
    """Words as heard: every digit may become one."""
    return max(1, len(re.findall(r"[^\W\d]+(?:['-][^\W\d]+)*|\d", text)))


def _shortened(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
