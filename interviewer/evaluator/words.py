"""Words of a transcript: tokens with offsets, stems, function words, negators. Pure; knows no question and no engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _set("the a an my your his its our their this every each")
PREPOSITIONS = _set(
    "of to from with for at by in on into onto over under between about through during against among"
)
CONJUNCTIONS = _set("and or but because so although while whereas if than as since unless")
AUXILIARIES = _set(
    "is are was were be been am has have had do does did will would can could should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't it's that's there's"
)
SUBJECTS = _set("i we he she they you it i'm i've i'd we're we've you're they're who")
_OTHER_FUNCTION = _set(
    "me him her us them that these those there here what which when where how why not no yes also very just then "
    "some any all both more most other such only own same too s t now up down out off again once one two well "
    "really actually basically like kind sort thing things something lot bit get gets got go goes going make makes "
    "use uses used using want need say says said let lets good way"
)
NEGATORS = _set(
    "not never no cannot without neither nor none nothing nobody isn't aren't wasn't weren't don't doesn't didn't won't "
    "wouldn't can't couldn't shouldn't haven't hasn't hadn't ain't dont doesnt didnt isnt arent cant wont shouldnt"
)
FUNCTION_WORDS = (
    DETERMINERS | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | SUBJECTS | _OTHER_FUNCTION | NEGATORS
)
FILLERS = _set("um umm uh uhh er erm ah hmm mm mhm")
_SUFFIXES = (
    "izations",
    "ization",
    "isation",
    "ations",
    "ation",
    "ings",
    "ing",
    "ions",
    "ion",
    "ied",
    "ies",
    "ed",
    "es",
    "ly",
    "s",
)
_SHORTEST_STEM = 3


@dataclass(frozen=True)
class Token:
    """One word in lower case with its character offsets in the text it came from."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    return [Token(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def words(text: str) -> list[str]:
    return [token.word for token in tokens(text)]


def stem(word: str) -> str:
    """A crude stem: enough to match 'training' with 'trained', never shown to anybody."""
    word = word.removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            word = word[: -len(suffix)]
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word


@lru_cache(maxsize=4096)  # the gates and the coach ask for the same spans and hints over and over
def content_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry content."""
    return frozenset(stem(w) for w in words(text) if w not in FUNCTION_WORDS and w not in FILLERS)


def covered(part: frozenset[str], whole: frozenset[str]) -> float:
    """Share of `part` that also occurs in `whole`; 0 when `part` is empty."""
    return len(part & whole) / len(part) if part else 0.0


def negations(spoken: Iterable[str]) -> int:
    """How many words negate; "not only" and "no matter" do not."""
    listed = list(spoken)
    count = 0
    for position, word in enumerate(listed):
        following = listed[position + 1] if position + 1 < len(listed) else ""
        if word in NEGATORS and not (
            word in {"not", "no"} and following in {"only", "just", "matter", "doubt"}
        ):
            count += 1
    return count


def syllables(word: str) -> int:
    """Estimated syllables of an English word, at least one."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - int(silent))
