"""Whether a persona's phrasing may be spoken in place of the authored text. Pure; knows no model.

A phrasing that is refused costs nothing: the authored text is asked instead. So every rule errs on the side of refusing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from interviewer.director.phrasing_words import (
    COMMON,
    NUMBER_WORDS,
    OPPOSITE_PREFIXES,
    OPPOSITES,
    content_words,
    stem,
    words,
)
from interviewer.domain import Question

MAX_SENTENCES = 3
WORDS_PER_AUTHORED_WORD = 1.6
EXTRA_WORDS = 10
KEPT_SHARE = 0.6
"""Share of the authored text's content words that must come back: below it, another question is asked."""
NEW_WORDS_PER_AUTHORED_WORD = 0.8
EXTRA_NEW_WORDS = 3
GIVEN_AWAY_RUN = 4
"""This many consecutive words of the rubric, two of them content words, give it away."""
GIVEN_AWAY_WORDS = 2
"""So many content words of one rubric sentence, not yet said by anybody, give it away."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)]*(?=\s|$)")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|vs|etc|dr|mr|ms)\.|(?<=\d)\.(?=\d)", re.IGNORECASE)
_MARKUP = re.compile(r"[*_#`~|{}\[\]<>\\]|https?://|^\s*(?:[-•–]|\d+[.)])\s", re.MULTILINE)
_STAGE_DIRECTION = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*[^*]+\*|^\s*(?:\w+ing)\s*:", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(?:interviewer|candidate|assistant|system|user|question|follow[- ]?up|answer|rephrased)\s*:",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^\s*(?:sure|certainly|of course|absolutely)\b[^.?!]*\b(?:here|phras|question)"
    r"|\bhere(?:'s| is) (?:the|a|my|your) (?:question|follow|phras|rephras|way)"
    r"|\bas an? (?:ai|language model|assistant)\b|\bmy instructions\b|\bsystem prompt\b",
    re.IGNORECASE,
)
_JUDGEMENT = re.compile(
    r"\b(?:that's|that is|that was|you're|you are|you were|it's|it is) (?:\w+ly )?(?:right|wrong|correct|incorrect|true|false|spot on|perfect|good|great|excellent|exactly right)\b"
    r"|\b(?:great|good|excellent|perfect|nice|solid|strong|weak|poor|bad|wrong|right|correct|incomplete) (?:answer|point|response|job|work|start|explanation|thinking)\b"
    r"|\bwell (?:done|said|put)\b|\b(?:exactly|correct|wrong|excellent|perfect|brilliant)[.!,]"
    r"|\byou (?:passed|failed|missed|forgot|got (?:it|that))\b"
    r"|\byour (?:score|grade|rating|marks?)\b|\b\d+ ?(?:/|out of) ?\d+\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\b(?:for example|for instance|such as|e\.g|the answer is|hint)\b", re.IGNORECASE)
_SECOND_ASK = re.compile(  # inside a sentence: "..., and how would you"
    r"(?<=[\w,;] )(?:and|or|also),? (?:what|why|how|which|when|where|who|tell|describe|explain|give)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:tell|walk|talk|describe|explain|give|show|take|name|compare|suppose|imagine|say|help|let|share|sketch|read|write|make|draw|go|put|argue|convince"
    r"|state|design|code|follow|present|outline|define|choose|derive|estimate|plan|teach|defend|criticise|list)\b",
    re.IGNORECASE,
)
_TERM = re.compile(r"\b(?:[A-Z]{2,}[A-Za-z0-9-]*|[A-Za-z]*\d[\w.%-]*)\b")
_NEGATIONS = frozenset("not no never without cannot nor neither none".split())
_OPEN = re.compile(r"\b(?:what|how|which|why|when|where|who|whose)\b", re.IGNORECASE)
_REASON = re.compile(r"\b(?:why|reasons?|because|made you|led you|how come)\b", re.IGNORECASE)


def refusal(text: str, authored: str, question: Question, said: Sequence[str] = ()) -> str | None:
    """Why `text` may not be spoken in place of `authored`; None when it may.

    `said` is what was spoken under this question so far, by anybody: repeating that gives nothing away.
    """
    return (
        _wrong_form(text, authored)
        or _wrong_manner(text, authored)
        or _another_question(text, authored)
        or _given_away(text, authored, question, said)
    )


def _wrong_form(text: str, authored: str) -> str | None:
    if not words(text):
        return "it is empty"
    if any(unicodedata.category(c) in ("So", "Sk", "Cs", "Co", "Cc", "Cf") for c in text if c != "\n"):
        return "it holds emoji or control characters"
    if _STAGE_DIRECTION.search(text):
        return "it holds a stage direction"
    if _LABEL.search(text) or _MARKUP.search(text):
        return "it holds labels or markup"
    if any(ord(c) > 0x24F and c.isalpha() for c in text):
        return "it is not in the interview's language"
    most = max(MAX_SENTENCES, _sentences(authored))
    if _sentences(text) > most:
        return f"it is longer than {most} sentences"
    limit = round(len(words(authored)) * WORDS_PER_AUTHORED_WORD) + EXTRA_WORDS
    if len(words(text)) > limit:
        return f"it is longer than {limit} words"
    return _wrong_number_of_questions(text, authored)


def _wrong_number_of_questions(text: str, authored: str) -> str | None:
    asked = text.count("?")
    if _asks(text) > max(1, _asks(authored)):
        return "it asks more than one question"
    if asked == 0 and ("?" in authored or not _REQUEST.search(text)):
        return "it asks no question"
    if asked and not text.rstrip(" \"'”’").endswith("?") and authored.rstrip().endswith("?"):
        return "it goes on after the question"
    return None


def _asks(text: str) -> int:
    return text.count("?") + len(_SECOND_ASK.findall(text))


def _wrong_manner(text: str, authored: str) -> str | None:
    if _PREAMBLE.search(text):
        return "it talks about the task"
    if _JUDGEMENT.search(text) and not _JUDGEMENT.search(authored):
        return "it judges the answer"
    if _EXAMPLE.search(text) and not _EXAMPLE.search(authored):
        return "it offers an example"
    return None


def _another_question(text: str, authored: str) -> str | None:
    kept, new = content_words(authored), content_words(text)
    lost, added = kept - new, new - kept
    if kept and len(kept & new) / len(kept) < KEPT_SHARE:
        return "it asks something else: too few of the question's words are left"
    if len(added) > len(kept) * NEW_WORDS_PER_AUTHORED_WORD + EXTRA_NEW_WORDS:
        return "it asks something else: too many new words"
    if _terms(text) != _terms(authored) or _number_words(text) - _number_words(authored):
        return "it changes a term, a number or a name"
    if any(_opposite(one, other) for one in lost for other in added):
        return "it turns the question round"
    if _negations(text) % 2 != _negations(authored) % 2:
        return "it turns the question round"
    if _requalified(text, authored):
        return "it asks something else: about another kind of the same thing"
    if _is_open(authored) and not _is_open(text):
        return "it turns an open question into one for yes or no"
    if bool(_REASON.search(text)) != bool(_REASON.search(authored)):
        return "it asks for another thing: a reason is asked for in one of the two only"
    return None


def _given_away(text: str, authored: str, question: Question, said: Sequence[str]) -> str | None:
    known_texts = (authored, question.spoken, question.written, *said)
    known_words = {w for known in known_texts for w in content_words(known)} | COMMON
    known_runs = {run for known in known_texts for run in _runs(known)}
    runs, fresh = _runs(text) - known_runs, content_words(text) - known_words
    for secret in _secrets(question):
        if runs & _runs(secret):
            return "it gives words of the rubric away"
        if len(fresh & content_words(secret)) >= GIVEN_AWAY_WORDS:
            return "it gives part of the rubric away"
    if fresh & {w for point in question.rubric for w in content_words(point.text)}:
        return "it gives a word of the rubric away"
    return None


def _secrets(question: Question) -> Iterable[str]:
    """Every sentence an answer could be made of."""
    texts = [question.model_answer, *question.hints, *question.red_flags]
    texts += [follow_up.expects for follow_up in question.follow_ups]
    for point in question.rubric:
        texts += [point.text, *point.phrasings]
        for wrong in point.misconceptions:
            texts += [*wrong.wrong, *wrong.denial, wrong.correction or ""]
    for text in texts:
        yield from (part for part in _SENTENCE_END.split(text) if part)


@lru_cache(maxsize=2048)  # a bank's sentences are compared with every phrasing under their question
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of stems with at least two content words in them."""
    found = words(text)
    stems, weighty = [stem(word) for word in found], [bool(content_words(word)) for word in found]
    starts = range(len(found) - GIVEN_AWAY_RUN + 1)
    return frozenset(
        tuple(stems[at : at + GIVEN_AWAY_RUN]) for at in starts if sum(weighty[at : at + GIVEN_AWAY_RUN]) >= 2
    )


