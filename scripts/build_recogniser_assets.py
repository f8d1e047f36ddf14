"""Build what the embedded recogniser knows of interviews: a trigram model and a dictionary, into models/pocketsphinx/.

    python scripts/build_recogniser_assets.py [--questions FOLDER] [--out FOLDER]

Learns from the question bank, from pieces of answers in scripts/data/claims, and from interview_talk.txt,
interview_voices.txt and interview_phrases.txt beside them. Run it after the bank has changed: questions whose words are
all known here are prepared in milliseconds, others need the search to be built anew.
Needs espeak-ng for the pronunciation of words that no dictionary has.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from letter_to_sound import LetterToSound

from interviewer.engines.pocketsphinx.assets import DOMAIN_DICTIONARY, DOMAIN_MODEL, DOMAIN_TERMS
from interviewer.engines.pocketsphinx.binding import Functions, Missing, functions
from interviewer.engines.pocketsphinx.language_model import Trigrams, trigrams_of_much_text
from interviewer.engines.pocketsphinx.lexicon import pronounce_words, read_dictionary
from interviewer.engines.pocketsphinx.pronounce import EspeakPronouncer, spelled
from interviewer.engines.pocketsphinx.spoken import Spoken, camel_parts, clauses, is_acronym, spoken

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "scripts" / "data"
PIECES = DATA / "claims"
TALK = ("interview_talk.txt", "interview_voices.txt", "interview_phrases.txt")
MANIFEST = "domain.json"
FILLERS = frozenset({"um", "uh"})
_KEYNESS, _LEAST_COUNT = 30.0, 2
_GUESSED_FROM, _MOST_GUESSED = (
    0.12,
    3,
)  # how likely a way of reading a new word must be, and how many are taken
_MISREAD_FROM, _MOST_MISREAD = 0.2, 2  # the same for terms that the shipped dictionary says one way
_LOG_BASE = 1.0001  # of the probabilities pocketsphinx gives
_BINARY_FORMAT = 2  # NGRAM_BIN
# what a question says of itself without ever being spoken
_UNSPOKEN = {
    "id",
    "kind",
    "topics",
    "levels",
    "minutes",
    "weight",
    "sources",
    "point",
    "star",
    "stage",
    "depth",
}


def bank_texts(node: Any) -> Iterator[str]:
    """Every spoken or speakable text in a file of questions."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in _UNSPOKEN:
                yield from bank_texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from bank_texts(value)


def talk_texts(path: Path) -> list[str]:
    """The lines of a text file, without its comments."""
    return [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]


def piece_texts(path: Path) -> list[str]:
    """Pieces of spoken answers, which the judge's claim model is trained on too."""
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line]


def domain_text(questions: Path) -> Spoken:
    """All text the domain model learns from."""
    texts = [text for name in TALK for text in talk_texts(DATA / name)]
    texts += [text for path in sorted(PIECES.glob("*.jsonl")) for text in piece_texts(path)]
    for path in sorted(questions.glob("*.yaml")):
        texts += bank_texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    return spoken(paused(texts))


def paused(texts: Iterable[str]) -> Iterator[str]:
    """Every second sentence cut into clauses: speakers pause there now and then."""
    sentences = (cut for text in texts for cut in clauses(text))
    for number, cut in enumerate(sentences):
        yield from cut if number % 2 else [" ".join(cut)]


