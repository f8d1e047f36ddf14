"""Freed memory that lies between blocks in use goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from interviewer.engines.freed_memory import give_back_freed_memory
from interviewer.engines.minilm import MiniLmEmbedder

BLOCK, BLOCKS = 60_000, 2_000  # bytes: small enough for the heap, 120 MB of them
MOST_OF_IT = BLOCK * BLOCKS * 0.7

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="glibc's heap is the one that keeps what is freed"
)


@contextmanager
def gaps_in_the_heap() -> Iterator[None]:
    """Nine of ten blocks are freed, and kept from the system by the tenth."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        pytest.skip("this C library is not glibc")
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [library.malloc(BLOCK) for _ in range(BLOCKS)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    for place, block in enumerate(blocks):
        if place % 10:
            library.free(block)
    yield
    for block in blocks[::10]:
        library.free(block)


def resident() -> int:
    return psutil.Process().memory_info().rss


def test_what_lies_between_blocks_in_use_is_given_back() -> None:
    with gaps_in_the_heap():
        kept = resident()
        give_back_freed_memory()
        assert kept - resident() > MOST_OF_IT


@pytest.mark.real
def test_the_embedder_gives_it_back_under_every_question() -> None:
    embedder = MiniLmEmbedder()
    embedder.encode(["ready"])
    with gaps_in_the_heap():
        kept = resident()
        embedder.encode([f"text number {number}" for number in range(64)])
        assert kept - resident() > MOST_OF_IT
