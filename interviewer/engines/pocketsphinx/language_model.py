"""From tokenised text to a trigram model in ARPA form, small and fast enough to be built for every question.

Pure: knows neither dictionaries nor decoders. Discounting is Witten-Bell, interpolated: what a history was seen to be
followed by once or twice says how likely it is to be followed by something new, which suits texts of a few hundred words
where the counts that Good-Turing or Kneser-Ney discounting need do not exist.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

START, END = "<s>", "</s>"
_NEVER = -99.0  # log10 probability by which ARPA files say "not predicted, only a history"

History = tuple[str, ...]


@dataclass(frozen=True)
class Trigrams:
    """Probabilities of order 1 to 3. `probability[(a, b, c)]` is P(c | a b); `backoff[(a, b)]` is for words unseen after it."""

    words: tuple[str, ...]
    probability: dict[History, float] = field(repr=False)
    backoff: dict[History, float] = field(repr=False)

    def predict(self, word: str, history: Sequence[str] = ()) -> float:
        """P(word | history), backing off as the decoder does; 0 for a word the model does not know."""
        context = tuple(history)[-2:]
        if (*context, word) in self.probability:
            return self.probability[(*context, word)]
        if not context:
            return 0.0
        return self.backoff.get(context, 1.0) * self.predict(word, context[1:])

    def arpa(self) -> str:
        """The model as an ARPA file."""
        by_order: tuple[list[str], list[str], list[str]] = ([], [], [])
        for ngram in sorted(self.probability):
            line = f"{_log10(self.probability[ngram]):.4f} {' '.join(ngram)}"
            if len(ngram) < 3:
                line += f" {_log10(self.backoff.get(ngram, 1.0)):.4f}"
            by_order[len(ngram) - 1].append(line)
        lines = ["\\data\\", *(f"ngram {n}={len(rows)}" for n, rows in enumerate(by_order, 1) if rows)]
        for n, rows in enumerate(by_order, 1):
            if rows:
                lines += ["", f"\\{n}-grams:", *rows]
        return "\n".join([*lines, "", "\\end\\", ""])


def trigrams(sentences: Sequence[Sequence[str]], *, vocabulary: Collection[str] = ()) -> Trigrams:
    """The trigram model of `sentences`; words of `vocabulary` that never occur get the smallest share.

    ValueError when there is nothing to learn from.
    """
    followers = _count(sentences)
    words = sorted({*followers[()], *vocabulary} - {START})
    if len(words) < 2:
        raise ValueError("a language model needs at least one word")
    probability: dict[History, float] = {}
    backoff: dict[History, float] = {}
    for history in sorted(followers, key=len):  # lower orders first: higher ones are mixed with them
        counts = followers[history]
        seen, kinds = sum(counts.values()), len(counts)
        share_of_new = kinds / (seen + kinds)
        for word in words if not history else counts:
            lower = probability[(*history[1:], word)] if history else 1 / len(words)
            probability[(*history, word)] = counts.get(word, 0) / (seen + kinds) + share_of_new * lower
        if history:
            backoff[history] = share_of_new
    probability[(START,)] = 0.0
    return Trigrams(tuple(words), probability, backoff)


def _count(sentences: Sequence[Sequence[str]]) -> dict[History, dict[str, int]]:
    """How often each word follows each history of zero, one and two words."""
    followers: dict[History, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sentence in sentences:
        if not sentence:
            continue
        padded = [START, *sentence, END]
        for end in range(1, len(padded)):
            for length in range(min(end, 2) + 1):
                followers[tuple(padded[end - length : end])][padded[end]] += 1
    return {history: dict(counts) for history, counts in followers.items()} or {(): {}}


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else _NEVER
