"""From facts to replay: order, times, reasons, and evidence that lands on its own words."""

from __future__ import annotations

import pytest
from hostile_session import hostile_events, typed_events
from sample_session import LAYER_NORM, LAYER_NORM_MORE, PERSONAS, QUESTIONS, STORY, sample_events

from interviewer.domain import Evidence, Scorecard, Segment, SessionCoaching, Span, Turn
from interviewer.errors import InterviewerError
from interviewer.report import charts, runs, wording
from interviewer.report.chapters import chapters
from interviewer.report.model import Line, Replay
from interviewer.report.placing import anchor_of, pieces_of_turn, second_at
from interviewer.report.replay import build_replay
from interviewer.session.events import (
    Answered,
    QuestionAsked,
    QuestionSkipped,
    Scored,
    SessionStarted,
    SpeechHeard,
)


@pytest.fixture(scope="module")
def replay() -> Replay:
    return build_replay(sample_events(), QUESTIONS, PERSONAS)


def line_of(text: str, start: float = 0.0, end: float = 10.0) -> Line:
    segment = Segment(text=text, start=start, end=end)
    turn = Turn(segments=(segment,), start=start, end=end, ended_by="silence", engine="x")
    pieces = pieces_of_turn(turn)
    return Line(
        index=7,
        speaker="candidate",
        kind="answer",
        name="You",
        text=text,
        start=start,
        end=end,
        pieces=pieces,
    )


def test_lines_of_both_speakers_come_in_order(replay: Replay) -> None:
    kinds = [line.kind for line in replay.lines]
    assert kinds[:5] == ["entrance", "question", "answer", "follow_up", "answer"]
    assert [line.index for line in replay.lines] == list(range(len(replay.lines)))
    starts = [line.start for line in replay.lines]
    assert starts == sorted(starts)
    assert {line.name for line in replay.lines} == {"You", "ML engineer", "Hiring manager"}


def test_every_piece_of_evidence_lies_on_its_own_quote(replay: Replay) -> None:
    checked = 0
    for review in replay.answers:
        assert review.score is not None
        pairs = [
            *zip((p.evidence for p in review.score.technical.points), review.points, strict=True),
            *zip((s.evidence for s in review.score.star.sentences), review.sentences, strict=True),
        ]
        for evidence, anchor in pairs:
            assert (evidence is None) == (anchor is None)
            if evidence is not None and anchor is not None:
                line = replay.lines[anchor.line]
                assert line.text[anchor.start : anchor.stop] == evidence.quote
                assert line.answer == review.number - 1
                assert anchor.seconds is not None and line.start <= anchor.seconds <= line.end
                checked += 1
    assert checked == 4 + 3 + 3 + len(STORY)


def test_a_quote_from_the_second_turn_lands_after_the_follow_up(replay: Replay) -> None:
    padding = replay.answers[0].points[2]
    assert padding is not None
    assert replay.lines[padding.line - 1].kind == "follow_up"
    assert replay.lines[padding.line].text.startswith(LAYER_NORM_MORE[0][0])


def test_a_quote_begins_when_its_first_word_was_said(replay: Replay) -> None:
    anchor = replay.answers[0].points[0]
    assert anchor is not None
    piece = replay.lines[anchor.line].pieces[1]
    assert piece.text == LAYER_NORM[1][0]
    assert anchor.seconds == piece.words[0].start == piece.start


def test_a_wrong_offset_is_mended_and_a_wrong_quote_refused() -> None:
    line = line_of("one two three two")
    mended = anchor_of(Evidence(quote="three", turn=0, offset=1), [line], "a")
    assert mended is not None and (mended.line, mended.start, mended.stop) == (7, 8, 13)
    exact = anchor_of(Evidence(quote="two", turn=0, offset=14), [line], "a")
    assert exact is not None and exact.start == 14
    assert anchor_of(Evidence(quote="four", turn=0, offset=0), [line], "a") is None
    assert anchor_of(Evidence(quote="one", turn=1, offset=0), [line], "a") is None
    assert anchor_of(Evidence(quote="", turn=0, offset=0), [line], "a") is None


def test_evidence_keeps_its_own_second_when_it_has_one() -> None:
    anchor = anchor_of(Evidence(quote="two", turn=0, offset=4, start=3.25), [line_of("one two")], "a")
    assert anchor is not None and anchor.seconds == 3.25


def test_without_words_the_second_is_the_share_of_the_piece() -> None:
    assert second_at(line_of("abcdefghij", 10.0, 20.0), 5) == pytest.approx(15.0)


@pytest.mark.parametrize("texts", [(" one two", " three "), ("one", "", "  two"), ("  ", "a b")])
def test_pieces_lie_where_the_turn_joins_them(texts: tuple[str, ...]) -> None:
    segments = tuple(Segment(text=text, start=i, end=i + 1) for i, text in enumerate(texts))
    turn = Turn(segments=segments, start=0, end=3, ended_by="silence", engine="x")
    pieces = pieces_of_turn(turn)
    assert pieces
    for piece in pieces:
        assert turn.text[piece.offset : piece.stop] == piece.text
    covered = "".join(piece.text for piece in pieces)
    assert covered.replace(" ", "") == turn.text.replace(" ", "")


