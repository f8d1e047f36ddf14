"""Is the answer a story, and does it hold a situation, a task, actions and a result? Reads sentences in their order.

Cues in the words decide, prototypes embedded by MiniLM help where an embedder is passed, and a best path through the
labels (situations before actions, results last) settles what a sentence alone leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from interviewer.domain import Question, StarComponent, StarLabel, StarScore, StarSentence, Turn
from interviewer.evaluator.contrast import cosines
from interviewer.evaluator.spans import TextSpan, passages
from interviewer.evaluator.star_cues import (
    COMPONENTS,
    CUES,
    HYPOTHETICAL,
    LABELS,
    LIVED,
    PROTOTYPES,
    QUANTIFIED,
    past_actions,
)
from interviewer.evaluator.words import words
from interviewer.ports import Embedder

LONGEST_SENTENCE_WORDS = 22
FEWEST_WORDS = 12
_CUE_WEIGHT = 1.3
_PROTOTYPE_WEIGHT = 3.0
_OPENING = {"S": 0.0, "T": -0.8, "A": -1.5, "R": -2.5, "other": -0.4}
_FOLLOWING: Mapping[StarLabel, Mapping[StarLabel, float]] = {
    "S": {"S": 0.0, "T": -0.3, "A": -0.6, "R": -2.5, "other": -0.9},
    "T": {"S": -1.2, "T": -0.6, "A": 0.0, "R": -2.0, "other": -0.9},
    "A": {"S": -2.0, "T": -1.8, "A": 0.0, "R": -0.4, "other": -0.9},
    "R": {"S": -2.5, "T": -2.5, "A": -1.3, "R": 0.0, "other": -0.7},
    "other": {"S": -0.5, "T": -0.7, "A": -0.5, "R": -0.7, "other": -0.2},
}
_WORTH: Mapping[StarComponent, float] = {"S": 0.75, "T": 0.75, "A": 1.75, "R": 1.25}
_ORDER_WORTH = 0.25
_QUANTIFIED_WORTH = 0.25
_ACTIONS_SHARE = (0.0, 0.6, 0.85, 1.0)  # of an action part with 0, 1, 2, 3 or more things the candidate did
_NO_STORY_SHARE = 0.3
ASK_FIRST: tuple[StarComponent, ...] = ("A", "R", "T", "S")
_SURE = 0.4
_HALF_INTERVAL = 0.6  # of 5; a first guess, not calibrated


def score_story(
    question: Question, turns: Sequence[Turn], embedder: Embedder | None = None, *, widening: float = 1.0
) -> StarScore:
    """The story's parts with their quotes. The score is None when no story was asked for or nothing was said."""
    engine = f"cues and {embedder.name}" if embedder else "cues"
    sentences = passages(turns, LONGEST_SENTENCE_WORDS)
    text = " ".join(span.text for span in sentences)
    if not question.expects_story or not sentences:
        return StarScore(score=None, engine=engine)
    labelled = _label(sentences, embedder)
    components = {c: any(_is_sure(s) for s in labelled if s.label == c) for c in COMPONENTS}
    actions = past_actions(text, "i")
    story = _is_story(text, actions)
    quantified = any(s.label == "R" and QUANTIFIED.search(s.text) for s in labelled)
    ordered = _in_order([s.label for s in labelled])
    score = _score(components, actions=actions, story=story, ordered=ordered, quantified=quantified)
    half = _HALF_INTERVAL * widening
    return StarScore(
        score=round(score, 2),
        interval=(round(max(0.0, score - half), 2), round(min(5.0, score + half), 2)),
        is_story=story,
        components=components,
        sentences=tuple(labelled),
        in_order=ordered,
        quantified_result=quantified,
        personal_actions=actions,
        missing_question=_missing_question(question, components, story=story, quantified=quantified),
        engine=engine,
    )


def missing_components(
    question: Question, turns: Sequence[Turn], embedder: Embedder | None = None
) -> tuple[StarComponent, ...]:
    """The parts a story lacks so far, the one to ask for first in front; () when no story is asked for."""
    if not question.expects_story:
        return ()
    components = score_story(question, turns, embedder).components
    return tuple(c for c in ASK_FIRST if not components.get(c))


