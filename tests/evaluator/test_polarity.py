from __future__ import annotations

from fixture_bank import typed

from interviewer.evaluator.polarity import Wording, denied, flipped, opens_with_denial
from interviewer.evaluator.spans import split


def turned(span: str, phrasing: str) -> bool:
    return flipped(Wording.of(span), Wording.of(phrasing))


def test_a_repeated_phrasing_with_one_more_negation_is_flipped() -> None:
    assert turned("regularisation does not reduce overfitting", "regularisation reduces overfitting")
    assert turned(
        "it is not true that regularisation reduces overfitting", "regularisation reduces overfitting"
    )
    assert turned("indexes make inserts faster", "indexes do not make inserts faster")


def test_two_negations_cancel() -> None:
    assert not turned("it is not true that indexes never help reads", "indexes help reads")


def test_other_words_are_not_judged() -> None:
    assert not turned("you don't need to remember every example", "the model memorises the training data")
    assert not turned("not only regularisation reduces overfitting", "regularisation reduces overfitting")


def test_a_frame_governs_its_own_sentence_until_it_is_mended() -> None:
    text = "It is not true that dropout hurts. More data helps the model. It is false that size helps but data does."
    spans = split(typed(text))
    framed = {span.text: frame for span, frame in zip(spans, denied(spans), strict=True)}
    assert framed["It is not true that dropout hurts."]
    assert not framed["More data helps the model."]
    assert framed["It is false that size helps but data does."]


def test_a_denial_that_opens_and_is_not_mended() -> None:
    assert opens_with_denial("It is not true that it memorises. It fails on new data.")
    assert opens_with_denial("It is not true that it memorises. It fails on new data, but not on old data.")
    assert opens_with_denial("it is not true that it memorises it fails on new data")
    assert not opens_with_denial("It is not true that it is simple. Actually it memorises.")
    assert not opens_with_denial("It is not true that it is simple, but it is fast. It memorises.")
    assert not opens_with_denial("It is not true that it is simple. What is true is that it memorises.")
    assert not opens_with_denial("It's not so much the size. It memorises.")
    assert not opens_with_denial("It memorises the data. It is not true that it is simple.")
