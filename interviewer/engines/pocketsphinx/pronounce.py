"""Pronunciations in CMU phones for words no dictionary has: spelled letter by letter, or from eSpeak NG's phonemes."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from interviewer.errors import EngineError

LETTERS = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R",
    "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip

# eSpeak NG's American English in IPA -> CMU; the longest match wins
_PHONES = {
    "aɪə": "AY AH", "aɪɚ": "AY ER", "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY",
    "ɑːɹ": "AA R", "ɔːɹ": "AO R", "oːɹ": "AO R", "ʊɹ": "UH R", "ɪɹ": "IH R", "ɛɹ": "EH R", "iə": "IY AH", "əl": "AH L",
    "n̩": "AH N", "l̩": "AH L", "ɚ": "ER", "ɜː": "ER", "ɝ": "ER", "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO",
    "oː": "AO", "ɐ": "AH", "ə": "AH", "ʌ": "AH", "æ": "AE", "ɛ": "EH", "ɪ": "IH", "ᵻ": "IH", "i": "IY", "ɔ": "AO",
    "ɒ": "AA", "ɑ": "AA", "ʊ": "UH", "u": "UW", "a": "AA", "e": "EY", "o": "OW",
    "tʃ": "CH", "dʒ": "JH", "ŋ": "NG", "ʃ": "SH", "ʒ": "ZH", "θ": "TH", "ð": "DH", "ɹ": "R", "r": "R", "ɾ": "T",
    "ɡ": "G", "g": "G", "j": "Y", "x": "HH", "ʔ": "T", "h": "HH", "b": "B", "d": "D", "f": "F", "k": "K", "l": "L",
    "m": "M", "n": "N", "p": "P", "s": "S", "t": "T", "v": "V", "w": "W", "z": "Z",
}  # fmt: skip
_LONGEST_FIRST = sorted(_PHONES, key=len, reverse=True)
_UNVOICED_MARKS = re.compile(r"[ˈˌ‍_\s\-.ː̩͡]")


def spelled(acronym: str) -> str:
    """The phones of an acronym read letter by letter; a trailing "s" after capitals is a plural.

    >>> spelled("GPUs")
    'JH IY P IY Y UW Z'
    """
    letters, plural = (acronym[:-1], True) if re.fullmatch(r"[A-Z]{2,}s", acronym) else (acronym, False)
    phones = [LETTERS[letter] for letter in letters.lower()]
    return " ".join([*phones, "Z"] if plural else phones)


def phones_from_ipa(ipa: str) -> str | None:
    """CMU phones for eSpeak NG's American English phonemes; None when one of them has no counterpart."""
    phones: list[str] = []
    rest = ipa
    while rest:
        match = next((key for key in _LONGEST_FIRST if rest.startswith(key)), None)
        if match is not None:
            phones.append(_PHONES[match])
            rest = rest[len(match) :]
        elif _UNVOICED_MARKS.match(rest):
            rest = rest[1:]
        else:
            return None
    return " ".join(_tensed(phones)) or None


def _tensed(phones: Sequence[str]) -> Iterator[str]:
    """American English has no IH before a vowel, where eSpeak NG writes one: "variational" has R IY EY."""
    for phone, following in zip(phones, [*phones[1:], ""], strict=False):
        yield "IY" if phone == "IH" and following[:1] in {"A", "E", "I", "O", "U"} else phone


class EspeakPronouncer:
    """Pronounces words through the `espeak-ng` program where it is installed; knows none where it is not."""

    def __init__(self, program: str = "espeak-ng", *, timeout_seconds: float = 10.0) -> None:
        self._program = shutil.which(program)
        self._timeout_seconds = timeout_seconds

    @property
    def installed(self) -> bool:
        return self._program is not None

    def __call__(self, words: Sequence[str]) -> dict[str, str]:
        """Phones for those of `words` that can be pronounced. EngineError when the program fails."""
        if self._program is None or not words:
            return {}
        lines = self._phonemes("\n".join(f"{word}." for word in words))
        if len(lines) != len(words):  # a word was read as several clauses: ask for each by itself
            lines = [" ".join(self._phonemes(word)) for word in words]
        pronounced = {word: phones_from_ipa(line) for word, line in zip(words, lines, strict=True)}
        return {word: phones for word, phones in pronounced.items() if phones}

    def _phonemes(self, text: str) -> list[str]:
        command = [str(self._program), "-q", "--ipa", "-v", "en-us", "--stdin"]
        try:
            done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8",
                                  timeout=self._timeout_seconds, check=True)  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(
                "pocketsphinx",
                f"{self._program} could not pronounce the question's new words: {error}.",
                "Run `espeak-ng --ipa -q hello`; if that fails, reinstall the package espeak-ng.",
            ) from error
        return [line for line in done.stdout.splitlines() if line.strip()]
