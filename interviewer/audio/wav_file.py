"""A WAV file (16 kHz, mono, 16 bit) that is whole at every moment: while it grows, after a crash, on a full disk.

What is written is never held back: each write goes to the operating system at once and survives the death of the
program. The header's sizes follow every half second; whoever opens the file again takes the truth from its length.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from interviewer.domain.speech import SAMPLE_RATE
from interviewer.ports import Samples

HEADER_BYTES = 44
SAMPLE_BYTES = 2
FULL_SCALE = 32767
HEADER_EVERY_SAMPLES = SAMPLE_RATE // 2


class RawFile(Protocol):
    """What is needed of an unbuffered file; tests pass one that runs full."""

    def write(self, data: bytes, /) -> int | None: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...


def open_raw(path: Path) -> RawFile:
    """`path` for reading and writing in place, created when it is not there."""
    return io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+")


class GrowingWav:
    """One side of a recording. Raises OSError as the disk gives it; what was written before stays readable."""

    def __init__(self, path: Path, opener: Callable[[Path], RawFile] = open_raw) -> None:
        """Continue the file at `path` where its sound ends, or begin it."""
        self._file = opener(path)
        length = self._file.seek(0, os.SEEK_END)
        self.samples = max(0, length - HEADER_BYTES) // SAMPLE_BYTES
        self._in_header = -1
        self._write_header()

    def write(self, samples: Samples, position: int | None = None) -> None:
        """Put `samples` at sample `position`, by default at the end; a gap before it becomes silence."""
        start = self.samples if position is None else position
        data = np.rint(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype("<i2").tobytes()
        if start > self.samples:
            data = bytes((start - self.samples) * SAMPLE_BYTES) + data
            start = self.samples
        self._write_all(HEADER_BYTES + start * SAMPLE_BYTES, data)
        if self.samples - self._in_header >= HEADER_EVERY_SAMPLES:
            self._write_header()

    def sync(self) -> None:
        """Bring everything to the disk, so that it survives a power cut."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        try:
            if self.samples != self._in_header:
                self._write_header()
            self.sync()
        finally:
            self._file.close()

    def _write_all(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        rest = memoryview(data)
        while rest:
            written = self._file.write(bytes(rest)) or 0
            offset += written
            self.samples = max(self.samples, (offset - HEADER_BYTES) // SAMPLE_BYTES)
            rest = rest[written:]

    def _write_header(self) -> None:
        self._file.seek(0)
        self._file.write(header(self.samples))
        self._in_header = self.samples


def header(samples: int) -> bytes:
    """The 44 bytes before `samples` samples of sound."""
    size = samples * SAMPLE_BYTES
    rate = SAMPLE_RATE
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + size, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", size)
    )
