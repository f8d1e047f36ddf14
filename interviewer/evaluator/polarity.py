"""Does a span assert something or deny it? Similarity cannot tell; this reads the negating words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interviewer.evaluator.spans import TextSpan
from interviewer.evaluator.words import content_stems, covered, negations, words

NEAR_COPY = 0.6
"""Share of a phrasing's content words a span must repeat before its negators are held against that phrasing."""
_FRAME_REACH_CHARACTERS = 240  # about 40 words: as far as a denial governs unpunctuated speech
_FRAME = re.compile(
    r"\b(?:(?:it|that|this)(?:'s| is|s)? (?:also )?(?:not|never|hardly) (?:really )?(?:true|correct|right|the case|so)\b(?: that)?"
    r"|(?:it|that|this) isn'?t (?:really )?(?:true|correct|right|the case)\b(?: that)?"
    r"|(?:it|that)(?:'s| is|s)? (?:simply |just )?(?:false|wrong|incorrect|untrue|a myth|a misconception|nonsense)\b"
    r"(?: (?:that|to (?:say|think|claim|believe)))?"
    r"|(?:it is|it's) a (?:common )?(?:myth|misconception|mistake) (?:that|to))",
    re.IGNORECASE,
)
_MENDS = re.compile(
    r"\b(?:actually|in fact|instead|rather|what is true|in reality|but|however|no,)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?]+\s+")
_TURNS = re.compile(
    r"(?:(?:no|well|so|and|but|yes|okay),? )*(?:(?:it|that|this|they|what)(?:'s| is|'re| are)? )?"
    r"(?:actually|in fact|instead|rather|true|really|in reality|the truth|on the contrary|the opposite|the reverse|but|however|no)\b",
    re.IGNORECASE,
)
"""How a sentence opens that says what is true instead."""


@dataclass(frozen=True)
class Wording:
    """What is compared between a span and a phrasing: content stems and how often it negates."""

    stems: frozenset[str]
    negations: int

    @classmethod
    def of(cls, text: str) -> Wording:
        plain, frames = _FRAME.subn(" ", text)
        return cls(content_stems(plain), negations(words(plain)) + frames)


def flipped(span: Wording, phrasing: Wording) -> bool:
    """Whether the span nearly repeats the phrasing and denies it (or drops its denial)."""
    same_words = covered(phrasing.stems, span.stems) >= NEAR_COPY and len(phrasing.stems) >= 2
    return same_words and (span.negations - phrasing.negations) % 2 == 1


def denied(spans: Sequence[TextSpan]) -> list[bool]:
    """Per span: whether it stands inside a frame such as "it is not true that ..."."""
    frames = {frame for span in spans for frame in _frames(span)}
    return [any(_governs(frame, span) for frame in frames) for span in spans]


def _frames(span: TextSpan) -> Iterator[tuple[int, int, int]]:
    """Sentence number, and from where to where in the turn's text a denial governs: until the speaker mends it."""
    for match in _FRAME.finditer(span.text):
        mended = _MENDS.search(span.text, match.end())
        end = min(mended.start() if mended else len(span.text), match.end() + _FRAME_REACH_CHARACTERS)
        yield span.sentence, span.offset + match.start(), span.offset + end


def _governs(frame: tuple[int, int, int], span: TextSpan) -> bool:
    sentence, start, end = frame
    late_start = span.offset + 0.4 * len(span.text)  # a frame near the span's end is about what follows
    return sentence == span.sentence and start <= late_start and span.offset < end


def opens_with_denial(text: str) -> bool:
    """Whether an answer begins by denying ("it is not true that ...") and does not soon say what is true instead."""
    match = _FRAME.search(text)
    if match is None or match.start() > 12 or not match.group().lower().endswith(" that"):
        return False
    rest = text[match.end() :]
    ended = _SENTENCE_END.search(rest)
    if ended is None:  # a recogniser's text
        return _MENDS.search(rest[:_FRAME_REACH_CHARACTERS]) is None
    return _MENDS.search(rest[: ended.start()]) is None and _TURNS.match(rest[ended.end() :]) is None


def opens_condition(text: str) -> bool:
    """Whether `text` only names a case ("if the error is low"), so that it claims nothing by itself."""
    first = words(text)[:1]
    return bool(first) and first[0] in _CONDITIONS


_CONDITIONS = frozenset({"if", "when", "whenever", "unless", "suppose", "whether", "once", "while"})
