"""Hears um and uh in sound, which recognisers leave out: long voiced stretches whose vowel and pitch stand still.

Made to miss rather than to invent: what it finds is a lower bound. `scripts/train_filled_pauses.py` makes the weights on
synthetic voices and on people reading without fillers; docs/benchmarks/clarity.md says how well it does on others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interviewer.domain import SAMPLE_RATE, Span, Turn
from interviewer.hearing.acoustics import HOP, WINDOW, Frames, Values, frames_of, runs
from interviewer.ports import Samples

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


def candidates(samples: Samples) -> list[Candidate]:
    """Voiced stretches of 0.12 s or more in which spectrum and pitch hardly move; one closing of the lips is allowed."""
    if len(samples) < WINDOW + 20 * HOP:
        return []
    frames = frames_of(samples)
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
        for first, last in _joined(list(runs(still, SHORTEST_RUN)), voiced, frames.pitch)
        if last - first >= SHORTEST
    ]


def _change(cepstrum: Values) -> Values:
    """How far the cepstrum moves in 60 ms; infinite where that cannot be seen."""
    moved = np.full(len(cepstrum), np.inf)
    moved[3:-3] = np.sqrt(np.mean((cepstrum[6:] - cepstrum[:-6]) ** 2, axis=1))
    return moved


def _joined(
    stretches: Sequence[tuple[int, int]], voiced: npt.NDArray[np.bool_], pitch: Values
) -> list[tuple[int, int]]:
    """Runs with only a short voiced break between them and the same pitch are one: the m after the vowel of um."""
    found: list[tuple[int, int]] = []
    for first, last in stretches:
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
    frames: Frames,
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
