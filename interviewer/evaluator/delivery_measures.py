"""The single figures of delivery, each with the places where it can be heard, or the reason why it cannot be had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from interviewer.domain import Evidence, Kind, Span, Turn
from interviewer.evaluator.jargon import terms, unexplained
from interviewer.evaluator.pauses import Delivery, Pause, words_around
from interviewer.evaluator.placed_words import timed_words
from interviewer.evaluator.spans import passages, quoter
from interviewer.evaluator.words import FILLERS, FUNCTION_WORDS, Token, syllables, tokens

LEAST_SECONDS = 8.0  # of speech: in fewer, one um more or less makes a rate of its own
LAY_AUDIENCE: frozenset[Kind] = frozenset({"communication"})
_SIGNPOSTING_FROM_WORDS = 60  # a short answer needs none
_PUNCTUATED_FROM = 0.02  # sentence ends per word; below, the text has no usable punctuation
_SAME_FILLER_SECONDS = 0.3  # between a written um and one heard in the sound
_LONGEST_REPEAT = 3  # words

_FILLER_PHRASES = re.compile(r"\b(?:you know|i mean|sort of|kind of|or something|and stuff)\b", re.IGNORECASE)
_REPAIRS = re.compile(
    r"\b(?:sorry|no wait|wait no|let me (?:rephrase|start over|start again)|i mean|or rather|scratch that|what i meant)\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|i guess|i suppose|i'm not sure|not sure|sort of|kind of|might|somehow|"
    r"or something|i would say|more or less|hopefully)\b",
    re.IGNORECASE,
)
_SIGNPOSTS = re.compile(
    r"\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|then|next|for example|for instance|because|therefore|so that|"
    r"in (?:short|summary|other words|the end)|on the (?:one|other) hand|there are (?:two|three|four)|the (?:main|key) (?:point|reason|thing)|"
    r"to (?:sum up|summari[sz]e)|that means|which means|as a result|however)\b",
    re.IGNORECASE,
)
_SAID_TWICE_ON_PURPOSE = {"that", "had", "very", "no", "more"}


@dataclass(frozen=True)
class SpokenTurn:
    """A recognised turn with its place among the answer's turns."""

    index: int
    turn: Turn
    tokens: Sequence[Token]
    quote: Callable[[int, int], Evidence]

    @staticmethod
    def of(index: int, turn: Turn) -> SpokenTurn:
        return SpokenTurn(index, turn, tokens(turn.text), quoter(turn, index))


@dataclass(frozen=True)
class Spoken:
    """The spoken turns of one answer, ready to be measured. `thinking_before`: seconds of thought before each, as far
    as is known."""

    turns: Sequence[SpokenTurn]
    delivery: Delivery | None
    kind: Kind
    minutes_wanted: float
    thinking_before: Sequence[float]

    @property
    def words(self) -> int:
        """Words that say something: an um is none."""
        return sum(token.word not in FILLERS for spoken in self.turns for token in spoken.tokens)

    @property
    def timed(self) -> Delivery:
        if self.delivery is None or self.delivery.speaking_seconds <= 0:
            raise NotMeasuredError("not measured: no speech times were kept")
        return self.delivery

    @property
    def minutes(self) -> float:
        """Minutes of speaking, for what is counted per minute. NotMeasuredError when too few."""
        seconds = self.timed.speaking_seconds
        if seconds < LEAST_SECONDS:
            raise NotMeasuredError(f"not measured: fewer than {LEAST_SECONDS:g} seconds were spoken")
        return seconds / 60

    def found(self, pattern: re.Pattern[str]) -> list[Evidence]:
        return [
            spoken.quote(*match.span())
            for spoken in self.turns
            for match in pattern.finditer(spoken.turn.text)
        ]


@dataclass(frozen=True)
class Figure:
    value: float
    note: str = ""
    evidence: Sequence[Evidence] = ()


class NotMeasuredError(Exception):
    """Why one figure cannot be had for this answer."""


def _rate(spoken: Spoken) -> Figure:
    return Figure(60 * spoken.words / spoken.timed.speaking_seconds)


def _articulation(spoken: Spoken) -> Figure:
    said = [token.word for turn in spoken.turns for token in turn.tokens if token.word not in FILLERS]
    return Figure(
        sum(map(syllables, said)) / spoken.timed.voiced_seconds,
        "how fast the mouth moves, without any pause; told beside the rate and not scored",
    )


def _pauses(spoken: Spoken, *, inside: bool) -> tuple[Pause, ...]:
    pauses = spoken.timed.told_apart(inside=inside)
    if pauses is None:
        raise NotMeasuredError("not measured: the recogniser gave no word times")
    return pauses


def _inside(spoken: Spoken) -> Figure:
    pauses = _pauses(spoken, inside=True)
    return Figure(len(pauses) / spoken.minutes, evidence=[p.evidence for p in pauses if p.evidence])


def _between(spoken: Spoken) -> Figure:
    pauses = _pauses(spoken, inside=False)
    if not pauses:
        raise NotMeasuredError("not measured: no pause between clauses could be told apart")
    return Figure(mean(pause.seconds for pause in pauses))


def _before_first_word(spoken: Spoken) -> Figure:
    if not spoken.thinking_before:
        raise NotMeasuredError("not measured: it is not known when the question ended")
    return Figure(max(spoken.thinking_before), "time to think is yours, and not scored")


def _thinking(spoken: Spoken) -> Figure:
    pauses = [pause for pause in spoken.timed.pauses if pause.thinking]
    many = f"{len(pauses)} pause{'' if len(pauses) == 1 else 's'}; " if pauses else ""
    return Figure(
        sum(pause.seconds for pause in pauses),
        f"{many}time to think is yours, and not scored",
        [pause.evidence for pause in pauses if pause.evidence],
    )


