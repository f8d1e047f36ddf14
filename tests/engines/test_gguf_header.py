"""Our reader of GGUF headers agrees with the reference implementation."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest

from interviewer.engines.gguf_header import BLOCKS, NotGguf, read_gguf_header

TOY_GGUF = Path(__file__).parent.parent / "fixtures" / "toy_interviewer.gguf"


def test_sizes_of_all_tensor_types_agree() -> None:
    published = {int(kind): size for kind, size in gguf.constants.GGML_QUANT_SIZES.items()}
    assert {kind: BLOCKS.get(kind) for kind in published} == published


def test_a_real_file_is_read_like_the_reference_reader_does() -> None:
    reader = gguf.GGUFReader(TOY_GGUF)
    header = read_gguf_header(TOY_GGUF)
    assert header.version == 3
    assert header.architecture == "llama"
    assert header.context_tokens == reader.fields["llama.context_length"].contents()
    assert header.has_chat_template == ("tokenizer.chat_template" in reader.fields)
    assert header.tensor_count == len(reader.tensors)
    assert header.needed_bytes == max(tensor.data_offset + tensor.n_bytes for tensor in reader.tensors)
    assert header.needed_bytes <= TOY_GGUF.stat().st_size


def test_every_cut_inside_the_header_is_noticed(tmp_path: Path) -> None:
    whole = TOY_GGUF.read_bytes()
    path = tmp_path / "cut.gguf"
    for length in range(0, 4000, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(NotGguf):
            read_gguf_header(path)
