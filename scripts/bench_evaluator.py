"""How well the embedded judge orders spoken answers, on the development set of the judge's first trial.

The set is small (six topics with five answers each, written by the same hand as the rubrics), so its figures flatter;
they show whether a change helps or harms, not how good the judge is. The expert scores below are the grade of the
answer's kind, not of the answer. Skips with a sentence where the set is not at hand.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from statistics import mean

import numpy as np

from interviewer.domain import Misconception, Question, RubricPoint, Segment, Turn
from interviewer.domain.content import FollowUp
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge

TRIAL = Path(__file__).resolve().parent.parent.parent / "shared" / "spikes" / "judge"
EXPERT = {"strong": 5.0, "good_plain": 4.5, "partial": 2.5, "vague": 0.5, "wrong": 0.0}
Scorer = Callable[[str, str], float]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if not (TRIAL / "dev.txt").is_file():
        sys.exit(f"Skipped: the development set is not at hand (looked for {TRIAL / 'dev.txt'}).")
    figures = measure()
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, values in figures.items():
        print(f"{name}: {json.dumps(values)}")


def measure() -> dict[str, object]:
    answers = read_answers((TRIAL / "dev.txt").read_text())
    bank = read_bank("\n".join(path.read_text() for path in sorted(TRIAL.glob("train_*.txt"))))
    embedder = MiniLmEmbedder()
    judge = EmbeddedJudge(embedder, bank)
    scorers: dict[str, Scorer] = {
        "judge": lambda topic, text: judge.judge(bank[topic], typed(text)).score or 0.0,
        "length": lambda topic, text: float(len(text.split())),
        "cosine": lambda topic, text: _cosine(embedder, bank[topic], text),
    }
    figures: dict[str, object] = {name: ordering(answers, scorer) for name, scorer in scorers.items()}
    figures["mean score of 5"] = {
        kind: round(mean(scorers["judge"](topic, texts[kind]) for topic, texts in answers.items()), 2)
        for kind in EXPERT
    }
    figures["share of the strong answer's score"] = twins(answers, bank, scorers["judge"])
    figures["points of strong and plain answers told as contradicted"] = contradictions(
        judge, bank, answers, ("strong", "good_plain")
    )
    figures["points of wrong answers told as contradicted"] = contradictions(judge, bank, answers, ("wrong",))
    figures["processor seconds for 300 words, spans new, rubric warm"] = seconds(judge, bank, answers)
    return figures


def read_answers(text: str) -> dict[str, dict[str, str]]:
    answers: dict[str, dict[str, str]] = {}
    topic = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("# "):
            topic = line[2:].strip()
            answers[topic] = {}
        else:
            kind, _, answer = line.partition(": ")
            answers[topic][kind] = answer
    return answers


def read_bank(text: str) -> dict[str, Question]:
    return {q.id: q for q in map(_question, re.split(r"^# ", text, flags=re.MULTILINE)[1:])}


def typed(text: str) -> list[Turn]:
    segment = Segment(text=text, start=0, end=0)
    return [Turn(segments=(segment,), start=0, end=0, ended_by="typed", engine="keyboard")]


def ordering(answers: dict[str, dict[str, str]], scorer: Scorer) -> dict[str, float]:
    """Pairs of answers to one question at least a point apart ordered right (a tie is half right), and Spearman."""
    pairs: list[float] = []
    hard: list[float] = []
    expert: list[float] = []
    given: list[float] = []
    for topic, texts in answers.items():
        scores = {kind: scorer(topic, text) for kind, text in texts.items()}
        expert += [EXPERT[kind] for kind in texts]
        given += [scores[kind] for kind in texts]
        for better, worse in combinations(EXPERT, 2):
            if EXPERT[better] - EXPERT[worse] >= 1:
                right = _right(scores[better], scores[worse])
                pairs.append(right)
                if better == "good_plain" and worse in {"vague", "wrong"}:
                    hard.append(right)
    spearman = float(np.corrcoef(_ranks(expert), _ranks(given))[0, 1])
    return {"pairs": round(mean(pairs), 3), "hard": round(mean(hard), 3), "spearman": round(spearman, 3)}


def twins(answers: dict[str, dict[str, str]], bank: dict[str, Question], score: Scorer) -> dict[str, float]:
    """What spoiled twins of the strong answer earn of what it earns; the next topic's answer stands for another's."""
    made: dict[str, Callable[[str, str, str], str]] = {
        "negated": lambda _, strong, __: " ".join(f"It is not true that {s}" for s in _sentences(strong)),
        "negated opening only": lambda _, strong, __: f"It is not true that {strong}",
        "shuffled": lambda _, strong, __: _shuffled(strong),
        "echo": lambda topic, _, __: bank[topic].spoken,
        "do not know": lambda _, __, ___: "Honestly I don't know, sorry.",
        "another question's answer": lambda _, __, other: other,
        "without punctuation": lambda _, strong, __: re.sub(r"[^\w\s']", "", strong).lower(),
    }
    topics = list(answers)
    shares: dict[str, list[float]] = {name: [] for name in made}
    for number, topic in enumerate(topics):
        strong, other = answers[topic]["strong"], answers[topics[(number + 1) % len(topics)]]["strong"]
        full = score(topic, strong)
        for name, make in made.items():
            shares[name].append(score(topic, make(topic, strong, other)) / full)
    return {name: round(mean(values), 3) for name, values in shares.items()}


def contradictions(
    judge: EmbeddedJudge,
    bank: dict[str, Question],
    answers: dict[str, dict[str, str]],
    kinds: tuple[str, ...],
) -> float:
    verdicts = [
        point.verdict == "contradicted"
        for topic, texts in answers.items()
        for kind in kinds
        for point in judge.judge(bank[topic], typed(texts[kind])).points
    ]
    return round(mean(verdicts), 3)


def seconds(judge: EmbeddedJudge, bank: dict[str, Question], answers: dict[str, dict[str, str]]) -> float:
    topic = next(iter(answers))
    spoken = " ".join(" ".join(texts.values()) for texts in answers.values()).split()
    taken = []
    for start in (
        11,
        311,
        611,
    ):  # with other articles than in the scored answers, so that no span is remembered
        text = " ".join(spoken[start : start + 300]).replace("the ", "this ").replace("a ", "one ")
        begin = time.process_time()
        judge.judge(bank[topic], typed(text))
        taken.append(time.process_time() - begin)
    return round(max(taken), 3)


def _question(block: str) -> Question:
    head, *lines = block.strip().splitlines()
    name, _, asked = (part.strip() for part in head.partition("|"))
    points = tuple(_points(lines))
    probes = tuple(
        FollowUp(id=f"f{n}", point=points[0].id, text="Could you say more?", expects="More.")
        for n in range(3)
    )
    return Question(
        id=name,
        kind="concept",
        topics=("trial",),
        levels=("senior",),
        minutes=2,
        spoken=asked,
        written=asked,
        rubric=points,
        follow_ups=probes,
        hints=("Think.", "Think again.", "Think once more."),
        model_answer=" ".join(f"{point.text}." for point in points),
        sources=("the trial",),
    )


def _points(lines: list[str]) -> Iterator[RubricPoint]:
    blocks = re.split(r"^\* ", "\n".join(lines), flags=re.MULTILINE)[1:]
    for number, block in enumerate(blocks):
        text, *rest = block.strip().splitlines()
        said = [text] + [line[2:] for line in rest if line.startswith("+ ")]
        wrong = [line[2:] for line in rest if line.startswith("- ")]
        errors = tuple(
            # The trial knows neither denials nor corrections: the true text stands for both.
            Misconception(id=f"m{n}", wrong=(error, error), denial=(text,), correction=text)
            for n, error in enumerate(wrong)
        )
        phrasings = (*said, text, text)[: max(3, len(said))]  # the schema wants three
        yield RubricPoint(id=f"p{number}", text=text, phrasings=phrasings, misconceptions=errors)


def _cosine(embedder: MiniLmEmbedder, question: Question, text: str) -> float:
    vectors = embedder.encode([text, *(point.text for point in question.rubric)])
    return float((vectors[1:] @ vectors[0]).mean())


def _sentences(text: str) -> list[str]:
    return [s[0].lower() + s[1:] for s in re.split(r"(?<=[.!?])\s+", text) if s]


def _shuffled(text: str) -> str:
    words = re.sub(r"[^\w\s']", "", text).split()
    random.Random(5).shuffle(words)
    return " ".join(words)


def _right(better: float, worse: float) -> float:
    return 1.0 if better > worse else 0.5 if better == worse else 0.0


def _ranks(values: list[float]) -> list[float]:
    ordered = sorted(values)
    return [mean(i for i, other in enumerate(ordered) if other == value) for value in values]


if __name__ == "__main__":
    main()
