"""`interviewer progress`, `plan` and `practice --due`, over stored sessions."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from histories import facts, on_day
from program import Program

from interviewer.session.events import QuestionAsked

pytestmark = pytest.mark.real


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """One session of last week in which a point of a real question was missed."""
    program = Program(tmp_path)
    store = program.store()
    days = (datetime.now().astimezone() - timedelta(days=7) - on_day(0)) / timedelta(days=1)
    for fact in facts(days, {"bias_variance_tradeoff": {first_point(): "missed"}}, score=2.0):
        store.append("20261101-1000-abc", fact)
    store.close()
    return program


def first_point() -> str:
    from interviewer.library.content import load_library

    return load_library().question("bias_variance_tradeoff").rubric[0].id


def test_what_was_missed_is_shown_planned_and_asked_again(program: Program) -> None:
    shown = program.run("progress").out
    for words in ("Overall", "2.0", "1.5 to 2.5", "one session only", "bias_variance_tradeoff", "--due"):
        assert words in shown
    data = json.loads(program.run("progress", "--json").out)
    assert [point["question"] for point in data["returning"]] == ["bias_variance_tradeoff"]
    assert data["aspects"][0]["marks"][0]["score"] == 2.0
    day = datetime.now() + timedelta(days=60)
    plan = json.loads(program.run("plan", "--date", f"{day:%Y-%m-%d}", "--json").out)
    assert plan["weeks"][0]["returning"][0]["question"] == "bias_variance_tradeoff"
    told = program.run("plan", "--date", f"{day:%Y-%m-%d}").out
    assert "60 days until" in told
    assert "comes first" in told
    before = program.session()
    held = program.run("practice", "--due", "--typed", "--language-model", "none", typing="/end\n")
    assert held.code == 0, held.err
    assert program.session() != before
    asked = [fact.question for fact in program.facts(program.session()) if isinstance(fact, QuestionAsked)]
    assert asked == ["bias_variance_tradeoff"]


def test_before_the_first_session(tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert "Hold an interview first" in program.run("progress").out
    assert json.loads(program.run("progress", "--json").out)["sessions"] == []
