"""New words are read as their likeness in a dictionary is said, in more ways than one where the dictionary has them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from letter_to_sound import LetterToSound

_ONSETS = {
    "b": "B",
    "c": "K",
    "d": "D",
    "f": "F",
    "h": "HH",
    "l": "L",
    "m": "M",
    "ph": "F",
    "s": "S",
    "t": "T",
    "ch": "CH",
}
_RIMES = {"at": ("AE T",), "in": ("IH N",), "ake": ("EY K",), "ost": ("AO S T", "OW S T"), "ix": ("IH K S",)}


@pytest.fixture(scope="module")
def rules() -> LetterToSound:
    """Learnt from every onset with every rime, but for the words that are asked for."""
    dictionary = {
        f"{onset}{rime}": tuple(f"{phone} {end}" for end in said)
        for onset, phone in _ONSETS.items()
        for rime, said in _RIMES.items()
    }
    for asked in ("phake", "chost", "mix"):
        del dictionary[asked]
    return LetterToSound(dictionary)


def test_letters_that_stand_for_one_phone_or_none_or_two_are_learnt(rules: LetterToSound) -> None:
    assert rules.guesses("phake")[0][0] == "F EY K"
    assert rules.guesses("mix")[0][0] == "M IH K S"


def test_each_way_of_saying_it_comes_with_its_share(rules: LetterToSound) -> None:
    guesses = dict(rules.guesses("chost"))
    assert guesses["CH AO S T"] == pytest.approx(guesses["CH OW S T"], rel=0.2)
    assert 0.3 < guesses["CH AO S T"] < 0.6


def test_the_likeliest_come_first_and_no_more_than_are_wanted(rules: LetterToSound) -> None:
    likely = [share for _, share in rules.guesses("chost", most=2)]
    assert len(likely) == 2
    assert likely == sorted(likely, reverse=True)


def test_a_word_with_letters_never_seen_has_no_reading(rules: LetterToSound) -> None:
    assert rules.guesses("zq") == []
