"""From one answer's scores to advice: what to keep, the one thing to change first, what comes after, a better answer.

Sentences that name what was said and what to say; no praise without a reason. Where the transcript is rough or doubted
its words are not quoted back, because they may be the recogniser's and not the candidate's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

from interviewer.domain import (
    AnswerPart,
    ClarityScore,
    Coaching,
    HeardFlag,
    Measure,
    PointVerdict,
    Question,
    StarScore,
    TechnicalScore,
    Turn,
    Verdict,
)
from interviewer.evaluator import coach_words as authored
from interviewer.evaluator.better_answer import (
    Own,
    after_which,
    better_answer,
    better_story,
    credited_elsewhere,
    own_sentences,
)
from interviewer.evaluator.clarity import cost
from interviewer.evaluator.coach_words import vary
from interviewer.evaluator.gaps import Gap, gaps
from interviewer.evaluator.gates import question_stems
from interviewer.evaluator.quotes import Quotes, sentence
from interviewer.evaluator.sayings import Saying, describes_answer, gist, names_itself, sayings
from interviewer.evaluator.star_cues import measures, past_actions
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS, Weights

MOST_KEPT = 3
MOST_FURTHER = 3
MOST_PRACTISED = 3
_RESULT = re.compile(r"\b(?:results?|outcome|ends)\b", re.IGNORECASE)
_TAIL_WORDS = 8
_WORTH_SAYING = 0.2  # points of 5 a delivery measure must cost before advice is given on it


@dataclass(frozen=True)
class Scored:
    """One answer with its three scores: what advice is made from. `seed` varies the wording."""

    question: Question
    turns: Sequence[Turn]
    technical: TechnicalScore
    star: StarScore
    clarity: ClarityScore
    rough: bool
    weighs: Weights = field(default_factory=lambda: DEFAULT_WEIGHTS)
    seed: int = 0

    @property
    def story(self) -> bool:
        return self.star.score is not None

    def points(self, *verdicts: Verdict) -> list[PointVerdict]:
        """Rubric points with one of these verdicts, the weightiest first."""
        chosen = [p for p in self.technical.points if p.verdict in verdicts]
        return sorted(chosen, key=lambda point: -point.weight)

    @cached_property
    def gaps(self) -> list[Gap]:
        return gaps(self.question, self.technical, self.star, self.clarity, self.weighs)

    @cached_property
    def quotes(self) -> Quotes:
        return Quotes(self.turns, question_stems(self.question), rough=self.rough)

    @cached_property
    def order(self) -> Mapping[str, int]:
        return {point.id: number for number, point in enumerate(self.question.rubric)}

    @cached_property
    def own(self) -> list[Own]:
        return own_sentences(self.technical, self.quotes, self.order)

    @cached_property
    def sayings(self) -> Mapping[str, Saying]:
        return sayings(self.question, [p.point for p in self.technical.points if p.verdict != "met"])

    def vary(self, forms: Sequence[str], about: str = "") -> str:
        return vary(forms, self.seed + crc32(about.encode()) if about else self.seed)


def coach(scored: Scored, heard: Sequence[HeardFlag] = ()) -> Coaching:
    """`heard`: red flags found in the words, each with its quote."""
    first, rest = _first_and_rest(scored)
    return Coaching(
        keep=tuple(_keep(scored)),
        change_first=first,
        further=tuple(rest),
        better_answer=_better(scored),
        red_flags=tuple(heard),
        practise_next=tuple(dict.fromkeys(_practise_next(scored)))[:MOST_PRACTISED],
    )


def delivery_advice(measure: Measure) -> str:
    """What to do about one measure outside its band; "" when it lies inside or was not measured."""
    if measure.value is None or measure.good is None or measure.good[0] <= measure.value <= measure.good[1]:
        return ""
    advice = authored.TOO_LOW if measure.value < measure.good[0] else authored.TOO_HIGH
    return advice.get(measure.name, "")


def advise(gap: Gap, scored: Scored) -> str:
    """One gap in the candidate's terms: what was said or left out, where it belongs, and the sentence to say."""
    if gap.point is not None:
        return _on_point(gap.point, scored)
    if gap.kind == "measure" and gap.measure is not None:
        return delivery_advice(gap.measure)
    question = _story_question(gap, scored)
    if gap.kind == "no_story":
        return _joined(authored.NOT_A_STORY, question)
    if gap.kind == "number":
        result = _story_quote(scored, "R")
        where = f"You ended on “{result}”." if result else ""
        return _joined(where, scored.vary(authored.NO_NUMBER))
    assert gap.component is not None  # the only kind left
    place = authored.STORY_PLACES.get(gap.component, "")
    return _joined(authored.STORY_ADVICE[gap.component], place, question)


