"""Whether the words so far make a whole: what hangs in the air, and what sounds like a last sentence.

Pure. Made for transcripts without punctuation and with wrong words in them: nothing here settles anything, each is one
of several signs that `turn_end.py` weighs. Done phrases and "let me think" are told apart in `cues.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Words that call for another. After the first kind nobody stops; the second may end a sentence ("what it was for").
_ALWAYS = frozenset(
    "a an the and or but so because if of from than as since although though while whether when where which who my your "
    "our their every very more most um uh er erm is are was were i we they he she i'm we're it's i'd we'd i've we've "
    "into onto between during per via let's".split()
)
_OFTEN = frozenset(
    "in on at to for with without by over under about that this these those be been being am do does did has have had "
    "will would can could should may might must not no less its his her also plus you then like well just really "
    "kind sort there what how why each some any other another".split()
)
_OPENERS = frozenset(
    "if because since although though while unless whereas when which who until once".split()
)
_OPENER_REACH = 3  # words within which a clause that was opened can hardly be over
_ANNOUNCED = re.compile(
    r"\b(?:two|three|four|five|several|a few|couple of) (?:\w+ )?"
    r"(?:things|reasons|ways|parts|steps|cases|kinds|types|options|sources|problems|questions|points)\b"
)
_ANNOUNCED_REACH = 8  # words after which the things announced have been begun
_FIRST = re.compile(
    r"(?<!the )(?<!my )(?<!our )(?<!at )\b(?:first|firstly|one is|number one|on the one hand|either)\b"
)
_NEXT = re.compile(
    r"\b(?:second|secondly|third|then|next|finally|last|lastly|after that|the other|another|also|on the other hand|or)\b"
)
_LIST_REACH = 12  # words within which the next item can hardly have come
_THATS = r"\b(?:that's|that is|that was|this is) (?:(?:basically|roughly|pretty much|about|more or less|really|just|kind of) )*"
# Talk about the answer itself: nobody does that halfway.
_SIGNING_OFF = re.compile(
    _THATS
    + r"(?:(?:how|what) (?:i|i'd|we|we'd|it|they)\b|(?:it|all|everything)$|the (?:\w+ )?(?:idea|gist|story|version|point)\b)"
    r"|\bthat covers\b|\b(?:leave it|stop) (?:there|at that)\b|\bmakes? sense$|\banswers? (?:your|the|that) question\b"
    r"|\b(?:go|get|dive) (?:deeper|into (?:more )?detail)\b|\bin (?:short|a nutshell)\b|\bso yeah$"
)
# A result, a lesson, a look back: often the last sentence, and often not.
_CONCLUDING = re.compile(
    r"\bin (?:summary|the end|conclusion)\b|\bto (?:sum up|summarise|conclude|this day)\b|\boverall\b|\bas a result\b"
    r"|\b(?:learned|learnt|took from)\b|\b(?:ever )?since then\b|\bnext time\b|\bthat's why\b"
)
_CLOSING_REACH = 14


@dataclass(frozen=True)
class Closure:
    """Signs in the last words. `words`: how many were said so far."""

    hanging: bool
    perhaps_hanging: bool
    open_clause: bool
    open_list: bool
    signing_off: bool
    concluding: bool
    words: int


def closure(text: str) -> Closure:
    words = re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("’", "'")).split()
    last = words[-1] if words else ""
    ending = " ".join(words[-_CLOSING_REACH:])
    signing_off = bool(_SIGNING_OFF.search(ending))
    return Closure(
        hanging=last in _ALWAYS,
        perhaps_hanging=last in _OFTEN and not signing_off,  # "I'll stop there", "if you like"
        open_clause=any(word in _OPENERS for word in words[-_OPENER_REACH:]) and not signing_off,
        open_list=_list_is_open(words),
        signing_off=signing_off,
        concluding=bool(_CONCLUDING.search(ending)),
        words=len(words),
    )


def _list_is_open(words: list[str]) -> bool:
    """Whether several things were announced, or a first one named, and nothing further came."""
    if _ANNOUNCED.search(" ".join(words[-_ANNOUNCED_REACH:])):
        return True
    near = " ".join(words[-_LIST_REACH:])
    first = next((found for found in reversed(list(_FIRST.finditer(near)))), None)
    return first is not None and not _NEXT.search(near[first.end() :])
