"""How well told stories are read, on behavioural answers of our own that nothing is trained on.

    python scripts/bench_star.py [--stories FOLDER] [--json]

tests/benchmark/stories/ holds sixty answers with a label for each sentence; answers, labels and grades are by a language model.
They are read as written and without punctuation at 0, 10 and 20 % word errors, made by the same process as the errors in
training. A recogniser that cannot punctuate gives pauses besides, which are not made here. Intervals are 80 % bootstraps over
answers. Beside the story model stands what position alone gives: the opening S, then T, then A, the end R.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from star_data import STORIES, Misheard, Version, read_stories, typed, written

from interviewer.domain import Question, RubricPoint, StarComponent, StarLabel, StarScore, StarSentence, Turn
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.spans import passages
from interviewer.evaluator.star import score_story
from interviewer.evaluator.star_model import StoryReader
from interviewer.library.star_weights import load_star_weights

BENCHMARK = Path(__file__).resolve().parent.parent / "tests" / "benchmark" / "stories"
WAYS: Mapping[str, float | None] = {
    "as written": None,
    "no punctuation": 0.0,
    "no punctuation, 10 % errors": 0.1,
    "no punctuation, 20 % errors": 0.2,
}
LABELS: tuple[StarLabel, ...] = get_args(StarLabel)
COMPONENTS: tuple[StarComponent, ...] = get_args(StarComponent)
RESAMPLES = 200
QUESTION = Question(
    id="asked",
    kind="behavioural",
    topics=("own",),
    levels=("senior",),
    minutes=3,
    spoken="Tell me about a time when something went wrong.",
    written="Tell me about a time when something went wrong.",
    rubric=(RubricPoint(id="story", text="A story."),),
    follow_ups=(),
    hints=("Think of a project.", "What happened?", "What did you do?"),
    model_answer="A story.",
    sources=("own",),
)
Score = Callable[[list[Turn]], StarScore]


@dataclass(frozen=True)
class Read:
    """One answer with what was found in it; `pairs` are (right, found) labels of its sentences."""

    version: Version
    score: StarScore
    pairs: tuple[tuple[StarLabel, StarLabel], ...]


def read(version: Version, score: Score) -> Read:
    found = score(typed(version.text))
    pairs: list[tuple[StarLabel, StarLabel]] = []
    for start, end, number in version.owners():
        shared: Counter[StarLabel] = Counter()
        for sentence in found.sentences:
            assert sentence.evidence is not None
            begins = sentence.evidence.offset
            shared[sentence.label] += max(0, min(end, begins + len(sentence.text)) - max(start, begins))
        label = max(LABELS, key=lambda name: shared[name])
        pairs.append((version.story.labels[number], label))
    return Read(version, found, tuple(pairs))


# figures of merit ----------------------------------------------------------------------------------------------------


def figures(answers: Sequence[Read]) -> dict[str, float]:
    parts = {
        c: [(a.version.story.components[c], a.score.components.get(c, False)) for a in answers]
        for c in COMPONENTS
    }
    pairs = [pair for a in answers for pair in a.pairs]
    stories = [a.version.story for a in answers]
    return {
        "presence F1": _f1([pair for one in parts.values() for pair in one]),
        **{f"presence F1 of {c}": _f1(parts[c]) for c in COMPONENTS},
        "sentence macro F1": float(
            np.mean([_f1([(right == label, found == label) for right, found in pairs]) for label in LABELS])
        ),
        "story or not": _share(
            [s.is_story == a.score.is_story for s, a in zip(stories, answers, strict=True)]
        ),
        "quantified or not": _share(
            [s.quantified_result == a.score.quantified_result for s, a in zip(stories, answers, strict=True)]
        ),
        "Spearman with the grade": _spearman(
            [s.score for s in stories], [a.score.score or 0.0 for a in answers]
        ),
    }


def with_intervals(answers: Sequence[Read]) -> dict[str, list[float]]:
    """Each figure with the 10th and 90th percentile over resampled answers: [figure, low, high]."""
    rng = random.Random(7)
    samples = [figures(rng.choices(answers, k=len(answers))) for _ in range(RESAMPLES)]
    return {
        name: [
            round(value, 3),
            *(round(float(np.percentile([s[name] for s in samples], p)), 3) for p in (10, 90)),
        ]
        for name, value in figures(answers).items()
    }


def confusion(answers: Sequence[Read]) -> dict[str, dict[str, int]]:
    """Right label -> found label -> sentences."""
    seen = Counter(pair for a in answers for pair in a.pairs)
    return {right: {found: seen[right, found] for found in LABELS} for right in LABELS}


def by_kind(answers: Sequence[Read]) -> dict[str, dict[str, float]]:
    kinds = dict.fromkeys(a.version.story.kind for a in answers)
    rows = {}
    for kind in kinds:
        own = [a for a in answers if a.version.story.kind == kind]
        rows[kind] = {
            "answers": len(own),
            "grade": round(float(np.mean([a.version.story.score for a in own])), 2),
            "score": round(float(np.mean([a.score.score or 0.0 for a in own])), 2),
            "told as a story": sum(a.score.is_story for a in own),
        }
    return rows


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    hits = sum(right and found for right, found in pairs)
    wrong = sum(right != found for right, found in pairs)
    return 2 * hits / (2 * hits + wrong) if hits or wrong else 1.0


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def _spearman(wanted: Sequence[float], found: Sequence[float]) -> float:
    return float(np.corrcoef(_ranks(wanted), _ranks(found))[0, 1])


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0, ties sharing their mean."""
    array = np.array(values)
    return [float((array < v).sum() + ((array == v).sum() - 1) / 2) for v in array]


# ---------------------------------------------------------------------------------------------------------------------


def by_position(turns: list[Turn]) -> StarScore:
    """What an answer's length and the places of its sentences give."""
    spans = passages(turns, 18)
    labels: list[StarLabel] = [
        "S" if place < 0.25 else "T" if place < 0.35 else "A" if place < 0.75 else "R"
        for place in (number / max(1, len(spans) - 1) for number in range(len(spans)))
    ]
    return StarScore(
        score=min(5.0, len(turns[0].text.split()) / 30),
        is_story=True,
        components=dict.fromkeys(COMPONENTS, True),
        sentences=tuple(
            StarSentence(text=s.text, label=label, confidence=0.5, evidence=s.evidence)
            for s, label in zip(spans, labels, strict=True)
        ),
        quantified_result=False,
        engine="position",
    )


def measure(folder: Path) -> dict[str, object]:
    stories = read_stories(folder)
    misheard = Misheard(story.text for story in read_stories(STORIES))
    reader = StoryReader(load_star_weights(), MiniLmEmbedder())
    found: dict[str, object] = {"answers": len(stories), "reader": reader.name}
    for way, errors in WAYS.items():
        rng = random.Random(23)
        versions = [written(s) if errors is None else misheard.version(s, errors, rng) for s in stories]
        ours = [read(version, lambda turns: score_story(QUESTION, turns, reader)) for version in versions]
        found[way] = with_intervals(ours)
        if errors is None:
            found["position alone"] = with_intervals([read(version, by_position) for version in versions])
            found["right label -> found label"] = confusion(ours)
            found["by kind"] = by_kind(ours)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=Path, default=BENCHMARK, help="a folder of labelled answers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = measure(options.stories)
    if options.json:
        json.dump(found, sys.stdout, indent=2)
        return
    for name, values in found.items():
        if isinstance(values, dict):
            print(f"{name}:")
            for row, value in values.items():
                print(f"    {row}: {json.dumps(value)}")
        else:
            print(f"{name}: {values}")


if __name__ == "__main__":
    main()
