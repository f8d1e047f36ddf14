"""A small cross-encoder over all-MiniLM-L6-v2 that reads whether words state a claim, contradict it, or do neither.

MiniLM's own weights come from the package that carries them; scripts/train_claim_model.py makes low-rank changes to them and
a head of three rows. None are shipped and nothing is scored with it until the benchmark shows that it helps. Merged when loaded, so reading costs what plain MiniLM costs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interviewer.engines.minilm import weights_path
from interviewer.errors import EngineError

if TYPE_CHECKING:
    import torch

NAME = "claim model"
LABELS = ("states", "contradicts", "neither")
WEIGHTS_FILE = "claims.safetensors"
ADAPTED = ("query", "key", "value", "dense")
"""Endings of the names of MiniLM's linear layers that are adapted."""
LONGEST_TOKENS = 128
_BATCH = 32
_MEMORY = 20_000
_MAKE = "Make them: python scripts/train_claim_model.py"

Probabilities = npt.NDArray[np.float32]


class ClaimModel:
    """Reads pairs of (what was said, claim) on the CPU; loads at the first call. Safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds WEIGHTS_FILE. EngineError at the first reading when it is missing or does not fit."""
        self.name = NAME
        self._file = folder / WEIGHTS_FILE
        self._loaded: tuple[Any, Any, torch.Tensor, torch.Tensor] | None = None
        self._known: OrderedDict[tuple[str, str], npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """Shape (len(pairs), 3), columns as in LABELS, rows summing to 1. The same pair always reads the same."""
        with self._lock:
            fresh = sorted({pair for pair in pairs if pair not in self._known}, key=_length)
            for batch in _batches(fresh):
                for pair, row in zip(batch, self._probabilities(batch), strict=True):
                    self._known[pair] = row
            rows = [self._known[pair] for pair in pairs]
            while len(self._known) > _MEMORY:
                self._known.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, len(LABELS)), dtype=np.float32)

    def _probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        import torch

        tokenizer, encoder, weight, bias = self._loaded or self._load()
        said, claims = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        tokens = tokenizer(
            said, claims, padding=True, truncation=True, max_length=LONGEST_TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            states = encoder(**tokens).last_hidden_state
            logits = pooled(states, tokens["attention_mask"]) @ weight.T + bias
            return np.asarray(torch.softmax(logits, dim=-1).numpy(), dtype=np.float32)

    def _load(self) -> tuple[Any, Any, torch.Tensor, torch.Tensor]:
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer

        if not self._file.is_file():
            raise EngineError(NAME, f"Its weights are missing: there is no file {self._file}.", _MAKE)
        base = str(weights_path().parent)
        tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        encoder = AutoModel.from_pretrained(base, local_files_only=True, add_pooling_layer=False).eval()
        changes = {name: tensor.float() for name, tensor in load_file(self._file).items()}
        layers = dict(encoder.named_modules())
        try:
            for name in sorted(name for name in changes if name.endswith(".down")):
                layer = layers[name.removesuffix(".down")]
                layer.weight.data += changes[f"{name.removesuffix('down')}up"] @ changes[name]
            self._loaded = (tokenizer, encoder, changes["head.weight"], changes["head.bias"])
        except (KeyError, RuntimeError) as error:
            raise EngineError(NAME, f"The weights in {self._file} do not fit: {error}.", _MAKE) from error
        return self._loaded


def pooled(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """First token and mean of all, side by side: (n, tokens, 384) and (n, tokens) -> (n, 768)."""
    import torch

    weights = mask.unsqueeze(-1).to(states.dtype)
    mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
    return torch.cat([states[:, 0], mean], dim=-1)


def _length(pair: tuple[str, str]) -> tuple[int, tuple[str, str]]:
    return len(pair[0]) + len(pair[1]), pair


def _batches(pairs: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(pairs), _BATCH):
        yield pairs[start : start + _BATCH]
