"""Letters heard one by one become the acronym they spell, and nothing else does."""

from __future__ import annotations

import pytest

from interviewer.domain import Word
from interviewer.engines.pocketsphinx.letters import join_letters, spelled_out

ACRONYMS = frozenset({"kl", "tf", "idf", "lstm", "api"})


def said(text: str, *, pause_before: int | None = None) -> list[Word]:
    """Each word takes a tenth of a second; before the word of that number there is half a second of nothing."""
    words, at = [], 0.0
    for number, word in enumerate(text.split()):
        at += 0.5 if number == pause_before else 0.0
        words.append(Word(text=word, start=at, end=at + 0.1, confidence=0.5 + 0.1 * (number % 2)))
        at += 0.1
    return words


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("the k l divergence", "the kl divergence"),
        ("t f i d f weights", "tf idf weights"),
        ("an l s t m and an a p i", "an lstm and an api"),
        ("add k l m", "add kl m"),
        ("a p value", "a p value"),
        ("x y z", "x y z"),
        ("kl stays", "kl stays"),
        ("", ""),
    ],
)
def test_letters_are_joined_where_they_spell_a_known_acronym(heard: str, written: str) -> None:
    assert " ".join(word.text for word in join_letters(said(heard), ACRONYMS)) == written


def test_the_joined_word_takes_the_letters_time_and_their_mean_confidence() -> None:
    _, joined, _ = join_letters(said("the k l divergence"), ACRONYMS)
    assert joined.start == pytest.approx(0.1)
    assert joined.end == pytest.approx(0.3)
    assert joined.confidence == pytest.approx(0.55)


def test_letters_with_a_pause_between_them_are_not_joined() -> None:
    assert [word.text for word in join_letters(said("k l", pause_before=1), ACRONYMS)] == ["k", "l"]


def test_only_words_said_letter_by_letter_are_joined_and_no_pair_that_begins_with_a_word() -> None:
    dictionary = {
        "kl": ("K EY EH L",),
        "roc": ("AA R OW S IY", "R AA K"),
        "rag": ("R AE G",),
        "ap": ("EY P IY",),
        "api": ("EY P IY AY",),
        "k": ("K EY",),
    }
    assert spelled_out(dictionary) == {"kl", "roc", "api"}
