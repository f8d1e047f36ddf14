"""A session's state, folded from its facts: pure, so that replay, resume and the live loop agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from interviewer.domain import Noun, Scorecard, StarComponent, Turn, Verdict
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
    SpeechHeard,
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
    told_until: float | None = None
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


class TurnPlace(NamedTuple):
    """Where a turn lies: index of the answer, of what was asked under it, and of the turn under that."""

    answer: int
    asked: int
    turn: int


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
    turn_places: tuple[TurnPlace | None, ...] = ()
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
            change |= {"rough": state.rough or event.rough_transcript}
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
        case SpeechHeard():
            change |= _told(state, event)
        case Answered():
            change |= _answered(state, event)
        case TurnCorrected():
            change |= _corrected(state, event)
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


def with_turns(state: SessionState, change: Callable[[Turn], Turn]) -> SessionState:
    """The state with every turn of every answer changed."""
    answers = tuple(
        answer.model_copy(
            update={
                "asked": tuple(
                    asked.model_copy(update={"turns": tuple(map(change, asked.turns))})
                    for asked in answer.asked
                )
            }
        )
        for answer in state.answers
    )
    return state.model_copy(update={"answers": answers})


def _with_line(state: SessionState, text: str) -> tuple[str, ...]:
    return (*state.lines_used, text) if text else state.lines_used


def _with_last(answers: tuple[Answer, ...], **update: object) -> tuple[Answer, ...]:
    return (*answers[:-1], answers[-1].model_copy(update=update))


def _with_asked(answers: tuple[Answer, ...], asked: Asked) -> tuple[Answer, ...]:
    return _with_last(answers, asked=(*answers[-1].asked, asked))


def _answered(state: SessionState, event: Answered) -> dict[str, object]:
    """A turn goes to what it answers, which words that come late may show to be no longer the last thing asked."""
    place = max(
        (n for n, answer in enumerate(state.answers) if answer.question == event.question), default=None
    )
    if place is None:
        return {"turn_places": (*state.turn_places, None)}
    answer = state.answers[place]
    index = len(answer.asked) - 1 if event.asked is None else event.asked
    asked = answer.asked[index]
    lies = TurnPlace(place, index, len(asked.turns))
    change: dict[str, object] = {
        "answers": _with_turns(state.answers, lies, (*asked.turns, event.turn)),
        "turn_places": (*state.turn_places, lies),
    }
    if place == len(state.answers) - 1 and index == len(answer.asked) - 1:
        # Whoever was cut off in mid answer still has the floor when the session is resumed.
        change["waiting"] = "candidate" if event.turn.ended_by == "interrupted" else "interviewer"
    return change


def _corrected(state: SessionState, event: TurnCorrected) -> dict[str, object]:
    """The corrected turn stands where the recogniser's stood; one that answered nothing has no place to stand."""
    lies = state.turn_places[event.number - 1] if event.number <= len(state.turn_places) else None
    if lies is None:
        return {}
    turns = state.answers[lies.answer].asked[lies.asked].turns
    changed = (*turns[: lies.turn], event.turn, *turns[lies.turn + 1 :])
    return {"answers": _with_turns(state.answers, lies, changed)}


def _with_turns(answers: tuple[Answer, ...], lies: TurnPlace, turns: tuple[Turn, ...]) -> tuple[Answer, ...]:
    answer = answers[lies.answer]
    asked = answer.asked[lies.asked].model_copy(update={"turns": turns})
    changed = answer.model_copy(
        update={"asked": (*answer.asked[: lies.asked], asked, *answer.asked[lies.asked + 1 :])}
    )
    return (*answers[: lies.answer], changed, *answers[lies.answer + 1 :])


def _told(state: SessionState, event: SpeechHeard) -> dict[str, object]:
    """Until when the candidate was told the last question; thought begins there. Words after an answer are not it."""
    if not state.answers or state.answers[-1].asked[-1].turns:
        return {}
    answer = state.answers[-1]
    asked = answer.asked[-1].model_copy(update={"told_until": event.at})
    return {"answers": _with_last(state.answers, asked=(*answer.asked[:-1], asked))}
