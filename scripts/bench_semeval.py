"""How well the claim model tells right from wrong student answers: SemEval-2013 task 7, two-way labels.

    python scripts/bench_semeval.py [--data ../shared/data/semeval2013/semeval-3way.zip] [--json]

As is usual for this task, a small classifier is fitted on the task's own training answers (SciEntsBank 4,969, Beetle
3,941) and tested on unseen answers, questions and domains. Here it is a logistic regression over what the claim model
reads of each answer against the reference answers, and over the overlap of words. The claim model itself has seen none
of it. Figures are macro-averaged F1 with 80 % bootstraps over questions; the published lexical floor stands beside.
Cite: Dzikovska et al., SemEval-2013 Task 7, ACL S13-2045. The answers are licensed CC-BY-SA and stay outside.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

from interviewer.engines.claim_model import ClaimModel
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.words import content_stems, covered, negations, words
from interviewer.library import places
from interviewer.ports import Claim

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "sciEntsBank": ("test-unseen-answers", "test-unseen-questions", "test-unseen-domains"),
    "beetle": ("test-unseen-answers", "test-unseen-questions"),
}
FLOOR = {
    ("sciEntsBank", "test-unseen-answers"): 0.672,
    ("sciEntsBank", "test-unseen-questions"): 0.719,
    ("sciEntsBank", "test-unseen-domains"): 0.727,
    ("beetle", "test-unseen-answers"): 0.758,
    ("beetle", "test-unseen-questions"): 0.735,
}
RESAMPLES = 200


@dataclass(frozen=True)
class Asked:
    """A question, its reference answers, and students' answers with whether they are right."""

    id: str
    text: str
    references: tuple[str, ...]
    answers: tuple[tuple[str, bool], ...]


def read(archive: zipfile.ZipFile, folder: str) -> list[Asked]:
    return [
        _asked(ElementTree.fromstring(archive.read(name)))
        for name in sorted(archive.namelist())
        if name.startswith(f"{folder}/") and name.endswith(".xml")
    ]


def _asked(root: ElementTree.Element) -> Asked:
    return Asked(
        id=root.get("id", ""),
        text=root.findtext("questionText") or "",
        references=tuple((node.text or "").strip() for node in root.iter("referenceAnswer")),
        answers=tuple(
            ((node.text or "").strip() or "nothing", node.get("accuracy") == "correct")
            for node in root.iter("studentAnswer")
        ),
    )


def features(asked: Asked, model: ClaimModel, embedder: MiniLmEmbedder) -> np.ndarray:
    """One row for each answer: the best reading over the references, cosines, and overlap of words."""
    said = [text for text, _ in asked.answers]
    readings = [model.read(said, [Claim(reference)]) for reference in asked.references]
    states = np.stack([reading.states[:, 0] for reading in readings], axis=1)
    against = np.stack([reading.contradicts[:, 0] for reading in readings], axis=1)
    cosine = embedder.encode(said) @ embedder.encode([*asked.references, asked.text]).T
    rows = []
    for number, (text, _) in enumerate(asked.answers):
        best = int(states[number].argmax())
        rows.append(
            [
                _logit(states[number, best]),
                _logit(against[number, best]),
                float(cosine[number, :-1].max()),
                float(cosine[number, -1]),
                *_overlap(text, asked, asked.references[best]),
            ]
        )
    return np.array(rows)


def _logit(chance: float) -> float:
    clipped = min(max(float(chance), 1e-4), 1 - 1e-4)
    return float(np.log(clipped / (1 - clipped)))


def _overlap(text: str, asked: Asked, reference: str) -> list[float]:
    """Content stems shared with the references, those of the question apart, and whether one of both negates."""
    said, question = content_stems(text), content_stems(asked.text)
    wanted = [content_stems(r) for r in asked.references]
    new = [stems - question or stems for stems in wanted]
    return [
        max(covered(stems, said) for stems in wanted),
        max(covered(stems, said) for stems in new),
        max(covered(said - question or said, stems) for stems in wanted),
        float((negations(words(text)) - negations(words(reference))) % 2),
        min(len(words(text)), 40) / 40,
        len(said & question) / max(1, len(said)),
    ]


def measure(path: Path) -> dict[str, dict[str, list[float]]]:
    model, embedder = ClaimModel(places.judge_assets()), MiniLmEmbedder()
    found: dict[str, dict[str, list[float]]] = defaultdict(dict)
    with zipfile.ZipFile(path) as archive:
        for corpus, parts in PARTS.items():
            learnt = read(archive, f"training/2way/{corpus}")
            rows = [
                features(asked, model, embedder)
                for asked in track(learnt, corpus, console=Console(stderr=True))
            ]
            scaler = StandardScaler().fit(np.vstack(rows))
            labels = [right for asked in learnt for _, right in asked.answers]
            classifier = LogisticRegression(max_iter=1000).fit(scaler.transform(np.vstack(rows)), labels)
            for part in parts:
                tested = read(archive, f"test/2way/{corpus}/{part}")
                judged = [classifier.predict(scaler.transform(features(a, model, embedder))) for a in tested]
                found[corpus][part] = _with_interval(tested, judged)
    return dict(found)


def _with_interval(tested: Sequence[Asked], judged: Sequence[np.ndarray]) -> list[float]:
    """Macro F1, with the 10th and 90th percentile over resampled questions."""

    def score(chosen: Sequence[int]) -> float:
        wanted = [right for index in chosen for _, right in tested[index].answers]
        return float(f1_score(wanted, np.concatenate([judged[index] for index in chosen]), average="macro"))

    rng = random.Random(7)
    everything = range(len(tested))
    samples = [score(rng.choices(everything, k=len(tested))) for _ in range(RESAMPLES)]
    low, high = np.percentile(samples, [10, 90])
    return [round(value, 3) for value in (score(everything), float(low), float(high))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = ROOT.parent / "shared" / "data" / "semeval2013" / "semeval-3way.zip"
    parser.add_argument(
        "--data", type=Path, default=default, help="the task's answers, as a zip of XML files"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if not options.data.is_file():
        sys.exit(f"There is no file {options.data}. Name the archive of SemEval-2013 task 7 with --data.")
    figures = measure(options.data)
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for corpus, parts in figures.items():
        for part, (score, low, high) in parts.items():
            print(f"{corpus} {part}: {score:.3f} ({low:.3f}-{high:.3f}), lexical floor {FLOOR[corpus, part]}")


if __name__ == "__main__":
    main()
