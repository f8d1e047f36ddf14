"""How situations, tasks, actions and results sound when people tell them. Words and patterns only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from interviewer.domain import StarComponent, StarLabel
from interviewer.evaluator.words import words

LABELS: tuple[StarLabel, ...] = ("S", "T", "A", "R", "other")
COMPONENTS: tuple[StarComponent, ...] = ("S", "T", "A", "R")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")", re.IGNORECASE)


CUES: Mapping[StarLabel, re.Pattern[str]] = {
    "S": _any(
        r"(?:at|in|with) my (?:last|previous|former|current|first|old) (?:\w+ )?(?:company|job|team|role|employer|startup|internship)",
        r"(?:i|we) (?:was|were) (?:working|part of|running|building|maintaining|on a)",
        r"when i (?:was|worked|joined|started)",
        r"there was (?:a|an|this|some)",
        r"(?:we|they) had (?:a|an|this|just|been|inherited)",
        r"(?:a|one|two|three|few|couple of) (?:years?|months?|weeks?) ago",
        r"last (?:year|month|week|spring|summer|autumn|fall|winter|quarter)",
        r"in (?:19|20)\d\d",
        r"back (?:in|when|at)",
        r"(?:during|in) my (?:phd|master|studies|internship|thesis|postdoc)",
        r"one (?:time|day|night|morning|evening)",
        r"used to",
        r"the (?:situation|context|background|setting)",
        r"at (?:that|the) time",
        r"(?:our|the) \w+ (?:kept|was|were) "
        r"(?:down|failing|late|slow|broken|crashing|drifting|dropping|behind|getting)",
    ),
    "T": _any(
        r"my (?:task|job|role|goal|responsibility|assignment|part|mandate|aim)\b",
        r"i (?:was|had been|got) (?:asked|responsible|"
        r"assigned|tasked|in charge|given|put in charge|the (?:one|lead|owner))",
        r"(?:i|we) (?:had|needed|wanted|was supposed|were supposed) to\b",
        r"the (?:goal|task|aim|challenge|objective|deadline|target|ask|problem to solve) was",
        r"(?:up to|fell to|fell on) me",
        r"asked me to",
        r"my (?:manager|boss|lead|supervisor) (?:asked|wanted|told)",
        r"had (?:only )?\w+ (?:days?|weeks?|months?) to",
    ),
    "A": _any(
        r"(?:first|then|next|so|after that|instead|finally) i\b",
        r"i (?:\w+ly |also |first |then |personally )?(?:decided|chose|started|began|"
        r"built|wrote|set up|proposed|suggested|called|talked|spoke|asked|sat down|met|ran|measured|analy[sz]ed|investigated|"
        r"implemented|designed|created|made|took|went|tried|trained|tested|rewrote|refactored|fixed|added|removed|replaced|"
        r"compared|collected|checked|looked|dug|traced|reproduced|profiled|documented|presented|explained|convinced|organi[sz]ed|"
        r"led|split|moved|changed|switched|introduced|shipped|rolled|deployed|wrapped|scheduled|interviewed|listened|pushed|"
        r"prepared|drafted|wrote|sent|put|cut|labell?ed|cleaned|prototyped|negotiated|escalated|paired|mentored|reviewed)\b",
        r"my first (?:step|move)",
        r"what i did",
    ),
    "R": _any(
        r"as a result",
        r"in the end",
        r"(?:eventually|ultimately)\b",
        r"the (?:result|outcome|upshot|effect|impact)",
        r"(?:which|that|this|it) "
        r"(?:reduced|increased|improved|cut|saved|raised|lowered|brought|led to|resulted|meant|doubled|halved)",
        r"(?:reduced|increased|improved|dropped|fell|rose|grew|went (?:up|down)|cut|down|up) (?:\w+ ){0,3}(?:by|from|to) ",
        r"(?:went live|was adopted|were adopted|got promoted|was promoted|was approved|still (?:use|uses|in use|running))",
        r"(?:i|we) (?:learned|learnt|ended up|delivered|managed to|hit|won)",
        r"taught me",
        r"looking back",
        r"since then",
        r"saved (?:us|the|about|around|roughly)",
        r"(?:by|about|around|nearly|over) \w+ ?(?:percent|%)",
        r"lesson",
    ),
    "other": _any(
        r"(?:i|you|one) (?:would|should|could)\b",
        r"i'd\b",
        r"(?:generally|typically|usually|normally|in general)\b",
        r"it is important",
        r"it's important",
        r"(?:good|great|interesting) question",
        r"i (?:think|believe|feel) (?:that )?(?:it|communication|teams?|people)",
        r"i (?:always|never|like to|tend to|try to)\b",
        r"you (?:have|need|want) to",
        r"does that answer",
    ),
}
"""What speaks for each label; several matches weigh more than one."""

PROTOTYPES: Mapping[StarLabel, Sequence[str]] = {
    "S": (
        "At my previous company our recommendation pipeline kept failing every night.",
        "Two years ago our team of five took over a model that nobody understood.",
    ),
    "T": (
        "My job was to find the cause before the launch at the end of the month.",
        "I was asked to bring the cost down without losing accuracy.",
    ),
    "A": (
        "I wrote a small script that replayed the failing requests and compared the outputs.",
        "Then I sat down with the other team and proposed a simpler plan.",
    ),
    "R": (
        "In the end latency dropped by forty percent and the system has been stable since.",
        "The launch went well, and I learned to ask for feedback earlier.",
    ),
    "other": (
        "I would usually talk to everybody involved and try to understand their point of view.",
        "Communication is very important in every team.",
    ),
}

HYPOTHETICAL = _any(
    r"(?:i|you|we|one)(?: would|'d| should| could)\b",
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
_NUMBER = (
    r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"(?:a |one )?hundred|(?:a |one )?thousand|(?:a |one )?million)"
)
QUANTIFIED = re.compile(
    rf"{_NUMBER}(?:[ -]{_NUMBER})*\s?(?:%|percent|per cent|percentage points?|points?|times|fold|x\b|ms|milliseconds?|seconds?|minutes?|hours?|days?|"
    rf"weeks?|months?|dollars?|euros?|pounds?|k\b|users?|customers?|requests?|people|teams?|incidents?|pages?|tickets?)"
    rf"|from {_NUMBER}\b.{{0,40}}? to {_NUMBER}|[$€£]\s?\d|\b(?:doubled|tripled|halved|by half|by a third|by a quarter|in half|twice as)\b",
    re.IGNORECASE,
)

_IRREGULAR_PAST = frozenset(
    "went made built found told took got ran led wrote began saw gave brought thought came left kept held met sent set put cut "
    "drove chose taught spoke rebuilt rewrote grew broke won spent sat dug split read caught drew did stood shut understood".split()
)
_NOT_ACTIONS = frozenset(
    "thought saw got understood learned felt needed wanted worked seemed realized realised".split()
)
_NEVER_PAST = frozenset("need speed indeed feed seed embed based embedded used speed".split())
_BETWEEN = frozenset(
    "then also first just really quickly personally finally immediately even actually only basically so".split()
)


def past_actions(text: str, subject: str) -> int:
    """How many things `subject` ("i" or "we") did, in the past tense: "I then wrote", "I measured and fixed"."""
    spoken = words(text)
    count = 0
    for position, word in enumerate(spoken):
        if word != subject:
            continue
        following = [w for w in spoken[position + 1 : position + 4] if w not in _BETWEEN]
        count += bool(following) and is_past_action(following[0])
    return count


def is_past_action(word: str) -> bool:
    if word in _NOT_ACTIONS or word in _NEVER_PAST:
        return False
    return word in _IRREGULAR_PAST or (word.endswith("ed") and len(word) > 4)
