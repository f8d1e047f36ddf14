"""The interviewer's side, without sound: what is said next and why, each as a stored fact. Spoken and typed alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.conversation.journal import Facts, Sketch
from interviewer.conversation.wording import EndReason, Wording
from interviewer.director.phrasing import AUTHORED, AuthoredPhraser, Phraser
from interviewer.director.plan import Plan
from interviewer.director.policy import (
    AskFollowUp,
    AskQuestion,
    Assessment,
    BeginRound,
    End,
    EnterPersona,
    GiveHint,
    next_step,
)
from interviewer.domain import LineSituation, Persona, Question, Segment, Turn
from interviewer.hearing.cues import command_phrases
from interviewer.library.content import Library
from interviewer.session.events import (
    Answered,
    EngineChanged,
    Event,
    FaultNoted,
    FollowUpAsked,
    QuestionAsked,
    QuestionSkipped,
    RoundStarted,
)

Assess = Callable[[Question, Sequence[Turn]], Assessment]
MODEL_FAILURES = 2


@dataclass(frozen=True)
class Saying:
    """Words for the interviewer to say now. `last` when the session ends with them."""

    text: str
    persona: Persona
    last: bool = False


@dataclass(frozen=True)
class Draft:
    """A saying with the facts it consists of, none of which is stored yet. `covered`: the share of the rubric that the
    answer it replies to meets, where it was judged."""

    saying: Saying
    facts: tuple[Event, ...]
    covered: float | None = None


@dataclass(frozen=True)
class Place:
    """A question, and which of the things asked under it, counted from 0."""

    question: str
    asked: int


class Interview(Wording):
    """One session's course. `now` gives the session's clock in seconds."""

    def __init__(
        self,
        journal: Facts,
        library: Library,
        plan: Plan,
        assess: Assess,
        phraser: Phraser,
        now: Callable[[], float],
    ) -> None:
        super().__init__(journal, library, phraser, now, seed=plan.seed)
        self._plan = plan
        self._assess = assess
        self._model_failures = 0  # in a row
        self._covered: float | None = None  # by the answer that was judged last

    @property
    def over(self) -> bool:
        return self._journal.state.ended

    def recognition_phrases(self) -> tuple[str, ...]:
        """What the candidate may be about to say, for biasing a recogniser."""
        question = self.question
        if question is None:
            return command_phrases(self._library.personas)
        texts = [question.spoken, question.model_answer]
        for point in question.rubric:
            texts += [point.text, *point.phrasings]
            texts += [wrong for misconception in point.misconceptions for wrong in misconception.wrong]
        texts += [follow_up.expects for follow_up in question.follow_ups]
        return (*texts, *command_phrases(self._library.personas))

    def prepare(self) -> None:
        """Let the judge read the question's rubric, by judging its model answer: takes seconds, and only once."""
        question = self.question
        if question is not None:
            segment = Segment(text=question.model_answer, start=0.0, end=0.0)
            told = Turn(segments=(segment,), start=0.0, end=0.0, ended_by="silence", engine="bank")
            self._assess(question, (told,))

    def warm(self, turn: Turn) -> float | None:
        """Judge and let the language model read what has been committed so far: at the end only the tail is left.
        The share of the rubric that is covered; None where there is none."""
        answer, question = self._journal.state.current, self.question
        if answer is not None and question is not None:
            covered = self._assess(question, (*answer.turns, turn)).coverage
            self._phraser.prepare(self.persona, question, [*self._said(), ("candidate", turn.text)])
            return covered
        return None

    def draft(
        self,
        choose: Callable[[Interview], Saying],
        said: Turn | None = None,
        on_lead: Callable[[str], None] = lambda lead: None,
    ) -> Draft:
        """What `choose` would say, after `said` if given, without a fact being stored: any thread may ask for it.

        `on_lead` is given the small word the saying begins with as soon as it is chosen, "" before that.
        """
        on_lead("")
        sketch = Sketch(self._journal.state)
        there = Interview(sketch, self._library, self._plan, self._assess, self._phraser, self._now)
        there._on_lead = on_lead
        if said is not None:
            there.answered(said, None, there.place)
        begun = len(sketch.facts)
        saying = choose(there)
        return Draft(saying, tuple(sketch.facts[begun:]), there._covered)

    def commit(self, draft: Draft, said_lead: str = "") -> Saying:
        """The draft comes true, now: its facts are stored before it is said. `said_lead`: its first words were said before."""
        for fact in draft.facts:
            told = {"at": self._now()} | ({"lead": ""} if said_lead and _lead_of(fact) == said_lead else {})
            self._journal.record(fact.model_copy(update=told))
            self._watch_model(fact)
        saying = draft.saying
        return Saying(saying.text.removeprefix(said_lead).strip(), saying.persona, saying.last)

    def acknowledge(self, lead: str) -> Saying:
        """The first words of a reply whose others are late."""
        return self._saying([self._line("acknowledging", lead)])

    def _watch_model(self, fact: Event) -> None:
        """A language model that fails again and again is left alone for the rest of the session."""
        if isinstance(fact, FaultNoted) and fact.part == "language_model":
            self._model_failures += 1
            if self._model_failures >= MODEL_FAILURES and self.has_model:
                self.leave_model(f"The language model failed {MODEL_FAILURES} times in a row.")
        elif isinstance(fact, QuestionAsked | FollowUpAsked) and fact.phrased_by != AUTHORED:
            self._model_failures = 0

    @property
    def has_model(self) -> bool:
        """Whether a language model finds the words."""
        return not isinstance(self._phraser, AuthoredPhraser)

    def leave_model(self, because: str) -> None:
        """From here on everything is said as it was authored, and why is told."""
        self._phraser = AuthoredPhraser()
        sentence = f"{because} From here on questions are asked in their authored words."
        self._journal.record(
            EngineChanged(
                at=self._now(), port="language_model", engine="none (authored lines)", because=sentence
            )
        )

    def proceed(self) -> Saying:
        """Take the next step, or several until there is something to say."""
        words: list[str] = []
        while True:
            assessment = self._assessment()
            step = next_step(self._journal.state, self._plan, self._library, assessment)
            match step:
                case BeginRound(plan=one):
                    if closes := self._round_closes():
                        words += [self._line("closing", closes)]
                    self._record_round(one.id or "", one.title, one.minutes)
                    words += [self._enter(one.personas[0], "round", one.opens)]
                case EnterPersona(persona=who, because=because):
                    words += [self._enter(who, because)]
                case AskQuestion(question=question, persona=who):
                    if who != self._journal.state.persona:
                        words += [self._enter(who, "round")]
                    words += [self._ask(question, first=bool(words))]
                    return self._saying(words)
                case AskFollowUp():
                    answered = assessment is None or assessment.not_known == 0
                    words += [self._follow_up(step, "acknowledging" if answered else "not_known")]
                    return self._saying(words)
                case GiveHint(number=number):
                    words += [self._hint(number)]
                    return self._saying(words)
                case End(because=because):
                    words += [self._close(because, self._round_closes())]
                    return self._saying(words, last=True)

    def _round_closes(self) -> str:
        """How the round that is under way is closed; "" before the first and in plain practice."""
        begun = self._journal.state.rounds_begun
        return self._plan.rounds[begun - 1].closes if begun else ""

    @property
    def place(self) -> Place | None:
        """What words said now are an answer to; None before the first question."""
        answer = self._journal.state.current
        return Place(answer.question, len(answer.asked) - 1) if answer else None

    def answered(self, turn: Turn, endpoint_wait: float | None, place: Place | None) -> None:
        """Store what the candidate said; `place` is None for a turn that held only a command, or nothing."""
        self._journal.record(
            Answered(
                at=self._now(),
                question=place.question if place else None,
                asked=place.asked if place else None,
                turn=turn,
                endpoint_wait=endpoint_wait,
            )
        )

    def hurry(self) -> None:
        """Give up a phrasing that is under way: something else was asked for."""
        self._phraser.cancel()

    def skip(self) -> Saying:
        """Leave the current question and go on."""
        if self.question is None:
            return self.proceed()
        self._journal.record(QuestionSkipped(at=self._now(), question=self.question.id))
        line = self._line("skipping")
        following = self.proceed()
        return Saying(f"{line} {following.text}", following.persona, following.last)

    def hint(self) -> Saying:
        """The next of the question's graded hints; after the last one, the last again."""
        answer = self._journal.state.current
        if answer is None:
            return self.proceed()
        return self._saying([self._hint(min(answer.hints + 1, 3))])

    def repeat(self) -> Saying:
        """Say the last question again."""
        answer = self._journal.state.current
        if answer is None:
            return self.proceed()
        return self._saying([self._repeated(self._pick(self.persona, "repeating"))])

    def switch(self, persona: str, because: Literal["key", "spoken", "command"]) -> Saying:
        """Another persona takes the chair, in the middle of a question if need be, and knows what was said."""
        self._library.persona(persona)
        answer = self._journal.state.current
        waiting = self._journal.state.waiting == "candidate"
        words = [self._enter(persona, because)]
        if answer is not None and waiting:
            return self._saying([*words, self._repeated()])
        following = self.proceed()
        return Saying(f"{words[0]} {following.text}", following.persona, following.last)

    def say(self, situation: LineSituation) -> Saying:
        """One of the persona's lines, such as a nudge."""
        return self._saying([self._line(situation)])

    def resume(self, rest: str, *, last: bool = False) -> Saying:
        """Go on with what was broken off, as a fact: whoever reads along sees what is heard."""
        return self._saying([self._line("repeating", rest)], last=last)

    def end(self, because: EndReason) -> Saying:
        """Close the session now."""
        return self._saying([self._close(because)], last=True)

    def _saying(self, words: list[str], *, last: bool = False) -> Saying:
        return Saying(" ".join(words), self.persona, last)

    def _assessment(self) -> Assessment | None:
        answer, question = self._journal.state.current, self.question
        if answer is None or question is None or not answer.turns:
            return None
        found = self._assess(question, answer.turns)
        self._covered = found.coverage
        return found

    def _record_round(self, round_id: str, title: str, minutes: float) -> None:
        self._journal.record(RoundStarted(at=self._now(), round=round_id, title=title, minutes=minutes))


def _lead_of(fact: Event) -> str:
    return fact.lead if isinstance(fact, QuestionAsked | FollowUpAsked) else ""
