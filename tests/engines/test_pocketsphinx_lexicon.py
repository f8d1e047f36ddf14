"""From written text to what is said: words, numbers, acronyms, and how each is pronounced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from interviewer.engines.pocketsphinx.lexicon import (
    dictionary_entries,
    pronounce_words,
    read_dictionary,
    read_entries,
)
from interviewer.engines.pocketsphinx.pronounce import EspeakPronouncer, phones_from_ipa, spelled
from interviewer.engines.pocketsphinx.spoken import american, clauses, number_words, spoken
from interviewer.errors import EngineError

CMU_PHONES = set(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)


def knows_nothing(words: Sequence[str]) -> Mapping[str, str]:
    return {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("F1 of 0.5", "f one of zero point five"),
        ("GPT-4 and k-means", "gpt four and k means"),
        ("1,250 rows", "one thousand two hundred fifty rows"),
        ("90% recall@10", "ninety percent recall at ten"),
        ("it doesn’t 'fit'", "it doesn't fit"),
        ("int8, BM25", "int eight bm twenty five"),
        ("naïve Bayes", "naive bayes"),
        ("normalise the neighbours", "normalize the neighbors"),
        ("p < 0.05", "p zero point zero five"),
    ],
)
def test_text_becomes_the_words_one_would_say(written: str, said: str) -> None:
    assert " ".join(spoken([written]).words) == said


def test_sentences_are_told_apart_but_decimals_are_not_split() -> None:
    text = spoken(["Use Adam. The rate is 0.01; warm it up!"])
    assert [len(sentence) for sentence in text.sentences] == [2, 7, 3]


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0", "zero"),
        ("13", "thirteen"),
        ("40", "forty"),
        ("101", "one hundred one"),
        ("7000000", "seven million"),
    ],
)
def test_numbers_are_said_in_words(digits: str, words: str) -> None:
    assert " ".join(number_words(digits)) == words


def test_spelling_becomes_american_where_it_differs() -> None:
    assert [american(word) for word in ("optimiser", "labelled", "behaviour")] == [
        "optimizer",
        "labeled",
        "behavior",
    ]
    same = ["otherwise", "noise", "supervised", "precise", "practise", "raising", "four", "modeled", "fires"]
    assert [american(word) for word in same] == same


def test_a_short_i_before_a_vowel_is_the_long_one_it_is_in_american_english() -> None:
    assert phones_from_ipa("vˌɛɹɪˈeɪʃənəl") == "V EH R IY EY SH AH N AH L"
    assert phones_from_ipa("bˈɪt") == "B IH T"


def test_acronyms_are_spelled_out() -> None:
    assert spelled("LSTM") == "EH L EH S T IY EH M"
    assert spelled("GPUs") == "JH IY P IY Y UW Z"
    text = spoken(["An LSTM on two GPUs"])
    said = pronounce_words({word: text.spellings[word] for word in ("lstm", "gpus")}, {}, knows_nothing)
    assert said == {"lstm": ("EH L EH S T IY EH M",), "gpus": ("JH IY P IY Y UW Z",)}


def test_the_dictionary_goes_before_spelling_out() -> None:
    assert pronounce_words({"bert": ["BERT"]}, {"bert": ["B ER T"]}, knows_nothing) == {"bert": ("B ER T",)}


def test_camel_case_is_read_part_by_part() -> None:
    dictionary = {"light": ["L AY T"]}
    assert pronounce_words({"lightgbm": ["LightGBM"]}, dictionary, knows_nothing) == {
        "lightgbm": ("L AY T JH IY B IY EH M",)
    }


def test_what_nobody_can_pronounce_is_left_out() -> None:
    asked: list[Sequence[str]] = []

    def pronouncer(words: Sequence[str]) -> Mapping[str, str]:
        asked.append(words)
        return {"zorb": "Z AO R B"}

    assert pronounce_words({"zorb": ["zorb"], "qwx": ["qwx"]}, {}, pronouncer) == {"zorb": ("Z AO R B",)}
    assert asked == [["qwx", "zorb"]]


def test_alternatives_survive_writing_and_reading(tmp_path: Path) -> None:
    entries = dictionary_entries({"sql": ("EH S", "S IY"), "a": ("AH",)})
    path = tmp_path / "some.dict"
    path.write_text(
        "# a comment\n" + "".join(f"{word} {phones}\n" for word, phones in entries), encoding="utf-8"
    )
    assert read_entries(path) == [("a", "AH"), ("sql", "EH S"), ("sql(2)", "S IY")]
    assert read_dictionary(path) == {"a": ("AH",), "sql": ("EH S", "S IY")}


def test_a_missing_dictionary_names_its_path_and_the_cure(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"gone\.dict") as caught:
        read_entries(tmp_path / "gone.dict")
    assert "build_recogniser_assets" in caught.value.hint


def test_ipa_becomes_cmu_phones() -> None:
    assert phones_from_ipa("ɡɹˈeɪdiənt") == "G R EY D IY AH N T"
    assert phones_from_ipa("ǃ") is None
    assert phones_from_ipa("") is None


def test_without_espeak_nothing_is_guessed() -> None:
    pronouncer = EspeakPronouncer("no-such-program-here")
    assert not pronouncer.installed
    assert pronouncer(["gradient"]) == {}


@pytest.mark.real
def test_espeak_pronounces_in_phones_the_decoder_knows() -> None:
    pronouncer = EspeakPronouncer()
    if not pronouncer.installed:
        pytest.skip("espeak-ng is not installed")
    words = ["heteroscedasticity", "prometheus", "tokenizer", "quantile"]
    said = pronouncer(words)
    assert sorted(said) == sorted(words)
    assert {phone for phones in said.values() for phone in phones.split()} <= CMU_PHONES
    assert said["tokenizer"].startswith("T OW K")


def test_sentences_are_cut_where_a_speaker_may_pause() -> None:
    text = "With 1,000 rows, I look first. Then I train; done"
    assert [[part.strip() for part in cut] for cut in clauses(text)] == [
        ["With 1,000 rows", "I look first"],
        ["Then I train"],
        ["done"],
    ]
