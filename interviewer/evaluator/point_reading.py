"""How likely it is that an answer states a rubric point, and that it contradicts it: the contrast of phrasings and the claim
model weighed together. Arithmetic only; scripts/calibrate_verdicts.py fits the weights on answers nothing was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from interviewer.evaluator.contrast import Matrix, RubricVectors, Strengths, misconception
from interviewer.evaluator.spans import TextSpan
from interviewer.evaluator.verdicts import CONTRADICTED, DOUBTFUL_SHARE, PointReading
from interviewer.ports import ClaimReadings

FEATURES = (
    "statement",
    "contradiction in the same words",
    "contrast for",
    "contradiction",
    "no punctuation",
    "statements of other points",
    "contradictions of other points",
    "nearest wording",
    "nearest wordings of other points",
)
"""The first four are of the point itself: the span that states it most, and the one that contradicts it most, as log-odds.
Then whether the text has no full stops, as a recogniser's: its spans begin and end anywhere and say what they say less
surely. Of the last four, cosines apart from what the claim model says, two are the answer's other points on average:
whoever gets the rest wrong is believed less where a sentence happens to sound right. These four bear on what counts as met,
never on what is called an error."""
MET_WEIGHTS = (1.659, 0.119, 0.26, 0.07, 0.653, 1.505, -1.867, -0.282, 0.272)
MET_OFFSET = -3.389
BARE_WEIGHTS = (1.523, 0.084, -0.244, 0.266, 0.471, 1.821, -2.417, 0.5, -1.114)
BARE_OFFSET = 0.124
"""The same for a point that comes without other words, as in a caller's own rubric: what states it then lies farther off."""
CONTRADICTED_WEIGHTS = (-0.175, -0.106, 0.086, 2.165)
CONTRADICTED_OFFSET = -0.047
SURE_FROM = 0.8
"""Of 36 points called contradicted from here, 34 were, on answers to questions not fitted on; from .75 it was 43 of 47. What is
less sure is kept short of being told as an error."""
_UNTOLD = CONTRADICTED - 1e-3
_LEAST_DOUBT = -3.0
"""Log-odds: however little of an answer can be read as an error, that makes the rest of it no truer. One in twenty answers
that the weights were fitted on lies below; a single sentence without a full stop would lie far below, and earn full marks."""
_TENTHS = 10  # cosines are told in tenths, so that all features are of like size
_LEAST = 1e-4  # chances are kept away from 0 and 1 by so much

Rows = npt.NDArray[np.float64]


def point_features(
    strengths: Strengths, claims: ClaimReadings, spans: Sequence[TextSpan], heard: Sequence[bool]
) -> tuple[Rows, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A row of FEATURES per point, and the numbers of the spans that state and that contradict it most."""
    states, contradicts = _judged(strengths, claims, spans, heard)
    points = np.arange(states.shape[1])
    best, worst = states.argmax(axis=0), contradicts.argmax(axis=0)
    own = [
        states[best, points],
        contradicts[best, points],
        _log_odds(strengths.met.max(axis=0)),
        contradicts[worst, points],
    ]
    running_on = np.full(len(points), float(all(span.kind != "sentence" for span in spans)))
    near = _TENTHS * strengths.true.max(axis=0).astype(np.float64)
    others = [
        _mean_of_others(own[0]),
        np.maximum(_mean_of_others(own[3]), _LEAST_DOUBT),
        near,
        _mean_of_others(near),
    ]
    return np.stack([*own, running_on, *others], axis=1), best, worst


def weigh_points(
    strengths: Strengths,
    claims: ClaimReadings,
    spans: Sequence[TextSpan],
    heard: Sequence[bool],
    rubric: RubricVectors,
) -> list[PointReading]:
    """One reading per rubric point with calibrated chances."""
    features, best, worst = point_features(strengths, claims, spans, heard)
    points = rubric.question.rubric
    bare = np.array([not point.phrasings for point in points])
    met = np.where(
        bare,
        _sigmoid(features @ np.array(BARE_WEIGHTS) + BARE_OFFSET),
        _sigmoid(features @ np.array(MET_WEIGHTS) + MET_OFFSET),
    )
    against = _sigmoid(
        features[:, : len(CONTRADICTED_WEIGHTS)] @ np.array(CONTRADICTED_WEIGHTS) + CONTRADICTED_OFFSET
    )
    # An error is never told by a right wording alone: what is not it may be true all the same.
    told = (against >= SURE_FROM) & np.array([bool(point.misconceptions) for point in points])
    against = np.where(told, np.maximum(against, CONTRADICTED), np.minimum(against, _UNTOLD))
    return [
        PointReading(
            point=point,
            met=float(met[index]) * (DOUBTFUL_SHARE if spans[best[index]].doubtful else 1.0),
            contradicted=float(against[index]),
            met_span=spans[best[index]],
            wrong_span=spans[worst[index]],
            misconception=misconception(strengths, int(worst[index]), index, rubric),
            nearest=float(strengths.true[:, index].max()),
        )
        for index, point in enumerate(points)
    ]


def _judged(
    strengths: Strengths, claims: ClaimReadings, spans: Sequence[TextSpan], heard: Sequence[bool]
) -> tuple[Rows, Rows]:
    """Log-odds (spans x points) that a span states and that it contradicts a point, as far as it may count.

    What is denied in so many words changes sides. A phrasing whose sense seems reversed, and what explains a denial of the
    truth, state nothing; whether that is an error is for the claim model alone to say.
    """
    lower, upper = _sorted(claims.states, claims.contradicts)
    denied, shadowed = strengths.denied[:, None], strengths.shadowed[:, None]
    states = _log_odds(np.where(strengths.turned | denied | shadowed, lower, claims.states))
    contradicts = _log_odds(np.where(denied, upper, claims.contradicts))
    nothing = _log_odds(np.zeros(1))
    counts = np.array(heard, dtype=np.bool_)[:, None]
    return np.where(counts, states, nothing), np.where(counts & ~strengths.torn, contradicts, nothing)


def _sorted(one: Matrix, other: Matrix) -> tuple[Matrix, Matrix]:
    return np.minimum(one, other), np.maximum(one, other)


def _mean_of_others(values: Rows) -> Rows:
    return cast(Rows, (values.sum() - values) / max(1, len(values) - 1))


def _log_odds(chances: Matrix | Rows) -> Rows:
    kept = np.clip(chances.astype(np.float64), _LEAST, 1 - _LEAST)
    return cast(Rows, np.log(kept / (1 - kept)))


def _sigmoid(values: Rows) -> Rows:
    return 1 / (1 + np.exp(-values))
