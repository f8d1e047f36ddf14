"""What the evaluator says. Every judgement carries its evidence; what was not measured is None and says why."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from interviewer.domain.base import Noun
from interviewer.domain.content import StarComponent

Verdict = Literal["met", "partial", "missed", "contradicted", "unclear"]
StarLabel = Literal["S", "T", "A", "R", "other"]
Gate = Literal["empty", "non_answer", "echo", "off_topic", "word_salad", "other_question", "too_short"]
PartSource = Literal["yours", "retold", "added", "prompt"]
"""The candidate's own words; their point in our words; words that are new; something only they can fill in."""
Leaning = Literal["strong yes", "yes", "mixed", "not yet", "not enough heard"]


class Evidence(Noun):
    """A quote that occurs verbatim in the transcript: `turn` counts the answer's turns, offsets are into its text."""

    quote: str
    turn: int
    offset: int = Field(description="Character offset of the quote in the turn's text.")
    start: float | None = Field(
        default=None, description="Seconds on the session's clock; None for typed answers."
    )
    end: float | None = None


class PointVerdict(Noun):
    """What the answer did with one rubric point."""

    point: str
    text: str
    weight: float
    verdict: Verdict
    confidence: float = Field(ge=0, le=1)
    credit: float = Field(ge=-1, le=1, description="Share of the weight earned; negative when contradicted.")
    evidence: Evidence | None = None
    misconception: str | None = None
    correction: str | None = None


class TechnicalScore(Noun):
    score: float | None = Field(ge=0, le=5, description="None when the question is not scored for content.")
    interval: tuple[float, float] | None = None
    points: tuple[PointVerdict, ...] = ()
    gate: Gate | None = Field(default=None, description="Why the score was capped, if it was.")
    engine: str


class StarSentence(Noun):
    text: str
    label: StarLabel
    confidence: float = Field(ge=0, le=1)
    evidence: Evidence | None = None


class StarScore(Noun):
    score: float | None = Field(ge=0, le=5, description="None when the question does not ask for a story.")
    interval: tuple[float, float] | None = None
    is_story: bool = False
    components: dict[StarComponent, bool] = {}
    sentences: tuple[StarSentence, ...] = ()
    in_order: bool = False
    balance: dict[StarComponent, float] = Field(default={}, description="Share of the words each part takes.")
    out_of_balance: tuple[StarComponent, ...] = Field(
        default=(), description="Parts that are there and take strikingly little or much room."
    )
    quantified_result: bool = False
    learned: bool = Field(default=False, description="Whether the speaker says what was learned from it.")
    personal_actions: int = 0
    missing_question: str | None = Field(
        default=None, description="The follow-up that would draw out what is missing."
    )
    engine: str


class Measure(Noun):
    """One figure of delivery. `value` is None when it was not measured, and `note` says why."""

    name: str
    value: float | None
    unit: str
    good: tuple[float, float] | None = Field(
        default=None, description="The dead band in which nothing is said."
    )
    flag: tuple[float, float] | None = Field(
        default=None, description="Beyond these it harms; between them and the band it is only told."
    )
    at_least: bool = Field(
        default=False, description="A lower bound: the recogniser may drop what is counted."
    )
    note: str = ""
    evidence: tuple[Evidence, ...] = Field(
        default=(),
        description="Where it can be heard, the first few; seconds may be those of a silence or an um.",
    )


class ClarityScore(Noun):
    score: float | None = Field(ge=0, le=5)
    interval: tuple[float, float] | None = None
    measures: tuple[Measure, ...] = ()
    engine: str


class HeardFlag(Noun):
    """Words that could be heard as a red flag: a possibility to know about, never a finding."""

    text: str = Field(description="What the words could be heard as.")
    evidence: Evidence | None = Field(
        default=None, description="The words; None in scorecards stored before quotes were kept."
    )
    instead: str = Field(default="", description="What to say in its place, where the advice has it.")


class AnswerPart(Noun):
    """One piece of a better answer, and whose words it is made of."""

    text: str
    source: PartSource
    point: str | None = Field(default=None, description="The rubric point it makes.")
    label: StarComponent | None = Field(default=None, description="The part of the story it belongs to.")


class Suggestion(Noun):
    """A question of the bank to practise next."""

    question: str
    text: str = Field(description="The question as it is written.")
    why: str
    command: str = Field(description="The command line that begins it.")


class Coaching(Noun):
    """What to keep, the one thing to change first, and a better answer built from the candidate's own words."""

    keep: tuple[str, ...] = ()
    change_first: str = ""
    further: tuple[str, ...] = Field(
        default=(), description="What to mend after that, most worthwhile first."
    )
    better_answer: tuple[AnswerPart, ...] = ()
    red_flags: tuple[HeardFlag, ...] = ()
    practise_next: tuple[str, ...] = Field(default=(), description="Questions to put to oneself.")

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_stored_first(cls, values: Any) -> Any:
        """Scorecards of the first version hold one text for the better answer and one for each red flag."""
        if not isinstance(values, dict):
            return values
        changed = dict(values)
        if isinstance(better := changed.get("better_answer"), str):
            changed["better_answer"] = [{"text": better, "source": "added"}] if better else []
        if "red_flags" in changed:
            changed["red_flags"] = [{"text": f} if isinstance(f, str) else f for f in changed["red_flags"]]
        return changed

    @property
    def better_text(self) -> str:
        """The better answer as one text, without saying whose words they are."""
        return " ".join(part.text for part in self.better_answer)


class SessionCoaching(Noun):
    """The same for the whole session."""

    keep: tuple[str, ...] = ()
    change_first: str = ""
    change_answer: int | None = Field(
        default=None, description="Which of the scorecard's answers, counted from 0, `change_first` is about."
    )
    further: tuple[str, ...] = ()
    try_next: tuple[Suggestion, ...] = ()


class AnswerScore(Noun):
    """One answer, follow-ups included: the unit that is scored."""

    question: str
    persona: str
    technical: TechnicalScore
    star: StarScore
    clarity: ClarityScore
    overall: float | None = Field(ge=0, le=5)
    interval: tuple[float, float] | None = None
    fluent_technical: float | None = Field(
        default=None,
        ge=0,
        le=5,
        description="The technical score with fillers and repetitions taken out, where it is another.",
    )
    abstained: bool = False
    abstained_because: str = Field(default="", description="Why there is no score.")
    flags: tuple[str, ...] = ()
    coaching: Coaching = Coaching()


class Scorecard(Noun):
    session: str
    engines: dict[str, str]
    answers: tuple[AnswerScore, ...]
    technical: float | None
    star: float | None
    clarity: float | None
    overall: float | None
    interval: tuple[float, float] | None = None
    summaries: dict[str, str] = Field(default={}, description="Persona id -> their hiring-style summary.")
    leanings: dict[str, Leaning] = Field(default={}, description="Persona id -> which way they lean.")
    coaching: SessionCoaching = SessionCoaching()
    abstained_because: str = Field(default="", description="Why there is no overall score.")
    notes: tuple[str, ...] = Field(default=(), description="Caveats, such as a rough transcript.")
    prompt_hashes: dict[str, str] = Field(
        default={}, description="Template name -> hash, when a language model judged."
    )
