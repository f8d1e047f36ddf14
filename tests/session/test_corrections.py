"""Corrected words stand at the times of the words they replace."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Segment, Span, Turn, Word
from interviewer.errors import InterviewerError
from interviewer.session.corrections import corrected, marked_segments


def heard(*segments: str, unsure: tuple[str, ...] = (), doubtful: bool = False) -> Turn:
    """A turn of one word a second from second 10 on; a second of silence between segments."""
    at, made = 10.0, []
    for text in segments:
        words = []
        for word in text.split():
            sure = 0.2 if word in unsure else 0.9
            words.append(Word(text=word, start=at, end=at + 0.8, confidence=sure))
            at += 1
        made.append(
            Segment(text=text, start=words[0].start, end=words[-1].end, doubtful=doubtful, words=tuple(words))
        )
        at += 1
    speech = tuple(Span(start=s.start, end=s.end) for s in made)
    return Turn(segments=tuple(made), speech=speech, start=10, end=at, ended_by="silence", engine="scripted")


def read(turn: Turn, text: str) -> Turn:
    changed = corrected(turn, text)
    assert changed is not None
    return changed


def times(turn: Turn) -> dict[str, tuple[float, float]]:
    return {w.text: (round(w.start, 2), round(w.end, 2)) for s in turn.segments for w in s.words}


def test_what_is_read_back_unchanged_changes_nothing() -> None:
    turn = heard("the model", "memorises noise", unsure=("noise",))
    assert marked_segments(turn) == ["the model", "memorises {noise}"]
    assert corrected(turn, " ".join(marked_segments(turn))) is None


def test_an_exchanged_word_takes_the_time_of_the_old_one_and_is_certain() -> None:
    turn = read(
        heard("the model memory rises the noise", unsure=("memory", "rises")), "the model memorises the noise"
    )
    assert turn.text == "the model memorises the noise"
    assert times(turn)["memorises"] == (12.0, 13.8), "the time of both words it stands for"
    assert times(turn)["noise"] == (15.0, 15.8)
    words = {w.text: w.confidence for w in turn.segments[0].words}
    assert words["memorises"] == 1.0
    assert words["noise"] == 0.9, "a word that was left alone is as sure as before"
    assert turn.corrected
    assert turn.speech == heard("the model memory rises the noise").speech


def test_braces_taken_away_say_that_the_words_are_right() -> None:
    turn = heard("it has", "low bias", doubtful=True)
    assert marked_segments(turn) == ["{it has}", "{low bias}"]
    half = read(turn, "{it has} low bias")
    assert [segment.doubtful for segment in half.segments] == [True, False]
    assert [w.confidence for w in half.segments[1].words] == [1.0, 1.0]


def test_words_that_were_left_out_stand_in_the_gap() -> None:
    turn = read(heard("we use", "dropout"), "we use weight decay and dropout")
    assert [segment.text for segment in turn.segments] == ["we use weight decay and", "dropout"]
    assert 11.8 <= times(turn)["weight"][0] <= times(turn)["and"][1] <= 13.0


def test_a_segment_that_loses_every_word_is_gone() -> None:
    turn = read(heard("thank you", "it memorises"), "it memorises")
    assert [segment.text for segment in turn.segments] == ["it memorises"]
    assert times(turn)["it"] == (13.0, 13.8)
    assert read(turn, "").text == ""


def test_case_and_commas_are_no_other_words() -> None:
    turn = read(heard("the model fails"), "The model fails.")
    assert turn.text == "The model fails."
    assert times(turn)["fails."] == (12.0, 12.8)
    assert turn.segments[0].words[2].confidence == 0.9


def test_without_word_times_none_are_made_up() -> None:
    segment = Segment(text="the model forgets", start=5, end=8)
    turn = Turn(segments=(segment,), start=5, end=8, ended_by="silence", engine="x")
    changed = read(turn, "the model memorises")
    assert changed.segments[0].words == ()
    assert (changed.segments[0].start, changed.segments[0].end) == (5, 8)


def test_words_of_whisper_with_their_spaces_keep_their_times() -> None:
    words = (
        Word(text=" Batch", start=1, end=2),
        Word(text=" norm,", start=2, end=3),
        Word(text=" yes", start=3, end=4),
    )
    turn = Turn(
        segments=(Segment(text="Batch norm, yes", start=1, end=4, words=words),),
        start=1,
        end=4,
        ended_by="silence",
        engine="whisper",
    )
    assert times(read(turn, "Layer norm, yes")) == {"Layer": (1, 2), "norm,": (2, 3), "yes": (3, 4)}


@pytest.mark.parametrize("text", ["the {model fails", "the model} fails", "the {{model}} fails"])
def test_braces_come_in_pairs(text: str) -> None:
    with pytest.raises(InterviewerError, match="no partner"):
        corrected(heard("the model fails"), text)


@given(st.lists(st.sampled_from("a model learns the noise of data {it} never".split()), max_size=12))
def test_whatever_is_written_reads_so_and_stays_in_order(words: list[str]) -> None:
    before = heard("the model learns", "the noise of the data", unsure=("noise",))
    after = corrected(before, " ".join(words)) or before
    shown = " ".join(words).replace("{", "").replace("}", "")
    if after is not before:
        assert after.text == shown
    spoken = [w for s in after.segments for w in s.words]
    assert all(w.start <= w.end for w in spoken)
    assert all(a.start <= b.start + 1e-9 for a, b in pairwise(spoken))
    assert all(before.start <= w.start and w.end <= before.end for w in spoken)
