"""GGUF files made on the fly, and the prompts the toy model was taught (scripts/train_toy_gguf.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import yaml

from interviewer.library.content import load_library
from interviewer.library.templates import Templates
from interviewer.ports import PromptPart

FIXTURES = Path(__file__).parent / "fixtures"
TOY = FIXTURES / "toy_interviewer.gguf"
TAUGHT: dict[str, Any] = yaml.safe_load((FIXTURES / "toy_phrasings.yaml").read_text(encoding="utf-8"))
RETRAIN = "the toy no longer knows its lines: python scripts/train_toy_gguf.py"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"states": {"type": "boolean"}, "sentence": {"type": "integer"}},
    "required": ["states", "sentence"],
}


def phrasing_prompt(number: int, who: str, said: tuple[str, ...] = ()) -> list[PromptPart]:
    """The prompt for taught phrasing `number`, after the candidate has said `said`."""
    one = TAUGHT["phrasings"][number]
    templates = Templates()
    persona = load_library(question_folders=[], loop_folders=[]).personas[who]
    order = templates.render(
        "phrase_follow_up",
        question={"written": one["question"]},
        authored=one["authored"],
        conversation=[("candidate", text) for text in said],
        lead="",
    )
    return [PromptPart("system", templates.render("persona", persona=persona)), PromptPart("user", order)]


def judgement_prompt(number: int) -> list[PromptPart]:
    one = TAUGHT["judgements"][number]
    sentences = "\n".join(f"{place}. {text}" for place, text in enumerate(one["sentences"], start=1))
    return [
        PromptPart("system", "You check what an answer says."),
        PromptPart(
            "user",
            f"Point: {json.dumps(one['point'])}\nSentences:\n{sentences}\nDoes a sentence state the point?",
        ),
    ]


def write_gguf(path: Path, architecture: str, *, window: int = 0, chat_template: str | None = None) -> Path:
    """An untrained model of one layer and 16 wide that speaks single letters; `window` in tokens makes it slide."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_context_length(512)
    writer.add_embedding_length(16)
    writer.add_block_count(2)
    writer.add_feed_forward_length(32)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_key_length(8)
    writer.add_value_length(8)
    writer.add_layer_norm_rms_eps(1e-5)
    if window:
        writer.add_sliding_window(window)
    letters = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *_byte_letters()]
    control = [gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.NORMAL] * (len(letters) - 3)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(letters)
    writer.add_token_types(control)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    if chat_template:
        writer.add_chat_template(chat_template)
    chance = np.random.default_rng(0)
    for name, shape in _tensor_shapes(len(letters), sliding=bool(window)).items():
        weight = np.ones(shape) if len(shape) == 1 else chance.normal(scale=0.1, size=shape)
        writer.add_tensor(name, weight.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensor_shapes(vocabulary: int, *, sliding: bool) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, 16), "output_norm.weight": (16,)}
    for layer in range(2):
        norms = ["attn_norm", "ffn_norm"] + (["post_attention_norm", "post_ffw_norm"] if sliding else [])
        shapes |= {f"blk.{layer}.{norm}.weight": (16,) for norm in norms}
        shapes |= {f"blk.{layer}.attn_{part}.weight": (16, 16) for part in ("q", "k", "v", "output")}
        shapes |= {f"blk.{layer}.ffn_{part}.weight": (32, 16) for part in ("gate", "up")}
        shapes |= {f"blk.{layer}.ffn_down.weight": (16, 32)}
    return shapes


def _byte_letters() -> list[str]:
    """The 256 letters that stand for bytes in byte-level BPE, one of them merged so that a merge exists."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    return [*map(chr, plain), *(chr(256 + place) for place in range(len(rest))), "ab"]
