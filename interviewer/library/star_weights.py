"""The weights that read told stories: one small file that travels with the program."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from interviewer.errors import InterviewerError
from interviewer.library import places

FILE = "star.npz"

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StarWeights:
    """What scripts/train_star_model.py learnt; evaluator/star_model.py reads it. Labels are S, T, A, R and other."""

    border_terms: Mapping[str, float]
    border_bias: float
    border_pause: float
    terms: Mapping[str, int]  # a term's row of term_weights
    term_weights: Array  # (terms, labels)
    vector_weights: Array  # (3 x dimensions, labels): the sentence, the one before, the one after
    count_weights: Array  # (counts, labels)
    bias: Array  # (labels,)
    opening: Array  # (labels,)
    following: Array  # (labels, labels): from, to
    closing: Array  # (labels,)
    head_weights: Array  # (head features, heads)
    head_bias: Array  # (heads,)


def load_star_weights(folder: Path | None = None) -> StarWeights:
    """From the place they travel in, unless another is named. InterviewerError when they are missing or damaged."""
    path = (folder or places.star_folder()) / FILE
    try:
        with np.load(path, allow_pickle=False) as held:
            stored = {name: held[name] for name in held.files}
        borders = _names(stored.pop("border_names"))
        values = stored.pop("border_values").astype(np.float64).tolist()
        bias, pause = stored.pop("border").tolist()
        terms = _names(stored.pop("term_names"))
        return StarWeights(
            border_terms=dict(zip(borders, values, strict=True)),
            border_bias=bias,
            border_pause=pause,
            terms={term: row for row, term in enumerate(terms)},
            **{name: array.astype(np.float64) for name, array in stored.items()},
        )
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InterviewerError(
            f"The weights that read stories could not be loaded from {path} ({type(error).__name__}: {error}).",
            "Run: pip install --force-reinstall interviewer",
        ) from error


def save_star_weights(weights: StarWeights, folder: Path) -> None:
    """In half precision, apart from what is tiny."""
    arrays: dict[str, Any] = {
        field.name: np.asarray(getattr(weights, field.name))
        for field in fields(weights)
        if field.name not in {"border_terms", "border_bias", "border_pause", "terms"}
    }
    large = {"term_weights", "vector_weights"}
    stored: dict[str, Any] = {
        name: array.astype(np.float16 if name in large else np.float32) for name, array in arrays.items()
    }
    stored["border_names"] = _stored(weights.border_terms)
    stored["border_values"] = np.array(list(weights.border_terms.values()), dtype=np.float16)
    stored["border"] = np.array([weights.border_bias, weights.border_pause], dtype=np.float32)
    stored["term_names"] = _stored(weights.terms)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, **stored)


def _stored(names: Mapping[str, object]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8)


def _names(stored: npt.NDArray[np.uint8]) -> list[str]:
    return stored.tobytes().decode("utf-8").split("\n")
