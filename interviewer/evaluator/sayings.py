"""What to say about a rubric point, as it would be spoken: from the model answer where that makes the point, or the
point's own statement. Where only the candidate knows the facts, the question that draws them out. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Question, RubricPoint
from interviewer.evaluator.quotes import sentence
from interviewer.evaluator.words import content_stems, covered, words

LONGEST_SAYING_WORDS = 55
_WINDOW_SENTENCES = 3
_GOOD_MATCH = 0.5  # F1 of content words between a point and a stretch of the model answer
_SAYS_IT = 0.6
_GIST_WORDS = (6, 18)
_STATING_KINDS = frozenset({"concept", "system_design", "data_engineering", "experimentation", "coding"})
_DESCRIBING = re.compile(r"(?!This|Is|Was|Has|Does)[A-Z][a-z]+(?:s|ed)\b")
_LEANS_ON_WHAT_WENT_BEFORE = frozenset(
    "it this that they these those there so then and but also which like he she".split()
)
_LEANS_INSIDE = re.compile(r"\b(?:them|these|those)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;:]|, (?:so|for example|for instance|such as|which|because|since)\b|\. ")


@dataclass(frozen=True)
class Saying:
    """`spoken`: can be said as it stands. Otherwise `text` is a question for the candidate to answer."""

    text: str
    spoken: bool


def sayings(question: Question, wanted: Sequence[str]) -> Mapping[str, Saying]:
    """A saying for each of the rubric points `wanted`; no sentence of the model answer is used twice."""
    points = [question.point(point) for point in wanted]
    stating = [point for point in points if not describes_answer(point.text, question)]
    found = {point.id: _question_for(point, question) for point in points if point not in stating}
    found |= {point.id: Saying(sentence(point.text), spoken=True) for point in stating}
    sentences = re.split(r"(?<=[.?!])\s+", question.model_answer)
    rarity = Counter(stem for point in question.rubric for stem in content_stems(point.text))
    used: set[int] = set()
    matches = [
        (likeness, best, window)
        for window in _windows(sentences)
        for likeness, best in [_nearest_point(question, " ".join(sentences[i] for i in window), rarity)]
        if likeness >= _GOOD_MATCH and best in {point.id for point in stating}
    ]
    matches.sort(key=lambda match: (-match[0], match[1], match[2]))
    placed: set[str] = set()
    for _, point_id, window in matches:
        if point_id not in placed and not used & set(window):
            placed.add(point_id)
            used |= set(window)
            found[point_id] = Saying(" ".join(sentences[i] for i in window), spoken=True)
    return found


def describes_answer(text: str, question: Question) -> bool:
    """Whether a point says what a good answer does ("Names the cause ...") rather than what is true."""
    return question.kind not in _STATING_KINDS and _DESCRIBING.match(text) is not None


def gist(text: str) -> str:
    """The point in a few words, to name it by: its first clause, without a full stop."""
    whole = text.strip().rstrip(".")
    for match in _CLAUSE_END.finditer(whole):
        if len(whole[: match.start()].split()) >= _GIST_WORDS[0]:
            whole = whole[: match.start()]
            break
    said = whole.split()
    return " ".join(said[: _GIST_WORDS[1]]).rstrip(",") + ("…" if len(said) > _GIST_WORDS[1] else "")


def names_itself(saying: str, named: str) -> bool:
    """Whether the saying already contains what it is about, so that naming it first would say it twice."""
    return covered(content_stems(named), content_stems(saying)) >= _SAYS_IT


def _question_for(point: RubricPoint, question: Question) -> Saying:
    """Facts of somebody's life are theirs: the bank's easiest follow-up asks for them."""
    if question.kind == "candidate_questions" and point.phrasings:
        asked = point.phrasings[0].rstrip(".?")
        return Saying(f"{asked[:1].upper()}{asked[1:]}?", spoken=True)
    own = (follow_up for follow_up in question.follow_ups if follow_up.point == point.id)
    easiest = min(own, key=lambda follow_up: follow_up.depth, default=None)
    text = (
        easiest.text
        if easiest
        else f"A good answer {point.text[:1].lower()}{point.text[1:].rstrip('.')}. What is yours?"
    )
    return Saying(text, spoken=False)


def _windows(sentences: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Stretches of the model answer that can stand alone and are short enough to be said in one go."""
    for first, text in enumerate(sentences):
        opening = words(text)[:1]
        if (
            not opening
            or opening[0].split("'")[0] in _LEANS_ON_WHAT_WENT_BEFORE
            or _LEANS_INSIDE.search(text)
        ):
            continue
        for last in range(first, min(first + _WINDOW_SENTENCES, len(sentences))):
            window = tuple(range(first, last + 1))
            if sum(len(sentences[i].split()) for i in window) <= LONGEST_SAYING_WORDS:
                yield window


def _nearest_point(question: Question, said: str, rarity: Mapping[str, int]) -> tuple[float, str]:
    """The one rubric point that a stretch of the model answer makes, if any, and how well."""
    return max((_likeness(point.text, said, rarity), point.id) for point in question.rubric)


def _likeness(point: str, said: str, rarity: Mapping[str, int]) -> float:
    """F1 of the content words, those that many points share counting little: it makes the point, and little else."""
    wanted, given = content_stems(point), content_stems(said)

    def weight(stems: frozenset[str]) -> float:
        return sum(1 / rarity.get(stem, 1) for stem in stems)

    return 2 * weight(wanted & given) / ((weight(wanted) + weight(given)) or 1.0)
