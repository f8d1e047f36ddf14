"""What the claim model learns from: the bank's rubrics, and pieces of spoken answers labelled by rubric point.

Pieces lie in scripts/data/claims/*.jsonl, one to a line: {"question", "answer", "text", "labels": {point: "states" |
"partly" | "contradicts"}}; a point that is not named is neither stated nor contradicted. Written by a language model. Beside them stand topics outside the bank (claim_topics.py).
Questions that the benchmark asks are left out entirely.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from claim_topics import HELD_BACK, read_topics
from star_data import Misheard

from interviewer.domain import Question
from interviewer.engines.pocketsphinx.spoken import spoken
from interviewer.evaluator.words import words
from interviewer.library.content import load_library

ROOT = Path(__file__).resolve().parent.parent
PIECES = ROOT / "scripts" / "data" / "claims"
CARD = ROOT / "models" / "judge" / "claims.json"
BENCHMARK = ROOT / "tests" / "benchmark" / "answers"
LABELS = ("states", "contradicts", "neither")
NEITHER = (0.0, 0.0, 1.0)
TARGETS = {
    "states": (1.0, 0.0, 0.0),
    "contradicts": (0.0, 1.0, 0.0),
    "partly": (0.5, 0.0, 0.5),
    "neither": NEITHER,
}
LABELLED_WEIGHT = 4.0  # one labelled pair among some six unlabelled ones of its piece
RIGHT_WEIGHT, WRONG_WEIGHT, OTHER_WEIGHT = (
    2.0,
    3.0,
    0.5,
)  # a bank's text against its own point, and against others
ASIDE_WEIGHT = 0.7
MOST_PIECES = 24  # of one question in one step, as they stand
STRETCHES = 32  # of one question in one step, cut anywhere
SHORTEST_STRETCH, LONGEST_STRETCH = 5, 26  # words
COVERED, UNTOUCHED = 0.7, 0.3
"""The share of a labelled piece that a stretch must hold to say the same, and may hold at most to say nothing of it."""
WORD_ERRORS = (0.0, 0.0, 0.05, 0.1, 0.15, 0.2)
ASIDES = 2


Row = tuple[Any, Any]
"""What a text says of each point, (points, 3), and how much each of that weighs, (points,)."""


@dataclass(frozen=True)
class Labelled:
    """A piece of an answer and the label of each point it bears on."""

    question: str
    answer: str
    text: str
    labels: Mapping[str, str]
    file: str


@dataclass(frozen=True)
class BankText:
    """A text of a rubric: of which point, counted from 0, and whether it is a wrong way to put it."""

    text: str
    point: int
    wrong: bool


@dataclass(frozen=True)
class Lesson:
    """One question: its rubric's texts, each to be judged with itself left out, and pieces said about it.

    `targets` and `weights` have a row for every bank text and then every piece: (rows, points, 3) and (rows, points).
    """

    question: str
    points: int
    bank: tuple[BankText, ...]
    said: tuple[str, ...]
    targets: np.ndarray
    weights: np.ndarray


def read_pieces() -> list[Labelled]:
    return [
        Labelled(piece["question"], piece["answer"], piece["text"], piece["labels"], path.stem)
        for path in sorted(PIECES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and (piece := json.loads(line))
    ]


def benchmark_questions() -> set[str]:
    return {
        answer["question"]
        for path in BENCHMARK.glob("*.yaml")
        for answer in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    }


class Lessons:
    """Lessons from every question that the benchmark does not ask."""

    def __init__(self) -> None:
        self.left_out = benchmark_questions()
        bank = load_library().questions
        self.questions: dict[str, Question] = {
            i: q for i, q in sorted(bank.items()) if i not in self.left_out
        }
        self._pieces: dict[str, list[Labelled]] = defaultdict(list)
        for piece in read_pieces():
            if piece.question in self.questions:
                self._pieces[piece.question].append(piece)
        topics = read_topics()
        self.topics: dict[str, Question] = {name: topic.question for name, topic in topics.items()}
        self.topics_held_back = sorted(topics)[::HELD_BACK]
        for name, topic in topics.items():
            self._pieces[name] = [Labelled(name, *piece, "topics") for piece in topic.pieces()]

        self.misheard = Misheard(piece.text for pieces in self._pieces.values() for piece in pieces)

    def pieces(self, question: str) -> Sequence[Labelled]:
        return self._pieces[question]

    def lesson(self, question: str, rng: random.Random | None = None) -> Lesson:
        """With `rng` pieces are drawn, and joined by stretches that were cut anywhere from what a recogniser might write of
        them, and by asides; without, everything as it stands."""
        asked = self.topics.get(question) or self.questions[question]
        pieces = self._pieces[question]
        if rng and len(pieces) > MOST_PIECES:
            pieces = rng.sample(pieces, MOST_PIECES)
        said = [_as_heard(piece.text, self.misheard, rng) if rng else piece.text for piece in pieces]
        rows = [_piece_row(piece, asked) for piece in pieces]
        if rng:
            for text, row in self._stretches(asked, rng):
                said.append(text)
                rows.append(row)
            asides = (asked.spoken, *asked.hints, *(f.text for f in asked.follow_ups))
            for aside in rng.sample(asides, min(ASIDES, len(asides))) if question in self.questions else ():
                said.append(aside)
                rows.append(_aside_row(len(asked.rubric)))
        bank = tuple(bank_texts(asked))
        rows = [_bank_row(text, len(asked.rubric)) for text in bank] + rows
        targets, weights = (np.stack(parts).astype(np.float32) for parts in zip(*rows, strict=True))
        return Lesson(question, len(asked.rubric), bank, tuple(said), targets, weights)

    def _stretches(self, asked: Question, rng: random.Random) -> Iterator[tuple[str, Row]]:
        """Words in a row out of whole answers, without punctuation and with word errors, wherever they begin and end."""
        answers = [
            list(pieces)
            for _, pieces in groupby(self._pieces[asked.id], key=lambda piece: (piece.file, piece.answer))
        ]
        heard = [_heard_words(answer, self.misheard, rng) for answer in answers]
        for number in (
            rng.choices(range(len(answers)), [len(said) for said in heard], k=STRETCHES) if heard else ()
        ):
            size = rng.randint(SHORTEST_STRETCH, LONGEST_STRETCH)
            begin = rng.randrange(max(1, len(heard[number]) - size + 1))
            stretch = heard[number][begin : begin + size]
            row = _stretch_row(answers[number], heard[number], stretch, asked)
            yield " ".join(word for word, _ in stretch), row


def bank_texts(question: Question) -> Iterator[BankText]:
    """Each point's own text first. A denied misconception is a right way to put the point it belongs to."""
    for index, point in enumerate(question.rubric):
        denials = [denial for misconception in point.misconceptions for denial in misconception.denial]
        for text in (point.text, *point.phrasings, *denials):
            yield BankText(text, index, wrong=False)
        for misconception in point.misconceptions:
            yield from (BankText(text, index, wrong=True) for text in misconception.wrong)


