"""Hears um and uh in sound, which recognisers leave out: long voiced stretches whose vowel and pitch stand still.

Made to miss rather than to invent: what it finds is a lower bound. `scripts/train_filled_pauses.py` makes the weights on
synthetic voices and on people reading without fillers; docs/benchmarks/clarity.md says how well it does on others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interviewer.domain import SAMPLE_RATE, Span, Turn
from interviewer.ports import Samples

Values = npt.NDArray[np.float64]

HOP = SAMPLE_RATE // 100  # 10 ms
WINDOW = SAMPLE_RATE // 25  # 40 ms: three periods of the lowest voice
TRANSFORM = 1024
BLOCK_FRAMES = 1000  # of memory at a time, whatever the length
LAGS = np.arange(40, 230)  # periods of 400 to 70 Hz in samples
BANDS, CEPSTRA = 24, 12
BAND_EDGES_HZ = (80.0, 3800.0)  # what a telephone lets through
VOICED, LOUD_DB, SILENT_DB = 0.6, -30.0, -28.0  # below the loudest twentieth of the frames
STILL_SPECTRUM, STILL_PITCH = 2.4, 1.0  # change over 60 ms of the cepstrum; over 40 ms in semitones
SHORTEST_RUN, LONGEST_BREAK, SHORTEST = 3, 7, 12  # frames
SAME_PITCH = 2.5  # semitones between two runs of one filled pause
NEAR_SILENCE = 15  # frames beyond which it does not matter

MARGIN_SECONDS = 0.3  # around the detector's speech
THRESHOLD = 0.7  # chosen on the development voices
BIAS = -3.783
WEIGHTS: Mapping[str, float] = {
    "log length": 2.0344,
    "share of its voiced stretch": 3.2376,
    "mean change": -2.542,
    "largest changes": -0.4865,
    "pitch slope": 0.0452,
    "steepness": -0.1139,
    "pitch spread": -0.9522,
    "level spread": -0.1323,
    "level": -0.0562,
    "silence near": -0.0416,
    "change of colour": 0.2678,
    "colour 1": -0.0656,
    "colour 3": 0.2618,
    "colour 4": 0.2784,
    "colour 5": -0.0582,
    "colour 6": -0.151,
}


@dataclass(frozen=True)
class Candidate:
    """A still stretch and what tells a filled pause from a vowel, by name."""

    span: Span
    features: Mapping[str, float]

    @property
    def probability(self) -> float:
        logit = BIAS + sum(weight * self.features[name] for name, weight in WEIGHTS.items())
        return float(1 / (1 + np.exp(-logit)))


def filled_pauses(samples: Samples, start: float = 0.0) -> tuple[Span, ...]:
    """Where an um or uh is heard in `samples` at 16 kHz; `start` is the second of the first sample."""
    return tuple(
        Span(start=round(start + c.span.start, 3), end=round(start + c.span.end, 3))
        for c in candidates(samples)
        if c.probability >= THRESHOLD
    )


def examined(turn: Turn, recording: Samples) -> Turn:
    """A spoken turn with the filled pauses heard in the session's `recording`; any other turn as it is."""
    if turn.typed or not turn.speech:
        return turn
    start = max(0.0, turn.speech[0].start - MARGIN_SECONDS)
    piece = recording[
        round(start * SAMPLE_RATE) : round((turn.speech[-1].end + MARGIN_SECONDS) * SAMPLE_RATE)
    ]
    if len(piece) / SAMPLE_RATE < turn.speech[-1].end - start:
        return turn  # the sound is not all there
    return turn.model_copy(update={"filled_pauses": filled_pauses(piece, start)})


@dataclass(frozen=True)
class _Frames:
    """One value a frame: level in dB, periodicity in [0, 1], pitch in semitones, cepstrum of shape (n, CEPSTRA)."""

    level: Values
    voicing: Values
    pitch: Values
    cepstrum: Values


