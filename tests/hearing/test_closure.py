"""What the last words leave open, and what sounds like a last sentence."""

from __future__ import annotations

import pytest

from interviewer.hearing.closure import closure
from interviewer.hearing.cues import is_brief


@pytest.mark.parametrize(
    "text", ["and so", "we did it because", "the gradient of the", "I took it from my", "um"]
)
def test_some_words_never_end_a_sentence(text: str) -> None:
    assert closure(text).hanging


@pytest.mark.parametrize("text", ["we knew what it was for", "we switched it on"])
def test_others_seldom_do(text: str) -> None:
    found = closure(text)
    assert not found.hanging
    assert found.perhaps_hanging


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("there are three things", True),
        ("there are two main reasons for that", True),
        ("first I would look at the data", True),
        ("first I would look at the data and then at the loss", False),
        ("on the one hand it is cheap", True),
        ("I would look at the data", False),
        ("it was the first time", False),
        ("we had three things to do and in the end all of them were done by the two of us", False),
    ],
)
def test_a_list_that_was_begun_is_open(text: str, is_open: bool) -> None:
    assert closure(text).open_list is is_open


def test_a_clause_that_was_just_opened_is_not_over() -> None:
    assert closure("it overfits when the data").open_clause
    assert not closure("when the data is small and noisy it overfits").open_clause


@pytest.mark.parametrize(
    "text",
    [
        "so that's basically how I would do it",
        "I think that covers it",
        "does that make sense",
        "so yeah that's it",
    ],
)
def test_talk_about_the_answer_itself_signs_it_off(text: str) -> None:
    assert closure(text).signing_off


@pytest.mark.parametrize("text", ["and as a result the error fell by half", "I learned to ask first"])
def test_a_result_or_a_lesson_only_concludes(text: str) -> None:
    found = closure(text)
    assert found.concluding
    assert not found.signing_off


def test_closing_words_are_forgotten_when_more_is_said() -> None:
    said = "that's how it works " + "and then we measured the new model on the old data " * 2
    assert not closure(said).signing_off


def test_nothing_said_is_no_sign() -> None:
    found = closure("")
    assert (found.words, found.hanging, found.signing_off) == (0, False, False)


@pytest.mark.parametrize(
    ("asked", "brief"),
    [
        ("Are you open to moving to another city?", True),
        ("Thank you. When could you start?", True),
        ("How long were you there?", True),
        ("Would two days in the office work for you?", True),
        ("Would you use dropout here?", False),
        ("When could you start, and what would you finish first?", False),
        ("Have you ever disagreed with a colleague?", False),
        ("Is that always true?", False),
        ("Could you explain how a transformer works?", False),
        ("Can you walk me through a project?", False),
        ("How would you design a recommender?", False),
        ("Tell me about yourself.", False),
        ("", False),
    ],
)
def test_what_a_word_or_two_can_answer(asked: str, brief: bool) -> None:
    assert is_brief(asked) is brief
