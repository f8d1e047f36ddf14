"""Vectors kept between runs: of the texts that were named, exactly as they were made, and never in the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from interviewer.domain import Question
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.engines.vector_shelf import VectorShelf
from interviewer.evaluator.contrast import compared_texts, embed_rubric
from interviewer.library.content import load_library

BANK = ["A rubric point.", "Said in other words."]
SAID = "What only the candidate said."


def vectors(*texts: str) -> dict[str, np.ndarray]:
    return {text: np.arange(3, dtype=np.float32) / 3 + len(text) for text in texts}


def test_what_was_kept_is_found_by_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "not yet there" / "vectors.sqlite"
    assert VectorShelf(file, "model", BANK).fetch(BANK) == {}
    VectorShelf(file, "model", BANK).keep(vectors(*BANK))
    found = VectorShelf(file, "model", BANK).fetch([*BANK, SAID])
    assert found.keys() == set(BANK)
    assert all(np.array_equal(found[text], vector) for text, vector in vectors(*BANK).items())
    assert VectorShelf(file, "model with other weights", BANK).fetch(BANK) == {}


def test_what_a_candidate_says_is_never_written(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite"
    VectorShelf(file, "model", BANK).keep(vectors(BANK[0], SAID))
    with sqlite3.connect(file) as kept:
        assert kept.execute("SELECT count(*) FROM vectors").fetchone() == (1,)


def test_a_row_of_another_length_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite"
    shelf = VectorShelf(file, "model", BANK)
    shelf.keep(vectors(*BANK))
    shelf.keep({BANK[0]: np.ones(2, dtype=np.float32)})
    assert shelf.fetch(BANK) == {}, "one of the two is wrong, and nobody knows which"


def test_a_damaged_file_is_done_without_and_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite"
    file.write_bytes(b"no database " * 1000)
    shelf = VectorShelf(file, "model", BANK)
    assert shelf.fetch(BANK) == {}
    shelf.keep(vectors(*BANK))
    shelf.keep(vectors(*BANK))
    assert shelf.fetch(BANK).keys() == set(BANK)


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    shelf = VectorShelf(tmp_path / "file" / "vectors.sqlite", "model", BANK)
    shelf.keep(vectors(*BANK))
    assert shelf.fetch(BANK) == {}


def test_many_texts_at_once(tmp_path: Path) -> None:
    texts = [f"Text number {number}." for number in range(1_234)]
    shelf = VectorShelf(tmp_path / "vectors.sqlite", "model", texts)
    shelf.keep(vectors(*texts))
    assert len(shelf.fetch(texts)) == len(texts)


@pytest.fixture
def question() -> Question:
    return load_library().questions["bias_variance_tradeoff"]


class Forgetful(VectorShelf):
    """Counts what is looked for in vain."""

    missing = 0

    def fetch(self, texts):  # type: ignore[no-untyped-def]
        found = super().fetch(texts)
        self.missing += len(set(texts) - found.keys())
        return found


@pytest.mark.real
def test_a_rubric_is_embedded_once_on_a_machine(tmp_path: Path, question: Question) -> None:
    first, second = (Forgetful(tmp_path / "v.sqlite", "MiniLM", compared_texts(question)) for _ in range(2))
    made = embed_rubric(question, MiniLmEmbedder(shelf=first))
    found = embed_rubric(question, MiniLmEmbedder(shelf=second))
    assert first.missing > 40 and second.missing == 0, "every text a rubric is read by is among the named"
    assert np.array_equal(made.true, found.true) and np.array_equal(made.wrong, found.wrong)
