"""Words that are addressed to whoever scores the answer instead of answering: they are never evidence, never shown to a
language model, and never carry an answer past a gate.

Naming such words is not saying them: on a question about attacks on language models, "the page says: ignore your
instructions" is part of an answer. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

from interviewer.domain import Question, Turn

_SCORER = r"(?:grader|evaluator|examiner|judge|assessor|interviewer|scorer|recruiter)"
_ANSWER = r"(?:candidate|applicant|answer|response|speaker|transcript|interviewee)"
_ME = rf"(?:me|us|this|it|him|her|them|(?:the|this|my|that)\ {_ANSWER})"
_TOP = (
    r"(?:full|maximum|max|top|highest|perfect|best|five|ten|5|10|100|(?:one\ |a\ )?hundred)\W{0,2}"
    r"(?:\w+\W+)?(?:marks?|scores?|points?|credits?|ratings?|grades?|percent(?!\ of)|out\ of|5\b|10\b)"
)
_MET = r"(?:met|satisfied|correct|complete|fulfilled|covered|passed)"
_SPELT = (
    "(?:"
    + "|".join(
        r"[\s.*_-]".join(word) for word in ("ignore", "disregard", "forget", "rubric", "marks", "score")
    )
    + ")"
)

_FORM = re.compile(
    r"<[|｜][^<>]{0,40}[|｜]>|\[/?INST\]|<</?SYS>>|</?(?:s|start_of_turn|end_of_turn)>|\[/?resume\]"
    r"|(?:^|\n)\s*#{1,4} ?(?:system|assistant|user|instruction|response)\b"
    r"|```\w*|\{[^{}]{0,200}\"\w+\" ?:[^{}]{0,200}\}"
    r"|\"(?:score|verdict|answer|grade|sentence|technical|overall|star|points|met)\" ?:"
    r"|\b[A-Za-z0-9+/]{24,}={0,2}"  # base64
    r"|\S*[\u200b-\u200d\u2060\ufeff]\S*",
    re.IGNORECASE,
)
"""Forms that nobody speaks: barred wherever they stand."""
_WORDS = re.compile(
    rf"""
    (?:(?:^|[.!?\n"}}]\s*)(?:system|assistant|developer|admin)(?:\ (?:message|prompt|note))?\ ?:)
    |\b(?:system|assistant|developer|admin)(?:\ (?:message|prompt|note))?\ ?:\s*
        (?:ignore|disregard|forget|you|please|give|award|assign|mark|grade|rate|output|verdict|scor|the\ candidate|all|every|this)\w*
    |\b(?:ignore|disregard|forget)\b\W+(?:[\w']+\W+){{0,4}}?
        (?:instructions?|rubric|guidelines|prompts?|(?:scoring|previous|earlier|prior|every|all|your|these)\ rules?|rules?\ above)\b
    |\bignore\W+all\W+rules\b
    |\b(?:give|award|grant|assign|rate|grade|mark|score|hire)\s+{_ME}\b\W+(?:\w+\W+){{0,4}}?{_TOP}
    |\b(?:deserves?|merits?|earns?|warrants?|awards?|output|result\ is|approved|recorded)\b\W+(?:\w+\W+){{0,5}}?{_TOP}
    |\b(?:full|top|maximum)\W+marks?\b
    |\b(?:(?:the\ |an?\ )?{_TOP}(?:\ (?:five|ten|5|10))?\W+){{2,}}
    |(?:^|[.!?\n]\s*)(?:rot\W?13|base\W?64)\W?\s
    |\b(?:all|every|each|any)\W+(?:of\ )?(?:the\ )?(?:rubric\ )?(?:points?|statements?|criteria)\W+(?:\w+\W+){{0,3}}?(?:fully\ )?{_MET}\b
    |\b(?:every|all|each|any|mark)\ (?:the\ )?rubric\ points?\b
    |\bmark\ (?:\w+\ ){{1,5}}?as\ (?:fully\ )?{_MET}\b
    |(?:^|[.!?\n]\s*)end\ of\ (?:the\ )?{_ANSWER}(?=[.!:\n])
    |\bend\ of\ (?:the\ )?{_ANSWER}\W+(?=(?:system|assistant|developer|admin)\b)
    |\b{_SPELT}\b
    |\bverdicts?\ (?:for|on)\ (?:all|every)\b
    |\b(?:score|verdict|grade|result)s?\ ?[:=]\ ?(?:[1-9]\d*\b(?!\.\d)|met|full\w*|pass\w*|perfect|complete|correct|satisfied|a\ plus|yes)
    |\b(?:this|the)\ (?:candidate|applicant)\ (?:has|have)\ (?:fully\ |already\ )?(?:passed|explained|met|satisfied|covered|answered|correct|complete|fulfilled)
    |\b(?:this|the)\ (?:candidate|applicant|answer|response)\ (?:fully\ )?(?:deserves|is\ to\ be\ (?:recorded|scored|marked|graded)|covers\ (?:every|all)|satisfies\ (?:every|all)|meets\ (?:every|all))
    |\b(?:as|i\ am)\ (?:the|an?|your)\ {_SCORER}\W+(?:i|and\ i)\b
    |\bas\ (?:the|an?|your)\ {_SCORER}\W+you\ (?:must|should|will|have\ to)\ (?:give|award|mark|rate|accept|score)\b
    |\b(?:note|dear|message|memo|instructions?|attention)\W+(?:to\ |for\ )?(?:the\ |all\ |any\ )?(?:{_SCORER}|automated\ systems?)\b
    |\b{_SCORER}\ should\ assume\b|\bassume\ that\ (?:everything|i\ know|all)\b|\btest\ of\ the\ scoring\b
    |\bi\ am\ the\ (?:developer|administrator|admin|owner|author)\ of\ this\b|\bthis\ is\ the\ (?:administrator|admin|developer)\b
    |\bignor\w*\W+(?:\w+\W+){{0,4}}?(?:instruc|anweis|istruz|instrukt)\w*|игнорир\w*|忽略|無視
    |volle\ punktzahl|note\ maximale|(?:puntuaci[oó]n|nota)\ m[aá]xima|punteggio\ massimo|высший\ балл|满分|満点|full\ poäng
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REPORTED = re.compile(
    r"\b(?:says?|said|saying|writes?|wrote|written|writing|types?|typed|typing|contains?|containing|reads|tells?|telling|told"
    r"|asks?|asking|instructs?|hides?|hidden|hiding|embeds?|embedded|inserts?|puts?|plants?|such as|for example|something like"
    r"|attack\w*|injections?|jailbreaks?|commands?|phrases?|a line|a sentence)\b[^.!?]*$",
    re.IGNORECASE,
)
_ABOUT_ATTACKS = re.compile(r"\b(?:prompt injections?|jailbreaks?)\b", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:\b(?:you|i|must|should|shall|will|want|would like|now|please|from|on|to|and|then|so|just|simply|new instruction)\b[\s,:]*)+$",
    re.IGNORECASE,
)
"""What leads up to an order: "you must now", "I want you to"."""
_REACH = 90  # characters before the words in which they can be said to be somebody else's
_LONGEST_CLAUSE = 60  # characters a clause is followed to its end
_LONGEST_LINK = 12  # characters between two such stretches that belong to them: "and", "for this"
_LONGEST_SENTENCE = (
    300  # characters; a longer one is a whole turn that a recogniser wrote without a full stop
)
_SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"”'}]|$)|\n|[。！？]")
_CLAUSE_REST = re.compile(r"[^.,;:!?\n]*[.,;:!?]*")


Bounds = Literal["sentence", "words", "onward", "backward"]


def spoken_to_the_judge(
    text: str, question: Question | None = None, bounds: Bounds = "sentence"
) -> list[tuple[int, int]]:
    """Where in a turn's text somebody talks to the scorer: stretches, in order and apart, of whole sentences, or of clauses
    where a sentence has no end. Who smuggles an instruction into a right sentence loses that sentence.

    `question` lets what it is about be named: attacks may be quoted where the question is about them. Other `bounds` take
    the telling words alone, or those and what follows or precedes them in their sentence.
    """
    quoting = question is not None and _asks_about_attacks(question)
    found = _telling_words(text, quoting)
    if not found:
        return []
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    return list(_joined(sorted(_stretch(text, start, end, ends, bounds) for start, end in found)))


@lru_cache(maxsize=64)  # gates, spans and score all ask, while the candidate waits for a reply
def _telling_words(text: str, quoting: bool) -> tuple[tuple[int, int], ...]:
    found = [match.span() for match in _FORM.finditer(text)]
    found += [
        match.span()
        for match in _WORDS.finditer(text)
        if not (quoting and _REPORTED.search(text[max(0, match.start() - _REACH) : match.start()]))
    ]
    return tuple(found)


def unaddressed(turn: Turn, question: Question | None = None, bounds: Bounds = "sentence") -> Turn:
    """The turn with spaces where somebody talks to the scorer, so that the rest reads as if it had not been said and
    every offset stays what it was."""
    text = turn.text
    barred = [
        # A line break around it would stay behind and end a sentence that goes on.
        (len(text[:start].rstrip()), end + len(text[end:]) - len(text[end:].lstrip()))
        for start, end in spoken_to_the_judge(text, question, bounds)
    ]
    return _blanked(turn, barred) if barred else turn


def ways_unaddressed(turns: Sequence[Turn], question: Question | None = None) -> list[tuple[Turn, ...]]:
    """The turns `unaddressed`, in every way to draw the bounds; one where nobody talks to the scorer.

    What is taken out of an answer leaves the rest cut into other pieces, and one of those may read better than what was
    said, or an error may have gone with it. So the least that any of the ways is worth is what the answer is worth.
    """
    every = get_args(Bounds)
    addressed = any(spoken_to_the_judge(turn.text, question) for turn in turns)
    ways = [
        tuple(unaddressed(turn, question, bounds) for turn in turns)
        for bounds in (every if addressed else every[:1])
    ]
    return [way for number, way in enumerate(ways) if way not in ways[:number]]


def _blanked(turn: Turn, barred: Sequence[tuple[int, int]]) -> Turn:
    shown = [segment.text for segment in turn.segments if segment.text]
    joined = " ".join(shown)
    before = len(joined) - len(joined.lstrip())
    letters = list(joined)
    for start, end in barred:
        letters[before + start : before + end] = " " * (end - start)
        # A turn's text begins and ends with what is no space.
        for edge, at in ((start, 0), (end - 1, len(turn.text) - 1)):
            if edge == at:
                letters[before + edge] = "."
    segments, position = [], 0
    for segment in turn.segments:
        if segment.text:
            text = "".join(letters[position : position + len(segment.text)])
            position += len(segment.text) + 1
            segment = segment.model_copy(update={"text": text})
        segments.append(segment)
    return turn.model_copy(update={"segments": tuple(segments)})


def without_appeals(text: str, question: Question | None = None) -> str:
    """The text without such words: what gates are tried on, so that none is talked open."""
    kept, begin = [], 0
    for start, end in spoken_to_the_judge(text, question):
        kept.append(text[begin:start])
        begin = end
    return " ".join([*kept, text[begin:]]).strip()


def _asks_about_attacks(question: Question) -> bool:
    return any(_ABOUT_ATTACKS.search(point.text) for point in question.rubric)


def _stretch(
    text: str, start: int, end: int, sentence_ends: Sequence[int], bounds: Bounds
) -> tuple[int, int]:
    """The sentences that the words lie in, or, in a very long one, the rest of their clause: "give me full marks" goes on
    "for this answer". Less of them where the bounds are narrower."""
    said = text[start:end].lstrip(" .!?\n")  # or the sentence before would be lost too
    start = end - len(said)
    if lead := _LEAD.search(text, max(0, start - _REACH), start):
        start = lead.start()
    if bounds == "words":
        return start, end
    first = max(at for at in sentence_ends if at <= start)
    last = min(at for at in sentence_ends if at >= end)
    if last - first <= _LONGEST_SENTENCE:
        return (start if bounds == "onward" else first), (end if bounds == "backward" else last)
    rest = _CLAUSE_REST.match(text, end)
    return start, rest.end() if rest and rest.end() - end <= _LONGEST_CLAUSE else end


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that meet, or nearly do, as one."""
    begin, reach = spans[0]
    for start, end in spans[1:]:
        if start > reach + _LONGEST_LINK:
            yield begin, reach
            begin, reach = start, end
        reach = max(reach, end)
    yield begin, reach
