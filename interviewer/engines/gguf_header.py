"""Reads the head of a GGUF file: enough to tell a whole language model from a damaged or a foreign file.

Layout (little-endian): magic, version, number of tensors, number of metadata entries, the entries, one record per
tensor (name, shape, type, offset), padding to the alignment, the tensors' data.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

MAGIC = b"GGUF"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# Tensor type: (numbers in a block, bytes of a block)
BLOCKS = {
    0: (1, 4),  # F32
    1: (1, 2),  # F16
    2: (32, 18),  # Q4_0
    3: (32, 20),  # Q4_1
    6: (32, 22),  # Q5_0
    7: (32, 24),  # Q5_1
    8: (32, 34),  # Q8_0
    9: (32, 40),  # Q8_1
    10: (256, 84),  # Q2_K
    11: (256, 110),  # Q3_K
    12: (256, 144),  # Q4_K
    13: (256, 176),  # Q5_K
    14: (256, 210),  # Q6_K
    15: (256, 292),  # Q8_K
    16: (256, 66),  # IQ2_XXS
    17: (256, 74),  # IQ2_XS
    18: (256, 98),  # IQ3_XXS
    19: (256, 50),  # IQ1_S
    20: (32, 18),  # IQ4_NL
    21: (256, 110),  # IQ3_S
    22: (256, 82),  # IQ2_S
    23: (256, 136),  # IQ4_XS
    24: (1, 1),  # I8
    25: (1, 2),  # I16
    26: (1, 4),  # I32
    27: (1, 8),  # I64
    28: (1, 8),  # F64
    29: (256, 56),  # IQ1_M
    30: (1, 2),  # BF16
    34: (256, 54),  # TQ1_0
    35: (256, 66),  # TQ2_0
    39: (32, 17),  # MXFP4
    40: (64, 36),  # NVFP4
    41: (128, 18),  # Q1_0
}


class NotGguf(ValueError):  # noqa: N818 - names what the file is
    """The file is no whole GGUF; the message says why."""


@dataclass(frozen=True)
class GgufHeader:
    """What a GGUF file says of itself. `needed_bytes` is how long the file must be to hold all tensors."""

    version: int
    architecture: str
    name: str
    context_tokens: int | None
    has_chat_template: bool
    tensor_count: int
    needed_bytes: int


class _Reader:
    """Reads values one after the other and never past the end, whatever lengths a damaged file claims."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size

    def take(self, count: int) -> bytes:
        if count > self.size - self.file.tell():
            raise NotGguf("it ends inside its header")
        return self.file.read(count)

    def number(self, code: str) -> Any:
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def string(self) -> str:
        return self.take(self.number("Q")).decode("utf-8", "replace")

    def value(self, kind: int, depth: int = 0) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            if depth > 3:
                raise NotGguf("its header nests arrays too deeply")
            inner, count = self.number("I"), self.number("Q")
            if inner in _SCALARS:
                self.take(count * struct.calcsize("<" + _SCALARS[inner]))
                return None  # long lists of numbers say nothing we ask for
            if count > self.size:
                raise NotGguf("it ends inside its header")
            for _ in range(count):
                self.value(inner, depth + 1)
            return None
        if kind not in _SCALARS:
            raise NotGguf(f"its header holds a value of unknown type {kind}")
        return self.number(_SCALARS[kind])


def read_gguf_header(path: Path) -> GgufHeader:
    """The header of the file at `path`. NotGguf when it has none, or it breaks off; OSError when unreadable."""
    size = path.stat().st_size
    with path.open("rb") as file:
        reader = _Reader(file, size)
        if size < len(MAGIC) or reader.take(len(MAGIC)) != MAGIC:
            raise NotGguf("it does not begin with 'GGUF'")
        version = reader.number("I")
        if version not in VERSIONS:
            raise NotGguf(f"its format version is {version}, not {' or '.join(map(str, VERSIONS))}")
        tensor_count, entry_count = reader.number("Q"), reader.number("Q")
        if tensor_count + entry_count > size:
            raise NotGguf("it ends inside its header")
        metadata = {}
        for _ in range(entry_count):
            key = reader.string()
            metadata[key] = reader.value(reader.number("I"))
        ends = [_tensor_end(reader) for _ in range(tensor_count)]
        alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
        data_start = -(-file.tell() // alignment) * alignment
    architecture = str(metadata.get("general.architecture", ""))
    return GgufHeader(
        version=version,
        architecture=architecture,
        name=str(metadata.get("general.name", "")),
        context_tokens=metadata.get(f"{architecture}.context_length"),
        has_chat_template="tokenizer.chat_template" in metadata,
        tensor_count=tensor_count,
        needed_bytes=data_start + max(ends, default=0),
    )


def _tensor_end(reader: _Reader) -> int:
    """Where a tensor's data end, counted from the start of all data. A type we do not know counts as no bytes."""
    reader.string()
    dimensions = reader.number("I")
    if dimensions > 8:
        raise NotGguf("its header lists a tensor of impossible shape")
    numbers = 1
    for _ in range(dimensions):
        numbers *= reader.number("Q")
    kind, offset = reader.number("I"), int(reader.number("Q"))
    per_block, block_bytes = BLOCKS.get(kind, (1, 0))
    return offset + numbers // per_block * block_bytes
