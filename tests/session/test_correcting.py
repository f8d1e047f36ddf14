"""What the candidate really said takes the place of what was written down, and keeps its times."""

from __future__ import annotations

from builders import a_start, a_turn

from interviewer.domain import Segment, Turn, Word
from interviewer.session.correcting import corrected
from interviewer.session.events import Answered, Event, QuestionAsked, TurnCorrected
from interviewer.session.state import fold


def heard(*words: str) -> Turn:
    """A turn whose words last a second each, from second 10 on."""
    timed = tuple(
        Word(text=word, start=10.0 + n, end=11.0 + n, confidence=0.4) for n, word in enumerate(words)
    )
    segment = Segment(text=" ".join(words), start=10.0, end=10.0 + len(words), doubtful=True, words=timed)
    return a_turn().model_copy(update={"segments": (segment,)})


def times(turn: Turn) -> list[tuple[str, float, float]]:
    return [(word.text, word.start, word.end) for word in turn.segments[0].words]


def test_words_that_stay_keep_their_times_and_new_ones_share_the_place_of_the_old() -> None:
    turn = corrected(heard("the", "big", "variance", "trade", "off"), "The bias-variance trade off")
    assert times(turn) == [
        ("The", 10.0, 11.0),
        ("bias-variance", 11.0, 13.0),
        ("trade", 13.0, 14.0),
        ("off", 14.0, 15.0),
    ]
    assert turn.text == "The bias-variance trade off"
    assert not turn.segments[0].doubtful, "the candidate knows what they said"


def test_words_that_were_not_heard_at_all_and_words_that_were_not_said() -> None:
    assert times(corrected(heard("gradients", "vanish"), "deep gradients vanish")) == [
        ("deep", 10.0, 10.0),
        ("gradients", 10.0, 11.0),
        ("vanish", 11.0, 12.0),
    ]
    assert times(corrected(heard("um", "gradients"), "gradients")) == [("gradients", 11.0, 12.0)]
    assert corrected(a_turn("x"), "two words").text == "two words", "a turn without times has none afterwards"


def test_the_state_knows_the_corrected_words_and_an_odd_correction_changes_nothing() -> None:
    facts: list[Event] = [
        a_start(),
        QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"),
        Answered(at=5, question="alpha", turn=heard("by", "us"), endpoint_wait=1.0),
        Answered(at=6, question="alpha", turn=heard("and", "so"), endpoint_wait=1.0),
    ]
    state = fold([*facts, TurnCorrected(at=7, answer=0, turn=1, text="and noise")])
    assert [turn.text for turn in state.answers[0].turns] == ["by us", "and noise"]
    for answer, turn in ((3, 0), (0, 9)):
        assert (
            fold([*facts, TurnCorrected(at=7, answer=answer, turn=turn, text="x")]).answers
            == fold(facts).answers
        )
