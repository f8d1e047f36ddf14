"""Trains the claim model: does a piece of an answer state a rubric point, contradict it, or neither?

    python scripts/train_claim_model.py [--minutes 40] [--threads 1] [--out models/judge]

Learns low-rank changes to all-MiniLM-L6-v2 and a head of three rows, from the question bank (accepted phrasings,
misconceptions, denials, other points of the same question) and from labelled pieces of spoken answers in
scripts/data/claims/. Questions that the benchmark asks are left out entirely, and a tenth of the others is held back
to choose when to stop. One thread by default: on a busy machine two are slower. The same seed gives the same weights on
the same machine. Writes claims.safetensors and claims.json, what it was trained on and how well it did.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

from interviewer.domain import Question, RubricPoint
from interviewer.engines.claim_model import ADAPTED, LABELS, LONGEST_TOKENS, WEIGHTS_FILE, pooled
from interviewer.engines.minilm import MiniLmEmbedder, weights_path
from interviewer.library.content import load_library

ROOT = Path(__file__).resolve().parent.parent
PIECES = ROOT / "scripts" / "data" / "claims"
BENCHMARK = ROOT / "tests" / "benchmark" / "answers"
STATES, CONTRADICTS, NEITHER = range(len(LABELS))
PARTLY = 0.5  # share of "states" in the target of a piece that says half of it
RANK = 16
BATCH = 32
RATE, HEAD_RATE = 1e-3, 3e-3
WARM_UP = 0.05
HELD_BACK = 10  # one question in so many chooses when to stop


@dataclass(frozen=True)
class Pair:
    """Words said, a claim, and the shares of the three labels."""

    said: str
    claim: str
    target: tuple[float, float, float]
    question: str


def target(label: int, share: float = 1.0) -> tuple[float, float, float]:
    shares = [0.0, 0.0, 0.0]
    shares[label] = share
    shares[NEITHER] += 1 - share
    return (shares[0], shares[1], shares[2])


# pairs --------------------------------------------------------------------------------------------------------------


class Nearness:
    """Which texts resemble a text most; all are embedded at once, in batches of like length."""

    def __init__(self, texts: Iterable[str]) -> None:
        ordered = sorted(set(texts), key=len)
        self._vectors = dict(zip(ordered, MiniLmEmbedder().encode(ordered), strict=True))

    def nearest(self, text: str, others: Sequence[str], most: int) -> list[str]:
        if not others:
            return []
        closeness = np.stack([self._vectors[other] for other in others]) @ self._vectors[text]
        return [others[int(index)] for index in np.argsort(-closeness, kind="stable")[:most]]


def texts_of(question: Question) -> Iterator[str]:
    for point in question.rubric:
        yield from (point.text, *point.phrasings, *(w for m in point.misconceptions for w in m.wrong))


def bank_pairs(question: Question, near: Nearness, rng: random.Random) -> Iterator[Pair]:
    """What the bank itself says of each point: right and wrong ways to put it, and its nearest neighbours."""
    for point in question.rubric:
        yield from _own(question.id, point, rng)
        others = [o for o in question.rubric if o.id != point.id]
        right = [text for other in others for text in (other.text, *other.phrasings)]
        wrong = [text for other in others for m in other.misconceptions for text in m.wrong]
        for text in [*near.nearest(point.text, right, 5), *rng.sample(right, min(4, len(right)))]:
            yield Pair(text, point.text, target(NEITHER), question.id)
        for text in near.nearest(point.text, wrong, 2):
            yield Pair(text, point.text, target(NEITHER), question.id)
        probes = [f.text for f in question.follow_ups if f.point == point.id]
        for text in [rng.choice([question.spoken, question.written, *question.hints]), *probes[:1]]:
            yield Pair(text, point.text, target(NEITHER), question.id)


def _own(question: str, point: RubricPoint, rng: random.Random) -> Iterator[Pair]:
    def claim(said: str) -> str:
        """The canonical text, or now and then another accepted phrasing."""
        others = [text for text in point.phrasings if text != said]
        return rng.choice(others) if others and rng.random() < 0.3 else point.text

    for text in point.phrasings:
        yield Pair(text, point.text, target(STATES), question)
        if rng.random() < 0.4:
            yield Pair(text, claim(text), target(STATES), question)
    for misconception in point.misconceptions:
        for text in misconception.denial:
            yield Pair(text, claim(text), target(STATES), question)
        for text in misconception.wrong:
            yield Pair(text, point.text, target(CONTRADICTS), question)
            yield Pair(text, claim(text), target(CONTRADICTS), question)


def piece_pairs(
    pieces: Iterable[Mapping[str, Any]],
    questions: Mapping[str, Question],
    near: Nearness,
    rng: random.Random,
) -> Iterator[Pair]:
    """Labelled pieces of answers against the points they bear on and the nearest that they do not."""
    for piece in pieces:
        question = questions[piece["question"]]
        said, labels = piece["text"], piece["labels"]
        untouched = [point.text for point in question.rubric if point.id not in labels]
        for point in question.rubric:
            match labels.get(point.id):
                case "states":
                    for _ in range(2):
                        yield Pair(said, point.text, target(STATES), question.id)
                case "partly":
                    yield Pair(said, point.text, target(STATES, PARTLY), question.id)
                case "contradicts":
                    for _ in range(2):
                        yield Pair(said, point.text, target(CONTRADICTS), question.id)
        if not untouched:
            continue
        for claim in [*near.nearest(said, untouched, 3), rng.choice(untouched)]:
            yield Pair(said, claim, target(NEITHER), question.id)


def read_pieces(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def benchmark_questions(folder: Path) -> set[str]:
    """Questions that must not be learnt from."""
    import yaml

    return {
        answer["question"]
        for path in folder.glob("*.yaml")
        for answer in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    }


# the model ----------------------------------------------------------------------------------------------------------


class LowRank(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A frozen linear layer with a change of low rank beside it."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.down = torch.nn.Parameter(torch.randn(RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.up = torch.nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = self.layer(inputs) + (inputs @ self.down.T) @ self.up.T
        return change


class ClaimReader(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        base = str(weights_path().parent)
        self.tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        self.encoder = AutoModel.from_pretrained(base, local_files_only=True, add_pooling_layer=False)
        for parameter in self.encoder.parameters():
            parameter.requires_grad = False
        self.changes: dict[str, LowRank] = {}
        for name, layer in list(self.encoder.named_modules()):
            if isinstance(layer, torch.nn.Linear) and name.rsplit(".", 1)[-1] in ADAPTED:
                parent = self.encoder.get_submodule(name.rsplit(".", 1)[0])
                self.changes[name] = LowRank(layer)
                setattr(parent, name.rsplit(".", 1)[1], self.changes[name])
        self.head = torch.nn.Linear(2 * self.encoder.config.hidden_size, len(LABELS))

    def forward(self, pairs: Sequence[Pair]) -> torch.Tensor:
        tokens = self.tokenizer(
            [pair.said for pair in pairs],
            [pair.claim for pair in pairs],
            padding=True,
            truncation=True,
            max_length=LONGEST_TOKENS,
            return_tensors="pt",
        )
        states = self.encoder(**tokens).last_hidden_state
        logits: torch.Tensor = self.head(pooled(states, tokens["attention_mask"]))
        return logits

    def weights(self) -> dict[str, torch.Tensor]:
        """What has to be kept, in half precision."""
        kept = {
            f"{name}.{part}": getattr(change, part).detach()
            for name, change in self.changes.items()
            for part in ("down", "up")
        }
        kept |= {"head.weight": self.head.weight.detach(), "head.bias": self.head.bias.detach()}
        return {name: tensor.to(torch.float16).contiguous() for name, tensor in kept.items()}


def batches(pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[Pair]]:
    """Pairs of like length together, so that little is padding; in random order."""
    ordered = sorted(pairs, key=lambda pair: len(pair.said) + len(pair.claim) + 40 * rng.random())
    groups = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    rng.shuffle(groups)
    yield from groups


def train(
    model: ClaimReader, pairs: Sequence[Pair], held: Sequence[Pair], minutes: float, seed: int
) -> list[dict[str, float]]:
    """As many passes as the time holds, three at most, with the rate falling to nothing by the end of it."""
    rng = random.Random(seed)
    head = list(model.head.parameters())
    changes = [parameter for change in model.changes.values() for parameter in (change.down, change.up)]
    optimiser = torch.optim.AdamW(
        [{"params": changes, "lr": RATE}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01
    )
    base_rates = [group["lr"] for group in optimiser.param_groups]
    started, history = time.monotonic(), []
    total = 3 * math.ceil(len(pairs) / BATCH)
    steps = 0
    model.train()
    for epoch in range(3):
        for batch in batches(pairs, rng):
            share = max(steps / total, (time.monotonic() - started) / (minutes * 60))
            if share >= 1:
                break
            for group, rate in zip(optimiser.param_groups, base_rates, strict=True):
                group["lr"] = rate * min(1.0, steps / (WARM_UP * total) + 0.01) * (1 - share)
            wanted = torch.tensor([pair.target for pair in batch])
            loss = torch.nn.functional.cross_entropy(model(batch), wanted, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*changes, *head], 1.0)
            optimiser.step()
            steps += 1
            if steps % 100 == 0:
                passed = (time.monotonic() - started) / 60
                print(f"{steps} of {total} steps, {passed:.1f} min, loss {loss.item():.3f}", flush=True)
        history.append({"epoch": epoch + 1, "minutes": (time.monotonic() - started) / 60} | test(model, held))
        print(json.dumps(history[-1]), flush=True)
    return history


def test(model: ClaimReader, pairs: Sequence[Pair]) -> dict[str, float]:
    """Accuracy and how often a pair that states (contradicts) is ranked above one that does not."""
    model.eval()
    with torch.inference_mode():
        rows = [
            torch.softmax(model(pairs[start : start + BATCH]), dim=-1)
            for start in range(0, len(pairs), BATCH)
        ]
    model.train()
    found = torch.cat(rows).numpy()
    wanted = np.array([int(np.argmax(pair.target)) for pair in pairs])
    return {
        "accuracy": round(float((found.argmax(axis=1) == wanted).mean()), 3),
        "states_auc": _auc(found[:, STATES], wanted == STATES),
        "contradicts_auc": _auc(found[:, CONTRADICTS], wanted == CONTRADICTS),
    }


def _auc(scores: np.ndarray, is_right: np.ndarray) -> float:
    order = np.empty(len(scores))
    order[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    right = int(is_right.sum())
    wrong = len(scores) - right
    return round(float((order[is_right].sum() - right * (right + 1) / 2) / max(1, right * wrong)), 3)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "judge")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    apart = benchmark_questions(BENCHMARK)
    questions = {q.id: q for q in load_library().questions.values() if q.id not in apart}
    held_back = set(rng.sample(sorted(questions), len(questions) // HELD_BACK))
    pieces = [piece for piece in read_pieces(PIECES) if piece["question"] in questions]
    bank_texts = [text for question in questions.values() for text in texts_of(question)]
    near = Nearness([*bank_texts, *(piece["text"] for piece in pieces)])
    pairs = [pair for question in questions.values() for pair in bank_pairs(question, near, rng)]
    pairs += piece_pairs(pieces, questions, near, rng)
    learnt = [pair for pair in pairs if pair.question not in held_back]
    held = [pair for pair in pairs if pair.question in held_back]
    print(f"{len(learnt)} pairs to learn from, {len(held)} held back, {len(apart)} questions left out")
    model = ClaimReader()
    history = train(model, learnt, held, options.minutes, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    save_file(model.weights(), options.out / WEIGHTS_FILE)
    card = {
        "pairs": len(learnt),
        "questions": len(questions) - len(held_back),
        "pieces": len(pieces),
        "held_back": {"pairs": len(held), "questions": sorted(held_back)},
        "left_out": sorted(apart),
        "rank": RANK,
        "seed": options.seed,
        "history": history,
    }
    (options.out / "claims.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
