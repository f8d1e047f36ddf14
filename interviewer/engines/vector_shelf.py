"""Vectors of the library's own texts, kept on disk: a rubric is embedded once on a machine, not once in every run.

Only texts named beforehand are kept, so nothing a candidate said is ever written here. Losing the file loses time alone:
one that cannot be read or written is done without.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]

_MOST_ROWS = 100_000
"""Three times what two models make of the whole bank (1.5 kB each). Beyond it the file is mostly texts since reworded."""
_PATIENCE_SECONDS = 1.0
_AT_ONCE = 500  # SQLite takes about a thousand variables in one statement


class VectorShelf:
    """Safe to use from several threads and programs at once."""

    def __init__(self, file: Path, model: str, texts: Collection[str]) -> None:
        """`model` names what makes the vectors, its weights included; `texts` are those that may be kept."""
        self._file = file
        self._model = model
        self._texts = texts

    def fetch(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Those of the texts that are on the shelf, with their vectors."""
        wanted = {self._key(text): text for text in texts if text in self._texts}
        if not wanted or not self._file.is_file():
            return {}
        try:
            with closing(self._open()) as shelf:
                found = {
                    wanted[key]: np.frombuffer(row, np.float32) for key, row in _rows(shelf, list(wanted))
                }
                return found if len({len(vector) for vector in found.values()}) <= 1 else {}
        except (sqlite3.Error, OSError, ValueError):
            return {}

    def keep(self, vectors: Mapping[str, Vector]) -> None:
        """Keep those of the vectors whose texts were named."""
        rows = [
            (self._key(text), vector.tobytes()) for text, vector in vectors.items() if text in self._texts
        ]
        if not rows:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as shelf, shelf:
                shelf.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
                )
                if shelf.execute("SELECT count(*) FROM vectors").fetchone()[0] > _MOST_ROWS:
                    shelf.execute("DELETE FROM vectors")
                shelf.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):  # no database, not merely a busy one
                self._file.unlink(missing_ok=True)
        except OSError:
            pass

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._model}\n{text}".encode()).digest()[:16]

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=_PATIENCE_SECONDS)


def _rows(shelf: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for first in range(0, len(keys), _AT_ONCE):
        some = keys[first : first + _AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from shelf.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)
