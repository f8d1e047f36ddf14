"""What can be measured in a stretch of sound, frame by frame: level, periodicity, pitch and colour. numpy alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interviewer.domain import SAMPLE_RATE
from interviewer.ports import Samples

Values = npt.NDArray[np.float64]

HOP = SAMPLE_RATE // 100  # 10 ms
WINDOW = SAMPLE_RATE // 25  # 40 ms: three periods of the lowest voice
TRANSFORM = 1024
BLOCK_FRAMES = 1000  # of memory at a time, whatever the length
LAGS = np.arange(40, 230)  # periods of 400 to 70 Hz in samples
BANDS, CEPSTRA = 24, 12
BAND_EDGES_HZ = (80.0, 3800.0)  # what a telephone lets through


@dataclass(frozen=True)
class Frames:
    """One value a frame: level in dB, periodicity in [0, 1], pitch in semitones, cepstrum of shape (n, CEPSTRA)."""

    level: Values
    voicing: Values
    pitch: Values
    cepstrum: Values


def frames_of(samples: Samples) -> Frames:
    """The frames of at least WINDOW `samples`, one each HOP."""
    views = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    parts = [_measured(views[at : at + BLOCK_FRAMES]) for at in range(0, len(views), BLOCK_FRAMES)]
    return Frames(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def runs(flags: npt.NDArray[np.bool_], shortest: int) -> Iterator[tuple[int, int]]:
    """First and one past the last frame of each stretch of True that is at least `shortest` frames long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first >= shortest:
            yield int(first), int(last)


def _measured(views: npt.NDArray[np.float32]) -> tuple[Values, Values, Values, Values]:
    """Level, voicing, pitch and cepstrum of frames of shape (n, WINDOW)."""
    windowed = views * _HANN
    level = 10 * np.log10(np.mean(windowed**2, axis=1, dtype=np.float64) + 1e-12)
    power = np.abs(np.fft.rfft(windowed, TRANSFORM, axis=1)) ** 2
    likeness = np.fft.irfft(power, axis=1)[:, : LAGS[-1] + 1]
    likeness = likeness[:, LAGS[0] :] / np.maximum(likeness[:, :1], 1e-9) / _HANN_LIKENESS
    rows = np.arange(len(likeness))
    # The first lag that is nearly as good as the best: half the pitch is as periodic as the pitch.
    lag = np.argmax(likeness >= 0.92 * likeness.max(axis=1, keepdims=True), axis=1)
    for _ in range(12):  # up to the top of its peak
        further = np.minimum(lag + 1, likeness.shape[1] - 1)
        lag = np.where(likeness[rows, further] > likeness[rows, lag], further, lag)
    pitch = 12 * np.log2(SAMPLE_RATE / (LAGS[0] + lag))
    cepstrum = np.log(power @ _MEL + 1e-7) @ _COSINES
    return level, likeness[rows, lag].astype(np.float64), pitch, cepstrum.astype(np.float64)


def _mel_bank() -> Values:
    """Triangular bands over the transform's bins, shape (TRANSFORM / 2 + 1, BANDS)."""
    low, high = (1127 * np.log1p(edge / 700) for edge in BAND_EDGES_HZ)
    edges = 700 * np.expm1(np.linspace(low, high, BANDS + 2) / 1127)
    bins = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), dtype=np.float64)


_HANN = np.hanning(WINDOW).astype(np.float32)
_HANN_LIKENESS = np.fft.irfft(np.abs(np.fft.rfft(_HANN, TRANSFORM)) ** 2)[: LAGS[-1] + 1]
_HANN_LIKENESS = (_HANN_LIKENESS[LAGS[0] :] / _HANN_LIKENESS[0]).astype(np.float32)
_MEL = _mel_bank().astype(np.float32)
_COSINES = (
    np.cos(np.pi / BANDS * np.outer(np.arange(BANDS) + 0.5, np.arange(1, CEPSTRA + 1))) * np.sqrt(2 / BANDS)
).astype(np.float32)
