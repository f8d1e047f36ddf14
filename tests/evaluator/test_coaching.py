from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from fixture_bank import FAILURE, HYPOTHETICAL, OVERFITTING, READER, STORY, STRONG, WRONG, spoken, typed
from verdict_tape import Said, scored

from interviewer.domain import Coaching, Question, Turn
from interviewer.evaluator.clarity import score_clarity
from interviewer.evaluator.coach_words import GATE_ADVICE, TOO_HIGH, TOO_LOW
from interviewer.evaluator.coaching import coach, delivery_advice
from interviewer.evaluator.gates import CAPS
from interviewer.evaluator.star import score_story

PARTIAL = "Overfitting is when the model memorises the training data. You can use dropout."
PARTIAL_SAID: Mapping[str, Said] = {
    "memorises": ("met", "the model memorises the training data"),
    "regularise": ("partial", "You can use dropout"),
}
STRONG_SAID: Mapping[str, Said] = {
    "memorises": ("met", "the model memorises the training set"),
    "gap": ("met", "a large gap between training loss and validation loss"),
    "more_data": ("met", "collect or augment more training data"),
    "regularise": ("met", "add regularisation such as weight decay or dropout"),
}


def everything(advice: Coaching) -> str:
    return " ".join([*advice.keep, advice.change_first, *advice.further, advice.better_text])


def story(text: str, said: Mapping[str, Said] | None = None) -> Coaching:
    turns = typed(text)
    return coach(scored(FAILURE, turns, said or {}, star=score_story(FAILURE, turns, READER)))


def test_a_missing_point_is_named_with_the_sentence_to_say_and_its_place() -> None:
    advice = coach(scored(OVERFITTING, PARTIAL, PARTIAL_SAID))
    assert "“It does well in training" not in advice.change_first  # it leans on the sentence before it
    assert "“Training error is low while error on unseen data is high.”" in advice.change_first
    assert "when the model memorises the training data”" in advice.change_first
    assert "Say more on gap?" in advice.practise_next


def test_only_one_thing_comes_first_and_the_rest_after_it() -> None:
    advice = coach(scored(OVERFITTING, PARTIAL, PARTIAL_SAID))
    assert "More training data" not in advice.change_first
    assert [text.split("“")[1].rstrip("”") for text in advice.further] == [
        "More training data reduces overfitting.",
        "Regularisation such as weight decay or dropout limits the model.",
    ]


def test_an_error_comes_first_with_the_quote_and_what_holds() -> None:
    advice = coach(
        scored(OVERFITTING, WRONG, {"memorises": ("contradicted", "the model is too simple and cannot fit")})
    )
    assert (
        "“Overfitting is when the model is too simple and cannot fit the training set”" in advice.change_first
    )
    assert "Rather: An overfitted model memorises" in advice.change_first


def test_what_is_kept_is_quoted_and_not_always_in_the_same_words() -> None:
    forms = set()
    for seed in range(4):
        keep = coach(scored(OVERFITTING, STRONG, STRONG_SAID, seed=seed)).keep
        assert len(keep) == 3
        for text in keep:
            assert text.split("“")[1].split("”")[0] in STRONG
        forms.add(keep[0].replace(keep[0].split("“")[1].split("”")[0], ""))
    assert len(forms) > 2


def test_a_whole_answer_is_sent_deeper() -> None:
    deeper = coach(scored(OVERFITTING, STRONG, STRONG_SAID)).change_first
    assert deeper.endswith("Say more on memorises?")


def test_rough_and_doubted_words_are_not_quoted_back() -> None:
    heard = "over fitting means the modal memorises the training set including it's noise sew"
    said: Mapping[str, Said] = {"memorises": ("met", "the modal memorises the training set")}
    for one in (
        scored(OVERFITTING, heard, said, rough=True),
        scored(OVERFITTING, (spoken(heard, doubtful=True),), said),
    ):
        told = everything(coach(one))
        assert "modal" not in told
        assert "An overfitted model memorises the training data" in told


@pytest.mark.parametrize("gate", ["empty", "non_answer", "echo"])
def test_behind_a_gate_there_is_a_way_in_and_nothing_to_keep(gate: str) -> None:
    advice = coach(scored(OVERFITTING, STRONG, STRONG_SAID, gate=gate))  # type: ignore[arg-type]
    assert (advice.keep, advice.further) == ((), ())
    assert advice.change_first.endswith(OVERFITTING.hints[0])


def test_a_point_that_describes_the_answer_becomes_its_question() -> None:
    said: Mapping[str, Said] = {
        "cause": ("met", "one feature was computed in the wrong time zone"),
        "own_part": ("met", "I fixed it and wrote a test"),
    }
    advice = story(STORY, said)
    assert "ood answer names the cause of the failure" in " ".join(advice.keep)
    assert "Say more on lesson?" in advice.change_first


def test_the_missing_part_of_a_story_comes_with_its_own_question() -> None:
    told = story(STORY.split(" In the end")[0])
    assert told.change_first.startswith("End with what came of it")
    assert told.change_first.endswith("What about part R?")


def test_no_story_is_asked_for_one_and_nothing_of_it_is_kept() -> None:
    advice = story(HYPOTHETICAL, {"own_part": ("met", "Then I would roll back")})
    assert advice.change_first.startswith("Tell one thing that really happened")
    assert advice.keep == ()


def delivered(question: Question, turns: Sequence[Turn], said: Mapping[str, Said]) -> Coaching:
    return coach(scored(question, turns, said, clarity=score_clarity(question, turns)))


def test_delivery_comes_first_only_when_it_would_gain_most() -> None:
    hasty = (spoken(STRONG, seconds_per_word=0.15),)
    assert delivered(OVERFITTING, hasty, STRONG_SAID).change_first == TOO_HIGH["speaking rate"]
    missing: Mapping[str, Said] = {**STRONG_SAID, "gap": ("missed",), "memorises": ("missed",)}
    advice = delivered(OVERFITTING, hasty, missing)
    assert "memorises" in advice.change_first
    assert TOO_HIGH["speaking rate"] in advice.further


def test_every_gate_and_measure_has_its_advice() -> None:
    assert GATE_ADVICE.keys() == CAPS.keys()
    scored = [m for m in score_clarity(OVERFITTING, typed(STRONG)).measures if m.good is not None]
    names = {m.name for m in scored}
    assert TOO_HIGH.keys() >= names
    assert names >= TOO_LOW.keys()
    for measure in scored:
        assert delivery_advice(measure) == ""
        assert measure.good is not None
        above = measure.model_copy(update={"value": measure.good[1] + 1})
        assert delivery_advice(above) == TOO_HIGH[measure.name]
