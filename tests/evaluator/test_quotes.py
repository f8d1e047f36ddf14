from __future__ import annotations

import pytest
from fixture_bank import spoken, typed

from interviewer.domain import Evidence
from interviewer.evaluator.quotes import Quotes, cleaned
from interviewer.evaluator.words import words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Um, so the the model, you know, it it memorises the data.", "the model it memorises the data."),
        ("I mean, bias is, uh, systematic error.", "bias is systematic error."),
        ("The bias is high, no wait, the variance is high here.", "the variance is high here."),
        (
            "What you know about it is that that had helped.",
            "What you know about it is that that had helped.",
        ),
        ("As you know, bias is not variance.", "As you know, bias is not variance."),
        ("It is not, not the same.", "It is not, not the same."),
        ("um", ""),
    ],
)
def test_only_what_says_nothing_is_taken_out(said: str, shown: str) -> None:
    assert cleaned(said) == shown


def test_what_is_shown_was_said_in_that_order() -> None:
    said = (
        "Well, um, I I would take, you know, more data, scratch that, less noise, and and then uh retrain it."
    )
    left = iter(words(said))
    assert all(word in left for word in words(cleaned(said)))


def a_quote(text: str, quote: str) -> Evidence:
    return Evidence(quote=quote, turn=0, offset=text.index(quote))


def test_the_whole_sentence_is_shown_around_a_quote() -> None:
    text = "First things first. The model, um, learns noise by heart. Then it fails."
    quotes = Quotes(typed(text), frozenset(), rough=False)
    assert quotes.full(a_quote(text, "learns noise")) == "The model learns noise by heart."


def test_words_that_only_name_the_subject_are_not_shown_as_an_answer() -> None:
    text = "So overfitting, that is a classic."
    asked = frozenset({"overfit", "classic"})
    assert Quotes(typed(text), asked, rough=False).full(a_quote(text, "overfitting")) == ""


def test_doubted_words_are_not_shown() -> None:
    text = "The model learns noise by heart."
    proof = a_quote(text, "learns noise")
    assert Quotes((spoken(text),), frozenset(), rough=False).full(proof) == text
    assert Quotes((spoken(text, doubtful=True),), frozenset(), rough=False).full(proof) == ""
    assert Quotes((spoken(text),), frozenset(), rough=True).full(proof) == ""
