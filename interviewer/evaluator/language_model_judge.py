"""A language model's second opinion on each rubric point, asked both ways; code keeps the quotes and the arithmetic.

The model never sees a score, never names one and never writes a quote: it weighs yes against no and points at a sentence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from interviewer.domain import Question, TechnicalScore, Turn
from interviewer.errors import EngineError
from interviewer.evaluator.appeals import unaddressed
from interviewer.evaluator.blending import AT_ITS_WORD, Opinion, blend, leaning_of, log_odds
from interviewer.evaluator.contrast import cosines
from interviewer.evaluator.embedded_judge import EmbeddedJudge, widening
from interviewer.evaluator.spans import TextSpan, passages
from interviewer.evaluator.verdicts import PointReading, decide, technical_score
from interviewer.ports import Choice, LanguageModel, PromptPart

RULES = "judge_rules"
STATES = "judge_point"
MISSING = "judge_point_missing"
MOST_SENTENCES = 48
MOST_CHARACTERS = 8000
"""What a model is shown of one answer at most: about 2,000 tokens, so that any context of 4,096 has room."""
SECONDS_FOR_AN_ANSWER = 300.0
"""After so long the points that are left keep the embedded verdict. One request more may be under way."""
_FEWEST_WORDS = 2  # a single word, left over beside words addressed to the scorer, says nothing
_GIVE_UP_AFTER = 2  # failures in a row; the model of a later answer is tried once


class Templates(Protocol):
    """The prompts by name, without their file's ending."""

    def render(self, name: str, **values: Any) -> str: ...

    def hash(self, name: str) -> str: ...


@dataclass
class _Answer:
    """What one answer's points have in common, and how asking about them goes."""

    question: Question
    turns: Sequence[Turn]
    shown: Sequence[TextSpan]
    deadline: float
    told: bool = True
    failures: list[str] = field(default_factory=list)


