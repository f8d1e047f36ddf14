"""A small model that reads a told story: where its sentences end, what each of them is, and what the whole amounts to.

Linear throughout: sums of weights of words, of MiniLM's vector and of a few counts; a chain over the labels (situations before
actions, results last); and logistic heads over the whole. scripts/train_star_model.py makes the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.domain import StarLabel
from interviewer.evaluator.star_cues import counts, is_past_action
from interviewer.evaluator.words import FUNCTION_WORDS, words
from interviewer.library.star_weights import Array, StarWeights
from interviewer.ports import Embedder

NAME = "story model"
LABELS: tuple[StarLabel, ...] = ("S", "T", "A", "R", "other")
HEADS = ("story", "S", "T", "A", "R")
"""What is said of the whole answer: that it is a story, and which parts it has."""
FEWEST_WORDS_OF_SENTENCE = 3
MOST_WORDS_OF_SENTENCE = 26
PAUSE_SECONDS = 0.3
LONGEST_SENTENCE_WORDS = 40
"""A longer sentence of punctuated text is cut as if it had no punctuation."""


@dataclass(frozen=True)
class Reading:
    """`labels`: the most plausible path, as columns of LABELS; `shares`: each sentence's probabilities, (n, labels);
    `heads`: probability of each of HEADS."""

    labels: tuple[int, ...]
    shares: Array
    heads: Mapping[str, float]


def border_features(spoken: Sequence[str], at: int) -> list[str]:
    """What stands around the place before word number `at`: the words themselves, and what kinds of words they are."""
    before, after = spoken[max(0, at - 2) : at], spoken[at : at + 3]
    left, right = [_kind_of(word) for word in before], [_kind_of(word) for word in after]
    return [
        f"<{before[-1]}",
        f"<{' '.join(before)}",
        f">{after[0]}",
        f">{' '.join(after[:2])}",
        f">{' '.join(after)}",
        f"{before[-1]}|{after[0]}",
        f"<<{' '.join(left)}",
        f">>{' '.join(right[:2])}",
        f">>{' '.join(right)}",
        f"{left[-1]}||{right[0]}",
        f"{left[-1]}||{' '.join(right[:2])}",
        f"{' '.join(left)}||{' '.join(right[:2])}",
    ]


def _kind_of(word: str) -> str:
    """The word itself when it is a function word, else its ending: enough to tell a verb from a noun, more or less."""
    if word in FUNCTION_WORDS:
        return word
    if is_past_action(word):
        return "-ed"
    return next((f"-{ending}" for ending in ("ing", "ly", "s") if word.endswith(ending)), "-")


def divide(weights: StarWeights, spoken: Sequence[str], silences: Sequence[float]) -> list[int]:
    """The numbers of the words that open a new sentence: the most plausible cut into sentences of bearable length."""
    count = len(spoken)
    odds = [0.0] + [
        weights.border_bias
        + sum(weights.border_terms.get(term, 0.0) for term in border_features(spoken, at))
        + weights.border_pause * _pause(silences[at])
        for at in range(1, count)
    ]
    best = [0.0] + [-np.inf] * count
    came_from = [0] * (count + 1)
    for end in range(1, count + 1):
        for start in range(max(0, end - MOST_WORDS_OF_SENTENCE), end):
            short = end - start < FEWEST_WORDS_OF_SENTENCE and not (start == 0 and end == count)
            value = best[start] + odds[start] - (4.0 if short else 0.0)
            if value > best[end]:
                best[end], came_from[end] = value, start
    opening = []
    at = came_from[count]
    while at > 0:
        opening.append(at)
        at = came_from[at]
    return opening[::-1]


def _pause(seconds: float) -> float:
    """How much a silence speaks for a sentence's end: nothing below PAUSE_SECONDS, twice as much from double of it."""
    return 0.0 if seconds < PAUSE_SECONDS else min(2.0, seconds / PAUSE_SECONDS)


def terms_of(text: str) -> set[str]:
    """Words, pairs and triples of a sentence, and which of them open it."""
    spoken = words(text)
    found = {" ".join(spoken[at : at + size]) for size in (1, 2, 3) for at in range(len(spoken) - size + 1)}
    found |= {f"^{' '.join(spoken[:size])}" for size in (1, 2) if len(spoken) >= size}
    return found


