"""Turns written text into what a speech synthesizer can read aloud. Pure text in, pure text out, English.

Synthesizers read "%" well or not at all, say "AUC" as one odd word and stumble over markup; here each becomes words.
"""

from __future__ import annotations

import re
import unicodedata

SAID_AS_WORDS = frozenset(
    # acronyms people say as a word
    "BERT LORA QLORA SMOTE RAG RELU GELU STAR SHAP LIME CUDA YOLO ADAM ROC DAG JSON YAML RAM ROM REST GAN LASSO"
    " CRUD BLEU ROUGE GLUE MAP MAE FAISS GRU NUMA ACID BASE SWAG SOTA ASAP NASA HIPAA VIF ELBO"
    # ordinary words set in capitals for emphasis
    " AND OR NOT NO YES OK IF IN ON AT TO IS IT AS BY BE DO GO ME MY WE US UP SO AN OF THE ALL ANY ONE TWO WHY HOW"
    " WHO WHAT WHEN WHERE ONLY MUST BEST GOOD LESS MORE MOST NEVER EVERY FIRST LAST".split()
)
SPOKEN_NAMES = {  # said differently from how they are written
    "SQL": "sequel",
    "NoSQL": "no sequel",
    "MLOps": "M L ops",
    "DevOps": "dev ops",
    "PyTorch": "pie torch",
    "NumPy": "num pie",
    "SciPy": "sigh pie",
    "sklearn": "S K learn",
    "XGBoost": "X G boost",
    "LightGBM": "light G B M",
    "LoRA": "lora",
    "QLoRA": "Q lora",
    "ReLU": "relu",
    "GELU": "gelu",
    "CatBoost": "cat boost",
    "LaTeX": "lay tech",
    "PhD": "P H D",
    "C++": "C plus plus",
    "C#": "C sharp",
}
ABBREVIATIONS = {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "and so on",
    "vs.": "versus",
    "vs": "versus",
    "w.r.t.": "with respect to",
    "w/o": "without",
    "w/": "with",
    "approx.": "about",
    "a.k.a.": "also known as",
}
SYMBOLS = (  # in order: the longer ones first
    (">=", " at least "),
    ("≥", " at least "),
    ("<=", " at most "),
    ("≤", " at most "),
    ("!=", " is not "),
    ("≠", " is not "),
    ("==", " equals "),
    ("=>", " gives "),
    ("<->", " to and from "),
    ("->", " to "),
    ("→", " to "),
    ("±", " plus or minus "),
    ("×", " times "),
    ("≈", " about "),
    ("√", " square root of "),
    ("∞", " infinity "),
    ("°", " degrees "),
    ("²", " squared "),
    ("³", " cubed "),
    ("^2", " squared "),
    ("^3", " cubed "),
    ("^", " to the power of "),
    ("%", " percent "),
    ("&", " and "),
    ("@", " at "),
    ("=", " equals "),
    (">", " greater than "),
    ("<", " less than "),
    ("+", " plus "),
)
GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "λ": "lambda", "μ": "mu", "π": "pi",
         "σ": "sigma", "θ": "theta", "τ": "tau"}  # fmt: skip
MAGNITUDES = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion", "T": "trillion"}

_ABBREVIATION = re.compile(
    r"(?<![\w.])(" + "|".join(re.escape(short) for short in ABBREVIATIONS) + r")(?![\w])", re.IGNORECASE
)
_NAME = re.compile(r"(?<!\w)(" + "|".join(re.escape(name) for name in SPOKEN_NAMES) + r")(?![\w+#])")
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_CAPITALS = re.compile(r"(?<![A-Za-z])([A-Z]{2,5})(s|'s)?(?![A-Za-z])")
_UNSPEAKABLE = re.compile(
    rf"[^\w\s.,;:?!'’\"“”()…–—%-]|_|[²³{''.join(GREEK)}]"  # a sign for which the words are guessed, or left out
    r"|[A-Za-z]+-?\d\w*|\b\d+(?!(?:st|nd|rd|th)\b)[A-Za-z]\w*"  # letters and digits in one
    r"|\b[A-Z]{6,}\b"  # too long to be spelled, and perhaps no word
)


