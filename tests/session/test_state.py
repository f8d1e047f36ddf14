"""The fold from facts to state."""

from __future__ import annotations

from builders import a_start, a_turn

from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    QuestionSkipped,
    SessionEnded,
    SessionResumed,
    SpeechHeard,
    TurnCorrected,
)
from interviewer.session.state import apply, fold

COURSE: list[Event] = [
    a_start(),
    PersonaEntered(at=0, persona="engineer", because="start", text="Hello."),
    QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"),
    Answered(at=9, question="alpha", turn=a_turn("first"), endpoint_wait=1.0),
    FollowUpAsked(
        at=10,
        question="alpha",
        follow_up="alpha_heavy",
        persona="engineer",
        point="heavy",
        because="missed",
        text="And?",
    ),
    Answered(at=15, question="alpha", turn=a_turn("second"), endpoint_wait=1.0),
    PersonaEntered(at=16, persona="recruiter", because="spoken", text="Hi."),
    QuestionAsked(at=17, question="beta", persona="recruiter", text="And you?"),
    LineSpoken(at=20, situation="hinting", persona="recruiter", text="A hint.", hint=1),
    Answered(at=25, question=None, turn=a_turn("switch please"), endpoint_wait=1.0),
    QuestionSkipped(at=26, question="beta"),
    SessionEnded(at=27, because="key"),
]


def test_an_answer_holds_its_follow_ups() -> None:
    state = fold(COURSE)
    alpha, beta = state.answers
    assert [turn.text for turn in alpha.turns] == ["first", "second"]
    assert alpha.follow_ups == ("alpha_heavy",)
    assert alpha.asked[1].because == "missed"
    assert beta.hints == 1
    assert beta.skipped
    assert beta.turns == ()  # a turn that was a command is no answer
    assert state.persona == "recruiter"
    assert state.ended
    assert state.clock == 27


def test_whose_turn_it_is() -> None:
    waiting = []
    state = fold(COURSE[:1])
    for event in COURSE[1:]:
        state = apply(state, event)
        waiting.append(state.waiting)
    assert waiting[1] == "candidate"  # asked
    assert waiting[2] == "interviewer"  # answered
    assert waiting[3] == "candidate"  # follow-up
    assert waiting[-1] == "nobody"


def test_resuming_keeps_the_floor_with_whoever_had_it() -> None:
    broken_off = fold(COURSE[:3])
    resumed = apply(broken_off, SessionResumed(at=2, resumed="x", engines={"voice": "v"}, lost_seconds=0))
    assert resumed.waiting == "candidate"
    assert resumed.engines == {"voice": "v"}
    assert resumed.resumptions == 1


def test_whoever_was_cut_off_in_mid_answer_keeps_the_floor() -> None:
    turn = a_turn("the first half").model_copy(update={"ended_by": "interrupted"})
    state = apply(fold(COURSE[:3]), Answered(at=9, question="alpha", turn=turn, endpoint_wait=None))
    assert state.waiting == "candidate"
    assert state.answers[0].text == "the first half"


def test_once_rough_a_transcript_stays_rough() -> None:
    resumed = SessionResumed(at=2, resumed="x", engines={}, lost_seconds=0, rough_transcript=False)
    assert apply(fold([a_start(rough_transcript=True)]), resumed).rough
    assert not apply(fold([a_start(rough_transcript=False)]), resumed).rough
    later = resumed.model_copy(update={"rough_transcript": True})
    assert apply(fold([a_start(rough_transcript=False)]), later).rough


def test_a_correction_stands_where_the_recognisers_words_stood() -> None:
    second = TurnCorrected(at=28, number=2, turn=a_turn("the second"))
    state = fold([*COURSE, second])
    assert [turn.text for turn in state.answers[0].turns] == ["first", "the second"]
    assert state.ended, "a correction wakes nobody up"
    again = fold([TurnCorrected(at=29, number=2, turn=a_turn("the very second"))], state)
    assert [turn.text for turn in again.answers[0].turns] == ["first", "the very second"]


def test_a_correction_of_a_command_or_of_nothing_changes_no_answer() -> None:
    state = fold(COURSE)
    for number in (3, 4):
        changed = apply(state, TurnCorrected(at=28, number=number, turn=a_turn("never")))
        assert changed.answers == state.answers


def test_thought_begins_when_the_question_has_been_told() -> None:
    heard = SpeechHeard(at=4.5, seconds=3.0, of_seconds=3.0, interrupted=False, voice="v")
    reply = SpeechHeard(at=30, seconds=3.0, of_seconds=3.0, interrupted=False, voice="v")
    state = fold([*COURSE[:3], heard, COURSE[3], reply])
    assert state.answers[0].asked[0].told_until == 4.5, (
        "what is said after the answer is no part of the question"
    )
