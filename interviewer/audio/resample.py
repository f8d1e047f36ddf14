"""Between a device's or synthesizer's own rate and the 16 kHz used inside."""

from __future__ import annotations

import numpy as np

from interviewer.domain.speech import SAMPLE_RATE
from interviewer.ports import Samples, Speech


def resampled(samples: Samples, rate: float, wanted_rate: float) -> Samples:
    """A whole sound at `wanted_rate` Hz; the same array when it already is."""
    if rate == wanted_rate:
        return samples
    import soxr

    return np.asarray(soxr.resample(samples, rate, wanted_rate), dtype=np.float32)


def at_session_rate(speech: Speech) -> Samples:
    """`speech` at 16 kHz, as recordings and recognisers want it."""
    return resampled(speech.samples, speech.rate, SAMPLE_RATE)


class StreamResampler:
    """Turns a stream at `rate` Hz into one at 16 kHz, block by block, without clicks at the seams."""

    def __init__(self, rate: float) -> None:
        self._stream = None
        if rate != SAMPLE_RATE:
            import soxr

            self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="MQ")

    def feed(self, block: Samples) -> Samples:
        if self._stream is None:
            return block
        return np.asarray(self._stream.resample_chunk(block), dtype=np.float32)
