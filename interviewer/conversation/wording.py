"""What the interviewer says, piece by piece: each is stored as a fact when its words are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from interviewer.conversation.journal import Facts
from interviewer.director.lines import pick_fresh_line, pick_line
from interviewer.director.phrasing import MODEL_FAILED, Phraser, Phrasing
from interviewer.director.policy import AskFollowUp
from interviewer.domain import LineSituation, Persona, Question
from interviewer.library.content import Library
from interviewer.session.events import (
    FaultNoted,
    FollowUpAsked,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    SessionEnded,
)

LEADS: tuple[LineSituation, ...] = ("acknowledging", "not_known", "moving_on")
EndReason = Literal["complete", "time", "key", "interrupted", "fault"]


class Wording:
    """The words of whoever has the chair. `now` gives the session's clock in seconds."""

    def __init__(
        self, journal: Facts, library: Library, phraser: Phraser, now: Callable[[], float], *, seed: int
    ) -> None:
        self._journal = journal
        self._library = library
        self._phraser = phraser
        self._now = now
        self._seed = seed
        self._on_lead: Callable[[str], None] = lambda lead: None

    @property
    def persona(self) -> Persona:
        return self._library.persona(self._journal.state.persona)

    @property
    def question(self) -> Question | None:
        answer = self._journal.state.current
        return self._library.question(answer.question) if answer else None

    def leads(self) -> tuple[str, ...]:
        """The small words with which the next reply may begin."""
        lines = (self._pick_fresh(self.persona, situation) for situation in LEADS)
        return tuple(line for line in lines if line)

    def _enter(
        self, who: str, because: Literal["start", "round", "key", "spoken", "command"], opens: str = ""
    ) -> str:
        persona = self._library.persona(who)
        met = self._journal.state.personas_met
        situation: LineSituation = "handover" if met else "opening"
        line = self._pick(persona, situation)
        text = f"{line} {opens}".strip()
        self._journal.record(PersonaEntered(at=self._now(), persona=who, because=because, text=text))
        return text

    def _ask(self, question: Question, *, first: bool) -> str:
        state = self._journal.state
        lead = (
            ""
            if first or not state.answers or state.answers[-1].skipped
            else self._pick_fresh(self.persona, "moving_on")
        )
        self._on_lead(lead)
        phrasing = self._phrase(question, question.spoken, "question", lead)
        self._journal.record(
            QuestionAsked(
                at=self._now(),
                question=question.id,
                persona=state.persona,
                lead=lead,
                text=phrasing.text,
                phrased_by=phrasing.phrased_by,
            )
        )
        return f"{lead} {phrasing.text}".strip()

    def _follow_up(self, step: AskFollowUp, after: LineSituation) -> str:
        question = self.question
        assert question is not None  # the policy asks follow-ups of the current question only
        lead = self._pick_fresh(self.persona, after)
        self._on_lead(lead)
        phrasing = self._phrase(question, step.follow_up.text, "follow_up", lead)
        self._journal.record(
            FollowUpAsked(
                at=self._now(),
                question=question.id,
                follow_up=step.follow_up.id,
                persona=self._journal.state.persona,
                point=step.follow_up.point,
                star=step.follow_up.star,
                because=step.because,
                lead=lead,
                text=phrasing.text,
                phrased_by=phrasing.phrased_by,
            )
        )
        return f"{lead} {phrasing.text}".strip()

    def _phrase(
        self, question: Question, authored: str, purpose: Literal["question", "follow_up"], lead: str
    ) -> Phrasing:
        phrasing = self._phraser.phrase(
            self.persona, question, authored, purpose=purpose, conversation=self._said(), lead=lead
        )
        if phrasing.rejected and phrasing.rejected.startswith(MODEL_FAILED):
            sentence = f"{phrasing.rejected[0].upper()}{phrasing.rejected[1:]} The authored words were used."
            self._journal.record(FaultNoted(at=self._now(), part="language_model", sentence=sentence))
        return phrasing

    def _said(self) -> list[tuple[str, str]]:
        """What was said under the current question, oldest first."""
        answer = self._journal.state.current
        said: list[tuple[str, str]] = []
        for asked in answer.asked if answer else ():
            said += [("interviewer", asked.text), *(("candidate", turn.text) for turn in asked.turns)]
        return said

    def _hint(self, number: int) -> str:
        question = self.question
        assert question is not None  # hints belong to the current question
        text = f"{self._pick(self.persona, 'hinting')} {question.hints[number - 1]}"
        self._journal.record(
            LineSpoken(at=self._now(), situation="hinting", persona=self.persona.id, text=text, hint=number)
        )
        return text

    def _repeated(self, lead: str = "") -> str:
        """The last question once more, as a fact: whoever reads along or replays it sees what is heard."""
        answer = self._journal.state.current
        assert answer is not None  # there is nothing to repeat before the first question
        return self._line("repeating", f"{lead} {answer.asked[-1].text}".strip())

    def _line(self, situation: LineSituation, text: str = "") -> str:
        text = text or self._pick(self.persona, situation)
        self._journal.record(
            LineSpoken(at=self._now(), situation=situation, persona=self.persona.id, text=text)
        )
        return text

    def _close(self, because: EndReason, closes: str = "") -> str:
        text = self._line("closing", f"{closes} {self._pick(self.persona, 'closing')}".strip())
        self._journal.record(SessionEnded(at=self._now(), because=because))
        return text

    def _pick(self, persona: Persona, situation: LineSituation) -> str:
        return pick_line(persona, situation, self._journal.state.lines_used, self._seed)

    def _pick_fresh(self, persona: Persona, situation: LineSituation) -> str:
        return pick_fresh_line(persona, situation, self._journal.state.lines_used, self._seed)
