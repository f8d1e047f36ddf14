"""The question's trigram model: proper probabilities, the same in memory and in the ARPA file."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.engines.pocketsphinx.language_model import (
    END,
    START,
    Trigrams,
    trigrams,
    trigrams_of_much_text,
)

TEXT = [
    "the gradient is clipped".split(),
    "the gradient of the loss is zero".split(),
    "clip the gradient".split(),
]
SENTENCES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), min_size=1, max_size=8)


def total(model: Trigrams, history: tuple[str, ...]) -> float:
    return sum(model.predict(word, history) for word in model.words)


@given(SENTENCES)
def test_probabilities_after_any_history_sum_to_one(sentences: list[list[str]]) -> None:
    model = trigrams(sentences, vocabulary=["never"])
    histories = [(), *model.backoff, ("never",), ("a", "never"), (START, "d")]
    for history in histories:
        assert total(model, history) == pytest.approx(1.0)


def test_what_was_seen_is_likelier_than_what_was_not() -> None:
    model = trigrams(TEXT, vocabulary=["unseen"])
    assert model.predict("gradient", ("clip", "the")) > model.predict("loss", ("clip", "the"))
    assert model.predict("loss", ("clip", "the")) > model.predict("unseen", ("clip", "the")) > 0
    assert model.predict("stranger") == 0


def chatter(seed: int, sentences: int) -> list[list[str]]:
    """Sentences in which what follows a word depends on it, with few frequent and many rare words."""
    rng = random.Random(seed)

    def following(word: int) -> int:
        return (word * 7 + int(rng.paretovariate(0.7))) % 5000

    text = []
    for _ in range(sentences):
        sentence = [rng.randrange(20)]
        while len(sentence) < 12 and rng.random() < 0.9:
            sentence.append(following(sentence[-1]))
        text.append([f"w{word}" for word in sentence])
    return text


def surprise(model: Trigrams, sentences: Sequence[Sequence[str]]) -> float:
    """Mean bits a word."""
    bits = []
    for sentence in sentences:
        padded = [START, *sentence, END]
        for at in range(1, len(padded)):
            probability = model.predict(padded[at], padded[max(0, at - 2) : at])
            if probability > 0:
                bits.append(-math.log2(probability))
    return sum(bits) / len(bits)


def test_much_text_is_discounted_better_than_little() -> None:
    text, unseen = chatter(1, 3000), chatter(2, 300)
    model = trigrams_of_much_text(text)
    histories = [(), (START,), *list(model.backoff)[::97], ("w199", "w3")]
    for history in histories:
        assert total(model, history) == pytest.approx(1.0)
    assert surprise(model, unseen) < surprise(trigrams(text), unseen) - 0.05


def test_little_text_cannot_be_discounted_by_its_counts() -> None:
    with pytest.raises(ValueError, match="too little text"):
        trigrams_of_much_text([["only", "once"]])


def test_a_sentence_never_starts_in_its_middle() -> None:
    model = trigrams(TEXT)
    assert START not in model.words
    assert END in model.words
    assert model.predict(START, ("the",)) == 0


def test_arpa_says_what_the_model_says() -> None:
    model = trigrams(TEXT)
    header, *sections = model.arpa().split("\n\n")
    assert header.startswith("\\data\\")
    declared = [int(line.split("=")[1]) for line in header.splitlines() if "=" in line]
    rows = [section.splitlines()[1:] for section in sections if "-grams:" in section]
    assert declared == [len(section) for section in rows]
    for order, section in enumerate(rows, 1):
        for row in section:
            log, *rest = row.split()
            ngram = tuple(rest[:order])
            if ngram == (START,):
                assert float(log) == -99
                continue
            assert float(log) == pytest.approx(math.log10(model.probability[ngram]), abs=1e-4)
            if order < 3 and ngram in model.backoff:
                assert float(rest[order]) == pytest.approx(math.log10(model.backoff[ngram]), abs=1e-4)
    assert model.arpa().rstrip().endswith("\\end\\")


def test_arpa_raises_probabilities_to_a_power() -> None:
    plain, rooted = (trigrams(TEXT).arpa(power).splitlines() for power in (1.0, 0.5))
    rows = [
        pair for pair in zip(plain, rooted, strict=True) if pair[0].startswith("-") and "<s>" not in pair[0]
    ]
    assert rows
    for one, other in rows:
        assert float(other.split()[0]) == pytest.approx(float(one.split()[0]) / 2, abs=1e-4)


def test_nothing_to_learn_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        trigrams([])


def test_a_question_of_three_hundred_words_takes_milliseconds() -> None:
    sentence = [f"word{n % 120}" for n in range(10)]
    sentences = [[*sentence, f"end{n}"] for n in range(30)]
    trigrams(sentences).arpa()
    best = math.inf
    for _ in range(5):
        started = time.perf_counter()
        trigrams(sentences).arpa()
        best = min(best, time.perf_counter() - started)
    assert best < 0.05
