"""Trains the claim model: does a piece of an answer state a rubric point, contradict it, or neither?

    python scripts/train_claim_model.py [--minutes 40] [--passes 4] [--out models/judge] [--begin models/judge --rate 0.4]

Learns low-rank changes to all-MiniLM-L6-v2 and a small head over cosines (interviewer/engines/claim_head.py), one
question to a step, so that every text is embedded once for all the points it is compared with. Texts and labels:
scripts/claim_data.py. A fifth of the questions is held back: for the figures in the card, and for calibrating verdicts
afterwards (scripts/calibrate_verdicts.py). One thread: on a busy machine two are slower. The same seed gives the same
weights on the same machine. Writes claims.safetensors and claims.json.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from claim_data import ROOT, Lesson, Lessons
from claim_topics import PREFIX
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoTokenizer

from interviewer.engines.claim_head import NO_OTHER_CLAIM, NOTHING_WRONG, PARTS, SPREAD
from interviewer.engines.claim_model import WEIGHTS_FILE
from interviewer.engines.minilm import DIMENSIONS, weights_path

ADAPTED = ("query", "key", "value", "dense")
RANK = 16
RATE, HEAD_RATE = 5e-4, 2e-3
LONGEST_TOKENS = 48
TOGETHER = 48  # texts embedded at once
HELD_BACK = 5  # one question in so many
FEATURES, GATES, MEETINGS, LABELS = 6, 6, 48, 3
BARE_RUBRICS = BARE_POINTS = (
    0.15  # share of steps without wrong phrasings, and with each point's own text alone
)
BARE_TOPICS = 0.4  # the same for topics outside the bank, whose rubrics stand for a caller's
TOPIC_TIMES = 2  # in every pass; a topic has half the pieces of a question
MISSING_RIGHT, MISSING_WRONG = 0.25, 0.3  # share of phrasings hidden otherwise


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


class Encoder(torch.nn.Module):  # type: ignore[misc]
    """all-MiniLM-L6-v2 with low-rank changes: texts to unit vectors."""

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

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        rows: list[torch.Tensor] = [torch.empty(0)] * len(texts)
        for start in range(0, len(order), TOGETHER):
            chosen = order[start : start + TOGETHER]
            tokens = self.tokenizer(
                [texts[index] for index in chosen],
                padding=True,
                truncation=True,
                max_length=LONGEST_TOKENS,
                return_tensors="pt",
            )
            states = self.encoder(**tokens).last_hidden_state
            mask = tokens["attention_mask"][..., None].float()
            means = (states * mask).sum(dim=1) / mask.sum(dim=1)
            for index, vector in zip(chosen, torch.nn.functional.normalize(means, dim=-1), strict=True):
                rows[index] = vector
        return torch.stack(rows)

    def low_rank(self) -> list[torch.nn.Parameter]:
        return [parameter for change in self.changes.values() for parameter in (change.down, change.up)]


class Head(torch.nn.Module):  # type: ignore[misc]
    """The arithmetic of claim_head in torch. It begins as the plain contrast of right and wrong phrasings."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torch.nn.Linear(FEATURES, LABELS, bias=False)
        self.gates = torch.nn.Linear(FEATURES, GATES)
        self.gated = torch.nn.Linear(GATES, LABELS, bias=False)
        self.meeting = torch.nn.Linear(4 * DIMENSIONS, MEETINGS)
        self.met = torch.nn.Linear(MEETINGS, LABELS, bias=False)
        self.bias = torch.nn.Parameter(torch.tensor([1.0, 1.0, 0.0]))
        with torch.no_grad():
            self.features.weight.zero_()
            self.met.weight.zero_()
            self.gates.weight.zero_()
            # right enough; righter than wrong; nearer than to other points; wrong enough; more wrong than right; spare
            for row, (feature, slope, offset) in enumerate(
                [(0, 16, -7), (1, 25, 0), (3, 25, 1), (2, 16, -8), (1, -30, -1), (4, 10, -5)]
            ):
                self.gates.weight[row, feature] = slope
                self.gates.bias[row] = offset
            self.gated.weight.zero_()
            self.gated.weight[0, :3] = 1.0
            self.gated.weight[1, 3:5] = 1.0

    def forward(self, features: torch.Tensor, meeting: torch.Tensor) -> torch.Tensor:
        gated = self.gated(torch.nn.functional.logsigmoid(self.gates(features)))
        met = self.met(torch.relu(self.meeting(meeting)))
        logits: torch.Tensor = self.features(features) + gated + met + self.bias
        return logits


