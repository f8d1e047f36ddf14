"""Topics outside the bank, with terse rubrics as a caller brings them, and pieces of answers labelled by point.

scripts/data/claims/topics_*.txt: `# key | question` begins a topic, `* ` a rubric point; what follows belongs to that point:
`+ ` another phrasing, `- ` how a misconception sounds, and pieces as a speaker says them: `s ` states the point, `c `
contradicts it, `n ` speaks of the topic and does neither. Written by a language model. Left out are topics of the small
development set that came with the first of these files, and those whose subject the benchmark asks for in other words; of the
rest, one in HELD_BACK is kept for figures and for calibrating.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.domain import Misconception, Question, RubricPoint

FILES = Path(__file__).resolve().parent / "data" / "claims"
DEVELOPMENT = frozenset({"transfer", "roc", "rag", "quant", "corr", "queue"})
ASKED_BY_THE_BENCHMARK = frozenset(
    "cv leak pca distill bn clt lr rlhf bandit conv overfit attention prf1 calib boot abtest gd_variants drift monitor "
    "batchstream datavalid servebatch split injection ranking".split()
)
HELD_BACK = 6
NAMED = {"s": "states", "c": "contradicts", "n": "neither"}
PREFIX = "topic_"


@dataclass
class TopicPoint:
    """A point as it is written down; `said` holds (label, piece)."""

    text: str
    phrasings: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Topic:
    key: str
    asked: str
    points: list[TopicPoint] = field(default_factory=list)

    @property
    def question(self) -> Question:
        points = tuple(_point(number, point) for number, point in enumerate(self.points, start=1))
        return Question(
            id=PREFIX + self.key,
            kind="concept",
            topics=("own",),
            levels=("senior",),
            minutes=3.0,
            spoken=self.asked,
            written=self.asked,
            rubric=points,
            follow_ups=(),
            hints=("Begin.", "Go on.", "Give an example."),
            model_answer=" ".join(point.text for point in points),
            sources=("own",),
        )

    def pieces(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """(answer, text, labels): the first, second ... piece of a kind of every point make an answer together."""
        for kind, label in NAMED.items():
            rows = [[text for found, text in point.said if found == kind] for point in self.points]
            for turn in range(max(map(len, rows), default=0)):
                for number, texts in enumerate(rows, start=1):
                    if turn < len(texts):
                        yield f"{label} {turn + 1}", texts[turn], {f"point_{number}": label}


def read_topics() -> Mapping[str, Topic]:
    """The topics that may be learnt from, by the id of their question."""
    topics = [topic for path in sorted(FILES.glob("topics_*.txt")) for topic in _parsed(path)]
    return {
        PREFIX + topic.key: topic for topic in topics if topic.key not in DEVELOPMENT | ASKED_BY_THE_BENCHMARK
    }


def _parsed(path: Path) -> Iterator[Topic]:
    topic: Topic | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, text = line.strip().partition(" ")
        if mark == "#":
            if topic:
                yield topic
            key, _, asked = text.partition(" | ")
            topic = Topic(key, asked)
        elif topic and mark == "*":
            topic.points.append(TopicPoint(text))
        elif topic and topic.points and text:
            point = topic.points[-1]
            if mark in NAMED:
                point.said.append((mark, text))
            elif mark in "+-":
                (point.phrasings if mark == "+" else point.wrong).append(text)
    if topic:
        yield topic


def _point(number: int, point: TopicPoint) -> RubricPoint:
    errors = (Misconception(id=f"error_{number}", wrong=tuple(point.wrong)),) if point.wrong else ()
    return RubricPoint(
        id=f"point_{number}", text=point.text, phrasings=tuple(point.phrasings), misconceptions=errors
    )
