from __future__ import annotations

import pytest
from fixture_bank import OVERFITTING, STRONG, rough_words, spoken, typed

from interviewer.domain import Measure, Segment, Turn
from interviewer.evaluator.clarity import TYPED, cost, score_clarity

FLUENT = (
    "First, the model learns the noise of the training data. Because of that, it fails on new data. Then I would collect "
    "more examples, for example by augmentation. However, that costs time. So I would also punish large weights, and I "
    "would stop the training early. Finally, I would look at the validation loss after each epoch, and that is all."
)


def measures(*turns: Turn) -> dict[str, Measure]:
    return {m.name: m for m in score_clarity(OVERFITTING, turns).measures}


def value(turn: Turn) -> float:
    score = score_clarity(OVERFITTING, [turn]).score
    assert score is not None
    return score


def test_even_speech_has_nothing_to_mend() -> None:
    turn = spoken(FLUENT)
    assert [m.name for m in measures(turn).values() if cost(m) > 0] == []
    assert value(turn) == 5.0


def test_speaking_rate_counts_speaking_time_only() -> None:
    rate = measures(spoken(FLUENT, seconds_per_word=0.4, pause_after=(9, 17)))["speaking rate"]
    assert rate.value == pytest.approx(150, rel=0.01)
    assert measures(spoken(FLUENT, seconds_per_word=0.2))["speaking rate"].value == pytest.approx(
        300, rel=0.01
    )
    assert value(spoken(FLUENT, seconds_per_word=0.2)) < value(spoken(FLUENT))


def test_pauses_inside_clauses_are_told_from_those_between() -> None:
    words = FLUENT.split()
    between = tuple(n for n, word in enumerate(words) if word.endswith("."))[:3]
    inside = tuple(n for n, word in enumerate(words) if word in ("the", "of"))[:3]
    assert measures(spoken(FLUENT, pause_after=between))["pauses inside clauses"].value == 0
    broken = measures(spoken(FLUENT, pause_after=inside))["pauses inside clauses"]
    assert broken.value is not None
    assert broken.value > 6
    assert value(spoken(FLUENT, pause_after=inside)) < value(spoken(FLUENT, pause_after=between))
    assert measures(spoken(FLUENT, pause_after=between))["pauses between clauses"].value == pytest.approx(1.0)


def test_unpunctuated_pauses_count_only_where_a_clause_is_plainly_open() -> None:
    words = rough_words(FLUENT).split()
    open_end, whole_end = words.index("the"), words.index("data")
    assert measures(spoken(" ".join(words), pause_after=(open_end,)))["pauses inside clauses"].value != 0
    assert measures(spoken(" ".join(words), pause_after=(whole_end,)))["pauses inside clauses"].value == 0


def test_fillers_are_a_lower_bound() -> None:
    stumbling = measures(spoken(FLUENT.replace(" the ", " um uh the ")))["fillers"]
    assert stumbling.value is not None
    assert stumbling.value > 12
    assert stumbling.at_least
    assert "at least" in stumbling.note


def test_repairs_and_repetitions() -> None:
    assert measures(spoken(FLUENT))["repairs"].value == 0
    repaired = measures(spoken(FLUENT.replace("the model", "the the model, no wait, the model")))["repairs"]
    assert repaired.value is not None
    assert repaired.value > 2


def test_hedging_and_signposting() -> None:
    hedged = measures(spoken(FLUENT.replace("I would", "I would maybe sort of possibly")))["hedging"]
    assert cost(hedged) > 0
    unmarked = "The cat sat there and the dog ran off and the sun went down. " * 6
    assert cost(measures(spoken(unmarked))["signposting"]) > 0


def test_sentence_length_needs_punctuation() -> None:
    assert measures(spoken(rough_words(FLUENT)))["sentence length"].value is None
    assert measures(spoken(FLUENT))["sentence length"].value is not None


def test_concision_is_the_share_of_the_time_a_good_answer_takes() -> None:
    turn = spoken(FLUENT)
    minutes = (turn.end - turn.start) / 60
    expected = minutes / OVERFITTING.minutes
    assert measures(turn)["concision"].value == pytest.approx(expected, abs=0.01)
    assert cost(measures(spoken(" ".join([FLUENT] * 12)))["concision"]) > 0


def test_typed_answers_are_not_measured() -> None:
    result = score_clarity(OVERFITTING, typed(STRONG))
    assert result.score is None
    assert {(m.value, m.note) for m in result.measures} == {(None, TYPED)}


def test_too_little_speech_is_not_measured() -> None:
    for turns in ((), (spoken("It memorises the data."),)):
        result = score_clarity(OVERFITTING, turns)
        assert result.score is None
        assert all(m.value is None and "fewer than" in m.note for m in result.measures)


def test_without_speech_times_only_the_words_are_measured() -> None:
    turn = Turn(
        segments=(Segment(text=FLUENT, start=0, end=30),),
        start=0,
        end=30,
        ended_by="silence",
        engine="scripted",
    )
    found = measures(turn)
    assert found["speaking rate"].value is None
    assert found["fillers"].value is None
    assert found["hedging"].value is not None
    assert score_clarity(OVERFITTING, [turn]).score is not None


def test_pauses_without_word_times_are_not_sorted() -> None:
    timed = spoken(FLUENT, pause_after=(20,))
    segment = timed.segments[0].model_copy(update={"words": ()})
    found = measures(timed.model_copy(update={"segments": (segment,)}))
    assert found["pauses inside clauses"].value is None
    assert "no word times" in found["pauses inside clauses"].note
    assert found["speaking rate"].value is not None
