"""A language model's second opinion on each rubric point, asked both ways; code keeps the quotes and the arithmetic.

The model never sees a score, never names one and never writes a quote: it answers yes or no and points at a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from interviewer.domain import Question, TechnicalScore, Turn
from interviewer.errors import EngineError
from interviewer.evaluator.contrast import cosines
from interviewer.evaluator.embedded_judge import Assessment, EmbeddedJudge, widening
from interviewer.evaluator.spans import TextSpan, passages
from interviewer.evaluator.verdicts import PointReading, decide, technical_score
from interviewer.library.templates import as_data
from interviewer.ports import LanguageModel, PromptPart

STATES = "judge_point"
MISSING = "judge_point_missing"
MOST_SENTENCES = 16
_MAX_TOKENS = 40
_MODEL_SHARE = 0.6  # of the blended probability; the embedded judge has the rest
_SAYS_YES, _SAYS_NO = 0.95, 0.05


class Templates(Protocol):
    """The prompts by name, without their file's ending."""

    def render(self, name: str, **values: Any) -> str: ...

    def hash(self, name: str) -> str: ...


@dataclass(frozen=True)
class _Reply:
    yes: bool
    sentence: TextSpan | None


class LanguageModelJudge:
    """Blends a language model's yes and no with the embedded judge. Where the two ways of asking disagree, the verdict
    is unclear. When the model fails on a point, the embedded verdict stands and the score's engine says so."""

    def __init__(self, model: LanguageModel, embedded: EmbeddedJudge, templates: Templates) -> None:
        self.name = f"{model.name} with {embedded.name}"
        self.prompt_hashes: Mapping[str, str] = {name: templates.hash(name) for name in (STATES, MISSING)}
        self.model = model
        self.embedded = embedded
        self._templates = templates

    def judge(self, question: Question, turns: Sequence[Turn], *, rough: bool = False) -> TechnicalScore:
        """The technical score of one answer; an answer behind a gate is not shown to the model."""
        assessment = self.embedded.assess(question, turns)
        if assessment.gate is not None:
            return self.embedded.judge(question, turns, rough=rough)
        sentences = passages(turns)
        failures: list[str] = []
        verdicts = []
        for reading in assessment.readings:
            try:
                refined = self._second_opinion(reading, assessment, sentences)
            except EngineError as error:
                failures.append(error.message)
                refined = reading
            verdicts.append(decide(refined, turns, rough=rough))
        engine = _engine(self.name, self.embedded.name, failures, len(verdicts))
        return technical_score(verdicts, None, engine, widening=widening(turns, rough=rough))

    def _second_opinion(
        self, reading: PointReading, assessment: Assessment, sentences: Sequence[TextSpan]
    ) -> PointReading:
        shown = _most_relevant(reading, sentences, self.embedded)
        states = self._ask(STATES, reading, assessment.question, shown)
        missing = self._ask(MISSING, reading, assessment.question, shown)
        return blend(reading, states.yes, missing.yes, states.sentence, missing.sentence)

    def _ask(
        self, template: str, reading: PointReading, question: Question, shown: Sequence[TextSpan]
    ) -> _Reply:
        numbered = [
            f'{{"n": {number}, "said": {as_data(span.text)}}}' for number, span in enumerate(shown, start=1)
        ]
        text = self._templates.render(
            template,
            question=question.spoken,
            point=reading.point.text,
            phrasings=reading.point.phrasings,
            misconceptions=[m.wrong[0] for m in reading.point.misconceptions],
            sentences=f"[{', '.join(numbered)}]",
        )
        schema = reply_schema(len(shown))
        filled = self.model.fill([PromptPart("user", text)], schema, max_tokens=_MAX_TOKENS)
        return _reply(filled, shown, self.model.name)


def reply_schema(sentences: int) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "answer": {"type": "string", "enum": ["yes", "no"]},
            "sentence": {"type": "integer", "minimum": 0, "maximum": sentences},
        },
        "required": ["answer", "sentence"],
        "additionalProperties": False,
    }


def blend(
    reading: PointReading, states: bool, missing: bool, states_in: TextSpan | None, wrong_in: TextSpan | None
) -> PointReading:
    """The embedded reading with the model's two replies. A contradiction needs both judges: one alone is unclear."""
    if states == missing:
        return replace(reading, disputed=True, met_span=states_in or reading.met_span)
    opinion = _SAYS_YES if states else _SAYS_NO
    met = _MODEL_SHARE * opinion + (1 - _MODEL_SHARE) * reading.met
    if states:
        return replace(reading, met=met, contradicted=0.0, met_span=states_in or reading.met_span)
    accused = _SAYS_YES if wrong_in is not None else _SAYS_NO
    against = _MODEL_SHARE * accused + (1 - _MODEL_SHARE) * reading.contradicted
    return replace(reading, met=met, contradicted=against, wrong_span=wrong_in or reading.wrong_span)


def _most_relevant(
    reading: PointReading, sentences: Sequence[TextSpan], embedded: EmbeddedJudge
) -> list[TextSpan]:
    """At most 16 sentences in order of speaking: those nearest to the point, so that long answers fit the context."""
    if len(sentences) <= MOST_SENTENCES:
        return list(sentences)
    vectors = embedded.embedder.encode([s.text for s in sentences])
    point = embedded.embedder.encode([reading.point.text, *reading.point.phrasings])
    nearest = np.argsort(-cosines(vectors, point).max(axis=1), kind="stable")[:MOST_SENTENCES]
    return [sentences[int(i)] for i in sorted(nearest)]


def _reply(filled: Mapping[str, Any], shown: Sequence[TextSpan], engine: str) -> _Reply:
    answer, number = filled.get("answer"), filled.get("sentence")
    if answer not in ("yes", "no") or not isinstance(number, int) or not 0 <= number <= len(shown):
        raise EngineError(engine, f"The language model's verdict was not readable: {dict(filled)!r}.")
    return _Reply(answer == "yes", shown[number - 1] if number else None)


def _engine(name: str, embedded: str, failures: Sequence[str], points: int) -> str:
    if not failures:
        return name
    if len(failures) == points:
        return f"{embedded} (language model failed: {failures[0]})"
    return f"{name} (language model failed on {len(failures)} of {points} points: {failures[0]})"