def _fillers(spoken: Spoken) -> Figure:
    """Ums the recogniser wrote, ums heard in the sound that it did not write, and phrases that fill."""
    written = [
        turn.quote(token.start, token.end)
        for turn in spoken.turns
        for token in turn.tokens
        if token.word in FILLERS
    ]
    heard = [pause for turn in spoken.turns for pause in _heard_only(turn, written)]
    proofs = [proof for _, proof in heard if proof is not None]
    phrases = spoken.found(_FILLER_PHRASES)
    count = len(written) + len(heard) + len(phrases)
    listened = all(turn.turn.filled_pauses is not None for turn in spoken.turns)
    if not listened and not count:
        raise NotMeasuredError(
            "not measured: recognisers leave ums out, and there is no recording to hear them in"
        )
    source = "from the sound and the words" if listened else "from the words alone"
    parts = f"at least: {len(written) + len(heard)} um or uh, {len(phrases)} such as 'you know'"
    evidence = sorted([*written, *proofs, *phrases], key=lambda proof: proof.start or 0.0)
    note = (
        f"{parts}, counted {source}" if count else "listened to the sound and the words; soft ones are missed"
    )
    return Figure(count / spoken.minutes, note, evidence)


def _heard_only(turn: SpokenTurn, written: Sequence[Evidence]) -> Iterator[tuple[Span, Evidence | None]]:
    timed = timed_words(turn.turn)
    own = [proof for proof in written if proof.turn == turn.index and proof.start is not None]
    for pause in turn.turn.filled_pauses or ():
        if not any(_near(pause, proof) for proof in own):
            yield pause, words_around(turn.turn.text, turn.index, timed, pause)


def _near(pause: Span, proof: Evidence) -> bool:
    start, end = proof.start or 0.0, proof.end or 0.0
    return pause.start - _SAME_FILLER_SECONDS < end and start < pause.end + _SAME_FILLER_SECONDS


def _repairs(spoken: Spoken) -> Figure:
    evidence = spoken.found(_REPAIRS)
    for turn in spoken.turns:
        evidence += [turn.quote(start, end) for start, end in repeated(turn.tokens)]
    return Figure(100 * len(evidence) / max(1, spoken.words), evidence=sorted(evidence, key=_place))


def repeated(said: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Offsets of words said twice in a row: function words ("the the"), or a run of two or three words."""
    said = [token for token in said if token.word not in FILLERS]
    at = 0
    while at < len(said):
        length = _repeat_at(said, at)
        if length:
            yield said[at].start, said[at + 2 * length - 1].end
        at += max(1, length)


def _repeat_at(said: Sequence[Token], at: int) -> int:
    for length in range(_LONGEST_REPEAT, 0, -1):
        first = [token.word for token in said[at : at + length]]
        if len(first) == length and first == [token.word for token in said[at + length : at + 2 * length]]:
            lone = length == 1 and (first[0] not in FUNCTION_WORDS or first[0] in _SAID_TWICE_ON_PURPOSE)
            return 0 if lone else length
    return 0


def _sentence_length(spoken: Spoken) -> Figure:
    texts = [turn.turn.text for turn in spoken.turns]
    ends = sum(len(re.findall(r"[.!?](?=\s|$)", text)) for text in texts)
    count = sum(len(turn.tokens) for turn in spoken.turns)
    if ends < _PUNCTUATED_FROM * count:
        raise NotMeasuredError("not measured: the transcript has no punctuation")
    sentences = passages([turn.turn for turn in spoken.turns], longest_words=1000)
    longest = max(sentences, key=lambda sentence: len(sentence.text.split()))
    place = spoken.turns[longest.turn].quote(longest.offset, longest.offset + len(longest.text))
    return Figure(count / ends, "the longest is quoted", [place])


def _hedging(spoken: Spoken) -> Figure:
    evidence = spoken.found(_HEDGES)
    return Figure(100 * len(evidence) / max(1, spoken.words), evidence=evidence)


def _signposting(spoken: Spoken) -> Figure:
    if spoken.words < _SIGNPOSTING_FROM_WORDS:
        raise NotMeasuredError("not measured: a short answer needs no signposts")
    evidence = spoken.found(_SIGNPOSTS)
    return Figure(100 * len(evidence) / spoken.words, evidence=evidence)


def _concision(spoken: Spoken) -> Figure:
    return Figure(spoken.timed.floor_seconds / 60 / spoken.minutes_wanted, "without the time to think")


def _jargon(spoken: Spoken) -> Figure:
    if spoken.kind not in LAY_AUDIENCE:
        raise NotMeasuredError("not measured: the question was not put for listeners outside the field")
    evidence = [turn.quote(start, end) for turn in spoken.turns for start, end in unexplained(turn.turn.text)]
    used = terms("\n".join(turn.turn.text for turn in spoken.turns))
    return Figure(len(evidence), f"of {used} used", evidence)


def _place(proof: Evidence) -> tuple[int, int]:
    return proof.turn, proof.offset


MEASURES: Mapping[str, Callable[[Spoken], Figure]] = {
    "speaking rate": _rate,
    "articulation rate": _articulation,
    "pauses inside clauses": _inside,
    "pauses between clauses": _between,
    "silence before the first word": _before_first_word,
    "thinking pauses": _thinking,
    "fillers": _fillers,
    "repairs": _repairs,
    "sentence length": _sentence_length,
    "hedging": _hedging,
    "signposting": _signposting,
    "concision": _concision,
    "unexplained jargon": _jargon,
}
