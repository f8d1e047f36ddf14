"""Write a language model of true shapes with nobody's weights as GGUF: it costs what a real one costs to run.

    python scripts/gguf_shapes.py 7b FILE.gguf

GPT-2's tokens, so that prompts are as long as real ones; a 7B model's layers, in 8-bit blocks (twice the bytes of the
4-bit files most people run). What the layers add is multiplied by nought, which no processor notices; the embeddings then
decide the next token alone, and are made to say one fixed line and to stop, as a trained model would.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import gguf
import numpy as np
import numpy.typing as npt
import whisper

CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
REPLY = "\nCould you walk me through how to tell these two apart on a real system?"
"""Said after every prompt, which ends with a new line; no token in it twice."""
BLOCK = 32  # numbers that share a scale in Q8_0: two bytes of it, then one byte each
LOGIT = 25.0  # of the token that is to come, where the others' spread around nought
CONTEXT = 8192


@dataclass(frozen=True)
class Shape:
    layers: int
    width: int
    heads: int
    kv_heads: int
    feed_forward: int

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """Of one layer: (numbers out, numbers in)."""
        shared = self.width // self.heads * self.kv_heads
        return {
            "attn_q": (self.width, self.width),
            "attn_k": (shared, self.width),
            "attn_v": (shared, self.width),
            "attn_output": (self.width, self.width),
            "ffn_gate": (self.feed_forward, self.width),
            "ffn_up": (self.feed_forward, self.width),
            "ffn_down": (self.width, self.feed_forward),
        }


SHAPES = {"micro": Shape(2, 64, 4, 2, 192), "7b": Shape(32, 4096, 32, 8, 14336)}
SILENCED = ("attn_output", "ffn_down")  # all that a layer adds goes through these


def write(path: Path, shape: Shape) -> Path:
    tokens, merges = gpt2_tokens()
    writer = gguf.GGUFWriter(str(path), "llama")
    _describe(writer, shape, tokens, merges)
    chance = np.random.default_rng(0)
    embedding, output = _chained(tokens, shape.width, chance)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output.weight", output)
    ones = np.ones(shape.width, dtype=np.float32)
    writer.add_tensor("output_norm.weight", ones)
    blocks = {
        name: _blocks(*size, scale=0.0 if name in SILENCED else 1e-4, chance=chance)
        for name, size in shape.matrices.items()
    }
    for layer in range(shape.layers):  # the same numbers in each: nobody reads them but to multiply
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", ones)
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", ones)
        for name, data in blocks.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _blocks(rows: int, columns: int, *, scale: float, chance: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Random numbers in Q8_0, as bytes of shape (rows, bytes in a row)."""
    data = chance.integers(0, 256, (rows, columns // BLOCK, BLOCK + 2), dtype=np.uint8)
    data[:, :, :2] = np.frombuffer(np.float16(scale).tobytes(), dtype=np.uint8)
    return data.reshape(rows, -1)


def _chained(
    tokens: list[str], width: int, chance: np.random.Generator
) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.float16]]:
    """Embedding and output, by which each token of REPLY calls for the next and the last for the end."""
    embedding = chance.standard_normal((len(tokens), width)).astype(np.float32)
    embedding /= np.sqrt(np.mean(embedding**2, axis=1, keepdims=True))
    output = np.zeros_like(embedding)
    said = _tokens_of(REPLY, tokens)
    for token, after in zip(said, [*said[1:], tokens.index("<|im_end|>")], strict=True):
        output[after] = embedding[token] * (LOGIT / width)
    return embedding.astype(np.float16), output.astype(np.float16)


def _tokens_of(text: str, tokens: list[str]) -> list[int]:
    """Word by word, each a token of its own with the space before it."""
    letters = _letters()
    head, rest = text[0], text[1:]
    words = rest.replace("?", " ?").split()
    pieces = [head, words[0], *(word if word == "?" else f" {word}" for word in words[1:])]
    found = [tokens.index("".join(letters[byte] for byte in piece.encode())) for piece in pieces]
    if len(set(found)) < len(found):
        raise ValueError("a token that is said twice would be followed by the same one twice")
    return found


def gpt2_tokens() -> tuple[list[str], list[str]]:
    """GPT-2's tokens in llama.cpp's letters, ours for chats after them, and the merges that make them."""
    table = Path(whisper.__file__).parent / "assets" / "gpt2.tiktoken"
    ranks: dict[bytes, int] = {}
    for line in table.read_text(encoding="ascii").splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    letters = _letters()

    def written(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    ordered = sorted(ranks, key=lambda token: ranks[token])
    merges = [" ".join(map(written, _parts(token, ranks))) for token in ordered if len(token) > 1]
    return [*map(written, ordered), *SPECIALS], merges


def _parts(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens that were merged into this one: what earlier merges alone make of its bytes."""
    pieces = [token[place : place + 1] for place in range(len(token))]
    while len(pieces) > 2:
        pairs = [ranks.get(one + other, len(ranks)) for one, other in pairwise(pieces)]
        first = min(range(len(pairs)), key=lambda place: pairs[place])
        pieces[first : first + 2] = [pieces[first] + pieces[first + 1]]
    return pieces[0], pieces[1]


def _letters() -> dict[int, str]:
    """GPT-2's way to write any byte as a letter that can be seen."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden: Iterator[int] = (byte for byte in range(256) if byte not in plain)
    return {byte: chr(byte) for byte in plain} | {byte: chr(256 + place) for place, byte in enumerate(hidden)}


def _describe(writer: Any, shape: Shape, tokens: list[str], merges: list[str]) -> None:
    writer.add_name("shapes without weights")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(10_000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    kinds = gguf.TokenType
    writer.add_token_types([kinds.CONTROL if token in SPECIALS else kinds.NORMAL for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


@click.command(help=__doc__)
@click.argument("shape", type=click.Choice(list(SHAPES)))
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def main(shape: str, path: Path) -> None:
    write(path, SHAPES[shape])
    click.echo(f"{path}: {path.stat().st_size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
