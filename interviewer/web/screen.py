"""What the page shows of a session: facts become lines, moments become captions. Knows no line and no page."""

from __future__ import annotations

from collections.abc import Callable

from interviewer.conversation.controls import Live, Phase
from interviewer.conversation.told import interviewer_words
from interviewer.director.plan import plan_of
from interviewer.library.content import Library
from interviewer.session.events import (
    Answered,
    EngineChanged,
    Event,
    FaultNoted,
    Paused,
    QuestionSkipped,
    RoundStarted,
    SessionStarted,
    Unpaused,
)
from interviewer.session.state import SessionState
from interviewer.web.protocol import Line, Moment, ToPage, Where

MOMENT_EVERY_FRAMES = 3  # ten times a second
NOBODY = Moment(phase="thinking", clock=0.0, level=0.0, committed="", interim="", silence=0.0)


class Screen:
    """Keeps all that was said, so that a page can come at any moment. `tell` is called with what is new."""

    def __init__(self, library: Library, started: SessionStarted, tell: Callable[[ToPage], None]) -> None:
        self._library = library
        self._started = started
        self._plan = plan_of(started, library)
        self._tell = tell
        self._frames = 0
        self.lines: list[Line] = []
        self.moment = NOBODY

    def on_event(self, event: Event) -> None:
        words = interviewer_words(event)
        if words is not None:
            self._line("interviewer", self._name(words.persona), words.text, words.persona)
        match event:
            case Answered(turn=turn):
                self._line("candidate", "You", turn.text or "(nothing could be made out)")
            case RoundStarted(title=title, minutes=minutes):
                self._line("note", "", f"{title}, {minutes:g} minutes")
            case QuestionSkipped():
                self._line("note", "", "Skipped.")
            case Paused():
                self._line("note", "", "Paused.")
            case Unpaused():
                self._line("note", "", "Going on.")
            case FaultNoted(sentence=sentence) | EngineChanged(because=sentence):
                self._line("note", "", sentence)
            case _:
                pass

    def on_live(self, live: Live) -> None:
        self._frames += 1
        due = self._frames % MOMENT_EVERY_FRAMES == 0 or live.phase != self.moment.phase
        interim = live.caption[len(live.committed) :].strip()
        self.moment = Moment(
            phase=live.phase,
            clock=round(live.clock, 2),
            level=round(live.level, 4),
            committed=live.committed,
            interim=interim,
            silence=round(live.silence, 2),
        )
        if due:
            self._tell(self.moment)

    def show_phase(self, phase: Phase, clock: float) -> None:
        """For interviews without sound, which have no moments of their own."""
        self.moment = NOBODY.model_copy(update={"phase": phase, "clock": round(clock, 2)})
        self._tell(self.moment)

    def where(self, state: SessionState) -> Where:
        rounds = self._plan.rounds
        begun = max(1, state.rounds_begun)
        return Where(
            persona=state.persona,
            question=len(state.answers),
            questions=self._started.questions if self._started.loop is None else None,
            round=begun,
            rounds=len(rounds),
            round_title=rounds[min(begun, len(rounds)) - 1].title,
            minutes=self._plan.minutes,
        )

    def _line(self, speaker: str, name: str, text: str, persona: str | None = None) -> None:
        line = Line.model_validate(
            {
                "number": len(self.lines),
                "speaker": speaker,
                "name": name,
                "text": text,
                "persona": persona,
            }
        )
        self.lines.append(line)
        self._tell(line)

    def _name(self, persona: str) -> str:
        known = self._library.personas.get(persona)
        return known.name if known else persona.replace("_", " ")
