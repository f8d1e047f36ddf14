from __future__ import annotations

import pytest

from interviewer.evaluator.leanings import lean


@pytest.mark.parametrize(
    ("score", "interval", "leaning", "could_be"),
    [
        (4.6, (4.3, 4.9), "strong yes", None),
        (4.4, (3.9, 4.8), "strong yes", "yes"),
        (3.7, (3.5, 4.0), "yes", None),
        (3.0, (2.5, 3.3), "mixed", None),
        (1.0, (0.6, 1.9), "not yet", None),
    ],
)
def test_a_persona_leans_where_the_interval_allows(
    score: float, interval: tuple[float, float], leaning: str, could_be: str | None
) -> None:
    leant = lean((score, interval), answers=3, measured=1.0)
    assert (leant.leaning, leant.could_be, leant.why) == (leaning, could_be, "")


@pytest.mark.parametrize(
    ("whole", "answers", "measured"),
    [
        (None, 0, 1.0),
        ((4.5, (4.3, 4.7)), 1, 1.0),
        ((4.5, (4.3, 4.7)), 3, 0.4),
        ((3.0, (1.5, 4.5)), 3, 1.0),
        ((3.4, (2.3, 4.05)), 3, 1.0),
    ],
)
def test_otherwise_it_says_that_too_little_was_heard_and_why(
    whole: tuple[float, tuple[float, float]] | None, answers: int, measured: float
) -> None:
    leant = lean(whole, answers=answers, measured=measured)
    assert leant.leaning == "not enough heard" and leant.why.endswith(".")
