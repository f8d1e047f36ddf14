"""From tokenised text to a trigram model in ARPA form, small and fast enough to be built for every question.

Pure: knows neither dictionaries nor decoders. A question's few hundred words are discounted after Witten and Bell,
interpolated: what a history was seen to be followed by once or twice says how likely it is to be followed by something
new. The hundred thousands of words of the whole bank have the counts that Kneser and Ney's discounting needs (modified
and interpolated, after Chen and Goodman 1999); it finds the development answers a sixth less surprising.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

START, END = "<s>", "</s>"
_NEVER = -99.0  # log10 probability by which ARPA files say "not predicted, only a history"

History = tuple[str, ...]
Followers = Mapping[History, Mapping[str, int]]
"""How often each word follows each history of zero, one and two words."""
Discounting = Callable[[int, Mapping[str, int]], tuple[dict[str, float], float]]
"""From the length of a history and what followed it to each follower's own probability and the share left for others."""


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

    def arpa(self, power: float = 1.0) -> str:
        """The model as an ARPA file, each probability raised to `power`."""
        by_order: tuple[list[str], list[str], list[str]] = ([], [], [])
        for ngram in sorted(self.probability):
            line = f"{power * _log10(self.probability[ngram]):.4f} {' '.join(ngram)}"
            if len(ngram) < 3:
                line += f" {power * _log10(self.backoff.get(ngram, 1.0)):.4f}"
            by_order[len(ngram) - 1].append(line)
        lines = ["\\data\\", *(f"ngram {n}={len(rows)}" for n, rows in enumerate(by_order, 1) if rows)]
        for n, rows in enumerate(by_order, 1):
            if rows:
                lines += ["", f"\\{n}-grams:", *rows]
        return "\n".join([*lines, "", "\\end\\", ""])


def trigrams(sentences: Sequence[Sequence[str]], *, vocabulary: Collection[str] = ()) -> Trigrams:
    """The trigram model of a short text; words of `vocabulary` that never occur get the smallest share.

    ValueError when there is nothing to learn from.
    """
    return _interpolated(_count(sentences), vocabulary, _witten_bell)


def trigrams_of_much_text(sentences: Sequence[Sequence[str]]) -> Trigrams:
    """The trigram model of at least some ten thousand words. ValueError when there are too few to discount by."""
    counts = _count(sentences)
    followers = _continuations(counts)
    return _interpolated(followers, (), _kneser_ney(followers))


def _interpolated(followers: Followers, vocabulary: Collection[str], discounted: Discounting) -> Trigrams:
    """Each order mixed with the one below, by the share that discounting frees."""
    words = sorted({*followers[()], *vocabulary} - {START})
    if len(words) < 2:
        raise ValueError("a language model needs at least one word")
    probability: dict[History, float] = {}
    backoff: dict[History, float] = {}
    for history in sorted(followers, key=len):  # lower orders first: higher ones are mixed with them
        counts = followers[history]
        own, share_of_new = discounted(len(history), counts)
        for word in words if not history else counts:
            lower = probability[(*history[1:], word)] if history else 1 / len(words)
            probability[(*history, word)] = own.get(word, 0.0) + share_of_new * lower
        if history:
            backoff[history] = share_of_new
    probability[(START,)] = 0.0
    return Trigrams(tuple(words), probability, backoff)


def _witten_bell(_: int, counts: Mapping[str, int]) -> tuple[dict[str, float], float]:
    seen, kinds = sum(counts.values()), len(counts)
    return {word: count / (seen + kinds) for word, count in counts.items()}, kinds / (seen + kinds)


def _kneser_ney(followers: Followers) -> Discounting:
    """What is taken off counts of one, two, and three or more, by the length of the history."""
    discounts = []
    for length in range(3):
        of_counts = Counter(
            count
            for history, counts in followers.items()
            if len(history) == length
            for count in counts.values()
        )
        once, twice, thrice, four = (of_counts[times] for times in (1, 2, 3, 4))
        if not (once and twice and thrice):
            raise ValueError("too little text: no words follow others once, twice and three times")
        rare = once / (once + 2 * twice)
        discounts.append(
            (1 - 2 * rare * twice / once, 2 - 3 * rare * thrice / twice, 3 - 4 * rare * four / thrice)
        )

    def discounted(length: int, counts: Mapping[str, int]) -> tuple[dict[str, float], float]:
        total = sum(counts.values())
        taken = {word: discounts[length][min(count, 3) - 1] for word, count in counts.items()}
        own = {word: (count - taken[word]) / total for word, count in counts.items()}
        return own, sum(taken.values()) / total

    return discounted


def _continuations(followers: Followers) -> Followers:
    """Below the highest order a word counts once for each different word before it: "Francisco" is frequent, but
    after one word only. What begins a sentence has nothing before it and keeps its counts."""
    different: dict[History, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for history, counts in followers.items():
        if history:
            for word in counts:
                different[history[1:]][word] += 1
    return {
        history: counts if len(history) == 2 or history == (START,) else dict(different[history])
        for history, counts in followers.items()
    }


def _count(sentences: Sequence[Sequence[str]]) -> Followers:
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
