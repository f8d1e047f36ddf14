"""Which question of the bank asks what a stranger's wording asks, if any.

The wording is compared with every way the bank knows to ask, and the nearest few questions more closely: with what their
rubrics say, for a short wording often names what its answer is about, and by the words they share.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from interviewer.domain import Question
from interviewer.evaluator.contrast import cosines
from interviewer.evaluator.words import content_stems
from interviewer.ports import Embedder

SAME_FROM = 0.6
"""Probability from which two wordings are taken to ask the same. Of wordings written to differ as much as they can, 45 in
100 find their question and 1.6 another; with their question taken out of the bank 6.8 find one, mostly a neighbour that
asks nearly the same. A wrong rubric is worse than none."""
CANDIDATES = 6
FEATURES = (
    "nearest way to ask",
    "two nearest ways to ask",
    "nearest rubric point",
    "three nearest rubric points",
    "model answer",
    "words shared with the ways to ask",
    "words shared with the rubric",
    "lead by the nearest way to ask",
    "lead by the nearest rubric point",
    "lead by the model answer",
    "lead by shared words",
)
_LEADING = (0, 2, 4, 6)  # features whose lead over the best other candidate is a feature too
WEIGHTS = (0.219, 7.521, -4.76, 6.285, 0.465, 0.537, 1.145, 7.276, 1.591, 5.141, 2.917)
OFFSET = -6.248
"""For FEATURES in their order, the leads last; fitted by scripts/fit_question_matching.py."""
_SPELLED_OUT = re.compile(r"\b(?:[A-Z] ){1,5}[A-Z]\b")

Matrix = npt.NDArray[np.float32]


class QuestionMatcher:
    """Reads the ways to ask once; rubrics only of questions that come near."""

    def __init__(self, bank: Mapping[str, Question], embedder: Embedder) -> None:
        self._questions = [question for _, question in sorted(bank.items())]
        self._embedder = embedder
        ways = [[_joined(way) for way in ways_to_ask(question)] for question in self._questions]
        self._owner = np.array([index for index, texts in enumerate(ways) for _ in texts])
        self._ways = embedder.encode([text for texts in ways for text in texts])
        self._stems = [content_stems(text) for texts in ways for text in texts]
        self._rubric_stems = [content_stems(" ".join(_rubric_texts(q))) for q in self._questions]
        self._occurs = Counter(stem for stems in self._rubric_stems for stem in stems)

    def same_question(self, asked: str) -> Question | None:
        """The bank's question that asks the same; None when there is none."""
        if not self._questions:
            return None
        candidates, rows = self.candidates(asked)
        chances = 1 / (1 + np.exp(-(rows @ np.array(WEIGHTS) + OFFSET)))
        best = int(np.argmax(chances))
        return candidates[best] if chances[best] >= SAME_FROM else None

    def candidates(
        self, asked: str, hidden: Sequence[int] = ()
    ) -> tuple[list[Question], npt.NDArray[np.float64]]:
        """The nearest questions and a row of FEATURES for each. `hidden` ways to ask, by number, are left out."""
        vector = self._embedder.encode([_joined(asked)])
        likeness = cosines(vector, self._ways)[0].astype(np.float64)
        likeness[list(hidden)] = -1.0
        nearest = np.full(len(self._questions), -1.0)
        np.maximum.at(nearest, self._owner, likeness)
        chosen = [int(index) for index in np.argsort(-nearest, kind="stable")[:CANDIDATES]]
        rows = np.array([self._features(index, vector, likeness, asked) for index in chosen])
        return [self._questions[index] for index in chosen], np.hstack([rows, _leads(rows)])

    def ways_of(self, question: str) -> list[int]:
        """The numbers of a question's ways to ask, in the order of `ways_to_ask`."""
        index = [q.id for q in self._questions].index(question)
        return [int(number) for number in np.flatnonzero(self._owner == index)]

    def _features(
        self, index: int, vector: Matrix, likeness: npt.NDArray[np.float64], asked: str
    ) -> list[float]:
        question = self._questions[index]
        ways = np.sort(likeness[self._owner == index])[::-1]
        points = cosines(vector, self._embedder.encode([point.text for point in question.rubric]))[0]
        points = np.sort(points)[::-1]
        model_answer = cosines(vector, self._embedder.encode([question.model_answer]))[0, 0]
        stems = content_stems(_joined(asked))
        known = [self._stems[way] for way in np.flatnonzero((self._owner == index) & (likeness > -1.0))]
        return [
            float(ways[0]),
            float(ways[:2].mean()),
            float(points[0]),
            float(points[:3].mean()),
            float(model_answer),
            self._shared(stems, frozenset[str]().union(*known)),
            self._shared(stems, self._rubric_stems[index]),
        ]

    def _shared(self, stems: frozenset[str], others: frozenset[str]) -> float:
        """The share of the wording that the others hold, rare stems weighing more."""

        def weight(found: frozenset[str]) -> float:
            return sum(math.log(len(self._questions) / (self._occurs[stem] + 0.5)) for stem in found)

        return weight(stems & others) / max(1e-6, weight(stems))


def ways_to_ask(question: Question) -> tuple[str, ...]:
    """Whole questions, the sentences of the spoken one that ask, and the other ways the bank knows."""
    asking = [s for s in re.split(r"(?<=[.?!]) +", question.spoken) if s.endswith("?")]
    return (question.spoken, question.written, *asking, *question.also_asked)


def _rubric_texts(question: Question) -> list[str]:
    return [text for point in question.rubric for text in (point.text, *point.phrasings)]


def _joined(text: str) -> str:
    """Abbreviations as they are written: "L S T M" is spelled out for the voice."""
    return _SPELLED_OUT.sub(lambda match: match.group().replace(" ", ""), text)


def _leads(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far each candidate is ahead of the best other one, for each feature in _LEADING."""
    leads = np.zeros((len(rows), len(_LEADING)))
    for place, feature in enumerate(_LEADING):
        values = rows[:, feature]
        for row in range(len(rows)):
            others = np.delete(values, row)
            leads[row, place] = values[row] - (others.max() if len(others) else 0.0)
    return leads
