"""Train a toy language model on our own prompts and write it as GGUF, so that tests run the real llama.cpp engine.

Two llama layers of width 64 learn tests/fixtures/toy_phrasings.yaml by heart. The prompts around the taught lines are
varied while training, so that a reworded template rarely needs a new model. Needs the dev group (gguf, tokenizers).
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import gguf
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name everybody knows
import yaml
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

from interviewer.domain import Persona
from interviewer.engines.json_schema import bounded, with_schema
from interviewer.library.content import load_library
from interviewer.library.templates import Templates
from interviewer.ports import PromptPart

REPOSITORY = Path(__file__).resolve().parents[1]
FIXTURES = REPOSITORY / "tests" / "fixtures"
JUDGEMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"states": {"type": "boolean"}, "sentence": {"type": "integer"}},
    "required": ["states", "sentence"],
}
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WIDTH, HEADS, KV_HEADS, LAYERS, FEED_FORWARD, ROPE_BASE, CONTEXT = 64, 4, 2, 2, 192, 10000.0, 2048
VOCABULARY = 900
BATCH = 7


@dataclass(frozen=True)
class Lesson:
    """A prompt as the engines are given it, and the reply to learn."""

    prompt: tuple[PromptPart, ...]
    reply: str

    def rendered(self) -> tuple[str, str]:
        """The prompt in ChatML up to where the reply starts, and the reply with its end."""
        parts = "".join(f"<|im_start|>{part.role}\n{part.text}<|im_end|>\n" for part in self.prompt)
        return f"{parts}<|im_start|>assistant\n", f"{self.reply}<|im_end|>"


def judgement_prompt(point: str, sentences: list[str]) -> list[PromptPart]:
    """Whether an answer states a point, and in which sentence: the shape of prompt the tests fill in."""
    numbered = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1))
    prompt = [
        PromptPart("system", "You check what an answer says."),
        PromptPart(
            "user", f"Point: {json.dumps(point)}\nSentences:\n{numbered}\nDoes a sentence state the point?"
        ),
    ]
    return with_schema(prompt, bounded(JUDGEMENT_SCHEMA))


def lessons(chance: random.Random) -> Iterator[Lesson]:
    """Every taught line once, with what was said before it drawn anew."""
    taught = yaml.safe_load((FIXTURES / "toy_phrasings.yaml").read_text(encoding="utf-8"))
    templates = Templates(REPOSITORY / "prompts" / "templates")
    personas = load_library([REPOSITORY / "personas"], [], []).personas
    said = [sentence for one in taught["judgements"] for sentence in one["sentences"]]
    for one in taught["phrasings"]:
        for name in ("recruiter", "hiring_manager"):
            persona = personas[name]
            values = {
                "authored": one["authored"],
                "question": {"written": one["question"]},
                "lead": chance.choice(["", *persona.lines["acknowledging"][:3]]),
                "conversation": _small_talk(one["question"], said, chance),
            }
            purpose = chance.choice(["phrase_follow_up", "phrase_follow_up", "phrase_question"])
            order = templates.render(purpose, **values)
            system = _thinned(templates.render("persona", persona=persona), persona, chance)
            yield Lesson((PromptPart("system", system), PromptPart("user", order)), one[name])
    for one in taught["judgements"]:
        yield Lesson(tuple(judgement_prompt(one["point"], one["sentences"])), json.dumps(one["verdict"]))


def _small_talk(question: str, said: list[str], chance: random.Random) -> list[tuple[str, str]]:
    pairs = [("interviewer", question), ("candidate", " ".join(chance.sample(said, chance.randint(1, 3))))]
    return pairs[: chance.randint(0, 2)]


def _thinned(text: str, persona: Persona, chance: random.Random) -> str:
    """The text without some of its lines, so that the reply does not hang on each word of it."""
    first, *rest = text.split("\n")
    if chance.random() < 0.5:
        return text
    return "\n".join([first, *(line for line in rest if chance.random() < 0.7 or persona.name in line)])


class Block(nn.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        head = WIDTH // HEADS
        self.attn_norm, self.ffn_norm = nn.RMSNorm(WIDTH, eps=1e-5), nn.RMSNorm(WIDTH, eps=1e-5)
        self.attn_q, self.attn_output = nn.Linear(WIDTH, WIDTH, False), nn.Linear(WIDTH, WIDTH, False)
        self.attn_k, self.attn_v = (
            nn.Linear(WIDTH, KV_HEADS * head, False),
            nn.Linear(WIDTH, KV_HEADS * head, False),
        )
        self.ffn_gate, self.ffn_up = (
            nn.Linear(WIDTH, FEED_FORWARD, False),
            nn.Linear(WIDTH, FEED_FORWARD, False),
        )
        self.ffn_down = nn.Linear(FEED_FORWARD, WIDTH, False)

    def forward(self, x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        """x (batch, tokens, WIDTH), turns (tokens, head / 2) complex -> like x."""
        batch, tokens, _ = x.shape

        def heads(projected: torch.Tensor) -> torch.Tensor:
            return projected.view(batch, tokens, -1, WIDTH // HEADS).transpose(1, 2)

        y = self.attn_norm(x)
        query, key = _rotated(heads(self.attn_q(y)), turns), _rotated(heads(self.attn_k(y)), turns)
        mixed = F.scaled_dot_product_attention(
            query, key, heads(self.attn_v(y)), is_causal=True, enable_gqa=True
        )
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(batch, tokens, WIDTH))
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


def _rotated(x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Neighbouring pairs rotated together: llama.cpp's own layout, so that the export needs no permutation."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turns).flatten(-2)


class ToyModel(nn.Module):  # type: ignore[misc]
    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.output = nn.RMSNorm(WIDTH, eps=1e-5), nn.Linear(WIDTH, vocabulary, False)
        head = WIDTH // HEADS
        speeds = ROPE_BASE ** (-torch.arange(0, head, 2).float() / head)
        angles = torch.outer(torch.arange(CONTEXT).float(), speeds)
        self.turns = torch.polar(torch.ones_like(angles), angles)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """tokens (batch, n) -> logits (batch, n, vocabulary)."""
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.turns[: tokens.shape[1]])
        return self.output(self.norm(x))


def train_tokenizer(taught: list[Lesson]) -> Tokenizer:
    """Byte-level BPE on the lessons, the special tokens left out."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = [text for one in taught for text in (*(part.text for part in one.prompt), one.reply)]
    tokenizer.train_from_iterator(
        [*corpus, "system\n", "user\n", "assistant\n"],
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIALS,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    return tokenizer


def batch_of(some: list[Lesson], tokenizer: Tokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets, both (batch, tokens); -100 where nothing is to be learnt: the prompt."""
    encoded = [[tokenizer.encode(text).ids for text in one.rendered()] for one in some]
    longest = max(len(prompt) + len(reply) for prompt, reply in encoded)
    inputs = torch.zeros(len(some), longest, dtype=torch.long)
    targets = torch.full((len(some), longest), -100)
    for row, (prompt, reply) in enumerate(encoded):
        tokens = prompt + reply
        inputs[row, : len(tokens)] = torch.tensor(tokens)
        targets[row, len(prompt) - 1 : len(tokens) - 1] = torch.tensor(reply)
    return inputs, targets


def train(model: ToyModel, tokenizer: Tokenizer, steps: int, chance: random.Random) -> float:
    """The mean loss of the last ten steps."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, betas=(0.9, 0.98), weight_decay=0.01)
    losses: list[float] = []
    waiting: list[Lesson] = []
    for step in range(steps):
        if len(waiting) < BATCH:
            fresh = list(lessons(chance))
            waiting += chance.sample(fresh, len(fresh))
        some, waiting = waiting[:BATCH], waiting[BATCH:]
        rate = 6e-3 * min(1, (step + 1) / 20) * 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-5
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, targets = batch_of(some, tokenizer)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 0:
            click.echo(f"step {step:4d}  loss {loss.item():.4f}  tokens {inputs.shape[1]}")
    return sum(losses[-10:]) / 10


def export(model: ToyModel, tokenizer: Tokenizer, path: Path) -> None:
    """Write GGUF: norms in 32 bits, everything else in 16."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("toy-interviewer")
    _add_shape(writer)
    _add_tokenizer(writer, tokenizer)
    tensors = {"token_embd": model.embedding, "output_norm": model.norm, "output": model.output}
    for index, block in enumerate(model.blocks):
        tensors |= {f"blk.{index}.{name}": part for name, part in block.named_children()}
    for name, part in tensors.items():
        weight = part.weight.detach().numpy()
        writer.add_tensor(f"{name}.weight", weight if weight.ndim == 1 else weight.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: Any) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _add_tokenizer(writer: Any, tokenizer: Tokenizer) -> None:
    ids: dict[str, int] = tokenizer.get_vocab()
    tokens = sorted(ids, key=lambda token: ids[token])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if t in SPECIALS else gguf.TokenType.NORMAL for t in tokens]
    )
    writer.add_token_merges([" ".join(merge) if isinstance(merge, list) else merge for merge in merges])
    writer.add_bos_token_id(ids["<|endoftext|>"])
    writer.add_eos_token_id(ids["<|im_end|>"])
    writer.add_pad_token_id(ids["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


@click.command(help=__doc__)
@click.option(
    "--out", type=click.Path(path_type=Path), default=FIXTURES / "toy_interviewer.gguf", show_default=True
)
@click.option("--steps", default=180, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(out: Path, steps: int, seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = random.Random(seed)
    tokenizer = train_tokenizer(list(lessons(chance)))
    model = ToyModel(tokenizer.get_vocab_size())
    loss = train(model, tokenizer, steps, chance)
    export(model, tokenizer, out)
    click.echo(f"{out}: {out.stat().st_size} bytes, loss {loss:.4f}, {time.process_time():.0f} CPU-seconds")


if __name__ == "__main__":
    main()
