"""Pocketsphinx as its Python module offers it: one everyday-English model, deaf to what the question is about.

Only used where the C functions behind the mix of models cannot be called (see binding).
"""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.engines.pocketsphinx.decoder import DecodedWord


class StockDecoder:
    """The decoder pocketsphinx gives without any adaptation."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder = Decoder(fwdflat=False, loglevel="FATAL")

    def start(self) -> None:
        self._decoder.start_utt()

    def feed(self, pcm16: bytes) -> None:
        self._decoder.process_raw(pcm16)

    def partial(self) -> str:
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""

    def end(self) -> list[DecodedWord]:
        self._decoder.end_utt()
        return [
            DecodedWord(segment.word, segment.start_frame, segment.end_frame, min(1.0, segment.prob))
            for segment in self._decoder.seg() or ()
        ]

    @property
    def cepstral_mean(self) -> tuple[float, ...]:
        return tuple(float(value) for value in self._decoder.get_cmn().split(",") if value)

    @cepstral_mean.setter
    def cepstral_mean(self, mean: Sequence[float]) -> None:
        self._decoder.set_cmn(",".join(f"{value:.2f}" for value in mean))

    def close(self) -> None:
        self._decoder = None
