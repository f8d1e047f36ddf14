"""How the last words before a pause sounded: a voice that sinks and fades has said its sentence, one that is held has not.

Pure, and relative to the same speaker's sound just before, so that neither loudness nor the height of a voice matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interviewer.domain import SAMPLE_RATE
from interviewer.hearing.acoustics import HOP, Frames, frames_of, runs
from interviewer.hearing.filled_pauses import candidates
from interviewer.ports import Samples

HEARD_SECONDS = 4.0
"""Of sound before the pause, and the pause's own beginning, that `measured` wants to be given."""
VOICED, AUDIBLE_DB = 0.55, -28.0  # below the loudest twentieth of the frames
LEAST_VOICED = 25  # frames: with less there is no telling what is usual for this voice
TAIL, ENDING = 30, 12  # frames: what the fall is measured over; what counts as the very end
SHORTEST_RUN = 4
FILLER_REACH = 0.35  # seconds between a filled pause and the silence after it
STEEPEST, FARTHEST = 30.0, 10.0  # semitones a second, semitones: beyond lie errors of the pitch


@dataclass(frozen=True)
class Prosody:
    """Pitch in semitones, level in dB, both against the last seconds of the same voice; `lengthened` is the logarithm of
    the last voiced stretch's length over the median one; `filler` the chance that it ends in an um or uh."""

    pitch_end: float
    pitch_slope: float
    level_end: float
    lengthened: float
    filler: float


def measured(sound: Samples) -> Prosody | None:
    """The prosody of the last words in `sound` (at 16 kHz; the silence after them may be in it); None where too little
    voice is heard."""
    if len(sound) < SAMPLE_RATE // 2:
        return None
    frames = frames_of(sound)
    audible = frames.level > float(np.percentile(frames.level, 95)) + AUDIBLE_DB
    voiced = audible & (frames.voicing > VOICED)
    places = np.flatnonzero(voiced)
    if len(places) < LEAST_VOICED:
        return None
    end = int(np.flatnonzero(audible)[-1]) + 1
    tail = places[places >= end - TAIL]
    tail = tail if len(tail) >= SHORTEST_RUN else places[-TAIL // 2 :]
    pitch = frames.pitch[tail]
    usual = float(np.median(frames.pitch[places]))
    slope = float(np.polyfit(tail * HOP / SAMPLE_RATE, pitch, 1)[0])
    levels = frames.level[:end][audible[:end]]
    return Prosody(
        pitch_end=float(np.clip(np.median(pitch[-ENDING:]) - usual, -FARTHEST, FARTHEST)),
        pitch_slope=float(np.clip(slope, -STEEPEST, STEEPEST)),
        level_end=float(levels[-ENDING:].mean() - np.median(levels)),
        lengthened=_lengthened(frames, voiced),
        filler=_filler(sound, end),
    )


def _lengthened(frames: Frames, voiced: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    lengths = [last - first for first, last in runs(voiced, SHORTEST_RUN)]
    return float(np.log(lengths[-1] / np.median(lengths))) if lengths else 0.0


def _filler(sound: Samples, end: int) -> float:
    """The chance of the likeliest filled pause among what ends just before frame `end`."""
    stop = min(len(sound), (end + 10) * HOP)
    first = max(0, stop - round(1.5 * SAMPLE_RATE))
    closing = (end * HOP - first) / SAMPLE_RATE
    near = [c.probability for c in candidates(sound[first:stop]) if closing - c.span.end < FILLER_REACH]
    return max(near, default=0.0)
