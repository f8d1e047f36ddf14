"""`interviewer score` again, with the transcript put right by file or in an editor."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from builders import a_start
from program import Outcome, Program

from interviewer.domain import Segment, Span, Turn, Word
from interviewer.session.events import Answered, QuestionAsked, Scored, SessionEnded, TurnCorrected

pytestmark = pytest.mark.real

SESSION = "20261120-1200-abc"
HEARD = (
    "in a deep network the grade ian vanishes on the way back because it is a product of many factors "
    "and residual connections give it a direct path"
)


def spoken_turn() -> Turn:
    words = tuple(
        Word(
            text=word,
            start=2 + 0.4 * n,
            end=2.3 + 0.4 * n,
            confidence=0.2 if word in ("grade", "ian") else 0.9,
        )
        for n, word in enumerate(HEARD.split())
    )
    end = words[-1].end
    return Turn(
        segments=(Segment(text=HEARD, start=2, end=end, confidence=0.9, words=words),),
        speech=(Span(start=2, end=end),),
        start=2,
        end=end,
        ended_by="silence",
        engine="scripted",
    )


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    store = program.store()
    for fact in (
        a_start(session=SESSION, persona="ml_engineer"),
        QuestionAsked(
            at=1, question="scaling_depth", persona="ml_engineer", text="What goes wrong in depth?"
        ),
        Answered(at=20, question="scaling_depth", turn=spoken_turn(), endpoint_wait=1.0),
        SessionEnded(at=21, because="complete"),
    ):
        store.append(SESSION, fact)
    store.close()
    return program


def score(program: Program, *arguments: str) -> Outcome:
    outcome = program.run("score", SESSION, *arguments)
    assert outcome.code == 0, outcome.said
    return outcome


def editor(program: Program, script: str) -> Program:
    """An editor that runs `script` on the file's text, called `text`."""
    path = program.folder / "editor.py"
    path.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[-1])\n"
        f"text = path.read_text(encoding='utf-8')\n{script}\n"
        "path.write_text(text, encoding='utf-8')\n"
        "import os; os.utime(path, (1, 1))\n"
    )
    return Program(program.folder, {"VISUAL": f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"})


def test_the_editor_shows_the_words_and_what_was_written_first_is_kept(program: Program) -> None:
    before = program.facts(SESSION)
    edited = editor(program, "text = text.replace('{grade ian}', 'gradient')")
    outcome = score(edited, "--edit")
    assert "Corrected: turn 1." in outcome.said
    assert "Scorecard" in outcome.said
    facts = program.facts(SESSION)
    assert facts[: len(before)] == before, "facts never change"
    corrected, scored = facts[len(before) :]
    assert isinstance(corrected, TurnCorrected)
    assert "the gradient vanishes" in corrected.turn.text
    gradient = next(w for w in corrected.turn.segments[0].words if w.text == "gradient")
    assert (gradient.confidence, round(gradient.start, 1), round(gradient.end, 1)) == (1.0, 4.0, 4.7)
    assert isinstance(scored, Scored)
    (answer,) = scored.scorecard.answers
    assert "corrected" in answer.flags
    proofs = [point.evidence for point in answer.technical.points if point.evidence]
    assert proofs
    assert all(proof.start is not None and 2 <= proof.start <= 20 for proof in proofs)
    shown = program.run("replay", SESSION)
    assert shown.code == 0
    assert "corrected by you; written down was: in a deep network the grade ian" in shown.said
    told = json.loads(program.run("report", SESSION, "--format", "json", "--out", "-").out)
    assert told["lines"][1]["original"] == HEARD


def test_corrections_from_a_file(program: Program) -> None:
    file = program.folder / "mine.txt"
    file.write_text(f"[turn 1]\n{HEARD.replace('grade ian', 'gradient')}\n")
    assert "Corrected: turn 1." in score(program, "--corrections", str(file)).said


def test_scoring_again_without_corrections_changes_no_word(program: Program) -> None:
    score(program)
    assert not any(isinstance(fact, TurnCorrected) for fact in program.facts(SESSION))


def test_mistakes_are_told_and_what_was_typed_is_not_lost(program: Program) -> None:
    editor(program, "").run("score", SESSION, "--edit").assert_fails_plainly("Nothing was changed")
    wrong = editor(program, "text = text.replace('[turn 1]', '[turn 7]')")
    outcome = wrong.run("score", SESSION, "--edit")
    kept = program.data / "sessions" / SESSION / "corrections.txt"
    outcome.assert_fails_plainly("no spoken answer 'turn 7'", "turn 1", f"--corrections {kept}")
    assert "[turn 7]" in kept.read_text()
    empty = program.folder / "empty.txt"
    empty.write_text("")
    program.run("score", SESSION, "--corrections", str(empty)).assert_fails_plainly("hold no turn")
    assert not any(isinstance(fact, TurnCorrected | Scored) for fact in program.facts(SESSION))


def test_an_unknown_session_leaves_no_trace(program: Program) -> None:
    program.run("score", "20200101-0000-abc", "--edit").assert_fails_plainly("no session called")
    assert not (program.data / "sessions" / "20200101-0000-abc").exists()


def test_one_way_at_a_time(program: Program) -> None:
    file = program.folder / "mine.txt"
    file.write_text("[turn 1]\nx\n")
    outcome = program.run("score", SESSION, "--edit", "--corrections", str(file))
    assert outcome.code == 2
    assert "choose one" in outcome.said
