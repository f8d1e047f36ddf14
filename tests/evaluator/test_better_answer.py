from __future__ import annotations

from collections.abc import Mapping

from fixture_bank import FAILURE, OVERFITTING, READER, STORY, typed
from verdict_tape import Said, scored

from interviewer.domain import AnswerPart, StarScore
from interviewer.evaluator.better_answer import LONGEST_ANSWER_WORDS
from interviewer.evaluator.coaching import Scored, coach
from interviewer.evaluator.star import score_story
from interviewer.evaluator.words import words

ANSWER = (
    "So, um, the model memorises the training data. It was a nice day. You you should use less training data. "
    "I would use dropout against it, you know, or weight decay."
)
SAID: Mapping[str, Said] = {
    "memorises": ("met", "the model memorises the training data"),
    "more_data": ("contradicted", "use less training data"),
    "regularise": ("met", "use dropout against it"),
}


def parts(one: Scored) -> tuple[AnswerPart, ...]:
    return coach(one).better_answer


def test_own_sentences_stay_and_what_was_missing_comes_where_it_fits() -> None:
    told = parts(scored(OVERFITTING, ANSWER, SAID))
    assert [(part.source, part.point) for part in told] == [
        ("yours", None),
        ("added", "gap"),
        ("added", "more_data"),
        ("yours", None),
    ]
    assert [part.text for part in told if part.source == "yours"] == [
        "The model memorises the training data.",
        "I would use dropout against it or weight decay.",
    ]


def test_what_is_marked_as_theirs_was_said_word_for_word_in_order() -> None:
    own = [part.text for part in parts(scored(OVERFITTING, ANSWER, SAID)) if part.source == "yours"]
    left = iter(words(ANSWER))
    assert own and all(word in left for word in words(" ".join(own)))


def test_it_can_be_spoken_in_the_time() -> None:
    long = " ".join(f"The model memorises sample {n} of the noisy training data by heart." for n in range(60))
    one = scored(OVERFITTING, long, {"memorises": ("met", long[:400].rsplit(" ", 1)[0])})
    for told in (parts(one), parts(scored(OVERFITTING, ANSWER, SAID))):
        assert sum(len(part.text.split()) for part in told) <= LONGEST_ANSWER_WORDS
    assert any(part.source == "added" for part in parts(one))


def test_a_rough_transcript_is_retold_in_our_words() -> None:
    told = parts(scored(OVERFITTING, ANSWER, SAID, rough=True))
    assert {part.source for part in told} == {"retold", "added"}
    assert "dropout against it" not in " ".join(part.text for part in told)


def test_behind_a_gate_nothing_is_called_theirs() -> None:
    told = parts(scored(OVERFITTING, "I don't know.", {}, gate="non_answer"))
    assert len(told) == 4 and {part.source for part in told} == {"added"}


def story(text: str) -> Scored:
    turns = typed(text)
    return scored(FAILURE, turns, {}, star=score_story(FAILURE, turns, READER))


def test_a_story_keeps_its_sentences_under_their_headings() -> None:
    told = parts(story(STORY))
    assert [part.label for part in told] == sorted((p.label for p in told if p.label), key="STAR".index)
    assert {part.source for part in told} == {"yours"}
    assert all(part.text.rstrip(".").lower() in STORY.lower() for part in told)


def test_the_missing_part_of_a_story_is_asked_for_and_never_made_up() -> None:
    told = parts(
        story(
            "Two years ago at my company our model failed. " + STORY.split("season. ")[1].split(" In the")[0]
        )
    )
    result = [part for part in told if part.label == "R"]
    assert [part.source for part in result] == ["prompt"] and result[0].text.endswith(".")


def test_no_story_is_asked_for_all_of_it() -> None:
    told = coach(
        scored(FAILURE, "I would stay calm.", {}, star=StarScore(score=0.0, engine="by hand"))
    ).better_answer
    assert [(part.label, part.source) for part in told] == [(label, "prompt") for label in "STAR"]
