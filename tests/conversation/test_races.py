"""Two things at once, on a clock that only moves with the frames: each of these comes out the same every time.

Speech resumed just after the decision, keys while something is written down or chosen: test_spoken.py.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from builders import a_library, a_question
from rehearsal import Rehearsal, SlowWorker, loud, says, stays_silent
from test_spoken import ONE, of

from interviewer.conversation.controls import Live
from interviewer.domain import Segment
from interviewer.engines.scripted import ScriptedTranscriber
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    PersonaEntered,
    QuestionAsked,
    SessionEnded,
    SpeechHeard,
)
from interviewer.workers import ThreadWorker

LONG = a_library((a_question("alpha").model_copy(update={"spoken": "A question of many words. " * 5}),))


def test_an_interruption_on_the_first_sample(tmp_path: Path) -> None:
    def at_once(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, QuestionAsked):
            rehearsal.room.say(loud(3.0))

    facts = Rehearsal(
        tmp_path, [stays_silent], ["I know this one"], library=LONG, start=ONE, on_event=at_once
    ).run()
    heard = of(SpeechHeard, facts)[0]
    assert heard.interrupted
    assert heard.seconds == pytest.approx(0.48, abs=0.04)
    (answered,) = of(Answered, facts)
    assert answered.turn.speech[0].start == pytest.approx(0.0, abs=0.04)
    assert answered.turn.text == "I know this one"


@pytest.mark.parametrize("questions", [1, 2])
@pytest.mark.parametrize("late", range(-4, 9, 2))  # frames: the decision falls among them
def test_whoever_goes_on_as_the_reply_begins_goes_on_with_their_answer(
    tmp_path: Path, late: int, questions: int
) -> None:
    library = a_library((a_question("alpha"), a_question("beta")))
    rehearsal = Rehearsal(
        tmp_path,
        [],
        ["the first half", "the second half", "the other answer"],
        library=library,
        start={"questions": questions, "follow_ups": 0},
    )
    over: list[float] = []

    def first(staged: Rehearsal) -> None:
        over.append(staged.room.now + 9.5 + 0.032 * late)
        says(3.0, 3.0 + 0.032 * late, 3.0)(staged)

    def then(staged: Rehearsal) -> None:
        if staged.room.now > over[0]:
            says(2.0)(staged)

    rehearsal._pending = iter([first, *[then] * 9])
    facts = rehearsal.run()
    one, *others = rehearsal.store.state("rehearsal").answers
    assert " ".join(turn.text for turn in one.turns) == "the first half the second half"
    assert [turn.text for answer in others for turn in answer.turns] == ["the other answer"][: questions - 1]
    assert len(of(SessionEnded, facts)) == 1
    assert not of(SpeechHeard, facts)[-1].interrupted  # the closing, or what was broken off, is heard out


@pytest.mark.parametrize("phase", ["listening", "thinking"])
def test_a_switch_of_persona_while_a_reply_is_drafted(tmp_path: Path, phase: str) -> None:
    thinker = SlowWorker()
    pressed: list[float] = []
    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0), says(3.0)],
        ["the answer", "to the recruiter"],
        missed=["heavy"],
        start={"questions": 1, "follow_ups": 1},
        thinker=thinker,
    )

    def on_moment(live: Live, staged: Rehearsal) -> None:
        drafting = (live.phase == "listening" and 0.4 < live.silence < 5) or live.phase == "thinking"
        if not pressed and live.phase == phase and drafting and live.clock > 5:
            pressed.append(live.clock)
            staged.controls.press("switch", "recruiter")
        elif not drafting or (pressed and live.clock > pressed[0] + 1.0) or live.clock < 5:
            thinker.catch_up()

    rehearsal.on_moment = on_moment
    facts = rehearsal.run()
    entered = [fact.persona for fact in of(PersonaEntered, facts)]
    assert entered == ["engineer", "recruiter"]
    assert of(Answered, facts)[0].turn.text == "the answer"
    (followed,) = of(FollowUpAsked, facts)  # once, and by whoever has the chair now
    assert followed.persona == "recruiter"


def test_the_end_of_a_session_while_it_is_transcribing(tmp_path: Path) -> None:
    ended, hearer = threading.Event(), ThreadWorker("hear")

    class Slow(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            assert ended.wait(10)
            return super().end_chunk()

    rehearsal = Rehearsal(tmp_path, [says(3.0)], transcriber=Slow(["the answer"]), start=ONE, hearer=hearer)

    def on_moment(live: Live, staged: Rehearsal) -> None:
        if live.phase == "finishing":
            staged.room.end()
            ended.set()

    rehearsal.on_moment = on_moment
    facts = rehearsal.run()
    hearer.close()
    (answered,) = of(Answered, facts)
    assert (answered.turn.text, answered.turn.ended_by) == ("the answer", "interrupted")
    assert answered.turn.speech[0].seconds == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("frames", range(0, 60, 7))
def test_an_end_by_key_at_any_moment_stores_the_answer_once(tmp_path: Path, frames: int) -> None:
    seen: list[float] = []

    def on_moment(live: Live, staged: Rehearsal) -> None:
        if live.phase == "listening" and live.silence > 2.0:
            seen.append(live.clock)
            if len(seen) == frames + 1:
                staged.controls.press("end")

    facts = Rehearsal(
        tmp_path,
        [says(3.0), says(1.0)],
        ["the answer", "x"],
        start={"questions": 2, "follow_ups": 0},
        on_moment=on_moment,
    ).run()
    assert [fact.turn.text for fact in of(Answered, facts)].count("the answer") == 1
    assert len(of(SessionEnded, facts)) == 1
