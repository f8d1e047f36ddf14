"""What each persona says about the candidate: their own weights over the same scores, and the reason for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.domain import AnswerScore, Persona, Question
from interviewer.evaluator.weighing import Interval, average, weigh

NAMES = {"technical": "content", "star": "stories", "clarity": "delivery"}
_CALLS = (
    (4.0, "I would put you through without hesitation"),
    (3.2, "I would put you through"),
    (2.4, "I am undecided and would want a second conversation"),
    (0.0, "not yet: I would want to see the gaps below closed first"),
)


def summarise(persona: Persona, answers: Sequence[AnswerScore], questions: Mapping[str, Question]) -> str:
    """A hiring-style paragraph; says so when there was nothing to judge."""
    given = {a.question: _score(persona, a, questions) for a in answers if not a.abstained}
    scores = {question: weighed for question, weighed in given.items() if weighed is not None}
    opening = f"{persona.name}, {persona.role}, weighs {_weights(persona)}, because this is what they dig into: {_first(persona.probes)}"
    whole = average(list(scores.values()))
    if whole is None:
        return f"{opening} Nothing was said that could be judged."
    score, interval = whole
    sentences = [
        opening,
        f"By these weights you are at {score:.1f} of 5 ({_range(interval)}): {_call(score, interval)}.",
    ]
    sentences.append(_extremes(scores, answers, questions))
    return " ".join(sentence for sentence in sentences if sentence)


def _score(
    persona: Persona, answer: AnswerScore, questions: Mapping[str, Question]
) -> tuple[float, Interval] | None:
    story = questions[answer.question].expects_story
    return weigh(answer.technical, answer.star, answer.clarity, persona.weighs, story=story)


def _weights(persona: Persona) -> str:
    total = sum(persona.weighs.values()) or 1.0
    ordered = sorted(persona.weighs.items(), key=lambda item: -item[1])
    return ", ".join(f"{NAMES[part]} {weight / total:.0%}" for part, weight in ordered if weight > 0)


def _call(score: float, interval: Interval) -> str:
    call = _level(score)
    if _level(interval[0]) != _level(interval[1]) and (interval[1] - interval[0]) > 1:
        return f"{call}, but the evidence is thin and could tip it either way"
    return call


def _level(score: float) -> str:
    return next(call for least, call in _CALLS if score >= least)


def _extremes(
    scores: Mapping[str, tuple[float, Interval]],
    answers: Sequence[AnswerScore],
    questions: Mapping[str, Question],
) -> str:
    ordered = sorted(scores, key=lambda question: scores[question][0])
    weakest = ordered[0]
    advice = next(a.coaching.change_first for a in answers if a.question == weakest)
    said = f'To work on first, under "{_first(questions[weakest].written)}": {advice}' if advice else ""
    if len(ordered) > 1 and scores[ordered[-1]][0] > scores[weakest][0]:
        return f'Your strongest answer was to "{_first(questions[ordered[-1]].written)}". {said}'
    return said


def _range(interval: Interval) -> str:
    return f"likely between {interval[0]:.1f} and {interval[1]:.1f}"


def _first(text: str) -> str:
    """The first sentence, with its full stop or question mark."""
    for position, character in enumerate(text):
        if character in ".?!" and (position + 1 == len(text) or text[position + 1] == " "):
            return text[: position + 1]
    return text if text.endswith((".", "?", "!")) else f"{text}."
