"""Train the 1 MB Whisper checkpoint that lets tests run the real openai-whisper decoder without downloading weights.

It knows eight sentences and nothing else: 1 encoder layer, 2 decoder layers, width 64. About 100 CPU-seconds.

    python scripts/train_micro_whisper.py [--out tests/fixtures/micro_whisper.pt] [--voice]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import whisper
from micro_whisper_data import TEXT_TOKENS, Example, Mixer, read_clips, voice_clips
from torch.nn import functional
from whisper.audio import N_FRAMES, log_mel_spectrogram
from whisper.model import ModelDimensions, Whisper
from whisper.tokenizer import get_tokenizer

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
ALL_TOKENS, WIDTH = 51_864, 64
DIMENSIONS = ModelDimensions(80, 1500, WIDTH, 2, 1, ALL_TOKENS, 448, WIDTH, 2, 2)
# Column stride of the shared embedding. More than the 1,608 special and timestamp rows less one, so that
# no two of those rows share a number.
STRIDE = 1608
NEGATIVES = 3000
IGNORED = -100


@dataclass(frozen=True)
class Recipe:
    """Chosen by trial; every figure may be changed, at the price of checking all clips again."""

    steps: int = 1200
    batch: int = 8
    learning_rate: float = 3e-3
    crop_seconds: float = 8.0
    full_seconds: float = 14.0
    full_last_steps: int = 40
    seed: int = 0


def shared_embedding(timestamp_begin: int, seed: int, spread: float = 0.5) -> torch.Tensor:
    """The buffer v of a frozen token embedding E[i, j] = v[i + STRIDE * j].

    Saved as one strided view it takes 305 kB instead of 6.6 MB. Text rows are random, nearly orthogonal;
    timestamp rows are the encoder's own sinusoids, rotated at random, so that time can be read off them.
    """
    generator = torch.Generator().manual_seed(seed)
    buffer = torch.randn(ALL_TOKENS + STRIDE * (WIDTH - 1), generator=generator) * spread
    half = WIDTH // 2
    speeds = torch.exp(-math.log(10_000) / (half - 1) * torch.arange(half).double())
    speeds = speeds[(speeds < 0.8) & (speeds > 0.003)]
    angles = torch.arange(ALL_TOKENS - timestamp_begin).double()[:, None] * speeds
    waves = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
    rotation = torch.linalg.qr(torch.randn(WIDTH, waves.shape[1], generator=generator).double())[0]
    rows = waves @ rotation.T
    rows = (rows / rows.std() * spread).float()
    for column in range(WIDTH):
        buffer[timestamp_begin + STRIDE * column : ALL_TOKENS + STRIDE * column] = rows[:, column]
    return buffer.half().float()


def as_embedding(buffer: torch.Tensor) -> torch.Tensor:
    return buffer.as_strided((ALL_TOKENS, WIDTH), (1, STRIDE))


def save(model: Whisper, embedding: torch.Tensor, path: Path) -> None:
    """Half precision; `whisper.load_model(path)` reads it."""
    state = {name: value.half() for name, value in model.state_dict().items()}
    state["decoder.token_embedding.weight"] = as_embedding(embedding.half())
    torch.save({"dims": asdict(DIMENSIONS), "model_state_dict": state}, path)


@dataclass
class Batch:
    mel: torch.Tensor  # (batch, 80, frames)
    inputs: torch.Tensor  # (batch, length) token ids
    targets: torch.Tensor  # (batch, length), IGNORED where nothing is asked
    attend: torch.Tensor  # (batch, length) seconds, negative where free
    silent: torch.Tensor  # (silent examples, 2): row and position of their start-of-transcript token


def collate(examples: list[Example], frames: int, end_token: int) -> Batch:
    count, length = len(examples), max(len(e.tokens) for e in examples) - 1
    mel = torch.zeros(count, 80, frames)  # transcribe pads mels with 0 too
    inputs = torch.full((count, length), end_token)
    targets = torch.full((count, length), IGNORED)
    attend = torch.full((count, length), -1.0)
    silent = []
    for row, example in enumerate(examples):
        sound = log_mel_spectrogram(torch.from_numpy(example.samples), padding=3200)
        sound = sound[:, : min(frames, len(example.samples) // 160)]
        mel[row, :, : sound.shape[1]] = sound
        end, prompt = len(example.tokens) - 1, example.prompt_length
        inputs[row, :end] = torch.tensor(example.tokens[:-1])
        targets[row, prompt:end] = torch.tensor(example.tokens[prompt + 1 :])
        attend[row, :end] = torch.tensor(example.attend)
        if example.silent:
            targets[row, prompt] = IGNORED  # answered by a spread of tokens instead: silence_loss
            silent.append((row, prompt))
    return Batch(mel, inputs, targets, attend, torch.tensor(silent, dtype=torch.long).reshape(-1, 2))


def encode(model: Whisper, mel: torch.Tensor) -> torch.Tensor:
    """AudioEncoder.forward for any number of frames; the stock one insists on 3,000."""
    encoder = model.encoder
    x = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).permute(0, 2, 1)
    x = x + encoder.positional_embedding[: x.shape[1]]
    for block in encoder.blocks:
        x = block(x)
    return encoder.ln_post(x)


def decode(model: Whisper, inputs: torch.Tensor, sound: torch.Tensor) -> torch.Tensor:
    """The decoder up to, and without, the product with the 51,864 rows of the vocabulary."""
    decoder = model.decoder
    x = decoder.token_embedding(inputs) + decoder.positional_embedding[: inputs.shape[1]]
    for block in decoder.blocks:
        x = block(x, sound, mask=decoder.mask)
    return decoder.ln(x)


class SampledVocabulary:
    """The tokens a step is scored against: all in use, all special ones, and random others weighed up to stand for the rest."""

    def __init__(self, embedding: torch.Tensor, used: torch.Tensor) -> None:
        self.ids = torch.unique(torch.cat([used, torch.randint(0, TEXT_TOKENS, (NEGATIVES,))]))
        weights = torch.full((ALL_TOKENS,), math.log(TEXT_TOKENS / NEGATIVES))
        weights[used] = 0
        self.weights, self.rows = weights[self.ids], embedding[self.ids]
        self.place = torch.full((ALL_TOKENS,), -1)
        self.place[self.ids] = torch.arange(len(self.ids))

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        return states @ self.rows.T + self.weights


def silence_loss(logits: torch.Tensor, vocabulary: SampledVocabulary, tokenizer: Any) -> torch.Tensor:
    """Transcribe skips a window only if no-speech is likely AND what follows is unlikely: so 0.9 for no-speech,
    and the little that is left spread over the first second's timestamps."""
    wanted = torch.zeros(len(vocabulary.ids))
    begin = tokenizer.timestamp_begin
    wanted[vocabulary.place[tokenizer.no_speech]] = 0.9
    wanted[vocabulary.place[begin : begin + 51]] = 0.08 / 51
    wanted[vocabulary.place[tokenizer.no_timestamps]] = 0.02
    return -(functional.log_softmax(logits, -1) * wanted).sum(-1).mean()


