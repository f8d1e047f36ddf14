"""Letters heard one by one, written as the acronym they spell: "k l divergence" -> "kl divergence".

"KL" and "K L" are the same sound, and everyday English knows letters better than it knows our acronyms. Which of the two the
search writes says nothing about what was said, so it is settled here; no other word is touched. Pure.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence

from interviewer.domain import Word
from interviewer.engines.pocketsphinx.pronounce import spelled

_LONGEST_GAP_SECONDS = 0.2
_WORDS_THEMSELVES = ("a", "i")  # "a p value", "i d": such pairs are left alone


def spelled_out(pronunciations: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Those words of a dictionary that are said letter by letter and may be joined."""
    return frozenset(
        word
        for word, said in pronunciations.items()
        if word.isascii()
        and word.isalpha()
        and len(word) > (2 if word.startswith(_WORDS_THEMSELVES) else 1)
        and spelled(word) in said
    )


def join_letters(words: Sequence[Word], acronyms: Collection[str]) -> list[Word]:
    """The words, each run of letters that spells one of `acronyms` made one word; longer acronyms first."""
    joined: list[Word] = []
    at = 0
    while at < len(words):
        end = at + _letters_in_a_row(words[at:])
        size = next((n for n in range(end - at, 1, -1) if _text(words[at : at + n]) in acronyms), 1)
        joined.append(words[at] if size == 1 else _one(words[at : at + size]))
        at += size
    return joined


def _letters_in_a_row(words: Sequence[Word]) -> int:
    """How many single letters stand at the beginning, said without a pause between them."""
    count = 0
    for word in words:
        paused = count > 0 and word.start - words[count - 1].end > _LONGEST_GAP_SECONDS
        if len(word.text) != 1 or not word.text.isalpha() or paused:
            break
        count += 1
    return count


def _text(letters: Sequence[Word]) -> str:
    return "".join(letter.text for letter in letters)


def _one(letters: Sequence[Word]) -> Word:
    known = [letter.confidence for letter in letters if letter.confidence is not None]
    confidence = statistics.fmean(known) if known else None
    return Word(text=_text(letters), start=letters[0].start, end=letters[-1].end, confidence=confidence)
