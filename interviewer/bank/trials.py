"""A question's own texts said as answers: whether the embedded judge gives each what it deserves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.bank.shelf import Remark
from interviewer.domain import Question, Segment, TechnicalScore, Turn
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.spans import split
from interviewer.library.yaml_reader import Loc
from interviewer.ports import Embedder

TrialName = Literal["model answer", "own text", "don't know", "hints", "misconception"]

LEAST_FOR_MODEL_ANSWER = 4.5
MOST: dict[TrialName, float] = {"own text": 0.5, "don't know": 0.5, "hints": 1.5, "misconception": 1.0}
"""The most a text that answers nothing, or wrongly, may score, of 5."""
DO_NOT_KNOW = "I don't know."

_BATCH_QUESTIONS = 8  # their texts are embedded together, which is about twice as fast as one by one


@dataclass(frozen=True)
class Trial:
    """A text of the question, where it stands, and how it was judged."""

    name: TrialName
    where: Loc
    text: str
    result: TechnicalScore

    @property
    def score(self) -> float:
        """Of 5; nothing said is worth nothing."""
        return self.result.score or 0.0

    @property
    def fair(self) -> bool:
        if self.name == "model answer":
            return self.score >= LEAST_FOR_MODEL_ANSWER
        return self.score <= MOST[self.name]

    @property
    def remark(self) -> Remark:
        """What is wrong with the text, unless its score is fair."""
        if self.name == "model answer":
            said = (
                f"the model answer scores {self.score:.2f}, below {LEAST_FOR_MODEL_ANSWER}; {self._lacking}"
            )
        elif self.name == "hints":
            said = f"the three hints said as an answer score {self.score:.2f}, above {MOST[self.name]}"
        else:
            said = f"'{self.text}' said as an answer scores {self.score:.2f}, above {MOST[self.name]}"
        return self.where, said

    @property
    def _lacking(self) -> str:
        if self.result.gate is not None:
            return f"it is taken for: {self.result.gate.replace('_', ' ')}"
        weak = [point.point for point in self.result.points if point.verdict != "met"]
        return f"not met: {', '.join(weak)}" if weak else "every point is met, but barely"


def tried(
    questions: Sequence[Question],
    judge: EmbeddedJudge,
    bank: Mapping[str, Question],
    progress: Callable[[int], None] | None = None,
) -> Iterator[tuple[Question, list[Trial]]]:
    """Every question with its trials. `progress` is told after each batch how many questions are done.

    The model answer is judged beside the whole `bank`, because it must not be taken for another question's; what
    should score low has to do so without that help. Hints are said by somebody who was told them: words that only give
    them back earn nothing (whether they state a point is for `likeness` to see).
    """
    embedder = judge.embedder
    alone = EmbeddedJudge(embedder, None, judge.reader, judge.divide)
    beside_others = EmbeddedJudge(embedder, bank, judge.reader, judge.divide)
    for start in range(0, len(questions), _BATCH_QUESTIONS):
        batch = questions[start : start + _BATCH_QUESTIONS]
        _embed_ahead(batch, embedder)
        for question in batch:
            trials = []
            for name, where, text in _texts(question):
                trying = beside_others if name == "model answer" else alone
                trials.append(Trial(name, where, text, trying.judge(question, as_answer(text))))
            yield question, trials
        if progress is not None:
            progress(start + len(batch))


def as_answer(text: str) -> list[Turn]:
    """`text` as if it had been typed."""
    segment = Segment(text=text, start=0, end=0)
    return [Turn(segments=(segment,), start=0, end=0, ended_by="typed", engine="keyboard")]


def _texts(question: Question) -> Iterator[tuple[TrialName, Loc, str]]:
    yield "model answer", ("model_answer",), question.model_answer
    yield "own text", ("spoken",), question.spoken
    yield "own text", ("written",), question.written
    yield "don't know", (), DO_NOT_KNOW
    yield "hints", ("hints",), " ".join(question.hints)
    for p, point in enumerate(question.rubric):
        for m, misconception in enumerate(point.misconceptions):
            for w, wrong in enumerate(misconception.wrong):
                yield "misconception", ("rubric", p, "misconceptions", m, "wrong", w), wrong


def _embed_ahead(questions: Sequence[Question], embedder: Embedder) -> None:
    """Put what the judge is going to embed into the embedder's memory, in one go."""
    texts: list[str] = []
    for question in questions:
        for point in question.rubric:
            denials = [denial for one in point.misconceptions for denial in one.denial]
            texts += [point.text, *point.phrasings, *denials]
        texts += [question.spoken, question.written]
        texts += [span.text for _, _, text in _texts(question) for span in split(as_answer(text))]
        texts += [wrong for name, _, wrong in _texts(question) if name == "misconception"]
    embedder.encode(list(dict.fromkeys(texts)))