def spoken_text(text: str) -> str:
    """`text` as words and the punctuation that shapes a sentence; "" when nothing in it can be spoken."""
    text = unicodedata.normalize("NFC", text)
    text = _without_markup(text)
    text = _ABBREVIATION.sub(lambda match: ABBREVIATIONS[match[1].lower()], text)
    text = _NAME.sub(lambda match: SPOKEN_NAMES[match[1]], text)
    text = _with_numbers_said(text)
    text = _with_symbols_said(text)
    text = _with_letters_said(text)
    return _tidied(text)


def unspeakable(text: str) -> list[str]:
    """What in an authored text a voice has to guess at and its author should write out as people say it.

    Percent signs, known names and the letters of AUC are read reliably, so they may stay.
    """
    return _UNSPEAKABLE.findall(_NAME.sub(" ", text))


def _without_markup(text: str) -> str:
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)  # a link keeps its words
    text = re.sub(r"https?://\S+", " a link ", text)
    text = re.sub(r"(?m)^\s*(?:[-*•]|#+|\d+[.)])\s+", "", text)  # bullets and headings
    text = re.sub(r"[`*\"“”„]", "", text)
    text = text.replace("’", "'").replace("_", " ").replace("…", ". ")
    return re.sub(r"(?<=[^\s.!?:;,])\s*\n+", ". ", text)  # a line that ends bare was a sentence


def _with_numbers_said(text: str) -> str:
    text = re.sub(
        rf"\$\s?({_NUMBER})\s?([kKMBT])?\b",
        lambda match: f"{match[1]} {MAGNITUDES[match[2]] + ' ' if match[2] else ''}dollars",
        text,
    )
    text = re.sub(rf"\b({_NUMBER})([kKMBT])\b", lambda match: f"{match[1]} {MAGNITUDES[match[2]]}", text)
    text = re.sub(rf"\b({_NUMBER})\s?ms\b", r"\1 milliseconds", text)
    text = re.sub(rf"\b({_NUMBER})x\b", r"\1 times", text)
    text = re.sub(r"~\s?(?=\d)", " about ", text)
    text = re.sub(r"(?<![\w.])[-−](?=\d)", "minus ", text)
    return re.sub(rf"\b({_NUMBER}%?)\s?[-–—]\s?(?={_NUMBER}\b)", r"\1 to ", text)


def _with_symbols_said(text: str) -> str:
    text = re.sub(r"\b1\s*/\s*(?=\d)", "1 over ", text)  # a fraction; 80/20 and 24/7 are read side by side
    text = re.sub(r"(?<!\w)P\(([^()|]+)\|([^()|]+)\)", r"P of \1 given \2", text)
    text = re.sub(r"(?<!\w)([A-Za-z])\(([^()]+)\)", r"\1 of \2", text)
    text = re.sub(r"\s*[—–]\s*|\s+-+\s+", ", ", text)
    text = re.sub(r"\s*[()\[\]{}]\s*", ", ", text)
    for symbol, words in SYMBOLS:
        text = text.replace(symbol, words)
    for letter, name in GREEK.items():
        text = text.replace(letter, f" {name} ")
    return re.sub(r"[/\\|~]", " ", text)


def _with_letters_said(text: str) -> str:
    """Spell what people spell: AUC, L2, GPT-4."""
    text = re.sub(r"\b([A-Z]{1,5}|[A-Za-z])-?(\d+(?:\.\d+)?)\b", r"\1 \2", text)

    def spelled(match: re.Match[str]) -> str:
        letters, plural = match[1], match[2]
        if letters in SAID_AS_WORDS:
            return letters.lower() + (plural or "")
        return " ".join(letters) + ("'s" if plural else "")

    return _CAPITALS.sub(spelled, text)


def _tidied(text: str) -> str:
    text = "".join(c if c.isalnum() or c in " .,!?;:'-" else " " for c in re.sub(r"\s+", " ", text))
    text = re.sub(r"(?:\.\s*){2,}", ". ", text)
    text = re.sub(r"\s+([.,!?;:])", r"\1", text)
    text = re.sub(r"[,;:]+(?=[.!?])|(?<=[.!?,;:]),+", "", text)
    text = re.sub(r"\s{2,}", " ", text).strip(" ,;:-")
    return text if any(c.isalnum() for c in text) else ""
