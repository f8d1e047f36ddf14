"""Reads whether words state a rubric point, contradict it, or do neither: all-MiniLM-L6-v2 with low-rank changes and a head.

MiniLM's own weights come from the package that carries them; scripts/train_claim_model.py makes the changes and the head.
Words and phrasings are embedded apart, so a rubric is embedded once and an answer costs what embedding it costs.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from interviewer.engines.claim_head import PARTS, Matrix, Phrasings, chances, compare
from interviewer.engines.minilm import DIMENSIONS, MiniLmEmbedder
from interviewer.engines.vector_shelf import VectorShelf
from interviewer.errors import EngineError
from interviewer.ports import Claim, ClaimReadings

NAME = "claim model"
WEIGHTS_FILE = "claims.safetensors"
_MAKE = "Make them: python scripts/train_claim_model.py"


class ClaimModel:
    """Reads on the CPU; loads at the first call. Safe to call from several threads: they take turns."""

    def __init__(self, folder: Path, shelve: Callable[[str], VectorShelf] | None = None) -> None:
        """`folder` holds WEIGHTS_FILE. EngineError at the first reading when it is missing or does not fit. `shelve`
        gives the shelf for vectors of the model it is told."""
        self.name = NAME
        self._file = folder / WEIGHTS_FILE
        self._shelve = shelve
        self._lock = threading.Lock()
        self._parts: tuple[MiniLmEmbedder, Mapping[str, Matrix]] | None = None

    def read(self, said: Sequence[str], claims: Sequence[Claim]) -> ClaimReadings:
        """The same words always read the same. `claims` are the points of one rubric, which set each other off."""
        with self._lock:
            embedder, head = self._parts = self._parts or self._load()
        if not said or not claims:
            nothing = np.zeros((len(said), len(claims)), dtype=np.float32)
            return ClaimReadings(nothing, nothing)
        # All texts at once: a few at a time take half as long again.
        rows = iter(
            embedder.encode(
                [text for claim in claims for text in (claim.text, *claim.phrasings, *claim.wrong)]
            )
        )
        phrasings = [
            Phrasings(_taken(rows, 1 + len(claim.phrasings)), _taken(rows, len(claim.wrong)))
            for claim in claims
        ]
        found = chances(compare(embedder.encode(said), phrasings), head)
        return ClaimReadings(states=found[..., 0], contradicts=found[..., 1])

    def _load(self) -> tuple[MiniLmEmbedder, Mapping[str, Matrix]]:
        from safetensors.numpy import load_file

        if not self._file.is_file():
            raise EngineError(NAME, f"Its weights are missing: there is no file {self._file}.", _MAKE)
        try:
            weights = {name: tensor.astype(np.float32) for name, tensor in load_file(self._file).items()}
            head = {name: weights.pop(name) for name in PARTS}
            model = f"{NAME} {hashlib.sha256(self._file.read_bytes()).hexdigest()}"
            embedder = MiniLmEmbedder(changes=weights, shelf=self._shelve(model) if self._shelve else None)
            embedder.encode(["ready"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise EngineError(NAME, f"The weights in {self._file} do not fit: {error}.", _MAKE) from error
        return embedder, head


def _taken(rows: Iterator[Matrix], count: int) -> Matrix:
    """The next `count` rows, shape (count, DIMENSIONS)."""
    return np.array(list(islice(rows, count)), dtype=np.float32).reshape(count, DIMENSIONS)
