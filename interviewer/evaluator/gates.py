"""What must hold before similarity means anything. A gate caps the score and says so. Pure: similarities come in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from interviewer.domain import Gate, Question, Turn
from interviewer.evaluator.appeals import without_appeals
from interviewer.evaluator.word_order import shuffled
from interviewer.evaluator.words import FILLERS, content_stems, covered, words

CAPS: Mapping[Gate, float] = {
    "empty": 0.0,
    "non_answer": 0.0,
    "echo": 0.2,
    "word_salad": 1.0,
    "other_question": 0.4,
    "off_topic": 0.5,
    "too_short": 1.0,
}
"""The most an answer behind each gate can score, of 5."""

SHORTEST_ANSWER_WORDS = 6
CONTENT_KINDS = frozenset(
    {"concept", "system_design", "data_engineering", "experimentation", "coding", "research"}
)
"""Kinds of question whose subject is known beforehand; a story or a motive may be about anything."""

_ECHO_SHARE = 0.8


@dataclass(frozen=True)
class _Bounds:
    """Below all of `point`, `question` (cosines) and `terms` an answer is off the topic; `margin`: how much nearer another
    question's rubric has to be."""

    point: float
    question: float
    terms: int
    margin: float


_OF_THE_BANK = _Bounds(point=0.38, question=0.35, terms=3, margin=0.06)
_OF_A_STRANGER = _Bounds(point=0.25, question=0.2, terms=2, margin=0.15)
"""Plain words lie far from bare, terse points: there the bank's bounds called 17 of 100 right answers to forty outside topics off
the topic, these 3; they let one in ten answers about nothing of the kind through."""
_NON_ANSWER = re.compile(
    r"\b(?:(?:i|we) (?:really |honestly |just )?(?:do not|don'?t|wouldn'?t|would not) (?:really |actually )?(?:know|remember|recall)"
    r"|(?:i )?(?:have |'ve )?(?:got )?no (?:idea|clue)|not sure|i(?: am|'m) not familiar|never (?:heard|used|worked|came across)"
    r"|can(?:'t| ?not) (?:answer|remember|recall|think of|say)|(?:can|could|may) we (?:skip|move on|go to)|(?:skip|pass)(?: on)? (?:this|that|it)"
    r"|i(?:'ll| will| would)? (?:have to )?(?:pass|skip)|my mind (?:is|went|has gone) blank|drawing a blank)\b",
    re.IGNORECASE,
)
_APOLOGY_STEMS = content_stems(
    "sorry honestly question next move skip pass look sure idea clue remember recall know knew think maybe heard work "
    "worked answer unfortunately familiar never come back mind blank afraid guess please today moment still ask asked "
    "nothing rather different anything able tell honest topic right head long time ago studied learned drawing"
)
_NON_ANSWER_LEFT_STEMS = 4


def textual_gate(text: str, question: Question, *, recognised: bool) -> Gate | None:
    """The gates that need no embedding, in order of precedence. `recognised`: a recogniser wrote the text. What is
    addressed to the scorer counts for nothing here: somebody who says only that has not answered."""
    if not _spoken(text):
        return "empty"
    text = without_appeals(text, question)
    spoken = _spoken(text)
    if not spoken or _is_non_answer(text):
        return "non_answer"
    if _is_echo(text, question):
        return "echo"
    if shuffled(spoken, recognised=recognised):
        return "word_salad"
    return "too_short" if len(spoken) < SHORTEST_ANSWER_WORDS else None


def not_known(turns: Sequence[Turn], question: Question) -> int:
    """How many of the latest turns, one after the other, say no more than that one does not know."""
    latest = takewhile(lambda turn: _is_non_answer(without_appeals(turn.text, question)), reversed(turns))
    return sum(1 for _ in latest)


def _spoken(text: str) -> list[str]:
    return [w for w in words(text) if w not in FILLERS]


@dataclass(frozen=True)
class Topic:
    """How near an answer comes to its question and to others; all values are cosines.

    `points`: the answer's best similarity to each rubric point; `question`: to the question's own words;
    `elsewhere`: the mean best similarity per rubric point of each of the nearest other questions. `stranger`: the question
    is not the bank's, whose rubrics are put in more words than a caller's and so draw every answer on the subject.
    """

    points: Sequence[float]
    question: float
    shared_terms: int
    elsewhere: Sequence[float] = ()
    stranger: bool = False

    @property
    def own(self) -> float:
        return sum(self.points) / len(self.points)


def topical_gate(topic: Topic, question: Question) -> Gate | None:
    """Whether the answer belongs to another question or to none."""
    if question.kind not in CONTENT_KINDS:
        return None
    bounds = _OF_A_STRANGER if topic.stranger else _OF_THE_BANK
    if topic.elsewhere and max(topic.elsewhere) > topic.own + bounds.margin:
        return "other_question"
    strange = topic.question < bounds.question and topic.shared_terms < bounds.terms
    return "off_topic" if strange and max(topic.points) < bounds.point else None


def rubric_stems(question: Question) -> frozenset[str]:
    """Content words of everything a right answer might say."""
    said = [text for point in question.rubric for text in (point.text, *point.phrasings)]
    return content_stems(" ".join([*said, question.model_answer]))


def question_stems(question: Question) -> frozenset[str]:
    return content_stems(f"{question.spoken} {question.written}")


def gives_back(text: str, told: frozenset[str]) -> bool:
    """Whether a sentence only gives back words that the interviewer said before."""
    said = content_stems(text)
    return len(said) >= 2 and covered(said, told) >= _ECHO_SHARE


def _is_non_answer(text: str) -> bool:
    if not _NON_ANSWER.search(text):
        return False
    left = content_stems(_NON_ANSWER.sub(" ", text)) - _APOLOGY_STEMS
    return len(left) <= _NON_ANSWER_LEFT_STEMS


def _is_echo(text: str, question: Question) -> bool:
    said = content_stems(text)
    return bool(said) and covered(said, question_stems(question)) >= _ECHO_SHARE
