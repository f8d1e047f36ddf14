"""What each persona says about the candidate: their own weights over the same scores, in their own voice, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from interviewer.domain import AnswerScore, DebriefSituation, Leaning, Measure, Persona
from interviewer.evaluator.clarity import cost
from interviewer.evaluator.coach_words import (
    DEBRIEF,
    FOR_CONTENT,
    FOR_DELIVERY,
    FOR_STORY,
    REASON_AGAINST,
    TO_HEAR_MORE,
    UNQUOTED_FOR,
    vary,
)
from interviewer.evaluator.coaching import Scored, advise, worth_keeping
from interviewer.evaluator.gaps import Gap, gaps
from interviewer.evaluator.leanings import Lean, lean
from interviewer.evaluator.sayings import gist
from interviewer.evaluator.weighing import Interval, Part, average, weigh, weights_for

NAMES: Mapping[Part, str] = {"technical": "content", "star": "stories", "clarity": "delivery"}
_SAID: Mapping[Leaning, DebriefSituation] = {
    "strong yes": "strong_yes",
    "yes": "favourable",
    "mixed": "mixed",
    "not yet": "not_yet",
    "not enough heard": "not_enough",
}
_OWN_ANSWER = 1.5  # a persona remembers best what they asked themselves
_ALREADY_SAID = 0.3  # and does not repeat a colleague
_GOOD = 2.5


@dataclass(frozen=True)
class Judged:
    """One answer as it was scored, with what is needed to quote it."""

    answer: AnswerScore
    scored: Scored


@dataclass(frozen=True)
class Debrief:
    """One persona's part in the conversation afterwards."""

    text: str
    leaning: Leaning


def debriefs(personas: Sequence[Persona], judged: Sequence[Judged]) -> dict[str, Debrief]:
    """Every persona in turn; each looks for reasons that nobody before them gave."""
    given: set[tuple[str, str]] = set()
    return {persona.id: _debrief(persona, judged, given) for persona in personas}


def _debrief(persona: Persona, judged: Sequence[Judged], given: set[tuple[str, str]]) -> Debrief:
    counted = [one for one in judged if not one.answer.abstained]
    scores = [weighed for one in counted if (weighed := _score(persona, one)) is not None]
    whole = average(scores)
    leant = lean(whole, answers=len(scores), measured=_measured(persona, counted))
    voice = {**DEBRIEF, **persona.debrief}
    sentences = [f"{voice['weighs'].rstrip('.')} ({_weights(persona)})."]
    if whole is None:
        return Debrief(" ".join([*sentences, voice["not_enough"], leant.why]), leant.leaning)
    sentences += [_standing(whole), *_verdict(voice, leant)]
    sentences += [_reason_for(persona, counted, given), _reason_against(persona, counted, given)]
    return Debrief(" ".join(text for text in sentences if text), leant.leaning)


def _verdict(voice: Mapping[DebriefSituation, str], leant: Lean) -> list[str]:
    said = [voice[_SAID[leant.leaning]], leant.why]
    if leant.could_be is not None:
        said.append(TO_HEAR_MORE.format(other=leant.could_be))
    return said


def _standing(whole: tuple[float, Interval]) -> str:
    score, (low, high) = whole
    return f"By my weights that is {score:.1f} of 5, likely between {low:.1f} and {high:.1f}."


def _score(persona: Persona, one: Judged) -> tuple[float, Interval] | None:
    answer = one.answer
    story = one.scored.question.expects_story
    return weigh(answer.technical, answer.star, answer.clarity, persona.weighs, story=story)


def _weights(persona: Persona) -> str:
    total = sum(persona.weighs.values()) or 1.0
    ordered = sorted(persona.weighs.items(), key=lambda item: -item[1])
    return ", ".join(f"{NAMES[part]} {weight / total:.0%}" for part, weight in ordered if weight > 0)


def _measured(persona: Persona, counted: Sequence[Judged]) -> float:
    """Share of the persona's weight, over the answers, that rests on something measured."""
    shares = []
    for one in counted:
        weights = weights_for(persona.weighs, story=one.scored.question.expects_story)
        total = sum(weights.values()) or 1.0
        shares.append(sum(w for part, w in weights.items() if _part(one, part) is not None) / total)
    return sum(shares) / len(shares) if shares else 0.0


