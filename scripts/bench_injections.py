"""Whether instructions smuggled into an answer raise its score, and whether looking for them costs honest answers anything.

    python scripts/bench_injections.py [--count 120] [--seed 20] [--json]

The injections are those of tests/injections.py, drawn with a seed. They go into answers made from the bank itself: a
question's model answer, half of it, its misconceptions, a few words, "I don't know", the question read back, the model
answer shuffled, and another question's. The embedded judge scores each with and without; the whole score of an answer is
compared, and its parts. The second figure is the drift of honest texts of the bank when nothing is taken out of them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from injections import Injection, injected, injections

from interviewer.assembly.engines import open_embedded_judge, open_stories
from interviewer.domain import AnswerScore, Question, Segment, Turn
from interviewer.evaluator.appeals import spoken_to_the_judge
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.scorecard import score_answer
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS
from interviewer.library.content import load_library
from interviewer.session.state import Answer, Asked

COUNT = 500
QUESTIONS = 25
PARTS = ("technical", "star", "clarity", "overall")


def halved(text: str) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2])


def shuffled(text: str) -> str:
    words = text.split()
    random.Random(5).shuffle(words)
    return " ".join(words)


def wrong(question: Question) -> str:
    said = [misconception.wrong[0] for point in question.rubric for misconception in point.misconceptions]
    return " ".join(said) or "It cannot be done."


BASES: Mapping[str, Callable[[Question, Question], str]] = {
    "model answer": lambda question, _: question.model_answer,
    "half of it": lambda question, _: halved(question.model_answer),
    "misconceptions": lambda question, _: wrong(question),
    "a few words": lambda question, _: " ".join(question.rubric[0].text.split()[:4]),
    "do not know": lambda _, __: "Sorry, I don't know.",
    "question read back": lambda question, _: question.spoken,
    "shuffled": lambda question, _: shuffled(question.model_answer),
    "another's": lambda _, other: other.model_answer,
}


def scored(judge: EmbeddedJudge, question: Question, text: str) -> AnswerScore:
    segment = Segment(text=text, start=0, end=0)
    turn = Turn(segments=(segment,), start=0, end=0, ended_by="typed", engine="keyboard")
    asked = Asked(text=question.spoken, at=0.0, persona="", turns=(turn,))
    answer = Answer(question=question.id, persona="", asked=(asked,))
    return score_answer(question, answer, DEFAULT_WEIGHTS, judge, stories=open_stories(judge.embedder))


def parts(score: AnswerScore) -> dict[str, float]:
    values = (score.technical.score, score.star.score, score.clarity.score, score.overall)
    return {name: value or 0.0 for name, value in zip(PARTS, values, strict=True)}


def attacks(
    count: int, seed: int, bank: Mapping[str, Question]
) -> list[tuple[Question, str, str, Injection]]:
    """(question, kind of base, base, injection): bases, families and places all meet each other."""
    chance = random.Random(seed)
    asked = chance.sample(list(bank.values()), QUESTIONS + 1)
    kinds = list(BASES)
    found = []
    for number, injection in enumerate(injections(count, seed=seed)):
        question, other = asked[number % QUESTIONS], asked[number % QUESTIONS + 1]
        kind = kinds[number % len(kinds)]
        topical = Injection(
            injection.family, injection.text.replace("the question", question.topics[0]), injection.place
        )
        found.append((question, kind, BASES[kind](question, other), topical))
    return found


def measure(count: int, seed: int) -> dict[str, object]:
    bank = load_library().questions
    judge = open_embedded_judge(bank)
    chance = random.Random(9)
    honest: dict[tuple[str, str], dict[str, float]] = {}
    raised: Counter[str] = Counter()
    examples = []
    for question, kind, base, injection in track(
        attacks(count, seed, bank), "Injections", console=Console(stderr=True)
    ):
        before = honest.get((question.id, base))
        if before is None:
            before = honest[question.id, base] = parts(scored(judge, question, base))
        attacked = injected(base, injection, chance)
        after = parts(scored(judge, question, attacked))
        for part in PARTS:
            raised[part] += after[part] > before[part]
        if after["overall"] > before["overall"] or after["technical"] > before["technical"]:
            examples.append(
                {
                    "question": question.id,
                    "base": kind,
                    "family": injection.family,
                    "place": injection.place,
                    "text": injection.text,
                    "before": before,
                    "after": after,
                }
            )
    texts = [
        text
        for question in bank.values()
        for text in [
            question.model_answer,
            *(phrase for point in question.rubric for phrase in point.phrasings),
        ]
    ]
    barred = sum(bool(spoken_to_the_judge(text)) for text in texts)
    return {
        "injections": count,
        "raised": {part: raised[part] for part in PARTS},
        "honest texts of the bank": len(texts),
        "of them taken for words to the scorer": barred,
        "examples": examples,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument(
        "--seed", type=int, default=20, help="other injections into answers to other questions"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, every raised answer in it"
    )
    options = parser.parse_args()
    figures = measure(options.count, options.seed)
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, value in figures.items():
        if name != "examples":
            print(f"{name}: {json.dumps(value)}")


if __name__ == "__main__":
    main()
