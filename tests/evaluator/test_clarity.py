from __future__ import annotations

import pytest
from fixture_bank import OVERFITTING, STRONG, rough_words, spoken, typed

from interviewer.domain import Measure, Question, Segment, Span, Turn
from interviewer.evaluator.clarity import MOST_EVIDENCE, SCALES, TYPED, cost, score_clarity
from interviewer.evaluator.jargon import unexplained
from interviewer.evaluator.spans import verified

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


def test_every_figure_has_its_places_in_the_text() -> None:
    text = FLUENT.replace("the model", "um the the model").replace("I would", "I would maybe")
    inside = tuple(n for n, word in enumerate(text.split()) if word in ("of", "by"))[:2]
    turns = [*typed("typed before"), listened(spoken(text, pause_after=inside), (2.0, 2.4))]
    found = {m.name: m for m in score_clarity(OVERFITTING, turns).measures}
    for name in ("pauses inside clauses", "fillers", "repairs", "sentence length", "hedging", "signposting"):
        evidence = found[name].evidence
        assert 0 < len(evidence) <= MOST_EVIDENCE, name
        for proof in evidence:
            assert proof.turn == 1
            assert verified(proof, turns), name
            assert proof.start is not None
            assert proof.end is not None
            assert turns[1].start <= proof.start <= proof.end <= turns[1].end
    (repair,) = found["repairs"].evidence
    assert repair.quote == "the the"


def test_between_the_band_and_the_flag_the_cost_grows() -> None:
    rate = Measure(name="speaking rate", value=None, unit="", good=(120, 185), flag=(100, 200))
    costs = [cost(rate.model_copy(update={"value": v})) for v in (90, 100, 110, 120, 185, 192.5, 200, 260)]
    assert costs == [1.0, 1.0, 0.5, 0.0, 0.0, 0.5, 1.0, 1.0]
    fillers = SCALES["fillers"]
    assert [fillers.good, fillers.flag] == [(0, 5), (0, 12)]


def test_an_um_is_no_word_of_the_rate() -> None:
    plain, filled = spoken(FLUENT), spoken(FLUENT.replace(" the ", " um the "))
    faster, slower = (measures(turn)["speaking rate"].value for turn in (plain, filled))
    assert faster is not None and slower is not None
    assert slower < faster


def paused(seconds: float, after: int) -> Turn:
    """FLUENT with one silence of `seconds` after word number `after`."""
    turn = spoken(FLUENT, pause_after=(after,))
    late = seconds - 1.0
    first, second = turn.speech
    cut = first.end
    words = tuple(
        w.model_copy(update={"start": w.start + late, "end": w.end + late}) if w.start > cut else w
        for w in turn.segments[0].words
    )
    return turn.model_copy(
        update={
            "segments": (turn.segments[0].model_copy(update={"words": words, "end": second.end + late}),),
            "speech": (first, Span(start=second.start + late, end=second.end + late)),
            "end": second.end + late,
        }
    )


def test_time_to_think_is_told_and_held_against_nobody() -> None:
    after_the = FLUENT.split().index("the")
    thinking = paused(6.0, after_the)
    found = measures(thinking)
    assert found["thinking pauses"].value == pytest.approx(6.0)
    assert found["thinking pauses"].note.startswith("1 pause;")
    assert found["thinking pauses"].good is None
    assert found["pauses inside clauses"].value == 0
    fluent = measures(spoken(FLUENT))
    for name in ("concision", "speaking rate"):
        assert found[name].value == pytest.approx(fluent[name].value, abs=0.02)
    assert value(thinking) == value(spoken(FLUENT))
    assert measures(paused(1.5, after_the))["pauses inside clauses"].value != 0


def test_silence_before_the_first_word_is_told_where_it_is_known() -> None:
    assert measures(spoken(FLUENT))["silence before the first word"].value is None
    scored = score_clarity(OVERFITTING, [spoken(FLUENT)], thinking_before=(1.0, 7.5))
    found = {m.name: m for m in scored.measures}["silence before the first word"]
    assert (found.value, found.good) == (7.5, None)
    assert scored.score == value(spoken(FLUENT))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("We use regularisation. The weights stay small.", ["regularisation"]),
        ("We use regularisation, which means that the weights stay small.", []),
        ("We use regularisation. Think of a rubber band.", []),
        ("What we call overfitting is when it learns by heart.", []),
        ("It has a softmax and a softmax and logits.", ["softmax", "logits"]),
        ("It reads the examples and pays attention to the features.", []),
    ],
)
def test_jargon_is_explained_near_its_first_mention(text: str, terms: list[str]) -> None:
    assert [text[start:end] for start, end in unexplained(text)] == terms


def test_jargon_counts_where_the_listeners_are_lay_people() -> None:
    said = spoken(
        f"{FLUENT} The softmax of the logits goes through backpropagation and quantisation as well."
    )
    lay: Question = OVERFITTING.model_copy(update={"kind": "communication"})
    found = {m.name: m for m in score_clarity(lay, [said]).measures}["unexplained jargon"]
    assert found.value == 4
    assert {proof.quote for proof in found.evidence} >= {"softmax", "logits"}
    assert cost(found) == SCALES["unexplained jargon"].cost
    assert measures(said)["unexplained jargon"].value is None
    assert "listeners outside the field" in measures(said)["unexplained jargon"].note


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


def listened(turn: Turn, *heard: tuple[float, float]) -> Turn:
    """The turn after its sound was examined, with an um at each of `heard`."""
    return turn.model_copy(
        update={"filled_pauses": tuple(Span(start=start, end=end) for start, end in heard)}
    )


def test_fillers_are_a_lower_bound() -> None:
    stumbling = measures(spoken(FLUENT.replace(" the ", " um uh the ")))["fillers"]
    assert stumbling.value is not None
    assert stumbling.value > 12
    assert stumbling.at_least
    assert stumbling.note.startswith("at least: 10 um or uh")
    assert stumbling.note.endswith("counted from the words alone")


def test_no_filler_in_the_words_says_nothing_unless_the_sound_was_listened_to() -> None:
    unheard = measures(spoken(FLUENT))["fillers"]
    assert unheard.value is None
    assert "no recording to hear them in" in unheard.note
    quiet = measures(listened(spoken(FLUENT)))["fillers"]
    assert (quiet.value, quiet.at_least) == (0.0, True)


def test_ums_heard_in_the_sound_count_beside_the_written_ones_and_none_twice() -> None:
    turn = spoken(FLUENT.replace("the model", "um the model"))
    um = next(word for word in turn.segments[0].words if word.text == "um")
    minutes = sum(span.seconds for span in turn.speech) / 60
    both = listened(turn, (um.start + 0.1, um.end), (6.1, 6.5))
    found = measures(both)["fillers"]
    assert found.value == pytest.approx(2 / minutes, abs=0.01)
    assert "2 um or uh" in found.note
    written, heard = found.evidence
    assert (written.quote, written.start) == ("um", um.start)
    assert (heard.start, heard.end) == (6.1, 6.5)
    assert len(heard.quote.split()) == 4, "the words around it"


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