def test_a_follow_up_says_which_point_and_verdict_caused_it(replay: Replay) -> None:
    reason = next(line.reason for line in replay.lines if line.reason)
    assert (reason.verdict, reason.point) == ("partial", "padding")
    assert "only touched on" in reason.sentence
    assert QUESTIONS["layer_norm"].point("padding").text in reason.sentence


def test_timings_are_told_where_they_belong(replay: Replay) -> None:
    follow_up = next(line for line in replay.lines if line.kind == "follow_up")
    assert follow_up.timing is not None and follow_up.timing.total == pytest.approx(0.71)
    assert follow_up.interrupted
    assert follow_up.heard_seconds is not None and follow_up.of_seconds is not None
    assert follow_up.heard_seconds == pytest.approx(0.86 * follow_up.of_seconds)
    answer = next(line for line in replay.lines if line.speaker == "candidate")
    assert answer.endpoint_wait == 1.3
    assert answer.began_after == pytest.approx(2.1)
    assert [round(pause.seconds, 1) for pause in answer.thinking] == [1.1, 2.6, 1.7]


def test_lines_played_together_share_their_time_and_only_the_last_is_cut_short() -> None:
    first, second = "a" * 100, "b" * 100
    events = sample_events(scored=False)[:1]
    events += [
        QuestionAsked(at=1, question="layer_norm", persona="ml_engineer", text=first),
        QuestionAsked(at=1, question="drift", persona="ml_engineer", text=second),
        SpeechHeard(at=16, seconds=15, of_seconds=20, interrupted=True, voice="x"),
    ]
    one, two = build_replay(events, QUESTIONS, PERSONAS).lines
    assert (one.start, one.end, two.start, two.end) == (1, 11, 11, 16)
    assert (one.interrupted, two.interrupted) == (False, True)


def test_what_happened_between_the_lines_is_noted(replay: Replay) -> None:
    assert [note.kind for note in replay.notes] == ["round", "fault", "round", "ended"]
    fault = replay.notes[1]
    assert replay.lines[fault.before].answer == 1


def test_a_persona_that_takes_over_and_a_hint_are_seen(replay: Replay) -> None:
    entrances = [line for line in replay.lines if line.kind == "entrance"]
    assert [(line.persona, line.because) for line in entrances] == [
        ("ml_engineer", "start"),
        ("hiring_manager", "round"),
    ]
    assert [line.hint for line in replay.lines if line.hint] == [1]
    assert replay.answers[1].hints == 1


def test_chapters_give_each_greeting_to_the_question_it_leads_to(replay: Replay) -> None:
    told = chapters(replay)
    assert [chapter.review and chapter.review.number for chapter in told] == [1, 2, 3, None]
    assert sum(len(chapter.items) for chapter in told) == len(replay.lines) + len(replay.notes)
    openings = [next(i for i in chapter.items if isinstance(i, Line)) for chapter in told]
    assert [line.kind for line in openings] == ["entrance", "question", "entrance", "remark"]


def test_a_skipped_question_keeps_its_note_and_has_no_score() -> None:
    events = sample_events(scored=False)[:1]
    events += [
        QuestionAsked(at=1, question="layer_norm", persona="ml_engineer", text="Why?"),
        QuestionSkipped(at=2, question="layer_norm"),
        QuestionAsked(at=3, question="drift", persona="ml_engineer", text="How?"),
    ]
    told = chapters(build_replay(events, QUESTIONS, PERSONAS))
    assert told[0].review is not None and told[0].review.skipped and told[0].review.score is None
    assert [getattr(item, "kind", "") for item in told[0].items] == ["question", "skipped"]


def test_a_question_asked_twice_gets_its_scores_in_order() -> None:
    events = sample_events()
    card = events[-1]
    assert isinstance(card, Scored)
    again = card.scorecard.answers[0].model_copy(update={"overall": 0.5})
    doubled = card.scorecard.model_copy(update={"answers": (card.scorecard.answers[0], again)})
    asked = QuestionAsked(at=0, question="layer_norm", persona="ml_engineer", text="Why?")
    replayed = build_replay([events[0], asked, asked, Scored(at=1, scorecard=doubled)], QUESTIONS, PERSONAS)
    assert [a.score and a.score.overall for a in replayed.answers] == [3.1, 0.5]


def test_aspects_have_the_mean_interval_of_their_answers(replay: Replay) -> None:
    aspects = {aspect.name: aspect for aspect in replay.aspects}
    assert aspects["overall"].interval == (2.8, 3.8)
    low, high = aspects["technical"].interval or (0, 0)
    assert low == pytest.approx((2.3 + 1.8 + 3.5) / 3) and high == pytest.approx((3.5 + 3.1 + 4.5) / 3)
    assert aspects["star"].answers == 1


