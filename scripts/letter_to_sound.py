"""Several ways a written word may be said, learnt from a pronouncing dictionary.

People do not agree on how new terms are said ("Jaccard", "idempotent", "DETR"), and neither do speaking programs, while one
guess is all that eSpeak NG gives. Here letters and phones are aligned (expectation maximisation over pieces of one or two
letters and none to two phones, after Jiampojamarn 2007), sequences of aligned pieces are counted, and the likeliest
sequences that spell a word are looked for. Used when the recogniser's dictionary is built, never while it runs.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

Piece = tuple[str, str]
"""Letters and the phones they stand for, separated by blanks: ("ph", "F"), ("x", "K S"), ("e", "")."""
_SHAPES = ((1, 1), (1, 0), (2, 1), (1, 2))  # letters and phones of a piece
_FIRST_GUESS = {(1, 1): 1.0, (1, 0): 0.2, (2, 1): 0.2, (1, 2): 0.05}
_WORDS_ALIGNED_SOFTLY, _ROUNDS = 5_000, 3
_ORDER = 6  # how many pieces in a row are counted
_BEAM = 24
_EDGE: Piece = ("", "")


class LetterToSound:
    """What the dictionary says of letters and sounds."""

    def __init__(self, dictionary: Mapping[str, Sequence[str]]) -> None:
        """`dictionary`: lower-case words and their pronunciations. Takes about a minute for a hundred thousand."""
        pairs = [
            (word, phones.split())
            for word, said in dictionary.items()
            if word.isascii() and word.isalpha() and len(word) > 1
            for phones in said
        ]
        weights = _weights(pairs)
        self._counts: dict[tuple[Piece, ...], dict[Piece, int]] = defaultdict(lambda: defaultdict(int))
        self._spellings: dict[str, dict[Piece, None]] = defaultdict(dict)  # ordered, so that builds agree
        self._known: dict[tuple[Piece, tuple[Piece, ...]], float] = {}
        for word, phones in pairs:
            self._learn(_best_alignment(word, phones, weights))

    def _learn(self, pieces: Sequence[Piece] | None) -> None:
        if pieces is None:
            return
        padded = [_EDGE, *pieces, _EDGE]
        for end in range(1, len(padded)):
            self._spellings[padded[end][0]][padded[end]] = None
            for start in range(max(0, end - _ORDER + 1), end + 1):
                self._counts[tuple(padded[start:end])][padded[end]] += 1

    def guesses(self, word: str, *, most: int = 4) -> list[tuple[str, float]]:
        """(phones, probability among all that was considered), the likeliest first; empty for words it cannot spell."""
        beams: list[dict[tuple[tuple[Piece, ...], str], float]] = [{} for _ in range(len(word) + 1)]
        beams[0][((_EDGE,), "")] = 1.0
        for at in range(len(word)):
            best = sorted(beams[at].items(), key=lambda item: -item[1])[:_BEAM]
            for (history, phones), probability in best:
                for size in (1, 2):
                    for piece in (
                        self._spellings.get(word[at : at + size], ()) if at + size <= len(word) else ()
                    ):
                        key = ((*history, piece)[-_ORDER + 1 :], f"{phones} {piece[1]}".strip())
                        gained = probability * self._probability(piece, history)
                        beams[at + size][key] = beams[at + size].get(key, 0.0) + gained
        said: dict[str, float] = defaultdict(float)
        for (history, phones), probability in beams[-1].items():
            said[phones] += probability * self._probability(_EDGE, history)
        total = sum(said.values())
        ranked = sorted(said.items(), key=lambda item: -item[1])[:most]
        return [(phones, probability / total) for phones, probability in ranked if phones and total]

    def _probability(self, piece: Piece, history: tuple[Piece, ...]) -> float:
        """After Witten and Bell, mixed with shorter histories; remembered, since words share most of their pieces."""
        if (piece, history) not in self._known:
            lower = self._probability(piece, history[1:]) if history else 1e-6
            followers = self._counts.get(history, {})
            seen, kinds = sum(followers.values()), len(followers)
            share = (followers.get(piece, 0) + kinds * lower) / (seen + kinds) if followers else lower
            self._known[piece, history] = share
        return self._known[piece, history]


def _pieces(word: str, phones: Sequence[str], letter: int, phone: int) -> Iterator[tuple[int, int, Piece]]:
    """The pieces that may stand at this place, and where each ends."""
    for letters, sounds in _SHAPES:
        if letter + letters <= len(word) and phone + sounds <= len(phones):
            piece = (word[letter : letter + letters], " ".join(phones[phone : phone + sounds]))
            yield letter + letters, phone + sounds, piece


def _weights(pairs: Sequence[tuple[str, list[str]]]) -> dict[Piece, float]:
    """How likely each piece is, from as many words as suffice."""
    sample = random.Random(1).sample(pairs, min(len(pairs), _WORDS_ALIGNED_SOFTLY))
    weights: dict[Piece, float] = {}
    for _ in range(_ROUNDS):
        counts: dict[Piece, float] = defaultdict(float)
        for word, phones in sample:
            _count_softly(word, phones, weights, counts)
        total = sum(counts.values())
        weights = {piece: count / total for piece, count in counts.items()}
    return weights


def _weight(piece: Piece, weights: Mapping[Piece, float]) -> float:
    if weights:
        return weights.get(piece, 1e-9)
    return _FIRST_GUESS[(len(piece[0]), len(piece[1].split()))]


def _count_softly(
    word: str, phones: Sequence[str], weights: Mapping[Piece, float], counts: dict[Piece, float]
) -> None:
    """Add each piece's share in all alignments of this word (forward and backward sums)."""
    ends = (len(word), len(phones))
    places = [(i, j) for i in range(ends[0] + 1) for j in range(ends[1] + 1)]
    steps = {
        place: [(i, j, piece, _weight(piece, weights)) for i, j, piece in _pieces(word, phones, *place)]
        for place in places
    }
    forward, backward = dict.fromkeys(places, 0.0), dict.fromkeys(places, 0.0)
    forward[0, 0] = backward[ends] = 1.0
    for place in places:
        for i, j, _, weight in steps[place]:
            forward[i, j] += forward[place] * weight
    for place in reversed(places):
        backward[place] += sum(weight * backward[i, j] for i, j, _, weight in steps[place])
    total = forward[ends]
    if total <= 0.0:
        return
    for place in places:
        for i, j, piece, weight in steps[place]:
            share = forward[place] * weight * backward[i, j] / total
            if share > 1e-6:
                counts[piece] += share


def _best_alignment(
    word: str, phones: Sequence[str], weights: Mapping[Piece, float]
) -> tuple[Piece, ...] | None:
    """The likeliest pieces of this word; None when it cannot be cut into any."""
    best: dict[tuple[int, int], tuple[float, tuple[int, int], Piece]] = {(0, 0): (0.0, (0, 0), _EDGE)}
    for letter in range(len(word) + 1):
        for phone in range(len(phones) + 1):
            if (letter, phone) not in best:
                continue
            score = best[letter, phone][0]
            for i, j, piece in _pieces(word, phones, letter, phone):
                gained = score + math.log(_weight(piece, weights))
                if (i, j) not in best or gained > best[i, j][0]:
                    best[i, j] = (gained, (letter, phone), piece)
    place, pieces = (len(word), len(phones)), []
    if place not in best:
        return None
    while place != (0, 0):
        _, place, piece = best[place]
        pieces.append(piece)
    return tuple(reversed(pieces))