@dataclass(frozen=True)
class Places:
    """Rows of a lesson's bank texts by point, padded with -1: right ones (own text first) and wrong ones."""

    right: torch.Tensor
    wrong: torch.Tensor

    @classmethod
    def of(cls, lesson: Lesson) -> Places:
        def rows(wrong: bool) -> torch.Tensor:
            by_point = [
                [row for row, text in enumerate(lesson.bank) if text.point == point and text.wrong == wrong]
                for point in range(lesson.points)
            ]
            most = max(1, *map(len, by_point))
            return torch.tensor([found + [-1] * (most - len(found)) for found in by_point])

        return cls(rows(False), rows(True))


def visible(rows: torch.Tensor, bank: int, everything: int) -> torch.Tensor:
    """(texts, points, phrasings): which phrasings a text is compared with: all but itself."""
    seen = (rows >= 0)[None].expand(everything, -1, -1).clone()
    for text in range(bank):
        seen[text] &= rows != text
    return seen


def hide(
    right: torch.Tensor, wrong: torch.Tensor, rng: random.Random, *, topic: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Some phrasings out of sight, so that rubrics with less text are learnt from too."""
    if rng.random() < (BARE_TOPICS if topic else BARE_RUBRICS):
        wrong = torch.zeros_like(wrong)
    else:
        wrong = wrong & (torch.rand(wrong.shape) > MISSING_WRONG)
    if rng.random() < (BARE_TOPICS if topic else BARE_POINTS):
        fewer = right.clone()
        fewer[..., 1:] = False
    else:
        fewer = right & (torch.rand(right.shape) > MISSING_RIGHT)
    return torch.where(fewer.any(dim=-1, keepdim=True), fewer, right), wrong


def compare(
    vectors: torch.Tensor, places: Places, right_seen: torch.Tensor, wrong_seen: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """As claim_head.compare, with phrasings hidden text by text."""
    right_vectors = vectors[places.right.clamp(min=0)]
    wrong_vectors = vectors[places.wrong.clamp(min=0)]
    right_all = torch.einsum("nd,pkd->npk", vectors, right_vectors).masked_fill(~right_seen, -1)
    wrong_all = torch.einsum("nd,pkd->npk", vectors, wrong_vectors).masked_fill(~wrong_seen, -1)
    right, nearest_right = right_all.max(dim=-1)
    wrong, nearest_wrong = wrong_all.max(dim=-1)
    has_wrong = wrong_seen.any(dim=-1)
    wrong = torch.where(has_wrong, wrong, torch.full_like(wrong, NOTHING_WRONG))
    if right.shape[1] > 1:
        ordered = right.sort(dim=-1).values
        other = torch.where(right == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    else:
        other = torch.full_like(right, NO_OTHER_CLAIM)
    own = vectors @ right_vectors[:, 0].T
    features = torch.stack([right, right - wrong, wrong, right - other, own, has_wrong.float()], dim=-1)
    points = torch.arange(right.shape[1])[None].expand(len(vectors), -1)
    truths, present = right_vectors[points, nearest_right], has_wrong[..., None].float()
    errors = wrong_vectors[points, nearest_wrong] * present
    rows = vectors[:, None].expand_as(truths)
    meeting = [rows * truths, rows * errors, (rows - truths).abs(), (rows - errors).abs() * present]
    return features, torch.cat(meeting, dim=-1) * SPREAD


def read(
    encoder: Encoder, head: Head, lesson: Lesson, rng: random.Random | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits for every text of the lesson, and which of its rows and points have anything to be compared with."""
    vectors = encoder([text.text for text in lesson.bank] + list(lesson.said))
    places = Places.of(lesson)
    right_seen = visible(places.right, len(lesson.bank), len(vectors))
    wrong_seen = visible(places.wrong, len(lesson.bank), len(vectors))
    if rng:
        right_seen, wrong_seen = hide(right_seen, wrong_seen, rng, topic=lesson.question.startswith(PREFIX))
    return head(*compare(vectors, places, right_seen, wrong_seen)), right_seen.any(dim=-1)


def train(
    encoder: Encoder,
    head: Head,
    lessons: Lessons,
    learnt: Sequence[str],
    held: Sequence[str],
    options: argparse.Namespace,
) -> Iterator[dict[str, object]]:
    """As many passes as asked for, or as the time holds, with the rate falling to nothing by then."""
    rng = random.Random(options.seed)
    optimiser = torch.optim.AdamW(
        [{"params": encoder.low_rank(), "lr": RATE}, {"params": list(head.parameters()), "lr": HEAD_RATE}],
        weight_decay=0.01,
    )
    rates = [group["lr"] * options.rate for group in optimiser.param_groups]
    everything = [*encoder.low_rank(), *head.parameters()]
    begun, steps, total = time.monotonic(), 0, options.passes * len(learnt)
    for number in range(1, options.passes + 1):
        encoder.train(), head.train()
        for question in rng.sample(learnt, len(learnt)):
            share = max(steps / total, (time.monotonic() - begun) / (options.minutes * 60))
            if share >= 1:
                break
            for group, rate in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = rate * min(1.0, steps / 40 + 0.02) * (1 - share)
            lesson = lessons.lesson(question, rng)
            logits, comparable = read(encoder, head, lesson, rng)
            weights = torch.from_numpy(lesson.weights) * comparable
            losses = -(torch.from_numpy(lesson.targets) * torch.log_softmax(logits, dim=-1)).sum(dim=-1)
            loss = (losses * weights).sum() / weights.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(everything, 1.0)
            optimiser.step()
            steps += 1
            if steps % 50 == 0:
                minutes = (time.monotonic() - begun) / 60
                print(f"{steps} of {total} steps, {minutes:.1f} min, loss {loss.item():.3f}", flush=True)
                save_file(kept(encoder, head), options.out / WEIGHTS_FILE)
        minutes = round((time.monotonic() - begun) / 60, 1)
        yield {"pass": number, "minutes": minutes} | test(encoder, head, lessons, held)


def test(encoder: Encoder, head: Head, lessons: Lessons, held: Sequence[str]) -> dict[str, object]:
    """On pieces of held-back questions: how often what states (contradicts) a point is ranked above what does not. Then
    the same on pieces and stretches as a recogniser writes them."""
    heard = [lessons.lesson(name, random.Random(5)) for name in held]
    topics = [lessons.lesson(name) for name in lessons.topics_held_back]
    figures: dict[str, object] = tested(encoder, head, [lessons.lesson(name) for name in held])
    return figures | {
        "as heard": tested(encoder, head, heard),
        "topics": tested(encoder, head, topics),
        "topics, bare": tested(encoder, head, [bare(lesson) for lesson in topics]),
    }


def bare(lesson: Lesson) -> Lesson:
    """The lesson with nothing but each point's own text to go by."""
    first = [
        row
        for row, text in enumerate(lesson.bank)
        if not text.wrong and text.point not in [other.point for other in lesson.bank[:row]]
    ]
    rows = [*first, *range(len(lesson.bank), len(lesson.targets))]
    own = tuple(lesson.bank[row] for row in first)
    return replace(lesson, bank=own, targets=lesson.targets[rows], weights=lesson.weights[rows])


@torch.inference_mode()  # type: ignore[untyped-decorator]
def tested(encoder: Encoder, head: Head, held: Sequence[Lesson]) -> dict[str, object]:
    encoder.eval(), head.eval()
    found, wanted = [], []
    for lesson in held:
        if not lesson.said:
            continue
        logits, _ = read(encoder, head, lesson, None)
        counted = lesson.weights[len(lesson.bank) :] > 0
        found.append(torch.softmax(logits, dim=-1)[len(lesson.bank) :].numpy()[counted])
        wanted.append(lesson.targets[len(lesson.bank) :].argmax(axis=-1)[counted])
    chances, labels = np.concatenate(found), np.concatenate(wanted)
    labelled = labels != 2
    return {
        "pieces and points": len(labels),
        "states": _auc(chances[:, 0], labels == 0),
        "contradicts": _auc(chances[:, 1], labels == 1),
        "states or contradicts": _auc((chances[:, 0] - chances[:, 1])[labelled], labels[labelled] == 0),
    }


def _auc(scores: np.ndarray, is_right: np.ndarray) -> float:
    order = np.empty(len(scores))
    order[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    right = int(is_right.sum())
    wrong = len(scores) - right
    return round(float((order[is_right].sum() - right * (right + 1) / 2) / max(1, right * wrong)), 3)


def kept(encoder: Encoder, head: Head) -> dict[str, torch.Tensor]:
    """What has to be kept, in half precision."""
    tensors = {
        f"{name}.{part}": getattr(change, part).detach()
        for name, change in encoder.changes.items()
        for part in ("down", "up")
    }
    tensors |= {name: head.state_dict()[name] for name in PARTS}
    return {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}


def take_up(encoder: Encoder, head: Head, folder: Path) -> None:
    """Go on from weights that were kept."""
    tensors = {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
    head.load_state_dict({name: tensors[name] for name in PARTS})
    for name, change in encoder.changes.items():
        change.down.data, change.up.data = tensors[f"{name}.down"], tensors[f"{name}.up"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=Path, help="a folder with weights to go on from")
    parser.add_argument("--rate", type=float, default=1.0, help="how fast to learn; less when going on")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "judge")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    lessons = Lessons()
    names = sorted(lessons.questions)
    held = sorted(random.Random(options.seed).sample(names, len(names) // HELD_BACK))
    if options.begin:  # what was held back stays so, whatever the bank has got since
        held = json.loads((options.begin / "claims.json").read_text(encoding="utf-8"))["held_back"]
    learnt = [name for name in names if name not in held]
    print(f"{len(learnt)} questions to learn from, {len(held)} held back, {len(lessons.left_out)} left out")
    topics = [name for name in sorted(lessons.topics) if name not in lessons.topics_held_back]
    print(f"{len(topics)} topics outside the bank, {len(lessons.topics_held_back)} held back")
    encoder, head = Encoder(), Head()
    options.out.mkdir(parents=True, exist_ok=True)
    history: list[dict[str, object]] = []
    if options.begin:
        take_up(encoder, head, options.begin)
        history = json.loads((options.begin / "claims.json").read_text(encoding="utf-8"))["history"]
    history += [{"pass": 0, "minutes": 0.0} | test(encoder, head, lessons, held)]
    print(json.dumps(history[-1]), flush=True)
    for result in train(encoder, head, lessons, learnt + TOPIC_TIMES * topics, held, options):
        history.append(result)
        print(json.dumps(result), flush=True)
    save_file(kept(encoder, head), options.out / WEIGHTS_FILE)
    card = {
        "questions": len(learnt),
        "pieces": sum(len(lessons.pieces(name)) for name in learnt),
        "topics": topics,
        "topics_held_back": lessons.topics_held_back,
        "topic_pieces": sum(len(lessons.pieces(name)) for name in topics),
        "held_back": held,
        "left_out": sorted(lessons.left_out),
        "rank": RANK,
        "seed": options.seed,
        "history": history,
    }
    (options.out / "claims.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
