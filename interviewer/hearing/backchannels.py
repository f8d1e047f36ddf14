"""What is said to show that one listens, and asks for no answer: "mm-hm", "okay", a cough. Pure."""

from __future__ import annotations

import re

_WORDS = frozenset(
    "mm mmm mhm mm-hm mmhm hm hmm uh-huh uh huh um ah oh okay ok right yeah yes yep yup sure alright great cool fine "
    "good nice exactly indeed true interesting".split()
)
_PHRASES = (
    "i see",
    "all right",
    "got it",
    "of course",
    "makes sense",
    "go on",
    "i know",
    "thank you",
    "thanks",
)
_STOPS = frozenset(
    "wait stop no sorry pardon hold i but what why how when who which can could would should".split()
)
MOST_WORDS = 5  # more of them in a row are somebody who wants the floor
SHORT_SECONDS, SHORT_WORDS = 0.8, 2  # recognisers write such grunts down as any short word
BRIEF_SECONDS, BRIEF_WORDS = 1.5, 3  # as they do the end of "okay, right"


def is_backchannel(text: str, speech_seconds: float, *, doubtful: bool = False) -> bool:
    """Whether an interruption of so much speech was none. Nothing that could be made out was a cough or a noise.

    `doubtful`: the recogniser is sure of none of it. In doubt the interviewer goes on: whoever meant to interrupt
    says it again, while a grunt taken for an answer would be answered.
    """
    said = " ".join(re.sub(r"[^a-z' -]+", " ", text.lower()).split())
    words = said.split()
    for phrase in _PHRASES:
        said = re.sub(rf"\b{phrase}\b", "", said)
    left = said.split()
    if len(words) <= MOST_WORDS and all(word in _WORDS for word in left):
        return True
    if not _STOPS.isdisjoint(left):
        return False
    if speech_seconds < SHORT_SECONDS and len(words) <= SHORT_WORDS:
        return True
    brief = speech_seconds < BRIEF_SECONDS and len(words) <= BRIEF_WORDS
    return brief and (doubtful or len(left) < len(words) or words[0] in _WORDS)