class LanguageModelJudge:
    """Blends a language model's chances of yes and no with the embedded judge. Where the two ways of asking are at odds,
    the verdict is unclear. When the model fails on a point, the embedded verdict stands and the score's engine says so.

    `seconds` bounds the time for one answer, by `clock`.
    """

    def __init__(
        self,
        model: LanguageModel,
        embedded: EmbeddedJudge,
        templates: Templates,
        *,
        seconds: float = SECONDS_FOR_AN_ANSWER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.prompt_hashes: Mapping[str, str] = {
            name: templates.hash(name) for name in (RULES, STATES, MISSING)
        }
        prompts = "-".join(digest[:4] for digest in self.prompt_hashes.values())
        self.name = f"{model.name} with {embedded.name}, prompts {prompts}"
        self.model = model
        self.embedded = embedded
        self._templates = templates
        self._seconds = seconds
        self._clock = clock
        self._failed_in_a_row = 0

    def judge(self, question: Question, turns: Sequence[Turn], *, rough: bool = False) -> TechnicalScore:
        """The technical score of one answer; an answer behind a gate is not shown to the model."""
        assessment = self.embedded.assess(question, turns)
        if assessment.gate is not None:
            return self.embedded.judge(question, turns, rough=rough)
        answer = _Answer(question, turns, self._shown(question, turns), self._clock() + self._seconds)
        opinions = [self._opinion(reading, answer) for reading in assessment.readings]
        leaning = leaning_of([opinion for opinion in opinions if opinion is not None])
        verdicts = [
            decide(blend(reading, opinion, leaning) if opinion else reading, turns, rough=rough)
            for reading, opinion in zip(assessment.readings, opinions, strict=True)
        ]
        engine = self._engine(answer, len(verdicts))
        return technical_score(verdicts, None, engine, widening=widening(turns, rough=rough))

    def _opinion(self, reading: PointReading, answer: _Answer) -> Opinion | None:
        """None when the model gave none; why is kept in the answer's failures."""
        try:
            if answer.failures and self._failed_in_a_row >= _GIVE_UP_AFTER:
                raise EngineError(self.model.name, answer.failures[-1])
            said, said_in = self._ask(STATES, reading, answer)
            missing, wrong_in = self._ask(MISSING, reading, answer)
        except EngineError as error:
            self._failed_in_a_row += 1
            answer.failures.append(error.message)
            return None
        self._failed_in_a_row = 0
        return Opinion(said, missing, said_in, wrong_in)

    def _ask(self, template: str, reading: PointReading, answer: _Answer) -> tuple[float, TextSpan | None]:
        """The log-odds of yes, and the sentence pointed at."""
        if self._clock() > answer.deadline:
            message = f"The {self._seconds:g} seconds for one answer were over."
            raise EngineError(self.model.name, message, "Choose a smaller model, or one on a GPU.")
        wrong = [m.wrong[0] for m in reading.point.misconceptions if m.wrong]
        order = self._templates.render(
            template,
            question=answer.question.spoken,
            point=reading.point.text,
            phrasings=reading.point.phrasings,
            misconception=wrong[0] if wrong else None,
            sentences=[" ".join(span.text.split()) for span in answer.shown],
        )
        prompt = [PromptPart("system", self._templates.render(RULES)), PromptPart("user", order)]
        choice = self.model.choose(prompt, reply_fields(len(answer.shown)))
        answer.told = answer.told and choice.chances is not None
        return _read(choice, answer, self.model.name)

    def _shown(self, question: Question, turns: Sequence[Turn]) -> list[TextSpan]:
        """The answer in sentences, in order of speaking, without what is addressed to the scorer. Of a very long one those
        nearest to the rubric: the same for every point, or a model would read the answer again for each."""
        sentences = [
            s for s in passages([unaddressed(turn, question) for turn in turns]) if _says_something(s)
        ]
        if len(sentences) <= MOST_SENTENCES and sum(len(s.text) for s in sentences) <= MOST_CHARACTERS:
            return sentences
        vectors = self.embedded.embedder.encode([s.text for s in sentences])
        rubric = [text for point in question.rubric for text in (point.text, *point.phrasings)]
        nearness = cosines(vectors, self.embedded.embedder.encode(rubric)).max(axis=1)
        kept: list[int] = []
        room = MOST_CHARACTERS
        for place in np.argsort(-nearness, kind="stable")[:MOST_SENTENCES]:
            room -= len(sentences[int(place)].text)
            if room < 0:
                break
            kept.append(int(place))
        return [sentences[place] for place in sorted(kept)]

    def _engine(self, answer: _Answer, points: int) -> str:
        failures = answer.failures
        if len(failures) == points:
            return f"{self.embedded.name} (language model failed: {failures[0]})"
        notes = []
        if failures:
            notes.append(f"language model failed on {len(failures)} of {points} points: {failures[0]}")
        if not answer.told:
            notes.append("it tells no probabilities: yes and no are taken at their word")
        return f"{self.name} ({'; '.join(notes)})" if notes else self.name


def reply_fields(sentences: int) -> dict[str, tuple[str, ...]]:
    """What a model may reply: yes is named first both ways, so that a liking for the first cancels out."""
    return {"answer": ("yes", "no"), "sentence": tuple(str(number) for number in range(sentences + 1))}


def _says_something(sentence: TextSpan) -> bool:
    return len(sentence.text.split()) >= _FEWEST_WORDS


def _read(choice: Choice, about: _Answer, engine: str) -> tuple[float, TextSpan | None]:
    shown = about.shown
    answer, number, chances = choice.taken.get("answer"), choice.taken.get("sentence", ""), choice.chances
    readable = answer in ("yes", "no") and number.isdecimal() and int(number) <= len(shown)
    if not readable or (chances is not None and not 0 <= chances.get("yes", -1) <= 1):
        raise EngineError(engine, f"The language model's verdict was not readable: {dict(choice.taken)!r}.")
    odds = AT_ITS_WORD if answer == "yes" else -AT_ITS_WORD
    if chances is not None:
        odds = log_odds(chances["yes"])
    return odds, shown[int(number) - 1].as_said(about.turns) if int(number) else None
