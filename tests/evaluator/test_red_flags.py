from __future__ import annotations

import pytest
from fixture_bank import OVERFITTING, spoken, typed
from verdict_tape import technical

from interviewer.domain import Gate, HeardFlag, Turn
from interviewer.domain.preparation import RedFlag
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.red_flags import RedFlagReader
from interviewer.evaluator.spans import verified

pytestmark = pytest.mark.real

QUESTION = OVERFITTING.model_copy(
    update={
        "red_flags": (
            "Picks the best settings on the test set.",
            "Thinks that the loss of a network is convex.",
            "Confuses bias with variance.",
        )
    }
)
GENERAL = RedFlag(
    id="only_software",
    title="Treats a learning problem as software only",
    costs="It fails on the first customers.",
    shows=(
        "if the tests are green, it is ready for release",
        "a wrong prediction is a bug like any other",
        "the data is not my job",
    ),
    instead="Speak about the data before the code.",
    kinds=("concept",),
    sources=("own",),
)


@pytest.fixture(scope="module")
def reader() -> RedFlagReader:
    return RedFlagReader(MiniLmEmbedder(), [GENERAL])


def heard(
    reader: RedFlagReader, turns: tuple[Turn, ...], *, rough: bool = False, gate: Gate | None = None
) -> tuple[HeardFlag, ...]:
    return reader.read(QUESTION, turns, technical(QUESTION, turns, {}, gate), rough=rough)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I train a few models. Then I pick the best settings on the test set.", QUESTION.red_flags[0]),
        ("That is easy, because the loss of a neural network is convex.", QUESTION.red_flags[1]),
        ("For me, when the tests are green it is ready for release.", GENERAL.title),
    ],
)
def test_words_that_nearly_say_it_are_heard_with_their_quote(
    reader: RedFlagReader, text: str, flag: str
) -> None:
    turns = typed(text)
    (found,) = heard(reader, turns)
    assert found.text == flag
    assert found.evidence is not None and verified(found.evidence, turns)
    assert found.instead == (GENERAL.instead if flag == GENERAL.title else "")


@pytest.mark.parametrize(
    "text",
    [
        "You must never pick the best settings on the test set.",
        "A common mistake is to pick the best settings on the test set.",
        "Picking the best settings on the test set, that I wouldn't do.",
        "If I picked the best settings on the test set, the score would mean nothing.",
        "Some people pick the best settings on the test set and are surprised later.",
        "I keep the test set away until the very end and pick settings on the validation set.",
        "The loss of a neural network is not convex, so I start from several seeds.",
        "Bias and variance pull in different directions.",
        "The tests run at every commit, and then I look at the data of the last week.",
        "What is the test set, and who picks the settings?",
    ],
)
def test_harmless_words_on_the_same_subject_are_not(reader: RedFlagReader, text: str) -> None:
    assert heard(reader, typed(text)) == ()


def test_doubted_words_prove_nothing(reader: RedFlagReader) -> None:
    said = "Then I pick the best settings on the test set."
    assert heard(reader, (spoken(said),))
    assert heard(reader, (spoken(said, doubtful=True),)) == ()
    assert heard(reader, (spoken(said),), rough=True) == ()
    assert heard(reader, (spoken(said),), gate="off_topic") == ()


def test_words_that_earn_credit_are_not_held_against_anybody(reader: RedFlagReader) -> None:
    turns = typed("Then I pick the best settings on the test set.")
    credited = technical(QUESTION, turns, {"gap": ("met", "pick the best settings on the test set")})
    assert reader.read(QUESTION, turns, credited, rough=False) == ()