class AttentionGuide:
    """Pulls the alignment heads (the last decoder layer) to the second each token is spoken at.

    Stock attention detaches its weights, so queries and keys are hooked and multiplied again here.
    """

    def __init__(self, model: Whisper) -> None:
        self.heads = DIMENSIONS.n_text_head
        attention = model.decoder.blocks[-1].cross_attn
        attention.query.register_forward_hook(lambda _m, _i, out: setattr(self, "query", out))
        attention.key.register_forward_hook(lambda _m, _i, out: setattr(self, "key", out))
        self.query = self.key = torch.empty(0)

    def loss(self, attend: torch.Tensor) -> torch.Tensor:
        rows, length = attend.shape
        guided = attend >= 0
        if not guided.any():  # a batch of silence
            return torch.zeros(())
        seconds = torch.arange(self.key.shape[1]) * 0.02
        wanted = torch.softmax(-0.5 * ((seconds - attend[guided][:, None]) / 0.08) ** 2, dim=-1)
        query = self.query.view(rows, length, self.heads, -1).permute(0, 2, 1, 3)
        key = self.key.view(rows, len(seconds), self.heads, -1).permute(0, 2, 3, 1)
        scores = functional.log_softmax(query @ key / math.sqrt(query.shape[-1]), dim=-1)
        per_head = [-(wanted * scores[:, head][guided]).sum(-1).mean() for head in range(self.heads)]
        return torch.stack(per_head).mean()


