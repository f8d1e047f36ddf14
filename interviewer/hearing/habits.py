"""How long a speaker pauses without having finished, learned while they speak."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

SHORTEST_SECONDS = 0.8  # what is shorter ends no turn and says nothing about those that might
LONGEST_SECONDS = 8.0  # beyond, somebody was interrupted by life, not by thought
TYPICAL_SECONDS, SPREAD = 1.8, 0.6  # before anything is heard: one in twenty outlasts 4.8 s
PRIOR_PAUSES = 8  # that many pauses weigh as much as the guess above
_LIKELIEST, _LEAST = 0.98, 1e-9


class PauseHabit:
    """Lengths of pauses within turns, as a log-normal whose middle and width move from a common guess to the speaker's."""

    def __init__(self) -> None:
        self._logs: list[float] = []

    def note(self, seconds: float) -> None:
        """A pause after which the speaker went on."""
        if seconds >= SHORTEST_SECONDS:
            self._logs.append(log(min(seconds, LONGEST_SECONDS)))

    @property
    def typical(self) -> float:
        """Seconds that half of the pauses outlast."""
        return exp(self._middle)

    def outlasted_by(self, share: float) -> float:
        """Seconds that this share of the pauses outlast."""
        share = min(max(share, _LEAST), _LIKELIEST)
        return exp(self._middle + self._width * NormalDist().inv_cdf(1 - share))

    @property
    def _middle(self) -> float:
        return (PRIOR_PAUSES * log(TYPICAL_SECONDS) + sum(self._logs)) / (PRIOR_PAUSES + len(self._logs))

    @property
    def _width(self) -> float:
        scatter = sum((value - self._middle) ** 2 for value in self._logs)
        return sqrt((PRIOR_PAUSES * SPREAD**2 + scatter) / (PRIOR_PAUSES + len(self._logs)))