def _heard_words(answer: Sequence[Labelled], misheard: Misheard, rng: random.Random) -> list[tuple[str, int]]:
    """The words a recogniser might write of an answer, each with the number of the piece it belongs to."""
    errors, spelt_out = rng.choice(WORD_ERRORS), rng.random() < 0.5
    return [
        (word, number)
        for number, piece in enumerate(answer)
        for word in misheard.heard(
            spoken([piece.text]).words if spelt_out else words(piece.text), errors, rng
        )
    ]


def _stretch_row(
    answer: Sequence[Labelled],
    heard: Sequence[tuple[str, int]],
    stretch: Sequence[tuple[str, int]],
    question: Question,
) -> Row:
    """What a stretch says, by how much of each piece it holds; what holds half a piece teaches nothing of its points."""
    whole, inside = Counter(number for _, number in heard), Counter(number for _, number in stretch)
    targets = np.tile(NEITHER, (len(question.rubric), 1))
    weights = np.ones(len(question.rubric))
    for index, point in enumerate(question.rubric):
        shares = [
            (inside[n] / whole[n], answer[n].labels[point.id]) for n in inside if point.id in answer[n].labels
        ]
        held = {label for share, label in shares if share >= COVERED}
        if len(held) == 1 and all(share >= COVERED or share <= UNTOUCHED for share, _ in shares):
            targets[index], weights[index] = TARGETS[held.pop()], LABELLED_WEIGHT
        elif any(share > UNTOUCHED for share, _ in shares):
            weights[index] = 0.0
    return targets, weights


def _piece_row(piece: Labelled, question: Question) -> Row:
    targets = np.tile(NEITHER, (len(question.rubric), 1))
    weights = np.ones(len(question.rubric))
    for index, point in enumerate(question.rubric):
        if point.id in piece.labels:
            targets[index], weights[index] = TARGETS[piece.labels[point.id]], LABELLED_WEIGHT
    return targets, weights


def _bank_row(text: BankText, points: int) -> Row:
    targets = np.tile(NEITHER, (points, 1))
    weights = np.full(points, OTHER_WEIGHT)
    targets[text.point] = TARGETS["contradicts" if text.wrong else "states"]
    weights[text.point] = WRONG_WEIGHT if text.wrong else RIGHT_WEIGHT
    return targets, weights


def _aside_row(points: int) -> Row:
    return np.tile(NEITHER, (points, 1)), np.full(points, ASIDE_WEIGHT)


def _as_heard(text: str, misheard: Misheard, rng: random.Random) -> str:
    """Half as it stands, half without punctuation and with word errors."""
    if rng.random() < 0.5:
        return text
    return " ".join(misheard.heard(words(text), rng.choice(WORD_ERRORS), rng)) or text
