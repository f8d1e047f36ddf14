"""A better answer: the candidate's own good sentences in their order, and what was missing, put where it fits.

Their words stay verbatim (ums and restarts apart) and are marked as theirs; what is new is marked as new; what only they
can know is asked for and never made up. Short enough to be spoken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from interviewer.domain import AnswerPart, PointVerdict, Question, StarComponent, StarScore, TechnicalScore
from interviewer.evaluator.coach_words import STORY_NAMES, STORY_PROMPTS
from interviewer.evaluator.quotes import Place, Quotes, sentence
from interviewer.evaluator.sayings import Saying, sayings

LONGEST_ANSWER_WORDS = 220
_OWN_WORDS = 150  # at most, so that there is room for what was missing
_FIRST_VERSION_POINTS = 4
_PART_WORDS = 60  # of the candidate's own words for one part of a story


@dataclass(frozen=True)
class Own:
    """A sentence of the candidate's, and which rubric points (counted from 0) it makes."""

    place: Place
    points: frozenset[int]
    weight: float


def better_answer(
    question: Question,
    technical: TechnicalScore,
    wanted: Sequence[PointVerdict],
    quotes: Quotes,
    *,
    rough: bool,
) -> tuple[AnswerPart, ...]:
    """`wanted`: the points that are lacking, the most worthwhile first."""
    if technical.gate is not None:
        heaviest = sorted(technical.points, key=lambda point: -point.weight)[:_FIRST_VERSION_POINTS]
        wanted, technical = heaviest, technical.model_copy(update={"points": ()})
    said = sayings(question, [point.point for point in wanted])
    order = {point.id: number for number, point in enumerate(question.rubric)}
    own = [] if rough else own_sentences(technical, quotes, order)
    placed = (
        _retold(technical, order)
        if rough
        else [
            (float(number), AnswerPart(text=sentence(quotes.text(one.place)), source="yours"))
            for number, one in enumerate(own)
        ]
    )
    room = LONGEST_ANSWER_WORDS - sum(_length(part) for _, part in placed)
    for point in wanted:
        part = _added(point, said[point.point])
        if _length(part) <= room:
            room -= _length(part)
            placed.append((_where(point, own, order, quotes), part))
    return tuple(part for _, part in sorted(placed, key=lambda item: item[0]))


def better_story(star: StarScore, quotes: Quotes, *, rough: bool) -> tuple[AnswerPart, ...]:
    """The candidate's sentences under the four headings; a part that is missing is asked for."""
    parts: list[AnswerPart] = []
    for component in STORY_NAMES:
        told = star.is_story and star.components.get(component, False)
        own = _told(star, component, quotes) if told and not rough else []
        if own:
            parts += [AnswerPart(text=text, source="yours", label=component) for text in own]
        elif told:
            parts.append(
                AnswerPart(
                    text="You had this part; tell it again as you did.", source="prompt", label=component
                )
            )
        else:
            parts.append(AnswerPart(text=STORY_PROMPTS[component], source="prompt", label=component))
    return tuple(parts)


def _told(star: StarScore, component: StarComponent, quotes: Quotes) -> list[str]:
    kept: list[str] = []
    for said in star.sentences:
        if said.label != component or said.evidence is None:
            continue
        text = quotes.text(quotes.of(said.evidence))
        if text and sum(len(other.split()) for other in [*kept, text]) <= _PART_WORDS:
            kept.append(sentence(text))
    return kept


def own_sentences(technical: TechnicalScore, quotes: Quotes, order: Mapping[str, int]) -> list[Own]:
    """Sentences that earned credit, each once, in order of speaking; none that also says something wrong."""
    wrong = [
        quotes.around(p.evidence) for p in technical.points if p.verdict == "contradicted" and p.evidence
    ]
    found: list[Own] = []
    for point in technical.points:
        if point.verdict not in ("met", "partial") or point.evidence is None:
            continue
        place = quotes.around(point.evidence)
        if any(place.overlaps(other) for other in wrong) or not quotes.tells(place):
            continue
        one = Own(place, frozenset({order[point.point]}), point.weight * point.credit)
        for other in [other for other in found if other.place.overlaps(one.place)]:
            found.remove(other)
            one = _merged(one, other)
        found.append(one)
    found.sort(key=lambda one: one.place.key)
    while len(found) > 1 and sum(len(quotes.text(one.place).split()) for one in found) > _OWN_WORDS:
        found.remove(min(found, key=lambda one: one.weight))
    return found


def _merged(one: Own, other: Own) -> Own:
    start, end = min(one.place.start, other.place.start), max(one.place.end, other.place.end)
    place = replace(one.place, start=start, end=end)
    return Own(place, one.points | other.points, one.weight + other.weight)


def _retold(technical: TechnicalScore, order: Mapping[str, int]) -> list[tuple[float, AnswerPart]]:
    """What was said, in our words: a rough transcript's own may be the recogniser's."""
    met = [point for point in technical.points if point.verdict == "met"]
    return [
        (float(order[point.point]), AnswerPart(text=sentence(point.text), source="retold", point=point.point))
        for point in met
    ]


def _added(point: PointVerdict, saying: Saying) -> AnswerPart:
    return AnswerPart(text=saying.text, source="added" if saying.spoken else "prompt", point=point.point)


def _where(point: PointVerdict, own: Sequence[Own], order: Mapping[str, int], quotes: Quotes) -> float:
    """After the own sentence it completes, or in place of the one it corrects; else where the rubric's order puts it."""
    rank = order[point.point] / (len(order) + 1)  # keeps neighbours in the rubric's order
    if not own:
        return float(order[point.point])
    if point.evidence is not None and not credited_elsewhere(point, own, order, quotes):
        before = [n for n, one in enumerate(own) if one.place.key <= quotes.of(point.evidence).key]
        return (before[-1] if before else -1) + (1 + rank) / 3
    return after_which(point, own, order) + (1 + rank) / 3


def credited_elsewhere(
    point: PointVerdict, own: Sequence[Own], order: Mapping[str, int], quotes: Quotes
) -> bool:
    """Whether the sentence a half point was seen in makes another point: then it is no place to complete this one."""
    if point.evidence is None:
        return False
    place = quotes.around(point.evidence)
    return any(one.place.overlaps(place) and one.points - {order[point.point]} for one in own)


def after_which(point: PointVerdict, own: Sequence[Own], order: Mapping[str, int]) -> int:
    """The number of the own sentence that a missing point follows, -1 when it would open the answer: where most of what
    the rubric names before it has been said, and most of what comes after it has not."""
    mine = order[point.point]

    def agreement(after: int) -> int:
        earlier = sum(p < mine for one in own[: after + 1] for p in one.points)
        return earlier + sum(p > mine for one in own[after + 1 :] for p in one.points)

    return max(range(-1, len(own)), key=agreement)


def _length(part: AnswerPart) -> int:
    return len(part.text.split())
