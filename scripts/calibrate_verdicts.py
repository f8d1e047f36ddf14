"""Fits how much each reading of a rubric point counts, and from where a point may be called contradicted.

    python scripts/calibrate_verdicts.py [--model models/judge] [--answers 100]

Uses the answers to questions that the claim model was not trained on (named in its card; the benchmark's are not among
them), with their labels, scripts/data/claims. Every answer goes through the embedded judge's own
code twice: as written, and in turn without punctuation or with one word in ten misheard besides. Prints weights for
interviewer/evaluator/point_reading.py and, from fitting on three quarters of the questions and testing on the rest, how
often points are told as what they are, the calibration error, and how precise a contradiction is that is told.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from bench_evaluator import typed
from claim_data import CARD, Labelled, Lessons
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from interviewer.assembly.engines import sentence_cutter
from interviewer.domain import Question
from interviewer.engines.claim_model import ClaimModel
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.point_reading import CONTRADICTED_WEIGHTS, FEATURES, SURE_FROM
from interviewer.evaluator.verdicts import MET, PARTIAL
from interviewer.evaluator.words import words

FOLDS = 4
PRECISION = 0.9
OWN = len(CONTRADICTED_WEIGHTS)  # features that a contradiction is read from
WORD_ERRORS = 0.1


@dataclass(frozen=True)
class Point:
    """A point of one answer: its features, what the labels say of it, and its question. `written`: how the answer was
    written down; `bare`: the point was given without other words, right or wrong."""

    features: np.ndarray
    truth: str
    question: str
    written: str
    bare: bool


def stripped(question: Question) -> Question:
    """The question as somebody brings it who has only a list of points."""
    bare = tuple(
        point.model_copy(update={"phrasings": (), "misconceptions": ()}) for point in question.rubric
    )
    return question.model_copy(update={"rubric": bare})


def answers(lessons: Lessons, questions: list[str]) -> Iterator[tuple[Question, list[Labelled]]]:
    for name in questions:
        for _, pieces in groupby(lessons.pieces(name), key=lambda piece: (piece.file, piece.answer)):
            yield lessons.questions[name], list(pieces)


def truth(point: str, pieces: list[Labelled]) -> str:
    """Stated wins over contradicted, as with somebody who corrects himself; then partly."""
    labels = {piece.labels.get(point) for piece in pieces}
    return next((label for label in ("states", "contradicts", "partly") if label in labels), "absent")


def read_points(model: Path, most: int | None) -> list[Point]:
    lessons, rng = Lessons(), random.Random(2)
    judge = EmbeddedJudge(MiniLmEmbedder(), None, ClaimModel(model), sentence_cutter())
    found: list[Point] = []
    held = json.loads((model / CARD.name).read_text(encoding="utf-8"))["held_back"]
    chosen = list(answers(lessons, held))
    rng.shuffle(chosen)
    for number, (question, pieces) in enumerate(track(chosen[:most], console=Console(stderr=True))):
        spoken = words(" ".join(piece.text for piece in pieces))
        ways = {"as written": typed(" ".join(piece.text for piece in pieces))}
        if number % 2:
            ways["no punctuation"] = typed(" ".join(spoken))
        else:
            ways["misheard"] = typed(" ".join(lessons.misheard.heard(spoken, WORD_ERRORS, rng)))
        for way, turns in ways.items():
            for asked in (question, stripped(question)):
                for point, row in zip(asked.rubric, judge.features(asked, turns), strict=True):
                    told = truth(point.id, pieces)
                    found.append(Point(row, told, question.id, way, bare=asked is not question))
    return found


def fit(points: list[Point], wanted: str, features: int) -> LogisticRegression:
    """A point that is stated partly counts as half stated."""
    rows, labels, weights = [], [], []
    for point in points:
        shares = [(point.truth == wanted, 1.0)]
        if point.truth == "partly" and wanted == "states":
            shares = [(True, 0.5), (False, 0.5)]
        for label, weight in shares:
            rows.append(point.features[:features])
            labels.append(label)
            weights.append(weight)
    return LogisticRegression(C=1.0, max_iter=1000).fit(np.array(rows), labels, sample_weight=weights)


def crossed(points: list[Point], wanted: str, features: int) -> np.ndarray:
    """Chances for every point from a fit on other questions."""
    questions = sorted({point.question for point in points})
    chances = np.zeros(len(points))
    for fold in range(FOLDS):
        tested = set(questions[fold::FOLDS])
        rows = [number for number, point in enumerate(points) if point.question in tested]
        model = fit([point for point in points if point.question not in tested], wanted, features)
        chances[rows] = model.predict_proba(np.array([points[row].features[:features] for row in rows]))[:, 1]
    return chances


def precise_from(chances: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """The lowest chance from which what is called so is so in 90 of 100, and the share found from there."""
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = [place for place in np.flatnonzero(precision >= PRECISION) if place >= 20]
    last = enough[-1] if enough else 0
    return round(float(chances[order[last]]), 3), round(
        float(right[order[: last + 1]].sum() / right.sum()), 3
    )


def calibration_error(chances: np.ndarray, stated: np.ndarray) -> float:
    """The mean gap between chance and truth over ten bins, weighted by how much lies in each."""
    bins = np.minimum(9, (chances * 10).astype(int))
    gaps = [
        abs(chances[bins == n].mean() - stated[bins == n].mean()) * (bins == n).mean()
        for n in np.unique(bins)
    ]
    return round(float(sum(gaps)), 3)


def report(points: list[Point], met: np.ndarray, against: np.ndarray) -> None:
    labels = np.array([point.truth for point in points])
    ways = np.array([point.written for point in points])
    stated = np.where(labels == "states", 1.0, np.where(labels == "partly", 0.5, 0.0))
    told = (against >= SURE_FROM) & (met < PARTIAL)
    for way in ("as written", "no punctuation", "misheard"):
        rows = ways == way
        shares = {
            label: round(float(np.mean(met[rows & (labels == label)] >= MET)), 3)
            for label in ("states", "partly", "absent", "contradicts")
        }
        right = int((told & rows & (labels == "contradicts")).sum())
        print(f"{way}: {rows.sum()} points, told as met {shares}, calibration error", end=" ")
        print(
            f"{calibration_error(met[rows], stated[rows])}; contradicted {right} of {(told & rows).sum()} told"
        )
    if against.any():
        print(
            "contradicted with precision .9 from, share found:",
            precise_from(against, labels == "contradicts"),
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=CARD.parent)
    parser.add_argument("--answers", type=int, help="only so many, drawn at random")
    options = parser.parse_args()
    points = read_points(options.model, options.answers)
    full, bare = ([point for point in points if point.bare == without] for without in (False, True))
    print(f"{len(full)} points of {len({p.question for p in full})} questions")
    met, against = crossed(full, "states", len(FEATURES)), crossed(full, "contradicts", OWN)
    report(full, met, against)
    print("the same points without other words, of which no error is told:")
    report(bare, crossed(bare, "states", len(FEATURES)), np.zeros(len(bare)))
    for name, known, wanted, features in (
        ("MET", full, "states", len(FEATURES)),
        ("BARE", bare, "states", len(FEATURES)),
        ("CONTRADICTED", full, "contradicts", OWN),
    ):
        model = fit(known, wanted, features)
        print(f"{name}_WEIGHTS = {tuple(np.round(model.coef_[0], 3).tolist())}")
        print(f"{name}_OFFSET = {round(float(model.intercept_[0]), 3)}")


if __name__ == "__main__":
    main()
