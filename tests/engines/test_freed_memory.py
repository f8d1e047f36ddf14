"""Freed memory that lies between blocks in use goes back to the system."""

from __future__ import annotations

import ctypes
import sys

import psutil
import pytest

from interviewer.engines.freed_memory import give_back_freed_memory

BLOCK, BLOCKS = 60_000, 2_000  # bytes: small enough for the heap, 120 MB of them


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap is the one that keeps what is freed")
def test_what_lies_between_blocks_in_use_is_given_back() -> None:
    library, process = ctypes.CDLL(None), psutil.Process()
    if not hasattr(library, "malloc_trim"):
        pytest.skip("this C library is not glibc")
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [library.malloc(BLOCK) for _ in range(BLOCKS)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    for place, block in enumerate(blocks):
        if place % 10:
            library.free(block)
    kept = process.memory_info().rss
    give_back_freed_memory()
    assert kept - process.memory_info().rss > BLOCK * BLOCKS * 0.7
    for block in blocks[::10]:
        library.free(block)
