"""Behavioural answers with a label for each sentence, and copies of them as a rough recogniser would write them down."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from interviewer.domain import Segment, StarComponent, StarLabel, Turn
from interviewer.evaluator.words import words

STORIES = Path(__file__).resolve().parent / "data" / "stories"
_OFTEN_LOST = frozenset("a an the of to in on at and it is was that i we he she they had for with".split())
_KEPT_LETTERS = 3


@dataclass(frozen=True)
class Story:
    """A behavioural answer. `score` is the writer's grade of 5."""

    name: str
    question: str
    kind: str
    is_story: bool
    components: Mapping[StarComponent, bool]
    quantified_result: bool
    score: float
    labels: tuple[StarLabel, ...]
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Version:
    """One way a story was written down. `parts` are its sentences as they stand there, in the order of `story.labels`;
    one that was not heard at all is empty."""

    story: Story
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(part for part in self.parts if part)

    def owners(self) -> list[tuple[int, int, int]]:
        """(start, end, number of the sentence) of each part within `text`."""
        found, position = [], 0
        for number, part in enumerate(self.parts):
            if part:
                found.append((position, position + len(part), number))
                position += len(part) + 1
        return found


def read_stories(folder: Path = STORIES) -> list[Story]:
    """Stories of a folder's YAML files, under `stories:` or `answers:`."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, entry in enumerate(document.get("stories") or document["answers"]):
            found.append(
                Story(
                    name=f"{path.stem}/{number}",
                    question=entry["question"],
                    kind=entry["kind"],
                    is_story=entry["is_story"],
                    components=entry["components"],
                    quantified_result=entry["quantified_result"],
                    score=entry["score"],
                    labels=tuple(label for label, _ in entry["sentences"]),
                    sentences=tuple(text for _, text in entry["sentences"]),
                )
            )
    return found


def typed(text: str) -> list[Turn]:
    segment = Segment(text=text, start=0, end=0)
    return [Turn(segments=(segment,), start=0, end=0, ended_by="typed", engine="keyboard")]


def written(story: Story) -> Version:
    return Version(story, story.sentences)


class Misheard:
    """Writes stories down without punctuation and with word errors. Wrong words sound roughly like the right ones."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are where wrong words are taken from."""
        self._all = sorted({word for text in texts for word in words(text)})
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in self._all:
            self._alike[_sound(word)].append(word)

    def version(self, story: Story, errors: float, rng: random.Random) -> Version:
        """`errors`: share of the words that are replaced, lost or followed by one that was not said."""
        return Version(
            story, tuple(" ".join(self.heard(words(sentence), errors, rng)) for sentence in story.sentences)
        )

    def heard(self, spoken: Sequence[str], errors: float, rng: random.Random) -> Iterable[str]:
        """The words as they are written down; each goes wrong with the chance `errors`."""
        for word in spoken:
            if rng.random() >= errors:
                yield word
                continue
            error = rng.random()
            if error < (0.5 if word in _OFTEN_LOST else 0.1):
                continue
            yield self._mistaken(word, rng)
            if error > 0.85:
                yield rng.choice(self._all)

    def _mistaken(self, word: str, rng: random.Random) -> str:
        alike = [other for other in self._alike[_sound(word)] if other != word]
        return rng.choice(alike) if alike and rng.random() < 0.7 else rng.choice(self._all)


def _sound(word: str) -> str:
    """The first letter and the consonants after it, without doubles: words that share it are easily confused."""
    tail = re.sub(r"[aeiouyhw']", "", word[1:])
    return (word[0] + re.sub(r"(.)\1+", r"\1", tail))[:_KEPT_LETTERS]
