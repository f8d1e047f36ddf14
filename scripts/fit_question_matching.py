"""Fits what tells that two wordings ask the same question, and shows what it finds.

    python scripts/fit_question_matching.py

Each of the bank's other ways to ask (also_asked, three to a question, written to differ) is asked as by a stranger: once
with the rest of its question's ways to be found by, and once with its question missing from the bank, when nothing
should be found. Prints weights for interviewer/grading/matching.py, and shares found on questions not fitted on.
Where the question is missing, a neighbour that asks nearly the same is often found; that counts as wrong here.
"""

from __future__ import annotations

import json

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.grading.matching import FEATURES, QuestionMatcher
from interviewer.library.content import load_library

THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)
Asked = tuple[int, bool, list[bool], np.ndarray]


def trials() -> list[Asked]:
    """Fold, whether the question is missing, which candidates are right, and their features."""
    bank = {i: q for i, q in load_library().questions.items() if q.also_asked}
    matcher = QuestionMatcher(bank, MiniLmEmbedder())
    found: list[Asked] = []
    for number, question in enumerate(
        track(sorted(bank.values(), key=lambda q: q.id), console=Console(stderr=True))
    ):
        own = matcher.ways_of(question.id)
        for way, asked in zip(own[-len(question.also_asked) :], question.also_asked, strict=True):
            for missing in (False, True):
                candidates, rows = matcher.candidates(asked, own if missing else [way])
                found.append(
                    (number % 2, missing, [c.id == question.id and not missing for c in candidates], rows)
                )
    return found


def fit(asked: list[Asked]) -> LogisticRegression:
    rows = np.vstack([features for *_, features in asked])
    right = np.concatenate([labels for _, _, labels, _ in asked])
    return LogisticRegression(C=10.0, max_iter=2000).fit(rows, right)


def main() -> None:
    asked = trials()
    results = []
    for fold in (0, 1):
        model = fit([trial for trial in asked if trial[0] != fold])
        for _, missing, labels, rows in (trial for trial in asked if trial[0] == fold):
            chances = model.predict_proba(rows)[:, 1]
            best = int(np.argmax(chances))
            results.append((missing, labels[best], float(chances[best])))
    known = [(right, chance) for missing, right, chance in results if not missing]
    strange = [chance for missing, _, chance in results if missing]
    for threshold in THRESHOLDS:
        own = np.mean([right and chance >= threshold for right, chance in known])
        other = np.mean([not right and chance >= threshold for right, chance in known])
        wrong = np.mean([chance >= threshold for chance in strange])
        print(f"from {threshold}: own {own:.3f}, another {other:.3f}; question missing: another {wrong:.3f}")
    model = fit(asked)
    print("OFFSET", round(float(model.intercept_[0]), 3))
    print(
        "WEIGHTS",
        json.dumps(dict(zip(FEATURES, np.round(model.coef_[0], 3).tolist(), strict=True)), indent=1),
    )


if __name__ == "__main__":
    main()