def _story_question(gap: Gap, scored: Scored) -> str:
    """The bank's own question for the part that is missing."""
    own = (f.text for f in scored.question.follow_ups if gap.component and f.star == gap.component)
    asked = next(own, None) or ("" if gap.component else scored.star.missing_question)
    return authored.ASK_YOURSELF.format(question=asked) if asked else ""


def _first_and_rest(scored: Scored) -> tuple[str, list[str]]:
    gate = scored.technical.gate
    if gate is not None:
        return _joined(authored.GATE_ADVICE[gate], authored.WAY_IN.format(hint=scored.question.hints[0])), []
    worth = [gap for gap in scored.gaps if gap.measure is None or cost(gap.measure) >= _WORTH_SAYING]
    told = [(gap, advice) for gap in worth if (advice := advise(gap, scored))]
    if not told:
        left = scored.points("missed", "partial")
        first = _on_point(left[0], scored) if left else _go_deeper(scored)
        return first, [_shorter(point, scored, n) for n, point in enumerate(left[1:MOST_FURTHER])]
    rest = [
        _shorter(gap.point, scored, number) if gap.point is not None else advice
        for number, (gap, advice) in enumerate(told[1 : 1 + MOST_FURTHER])
    ]
    return told[0][1], rest


def _on_point(point: PointVerdict, scored: Scored) -> str:
    saying, quote = scored.sayings[point.point], scored.quotes.full(point.evidence).rstrip(".")
    if point.verdict == "contradicted":
        forms = authored.CONTRADICTED if quote else authored.CONTRADICTED_UNQUOTED
        correction = sentence(point.correction or f"What holds is this: {point.text}")
        if not saying.spoken:
            return _joined(f"You said: “{quote}”." if quote else "", correction, saying.text)
        return scored.vary(forms).format(quote=quote, correction=correction, saying=saying.text)
    if not saying.spoken:
        if point.verdict == "partial" and quote:
            return authored.PARTIAL_ASKED.format(quote=quote, question=saying.text)
        return scored.vary(authored.ASKED).format(question=saying.text)
    if point.verdict == "missed" or credited_elsewhere(point, scored.own, scored.order, scored.quotes):
        plain = names_itself(saying.text, gist(point.text))
        told = scored.vary(authored.MISSED_PLAIN if plain else authored.MISSED).format(
            gist=gist(point.text), saying=saying.text
        )
        return _joined(told, _place(point, scored))
    quoted, unquoted = (
        (authored.PARTIAL, authored.PARTIAL_UNQUOTED)
        if point.verdict == "partial"
        else (authored.UNCLEAR, authored.UNCLEAR_UNQUOTED)
    )
    return scored.vary(quoted if quote else unquoted).format(quote=quote, saying=saying.text)


def _shorter(point: PointVerdict, scored: Scored, number: int) -> str:
    saying = scored.sayings[point.point]
    if point.verdict != "missed" and not credited_elsewhere(point, scored.own, scored.order, scored.quotes):
        return _on_point(point, scored)
    forms = authored.FURTHER_POINT if saying.spoken else ("{saying}",)
    return vary(forms, scored.seed + number).format(saying=saying.text)


def _place(point: PointVerdict, scored: Scored) -> str:
    """Where a missing point would have fitted among the candidate's own sentences; "" when none of them can be quoted."""
    if scored.rough or not scored.own:
        return ""
    after = after_which(point, scored.own, scored.order)
    if after < 0:
        return authored.AT_THE_START
    place = scored.own[after].place
    said = scored.quotes.text(place).rstrip(".!?").split()
    tail = " ".join(said[-_TAIL_WORDS:])
    quote = f"… {tail}" if len(said) > _TAIL_WORDS else tail
    return scored.vary(authored.AFTER).format(quote=quote)