def test_an_aspect_outside_its_answers_interval_is_drawn_without_one() -> None:
    events = sample_events()
    card = events[-1]
    assert isinstance(card, Scored)
    odd: Scorecard = card.scorecard.model_copy(update={"technical": 0.2})
    replayed = build_replay([*events[:-1], Scored(at=999, scorecard=odd)], QUESTIONS, PERSONAS)
    assert next(a for a in replayed.aspects if a.name == "technical").interval is None


def test_what_to_change_first_is_the_session_s_or_else_the_weakest_answer_s(replay: Replay) -> None:
    first = replay.change_first
    assert first is not None and first.about is not None and first.about.number == 2
    assert replay.scorecard is not None
    for answer, about in ((0, 1), (None, None)):
        told = SessionCoaching(change_first="Begin with the claim.", change_answer=answer)
        card = replay.scorecard.model_copy(update={"coaching": told})
        first = replay.model_copy(update={"scorecard": card}).change_first
        assert first is not None and first.text == "Begin with the claim."
        assert (first.about.number if first.about else None) == about


def test_a_typed_session_has_no_seconds_to_seek() -> None:
    replayed = build_replay(typed_events(), QUESTIONS, PERSONAS)
    assert replayed.typed and replayed.lines[1].typed
    assert second_at(replayed.lines[1], 3) is None
    assert replayed.candidate_seconds == 0
    assert not any(piece.timed for piece in runs.cut(replayed.lines[1]))


def test_questions_and_personas_no_longer_in_the_bank_are_named_by_id() -> None:
    replayed = build_replay(hostile_events(), {}, {})
    assert replayed.lines[0].name == "gone persona"
    assert replayed.answers[0].title.startswith("</script>")


def test_a_list_without_a_start_is_refused() -> None:
    with pytest.raises(InterviewerError, match="does not say how it started"):
        build_replay([], {}, {})


def test_an_answer_to_no_question_is_told_but_not_counted() -> None:
    events = sample_events(scored=False)[:1]
    turn = Turn(segments=(), start=1, end=2, ended_by="silence", engine="x", speech=(Span(start=1, end=2),))
    events.append(Answered(at=3, question=None, turn=turn, endpoint_wait=1.0))
    (line,) = build_replay(events, QUESTIONS, PERSONAS).lines
    assert (line.answer, line.turn) == (None, None)


def test_cutting_loses_no_character_and_repeats_none(replay: Replay) -> None:
    for line in replay.lines:
        for part in runs.cut(line):
            joined = "".join(run.text for stretch in part.stretches for run in stretch.runs)
            assert joined == part.piece.text


def test_every_mark_opens_once_and_colours_its_own_words(replay: Replay) -> None:
    for line in replay.lines:
        stretches = [s for part in runs.cut(line) for s in part.stretches]
        opened = [mark.id for s in stretches for mark in s.opens]
        assert sorted(opened) == sorted(mark.id for mark in line.marks)
        for mark in line.marks:
            if mark.verdict == "contradicted":
                coloured = "".join(
                    run.text for s in stretches if s.verdict == "contradicted" for run in s.runs
                )
                assert coloured == line.text[mark.start : mark.stop]


def test_long_silences_stand_between_the_words_they_parted(replay: Replay) -> None:
    line = next(x for x in replay.lines if x.text.startswith("Hmm"))
    found = [
        (s.pause_before, s.runs[0].text.strip())
        for part in runs.cut(line)
        for s in part.stretches
        if s.pause_before
    ]
    assert [(round(seconds, 1), word) for seconds, word in found] == [(4.2, "I")]


def test_the_timeline_covers_every_spoken_line(replay: Replay) -> None:
    told = charts.timeline(replay)
    spoken = [bar for bar in told.bars if bar.lane != "thinking"]
    assert len(spoken) == len(replay.lines)
    assert len([bar for bar in told.bars if bar.lane == "thinking"]) == sum(
        len(x.thinking) for x in replay.lines
    )
    for bar in told.bars:
        assert 0 <= float(bar.x[:-1]) <= 100 and float(bar.x[:-1]) + float(bar.width[:-1]) <= 100.01


def test_words_for_scores_admit_what_the_interval_allows() -> None:
    assert wording.band(3.3, (2.8, 3.8)) == "fair to good"
    assert wording.band(3.0, (2.9, 3.1)) == "fair"
    assert wording.band(5.0, None) == "excellent"


def test_a_session_is_told_the_same_twice() -> None:
    first = build_replay(sample_events(), QUESTIONS, PERSONAS)
    assert first == build_replay(sample_events(), QUESTIONS, PERSONAS)
    assert isinstance(sample_events()[0], SessionStarted)
