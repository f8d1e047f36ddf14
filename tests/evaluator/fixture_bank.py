"""A small bank written for these tests, answers of known worth, and stand-ins for the engines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from interviewer.domain import (
    FollowUp,
    Misconception,
    Question,
    RubricPoint,
    Segment,
    Span,
    Turn,
    Word,
)
from interviewer.domain.content import Kind
from interviewer.errors import EngineError
from interviewer.evaluator.star_model import StoryReader
from interviewer.library.star_weights import load_star_weights
from interviewer.ports import Choice, PromptPart


def _point(
    point_id: str, text: str, phrasings: tuple[str, ...], wrong: tuple[str, str], denial: str
) -> RubricPoint:
    error = Misconception(id=f"{point_id}_error", wrong=wrong, denial=(denial,), correction=f"Rather: {text}")
    return RubricPoint(id=point_id, text=text, phrasings=phrasings, misconceptions=(error,))


def _question(
    question_id: str, kind: Kind, spoken: str, model: str, points: tuple[RubricPoint, ...]
) -> Question:
    probes = tuple(
        FollowUp(id=f"about_{p.id}", point=p.id, text=f"Say more on {p.id}?", expects=p.text) for p in points
    )
    parts = tuple(
        FollowUp(id=f"part_{name.lower()}", star=name, text=f"What about part {name}?", expects="The part.")
        for name in ("S", "T", "A", "R")
    )
    return Question(
        id=question_id,
        kind=kind,
        topics=("tests",),
        levels=("senior",),
        minutes=2,
        spoken=spoken,
        written=spoken,
        rubric=points,
        follow_ups=probes + (parts if kind == "behavioural" else ()),
        hints=("Think about new data.", "Think about memory.", "Memorising is the word."),
        model_answer=model,
        sources=("own knowledge",),
    )


OVERFITTING = _question(
    "overfitting",
    "concept",
    "What is overfitting, and what would you do about it?",
    "Overfitting means a model memorises its training data. It does well in training and badly on new data. "
    "More data or regularisation helps.",
    (
        _point(
            "memorises",
            "An overfitted model memorises the training data, noise included.",
            (
                "it learns the examples by heart instead of the pattern",
                "like a student who memorises last year's exam",
                "the model fits noise in the training set",
            ),
            (
                "the model is too simple to learn the data",
                "overfitting is when the model cannot fit the training set",
            ),
            "it is not that the model is too simple",
        ),
        _point(
            "gap",
            "Training error is low while error on unseen data is high.",
            (
                "it looks great on what it has seen and fails on anything new",
                "a large gap between training loss and validation loss",
                "fine in practice runs but bad on the real thing",
            ),
            ("training error is high and test error is low", "an overfitted model does well on new data"),
            "doing well on the training data does not mean it does well on new data",
        ),
        _point(
            "more_data",
            "More training data reduces overfitting.",
            (
                "show it many more examples so it cannot remember each one",
                "collecting or augmenting data lowers variance",
                "a bigger and more varied data set helps",
            ),
            ("you should use less training data against overfitting", "more data makes overfitting worse"),
            "more data does not make it worse",
        ),
        _point(
            "regularise",
            "Regularisation such as weight decay or dropout limits the model.",
            (
                "hold the model back so that it prefers simple explanations",
                "punish large weights or switch off random neurons",
                "use weight decay, dropout or early stopping",
            ),
            ("make the network bigger and train it longer to stop overfitting", "remove all regularisation"),
            "training longer does not cure it",
        ),
    ),
)

INDEXES = _question(
    "indexes",
    "data_engineering",
    "How do database indexes work, and what do they cost?",
    "An index is a sorted structure that finds rows without scanning the table. Writes become slower.",
    (
        _point(
            "lookup",
            "An index finds rows without scanning the whole table.",
            (
                "like the register at the back of a book, you jump to the page",
                "a B-tree lookup in logarithmic time",
                "the database need not read every row",
            ),
            ("an index makes the database read every row", "an index is a second copy of the whole database"),
            "it does not read every row",
        ),
        _point(
            "writes",
            "Every write has to update the index, so inserts get slower.",
            (
                "adding a row means updating the register too",
                "write amplification on insert and update",
                "you pay for it each time you change something",
            ),
            ("indexes make inserts faster", "writing costs nothing extra with an index"),
            "inserts do not get faster",
        ),
        _point(
            "selective",
            "Indexes help most on selective columns.",
            (
                "it is useless when half of the rows have the same value",
                "high cardinality columns profit most",
                "best where a value picks out few rows",
            ),
            ("index columns where all rows have the same value", "low cardinality columns profit most"),
            "columns with few values do not profit",
        ),
    ),
)

FAILURE = _question(
    "failure",
    "behavioural",
    "Tell me about a time when a model of yours failed in production.",
    "A story with a situation, a task, actions and a result.",
    (
        _point(
            "cause",
            "Names the cause of the failure and how it was found.",
            (
                "I found that a feature was computed in the wrong time zone",
                "it turned out that the upstream table had changed",
                "I traced it to a bug in the preprocessing",
            ),
            ("we never found out why it failed", "it just failed, these things happen"),
            "we did find out why",
        ),
        _point(
            "own_part",
            "Says what the speaker did personally.",
            ("I rolled the model back myself", "I wrote the fix and the test", "I called the team together"),
            ("somebody else took care of it", "the team handled everything without me"),
            "it was not somebody else",
        ),
        _point(
            "lesson",
            "Says what was changed afterwards.",
            (
                "since then we monitor the input distribution",
                "I added a check so that it cannot happen again",
                "now we compare each release with the last",
            ),
            ("we changed nothing afterwards", "there was nothing to learn from it"),
            "it was not left as it was",
        ),
    ),
)

BANK: Mapping[str, Question] = {q.id: q for q in (OVERFITTING, INDEXES, FAILURE)}

STRONG = (
    "Overfitting means that the model memorises the training set, including its noise. You see a large gap between "
    "training loss and validation loss, so it fails on unseen data. I would collect or augment more training data, and "
    "I would add regularisation such as weight decay or dropout."
)
GOOD_PLAIN = (
    "It's like a pupil who learns last year's exam by heart. It looks brilliant on everything it has already seen, and "
    "then something new comes along and it falls flat. I'd show it many more examples, so it can't just remember each "
    "one, and I'd hold it back a bit so it goes for the simple explanation."
)
PARTIAL = "Overfitting is when the model memorises the training data. You can use dropout."
VAGUE = (
    "Overfitting is a very important challenge in modern machine learning pipelines. One has to follow best practices, "
    "align with stakeholders and iterate holistically, so that the solution is robust and delivers value at scale."
)
WRONG = (
    "Overfitting is when the model is too simple and cannot fit the training set. Training error is high and test error "
    "is low. You should use less training data, and make the network bigger and train it longer to stop it."
)
INDEXES_STRONG = (
    "An index is like the register at the back of a book: the database jumps to the rows without scanning the whole "
    "table. Every insert has to update it, so writes get slower. It helps most on columns where a value picks out few rows."
)
STORY = (
    "At my previous company our fraud model kept flagging good customers, and support was drowning. I was asked to bring "
    "the false alarms down before the Christmas season. First I pulled a month of flagged cases and labelled two hundred "
    "of them by hand. Then I found that one feature was computed in the wrong time zone, so I fixed it and wrote a test. "
    "In the end false alarms dropped by forty percent and support tickets halved. Since then we compare each release with "
    "the last."
)
HYPOTHETICAL = (
    "I would first look at the data and talk to everybody involved. Usually failures come from the data. Then I would "
    "roll back, and I'd make sure that everybody learns from it. It is important to stay calm."
)
WE_ONLY = (
    "Two years ago we had a big outage. We looked at the logs and we rolled back. We wrote a report and we fixed the "
    "alerting. In the end uptime went up to 99.9 percent."
)


READER = StoryReader(load_star_weights())
"""Reads stories on words alone, without MiniLM."""


def typed(*texts: str) -> tuple[Turn, ...]:
    return tuple(
        Turn(segments=(Segment(text=t, start=0, end=0),), start=0, end=0, ended_by="typed", engine="keyboard")
        for t in texts
    )


def spoken(
    text: str, *, doubtful: bool = False, seconds_per_word: float = 0.4, pause_after: Sequence[int] = ()
) -> Turn:
    """A turn with timed words at an even pace; a pause of one second follows each word numbered in `pause_after`."""
    now, words, speech, opened = 1.0, [], [], 1.0
    said = text.split()
    for number, word in enumerate(said):
        words.append(Word(text=word, start=now, end=now + seconds_per_word))
        now += seconds_per_word
        if number in pause_after or number == len(said) - 1:
            speech.append(Span(start=opened, end=now))
            now += 1.0
            opened = now
    segment = Segment(
        text=text, start=1.0, end=speech[-1].end, confidence=0.8, doubtful=doubtful, words=tuple(words)
    )
    return Turn(
        segments=(segment,),
        speech=tuple(speech),
        start=1.0,
        end=speech[-1].end,
        ended_by="silence",
        engine="scripted",
    )


def rough_words(text: str) -> str:
    """As a rough recogniser writes: lower case, no punctuation."""
    return re.sub(r"[^\w\s']", "", text).lower()


class BagEmbedder:
    """Unit vectors of word counts: like MiniLM it knows no word order, unlike MiniLM no synonyms. Deterministic."""

    name = "bag of words"

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += texts
        vectors = np.zeros((len(texts), 4096), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"[a-z]+", text.lower()):
                vectors[row, self.columns.setdefault(word, len(self.columns)) % 4096] += 1
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return np.asarray(vectors / lengths, dtype=np.float32)


class PlainTemplates:
    """Puts the values into one line; the real templates are tested with the real renderer."""

    def render(self, name: str, **values: Any) -> str:
        return f"{name}\n{values.get('point', '')}\n{values.get('sentences', '')}"

    def hash(self, name: str) -> str:
        return f"hash of {name}"


def says(answer: str, sentence: int, chance: float | None = 0.95) -> Choice:
    """A reply with the chance of what it says; None as from an engine that tells none."""
    other = "no" if answer == "yes" else "yes"
    chances = None if chance is None else {answer: chance, other: 1 - chance}
    return Choice({"answer": answer, "sentence": str(sentence)}, chances)


class ScriptedModel:
    """Chooses for each (template, rubric point) as told; `default` otherwise. An EngineError in its place is raised."""

    name = "scripted model"

    def __init__(self, replies: Mapping[tuple[str, str], Choice | EngineError]) -> None:
        self.replies = replies
        self.prompts: list[str] = []
        self.default: Choice | EngineError = says("no", 0)

    def stream(self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7) -> Any:
        raise AssertionError("a judge never streams")

    def fill(self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int) -> Any:
        raise AssertionError("a judge has nothing filled in")

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        text = prompt[-1].text
        self.prompts.append(text)
        template, point = text.splitlines()[:2]
        reply = self.replies.get((template, point), self.default)
        if isinstance(reply, EngineError):
            raise reply
        return reply

    def close(self) -> None: ...