def candidates(samples: Samples) -> list[Candidate]:
    """Voiced stretches of 0.12 s or more in which spectrum and pitch hardly move; one closing of the lips is allowed."""
    if len(samples) < WINDOW + 20 * HOP:
        return []
    frames = _frames(samples)
    loudest = float(np.percentile(frames.level, 95))
    voiced = (frames.voicing > VOICED) & (frames.level > loudest + LOUD_DB)
    change = _change(frames.cepstrum)
    glide = np.full(len(frames.pitch), np.inf)
    glide[2:-2] = np.abs(frames.pitch[4:] - frames.pitch[:-4])
    still = voiced & (change < STILL_SPECTRUM) & (glide < STILL_PITCH)
    silent = frames.level < loudest + SILENT_DB
    return [
        Candidate(
            Span(start=(first * HOP + HOP) / SAMPLE_RATE, end=(last * HOP + WINDOW - HOP) / SAMPLE_RATE),
            _features(frames, change, voiced, silent, loudest, first, last),
        )
        for first, last in _joined(list(_runs(still)), voiced, frames.pitch)
        if last - first >= SHORTEST
    ]


def _frames(samples: Samples) -> _Frames:
    views = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    parts = [_measured(views[at : at + BLOCK_FRAMES]) for at in range(0, len(views), BLOCK_FRAMES)]
    return _Frames(*(np.concatenate(values) for values in zip(*parts, strict=True)))


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


def _change(cepstrum: Values) -> Values:
    """How far the cepstrum moves in 60 ms; infinite where that cannot be seen."""
    moved = np.full(len(cepstrum), np.inf)
    moved[3:-3] = np.sqrt(np.mean((cepstrum[6:] - cepstrum[:-6]) ** 2, axis=1))
    return moved


def _runs(still: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first >= SHORTEST_RUN:
            yield int(first), int(last)


def _joined(
    runs: Sequence[tuple[int, int]], voiced: npt.NDArray[np.bool_], pitch: Values
) -> list[tuple[int, int]]:
    """Runs with only a short voiced break between them and the same pitch are one: the m after the vowel of um."""
    found: list[tuple[int, int]] = []
    for first, last in runs:
        if found:
            begun, ended = found[-1]
            step = abs(float(np.median(pitch[first:last]) - np.median(pitch[begun:ended])))
            near = first - ended <= LONGEST_BREAK and voiced[ended:first].mean() > 0.8
            if near and step < SAME_PITCH:
                found[-1] = (begun, last)
                continue
        found.append((first, last))
    return found


def _features(
    frames: _Frames,
    change: Values,
    voiced: npt.NDArray[np.bool_],
    silent: npt.NDArray[np.bool_],
    loudest: float,
    first: int,
    last: int,
) -> dict[str, float]:
    pitch, cepstrum = frames.pitch[first:last], frames.cepstrum[first:last]
    middle = (last - first) // 2
    moved = cepstrum[:middle].mean(axis=0) - cepstrum[middle:].mean(axis=0)
    slope = float(np.polyfit(np.arange(last - first), pitch, 1)[0]) * 100
    before = _steps_to(silent[:first][::-1])
    after = _steps_to(silent[last:])
    voiced_before = _steps_to(~voiced[:first][::-1], far=last)
    voiced_after = _steps_to(~voiced[last:], far=len(voiced))
    return {
        "log length": float(np.log(last - first)),
        "share of its voiced stretch": (last - first) / (voiced_before + last - first + voiced_after),
        "mean change": float(change[first:last].mean()),
        "largest changes": float(np.percentile(change[first:last], 90)),
        "pitch slope": slope,
        "steepness": abs(slope),
        "pitch spread": float(pitch.std()),
        "level spread": float(frames.level[first:last].std()),
        "level": float(frames.level[first:last].mean()) - loudest,
        "silence near": float(min(before, after)),
        "change of colour": float(np.sqrt(np.mean(moved**2))),
        **{f"colour {n}": float(cepstrum[:, n - 1].mean()) for n in (1, 3, 4, 5, 6)},
    }


def _steps_to(wanted: npt.NDArray[np.bool_], far: int = NEAR_SILENCE) -> int:
    """Frames until the first that is `wanted`, at most `far`; the end of the sound counts as one."""
    seen = wanted[:far]
    return int(np.argmax(seen)) if seen.any() else len(seen)
