from __future__ import annotations

import pytest
from fixture_bank import (
    FAILURE,
    HYPOTHETICAL,
    OVERFITTING,
    STORY,
    STRONG,
    WE_ONLY,
    BagEmbedder,
    rough_words,
    spoken,
    typed,
)

from interviewer.domain import StarScore
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.star import missing_components, score_story
from interviewer.evaluator.star_cues import QUANTIFIED, past_actions

NO_RESULT = (
    "Last year I was working on a search team and our latency was awful. I profiled the service, I rewrote the cache and "
    "I moved the ranking to a second stage."
)


def story(text: str) -> StarScore:
    return score_story(FAILURE, typed(text))


def value(text: str) -> float:
    score = story(text).score
    assert score is not None
    return score


def test_a_whole_story() -> None:
    found = story(STORY)
    assert found.is_story
    assert found.components == {"S": True, "T": True, "A": True, "R": True}
    assert found.in_order
    assert found.quantified_result
    assert found.personal_actions >= 3
    assert found.missing_question is None
    assert value(STORY) >= 4.5


def test_labels_follow_the_story() -> None:
    labels = [s.label for s in story(STORY).sentences]
    assert labels == ["S", "T", "A", "A", "R", "R"]


@pytest.mark.real
def test_a_story_from_a_rough_recogniser() -> None:
    found = score_story(FAILURE, typed(rough_words(STORY)), MiniLmEmbedder())
    assert found.is_story
    assert all(found.components.values())
    assert found.quantified_result
    assert "MiniLM" in found.engine


def test_what_one_would_do_is_no_story() -> None:
    found = story(HYPOTHETICAL)
    assert not found.is_story
    assert found.personal_actions == 0
    assert value(HYPOTHETICAL) <= 0.2 * value(STORY)
    assert found.missing_question == "What about part S?"


def test_only_we_is_no_story_of_the_speaker() -> None:
    found = story(WE_ONLY)
    assert not found.is_story
    assert found.personal_actions == 0
    assert value(WE_ONLY) < 0.4 * value(STORY)


def test_a_missing_result_is_asked_for() -> None:
    found = story(NO_RESULT)
    assert found.is_story
    assert not found.components["R"]
    assert found.missing_question == "What about part R?"
    assert missing_components(FAILURE, typed(NO_RESULT))[0] == "R"
    assert value(NO_RESULT) < value(STORY)


def test_order_counts() -> None:
    sentences = STORY.split(". ")
    assert not story(". ".join(reversed(sentences))).in_order


def test_other_questions_want_no_story() -> None:
    found = score_story(OVERFITTING, typed(STRONG))
    assert (found.score, found.components, found.sentences) == (None, {}, ())
    assert missing_components(OVERFITTING, typed(STRONG)) == ()


def test_silence_and_a_few_words() -> None:
    assert score_story(FAILURE, ()).score is None
    assert not story("I fixed it.").is_story


def test_sentences_carry_their_place_and_seconds() -> None:
    turn = spoken(STORY)
    for sentence in score_story(FAILURE, [turn]).sentences:
        assert sentence.evidence is not None
        assert turn.text[sentence.evidence.offset :].startswith(sentence.text)
        assert sentence.evidence.start is not None
        assert sentence.evidence.end is not None
        assert sentence.evidence.start < sentence.evidence.end


def test_the_same_story_gets_the_same_labels() -> None:
    assert score_story(FAILURE, typed(STORY), BagEmbedder()) == score_story(
        FAILURE, typed(STORY), BagEmbedder()
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I wrote a test and I then measured it", 2),
        ("I also quickly rebuilt the index", 1),
        ("I was happy and I needed time", 0),
        ("I would have fixed it", 0),
        ("we deployed it", 0),
    ],
)
def test_personal_actions(text: str, count: int) -> None:
    assert past_actions(text, "i") == count


@pytest.mark.parametrize(
    "text",
    [
        "dropped by forty percent",
        "from 300 to 120 milliseconds",
        "it halved",
        "saved $4000",
        "2x faster",
        "30%",
    ],
)
def test_figures(text: str) -> None:
    assert QUANTIFIED.search(text)


def test_no_figures() -> None:
    assert not QUANTIFIED.search("it got a lot better and one of us was happy")
