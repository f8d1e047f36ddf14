"""Written text as the words somebody would say: "the F1 of k-means is 0.5" -> the f one of k means is zero point five.

Pure. The same rules shape the language models' training text and the references a transcript is compared with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))

_SYMBOLS = {"%": " percent ", "&": " and ", "+": " plus ", "=": " equals ", "@": " at ", "’": "'"}
_SENTENCE_END = re.compile(r"[.!?;:](?=\s|$)|\n\s*\n")
_CLAUSE_END = re.compile(r",\s+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*'?")
_BRITISH = (
    (re.compile(r"^(?P<stem>\w{3,}?)is(?P<end>ations?|e|ed|es|ers?|ing|able)$"), "iz"),
    (re.compile(r"^(?P<stem>(?:anal|paral|catal))ys(?P<end>e|ed|ers?|ing)$"), "yz"),
    (re.compile(r"^(?P<stem>behavi|col|fav|neighb|lab|hon|flav|harb|rum)our(?P<end>\w*)$"), "or"),
    (re.compile(r"^(?P<stem>label|model|travel|cancel|channel|signal|level)l(?P<end>ed|ing|ers?)$"), ""),
    (re.compile(r"^(?P<stem>cent|met|fib)re(?P<end>s?)$"), "er"),
)
_NOT_BRITISH = re.compile(
    r"^(?:\w*wise|\w*rais\w+|\w*pris\w+|\w*cis(?:e|ed|es|ing)|\w*vis(?:e|ed|es|er|ers|ing)|\w*nois\w+|\w*mis(?:e|ed|es|ing)"
    r"|\w*guis\w+|\w*chis\w+|\w*uis\w+|\w*pois\w+|expertise|arise|rise\w*|rising|wiser?|paradise|merchandis\w+"
    r"|advertis\w+|treatise|practis\w+)$"
)
_RESCUED = re.compile(r"^(?:optim|minim|maxim|random|custom|econom|victim|item|atom|legitim)is")
_ACRONYM = re.compile(r"[A-Z]{2,6}s?")
_CAMEL_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Spoken:
    """Sentences of lower-case words, and for each word the spellings it had in the text ("lstm": {"LSTM"})."""

    sentences: tuple[tuple[str, ...], ...]
    spellings: dict[str, frozenset[str]]

    @property
    def words(self) -> list[str]:
        return [word for sentence in self.sentences for word in sentence]


def clauses(text: str) -> list[list[str]]:
    """The sentences of a text, each cut where a speaker may pause. Chunks of speech are cut at pauses, so a model has to
    know how clauses begin and end as well as how sentences do."""
    return [_CLAUSE_END.split(sentence) for sentence in _SENTENCE_END.split(text)]


def spoken(texts: Iterable[str]) -> Spoken:
    """The words of `texts`, sentence by sentence."""
    sentences: list[tuple[str, ...]] = []
    spellings: dict[str, set[str]] = {}
    for text in texts:
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        for symbol, words in _SYMBOLS.items():
            text = text.replace(symbol, words)
        for sentence in _SENTENCE_END.split(_THOUSANDS.sub("", text)):
            tokens: list[str] = []
            for written in _TOKEN.findall(sentence):
                if written[0].isdigit():
                    tokens += number_words(written)
                else:
                    word = american(written.strip("'").lower())
                    spellings.setdefault(word, set()).add(written.strip("'"))
                    tokens.append(word)
            if tokens:
                sentences.append(tuple(tokens))
    return Spoken(tuple(sentences), {word: frozenset(forms) for word, forms in spellings.items()})


def american(word: str) -> str:
    """The American spelling of a lower-case word, which is what the shipped model and dictionary use.

    >>> american("normalisation"), american("labelled"), american("otherwise")
    ('normalization', 'labeled', 'otherwise')
    """
    if _NOT_BRITISH.match(word) and not _RESCUED.match(word):
        return word
    for pattern, spelling in _BRITISH:
        if match := pattern.match(word):
            return f"{match['stem']}{spelling}{match['end']}"
    return word


def number_words(digits: str) -> list[str]:
    """How a number is said: "0.05" -> zero point zero five.

    >>> number_words("1250")
    ['one', 'thousand', 'two', 'hundred', 'fifty']
    """
    whole, _, decimals = digits.partition(".")
    words = _integer_words(int(whole))
    return [*words, "point", *(_ONES[int(digit)] for digit in decimals)] if decimals else words


def _integer_words(value: int) -> list[str]:
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10], *([_ONES[value % 10]] if value % 10 else [])]
    for size, name in _SCALES:
        if value >= size:
            count, rest = divmod(value, size)
            return [*_integer_words(count), name, *(_integer_words(rest) if rest else [])]
    raise AssertionError(value)


def is_acronym(written: str) -> bool:
    """Whether a spelling is capitals alone, such as LSTM or GPUs."""
    return _ACRONYM.fullmatch(written) is not None


def camel_parts(written: str) -> list[str]:
    """The parts of a name written in camel case: "LightGBM" -> Light, GBM; one part where there is no hump."""
    return _CAMEL_PARTS.findall(written) or [written]
