"""kill -9 at any moment loses nothing that was shown, and the session goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from program import Program, Running
from rehearsal import loud

from interviewer.assembly.engines import Engines, open_embedded_judge
from interviewer.assembly.sessions import resume_session
from interviewer.audio.recording import CANDIDATE_FILE, read_wav, recorded_seconds
from interviewer.audio.virtual_room import VirtualRoom
from interviewer.conversation.controls import Live
from interviewer.demo.candidate import load_script
from interviewer.demo.room import conversation_in
from interviewer.domain import SAMPLE_RATE
from interviewer.engines.scripted import ScriptedDetector, ScriptedTranscriber, ScriptedVoice
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.library.content import Library, load_library
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    LineSpoken,
    QuestionAsked,
    SessionEnded,
    SessionResumed,
)
from interviewer.session.store import SessionStore

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(1200)]

LOST_SECONDS = 1.0  # of sound, at most
MID_ANSWER_SECONDS = 35.0  # the demo's first answer lasts from about 18 to 60 s
Moment = Callable[[Running], object]
Tell = Callable[[Live], None]


def after(kind: type[Event], count: int = 1) -> Moment:
    """When that many facts of this kind are stored."""
    return lambda run: run.wait_for(lambda facts: sum(isinstance(f, kind) for f in facts) >= count)


def in_mid_answer(run: Running) -> None:
    """When the candidate is in the middle of the first answer."""
    after(QuestionAsked)(run)
    folder = run.program.data / "sessions" / run.program.session()
    run.wait_for(lambda facts: recorded_seconds(folder) > MID_ANSWER_SECONDS)


def killed(program: Program, moment: Moment, *arguments: str) -> str:
    """The program's output up to the moment at which it was killed."""
    with program.started("demo", *arguments) as run:
        moment(run)
        run.kill()
        return run.said()


def assert_nothing_is_lost(program: Program, printed: str) -> list[Event]:
    """What was printed is stored; what was stored as heard is on disk."""
    facts = program.facts()
    folder = program.data / "sessions" / program.session()
    stored = " ".join(_words_of(fact) for fact in facts)
    for line in _spoken_lines(printed):
        assert " ".join(line.split()) in " ".join(stored.split()), line
    recording = read_wav(folder / CANDIDATE_FILE)
    assert len(recording) / SAMPLE_RATE >= facts[-1].at - LOST_SECONDS
    return facts


def _words_of(fact: Event) -> str:
    match fact:
        case QuestionAsked(lead=lead, text=text) | FollowUpAsked(lead=lead, text=text):
            return f"{lead} {text}"
        case Answered(turn=turn):
            return turn.text
        case _:
            return str(getattr(fact, "text", ""))


def _spoken_lines(printed: str) -> Iterator[str]:
    """What the names before a colon said; the last piece may have been cut in the middle of printing."""
    for speaker in ("Tomas: ", "Robin: ", "You: "):
        for piece in printed.split(speaker)[1:-1]:
            yield piece.split(" Tomas: ")[0].split(" Robin: ")[0].split(" You: ")[0].split(" follow-up ")[0]


# -- what is kept ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "arguments"),
    [
        (after(QuestionAsked), ()),
        (in_mid_answer, ("--fast",)),
        (after(Answered), ("--fast",)),
    ],
    ids=["while the first question is asked", "in mid answer", "after an answer"],
)
def test_a_kill_loses_nothing_and_the_session_goes_on(
    moment: Moment, arguments: tuple[str, ...], tmp_path: Path, judge: EmbeddedJudge, library: Library
) -> None:
    program = Program(tmp_path)
    before = assert_nothing_is_lost(program, killed(program, moment, *arguments))
    answers_before = sum(isinstance(fact, Answered) for fact in before)
    facts = resumed_with_stand_ins(program, judge, library)
    assert facts[: len(before)] == before, "facts never change"
    assert_goes_on(facts, len(before))
    assert sum(isinstance(fact, Answered) for fact in facts) > answers_before
    seconds = recorded_seconds(program.data / "sessions" / program.session())
    assert seconds == pytest.approx(facts[-1].at, abs=0.1)


def assert_goes_on(facts: list[Event], resumed_at: int) -> None:
    """The fact after the old ones takes the session up; no question is put anew, and it comes to its end."""
    resumed, first_words = facts[resumed_at], facts[resumed_at + 1]
    assert isinstance(resumed, SessionResumed)
    assert resumed.lost_seconds <= LOST_SECONDS
    if any(isinstance(fact, QuestionAsked) for fact in facts[:resumed_at]):
        last = [
            fact for fact in facts[:resumed_at] if isinstance(fact, Answered | QuestionAsked | FollowUpAsked)
        ][-1]
        if not isinstance(last, Answered):
            assert isinstance(first_words, LineSpoken)
            assert first_words.situation == "repeating"
    questions = [fact.question for fact in facts if isinstance(fact, QuestionAsked)]
    assert questions == list(load_script().questions)
    assert any(isinstance(fact, SessionEnded) and fact.because == "complete" for fact in facts)
    clocks = [fact.at for fact in facts]
    assert all(earlier <= later for earlier, later in pairwise(clocks)), "time does not run backwards"


# -- going on --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="module")
def judge(library: Library) -> EmbeddedJudge:
    return open_embedded_judge(library.questions)


def resumed_with_stand_ins(program: Program, judge: EmbeddedJudge, library: Library) -> list[Event]:
    """The session resumed and ended in no time by scripted ears and mouth; everything else is real."""
    room = VirtualRoom()
    texts = ["I would compare the errors on training and validation data, that's my answer"] * 50
    engines = Engines(judge, judge, None, ScriptedTranscriber(texts), ScriptedVoice(), ScriptedDetector())
    phase = ""

    def on_live(live: Live) -> None:
        nonlocal phase
        if live.phase == "listening" and phase != "listening":
            room.say(loud(2.0), 0.5)
        phase = live.phase

    store = SessionStore(program.data)
    session = store.latest()
    seconds = recorded_seconds(store.folder(session))
    try:
        with store.hold(session):  # the killed process left no lock behind
            now = datetime.now(UTC)
            journal = resume_session(store, session, engines, now=now, recorded_seconds=seconds)
            with conversation_in(
                room, store, journal, library, engines, on_live, real_time=False
            ) as conversation:
                conversation.run()
        return store.events(session)
    finally:
        store.close()


# -- one at a time ---------------------------------------------------------------------------------------------------


def test_a_session_runs_in_one_window_only(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with program.started("demo") as run:
        run.wait_for(lambda facts: len(facts) >= 3)
        session = program.session()
        other = program.run("resume", session)
        other.assert_fails_plainly(f"Session {session} is already running in another window.")
        program.run("score", session).assert_fails_plainly("is already running in another window")
        assert not any(isinstance(fact, SessionResumed) for fact in program.facts())
