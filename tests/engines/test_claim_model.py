"""The claim model's loading and reading; how well trained weights do is measured by the script that trains them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from interviewer.engines.claim_model import LABELS, WEIGHTS_FILE, ClaimModel
from interviewer.errors import EngineError

pytestmark = pytest.mark.real

PAIRS = [
    ("Dropout switches units off at random.", "Units are left out at random while training."),
    ("It keeps all units.", "Units are left out at random while training."),
    ("The weather was nice.", "Units are left out at random while training."),
]
LAYER = "encoder.layer.0.attention.self.query"


def weights(folder: Path, size: float, rank: int = 2) -> Path:
    """A head, and a change of one layer of that size."""
    generator = torch.Generator().manual_seed(3)
    tensors = {
        "head.weight": torch.randn(len(LABELS), 768, generator=generator) * 0.05,
        "head.bias": torch.zeros(len(LABELS)),
        f"{LAYER}.down": torch.randn(rank, 384, generator=generator) * size,
        f"{LAYER}.up": torch.randn(384, rank, generator=generator),
    }
    save_file({name: tensor.half() for name, tensor in tensors.items()}, folder / WEIGHTS_FILE)
    return folder


def test_pairs_are_read_alike_however_they_are_batched(tmp_path: Path) -> None:
    folder = weights(tmp_path, 0.1)
    together = ClaimModel(folder).read(PAIRS)
    assert together.shape == (3, len(LABELS))
    np.testing.assert_allclose(together.sum(axis=1), 1.0, atol=1e-5)
    alone = ClaimModel(folder)
    apart = np.concatenate([alone.read([pair]) for pair in reversed(PAIRS)])[::-1]
    np.testing.assert_allclose(together, apart, atol=1e-4)
    np.testing.assert_array_equal(alone.read(PAIRS), apart)  # read before: the same to the last digit
    assert alone.read([]).shape == (0, len(LABELS))


def test_changes_of_low_rank_change_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "some").mkdir()
    plain = ClaimModel(weights(tmp_path / "none", 0.0)).read(PAIRS)
    changed = ClaimModel(weights(tmp_path / "some", 0.5)).read(PAIRS)
    assert np.abs(plain - changed).max() > 0.01


def test_weights_that_are_missing_or_do_not_fit_are_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"there is no file .*claims\.safetensors"):
        ClaimModel(tmp_path).read(PAIRS)
    save_file(
        {f"{LAYER}.down": torch.zeros(2, 5), f"{LAYER}.up": torch.zeros(384, 2)}, tmp_path / WEIGHTS_FILE
    )
    with pytest.raises(EngineError, match="do not fit"):
        ClaimModel(tmp_path).read(PAIRS)
