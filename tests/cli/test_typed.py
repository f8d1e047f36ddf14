"""The interview at the keyboard, as a user would hold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import Outcome, Program
from terminal import CTRL_C, in_terminal

from interviewer.session.events import (
    Answered,
    FollowUpAsked,
    LineSpoken,
    QuestionAsked,
    Scored,
    SessionResumed,
)

pytestmark = pytest.mark.real

ONE_QUESTION = ("practice", "--typed", "--questions", "1", "--question", "scaling_depth")
GOOD = """In a deep network the gradient is a product of many factors, one for each layer,
so it vanishes or explodes on the way back. Residual connections give it a direct path,
normalisation keeps the scale of the activations steady, and a careful initialisation such as He keeps the variance.
"""
STOPPED = "Everything said so far is kept; go on with: interviewer resume"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def held(program: Program, typing: str, *arguments: str) -> Outcome:
    outcome = program.run(*ONE_QUESTION, *arguments, typing=typing)
    assert outcome.code == 0, outcome.said
    return outcome


def test_a_session_from_the_first_question_to_the_scorecard(program: Program) -> None:
    outcome = held(
        program, f"{GOOD}\nI would plot the norm of the gradients of each layer.\n\n", "--follow-ups", "1"
    )
    assert "much deeper" in outcome.said
    assert "Scorecard" in outcome.said
    assert "Replay with feedback:" in outcome.said
    facts = program.facts()
    (first, second) = [fact for fact in facts if isinstance(fact, Answered)]
    assert first.turn.text == " ".join(GOOD.split()), "the lines of one answer are one turn"
    assert second.turn.ended_by == "typed"
    assert [type(fact) for fact in facts if isinstance(fact, QuestionAsked | FollowUpAsked)] == [
        QuestionAsked,
        FollowUpAsked,
    ]
    (scored,) = [fact for fact in facts if isinstance(fact, Scored)]
    assert scored.scorecard.clarity is None, "how something typed sounded was not measured"
    assert scored.scorecard.technical is not None
    assert scored.scorecard.technical > 2.0
    (row,) = json.loads(program.run("sessions", "--json").out)
    assert row["ended"] is True
    page = program.data / "sessions" / row["session"] / "report.html"
    assert "<audio" not in page.read_text(encoding="utf-8")


def test_an_empty_answer_scores_nothing(program: Program) -> None:
    held(program, "I do not know.\n\n/end\n")
    (scored,) = [fact for fact in program.facts() if isinstance(fact, Scored)]
    assert scored.scorecard.overall is not None
    assert scored.scorecard.overall < 1.0


def test_commands_and_mistakes_in_them(program: Program) -> None:
    typing = (
        "/hint\n/hint\n/hint\n/hint\n/repeat\n/switch hirng\n/switch\n/dance\n\n\n/switch recruiter\n/skip\n"
    )
    outcome = held(program, typing)
    assert "There is no persona called 'hirng'. Did you mean hiring_manager?" in outcome.said
    assert "Known are: /hint /repeat /skip /switch PERSONA /end" in outcome.said
    facts = program.facts()
    assert [fact.hint for fact in facts if isinstance(fact, LineSpoken) and fact.hint] == [1, 2, 3, 3]
    assert not any(isinstance(fact, Answered) for fact in facts), "empty lines are no answer"


def test_the_end_of_input_leaves_the_session_to_be_resumed(program: Program) -> None:
    broken_off = program.run(*ONE_QUESTION, typing="")
    assert broken_off.code == 0, broken_off.said
    session = program.session()
    assert f"{STOPPED} {session}" in broken_off.said
    assert json.loads(program.run("sessions", "--json").out)[0]["ended"] is False
    resumed = program.run("resume", typing=f"{GOOD}\n/end\n")
    assert resumed.code == 0, resumed.said
    assert "Scorecard" in resumed.said
    facts = program.facts(session)
    at = next(i for i, fact in enumerate(facts) if isinstance(fact, SessionResumed))
    repeated = facts[at + 1]
    assert isinstance(repeated, LineSpoken)
    assert repeated.situation == "repeating"
    assert "much deeper" in resumed.said, "the question is asked again"
    (answered,) = [fact for fact in facts if isinstance(fact, Answered)]
    assert answered.question == "scaling_depth"


def test_an_answer_cut_off_by_the_end_of_input_counts(program: Program) -> None:
    outcome = program.run(*ONE_QUESTION, typing="Residual connections give the gradient a direct path")
    assert outcome.code == 0, outcome.said
    (answered,) = [fact for fact in program.facts() if isinstance(fact, Answered)]
    assert answered.turn.text == "Residual connections give the gradient a direct path"
    assert STOPPED in outcome.said


def test_ctrl_c_stops_with_the_way_to_go_on(program: Program) -> None:
    with in_terminal(program, *ONE_QUESTION) as terminal:
        terminal.wait_for("much deeper")
        terminal.press("Half an answ")
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    assert f"{STOPPED} {program.session()}" in terminal.said
    assert "Traceback" not in terminal.said
