"""Texts that say the same twice: word for word, or by the cosine of their embeddings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from interviewer.bank.shelf import Entry, Remark
from interviewer.domain import Question
from interviewer.ports import Embedder

SAME_PHRASING = 0.92
STATES_IT = 0.85
"""A first guess: of the 828 hints of our bank one had a sentence above it, which told a point."""
SAME_QUESTION = 0.8
"""Different questions of our bank come to 0.72 at most; of two wordings of one question a third or more lie above 0.8."""


def phrasings_alike(question: Question, embedder: Embedder) -> Iterator[Remark]:
    """Phrasings of one rubric point that the judge cannot tell apart, so that one of them is of no use."""
    for p, point in enumerate(question.rubric):
        vectors = embedder.encode(point.phrasings)
        for first, second in combinations(range(len(vectors)), 2):
            if float(np.dot(vectors[first], vectors[second])) > SAME_PHRASING:
                said = f"{point.id}: '{point.phrasings[second]}' is nearly the same as '{point.phrasings[first]}'"
                yield ("rubric", p, "phrasings", second), said


def hints_that_state(question: Question, embedder: Embedder) -> Iterator[Remark]:
    """Hints of which a sentence is as good as a rubric point: they should say what to talk about, and leave saying it."""
    points = embedder.encode([point.text for point in question.rubric])
    for h, hint in enumerate(question.hints):
        said = [sentence for sentence in re.split(r"(?<=[.?!]) +", hint) if not sentence.endswith("?")]
        likeness = (
            np.einsum("id,jd->ij", embedder.encode(said), points) if said else np.zeros((0, len(points)))
        )
        for row, column in zip(*np.nonzero(likeness > STATES_IT), strict=True):
            yield ("hints", h), f"'{said[row]}' is nearly the point {question.rubric[column].id} itself"


def follow_ups_repeated(
    entries: Sequence[Entry[Question]], others: Sequence[Entry[Question]]
) -> Iterator[tuple[Entry[Question], Remark]]:
    """Follow-ups of entries that an earlier entry, or one of `others`, asks word for word: nobody wants to hear the
    same sentence twice in an interview."""
    asked = {f.text.casefold(): other.noun.id for other in others for f in other.noun.follow_ups}
    for entry in entries:
        for index, follow_up in enumerate(entry.noun.follow_ups):
            first = asked.setdefault(follow_up.text.casefold(), entry.noun.id)
            if first != entry.noun.id:
                said = f"{follow_up.id}: '{first}' asks the same words: '{follow_up.text}'"
                yield entry, (("follow_ups", index, "text"), said)


def questions_alike(
    entries: Sequence[Entry[Question]], others: Sequence[Entry[Question]], embedder: Embedder
) -> Iterator[tuple[Entry[Question], Remark]]:
    """Entries that nearly ask what an earlier entry or one of `others` asks."""
    everything = [*others, *entries]
    if not everything:
        return
    vectors = embedder.encode([entry.noun.spoken for entry in everything])
    for row in range(len(others), len(everything)):
        likeness = np.einsum("id,d->i", vectors[:row], vectors[row])
        for column in np.flatnonzero(likeness > SAME_QUESTION):
            other = everything[int(column)].noun
            said = f"nearly asks what '{other.id}' asks (likeness {likeness[column]:.2f}): '{other.spoken}'"
            yield everything[row], (("spoken",), said)