def _part(one: Judged, part: Part) -> float | None:
    return {
        "technical": one.answer.technical.score,
        "star": one.answer.star.score,
        "clarity": one.answer.clarity.score,
    }[part]


def _reason_for(persona: Persona, counted: Sequence[Judged], given: set[tuple[str, str]]) -> str:
    """What spoke for the candidate, in what this persona weighs most."""
    found: list[tuple[float, tuple[str, str], str]] = []
    for one in counted:
        weights = weights_for(persona.weighs, story=one.scored.question.expects_story)
        for part, tell in _TELL_FOR.items():
            score = _part(one, part)
            if score is None or score < _GOOD or weights[part] <= 0:
                continue
            for key, text in tell(one):
                worth = _interest(persona, one, key, given) * weights[part] * (score - _GOOD + 0.1)
                found.append((worth, (one.answer.question, key), text))
    return _take(found, given)


def _reason_against(persona: Persona, counted: Sequence[Judged], given: set[tuple[str, str]]) -> str:
    """What this persona would want changed first: the greatest gain by their own weights."""
    found: list[tuple[float, tuple[str, str], str]] = []
    for one in counted:
        if one.answer.technical.gate is not None:
            key = (one.answer.question, "gate")
            found.append((5 * _interest(persona, one, "gate", given), key, one.answer.coaching.change_first))
            continue
        for gap in _gaps(persona, one):
            worth = _interest(persona, one, gap.name, given) * gap.gain
            found.append((worth, (one.answer.question, gap.name), advise(gap, one.scored)))
    told = _take([(worth, key, text) for worth, key, text in found if text], given)
    return vary(REASON_AGAINST, crc32(persona.id.encode())).format(advice=told) if told else ""


def _gaps(persona: Persona, one: Judged) -> list[Gap]:
    answer = one.answer
    return gaps(one.scored.question, answer.technical, answer.star, answer.clarity, persona.weighs)


def _interest(persona: Persona, one: Judged, key: str, given: set[tuple[str, str]]) -> float:
    own = _OWN_ANSWER if one.answer.persona == persona.id else 1.0
    return own * (_ALREADY_SAID if (one.answer.question, key) in given else 1.0)


def _take(found: Sequence[tuple[float, tuple[str, str], str]], given: set[tuple[str, str]]) -> str:
    best = max(found, key=lambda item: item[0], default=None)
    if best is None:
        return ""
    given.add(best[1])
    return best[2]


def _for_content(one: Judged) -> list[tuple[str, str]]:
    found = []
    for point in [p for p in one.scored.points("met") if worth_keeping(p, one.scored)][:2]:
        quote = one.scored.quotes.full(point.evidence).rstrip(".")
        form = vary(FOR_CONTENT, crc32(point.point.encode())) if quote else UNQUOTED_FOR
        found.append((f"point {point.point}", form.format(quote=quote, gist=gist(point.text))))
    return found


def _for_story(one: Judged) -> list[tuple[str, str]]:
    acted = [s for s in one.answer.star.sentences if s.label == "A" and s.evidence is not None]
    quotes = [one.scored.quotes.text(one.scored.quotes.of(s.evidence)) for s in acted if s.evidence]
    best = max((quote.rstrip(".") for quote in quotes), key=len, default="")
    return [("action", vary(FOR_STORY, len(best)).format(quote=best))] if best else []


def _for_delivery(one: Judged) -> list[tuple[str, str]]:
    fine = [m for m in one.answer.clarity.measures if m.value is not None and m.good and cost(m) == 0]
    measure = next((m for m in fine if m.name == "speaking rate"), None)
    return [(f"measure {measure.name}", FOR_DELIVERY.format(figure=_figure(measure)))] if measure else []


def _figure(measure: Measure) -> str:
    return f"{measure.value:.0f} {measure.unit}"


_TELL_FOR: Mapping[Part, Callable[[Judged], list[tuple[str, str]]]] = {
    "technical": _for_content,
    "star": _for_story,
    "clarity": _for_delivery,
}
