"""The texts of turn_corpus.py: those the decision on the end of a turn is fitted to, and those it is measured with."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import yaml

Ending = Literal["as written", "closing words", "done phrase", "short answer"]


@dataclass(frozen=True)
class Answer:
    question: str
    kind: str
    sentences: tuple[str, ...]
    ending: Ending = "as written"


HERE = Path(__file__).resolve().parent
BENCHMARK = HERE.parent / "tests" / "benchmark"


def fitting_answers() -> list[Answer]:
    """Texts written for other things: the claim model's and the story model's own."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((HERE / "data" / "claims").glob("spoken_[123].jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["answer"] in ("strong", "plain"):
                found.setdefault((entry["question"], entry["answer"]), []).append(entry["text"])
    technical = [Answer(question, kind, tuple(texts)) for (question, kind), texts in found.items()]
    stories = [
        Answer("", story["kind"], tuple(text for _, text in story["sentences"]))
        for path in sorted((HERE / "data" / "stories").glob("*.yaml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
        if len(story["sentences"]) >= 6
    ]
    return [*technical, *stories]


def benchmark_answers() -> Iterator[Answer]:
    """Texts that nothing is fitted to: right answers and stories of tests/benchmark."""
    for path in sorted((BENCHMARK / "answers").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]:
            if entry["kind"] in ("strong", "plain"):
                yield Answer(entry["question"], entry["kind"], tuple(_sentences(entry["text"])))
    stories = yaml.safe_load((BENCHMARK / "stories" / "behavioural.yaml").read_text(encoding="utf-8"))
    for story in stories["answers"]:
        if len(story["sentences"]) >= 6:
            yield Answer("", story["kind"], tuple(text for _, text in story["sentences"]))


def _sentences(text: str) -> list[str]:
    pieces: list[str] = []
    for word in text.split():
        if pieces and not pieces[-1].endswith((".", "?", "!")):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


CLOSING_WORDS = (
    "So that's basically how I'd go about it.",
    "I think that covers the main points.",
    "Yeah, so that's roughly what I'd do.",
    "And that's pretty much the whole story.",
    "So yeah, that's how it went.",
    "I'll leave it there.",
    "So in short, that's the idea.",
    "I can go deeper into any of that if you like.",
    "Does that make sense?",
    "I hope that answers your question.",
)
DONE_PHRASES = ("That's my answer.", "That's all.", "I'm done.")
SHORT_ANSWERS = (
    ("Are you open to moving to another city?", "Yes, I'd be happy to move."),
    ("When could you start?", "I could start in the middle of March."),
    ("Have you worked in a team of this size before?", "Yes, my last team had eleven people."),
    ("What is your notice period?", "It's three months, but I could ask for two."),
    ("Do you need a visa?", "No, I have a permanent permit."),
    ("Which language do you prefer for data work?", "Mostly Python, and some SQL."),
    ("Did you manage people in that role?", "Not formally, no."),
    ("How long were you at the company?", "A bit more than four years."),
    ("Is this your first interview with us?", "No, I spoke to Anna last week."),
    ("Do you have any questions so far?", "No, it's all clear."),
    ("Would two days in the office work for you?", "Two days are fine for me."),
    ("Have you used the cloud before?", "Yes, for about two years, mostly storage and training."),
)


def measured_answers(count: int) -> list[Answer]:
    """`count` long answers of the benchmark, half of them as written, a third with closing words, the rest with a phrase
    that ends the turn; and the short answers."""
    rng = random.Random("measured")
    answers = list(benchmark_answers())
    technical = [answer for answer in answers if answer.question]
    stories = [answer for answer in answers if not answer.question]
    rng.shuffle(technical)
    rng.shuffle(stories)
    mixed = [answer for pair in zip(technical, stories, strict=False) for answer in pair][:count]
    found = [_with_ending(answer, number, rng) for number, answer in enumerate(mixed)]
    short = [Answer(asked, "short", (said,), "short answer") for asked, said in SHORT_ANSWERS]
    return [*short, *found]  # whose numbers do not change with `count`


def _with_ending(answer: Answer, number: int, rng: random.Random) -> Answer:
    match number // 2 % 6:
        case 0 | 2 | 4:
            return answer
        case 1 | 3:
            return replace(
                answer, sentences=(*answer.sentences, rng.choice(CLOSING_WORDS)), ending="closing words"
            )
        case _:
            return replace(
                answer, sentences=(*answer.sentences, rng.choice(DONE_PHRASES)), ending="done phrase"
            )