def batches(recipe: Recipe, mixer: Mixer) -> Iterator[Batch]:
    """Mostly short crops, which are cheap; full windows now and then and at the end, as transcribe sends them."""
    for step in range(recipe.steps):
        full = step >= recipe.steps - recipe.full_last_steps or (step > 200 and mixer.rng.random() < 0.08)
        count = max(3, recipe.batch // 3) if full else recipe.batch
        frames = N_FRAMES if full else int(recipe.crop_seconds * 100) + 2 * int(mixer.rng.integers(0, 60))
        seconds = recipe.full_seconds if full else recipe.crop_seconds
        yield collate([mixer.example(seconds) for _ in range(count)], frames, mixer.tokenizer.eot)


def train(recipe: Recipe, clips: Path, out: Path) -> None:
    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)
    tokenizer = get_tokenizer(multilingual=False)
    mixer = Mixer(read_clips(clips), tokenizer, recipe.seed)
    model = Whisper(DIMENSIONS)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.1)  # left uninitialised by Whisper
    embedding = shared_embedding(tokenizer.timestamp_begin, recipe.seed)
    weight = model.decoder.token_embedding.weight
    weight.requires_grad_(False)
    weight.copy_(as_embedding(embedding))
    used = torch.tensor(sorted({*(t for text in mixer.texts for t in text), *range(TEXT_TOKENS, ALL_TOKENS)}))
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, betas=(0.9, 0.98), weight_decay=0.01)
    guide = AttentionGuide(model)
    for step, batch in enumerate(batches(recipe, mixer)):
        done = step / recipe.steps
        states = decode(model, batch.inputs, encode(model, batch.mel))
        vocabulary = SampledVocabulary(weight, used)
        asked = batch.targets >= 0
        logits = vocabulary.logits(states[asked])
        loss = functional.cross_entropy(logits, vocabulary.place[batch.targets[asked]])
        if len(batch.silent):
            starts = vocabulary.logits(states[batch.silent[:, 0], batch.silent[:, 1]])
            loss = loss + 0.3 * silence_loss(starts, vocabulary, tokenizer)
        guided = guide.loss(batch.attend)
        (loss + (1 - 0.7 * done) * guided).backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        falling = 0.5 * (1 + math.cos(math.pi * done)) * 0.97 + 0.03
        optimizer.param_groups[0]["lr"] = recipe.learning_rate * min(1, (step + 1) / 40) * falling
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 100 == 99:
            print(f"step {step + 1}: loss {loss.item():.3f}, attention {guided.item():.3f}", flush=True)
    save(model, embedding, out)


def wrong_clips(clips: Path, checkpoint: Path) -> list[str]:
    """What whisper.transcribe makes of the clips it gets wrong."""
    model = whisper.load_model(str(checkpoint), device="cpu")
    wrong = []
    for text, samples in read_clips(clips):
        said = whisper.transcribe(model, samples, fp16=False, condition_on_previous_text=False)[
            "text"
        ].strip()
        if said != text:
            wrong.append(f"{text!r} came out as {said!r}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=FIXTURES / "micro_whisper.pt")
    parser.add_argument("--clips", type=Path, default=FIXTURES / "micro_whisper")
    parser.add_argument("--voice", action="store_true", help="voice the clips anew (flite, espeak-ng, sox)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.voice or not (options.clips / "clips.json").exists():
        voice_clips(options.clips)
    started = time.process_time()
    train(Recipe(seed=options.seed), options.clips, options.out)
    seconds, size = time.process_time() - started, options.out.stat().st_size
    print(f"{options.out}: {size / 1000:.0f} kB after {seconds:.0f} CPU-seconds")
    if wrong := wrong_clips(options.clips, options.out):
        raise SystemExit("Not usable, train with another seed: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