def _sentences(text: str) -> int:
    plain = _ABBREVIATION.sub("", text).strip()
    ended = len(_SENTENCE_END.findall(plain))
    return ended if not plain or plain[-1] in ".!?…\"'”’" else ended + 1


def _terms(text: str) -> set[str]:
    """Acronyms and numbers, which a phrasing must carry over as they are."""
    return {term.lower().rstrip(".-") for term in _TERM.findall(text)}


def _number_words(text: str) -> frozenset[str]:
    return NUMBER_WORDS.intersection(words(text))


def _is_open(text: str) -> bool:
    return bool(_OPEN.search(text) or _REQUEST.search(text))


def _requalified(text: str, authored: str) -> bool:
    """Whether a word has another word before it than it had: "full batch" for "mini batch"."""
    kept, new = content_words(authored), content_words(text)
    before = {(one, other) for one, other in _neighbours(authored) if one not in new}
    after = {(one, other) for one, other in _neighbours(text) if one not in kept}
    return bool({other for _, other in before} & {other for _, other in after})


def _neighbours(text: str) -> set[tuple[str, str]]:
    """Pairs of content words that stand side by side."""
    stems = [stem(word) if content_words(word) else "" for word in words(text)]
    return {(one, other) for one, other in pairwise(stems) if one and other}


def _negations(text: str) -> int:
    return sum(word in _NEGATIONS or word.endswith("n't") for word in words(text))


def _opposite(one: str, other: str) -> bool:
    if frozenset((one, other)) in OPPOSITES:
        return True
    return _without_prefix(one) == _without_prefix(other) and one != other


def _without_prefix(word: str) -> str:
    for prefix in OPPOSITE_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word[len(prefix) :]
    return word
