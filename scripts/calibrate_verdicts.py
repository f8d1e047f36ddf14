"""Fits how much each reading of a rubric point counts, and from where a point may be called contradicted.

    python scripts/calibrate_verdicts.py [--model models/judge]

Uses the answers to questions that the claim model was not trained on (named in its card; the benchmark's are not among
them), with their labels, scripts/data/claims. Every answer goes through the embedded judge's own
code twice, as written and as a recogniser writes, without punctuation. Prints weights
for interviewer/evaluator/point_reading.py, the threshold for interviewer/evaluator/verdicts.py, and figures from
fitting on three quarters of the questions and testing on the rest.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from bench_evaluator import typed
from claim_data import ROOT, Labelled, Lessons
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from interviewer.assembly.engines import sentence_cutter
from interviewer.domain import Question
from interviewer.engines.claim_model import ClaimModel
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.point_reading import FEATURES

FOLDS = 4
PRECISION = 0.9
OWN = 4  # features of the point itself


@dataclass(frozen=True)
class Point:
    """A point of one answer: its features, what the labels say of it, and its question."""

    features: np.ndarray
    truth: str
    question: str
    kind: str


def answers(lessons: Lessons, questions: list[str]) -> Iterator[tuple[Question, str, list[Labelled]]]:
    for name in questions:
        for (_, kind), pieces in groupby(lessons.pieces(name), key=lambda piece: (piece.file, piece.answer)):
            yield lessons.questions[name], kind, list(pieces)


def truth(point: str, pieces: list[Labelled]) -> str:
    """Stated wins over contradicted, as with somebody who corrects himself; then partly."""
    labels = {piece.labels.get(point) for piece in pieces}
    return next((label for label in ("states", "contradicts", "partly") if label in labels), "absent")


def read_points(model: Path) -> list[Point]:
    lessons = Lessons()
    held = json.loads((model / "claims.json").read_text(encoding="utf-8"))["held_back"]
    judge = EmbeddedJudge(MiniLmEmbedder(), None, ClaimModel(model), sentence_cutter())
    found: list[Point] = []
    for question, kind, pieces in track(list(answers(lessons, held)), console=Console(stderr=True)):
        written = " ".join(piece.text for piece in pieces)
        for said in (written, re.sub(r"[^\w\s']", " ", written).lower()):
            for point, row in zip(question.rubric, judge.features(question, typed(said)), strict=True):
                found.append(Point(row, truth(point.id, pieces), question.id, kind))
    return found


def fit(points: list[Point], wanted: str, features: int) -> LogisticRegression:
    rows = np.array([point.features[:features] for point in points])
    return LogisticRegression(C=1.0, max_iter=1000).fit(rows, [point.truth == wanted for point in points])


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "judge")
    points = read_points(parser.parse_args().model)
    labels = np.array([point.truth for point in points])
    met = crossed([p for p in points if p.truth != "partly"], "states", len(FEATURES))
    clear = labels[labels != "partly"]
    print(f"{len(points)} points of {len({p.question for p in points})} questions")
    for label in ("states", "absent", "contradicts"):
        print(f"{label}: met from .5 in {np.mean(met[clear == label] >= 0.5):.3f}")
    against = crossed(points, "contradicts", OWN)
    print("contradicted with precision .9 from, share found:", precise_from(against, labels == "contradicts"))
    for name, wanted, features, chosen in (
        ("MET", "states", len(FEATURES), [p for p in points if p.truth != "partly"]),
        ("CONTRADICTED", "contradicts", OWN, points),
    ):
        model = fit(chosen, wanted, features)
        print(f"{name}_WEIGHTS = {tuple(np.round(model.coef_[0], 3).tolist())}")
        print(f"{name}_OFFSET = {round(float(model.intercept_[0]), 3)}")


if __name__ == "__main__":
    main()
