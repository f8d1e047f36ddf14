"""The arithmetic by which the claim model compares vectors: features of words against a claim's phrasings, and a small head.

Knows vectors only. scripts/train_claim_model.py does the same in torch and checks that both agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

NOTHING_WRONG = 0.4
"""Cosine that stands in for the nearest wrong phrasing where none is authored: that to anything about the same subject."""
NO_OTHER_CLAIM = 0.3
SPREAD = 8.0
"""Products and differences of unit vectors' coordinates are small; the head is trained on them so many times larger."""
PARTS = (
    "features.weight",
    "gates.weight",
    "gates.bias",
    "gated.weight",
    "meeting.weight",
    "meeting.bias",
    "met.weight",
    "bias",
)
"""Names of the head's tensors in the file of weights."""


@dataclass(frozen=True)
class Phrasings:
    """A claim's unit vectors, (n, dimensions): right ways to put it, its own text first, and wrong ones."""

    right: Matrix
    wrong: Matrix


@dataclass(frozen=True)
class Compared:
    """`features`: (said, claims, 6); `meeting`: products and differences with the nearest phrasings,
    (said, claims, 4 x dimensions)."""

    features: Matrix
    meeting: Matrix


def compare(said: Matrix, claims: Sequence[Phrasings]) -> Compared:
    """Unit vectors of said pieces against every claim of one rubric."""
    nearest = [_nearest(said, claim) for claim in claims]
    right = np.stack([cosine for cosine, *_ in nearest], axis=1)
    wrong = np.stack([cosine for _, _, cosine, _ in nearest], axis=1)
    own = np.stack([_dot(said, claim.right[:1])[:, 0] for claim in claims], axis=1)
    has_wrong = np.broadcast_to([float(len(claim.wrong) > 0) for claim in claims], right.shape)
    features = np.stack([right, right - wrong, wrong, right - _best_other(right), own, has_wrong], axis=-1)
    rows = np.repeat(said[:, None], len(claims), axis=1)
    truths = np.stack([vectors for _, vectors, _, _ in nearest], axis=1)
    errors = np.stack([vectors for *_, vectors in nearest], axis=1)
    present = has_wrong[..., None]
    meeting = [rows * truths, rows * errors, np.abs(rows - truths), np.abs(rows - errors) * present]
    return Compared(features.astype(np.float32), np.concatenate(meeting, axis=-1).astype(np.float32) * SPREAD)


def chances(compared: Compared, weights: Mapping[str, Matrix]) -> Matrix:
    """(said, claims, 3): states, contradicts, neither; summing to 1."""
    gates = _log_sigmoid(_linear(compared.features, weights["gates.weight"]) + weights["gates.bias"])
    hidden = np.maximum(0, _linear(compared.meeting, weights["meeting.weight"]) + weights["meeting.bias"])
    logits = _linear(compared.features, weights["features.weight"]) + _linear(gates, weights["gated.weight"])
    logits = logits + _linear(hidden, weights["met.weight"]) + weights["bias"]
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return cast(Matrix, raised / raised.sum(axis=-1, keepdims=True))


def _nearest(said: Matrix, claim: Phrasings) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Cosine and vector of the nearest right phrasing, then of the nearest wrong one."""
    right = _dot(said, claim.right)
    if not len(claim.wrong):
        none = np.full(len(said), NOTHING_WRONG, dtype=np.float32)
        return right.max(axis=1), claim.right[right.argmax(axis=1)], none, np.zeros_like(said)
    wrong = _dot(said, claim.wrong)
    return (
        right.max(axis=1),
        claim.right[right.argmax(axis=1)],
        wrong.max(axis=1),
        claim.wrong[wrong.argmax(axis=1)],
    )


def _best_other(right: Matrix) -> Matrix:
    """Per piece and claim, the cosine to the nearest of the other claims."""
    if right.shape[1] == 1:
        return np.full_like(right, NO_OTHER_CLAIM)
    ordered = np.sort(right, axis=1)
    return np.where(right == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])


def _dot(rows: Matrix, columns: Matrix) -> Matrix:
    return cast(
        Matrix, np.einsum("id,jd->ij", rows, columns)
    )  # not by BLAS: its threads fight on a busy machine


def _linear(values: Matrix, weight: Matrix) -> Matrix:
    return cast(Matrix, np.einsum("...i,oi->...o", values, weight))


def _log_sigmoid(values: Matrix) -> Matrix:
    return cast(Matrix, -np.logaddexp(0.0, -values))
