"""How words are pronounced: the shipped dictionary, our hand list, spelled-out acronyms, and a pronouncer for the rest.

Pure but for the pronouncer that is handed in. Phones are CMU's, separated by blanks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from interviewer.engines.pocketsphinx.pronounce import spelled
from interviewer.engines.pocketsphinx.spoken import camel_parts, is_acronym
from interviewer.errors import EngineError

Pronunciations = dict[str, tuple[str, ...]]
Pronouncer = Callable[[Sequence[str]], Mapping[str, str]]


def read_entries(path: Path) -> list[tuple[str, str]]:
    """(entry, phones) of a dictionary in CMU's form, alternatives as "word(2)". EngineError if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EngineError(
            "pocketsphinx",
            f"The pronouncing dictionary {path} could not be read.",
            "Build it anew: `python scripts/build_recogniser_assets.py`.",
        ) from error
    split = (line.strip().partition(" ") for line in lines if not line.startswith("#"))
    return [(entry, phones.strip()) for entry, _, phones in split if phones]


def read_dictionary(path: Path) -> Pronunciations:
    """The words of such a dictionary, alternatives gathered under their word."""
    found: dict[str, list[str]] = {}
    for entry, phones in read_entries(path):
        found.setdefault(entry.split("(")[0], []).append(phones)
    return {word: tuple(phones) for word, phones in found.items()}


def dictionary_entries(pronunciations: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(entry, phones) as decoders want them: the first under the word itself, others as "word(2)", "word(3)"."""
    return [
        (word if number == 1 else f"{word}({number})", phones)
        for word, alternatives in sorted(pronunciations.items())
        for number, phones in enumerate(alternatives, 1)
    ]


def pronounce_words(
    spellings: Mapping[str, Iterable[str]], dictionary: Mapping[str, Sequence[str]], pronouncer: Pronouncer
) -> Pronunciations:
    """Pronunciations of every word that can be given one; `spellings` tells how each is written, capitals included.

    A word of `dictionary` keeps its entries. An acronym is spelled out, a camel-case name is read part by part, and what is
    left goes to the pronouncer in one call. Words it does not know are not in the result.
    """
    parts = {word: _parts(word, forms) for word, forms in spellings.items()}
    unknown = {
        part.lower()
        for word, pieces in parts.items()
        if word not in dictionary
        for part in pieces
        if not is_acronym(part) and part.lower() not in dictionary and len(part) > 1
    }
    guessed = pronouncer(sorted(unknown)) if unknown else {}
    result: Pronunciations = {}
    for word, pieces in parts.items():
        if word in dictionary:
            result[word] = tuple(dictionary[word])
        elif all(said := [_phones(piece, dictionary, guessed) for piece in pieces]):
            result[word] = (" ".join(phones for phones in said if phones),)
    return result


def _parts(word: str, forms: Iterable[str]) -> list[str]:
    """The pieces a word is read in, judged by its most telling spelling."""
    written = sorted(forms)
    acronym = next((form for form in written if is_acronym(form)), None)
    if acronym is not None:
        return [acronym]
    humps = max((camel_parts(form) for form in written), key=len, default=[word])
    return humps if "".join(humps).lower() == word else [word]


def _phones(piece: str, dictionary: Mapping[str, Sequence[str]], guessed: Mapping[str, str]) -> str | None:
    known = dictionary.get(piece.lower())
    if known and not is_acronym(piece):
        return known[0]
    if is_acronym(piece) or (len(piece) == 1 and piece.isascii() and piece.isalpha()):
        return spelled(piece)
    return guessed.get(piece.lower())
