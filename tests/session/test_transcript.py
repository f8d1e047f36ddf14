"""The file to correct, and what is read from it."""

from __future__ import annotations

import pytest
from builders import a_start, a_turn

from interviewer.domain import Turn
from interviewer.errors import InterviewerError
from interviewer.session.events import Answered, Event, FollowUpAsked, QuestionAsked, TurnCorrected
from interviewer.session.transcript import corrections, document, spoken_turns


def typed_turn() -> Turn:
    return a_turn("typed words").model_copy(update={"ended_by": "typed", "engine": "keyboard"})


EVENTS: list[Event] = [
    a_start(),
    QuestionAsked(at=1, question="alpha", persona="engineer", text="Why is that?"),
    Answered(at=4, question="alpha", turn=a_turn("first words"), endpoint_wait=1),
    FollowUpAsked(
        at=5, question="alpha", follow_up="f", persona="engineer", because="missed", text="And what else?"
    ),
    Answered(at=6, question=None, turn=a_turn("could you repeat that"), endpoint_wait=1),
    Answered(at=9, question="alpha", turn=a_turn("second words", 65.0, 70.0), endpoint_wait=1),
    Answered(at=10, question="alpha", turn=typed_turn(), endpoint_wait=None),
]
TURNS = spoken_turns(EVENTS)


def made(text: str) -> list[TurnCorrected]:
    return corrections("s", TURNS, text, at=99.0)


def test_only_what_was_recognised_of_an_answer_is_put_into_the_file() -> None:
    text = document("20261120-1200-abc", TURNS)
    assert [turn.number for turn in TURNS] == [1, 3]
    assert "[turn 1]\n# 0:01. You were asked: Why is that?\n  first words\n" in text
    assert "[turn 3]\n# 1:05. You were asked: And what else?\n  second words\n" in text
    assert "repeat" not in text
    assert "typed words" not in text
    assert "{Words in braces}" in text
    assert "20261120-1200-abc" in text


def test_only_changed_turns_become_facts() -> None:
    (fact,) = made(document("s", TURNS).replace("second words", "second thoughts"))
    assert (fact.number, fact.at, fact.turn.text) == (3, 99.0, "second thoughts")
    assert fact.turn.corrected


def test_a_turn_may_be_left_out_and_a_dash_unsays_it() -> None:
    (fact,) = made("[turn 1]\n-\n")
    assert fact.turn.text == ""


def test_the_file_shows_the_words_as_corrected_last() -> None:
    turns = spoken_turns([*EVENTS, *made("[turn 1]\nfirst thoughts\n")])
    assert "  first thoughts\n" in document("s", turns)
    assert "corrected before" in document("s", turns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["hold no turn", "--edit"]),
        ("# only a comment\n", ["hold no turn"]),
        ("[turn 9]\nwords\n", ["no spoken answer 'turn 9'", "turn 1, turn 3"]),
        ("[turn 2]\nwords\n", ["no spoken answer 'turn 2'"]),
        ("[turn 1]\n\n[turn 3]\nx\n", ["Turn 1 holds no words", "dash"]),
        ("words\n[turn 1]\nx\n", ["line 1", "belong to no turn"]),
        ("[turn one]\nx\n", ["line 1", "names no turn"]),
        ("[turn 1]\nx\n[turn 1]\ny\n", ["line 3", "twice"]),
        (document("s", TURNS), ["Nothing was changed"]),
        ("\ufeff[turn 1]\r\n  first words\r\n", ["Nothing was changed"]),
    ],
)
def test_what_cannot_be_read_is_told(text: str, words: list[str]) -> None:
    with pytest.raises(InterviewerError) as caught:
        made(text)
    for word in words:
        assert word in str(caught.value)


def test_a_typed_session_has_nothing_to_correct() -> None:
    with pytest.raises(InterviewerError, match="holds no spoken answer"):
        corrections("s", [], "[turn 1]\nx\n", at=1.0)
