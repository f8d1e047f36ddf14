"""Whether the microphone hears the interviewer's own loudspeaker. Pure.

What comes back is what was played, later and softer: if a delayed copy of it explains most of what is heard, nobody
else is speaking. A far loudspeaker in a room with much reverberation resembles what was played less and is missed.
"""

from __future__ import annotations

import numpy as np

from interviewer.domain import SAMPLE_RATE
from interviewer.ports import Samples

LONGEST_DELAY_SECONDS = 0.4  # buffers of the loudspeaker and the microphone, and the way through the room
ECHO_SHARE = 0.5  # of the heard energy that must be explained


def echo_share(heard: Samples, played: Samples) -> float:
    """Share of the energy of `heard`, 0 to 1, that one stretch of `played` explains. Both at 16 kHz; 0 when silent."""
    if len(played) < len(heard) or not len(heard):
        return 0.0
    size = 1 << (len(played) + len(heard) - 1).bit_length()
    spectrum = np.fft.rfft(played, size) * np.conj(np.fft.rfft(heard, size))
    lags = len(played) - len(heard) + 1
    products = np.fft.irfft(spectrum, size)[:lags]
    sums = np.concatenate([[0.0], np.cumsum(np.square(played, dtype=np.float64))])
    energies = sums[len(heard) :] - sums[:lags]
    whole = float(np.sum(np.square(heard, dtype=np.float64)))
    sounding = energies > 1e-6
    if whole < 1e-6 or not sounding.any():
        return 0.0
    return float(np.max(np.square(products[sounding]) / energies[sounding])) / whole


def is_own_echo(heard: Samples, played: Samples) -> bool:
    """`played` ends where `heard` ends and begins LONGEST_DELAY_SECONDS earlier."""
    return echo_share(heard, played) >= ECHO_SHARE


def samples_played_before(heard: Samples) -> int:
    """How much of what was played `is_own_echo` needs beside `heard`."""
    return len(heard) + round(LONGEST_DELAY_SECONDS * SAMPLE_RATE)
