"""Trains the model that reads told stories, from scripts/data/stories/. A few minutes of one core.

    python scripts/train_star_model.py [--out models/star]

Each story is learnt as it was written, without punctuation, and without punctuation with 10 and 20 % word errors. The sentence
labels are a linear chain (a conditional random field); the heads over the whole answer learn from labels that a chain gave
which had not seen the story (five folds), and so do the figures that are written beside the weights. Stories of
tests/benchmark/ are never read here.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from star_data import Misheard, Story, Version, read_stories, typed, written

from interviewer.engines.minilm import DIMENSIONS, NAME, MiniLmEmbedder
from interviewer.evaluator.spans import TextSpan, told_sentences
from interviewer.evaluator.star_model import (
    HEADS,
    LABELS,
    LONGEST_SENTENCE_WORDS,
    border_features,
    counts_of,
    divide,
    head_features,
    neighbourhood,
    shares,
    terms_of,
)
from interviewer.evaluator.words import words
from interviewer.library.star_weights import Array, StarWeights, save_star_weights

ROOT = Path(__file__).resolve().parent.parent
ERRORS = (0.0, 0.1, 0.2)
FOLDS = 5
RAREST_BORDER, RAREST_TERM = 4, 8  # a story counts four times: once for each way it is written down
BORDER_LEANING = 1.0  # rather a cut too many: both halves can still get the right label
PAUSE_WORTH = 2.0
EPOCHS, RATE, BATCH = 25, 0.02, 32
TERM_DROPOUT, VECTOR_DROPOUT, NO_VECTORS = 0.3, 0.1, 0.25
DECAY = {"term_weights": 1e-4, "vector_weights": 1e-4, "count_weights": 1e-4, "following": 1e-4}


@dataclass
class Example:
    """One written version of a story, cut and labelled, with its features."""

    version: Version
    spans: list[TextSpan]
    wanted: list[int]
    vectors: Array
    counts: Array
    terms: list[list[int]]

    @property
    def texts(self) -> list[str]:
        return [span.text for span in self.spans]


# where sentences end -------------------------------------------------------------------------------------------------


def learn_borders(versions: Iterable[Version]) -> tuple[dict[str, float], float]:
    places: list[list[str]] = []
    opens: list[bool] = []
    for version in versions:
        spoken: list[str] = []
        openings: set[int] = set()
        for part in version.parts:
            openings.add(len(spoken))
            spoken += words(part)
        for at in range(1, len(spoken)):
            places.append(border_features(spoken, at))
            opens.append(at in openings)
    seen = Counter(feature for place in places for feature in place)
    column = {f: n for n, f in enumerate(sorted(f for f, c in seen.items() if c >= RAREST_BORDER))}
    rows = [(row, column[f]) for row, place in enumerate(places) for f in set(place) if f in column]
    matrix = csr_matrix(
        (np.ones(len(rows)), ([r for r, _ in rows], [c for _, c in rows])), shape=(len(places), len(column))
    )
    fitted = LogisticRegression(C=0.5, max_iter=300).fit(matrix, opens)
    learnt = dict(zip(column, fitted.coef_[0].tolist(), strict=True))
    return learnt, float(fitted.intercept_[0]) + BORDER_LEANING


# labels --------------------------------------------------------------------------------------------------------------


def majority(spans: Sequence[TextSpan], version: Version) -> list[int]:
    """For each span the label of the sentence it shares most letters with."""
    wanted = []
    for span in spans:
        shared: Counter[int] = Counter()
        for start, end, number in version.owners():
            common = min(end, span.offset + len(span.text)) - max(start, span.offset)
            if common > 0:
                shared[LABELS.index(version.story.labels[number])] += common
        wanted.append(shared.most_common(1)[0][0])
    return wanted


def vocabulary(texts_of_examples: Sequence[Sequence[str]]) -> dict[str, int]:
    """Terms that several stories use, by the row of their weights."""
    seen: Counter[str] = Counter()
    for texts in texts_of_examples:
        seen.update(set().union(*(terms_of(text) for text in texts)))
    return {t: n for n, t in enumerate(sorted(t for t, c in seen.items() if c >= RAREST_TERM))}


def learn_chain(
    examples: Sequence[Example], blank: StarWeights, term_count: int, seed: int = 1
) -> StarWeights:
    """`blank` with the weights of the chain, found by following the likelihood of the right labels."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    kinds = len(LABELS)
    shapes = {
        "term_weights": (term_count, kinds),
        "vector_weights": (3 * DIMENSIONS, kinds),
        "count_weights": (examples[0].counts.shape[1], kinds),
        "bias": (kinds,),
        "opening": (kinds,),
        "following": (kinds, kinds),
        "closing": (kinds,),
    }
    learnt = {name: torch.zeros(shape, requires_grad=True) for name, shape in shapes.items()}
    optimiser = torch.optim.Adam(learnt.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    tensors = [_tensors(example) for example in examples]
    for epoch in range(EPOCHS):
        rng.shuffle(tensors)
        total = 0.0
        for start in range(0, len(tensors), BATCH):
            loss = _loss(tensors[start : start + BATCH], learnt)
            loss = loss + sum(decay * (learnt[name] ** 2).sum() for name, decay in DECAY.items())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
        schedule.step()
        print(f"pass {epoch + 1} of {EPOCHS}, loss {total * BATCH / len(tensors):.3f}", flush=True)
    arrays: dict[str, Any] = {name: t.detach().numpy().astype(np.float64) for name, t in learnt.items()}
    return replace(blank, **arrays)


Tensors = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def _tensors(example: Example) -> Tensors:
    flat = [term for terms in example.terms for term in terms]
    return (
        torch.tensor(neighbourhood(example.vectors), dtype=torch.float32),
        torch.tensor(example.counts, dtype=torch.float32),
        torch.tensor(flat, dtype=torch.long),
        torch.tensor([len(terms) for terms in example.terms]),
        torch.tensor(example.wanted),
    )


def _loss(batch: Sequence[Tensors], learnt: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Mean negative log likelihood per sentence. Terms are dropped at random, and at times all vectors of a story, so
    that the labels can also be read without an embedder."""
    lengths = torch.tensor([len(wanted) for *_, wanted in batch])
    vectors = torch.cat([v * float(torch.rand(()) > NO_VECTORS) for v, *_ in batch])
    vectors = torch.nn.functional.dropout(vectors, VECTOR_DROPOUT)
    sizes = torch.cat([s for _, _, _, s, _ in batch])
    terms = torch.cat([t for _, _, t, _, _ in batch])
    kept = (torch.rand(len(terms)) > TERM_DROPOUT).float() / (1 - TERM_DROPOUT)
    told = torch.nn.functional.embedding_bag(
        terms, learnt["term_weights"], sizes.cumsum(0) - sizes, mode="sum", per_sample_weights=kept
    )
    flat = learnt["bias"] + told + vectors @ learnt["vector_weights"]
    flat = flat + torch.cat([c for _, c, *_ in batch]) @ learnt["count_weights"]
    pad = torch.nn.utils.rnn.pad_sequence
    scores = pad(list(flat.split(lengths.tolist())), batch_first=True)
    wanted = pad([w for *_, w in batch], batch_first=True)
    return _chain_loss(scores, wanted, lengths, learnt)


def _chain_loss(
    scores: torch.Tensor, wanted: torch.Tensor, lengths: torch.Tensor, learnt: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    """`scores`: (stories, most sentences, labels), padded behind `lengths`."""
    every = learnt["opening"] + scores[:, 0]
    right = every.gather(1, wanted[:, :1])[:, 0]
    for at in range(1, scores.shape[1]):
        inside = at < lengths
        onward = torch.logsumexp(every[:, :, None] + learnt["following"], dim=1) + scores[:, at]
        every = torch.where(inside[:, None], onward, every)
        step = learnt["following"][wanted[:, at - 1], wanted[:, at]]
        step = step + scores[:, at].gather(1, wanted[:, at : at + 1])[:, 0]
        right = right + torch.where(inside, step, torch.zeros(()))
    last = wanted.gather(1, (lengths - 1)[:, None])[:, 0]
    whole = torch.logsumexp(every + learnt["closing"], dim=1)
    loss: torch.Tensor = (whole - right - learnt["closing"][last]).sum() / lengths.sum()
    return loss


# the whole answer ----------------------------------------------------------------------------------------------------


def chain_scores(weights: StarWeights, example: Example) -> Array:
    rows = weights.bias + example.counts @ weights.count_weights
    rows = rows + neighbourhood(example.vectors) @ weights.vector_weights
    for row, terms in zip(rows, example.terms, strict=True):
        row += weights.term_weights[terms].sum(axis=0)
    return np.asarray(rows)


def learn_heads(found: Sequence[tuple[Example, Array]]) -> tuple[Array, Array]:
    features = np.stack([head_features(example.texts, shares_) for example, shares_ in found])
    stories = [example.version.story for example, _ in found]
    columns, biases = [], []
    for head in HEADS:
        wanted = [_holds(story, head) for story in stories]
        fitted = LogisticRegression(C=1.0, max_iter=2000).fit(features, wanted)
        columns.append(fitted.coef_[0])
        biases.append(fitted.intercept_[0])
    return np.array(columns).T, np.array(biases)


def _holds(story: Story, head: str) -> bool:
    return story.is_story if head == "story" else story.components[head]  # type: ignore[index]


def fold_of(story: Story) -> int:
    """Neighbours in a file are of one kind, so every fold gets some of each."""
    return int(story.name.rsplit("/", 1)[1]) % FOLDS


def figures(found: Sequence[tuple[Example, Array]]) -> dict[str, float]:
    """Macro F1 of the labels of the pieces, for each way of writing down, from chains that had not seen the story."""
    by_way: dict[str, tuple[list[int], list[int]]] = {}
    for number, (example, shares_) in enumerate(found):
        way = ("written", *(f"{e:.0%} errors, no punctuation" for e in ERRORS))[number % (1 + len(ERRORS))]
        wanted, told = by_way.setdefault(way, ([], []))
        wanted += example.wanted
        told += shares_.argmax(axis=1).tolist()
    return {way: round(float(f1_score(*pair, average="macro")), 3) for way, pair in by_way.items()}


# ---------------------------------------------------------------------------------------------------------------------


def versions_of(stories: Sequence[Story]) -> list[Version]:
    misheard = Misheard(story.text for story in stories)
    rng = random.Random(1)
    return [
        version
        for story in stories
        for version in (written(story), *(misheard.version(story, share, rng) for share in ERRORS))
    ]


def prepare(versions: Sequence[Version], blank: StarWeights) -> tuple[list[Example], dict[str, int]]:
    embedder = MiniLmEmbedder(remembered_texts=100_000)
    cut = [
        told_sentences(
            typed(v.text), lambda said, silent: divide(blank, said, silent), LONGEST_SENTENCE_WORDS
        )
        for v in versions
    ]
    texts = [[span.text for span in spans] for spans in cut]
    terms = vocabulary(texts)
    embedder.encode([text for one in texts for text in one])
    examples = [
        Example(
            version,
            spans,
            majority(spans, version),
            embedder.encode(one).astype(np.float64),
            counts_of(one),
            [sorted(terms[t] for t in terms_of(text) if t in terms) for text in one],
        )
        for version, spans, one in zip(versions, cut, texts, strict=True)
    ]
    return examples, terms


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "star")
    options = parser.parse_args()
    torch.set_num_threads(1)
    stories = read_stories()
    versions = versions_of(stories)
    borders, border_bias = learn_borders([v for n, v in enumerate(versions) if n % 4 in (1, 2)])
    nothing = np.zeros(0)
    blank = StarWeights(borders, border_bias, PAUSE_WORTH, {}, *[nothing] * 9)
    examples, terms = prepare(versions, blank)
    blank = replace(blank, terms=terms)
    found: list[tuple[Example, Array]] = []
    for fold in range(FOLDS):
        print(f"fold {fold + 1} of {FOLDS}", flush=True)
        seen = [e for e in examples if fold_of(e.version.story) != fold]
        chain = learn_chain(seen, blank, len(terms))
        unseen = [e for e in examples if fold_of(e.version.story) == fold]
        found += [(e, shares(chain, chain_scores(chain, e))) for e in unseen]
    head_weights, head_bias = learn_heads(found)
    print("whole", flush=True)
    learnt = learn_chain(examples, blank, len(terms))
    save_star_weights(replace(learnt, head_weights=head_weights, head_bias=head_bias), options.out)
    card = {
        "stories": len(stories),
        "sentences": sum(len(s.labels) for s in stories),
        "terms": len(terms),
        "embedder": NAME,
        "folds": figures(found),
    }
    (options.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card))


if __name__ == "__main__":
    main()
