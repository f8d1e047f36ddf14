"""The contrast at the heart of the embedded judge: does a span come nearer to what is true of a rubric point or to what
people wrongly say about it? Arithmetic over vectors; the embedder is only called for a rubric's own texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from interviewer.domain import Misconception, Question, Turn
from interviewer.evaluator.polarity import Wording, denied, flipped, opens_condition, opens_with_denial
from interviewer.evaluator.spans import TextSpan
from interviewer.evaluator.verdicts import DOUBTFUL_SHARE, PointReading
from interviewer.ports import Embedder

Matrix = npt.NDArray[np.float32]

_NO_MISCONCEPTION = 0.4  # cosine to any wrong statement of the same subject; stands in where none is authored
_POLARITY_FROM = 0.45  # below this cosine a phrasing does not count, so its polarity need not be read
_SHARED = 0.05  # how much nearer to another point a span may come and still be half evidence for this one
_ONE_SENTENCE_WORDS = 26  # longer ones are several sentences run together, as recognisers write them
_LEANS_WRONG = 0.05
_CLAIM_WORDS = 5  # fewer words, cut out of a sentence, claim nothing
_SHADOW = 0.3  # share left to what follows a denial of the truth that is never mended


@dataclass(frozen=True)
class RubricVectors:
    """A question's phrasings. `true` and `wrong` are unit rows; `true_of` and `wrong_of` say which rubric point,
    counted from 0, a row belongs to."""

    question: Question
    true: Matrix
    true_of: tuple[int, ...]
    true_wordings: tuple[Wording, ...]
    wrong: Matrix
    wrong_of: tuple[int, ...]
    wrong_wordings: tuple[Wording, ...]
    misconceptions: tuple[Misconception, ...]
    asked: Matrix
    model_wordings: tuple[Wording, ...]


def embed_rubric(question: Question, embedder: Embedder) -> RubricVectors:
    """A denied misconception counts as a way to state the point it belongs to."""
    true: list[tuple[int, str]] = []
    wrong: list[tuple[int, Misconception, str]] = []
    for index, point in enumerate(question.rubric):
        denials = [denial for misconception in point.misconceptions for denial in misconception.denial]
        true += [(index, text) for text in (point.text, *point.phrasings, *denials)]
        wrong += [(index, m, text) for m in point.misconceptions for text in m.wrong]
    texts = [text for _, text in true] + [text for _, _, text in wrong]
    vectors = embedder.encode([*texts, question.spoken, question.written])
    return RubricVectors(
        question=question,
        true=vectors[: len(true)],
        true_of=tuple(index for index, _ in true),
        true_wordings=tuple(Wording.of(text) for _, text in true),
        wrong=vectors[len(true) : len(texts)],
        wrong_of=tuple(index for index, _, _ in wrong),
        wrong_wordings=tuple(Wording.of(text) for _, _, text in wrong),
        misconceptions=tuple(misconception for _, misconception, _ in wrong),
        asked=vectors[-2:],
        model_wordings=tuple(Wording.of(text) for text in question.model_answer.split(". ") if text.strip()),
    )


def compared_texts(question: Question) -> list[str]:
    """Every text of a question that answers are compared with."""
    points = question.rubric
    misconceptions = [misconception for point in points for misconception in point.misconceptions]
    return [
        question.spoken,
        question.written,
        *(text for point in points for text in (point.text, *point.phrasings)),
        *(text for misconception in misconceptions for text in (*misconception.denial, *misconception.wrong)),
    ]


def cosines(rows: Matrix, columns: Matrix) -> Matrix:
    """Cosines of unit rows, shape (len(rows), len(columns)). Not by BLAS, whose threads fight on a busy machine."""
    return cast(Matrix, np.einsum("id,jd->ij", rows, columns))


def nearest_per_point(vectors: Matrix, rubric: RubricVectors) -> list[float]:
    """The best cosine of any span to each rubric point, whatever its polarity."""
    nearest = cosines(vectors, rubric.true).max(axis=0)
    best = [-1.0] * len(rubric.question.rubric)
    for column, index in enumerate(rubric.true_of):
        best[index] = max(best[index], float(nearest[column]))
    return best


@dataclass(frozen=True)
class Strengths:
    """What each span says for and against each point, all (spans x points). `met` and `against` lie in [0, 1]; `true`
    is the cosine to the nearest right phrasing; `turned` spans repeat a phrasing and reverse its sense; `denied` (spans)
    stand in a frame such as "it is not true that ..."; `shadowed` ones follow an opening that denies the truth and is not
    mended; `torn` pieces only sound wrong out of their sentence; `source` names the misconception's row that was resembled."""

    met: Matrix
    against: Matrix
    true: Matrix
    turned: npt.NDArray[np.bool_]
    denied: npt.NDArray[np.bool_]
    shadowed: npt.NDArray[np.bool_]
    torn: npt.NDArray[np.bool_]
    source: npt.NDArray[np.int64]


