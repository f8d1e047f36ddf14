"""Says the labelled answers of scripts/data/claims and writes down what the embedded recogniser makes of them.

    python scripts/hear_claims.py [--minutes 20] [--out scripts/data/heard_claims.jsonl]

What the claim model held back comes first: on it verdicts are calibrated. Then questions it learns from, in random order,
as long as the time holds. Flite's voices take turns, and the recogniser knows the question, as in an interview. Answers that
the file has already are left alone, so the work can be broken off and taken up. One line an answer:
{"file", "question", "answer", "turn"}.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bench_heard import Booth
from claim_data import HEARD, Labelled, Lessons, held_back

from interviewer.domain import Turn


def answers(lessons: Lessons, questions: Sequence[str]) -> list[list[Labelled]]:
    """The answers to `questions` in an order that is random and always the same; single sentences are no answers."""
    found = [
        list(pieces)
        for name in questions
        for _, pieces in groupby(lessons.pieces(name), key=lambda piece: (piece.file, piece.answer))
    ]
    random.Random(3).shuffle(found)
    return [answer for answer in found if len(answer) > 1]


def kept(turn: Turn) -> Any:
    """Words and segments with their times and doubts, to a hundredth; what is measured on the sound is left out."""
    heard = turn.model_copy(update={"speech": (), "filled_pauses": None})
    return _rounded(heard.model_dump(mode="json", exclude_defaults=True))


def _rounded(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _rounded(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_rounded(value) for value in node]
    return round(node, 2) if isinstance(node, float) else node


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--out", type=Path, default=HEARD)
    options = parser.parse_args()
    lessons, held = Lessons(), held_back()
    learnt = [name for name in sorted(lessons.questions) if name not in held]
    done = set()
    if options.out.is_file():
        lines = map(json.loads, options.out.read_text(encoding="utf-8").splitlines())
        done = {(line["file"], line["question"], line["answer"]) for line in lines}
    booth, begun = Booth(), time.monotonic()
    with options.out.open("a", encoding="utf-8") as out:
        for pieces in [*answers(lessons, held), *answers(lessons, learnt)]:
            first = pieces[0]
            if (first.file, first.question, first.answer) in done:
                continue
            if time.monotonic() - begun > options.minutes * 60:
                break
            turn = booth.heard(" ".join(piece.text for piece in pieces), lessons.questions[first.question])
            line = {
                "file": first.file,
                "question": first.question,
                "answer": first.answer,
                "turn": kept(turn),
            }
            out.write(json.dumps(line) + "\n")
            out.flush()
            print(f"{time.monotonic() - begun:.0f} s, {len(turn.text.split())} words", flush=True)
    booth.close()


if __name__ == "__main__":
    main()
