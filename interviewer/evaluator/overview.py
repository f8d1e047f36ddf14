"""Advice for the whole session: what to keep, the one change worth most over all answers, which questions to try next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Level, Question, SessionCoaching, Suggestion
from interviewer.evaluator import coach_words as authored
from interviewer.evaluator.coaching import delivery_advice
from interviewer.evaluator.gaps import Gap
from interviewer.evaluator.summaries import Judged

MOST_KEPT = 2
MOST_FURTHER = 3
MOST_SUGGESTED = 3
_PATTERN_FROM = 2  # answers with the same weakness
_WENT_WELL = 3.8


@dataclass(frozen=True)
class _Change:
    gain: float
    text: str
    answer: int | None


def overview(
    judged: Sequence[Judged], questions: Mapping[str, Question], *, level: Level | None, typed: bool
) -> SessionCoaching:
    changes = sorted(_changes(judged), key=lambda change: -change.gain)
    first = changes[0] if changes else None
    others = [c for c in changes[1:] if first is not None and (c.answer is None or c.answer != first.answer)]
    further: dict[int | None, str] = {}
    for change in others:
        if change.answer is None or change.answer not in further:
            text = change.text
            if change.answer is not None:
                text = authored.ON_QUESTION.format(number=change.answer + 1, text=text)
            further[change.answer if change.answer is not None else -len(further) - 1] = text
    return SessionCoaching(
        keep=tuple(_keep(judged)),
        change_first=first.text if first else "",
        change_answer=first.answer if first else None,
        further=tuple(further.values())[:MOST_FURTHER],
        try_next=tuple(_suggestions(judged, questions, level=level, typed=typed))[:MOST_SUGGESTED],
    )


def _changes(judged: Sequence[Judged]) -> Iterator[_Change]:
    """Weaknesses that several answers share, and each answer's own first change; gains are in points of the session."""
    if not judged:
        return
    shared: dict[str, list[Gap]] = {}
    for number, one in enumerate(judged):
        gate = one.answer.technical.gate
        own = [] if gate is not None else one.scored.gaps
        for gap in own:
            if gap.point is None:
                shared.setdefault(gap.name, []).append(gap)
        if one.answer.coaching.change_first and (gate is not None or own):
            gain = own[0].gain if own else 5 - (one.answer.overall or 0.0)
            yield _Change(gain / len(judged), one.answer.coaching.change_first, number)
    for found in shared.values():
        if len(found) >= _PATTERN_FROM and (text := _pattern(found, judged)):
            yield _Change(sum(gap.gain for gap in found) / len(judged), text, None)


def _pattern(found: Sequence[Gap], judged: Sequence[Judged]) -> str:
    gap = found[0]
    if gap.component is not None:
        stories = sum(one.scored.story for one in judged)
        part, advice = authored.STORY_NAMES[gap.component].lower(), authored.STORY_ADVICE[gap.component]
        return authored.PATTERN_STORY.format(count=len(found), of=stories, part=part, advice=advice)
    if gap.measure is not None and (advice := delivery_advice(gap.measure)):
        return authored.PATTERN_DELIVERY.format(count=len(found), of=len(judged), advice=advice)
    return ""


def _keep(judged: Sequence[Judged]) -> list[str]:
    """What the best answers showed, one thing of each."""
    scored = [one for one in judged if one.answer.overall is not None and one.answer.coaching.keep]
    best = sorted(scored, key=lambda one: -(one.answer.overall or 0.0))
    return [
        authored.ON_QUESTION.format(number=judged.index(one) + 1, text=one.answer.coaching.keep[0])
        for one in best[:MOST_KEPT]
    ]


def _suggestions(
    judged: Sequence[Judged], questions: Mapping[str, Question], *, level: Level | None, typed: bool
) -> Iterator[Suggestion]:
    counted = [one for one in judged if one.answer.overall is not None]
    weakest_first = sorted(counted, key=lambda one: one.answer.overall or 0.0)
    taken = {one.answer.question for one in judged}
    for weakest in weakest_first[:1]:
        if weakest.scored.gaps or weakest.answer.technical.gate:
            yield _suggest(weakest, weakest.scored.question, _retry(weakest), typed=typed)
    rarity = Counter(topic for question in questions.values() for topic in question.topics)
    for one in weakest_first:
        near = _nearest(one.scored.question, questions, taken, level, rarity)
        if near is None:
            continue
        taken.add(near.id)
        form = authored.NEXT_TOPIC if (one.answer.overall or 0.0) >= _WENT_WELL else authored.SAME_TOPIC
        shared = [topic for topic in one.scored.question.topics if topic in near.topics]
        topic = min(shared, key=lambda topic: rarity[topic]).replace("_", " ")
        asked = one.scored.question.id.replace("_", " ")
        yield _suggest(one, near, form.format(topic=topic, asked=asked), typed=typed)


def _retry(one: Judged) -> str:
    score = f"{one.answer.overall:.1f}"
    if one.answer.coaching.practise_next:
        return authored.RETRY_LEFT.format(score=score, question=one.answer.coaching.practise_next[0])
    return authored.RETRY.format(score=score)


def _suggest(one: Judged, question: Question, why: str, *, typed: bool) -> Suggestion:
    command = f"interviewer practice --question {question.id} --persona {one.answer.persona}"
    return Suggestion(
        question=question.id,
        text=question.written,
        why=why,
        command=f"{command} --typed" if typed else command,
    )


def _nearest(
    question: Question,
    questions: Mapping[str, Question],
    taken: set[str],
    level: Level | None,
    rarity: Mapping[str, int],
) -> Question | None:
    """The question not asked yet that shares most; rare topics tell more than common ones. None when none shares any."""

    def nearness(other: Question) -> tuple[float, bool, str]:
        shared = sum(1 / rarity[topic] for topic in other.topics if topic in question.topics)
        return shared, other.kind == question.kind, other.id

    others = [
        other
        for other in questions.values()
        if other.id not in taken
        and set(other.topics) & set(question.topics)
        and (level is None or level in other.levels)
    ]
    return max(others, key=nearness, default=None)