def contrast(
    spans: Sequence[TextSpan],
    vectors: Matrix,
    rubric: RubricVectors,
    turns: Sequence[Turn],
    heard: Sequence[bool],
) -> Strengths:
    """`heard` is False for spans that must not count, such as the question read back."""
    true, wrong, source, turned = _cosines(spans, vectors, rubric)
    keep = np.array(heard, dtype=np.float32)[:, None]
    trust = np.array([DOUBTFUL_SHARE if span.doubtful else 1.0 for span in spans], dtype=np.float32)[:, None]
    met = _sigmoid((true - 0.45) / 0.06) * _sigmoid((true - wrong) / 0.04) * keep * trust
    met *= _sigmoid(
        (true - _best_other(true) + _SHARED) / 0.04
    )  # a span is evidence for the point it is about
    shadowed = _shadowed(spans, vectors, rubric, turns)
    met[shadowed] *= _SHADOW
    against = _sigmoid((wrong - 0.5) / 0.06) * _sigmoid((wrong - true - 0.03) / 0.03) * keep
    against[source == _NOBODY] = 0.0
    torn = _out_of_context(spans, true, wrong)
    against[torn] = 0.0
    # A span that comes nearer to a true statement of some other point is about that point.
    against[wrong <= true.max(axis=1, keepdims=True)] = 0.0
    framed = np.array(denied(spans), dtype=np.bool_)
    return Strengths(met, against, true, turned, framed, shadowed, torn, source)


def readings(strengths: Strengths, spans: Sequence[TextSpan], rubric: RubricVectors) -> list[PointReading]:
    """One reading per rubric point, from the span that says most for it and the one that says most against it."""
    return [_reading(index, spans, strengths, rubric) for index in range(strengths.met.shape[1])]


def _out_of_context(spans: Sequence[TextSpan], true: Matrix, wrong: Matrix) -> npt.NDArray[np.bool_]:
    """(spans x points): pieces that only sound wrong when torn from their sentence, which itself leans to the truth.

    "If the training error is low" is half of a right sentence, "the problem is bias" of another.
    """
    whole = {(span.turn, span.sentence): row for row, span in enumerate(spans) if span.kind == "sentence"}
    torn = np.zeros(true.shape, dtype=np.bool_)
    for row, span in enumerate(spans):
        if span.kind == "sentence":
            continue
        torn[row] = len(span.text.split()) < _CLAIM_WORDS or opens_condition(span.text)
        sentence = whole.get((span.turn, span.sentence))
        if sentence is not None and len(spans[sentence].text.split()) <= _ONE_SENTENCE_WORDS:
            torn[row] |= true[sentence] >= wrong[sentence] + _LEANS_WRONG
    return torn


_NOBODY = -2  # nothing wrong was resembled
_DENIED_TRUTH = -1  # wrong because a true phrasing was denied


def _best_other(true: Matrix) -> Matrix:
    """Per span and point, the cosine to the nearest of the other points."""
    ordered = np.sort(true, axis=1)
    return np.where(true == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])


