from __future__ import annotations

import itertools

import pytest
from fixture_bank import STRONG, rough_words, spoken, typed

from interviewer.domain import Segment, Turn
from interviewer.evaluator.placed_words import timed_words
from interviewer.evaluator.spans import (
    LONG_SENTENCE_WORDS,
    WIDE_WINDOW_WORDS,
    WINDOW_WORDS,
    passages,
    quoter,
    split,
    verified,
)


@pytest.mark.parametrize(
    "text", [STRONG, rough_words(STRONG), "  One.\nTwo, and three\n", "naïve – “quoted” (aside) ok"]
)
def test_every_span_is_verbatim_at_its_offset(text: str) -> None:
    turns = typed(text)
    spans = split(turns)
    assert spans
    for span in [*spans, *passages(turns)]:
        assert turns[span.turn].text[span.offset : span.offset + len(span.text)] == span.text
        assert verified(span.evidence, turns)


def test_punctuated_text_gives_its_sentences() -> None:
    sentences = [s.text for s in split(typed("It memorises. It fails on new data!")) if s.kind == "sentence"]
    assert sentences == ["It memorises.", "It fails on new data!"]
    wrapped = "It memorises\nthe data\n- it fails\n\nthat is all"
    found = [s.text for s in split(typed(wrapped)) if s.kind == "sentence"]
    assert found == ["It memorises\nthe data", "- it fails", "that is all"]


def test_unpunctuated_speech_gives_windows_that_cover_every_word() -> None:
    text = " ".join(f"word{n}" for n in range(150))
    spans = split(typed(text))
    assert all(span.kind != "sentence" for span in spans)  # one vector over 150 words would blur them
    covered = {word for span in spans for word in span.text.split()}
    assert covered == set(text.split())
    assert max(len(s.text.split()) for s in spans if s.kind == "window") == WINDOW_WORDS


def test_a_sentence_cut_in_the_wrong_place_is_still_found_whole() -> None:
    """Where nobody wrote a full stop, runs of clauses are read across every guess of where a sentence ends."""
    said = "the model memorises its training data so it fails on new data then we stop early"
    guess = [5]  # "the model memorises its training | data so it fails ..."
    spans = split(typed(said), lambda spoken, silences: guess)
    texts = {span.text for span in spans}
    assert "the model memorises its training data so it fails on new data" in texts
    assert "data so it fails on new data then we stop early" in texts
    assert all(len(span.text.split()) <= LONG_SENTENCE_WORDS for span in spans)
    assert {span.sentence for span in spans} == {0, 1}
    blanked = split(typed(f"{said}          ."), lambda spoken, silences: guess)
    assert [span.text for span in blanked if not span.text.endswith(".")] == [
        span.text for span in spans if not span.text.endswith("then we stop early")
    ], "what was said to the scorer and is blanked changes nothing"
    running = " ".join(f"word{n}" for n in range(60))
    windows = [
        span.text for span in split(typed(running), lambda spoken, silences: []) if span.kind == "window"
    ]
    assert max(len(text.split()) for text in windows) == WIDE_WINDOW_WORDS
    assert {word for text in windows for word in text.split()} == set(running.split())


def test_sentences_that_somebody_ended_are_not_run_together() -> None:
    spans = split(typed("It memorises. It fails on new data!"), lambda spoken, silences: [1])
    assert [span.text for span in spans] == ["It memorises.", "It fails on new data!"]


def test_connectives_cut_clauses() -> None:
    clauses = [
        s.text
        for s in split(typed("you freeze the early layers because they only see edges"))
        if s.kind == "clause"
    ]
    assert clauses == ["you freeze the early layers", "because they only see edges"]


def test_passages_hold_every_word_once() -> None:
    text = rough_words(STRONG) + " " + rough_words(STRONG)
    found = passages(typed(text), 22)
    assert list(itertools.chain.from_iterable(p.text.split() for p in found)) == text.split()
    assert all(len(p.text.split()) <= 22 for p in found)


def test_times_come_from_the_words() -> None:
    turn = spoken("one two three. four five six.", seconds_per_word=0.5)
    second = next(s for s in split([turn]) if s.text == "four five six.")
    assert second.start == pytest.approx(2.5)
    assert second.end == pytest.approx(4.0)


def test_times_without_words_are_a_share_of_the_segment() -> None:
    segment = Segment(text="aaaa. bbbb.", start=10.0, end=20.0)
    turn = Turn(segments=(segment,), start=10, end=20, ended_by="silence", engine="scripted")
    second = split([turn])[1]
    assert second.start == pytest.approx(10 + 10 * 6 / 11)
    assert second.end == pytest.approx(20)


def test_typed_text_has_no_times() -> None:
    assert all(span.start is None and span.end is None for span in split(typed(STRONG)))


def test_doubt_belongs_to_the_segment() -> None:
    sure = Segment(text="This is certain.", start=0, end=1)
    unsure = Segment(text=" This is not.", start=1, end=2, doubtful=True)
    turn = Turn(segments=(sure, unsure), start=0, end=2, ended_by="silence", engine="scripted")
    doubts = {span.text: span.doubtful for span in split([turn]) if span.kind == "sentence"}
    assert doubts == {"This is certain.": False, "This is not.": True}


def test_silence_gives_nothing() -> None:
    assert split([]) == []
    assert split(typed("", " ... ")) == []
    assert passages(typed("?!")) == []


def test_a_quote_that_was_moved_is_not_verified() -> None:
    turns = typed("one two three")
    evidence = split(turns)[0].evidence
    assert verified(evidence, turns)
    assert not verified(evidence.model_copy(update={"offset": 1}), turns)
    assert not verified(evidence.model_copy(update={"turn": 3}), turns)
    assert not verified(evidence.model_copy(update={"quote": ""}), turns)


def test_only_spans_with_a_doubted_word_say_so() -> None:
    turn = spoken("It memorises the training data. It fails on new data.")
    (segment,) = turn.segments
    words = tuple(
        w.model_copy(update={"confidence": 0.2 if w.text == "memorises" else 0.9}) for w in segment.words
    )
    spans = split([turn.model_copy(update={"segments": (segment.model_copy(update={"words": words}),)})])
    assert {s.text: s.doubted_word for s in spans if s.kind == "sentence"} == {
        "It memorises the training data.": True,
        "It fails on new data.": False,
    }
    assert not any(span.doubtful for span in spans), "one word does not make all of it doubtful"


def test_any_piece_can_be_quoted_with_its_seconds() -> None:
    turn = spoken("It memorises the training data.")
    assert [(w.text, w.offset) for w in timed_words(turn)][:2] == [("It", 0), ("memorises", 3)]
    proof = quoter(turn, 3)(3, 12)
    assert (proof.quote, proof.turn, proof.offset) == ("memorises", 3, 3)
    assert proof.start == pytest.approx(1.4)
    assert proof.end == pytest.approx(1.8)
    assert quoter(typed("It memorises")[0], 0)(0, 2).start is None