def counts_of(sentences: Sequence[str]) -> Array:
    """Counts that words alone do not give, (n, counts): where the sentence stands, and how the whole answer is told."""
    total = max(1, len(sentences) - 1)
    whole = counts(" ".join(sentences))
    rows = []
    for number, text in enumerate(sentences):
        place = number / total
        own = counts(text)
        rows.append(
            [
                place,
                place * place,
                float(number == 0),
                float(number == len(sentences) - 1),
                min(len(words(text)), 30) / 30,
                *own.of_sentence(),
                *whole.of_answer(),
            ]
        )
    return np.array(rows, dtype=np.float64)


def neighbourhood(vectors: Array) -> Array:
    """Each sentence's vector beside that of the one before and the one after; zeros where there is none."""
    nothing = np.zeros((1, vectors.shape[1]))
    return np.hstack([vectors, np.vstack([nothing, vectors[:-1]]), np.vstack([vectors[1:], nothing])])


def best_path(weights: StarWeights, scores: Array) -> list[int]:
    """The most plausible sequence of labels (Viterbi), as columns of LABELS."""
    best = weights.opening + scores[0]
    came_from = []
    for row in scores[1:]:
        through = best[:, None] + weights.following
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    path = [int((best + weights.closing).argmax())]
    for step in reversed(came_from):
        path.append(int(step[path[-1]]))
    return path[::-1]


def shares(weights: StarWeights, scores: Array) -> Array:
    """Each sentence's probabilities given the whole answer (forward and backward), (n, labels)."""
    forward, backward = np.empty_like(scores), np.empty_like(scores)
    forward[0] = weights.opening + scores[0]
    for at in range(1, len(scores)):
        forward[at] = _log_sum(forward[at - 1][:, None] + weights.following, axis=0) + scores[at]
    backward[-1] = weights.closing
    for at in range(len(scores) - 2, -1, -1):
        backward[at] = _log_sum(weights.following + (scores[at + 1] + backward[at + 1])[None, :], axis=1)
    whole = forward + backward
    return np.asarray(np.exp(whole - _log_sum(whole, axis=1)[:, None]))


def _log_sum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis))


def head_features(sentences: Sequence[str], found: Array) -> Array:
    """What the heads read of an answer: how surely and how much of each label there is, and how it is told."""
    sizes = np.array([len(words(text)) for text in sentences], dtype=np.float64)
    ordered = np.sort(found, axis=0)
    second = ordered[-2] if len(found) > 1 else np.zeros(len(LABELS))
    return np.concatenate(
        [
            ordered[-1],
            second,
            (found * sizes[:, None]).sum(axis=0) / sizes.sum(),
            np.minimum(found.sum(axis=0), 4) / 4,
            counts(" ".join(sentences)).of_answer(),
            [min(1.0, sizes.sum() / 100), min(1.0, len(sentences) / 8)],
        ]
    )


class StoryReader:
    """Reads stories with the weights that were learnt, more finely with an embedder. Deterministic."""

    def __init__(self, weights: StarWeights, embedder: Embedder | None = None) -> None:
        """`embedder` is the one the weights were learnt with; without one, words and their order decide alone."""
        self.name = f"{NAME} with {embedder.name}" if embedder else f"{NAME} on words alone"
        self._weights = weights
        self._embedder = embedder

    def divide(self, spoken: Sequence[str], silences: Sequence[float]) -> list[int]:
        return divide(self._weights, spoken, silences)

    def read(self, sentences: Sequence[str]) -> Reading:
        """At least one sentence."""
        scores = self._scores(sentences)
        found = shares(self._weights, scores)
        odds = head_features(sentences, found) @ self._weights.head_weights + self._weights.head_bias
        heads = dict(zip(HEADS, (1 / (1 + np.exp(-odds))).tolist(), strict=True))
        return Reading(tuple(best_path(self._weights, scores)), found, heads)

    def _scores(self, sentences: Sequence[str]) -> Array:
        """Each sentence's score for each label, (n, labels)."""
        weights = self._weights
        rows = weights.bias + counts_of(sentences) @ weights.count_weights
        for row, text in zip(rows, sentences, strict=True):
            row += weights.term_weights[
                sorted(weights.terms[t] for t in terms_of(text) if t in weights.terms)
            ].sum(axis=0)
        if self._embedder is not None:
            vectors = self._embedder.encode(list(sentences)).astype(np.float64)
            rows += neighbourhood(vectors) @ weights.vector_weights
        return np.asarray(rows)
