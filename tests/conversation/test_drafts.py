"""Replies prepared at pauses: ready when the turn ends, and never said when the candidate went on."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import a_library, a_verdict
from rehearsal import Rehearsal, SlowWorker, says
from test_spoken import ONE, of

from interviewer.audio.virtual_room import RoomSpeaker
from interviewer.conversation.controls import Live
from interviewer.director.phrasing import AuthoredPhraser, Phrasing
from interviewer.director.policy import Assessment
from interviewer.domain import Question, Turn
from interviewer.engines.scripted import ScriptedTranscriber, ScriptedVoice
from interviewer.ports import Speech
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    LineSpoken,
    QuestionAsked,
    ReplyTimed,
    SpeechHeard,
)
from interviewer.workers import ThreadWorker

FOLLOWED = {"questions": 1, "follow_ups": 1}


class ByWords(Rehearsal):
    """The point "heavy" is missed until it is named."""

    judged: list[str]

    def _assess(self, question: Question, turns: Sequence[Turn]) -> Assessment:
        text = " ".join(turn.text for turn in turns)
        self.__dict__.setdefault("judged", []).append(text)
        points = tuple(
            a_verdict(point.id, "met" if point.id in text else "missed", point.weight)
            for point in question.rubric
        )
        return Assessment(points, None)


def test_the_reply_is_chosen_and_voiced_before_the_turn_is_over(tmp_path: Path) -> None:
    voice, thinker = ScriptedVoice(), SlowWorker()
    ready: list[int] = []

    def on_moment(live: Live, rehearsal: Rehearsal) -> None:
        thinker.catch_up()
        if live.phase == "listening" and 2.0 < live.silence < 2.1:
            ready.append(len(voice.spoken))
        if live.phase in ("finishing", "thinking") and ready:
            assert len(voice.spoken) >= ready[0]  # nothing is left but to play it

    rehearsal = ByWords(
        tmp_path, [says(3.0), says(3.0)], ["the light one", "more"], start=FOLLOWED, voice=voice, thinker=thinker,
        on_moment=on_moment,
    )  # fmt: skip
    facts = rehearsal.run()
    (followed,) = of(FollowUpAsked, facts)
    first_sentence = f"{followed.lead} {followed.text}".split(". ")[0]
    said_before = [text.rstrip(".") for text, _ in voice.spoken[: ready[0]]]
    assert first_sentence.rstrip(".") in said_before
    answered = of(Answered, facts)[0]
    spoken_at = next(fact.at for fact in facts if isinstance(fact, ReplyTimed))
    assert spoken_at - answered.at < 0.05


def test_a_draft_answers_the_words_it_was_made_for_or_is_never_said(tmp_path: Path) -> None:
    played: list[float] = []

    class Counting(RoomSpeaker):
        def play(self, speech: Speech) -> None:
            played.append(speech.seconds)
            super().play(speech)

    rehearsal = ByWords(
        tmp_path,
        [says(3.0, 2.5, 3.0), says(2.0)],
        ["about the light one", "and the heavy one", "more"],
        start=FOLLOWED,
    )
    rehearsal.room.speaker = Counting(rehearsal.room)
    facts = rehearsal.run()
    assert "about the light one" in rehearsal.judged  # a draft was made at the pause
    (followed,) = of(FollowUpAsked, facts)
    assert followed.point == "middle"  # and "heavy", which it would have asked about, was named after it
    assert of(Answered, facts)[0].turn.text == "about the light one and the heavy one"


def test_the_next_draft_need_not_wait_for_one_that_is_stale(tmp_path: Path) -> None:
    thinker = SlowWorker()
    rehearsal = ByWords(
        tmp_path,
        [says(3.0, 2.0, 3.0), says(2.0)],
        ["the light", "the heavy", "x"],
        start=ONE,
        thinker=thinker,
    )

    def on_moment(live: Live, staged: Rehearsal) -> None:
        if live.phase != "listening" or live.silence > 2.5:
            thinker.catch_up()

    rehearsal.on_moment = on_moment
    rehearsal.run()
    assert "the light the heavy" in rehearsal.judged
    assert "the light" not in rehearsal.judged  # speech was resumed before its turn came


def test_a_stale_draft_that_has_begun_is_hurried(tmp_path: Path) -> None:
    hurried, judging, thinker = threading.Event(), threading.Event(), ThreadWorker("think")

    class Slow(ByWords):
        def _assess(self, question: Question, turns: Sequence[Turn]) -> Assessment:
            if turns[-1].text == "the light":
                judging.set()
                assert hurried.wait(10)  # a model that would go on for long
            return super()._assess(question, turns)

    rehearsal = Slow(
        tmp_path,
        [says(3.0, 2.0, 3.0), says(2.0)],
        ["the light", "the heavy", "x"],
        start=ONE,
        thinker=thinker,
    )

    def on_moment(live: Live, staged: Rehearsal) -> None:
        if live.phase == "listening" and live.committed == "the light":
            assert judging.wait(10)

    rehearsal.on_hurry = hurried.set
    rehearsal.on_moment = on_moment
    facts = rehearsal.run()
    thinker.close()
    assert hurried.is_set()
    assert of(Answered, facts)[0].turn.text == "the light the heavy"


def test_drafting_stores_nothing(tmp_path: Path) -> None:
    seen: list[int] = []
    rehearsal = ByWords(tmp_path, [says(3.0)], ["the light one"], library=a_library(), start=ONE)

    def on_moment(live: Live, staged: Rehearsal) -> None:
        if live.phase == "listening" and 1.5 < live.silence < 2.5:
            seen.append(len(staged.facts))

    rehearsal.on_moment = on_moment
    rehearsal.run()
    assert len(set(seen)) == 1
    assert of(Answered, rehearsal.facts[: seen[0]]) == []


class Late(AuthoredPhraser):
    """Finds its words when it is told to."""

    def __init__(self) -> None:
        self.found = threading.Event()

    def phrase(self, *arguments: Any, **named: Any) -> Phrasing:
        assert self.found.wait(10)
        return super().phrase(*arguments, **named)


@pytest.mark.parametrize("late", [True, False])
def test_the_first_words_are_said_when_the_others_are_late(tmp_path: Path, late: bool) -> None:
    phraser, thinker = Late(), ThreadWorker("think")

    def on_moment(live: Live, rehearsal: Rehearsal) -> None:
        asked = of(QuestionAsked, rehearsal.facts)
        acknowledged = [line for line in of(LineSpoken, rehearsal.facts) if line.situation == "acknowledging"]
        if not asked or acknowledged or not late:
            phraser.found.set()
        if live.phase in ("thinking", "listening"):
            time.sleep(0.001)  # the thread needs real time, while this room has none

    def on_event(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, SpeechHeard):
            phraser.found.clear()

    rehearsal = ByWords(
        tmp_path, [says(3.0), says(3.0)], ["the light one", "more"], start=FOLLOWED, thinker=thinker,
        phraser=phraser, on_moment=on_moment, on_event=on_event,
    )  # fmt: skip
    facts = rehearsal.run()
    thinker.close()
    acknowledged = [line for line in of(LineSpoken, facts) if line.situation == "acknowledging"]
    (followed,) = of(FollowUpAsked, facts)
    if late:
        assert len(acknowledged) == 1
        assert acknowledged[0].text
        assert followed.lead == ""  # it was said, once
        assert facts.index(followed) > facts.index(acknowledged[0])
    else:
        assert acknowledged == []
        assert followed.lead


def test_a_reply_sounds_before_the_recogniser_is_prepared_for_it(tmp_path: Path) -> None:
    sounding: list[bool] = []

    class Noting(ScriptedTranscriber):
        def prepare(self, phrases: Sequence[str]) -> None:
            sounding.append(rehearsal.room.speaker.busy)

    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0), says(3.0)],
        transcriber=Noting(["one", "two"]),
        start={"questions": 2, "follow_ups": 0},
    )
    rehearsal.run()
    assert sounding == [True] * 3  # two questions and the closing words
