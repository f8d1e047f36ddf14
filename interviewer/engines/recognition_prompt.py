"""The few words shown to a recogniser before it listens, so that it expects the question's vocabulary. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LONGEST_PROMPT_CHARACTERS = 160  # longer prompts make Whisper cut text short
FILLERS = ("Um", "uh")  # without a reminder Whisper leaves hesitations out

_TERM = re.compile(r"[A-Za-z][\w+#./-]*[\w+#]|[A-Z]\b")
_EVERYDAY = frozenset(
    "about actually because before between candidate different difference especially example everything explain "
    "explains describe describes following however important instead interview mention mentions measure measures "
    "otherwise probably question rather several should something sometimes therefore through together understand "
    "understanding usually whether without another answer always themselves".split()
)


def prompt_phrases(phrases: Sequence[str], longest: int = LONGEST_PROMPT_CHARACTERS) -> tuple[str, ...]:
    """Fillers, then terms out of `phrases`, the tellings ones first, as long as the joined text fits `longest`.

    Phrases of up to three words are taken whole; out of longer ones the names (LoRA, k-means, BM25) and then the
    long words. Order of appearance otherwise; nothing twice.
    """
    ranked = [*_short(phrases), *_names(phrases), *_long_words(phrases)]
    chosen, seen = list(FILLERS), {filler.lower() for filler in FILLERS}
    length = len(as_prompt(chosen))
    for term in ranked:
        added = length + len(term) + 2
        if term.lower() not in seen and added <= longest:
            seen.add(term.lower())
            chosen.append(term)
            length = added
    return tuple(chosen)


def as_prompt(phrases: Sequence[str]) -> str:
    """The phrases as one line of text, written as speech is: Whisper copies the style of its prompt."""
    return ", ".join(phrases) + "." if phrases else ""


def _short(phrases: Sequence[str]) -> list[str]:
    tidied = [" ".join(phrase.split()).strip(" .,;:?!") for phrase in phrases]
    return [phrase for phrase in tidied if phrase and len(phrase.split()) <= 3]


def _terms(phrases: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Words of the longer phrases, and whether each opens its sentence, where a capital says nothing."""
    for phrase in phrases:
        if len(phrase.split()) <= 3:
            continue
        for sentence in re.split(r"(?<=[.?!])\s+", phrase):
            for place, match in enumerate(_TERM.finditer(sentence)):
                yield match.group(), place == 0


def _names(phrases: Sequence[str]) -> list[str]:
    def is_name(term: str, opens: bool) -> bool:
        marked = any(c.isupper() for c in term[1:]) or any(c.isdigit() for c in term) or "-" in term
        return marked or (term[0].isupper() and not opens and len(term) > 1)

    return [term for term, opens in _terms(phrases) if is_name(term, opens)]


def _long_words(phrases: Sequence[str]) -> list[str]:
    return [t for t, _ in _terms(phrases) if len(t) >= 8 and t.lower() not in _EVERYDAY]
