"""What leads into a chunk: the last words before it, heard again, so that its own first words follow upon something.

A search that begins in mid-sentence mishears what it begins with; with a lead chunks may be short. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from interviewer.domain import SAMPLE_RATE, Word
from interviewer.ports import Samples

LEADING_SECONDS = 1.5
"""How much of what was said before is heard again, at most."""


@dataclass(frozen=True)
class Leading:
    """The end of the chunk before: its sound, from where a word begins, and how many words that holds."""

    sound: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    words: int = 0

    @classmethod
    def out_of(cls, sound: Samples, words: Sequence[Word]) -> Leading:
        """What the chunk of this sound and these words gives to the one after it."""
        seconds = len(sound) / SAMPLE_RATE
        begins = [word.start for word in words if word.start >= seconds - LEADING_SECONDS]
        return cls(sound[round(begins[0] * SAMPLE_RATE) :], len(begins)) if begins else cls()

    def without(self, words: Iterable[Word]) -> list[Word]:
        """The chunk's own words, with times from where it begins; one across the border belongs to its longer part."""
        seconds = len(self.sound) / SAMPLE_RATE
        return [
            word.model_copy(update={"start": max(0.0, word.start - seconds), "end": word.end - seconds})
            for word in words
            if word.start + word.end > 2 * seconds
        ]