def _is_story(text: str, actions: int) -> bool:
    """A lived event told by somebody who acted in it: not what one would do, not only what "we" did."""
    if len(words(text)) < FEWEST_WORDS or actions == 0:
        return False
    hypothetical = len(HYPOTHETICAL.findall(text))
    lived = actions + past_actions(text, "we") + 2 * len(LIVED.findall(text))
    return lived >= 2 and lived > 1.5 * hypothetical


def _is_sure(sentence: StarSentence) -> bool:
    """Whether a sentence has its label on its own account, not only because of where it stands."""
    return sentence.confidence >= _SURE or CUES[sentence.label].search(sentence.text) is not None


def _label(sentences: Sequence[TextSpan], embedder: Embedder | None) -> list[StarSentence]:
    emissions = np.array(
        [_cue_scores(s.text, n / max(1, len(sentences) - 1)) for n, s in enumerate(sentences)]
    )
    if embedder is not None:
        emissions = emissions + _PROTOTYPE_WEIGHT * _prototype_scores(sentences, embedder)
    path = _best_path(emissions)
    odds = np.exp(emissions - emissions.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    return [
        StarSentence(
            text=span.text,
            label=LABELS[column],
            confidence=round(float(odds[row, column]), 3),
            evidence=span.evidence,
        )
        for row, (span, column) in enumerate(zip(sentences, path, strict=True))
    ]


def _cue_scores(text: str, position: float) -> list[float]:
    """One score per label from the words and from where in the answer they stand (0 first, 1 last)."""
    found = {label: min(2, len(CUES[label].findall(text))) for label in LABELS}
    scores = {label: _CUE_WEIGHT * count for label, count in found.items()}
    scores["S"] += 0.5 * (0.5 - position)
    scores["R"] += 0.5 * (position - 0.5) + (0.6 if QUANTIFIED.search(text) and found["R"] else 0.0)
    scores["A"] += 0.5 * min(2, past_actions(text, "i"))
    if not any(found.values()):
        scores["other"] += 0.3  # a sentence without a cue belongs to its neighbours or to nothing
    return [scores[label] for label in LABELS]


def _prototype_scores(sentences: Sequence[TextSpan], embedder: Embedder) -> np.ndarray:
    """How much nearer each sentence is to a label's examples than to the other labels', shape (sentences, labels)."""
    vectors = embedder.encode([span.text for span in sentences])
    nearest = np.stack(
        [cosines(vectors, embedder.encode(PROTOTYPES[label])).max(axis=1) for label in LABELS], axis=1
    )
    return np.asarray(nearest - nearest.mean(axis=1, keepdims=True))


def _best_path(emissions: np.ndarray) -> list[int]:
    """The most plausible sequence of labels (Viterbi), as columns of LABELS."""
    following = np.array([[_FOLLOWING[before][after] for after in LABELS] for before in LABELS])
    best = np.array([_OPENING[label] for label in LABELS]) + emissions[0]
    came_from = []
    for row in emissions[1:]:
        through = best[:, None] + following
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    path = [int(best.argmax())]
    for step in reversed(came_from):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _in_order(labels: Sequence[StarLabel]) -> bool:
    """Whether the scene comes before the first action and a result after it."""
    if "A" not in labels or "R" not in labels:
        return False
    action = labels.index("A")
    opened = any(label in ("S", "T") for label in labels[:action])
    return opened and "R" in labels[action:]


def _score(
    components: Mapping[StarComponent, bool], *, actions: int, story: bool, ordered: bool, quantified: bool
) -> float:
    share = _ACTIONS_SHARE[min(actions, len(_ACTIONS_SHARE) - 1)]
    earned = sum(_WORTH[c] * (share if c == "A" else 1.0) for c in COMPONENTS if components[c])
    earned += _ORDER_WORTH * ordered + _QUANTIFIED_WORTH * quantified
    return earned if story else earned * _NO_STORY_SHARE


def _missing_question(
    question: Question, components: Mapping[StarComponent, bool], *, story: bool, quantified: bool
) -> str | None:
    """The authored follow-up for the part that is missed most; a result without a figure is asked for last."""
    wanted = [c for c in ASK_FIRST if not components[c]]
    if not story:
        wanted = ["S", *wanted] if not components["S"] else ["A", *wanted]
    elif not wanted and not quantified:
        wanted = ["R"]
    for component in wanted:
        for follow_up in question.follow_ups:
            if follow_up.star == component:
                return follow_up.text
    return None