def additions(text: Spoken, terms: frozenset[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Dictionary lines for what the shipped dictionary lacks or says only one way, and the words nobody can pronounce."""
    from pocketsphinx import get_model_path

    shipped = read_dictionary(Path(get_model_path("en-us/cmudict-en-us.dict")))
    by_hand = read_dictionary(DATA / "pronunciations.dict")
    wanted = {word: [*by_hand.get(word, ())] for word in {*by_hand, *text.spellings}}
    for word, forms in text.spellings.items():
        acronym = next((form for form in forms if is_acronym(form)), None)
        if acronym and word not in by_hand and word not in forms:  # never written in small letters
            wanted[word].append(spelled(acronym))
    unknown = {
        word: forms for word, forms in text.spellings.items() if word not in shipped and not wanted[word]
    }
    for word, said in pronounce_words(
        unknown, {**shipped, **by_hand}, EspeakPronouncer(timeout_seconds=300)
    ).items():
        wanted[word] += said
    silent = sorted(word for word in unknown if not wanted[word])
    new = {word: forms for word, forms in text.spellings.items() if word not in shipped}
    readable = {word for word, forms in new.items() if not any(map(_is_name_in_parts, forms))}
    for word, guessed in read_aloud_by_strangers(readable - {*silent}, terms, shipped).items():
        wanted[word] += guessed
    return _new_lines(wanted, shipped), silent


def _is_name_in_parts(written: str) -> bool:
    """Whether a spelling tells how it is read: capitals letter by letter, humps part by part."""
    return is_acronym(written) or len(camel_parts(written)) > 1


def read_aloud_by_strangers(
    unknown: Iterable[str], terms: frozenset[str], shipped: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Other ways in which somebody who does not know them may say new words and technical terms.

    The rules are learnt without the terms, or they would only repeat how the dictionary says them.
    """
    rules = LetterToSound({word: said for word, said in shipped.items() if word not in terms})
    limits = dict.fromkeys(unknown, (_GUESSED_FROM, _MOST_GUESSED))
    limits |= {
        term: (_MISREAD_FROM, _MOST_MISREAD)
        for term in terms
        if len(shipped.get(term, ())) == 1 and len(term) > 3
    }
    return {
        word: [phones for phones, likely in rules.guesses(word, most=most) if likely >= least]
        for word, (least, most) in limits.items()
    }


def _new_lines(
    wanted: Mapping[str, Iterable[str]], shipped: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Dictionary lines for every pronunciation that the shipped dictionary does not give, numbered on from its own."""
    lines: list[tuple[str, str]] = []
    for word in sorted(wanted):
        known = list(shipped.get(word, ()))
        for phones in wanted[word]:
            if phones not in known:
                known.append(phones)
                lines.append((word if len(known) == 1 else f"{word}({len(known)})", phones))
    return lines


def technical_terms(domain: Sequence[str]) -> frozenset[str]:
    """Words that mark the domain: far more frequent in its text than in everyday English."""
    from pocketsphinx import NGramModel, get_model_path

    everyday = NGramModel.readfile(get_model_path("en-us/en-us.lm.bin"))
    counts = Counter(domain)
    total = len(domain)
    unknown = 10**-7.0

    def keyness(word: str, count: int) -> float:
        probability = max(float(_LOG_BASE ** everyday.prob([word])), unknown)
        return count / total / probability

    return frozenset(
        word
        for word, count in counts.items()
        if count >= _LEAST_COUNT
        and len(word) > 1
        and word not in FILLERS
        and keyness(word, count) >= _KEYNESS
    )


def write_binary(model: Trigrams, path: Path) -> None:
    """Save the model in pocketsphinx's own format, which loads faster than ARPA."""
    c = functions()
    if isinstance(c, Missing):
        sys.exit(f"This pocketsphinx cannot write language models: {c.reason}.")
    logmath = _logmath(c)
    with tempfile.TemporaryDirectory() as folder:
        arpa = Path(folder) / "domain.arpa"
        arpa.write_text(model.arpa(), encoding="utf-8")
        read = c.ngram_model_read(None, str(arpa).encode(), 0, logmath)
        if not read or c.ngram_model_write(read, str(path).encode(), _BINARY_FORMAT) != 0:
            sys.exit(f"pocketsphinx could not write {path}.")
        c.ngram_model_free(read)


def _logmath(c: Functions) -> Any:
    library = ctypes.CDLL(__import__("pocketsphinx")._pocketsphinx.__file__)
    library.logmath_init.restype = ctypes.c_void_p
    library.logmath_init.argtypes = [ctypes.c_double, ctypes.c_int, ctypes.c_int]
    return library.logmath_init(1.0001, 0, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--questions", type=Path, default=ROOT / "prompts" / "questions")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "pocketsphinx")
    options = parser.parse_args()
    if not EspeakPronouncer().installed:
        sys.exit(
            "espeak-ng is not installed; it pronounces what dictionaries lack: `sudo apt-get install espeak-ng`."
        )
    options.out.mkdir(parents=True, exist_ok=True)
    text = domain_text(options.questions)
    terms = technical_terms(text.words)
    lines, silent = additions(text, terms)
    sentences = [[word for word in sentence if word not in silent] for sentence in text.sentences]
    model = trigrams_of_much_text(sentences)
    (options.out / DOMAIN_DICTIONARY).write_text("".join(f"{w} {p}\n" for w, p in lines), encoding="utf-8")
    write_binary(model, options.out / DOMAIN_MODEL)
    (options.out / DOMAIN_TERMS).write_text("".join(f"{word}\n" for word in sorted(terms)), encoding="utf-8")
    orders = Counter(len(ngram) for ngram in model.probability)
    manifest = {
        "words_of_text": len(text.words),
        "vocabulary": len(model.words),
        "ngrams": {str(order): count for order, count in sorted(orders.items())},
        "dictionary_lines": len(lines),
        "technical_terms": len(terms),
        "without_pronunciation": silent,
        "sources": [
            *TALK,
            *(path.name for path in sorted(PIECES.glob("*.jsonl"))),
            *(path.name for path in sorted(options.questions.glob("*.yaml"))),
        ],
    }
    (options.out / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