def _reading(
    index: int, spans: Sequence[TextSpan], strengths: Strengths, rubric: RubricVectors
) -> PointReading:
    best, worst = int(strengths.met[:, index].argmax()), int(strengths.against[:, index].argmax())
    return PointReading(
        point=rubric.question.rubric[index],
        met=float(strengths.met[best, index]),
        contradicted=float(strengths.against[worst, index]),
        met_span=spans[best],
        wrong_span=spans[worst],
        misconception=misconception(strengths, worst, index, rubric),
        nearest=float(strengths.true[:, index].max()),
    )


def misconception(strengths: Strengths, span: int, index: int, rubric: RubricVectors) -> Misconception | None:
    """Which misconception a span resembles; None when it resembles none, or denies the truth."""
    column = int(strengths.source[span, index])
    return rubric.misconceptions[column] if column >= 0 else None


def _cosines(
    spans: Sequence[TextSpan], vectors: Matrix, rubric: RubricVectors
) -> tuple[Matrix, Matrix, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """(spans x points): cosine to the nearest true and wrong statement, which misconception's row the latter is, and
    whether the nearest true phrasing is repeated with its sense reversed.

    A phrasing that a span repeats and denies changes sides.
    """
    shape = (len(spans), len(rubric.question.rubric))
    true: Matrix = np.full(shape, -1.0, dtype=np.float32)
    wrong: Matrix = np.full(shape, _NO_MISCONCEPTION, dtype=np.float32)
    wrong[:, sorted(set(rubric.wrong_of))] = -1.0
    source = np.full(shape, _NOBODY, dtype=np.int64)
    denied_truth: Matrix = np.full(shape, _POLARITY_FROM, dtype=np.float32)
    wordings = [Wording.of(span.text) for span in spans]
    framed = denied(spans)
    contrary = [f or _against_model(w, rubric) for f, w in zip(framed, wordings, strict=True)]
    for is_true, found, of, phrasings in (
        (True, cosines(vectors, rubric.true), rubric.true_of, rubric.true_wordings),
        (False, cosines(vectors, rubric.wrong), rubric.wrong_of, rubric.wrong_wordings),
    ):
        for row, column in np.ndindex(found.shape):
            index, cosine = of[column], found[row, column]
            turned = contrary[row] or (cosine > _POLARITY_FROM and flipped(wordings[row], phrasings[column]))
            if is_true != turned:
                true[row, index] = max(true[row, index], cosine)
                continue
            if is_true:
                denied_truth[row, index] = max(denied_truth[row, index], cosine)
            if cosine > wrong[row, index]:
                wrong[row, index], source[row, index] = cosine, _DENIED_TRUTH if is_true else column
    return true, wrong, source, denied_truth > np.maximum(true, _POLARITY_FROM)


def _against_model(span: Wording, rubric: RubricVectors) -> bool:
    """Whether a span repeats a sentence of the model answer with its sense reversed."""
    return any(flipped(span, sentence) and flipped(sentence, span) for sentence in rubric.model_wordings)


def _shadowed(
    spans: Sequence[TextSpan], vectors: Matrix, rubric: RubricVectors, turns: Sequence[Turn]
) -> npt.NDArray[np.bool_]:
    """Which spans follow, in their turn, an opening that denies the truth and is not mended: what is said there explains the
    denial. Who opens by denying an error goes on with the truth."""
    found = np.zeros(len(spans), dtype=np.bool_)
    if not len(rubric.wrong):
        return found
    truth, error = cosines(vectors, rubric.true).max(axis=1), cosines(vectors, rubric.wrong).max(axis=1)
    for number, turn in enumerate(turns):
        rows = [row for row, span in enumerate(spans) if span.turn == number]
        if not rows or not opens_with_denial(turn.text):
            continue
        first = spans[rows[0]].sentence
        opening = [row for row in rows if spans[row].sentence == first]
        if truth[opening].max() + _LEANS_WRONG > error[opening].max():
            found[[row for row in rows if spans[row].sentence != first]] = True
    return found


def _sigmoid(values: Matrix) -> Matrix:
    return cast(Matrix, 1 / (1 + np.exp(-values)))
