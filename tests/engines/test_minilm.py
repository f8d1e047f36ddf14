from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from interviewer.engines.minilm import DIMENSIONS, MiniLmEmbedder, verify, weights_path
from interviewer.engines.vector_shelf import Vector, VectorShelf
from interviewer.errors import EngineError

TEXTS = ["the model memorises the data", "it learns everything by heart", "the weather was fine in spring"]


class CountingShelf(VectorShelf):
    """Holds nothing, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"), "none", frozenset())
        self.asked_for: list[str] = []

    def fetch(self, texts: Sequence[str]) -> dict[str, Vector]:
        self.asked_for += texts
        return super().fetch(texts)


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder()


@pytest.mark.real
def test_unit_vectors_of_meaning(embedder: MiniLmEmbedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


@pytest.mark.real
def test_repeated_texts_come_from_memory_and_are_identical(embedder: MiniLmEmbedder) -> None:
    first = embedder.encode(TEXTS)
    again = embedder.encode([TEXTS[1], TEXTS[0], TEXTS[1]])
    assert np.array_equal(again, first[[1, 0, 1]])


@pytest.mark.real
def test_memory_is_bounded() -> None:
    small = MiniLmEmbedder(remembered_texts=2)
    vectors = small.encode(TEXTS)
    assert np.allclose(small.encode(TEXTS), vectors, atol=1e-5)


@pytest.mark.real
def test_what_was_used_last_is_what_is_remembered() -> None:
    shelf = CountingShelf()
    small = MiniLmEmbedder(remembered_texts=2, shelf=shelf)
    for text in ("a rubric", "one answer", "a rubric", "another answer", "a rubric"):
        small.encode([text])
    assert shelf.asked_for == ["a rubric", "one answer", "another answer"]


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_weights_are_read_when_they_are_loaded_and_not_word_by_word(embedder: MiniLmEmbedder) -> None:
    embedder.encode(["ready"])
    maps = Path("/proc/self/smaps").read_text(encoding="utf-8")
    mapped = re.findall(r"model\.safetensors\nSize: +(\d+) kB\n(?:.*\n)*?Rss: +(\d+) kB", maps)
    assert mapped
    assert all(int(resident) > 0.95 * int(size) for size, resident in mapped)


@pytest.mark.real
def test_nothing_is_fetched(embedder: MiniLmEmbedder) -> None:
    embedder.encode(TEXTS)  # sockets are closed here: a download would have failed
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.real
def test_threads_take_turns(embedder: MiniLmEmbedder) -> None:
    expected = embedder.encode(TEXTS)
    results: list[bool] = []

    def run() -> None:
        results.append(bool(np.allclose(embedder.encode([*TEXTS, "and one more"])[:3], expected)))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_no_texts_need_no_model() -> None:
    assert MiniLmEmbedder().encode([]).shape == (0, DIMENSIONS)


@pytest.mark.real
def test_the_installed_weights_are_the_published_ones() -> None:
    verify()
    assert weights_path().is_file()


def test_damaged_or_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no file"):
        verify(tmp_path / "model.safetensors")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"not the weights")
    with pytest.raises(EngineError, match="damaged") as caught:
        verify(damaged)
    assert "pip install" in caught.value.hint
