"""Is the answer a story, and does it hold a situation, a task, actions and a result? Scores what the story model reads.

A part counts when the model finds it in the whole answer and a sentence can be quoted for it. Follow-ups belong to the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import get_args

from interviewer.domain import Question, StarComponent, StarScore, StarSentence, Turn
from interviewer.evaluator.appeals import ways_unaddressed
from interviewer.evaluator.spans import TextSpan, told_sentences
from interviewer.evaluator.star_cues import HYPOTHETICAL, measures, past_actions
from interviewer.evaluator.star_model import LABELS, LONGEST_SENTENCE_WORDS, Reading, StoryReader
from interviewer.evaluator.words import words

COMPONENTS: tuple[StarComponent, ...] = get_args(StarComponent)
ASK_FIRST: tuple[StarComponent, ...] = ("A", "R", "T", "S")
ASKED: Mapping[StarComponent, str] = {
    "S": "Where and when was that, and what was going on?",
    "T": "What was your own task or goal in it?",
    "A": "What did you yourself do, step by step?",
    "R": "What came of it, and how do you know?",
}
"""Draws out a part where the question's author wrote no follow-up for it."""
ASKED_FIGURE = "Can you put a number on the result, even a rough one?"
BANDS: Mapping[StarComponent, tuple[float, float]] = {
    "S": (0.05, 0.45),
    "T": (0.0, 0.3),
    "A": (0.25, 0.85),
    "R": (0.05, 0.45),
}
"""Shares of the words in which nothing is said about balance. Guides agree on an order of size, evidence on nothing."""
FEWEST_WORDS = 12
_PRESENT = 0.5
_FEWEST_SENTENCES_FOR_HEADS = 4  # the heads learnt from answers that were longer
_MAY_BE_RESULT = 0.3
_WORTH: Mapping[StarComponent, float] = {"S": 0.6, "T": 0.7, "A": 1.6, "R": 1.2}
_COMPLETE_WORTH, _ORDER_WORTH, _QUANTIFIED_WORTH = 0.4, 0.2, 0.3
_ACTIONS_SHARE = (0.0, 0.6, 0.85, 1.0)  # of an action part with 0, 1, 2, 3 or more things the candidate did
_WITHOUT_ACTION_SHARE = 0.75
_NO_STORY_SHARE = 0.8
_IMAGINED_WORTH, _MOST_IMAGINED = 0.25, 3  # what one would do is worth a little more than nothing
_HALF_INTERVAL = 0.4  # of 5, when the model is sure of everything; a first guess, not calibrated
_LEARNED = re.compile(
    r"\b(?:learn(?:ed|t)|taught me|lessons?|takeaway|take away|what i took|looking back|since then|since that|"
    r"next time|these days i|nowadays i|showed me that|made me (?:more|less|much))\b",
    re.IGNORECASE,
)


def score_story(
    question: Question, turns: Sequence[Turn], reader: StoryReader, *, widening: float = 1.0
) -> StarScore:
    """The story's parts with their quotes. The score is None when no story was asked for or nothing was said. Where somebody
    talks to the scorer besides, the least of the ways to leave that out."""
    if not question.expects_story:
        return StarScore(score=None, engine=reader.name)
    ways = [_score(question, said, turns, reader, widening) for said in ways_unaddressed(turns, question)]
    return min(ways, key=lambda way: way.score or 0.0)


def _score(
    question: Question, said: Sequence[Turn], turns: Sequence[Turn], reader: StoryReader, widening: float
) -> StarScore:
    """Reads what was `said` in answer; quotes the turns as they stand in the transcript."""
    spans = told_sentences(said, reader.divide, LONGEST_SENTENCE_WORDS)
    if not spans:
        return StarScore(score=None, engine=reader.name)
    reading = reader.read([span.text for span in spans])
    sentences = _labelled(spans, reading)
    told = {sentence.label for sentence in sentences}
    short = len(spans) < _FEWEST_SENTENCES_FOR_HEADS
    components = {c: c in told and (short or reading.heads[c] >= _PRESENT) for c in COMPONENTS}
    text = " ".join(span.text for span in spans)
    lived = components["A"] and past_actions(text, "i") > 0 if short else reading.heads["story"] >= _PRESENT
    story = lived and len(words(text)) >= FEWEST_WORDS
    actions = _actions(sentences) if components["A"] else 0
    quantified = components["R"] and _quantified(sentences, reading)
    ordered = _in_order(sentences)
    if story:
        score = _worth(components, actions=actions, ordered=ordered, quantified=quantified)
    else:
        score = _worth_without_story(components, text)
    half = _half_interval(reading) * widening
    balance = _balance(sentences)
    return StarScore(
        score=round(score, 2),
        interval=(round(max(0.0, score - half), 2), round(min(5.0, score + half), 2)),
        is_story=story,
        components=components,
        sentences=tuple(_as_said(*pair, turns) for pair in zip(sentences, spans, strict=True)),
        in_order=ordered,
        balance=balance,
        out_of_balance=tuple(
            c for c in COMPONENTS if components[c] and not BANDS[c][0] <= balance[c] <= BANDS[c][1]
        ),
        quantified_result=quantified,
        learned=any(s.label == "R" and _LEARNED.search(s.text) for s in sentences),
        personal_actions=actions,
        missing_question=_missing_question(question, components, story=story, quantified=quantified),
        engine=reader.name,
    )


