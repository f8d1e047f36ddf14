"""A session's state, folded from its facts: pure, so that replay, resume and the live loop agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from interviewer.domain import Noun, Scorecard, StarComponent, Turn, Verdict
from interviewer.session.correcting import corrected
from interviewer.session.events import (
    Answered,
    EngineChanged,
    Event,
    FollowUpAsked,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    QuestionSkipped,
    RoundStarted,
    Scored,
    SessionEnded,
    SessionResumed,
    SessionStarted,
    TurnCorrected,
)


class Asked(Noun):
    """Something the interviewer asked under a question, and the turns that answered it."""

    text: str
    at: float
    persona: str
    follow_up: str | None = None
    point: str | None = None
    star: StarComponent | None = None
    because: Verdict | None = None
    turns: tuple[Turn, ...] = ()


class Answer(Noun):
    """All the candidate's turns under one question, follow-ups included: the unit that is scored."""

    question: str
    persona: str
    asked: tuple[Asked, ...]
    hints: int = 0
    skipped: bool = False

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(turn for asked in self.asked for turn in asked.turns)

    @property
    def text(self) -> str:
        return "\n".join(turn.text for turn in self.turns if turn.text)

    @property
    def follow_ups(self) -> tuple[str, ...]:
        return tuple(asked.follow_up for asked in self.asked if asked.follow_up)


Waiting = Literal["interviewer", "candidate", "nobody"]


class SessionState(Noun):
    started: SessionStarted | None = None
    persona: str = ""
    round: str | None = None
    round_at: float = 0.0
    rounds_begun: int = 0
    round_first_answer: int = 0
    engines: dict[str, str] = {}
    rough: bool = False
    answers: tuple[Answer, ...] = ()
    waiting: Waiting = "interviewer"
    lines_used: tuple[str, ...] = ()
    personas_met: tuple[str, ...] = ()
    entered: bool = False
    ended: bool = False
    clock: float = 0.0
    scorecard: Scorecard | None = None
    resumptions: int = 0

    @property
    def current(self) -> Answer | None:
        return self.answers[-1] if self.answers else None

    @property
    def asked_questions(self) -> tuple[str, ...]:
        return tuple(answer.question for answer in self.answers)


def fold(events: Iterable[Event], state: SessionState | None = None) -> SessionState:
    for event in events:
        state = apply(state or SessionState(), event)
    return state or SessionState()


def apply(state: SessionState, event: Event) -> SessionState:
    """The state after one more fact."""
    change: dict[str, object] = {"clock": max(state.clock, event.at)}
    match event:
        case SessionStarted():
            change |= {
                "started": event,
                "persona": event.persona,
                "engines": event.engines,
                "round": event.round,
                "rough": event.rough_transcript,
            }
        case SessionResumed():
            # Whoever had the floor when the session broke off must be heard or told again.
            change |= {"rough": state.rough or event.rough_transcript}
            change |= {"engines": event.engines, "ended": False, "resumptions": state.resumptions + 1}
            change |= {"waiting": "interviewer"} if state.waiting == "nobody" else {}
        case EngineChanged():
            change |= {"engines": {**state.engines, event.port: event.engine}}
        case RoundStarted():
            change |= {
                "round": event.round,
                "round_at": event.at,
                "rounds_begun": state.rounds_begun + 1,
                "round_first_answer": len(state.answers),
            }
        case PersonaEntered():
            change |= {
                "persona": event.persona,
                "entered": True,
                "personas_met": (*state.personas_met, event.persona),
                "lines_used": (*state.lines_used, event.text),
            }
        case QuestionAsked():
            asked = Asked(text=event.text, at=event.at, persona=event.persona)
            answer = Answer(question=event.question, persona=event.persona, asked=(asked,))
            change |= {"answers": (*state.answers, answer), "waiting": "candidate"}
            change |= {"lines_used": _with_line(state, event.lead)}
        case FollowUpAsked():
            asked = Asked(
                text=event.text,
                at=event.at,
                persona=event.persona,
                follow_up=event.follow_up,
                point=event.point,
                star=event.star,
                because=event.because,
            )
            change |= {"answers": _with_asked(state.answers, asked), "waiting": "candidate"}
            change |= {"lines_used": _with_line(state, event.lead)}
        case LineSpoken():
            change |= {"lines_used": _with_line(state, event.text)}
            if event.hint is not None and state.answers:
                change |= {"answers": _with_last(state.answers, hints=event.hint), "waiting": "candidate"}
        case Answered():
            change |= _answered(state, event)
        case TurnCorrected():
            change |= {"answers": _with_correction(state.answers, event)}
        case QuestionSkipped():
            if state.answers:
                change |= {"answers": _with_last(state.answers, skipped=True), "waiting": "interviewer"}
        case SessionEnded():
            change |= {"ended": True, "waiting": "nobody"}
        case Scored():
            change |= {"scorecard": event.scorecard}
        case _:
            pass
    return state.model_copy(update=change)


def _with_line(state: SessionState, text: str) -> tuple[str, ...]:
    return (*state.lines_used, text) if text else state.lines_used


def _with_last(answers: tuple[Answer, ...], **update: object) -> tuple[Answer, ...]:
    return (*answers[:-1], answers[-1].model_copy(update=update))


def _with_asked(answers: tuple[Answer, ...], asked: Asked) -> tuple[Answer, ...]:
    return _with_last(answers, asked=(*answers[-1].asked, asked))


def _with_correction(answers: tuple[Answer, ...], event: TurnCorrected) -> tuple[Answer, ...]:
    """A correction of a turn that does not exist changes nothing."""
    if event.answer >= len(answers):
        return answers
    answer, number = answers[event.answer], 0
    asked_again = []
    for asked in answer.asked:
        turns = [
            corrected(turn, event.text) if number + index == event.turn else turn
            for index, turn in enumerate(asked.turns)
        ]
        number += len(turns)
        asked_again.append(asked.model_copy(update={"turns": tuple(turns)}))
    changed = answer.model_copy(update={"asked": tuple(asked_again)})
    return (*answers[: event.answer], changed, *answers[event.answer + 1 :])


def _answered(state: SessionState, event: Answered) -> dict[str, object]:
    """A turn goes to what it answers, which words that come late may show to be no longer the last thing asked."""
    place = max(
        (n for n, answer in enumerate(state.answers) if answer.question == event.question), default=None
    )
    if place is None:
        return {}
    answer = state.answers[place]
    index = len(answer.asked) - 1 if event.asked is None else event.asked
    asked = answer.asked[index]
    asked = asked.model_copy(update={"turns": (*asked.turns, event.turn)})
    changed = answer.model_copy(update={"asked": (*answer.asked[:index], asked, *answer.asked[index + 1 :])})
    change: dict[str, object] = {"answers": (*state.answers[:place], changed, *state.answers[place + 1 :])}
    if place == len(state.answers) - 1 and index == len(answer.asked) - 1:
        # Whoever was cut off in mid answer still has the floor when the session is resumed.
        change["waiting"] = "candidate" if event.turn.ended_by == "interrupted" else "interviewer"
    return change
