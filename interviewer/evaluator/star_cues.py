"""Who did what in a told story, whether it happened, and whether its outcome is measured. Words and patterns only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from interviewer.evaluator.words import words


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")", re.IGNORECASE)


HYPOTHETICAL = _any(
    r"(?:i|you|we|one)(?: would|'d| should| could| might)\b",
    r"if i (?:were|was|had to|ever)",
    r"(?:generally|typically|usually|in general)\b",
    r"i (?:always|tend to|try to|like to)\b",
    r"it(?:'s| is) (?:very |really )?important",
    r"you (?:have|need|want) to",
    r"one should",
)
LIVED = _any(
    r"(?:last|previous|former) (?:\w+ )?(?:year|month|week|quarter|company|job|team|role|summer|winter|spring|autumn)",
    r"\bago\b",
    r"in (?:19|20)\d\d",
    r"when i (?:was|worked|joined|started)",
    r"at (?:that|the) time",
    r"one (?:time|day|night|morning)",
    r"(?:i|we) (?:was|were) working",
    r"back (?:in|when|at)",
    r"during my",
    r"my (?:manager|boss|colleague|supervisor|first|lead)",
)
_DIGIT = (
    r"\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen"
)
_NUMBER = rf"(?:{_DIGIT})"
_UNIT = (
    r"%|percent|per cent|percentage points?|points?|times|fold|x\b|ms|milliseconds?|seconds?|minutes?|hours?|days?|"
    r"weeks?|months?|dollars?|euros?|pounds?|k\b|kilos?|tonnes?|kilometres?|users?|customers?|requests?|people|teams?|"
    r"incidents?|pages?|tickets?|entries|guests|uses"
)
QUANTIFIED = re.compile(
    rf"\b{_NUMBER}(?:[ -](?:point |and )?{_NUMBER})*(?: or {_NUMBER})?\s?(?:{_UNIT})"
    rf"|from (?:\w+ )?{_NUMBER}\b.{{0,40}}? to {_NUMBER}|[$€£]\s?\d"
    r"|\b(?:doubled|tripled|halved|by half|half as|a (?:third|quarter|fifth|tenth)\b|in half|twice as)"
    rf"|\b{_NUMBER} (?:in|of|out of)(?: the)? {_NUMBER}\b",
    re.IGNORECASE,
)

_IRREGULAR_PAST = frozenset(
    "went made built found told took got ran led wrote began saw gave brought thought came left kept held met sent set put cut "
    "drove chose taught spoke rebuilt rewrote grew broke won spent sat dug split read caught drew did stood shut understood "
    "rang flew hung bought hired threw swapped fell woke rode lent paid quit".split()
)
_NOT_ACTIONS = frozenset(
    "thought saw got understood learned felt needed wanted worked seemed realized realised".split()
)
_NEVER_PAST = frozenset("need speed indeed feed seed embed based embedded used".split())
_BETWEEN = frozenset(
    "then also first just really quickly personally finally immediately even actually only basically so um uh".split()
)
_OTHERS = frozenset("he she they who everyone everybody".split())


@dataclass(frozen=True)
class Counts:
    """How a text tells: things done by the speaker, by "we" and by others, and what is only imagined, per word."""

    spoken: int
    own: int
    shared: int
    others: int
    imagined: int
    lived: int
    firsts: int
    figure: bool

    def of_sentence(self) -> list[float]:
        return [
            min(self.own, 2) / 2,
            min(self.shared, 2) / 2,
            min(self.others, 2) / 2,
            min(self.imagined, 2) / 2,
            min(self.lived, 2) / 2,
            float(self.figure),
        ]

    def of_answer(self) -> list[float]:
        size = max(20, self.spoken) / 50  # per fifty words
        return [
            min(1.0, count / size / 3)
            for count in (self.own, self.shared, self.others, self.imagined, self.lived, self.firsts / 3)
        ]


def counts(text: str) -> Counts:
    spoken = words(text)
    return Counts(
        spoken=len(spoken),
        own=_actions(spoken, frozenset({"i"})),
        shared=_actions(spoken, frozenset({"we"})),
        others=_actions(spoken, _OTHERS),
        imagined=len(HYPOTHETICAL.findall(text)),
        lived=len(LIVED.findall(text)),
        firsts=sum(word in {"i", "my", "me", "i'd", "i've", "i'm"} for word in spoken),
        figure=QUANTIFIED.search(text) is not None,
    )


def past_actions(text: str, subject: str) -> int:
    """How many things `subject` ("i" or "we") did, in the past tense: "I then wrote", "I measured and fixed"."""
    return _actions(words(text), frozenset({subject}))


def _actions(spoken: list[str], subjects: frozenset[str]) -> int:
    count = 0
    for position, word in enumerate(spoken):
        if word not in subjects:
            continue
        following = [w for w in spoken[position + 1 : position + 5] if w not in _BETWEEN]
        count += bool(following) and is_past_action(following[0])
    return count


def is_past_action(word: str) -> bool:
    if word in _NOT_ACTIONS or word in _NEVER_PAST:
        return False
    return word in _IRREGULAR_PAST or (word.endswith("ed") and len(word) > 4)
