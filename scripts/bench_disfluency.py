"""What ums and repetitions do to the content score, which should be nothing.

    python scripts/bench_disfluency.py [--questions 12] [--json]

Puts ums, you-knows and words said twice into the benchmark's answers (one place in ten words, the same for the same seed)
and scores them as they were, with the disfluencies, and with these taken out again as the scorecard's check does. Prints
the mean and the largest absolute shift of 5, and the share of answers that move by half a point or more.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from itertools import groupby
from statistics import mean

from bench_evaluator import ANSWERS, KINDS, GradedAnswer, read_answers, typed
from rich.console import Console
from rich.progress import track

from interviewer.assembly.engines import open_embedded_judge
from interviewer.evaluator.disfluency import without_disfluencies
from interviewer.library.content import load_library

SHARE = (
    0.1  # of the words have a disfluency before them; people's transcripts have 3 to 4 ums in a hundred words
)
A_LOT = 0.5  # of 5


def disfluent(text: str, seed: str) -> str:
    """The answer as somebody says it who searches for words."""
    rng = random.Random(seed)
    words = text.split()
    said: list[str] = []
    for number, word in enumerate(words):
        if rng.random() < SHARE:
            match rng.choice(("um", "uh", "you know,", "I mean,", "twice", "twice")):
                case "twice":
                    said += words[max(0, number - 2) : number]
                case filler:
                    said.append(filler)
        said.append(word)
    return " ".join(said)


def shifts(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    moved = [abs(a - b) for a, b in pairs]
    return {
        "mean": round(mean(moved), 3),
        "largest": round(max(moved), 2),
        f"moved by {A_LOT} or more": round(mean(m >= A_LOT for m in moved), 3),
        "mean with its sign": round(mean(b - a for a, b in pairs), 3),
    }


def measure(most_questions: int) -> dict[str, object]:
    bank = load_library().questions
    answers = [answer for answer in read_answers(ANSWERS) if answer.question in bank]
    asked = list(dict.fromkeys(answer.question for answer in answers))[:most_questions]
    answers = [answer for answer in answers if answer.question in asked]
    judge = open_embedded_judge(bank)

    def score(answer: GradedAnswer, text: str) -> float:
        return judge.judge(bank[answer.question], typed(text)).score or 0.0

    with_them: list[tuple[str, float, float]] = []
    without: list[tuple[str, float, float]] = []
    for answer in track(answers, "Answers", console=Console(stderr=True)):
        plain = score(answer, answer.text)
        said = disfluent(answer.text, f"{answer.question} {answer.kind}")
        cleaned = without_disfluencies(typed(said))
        with_them.append((answer.kind, plain, score(answer, said)))
        without.append((answer.kind, plain, score(answer, cleaned[0].text if cleaned else said)))

    def by_kind(rows: Sequence[tuple[str, float, float]]) -> dict[str, float]:
        ordered = sorted(rows, key=lambda row: KINDS.index(row[0]))
        return {
            kind: shifts([(a, b) for _, a, b in group])["mean"]
            for kind, group in groupby(ordered, key=lambda row: row[0])
        }

    return {
        "questions": len(asked),
        "answers": len(answers),
        "shift with disfluencies": shifts([(a, b) for _, a, b in with_them]),
        "by kind": by_kind(with_them),
        "shift once they are taken out": shifts([(a, b) for _, a, b in without]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=12, help="how many of the benchmark's questions")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    figures = measure(options.questions)
    print(json.dumps(figures, indent=2 if options.json else None))


if __name__ == "__main__":
    main()
