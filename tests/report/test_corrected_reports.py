"""Doubted words and corrections are seen in every form of the report."""

from __future__ import annotations

import io

import pytest
from builders import a_start, a_turn
from rich.console import Console

from interviewer.domain import Segment, Turn, Word
from interviewer.report import html, machine, markdown, runs, webvtt
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay
from interviewer.report.terminal import lines
from interviewer.session.events import Answered, Event, QuestionAsked, SessionEnded, TurnCorrected


def unsure_turn() -> Turn:
    said = (("the", 0.9), ("model", 0.8), ("memory", 0.3), ("rises", 0.2), ("noise", 0.9))
    words = tuple(
        Word(text=text, start=2.0 + n, end=2.8 + n, confidence=sure) for n, (text, sure) in enumerate(said)
    )
    segment = Segment(text=" ".join(text for text, _ in said), start=2.0, end=6.8, words=words)
    return a_turn().model_copy(update={"segments": (segment,)})


EVENTS: list[Event] = [
    a_start(),
    QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"),
    Answered(at=8, question="alpha", turn=unsure_turn(), endpoint_wait=1.0),
    SessionEnded(at=9, because="complete"),
]
CORRECTION = TurnCorrected(
    at=9, number=1, turn=a_turn("the model memorises noise", 2.0, 6.8).model_copy(update={"corrected": True})
)


def replay(*more: Event) -> Replay:
    return build_replay([*EVENTS, *more], {}, {})


def in_terminal(told: Replay) -> str:
    out = io.StringIO()
    console = Console(file=out, width=100)
    for line in lines(told):
        console.print(line.renderable)
    return " ".join(out.getvalue().split())


@pytest.fixture(scope="module")
def doubted() -> Replay:
    return replay()


@pytest.fixture(scope="module")
def corrected() -> Replay:
    return replay(CORRECTION)


def test_a_word_that_was_doubted_is_marked_in_every_form(doubted: Replay) -> None:
    assert "memory rises (unsure) noise" in in_terminal(doubted)
    assert "memory rises *(unsure)* noise" in markdown.render(doubted)
    page = html.render(doubted)
    assert '<span class="w doubtful" data-s="4.00" title="Hard to make out">memory</span>' in page
    assert page.count(">noise<") == page.count('data-s="6.00">') == 1
    assert "<i>memory</i> <i>rises</i> noise" in webvtt.render(doubted)
    words = [w for piece in machine.read(machine.render(doubted)).lines[1].pieces for w in piece.words]
    assert [w.doubtful for w in words] == [False, False, True, True, False]
    assert doubted.doubtful_words == 2


@pytest.mark.parametrize("form", [markdown.render, html.render])
def test_how_to_put_words_right_is_told(doubted: Replay, form: object) -> None:
    assert callable(form)
    assert "interviewer score 20261120-1200-abc --edit" in form(doubted).replace("\\", "")


def test_what_was_written_first_stands_beside_the_correction(corrected: Replay) -> None:
    line = corrected.lines[1]
    assert line.text == "the model memorises noise"
    assert line.original == "the model memory rises noise"
    assert "corrected by you; written down was: the model memory rises noise" in in_terminal(corrected)
    told = markdown.render(corrected)
    assert "Corrected by you. Written down was: the model ~~memory rises~~ noise" in told.replace("  ", " ")
    page = html.render(corrected)
    assert "Corrected by you" in page
    assert "the model <del>memory rises </del>noise" in page
    assert machine.read(machine.render(corrected)).lines[1].original == line.original
    captions = webvtt.render(corrected)
    assert "memorises" in captions
    assert "1 turn of the transcript was corrected by you" in captions


def test_without_a_correction_nothing_is_said_of_one(doubted: Replay) -> None:
    assert doubted.lines[1].original is None
    for text in (markdown.render(doubted), in_terminal(doubted), webvtt.render(doubted)):
        assert "corrected" not in text.lower()
    assert "Corrected by you" not in html.render(doubted)


@pytest.mark.parametrize(
    ("original", "text", "pieces"),
    [
        ("a b c", "a c", [("a ", False), ("b ", True), ("c", False)]),
        ("a b", "", [("a b", True)]),
        ("", "a", []),
    ],
)
def test_changes_cover_the_original(original: str, text: str, pieces: list[tuple[str, bool]]) -> None:
    assert runs.changes(original, text) == pieces
    assert "".join(piece for piece, _ in pieces) == original