def missing_components(
    question: Question, turns: Sequence[Turn], reader: StoryReader
) -> tuple[StarComponent, ...]:
    """The parts a story lacks so far, the one to ask for first in front; () when no story is asked for."""
    if not question.expects_story:
        return ()
    components = score_story(question, turns, reader).components
    return tuple(c for c in ASK_FIRST if not components.get(c))


def _labelled(spans: Sequence[TextSpan], reading: Reading) -> tuple[StarSentence, ...]:
    return tuple(
        StarSentence(
            text=span.text,
            label=LABELS[column],
            confidence=round(float(reading.shares[row, column]), 3),
            evidence=span.evidence,
        )
        for row, (span, column) in enumerate(zip(spans, reading.labels, strict=True))
    )


def _as_said(sentence: StarSentence, span: TextSpan, turns: Sequence[Turn]) -> StarSentence:
    quoted = span.as_said(turns)
    return sentence.model_copy(update={"text": quoted.text, "evidence": quoted.evidence})


def _actions(sentences: Sequence[StarSentence]) -> int:
    """How many things the speaker did, by the sentences that tell actions; at least one in each."""
    return sum(max(1, past_actions(s.text, "i")) for s in sentences if s.label == "A")


def _quantified(sentences: Sequence[StarSentence], reading: Reading) -> bool:
    """Whether a figure stands where the result is told, or may be told."""
    result = LABELS.index("R")
    return any(
        (sentence.label == "R" or reading.shares[row, result] >= _MAY_BE_RESULT) and measures(sentence.text)
        for row, sentence in enumerate(sentences)
    )


def _in_order(sentences: Sequence[StarSentence]) -> bool:
    """Whether the scene comes before the first action and a result after it."""
    labels = [sentence.label for sentence in sentences]
    if "A" not in labels or "R" not in labels:
        return False
    action = labels.index("A")
    opened = any(label in ("S", "T") for label in labels[:action])
    return opened and "R" in labels[action:]


def _balance(sentences: Sequence[StarSentence]) -> dict[StarComponent, float]:
    """The share of the words that each part takes."""
    total = sum(len(words(sentence.text)) for sentence in sentences)
    return {
        c: round(sum(len(words(s.text)) for s in sentences if s.label == c) / max(1, total), 2)
        for c in COMPONENTS
    }


def _worth(
    components: Mapping[StarComponent, bool], *, actions: int, ordered: bool, quantified: bool
) -> float:
    share = _ACTIONS_SHARE[min(actions, len(_ACTIONS_SHARE) - 1)]
    earned = sum(_WORTH[c] * (share if c == "A" else 1.0) for c in COMPONENTS if components[c])
    earned += _COMPLETE_WORTH * all(components.values())
    earned += _ORDER_WORTH * ordered + _QUANTIFIED_WORTH * quantified
    return earned if components["A"] else earned * _WITHOUT_ACTION_SHARE


def _worth_without_story(components: Mapping[StarComponent, bool], text: str) -> float:
    """What "we" did or what one would do is worth something, but less than anything the candidate did."""
    told = sum(_WORTH[c] for c in COMPONENTS if components[c] and c != "A")
    imagined = min(_MOST_IMAGINED, len(HYPOTHETICAL.findall(text)))
    return _NO_STORY_SHARE * told + _IMAGINED_WORTH * imagined


def _half_interval(reading: Reading) -> float:
    """Wider by what is at stake with every part the model is not sure of."""
    doubt = {head: 1 - abs(2 * share - 1) for head, share in reading.heads.items()}
    return _HALF_INTERVAL + doubt["story"] + 0.5 * sum(_WORTH[c] * doubt[c] for c in COMPONENTS)


def _missing_question(
    question: Question, components: Mapping[StarComponent, bool], *, story: bool, quantified: bool
) -> str | None:
    """What would draw out the part that is missed most: the authored follow-up where there is one. A result without a
    figure is asked for last."""
    wanted = [c for c in ASK_FIRST if not components[c]]
    if not story:
        wanted = ["A", *wanted] if components["S"] else ["S", *wanted]
    for component in wanted[:1]:
        authored = (f.text for f in question.follow_ups if f.star == component)
        return next(authored, ASKED[component])
    return None if quantified else ASKED_FIGURE