def _keep(scored: Scored) -> list[str]:
    if scored.technical.gate is not None or (scored.story and not scored.star.is_story):
        return []
    kept = _kept_story(scored) if scored.star.is_story else []
    by_sentence: dict[str, list[PointVerdict]] = {}
    for point in scored.points("met"):
        if not worth_keeping(point, scored):
            continue
        by_sentence.setdefault(scored.quotes.full(point.evidence) or point.point, []).append(point)
    for quote, points in by_sentence.items():
        if quote not in " ".join(kept):
            kept.append(_kept_point(quote, points, scored, len(kept)))
    return kept[:MOST_KEPT]


def worth_keeping(point: PointVerdict, scored: Scored) -> bool:
    """Whether credit for a point should be told as a strength: not where the words only name the subject, nor for a
    result in a story that is told elsewhere to have none."""
    if scored.story and not scored.star.components.get("R") and _RESULT.search(point.text):
        return False
    quotable = point.evidence is not None and scored.quotes.sure(scored.quotes.of(point.evidence))
    return not quotable or scored.quotes.full(point.evidence) != ""


def _kept_point(quote: str, points: Sequence[PointVerdict], scored: Scored, number: int) -> str:
    point, said = points[0], gist(points[0].text)
    described = describes_answer(point.text, scored.question)
    if quote == point.point:  # nothing that can be quoted
        said = f"a good answer {_lower(said)}" if described else said
        return vary(authored.KEEP_UNQUOTED, scored.seed + number).format(gist=said)
    bare = quote.rstrip(".")
    if described:
        return vary(authored.KEEP_DESCRIBED, scored.seed + number).format(quote=bare, gist=_lower(said))
    if names_itself(bare, said):
        return vary(authored.KEEP_PLAIN, scored.seed + number).format(quote=bare)
    if len(points) > 1:
        return authored.KEEP_TWO.format(quote=bare, gist=said, other=_lower(gist(points[1].text)))
    return vary(authored.KEEP_POINT, scored.seed + number).format(quote=bare, gist=said)


def _kept_story(scored: Scored) -> list[str]:
    star, kept = scored.star, []
    if star.personal_actions >= 2:
        action = _story_quote(scored, "A")
        told = scored.vary(authored.KEEP_ACTIONS).format(quote=action)
        kept.append(told if action else authored.KEEP_ACTIONS_UNQUOTED)
    if star.quantified_result:
        result = _story_quote(scored, "R", with_figure=True)
        told = scored.vary(authored.KEEP_NUMBER).format(quote=result)
        kept.append(told if result else authored.KEEP_NUMBER_UNQUOTED)
    return kept


def _story_quote(scored: Scored, label: str, *, with_figure: bool = False) -> str:
    """The candidate's surest sentence for a part of the story."""
    own = [s for s in scored.star.sentences if s.label == label and s.evidence is not None]
    if with_figure:
        own = [s for s in own if measures(s.text)]
    elif label == "A":
        own = [s for s in own if past_actions(s.text, "i")] or own
    best = max(own, key=lambda s: s.confidence, default=None)
    if best is None or best.evidence is None:
        return ""
    return scored.quotes.text(scored.quotes.of(best.evidence)).rstrip(".")


def _better(scored: Scored) -> tuple[AnswerPart, ...]:
    if scored.story:
        return better_story(scored.star, scored.quotes, rough=scored.rough)
    wanted = [gap.point for gap in scored.gaps if gap.point is not None]
    return better_answer(scored.question, scored.technical, wanted, scored.quotes, rough=scored.rough)


def _go_deeper(scored: Scored) -> str:
    deeper = max(scored.question.follow_ups, key=lambda follow_up: follow_up.depth, default=None)
    return scored.vary(authored.GO_DEEPER).format(question=deeper.text if deeper else authored.NO_FOLLOW_UP)


def _practise_next(scored: Scored) -> list[str]:
    """Questions to put to oneself: the story's gap, then the follow-ups on what was missing."""
    wanted = [p.point for p in scored.points("contradicted", "missed", "partial", "unclear")]
    asked = [
        f.text for point in wanted for f in scored.question.follow_ups if f.point == point and f.depth == 1
    ]
    story = [scored.star.missing_question] if scored.star.missing_question else []
    return [*story, *asked]


def _joined(*sentences: str) -> str:
    return " ".join(text for text in sentences if text)


def _lower(text: str) -> str:
    """With a small first letter, unless the word is an acronym or a name in itself."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() or first == "I" else text[:1].lower() + text[1:]
