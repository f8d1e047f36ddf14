"""How well answers are graded when the bank does not hold their question: against a rubric without other words, or against
one good answer, as `interviewer grade` is given them.

    python scripts/bench_grading.py [--outside] [--questions 10] [--json]

The answers are those of bench_evaluator.py. Each question is taken out of the bank first, so that only its neighbours can
lend phrasings. "own rubric" gives the points' texts alone; "reference" gives the question's model answer alone.

With --outside they are tests/benchmark/outside/answers.jsonl: seven answers to each of twenty-four questions, by a language
model that had seen nothing of the bank or of what scores them. "full rubric" gives each point two or three other phrasings and
an error besides.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from bench_evaluator import (
    ANSWERS,
    GradedAnswer,
    Scored,
    ordering,
    read_answers,
    typed,
    with_intervals,
)
from rich.console import Console
from rich.progress import track

from interviewer.assembly.engines import open_embedded_judge
from interviewer.domain import Question
from interviewer.grading.rubrics import Measures
from interviewer.grading.task import GradingTask
from interviewer.library.content import load_library

Given = Callable[[Question], Mapping[str, Any]]
WAYS: Mapping[str, Given] = {
    "own rubric": lambda question: {"rubric": [point.text for point in question.rubric]},
    "reference": lambda question: {"reference": question.model_answer},
}
OUTSIDE = ANSWERS.parent / "outside" / "answers.jsonl"
OUTSIDE_WAYS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "full rubric": lambda given: {"rubric": given["rubric"]},
    "own rubric": lambda given: {"rubric": [point["text"] for point in given["rubric"]]},
    "reference": lambda given: {"reference": given["reference"]},
}


def measure_outside(file: Path, most_questions: int | None) -> dict[str, Any]:
    bank = load_library().questions
    judge = open_embedded_judge(bank)
    measures = Measures(bank, judge.embedder)
    scored: dict[str, list[Scored]] = {way: [] for way in OUTSIDE_WAYS}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][:most_questions]
    for line in track(lines, "Questions", console=Console(stderr=True)):
        for way, given in OUTSIDE_WAYS.items():
            task = {"id": 1, "question": line["question"], "kind": "concept", "answer": "", **given(line)}
            measured = measures.of(GradingTask.model_validate(task)).question
            for told in line["answers"]:
                answer = GradedAnswer(line["question"], told["kind"], told["text"], told["grade"], {})
                scored[way].append(Scored(answer, judge.judge(measured, typed(answer.text)).score or 0.0))
    return figures_of(scored)


def measure(most_questions: int | None) -> dict[str, Any]:
    bank = load_library().questions
    answers = [answer for answer in read_answers(ANSWERS) if answer.question in bank]
    asked = list(dict.fromkeys(answer.question for answer in answers))[:most_questions]
    judge = open_embedded_judge(bank)
    scored: dict[str, list[Scored]] = {way: [] for way in WAYS}
    for name in track(asked, "Questions", console=Console(stderr=True)):
        others = {other: question for other, question in bank.items() if other != name}
        measures = Measures(others, judge.embedder)
        for way, given in WAYS.items():
            measured = measures.of(_task(bank[name], given)).question
            for answer in answers:
                if answer.question == name:
                    score = judge.judge(measured, typed(answer.text)).score
                    scored[way].append(Scored(answer, score or 0.0))
    return figures_of(scored)


def figures_of(scored: Mapping[str, list[Scored]]) -> dict[str, Any]:
    return {
        way: {
            **with_intervals(found, ordering),
            "mean grade and score by kind": {
                kind: _means_of(kind, found) for kind in dict.fromkeys(one.answer.kind for one in found)
            },
        }
        for way, found in scored.items()
    }


def _task(question: Question, given: Given) -> GradingTask:
    return GradingTask.model_validate(
        {
            "id": question.id,
            "question": question.spoken,
            "kind": question.kind,
            "answer": "",
            **given(question),
        }
    )


def _means_of(kind: str, scored: list[Scored]) -> tuple[float, float]:
    found = [one for one in scored if one.answer.kind == kind]
    return round(mean(one.answer.score for one in found), 2), round(mean(one.score for one in found), 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, help="only so many questions")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--outside", action="store_true", help="questions that were never the bank's")
    options = parser.parse_args()
    figures = measure_outside(OUTSIDE, options.questions) if options.outside else measure(options.questions)
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for way, values in figures.items():
        print(f"{way}: {json.dumps(values)}")


if __name__ == "__main__":
    main()
