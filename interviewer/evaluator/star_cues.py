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
_SMALL = r"one|two|three|four|five|six|seven|eight|nine|\d"
_LARGE = (
    r"\d[\d.,]*\d|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|(?:a )?hundred|(?:a )?thousand|millions?|billions?|dozens?"
)
_ANY = rf"(?:{_LARGE}|{_SMALL})"
_NUMBER = rf"{_ANY}(?:[ -](?:point |and )?{_ANY})*(?: and a half)?(?: or {_ANY})?"
_TIME = r"(?:milliseconds?|seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?|summers?|seasons?)"
_LONG_TIME = r"(?:days?|nights?|weeks?|months?|quarters?|years?|summers?|seasons?)"
_NOTHING = r"nothing|none|zero|nil|never"
_CHANGED = (
    r"rose|fell|grew|dropped|shrank|sank|increased|decreased|reduced|improved|went (?:up|down)|(?:is|was|are|were|got|came|stayed|"
    r"stood) (?:\w+ )?(?:at|up|down|to|under|over|below|above|within|off)|down|up|cut|saved?|saves|costs?|raised|raises|gained|"
    r"lost|scored|compared with|instead of"
)
_WHEN = _any(
    rf"(?:after|within|in|for|since|during|over|every|until|waited|spent|took(?: \w+)?)(?: (?:about|around|the|like))? "
    rf"(?:the (?:last|first|next|past) )?{_NUMBER} {_LONG_TIME}",
    rf"waited {_NUMBER} {_TIME}",
    rf"{_NUMBER} {_TIME} (?:later|ago|before)\b",
    rf"(?:at|until|till) (?:half past |quarter past )?{_NUMBER}(?: past {_NUMBER}| o'clock| a\.?m\.?| p\.?m\.?)",
)
"""When something was, or how long it took: figures that measure no outcome."""
_MEASURED = _any(
    rf"(?:{_NUMBER}|per|a few|half a) ?(?:percent|per cent|percentage)",
    rf"{_NUMBER} ?(?:%|x\b|ms\b|k\b|fold|times\b|points?\b|{_TIME}|dollars?|euros?|pounds?|kilos?|tonnes?|kilometres?|metres?)",
    rf"{_NUMBER} (?:in|of|out of)(?: the)? {_ANY}\b",
    rf"from (?:\w+ ){{0,2}}{_ANY}\b.{{0,40}}? to (?:\w+ ){{0,2}}(?:{_ANY}|{_NOTHING})\b",
    rf"(?:{_CHANGED}) (?:\w+ ){{0,3}}{_ANY}\b",
    rf"(?:{_LARGE})\b",
    r"doubled|tripled|halved|by half|half (?:as|the)|in half|twice (?:as|the)|(?:a|by|two|one) (?:third|quarter|fifth|tenth)s?\b",
)
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?%")


def measures(text: str) -> bool:
    """Whether a figure in the text measures something, rather than say when it was or how long it took."""
    left = _WHEN.sub(" ", text)
    return _MEASURED.search(left) is not None or _MONEY.search(text) is not None


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
        figure=measures(text),
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
