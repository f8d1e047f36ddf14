"""The live loop, from the first frame to the last fact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from builders import a_library, a_persona, a_question
from rehearsal import Cue, Rehearsal, SlowWorker, leaves, loud, presses, says, stays_silent

from interviewer.audio.recording import SessionRecorder, read_wav
from interviewer.audio.virtual_room import RoomSpeaker
from interviewer.conversation.controls import Live
from interviewer.domain import SAMPLE_RATE, Segment, VoiceStyle
from interviewer.engines.scripted import ScriptedTranscriber
from interviewer.errors import EngineError, InterviewerError
from interviewer.ports import Samples, Speech
from interviewer.session import events
from interviewer.session.events import (
    Answered,
    Event,
    FaultNoted,
    FollowUpAsked,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    QuestionSkipped,
    SessionEnded,
    SpeechHeard,
)
from interviewer.workers import InlineWorker

F = TypeVar("F", bound=events.Fact)
ONE = {"questions": 1, "follow_ups": 0}


def of(kind: type[F], facts: list[Event]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]


def test_a_missed_point_is_followed_up_and_the_session_ends_with_a_closing(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [says(4.0), says(3.0)],
        ["it is light", "and heavy too"],
        missed=["heavy"],
        start={"questions": 1, "follow_ups": 1},
    ).run()
    (asked,) = of(QuestionAsked, facts)
    (follow_up,) = of(FollowUpAsked, facts)
    assert (follow_up.point, follow_up.because) == ("heavy", "missed")
    assert [fact.turn.text for fact in of(Answered, facts)] == ["it is light", "and heavy too"]
    assert all(fact.question == asked.question for fact in of(Answered, facts))
    assert of(SessionEnded, facts)[0].because == "complete"
    assert of(LineSpoken, facts)[-1].situation == "closing"


def test_what_is_asked_is_stored_before_it_is_spoken(tmp_path: Path) -> None:
    stored_when_spoken: list[set[str]] = []
    rehearsal = Rehearsal(tmp_path, [says(3.0)], ["yes"], start=ONE)

    class WatchingSpeaker(RoomSpeaker):
        def play(self, speech: Speech) -> None:
            stored_when_spoken.append({fact.type for fact in rehearsal.facts})
            super().play(speech)

    rehearsal.room.speaker = WatchingSpeaker(rehearsal.room)
    rehearsal.run()
    assert "question_asked" in stored_when_spoken[0]
    assert "answered" in stored_when_spoken[-1]


def test_a_thinking_pause_within_patience_is_not_cut(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [says(3.0, 2.8, 3.0)], ["first half", "second half"], start=ONE).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "first half second half"
    assert len(answered.turn.speech) == 2
    assert answered.turn.speech[1].start - answered.turn.speech[0].end == pytest.approx(2.8, abs=0.1)
    assert answered.endpoint_wait == pytest.approx(3.0, abs=0.1)


def test_let_me_think_suspends_the_end(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [says(2.0, 7.0, 2.0)], ["let me think", "now I know"], start=ONE).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "let me think now I know"


def test_a_long_think_gets_a_kind_word_and_keeps_the_floor(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path, [says(2.0, 13.0, 2.0), stays_silent], ["let me think", "now I know"], start=ONE
    ).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "let me think now I know"
    assert "thinking" in [line.situation for line in of(LineSpoken, facts)]


def test_a_done_phrase_ends_the_turn_soon(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [says(3.0)], ["and that's my answer"], start=ONE).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.ended_by == "phrase"
    assert answered.endpoint_wait is not None
    assert answered.endpoint_wait < 1.0


def test_the_done_key_ends_the_turn_at_once(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [says(30.0)], ["words", "more", "more", "more"], start=ONE)
    pressed: list[bool] = []

    original = rehearsal._on_live

    def on_live(live: object) -> None:
        original(live)  # type: ignore[arg-type]
        if rehearsal.room.now > 12 and not pressed:
            pressed.append(True)
            rehearsal.controls.press("done")

    rehearsal._on_live = on_live  # type: ignore[method-assign]
    (answered,) = of(Answered, rehearsal.run())
    assert answered.turn.ended_by == "key"
    assert answered.turn.end < 13


def _barge_in(event: Event, rehearsal: Rehearsal) -> None:
    if isinstance(event, QuestionAsked):
        rehearsal.room.say(loud(3.0), 1.0)


def test_with_headphones_an_interruption_stops_the_voice_and_begins_the_answer(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [stays_silent], ["I know this one"], start=ONE, on_event=_barge_in).run()
    heard = of(SpeechHeard, facts)[0]
    assert heard.interrupted
    assert heard.seconds < heard.of_seconds
    assert heard.seconds == pytest.approx(1.0 + 0.45, abs=0.15)
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "I know this one"
    assert answered.turn.speech[0].start == pytest.approx(1.0, abs=0.1)


def test_a_cough_does_not_stop_the_voice(tmp_path: Path) -> None:
    def cough(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, QuestionAsked):
            rehearsal.room.say(loud(0.3), 1.0)

    facts = Rehearsal(tmp_path, [says(3.0)], ["", "the answer"], start=ONE, on_event=cough).run()
    assert not any(heard.interrupted for heard in of(SpeechHeard, facts))
    assert of(Answered, facts)[0].turn.text == "the answer"
    assert len(of(Answered, facts)[0].turn.speech) == 1


def test_without_headphones_the_candidate_is_not_heard_while_the_interviewer_speaks(tmp_path: Path) -> None:
    def early(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, QuestionAsked):
            rehearsal.room.say(loud(1.0), 1.0)

    facts = Rehearsal(
        tmp_path, [says(3.0)], ["the answer"], start=ONE, headphones=False, on_event=early
    ).run()
    assert not any(heard.interrupted for heard in of(SpeechHeard, facts))
    assert of(Answered, facts)[0].turn.text == "the answer"


def test_a_spoken_switch_brings_another_persona_who_goes_on_with_the_question(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [says(3.0), says(3.0)],
        ["switch to the recruiter", "my answer"],
        start={"questions": 1, "follow_ups": 0},
    ).run()
    entered = of(PersonaEntered, facts)
    assert [(fact.persona, fact.because) for fact in entered] == [
        ("engineer", "start"),
        ("recruiter", "spoken"),
    ]
    assert of(Answered, facts)[0].question is None
    assert of(Answered, facts)[1].question == of(QuestionAsked, facts)[0].question


def test_keys_hint_skip_switch_and_end(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [presses("hint"), presses("skip"), presses("switch", "recruiter"), presses("end")],
        start={"questions": 3, "follow_ups": 0},
    ).run()
    assert [line.hint for line in of(LineSpoken, facts) if line.hint] == [1]
    assert len(of(QuestionSkipped, facts)) == 1
    assert len(of(QuestionAsked, facts)) == 2
    assert of(PersonaEntered, facts)[-1].because == "key"
    assert of(SessionEnded, facts)[0].because == "key"


def test_a_pause_stops_the_clock(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [presses("pause"), says(3.0)], ["back again"], start=ONE)
    seen: list[float] = []
    original = rehearsal._on_live

    def on_live(live) -> None:  # type: ignore[no-untyped-def]
        original(live)
        if live.phase == "paused":
            seen.append(live.clock)
            if len(seen) == 200:
                rehearsal.controls.press("pause")

    rehearsal._on_live = on_live  # type: ignore[method-assign]
    facts = rehearsal.run()
    assert len(set(seen)) == 1
    assert of(Answered, facts)[0].turn.text == "back again"


def test_silence_is_invited_twice_then_left_and_at_last_told(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [stays_silent] * 20, start={"questions": 4}).run()
    situations = [line.situation for line in of(LineSpoken, facts)]
    assert situations == ["nudging", "nudging", "skipping", "nudging", "nudging", "closing"]
    assert "interviewer doctor" in of(FaultNoted, facts)[0].sentence
    assert of(SessionEnded, facts)[0].because == "fault"
    assert of(Answered, facts) == []


def test_noise_without_a_word_is_no_answer(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [says(2.0), says(3.0)], ["", "words at last"], start=ONE).run()
    noise, answer = of(Answered, facts)
    assert noise.question is None
    assert answer.question is not None
    assert "not_heard" in [line.situation for line in of(LineSpoken, facts)]


def test_speech_that_cannot_be_made_out_is_kept_as_doubtful_and_told_once(tmp_path: Path) -> None:
    class Doubting(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            return tuple(s.model_copy(update={"doubtful": True}) for s in super().end_chunk())

    transcriber = Doubting(["je ne parle pas anglais du tout", "encore une fois pour vous messieurs"])
    facts = Rehearsal(
        tmp_path, [says(3.0), says(3.0)], transcriber=transcriber, start={"questions": 2, "follow_ups": 0}
    ).run()
    told = [fault.sentence for fault in of(FaultNoted, facts)]
    assert len(told) == 1
    assert "English" in told[0]
    assert all(answer.turn.segments[0].doubtful for answer in of(Answered, facts))


def test_another_language_is_noticed_where_the_engine_can(tmp_path: Path) -> None:
    class Polyglot(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            return tuple(s.model_copy(update={"language": "fr"}) for s in super().end_chunk())

    facts = Rehearsal(tmp_path, [says(3.0)], transcriber=Polyglot(["je ne sais pas"]), start=ONE).run()
    assert "another language (fr)" in of(FaultNoted, facts)[0].sentence


def test_an_answer_of_ten_minutes_is_taken_whole(tmp_path: Path) -> None:
    stretches = [8.0, 1.0] * 70
    facts = Rehearsal(tmp_path, [says(*stretches)], [f"part {n}" for n in range(70)], start=ONE).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.ended_by == "limit"
    assert answered.turn.end - answered.turn.start == pytest.approx(600, abs=2)
    assert answered.turn.text.count("part") >= 66
    assert "10 minutes" in of(FaultNoted, facts)[0].sentence


class _BreakingMicrophone:
    """The room's microphone, unplugged after some seconds."""

    name = "breaking microphone"
    dropped = 0

    def __init__(self, rehearsal: Rehearsal, seconds: float, error: BaseException) -> None:
        self._rehearsal, self._seconds, self._error = rehearsal, seconds, error

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def read(self) -> Samples | None:
        if self._rehearsal.room.now >= self._seconds:
            raise self._error
        return self._rehearsal.room.microphone.read()


@pytest.mark.parametrize(
    "error",
    [EngineError("microphone", "The microphone was unplugged.", "Plug it in."), KeyboardInterrupt()],
    ids=["unplugged", "ctrl-c"],
)
def test_what_was_said_before_a_break_is_stored_and_the_session_goes_on_from_there(
    tmp_path: Path, error: BaseException
) -> None:
    rehearsal = Rehearsal(
        tmp_path, [says(30.0)], ["the first part", "the next part", "the last part"], start=ONE
    )
    rehearsal.microphone = _BreakingMicrophone(rehearsal, 20.0, error)
    with pytest.raises(type(error)):
        rehearsal.run()
    (broken_off,) = of(Answered, rehearsal.facts)
    assert broken_off.turn.ended_by == "interrupted"
    assert broken_off.turn.text.startswith("the first part the next part")
    assert not rehearsal.store.state("rehearsal").ended
    again = Rehearsal(tmp_path, [says(3.0)], ["and on I go"], start=ONE)
    facts = again.run(resume=True)
    (repeated,) = [line for line in of(LineSpoken, facts) if line.situation == "repeating"]
    assert of(QuestionAsked, facts)[0].text in repeated.text, "who was cut off is asked to go on"
    assert [answered.turn.text for answered in of(Answered, facts)][1:] == ["and on I go"]
    assert of(SessionEnded, facts)[0].because == "complete"
    assert facts[-1].at >= 20.0


def test_resuming_before_an_answer_repeats_the_question(tmp_path: Path) -> None:
    Rehearsal(tmp_path, [leaves], start=ONE).run()
    facts = Rehearsal(tmp_path, [says(3.0)], ["here it is"], start=ONE).run(resume=True)
    assert len(of(QuestionAsked, facts)) == 1
    repeated = of(LineSpoken, facts)[0]
    assert repeated.situation == "repeating"
    assert repeated.text.endswith(of(QuestionAsked, facts)[0].text), "what is heard is stored"
    assert of(Answered, facts)[0].question == of(QuestionAsked, facts)[0].question


def test_a_voice_that_fails_is_told_and_the_interview_goes_on_as_text(tmp_path: Path) -> None:
    class Mute:
        name = "mute"

        def synthesize(self, text: str, style: VoiceStyle) -> Speech:
            raise EngineError("mute", "The voice gave no sound.")

        def close(self) -> None:
            pass

    facts = Rehearsal(tmp_path, [says(3.0)], ["I can read"], voice=Mute(), start=ONE).run()
    assert "shown as text" in of(FaultNoted, facts)[0].sentence
    assert of(Answered, facts)[0].turn.text == "I can read"
    assert of(SpeechHeard, facts)[0].seconds == 0


def test_a_full_disk_stops_with_a_sentence_and_keeps_the_turn(tmp_path: Path) -> None:
    class Full:
        def __init__(self, inner: SessionRecorder) -> None:
            self._inner = inner

        @property
        def seconds(self) -> float:
            return self._inner.seconds

        def append(self, frame: Samples) -> None:
            if self._inner.seconds > 12:
                raise InterviewerError("The disk is full.", "Free some space.")
            self._inner.append(frame)

        def place_interviewer(self, start_seconds: float, samples: Samples) -> None:
            self._inner.place_interviewer(start_seconds, samples)

    rehearsal = Rehearsal(tmp_path, [says(30.0)], ["the part before", "and more"], start=ONE)
    rehearsal.recorder = Full(SessionRecorder(tmp_path / "sound", syncer=InlineWorker()))
    with pytest.raises(InterviewerError, match="disk is full"):
        rehearsal.run()
    assert of(Answered, rehearsal.facts)[0].turn.text.startswith("the part before")
    assert len(read_wav(tmp_path / "sound" / "candidate.wav")) >= 11 * SAMPLE_RATE


def test_both_voices_are_recorded_on_one_timeline(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [says(3.0)], ["yes"], start=ONE)
    facts = rehearsal.run()
    answered = of(Answered, facts)[0]
    folder = rehearsal.store.folder("rehearsal")
    candidate, interviewer = read_wav(folder / "candidate.wav"), read_wav(folder / "interviewer.wav")

    def level(samples: Samples, start: float, end: float) -> float:
        return float(np.abs(samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]).mean())

    spoken = answered.turn.speech[0]
    assert level(candidate, spoken.start + 0.2, spoken.end - 0.2) > 0.05
    assert level(interviewer, spoken.start + 0.2, spoken.end - 0.2) == 0
    assert level(interviewer, 0.0, 1.0) > 0.05
    assert level(candidate, 0.0, 1.0) < 0.01


def test_the_recogniser_is_told_what_the_question_is_about(tmp_path: Path) -> None:
    transcriber = ScriptedTranscriber(["yes"])
    Rehearsal(tmp_path, [says(3.0)], transcriber=transcriber, start=ONE).run()
    told = " ".join(transcriber.phrases[0])
    assert "heavy one" in told
    assert "switch to the recruiter" in told


def test_no_line_is_said_twice_within_a_session(tmp_path: Path) -> None:
    library = a_library(
        tuple(a_question(name) for name in ("alpha", "beta", "gamma")),
        (a_persona(max_follow_ups=1), a_persona("recruiter")),
    )
    facts = Rehearsal(
        tmp_path,
        [says(2.0)] * 6,
        [f"answer {n}" for n in range(6)],
        library=library,
        missed=["heavy"],
        start={"questions": 3},
    ).run()
    said = [fact.lead for fact in facts if isinstance(fact, QuestionAsked | FollowUpAsked) and fact.lead]
    assert len(said) == 5
    assert len(set(said)) == len(said)


def test_who_does_not_know_is_not_thanked_for_the_explanation(tmp_path: Path) -> None:
    """What is said after such an answer says that it is all right, and after two of them the next question comes."""
    library = a_library((a_question("alpha"), a_question("beta")), (a_persona(max_follow_ups=3),))
    facts = Rehearsal(
        tmp_path,
        [says(2.0)] * 4,
        ["an answer", "I don't know.", "I'm not sure.", "an answer"],
        library=library,
        missed=["light", "heavy", "middle"],
        start={"questions": 2, "chosen": ("alpha", "beta"), "follow_ups": 3},
    ).run()
    lines = library.persona("engineer").lines
    leads = [fact.lead for fact in facts if isinstance(fact, QuestionAsked | FollowUpAsked)]
    asked = [fact.type for fact in facts if isinstance(fact, QuestionAsked | FollowUpAsked)]
    assert asked[:4] == ["question_asked", "follow_up_asked", "follow_up_asked", "question_asked"]
    assert leads[1] in lines["acknowledging"]
    assert leads[2] in lines["not_known"]
    assert leads[3] in lines["moving_on"]


def _catching_up_after(worker: SlowWorker, phase: str, seconds: float) -> Callable[[Live, Rehearsal], None]:
    """The worker stands still in `phase` for so long, and is quick otherwise; no reply is drafted before "thinking"."""
    begun: list[float] = []

    def on_moment(live: Live, rehearsal: Rehearsal) -> None:
        if live.phase != phase:
            begun.clear()
            if phase != "thinking" or live.phase not in ("listening", "finishing"):
                worker.catch_up()
            return
        begun.append(live.clock)
        if live.clock - begun[0] >= seconds:
            worker.catch_up()

    return on_moment


def test_speech_resumed_just_after_the_decision_belongs_to_the_same_turn(tmp_path: Path) -> None:
    hearer = SlowWorker()
    floor: list[float] = []  # when the candidate had it

    def slow_until_speech_is_resumed(live: Live, rehearsal: Rehearsal) -> None:
        if live.phase == "listening":
            floor.append(live.clock)
        if not floor or live.clock - floor[0] < 3.0 or live.clock - floor[0] > 9.5:
            hearer.catch_up()

    rehearsal = Rehearsal(
        tmp_path,
        [
            says(3.0, 4.8, 3.0),
            stays_silent,
        ],  # nothing is written down yet, so the longest wait of 4.5 s is given
        ["the first half", "the second half"],
        start=ONE,
        hearer=hearer,
        on_moment=slow_until_speech_is_resumed,
    )
    facts = rehearsal.run()
    phases = [live.phase for live in rehearsal.lives]
    assert phases[phases.index("finishing") :].count("listening") > 0
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "the first half the second half"


def test_words_that_come_while_the_reply_is_chosen_are_heard_out_and_kept(tmp_path: Path) -> None:
    thinker = SlowWorker()
    facts = Rehearsal(
        tmp_path,
        [says(3.0, 3.8, 2.0)],
        ["the answer", "and one thing more"],
        start=ONE,
        thinker=thinker,
        on_moment=_catching_up_after(thinker, "thinking", 1.5),
    ).run()
    first, late = of(Answered, facts)
    assert (first.turn.text, late.turn.text) == ("the answer", "and one thing more")
    closing = of(SpeechHeard, facts)[-1]
    assert closing.at - closing.seconds > late.turn.end - 0.1


def test_late_words_belong_to_the_question_they_answer(tmp_path: Path) -> None:
    thinker = SlowWorker()
    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0, 3.8, 2.0), says(3.0)],
        ["about the first", "one thing more", "about the second"],
        start={"questions": 2, "follow_ups": 0},
        thinker=thinker,
        on_moment=_catching_up_after(thinker, "thinking", 1.5),
    )
    rehearsal.run()
    first, second = rehearsal.store.state("rehearsal").answers
    assert [turn.text for turn in first.turns] == ["about the first", "one thing more"]
    assert [turn.text for turn in second.turns] == ["about the second"]


def _pressing(action: str, phase: str, seconds: float) -> Callable[[Live, Rehearsal], None]:
    """Press a key once, so long after the phase was first seen."""
    seen: list[float] = []

    def on_moment(live: Live, rehearsal: Rehearsal) -> None:
        if live.phase == phase:
            seen.append(live.clock)
            if live.clock - seen[0] >= seconds and seen[0] >= 0:
                seen[0] = float("inf")
                rehearsal.controls.press(action)  # type: ignore[arg-type]

    return on_moment


def test_a_pause_in_mid_answer_keeps_what_was_said(tmp_path: Path) -> None:
    rehearsal = Rehearsal(
        tmp_path, [says(9.0), says(3.0)], ["the first part", "more of it", "the rest", "end"], start=ONE
    )
    press = _pressing("pause", "listening", 12.0)
    paused: list[bool] = []

    def on_moment(live: Live, staged: Rehearsal) -> None:
        press(live, staged)
        if live.phase == "paused":
            paused.append(True)
            if len(paused) == 50:
                staged.controls.press("pause")

    rehearsal.cues = [says(9.0, 2.0, 9.0), says(3.0)]
    rehearsal._pending = iter(rehearsal.cues)
    rehearsal.on_moment = on_moment
    facts = rehearsal.run()
    texts = [fact.turn.text for fact in of(Answered, facts) if fact.question]
    assert texts[0].startswith("the first part")
    assert len(texts) == 2
    assert [fact.type for fact in facts].count("paused") == 1


@pytest.mark.parametrize("action", ["done", "pause", "hint", "end"])
def test_a_key_while_the_answer_is_written_down_stores_it_once(tmp_path: Path, action: str) -> None:
    hearer = SlowWorker()
    slow = _catching_up_after(hearer, "finishing", 1.0)
    press = _pressing(action, "finishing", 0.3)

    def on_moment(live: Live, staged: Rehearsal) -> None:
        press(live, staged)
        still_unwritten = live.phase == "listening" and 0.5 < live.silence < 6
        if not still_unwritten:
            slow(live, staged)
        if live.phase == "paused":
            staged.controls.press("end")

    rehearsal = Rehearsal(
        tmp_path, [says(3.0), says(3.0)], ["only once", "more"], start=ONE, hearer=hearer, on_moment=on_moment
    )
    answers = [fact.turn.text for fact in of(Answered, rehearsal.run()) if fact.question]
    assert answers.count("only once") == 1


def test_a_key_while_the_reply_is_chosen_is_obeyed(tmp_path: Path) -> None:
    thinker = SlowWorker()
    slow = _catching_up_after(thinker, "thinking", 1.0)
    press = _pressing("end", "thinking", 0.5)
    seen: list[str] = []

    def on_moment(live: Live, staged: Rehearsal) -> None:
        slow(live, staged)
        seen.append(live.phase)
        if "listening" in seen:
            press(live, staged)

    facts = Rehearsal(
        tmp_path,
        [says(3.0)] * 3,
        ["a", "b", "c"],
        start={"questions": 3, "follow_ups": 0},
        thinker=thinker,
        on_moment=on_moment,
    ).run()
    assert of(SessionEnded, facts)[0].because == "key"
    assert len([fact for fact in of(Answered, facts) if fact.question]) == 1


def test_a_backchannel_long_before_an_interruption_is_no_part_of_the_answer(tmp_path: Path) -> None:
    def interrupt(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, QuestionAsked):
            rehearsal.room.say(loud(0.3), 0.5)
            rehearsal.room.say(loud(3.0), 2.5)

    library = a_library(
        (a_question("alpha").model_copy(update={"spoken": "A long question of many words indeed. " * 4}),)
    )
    facts = Rehearsal(
        tmp_path, [stays_silent], ["", "the answer"], start=ONE, library=library, on_event=interrupt
    ).run()
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "the answer"
    assert len(answered.turn.speech) == 1
    assert answered.turn.start == pytest.approx(2.5, abs=0.2)


def test_a_chunk_the_recogniser_fails_on_is_told_and_the_answer_goes_on(tmp_path: Path) -> None:
    class Stumbling(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            segments = super().end_chunk()
            if segments and segments[0].text == "lost":
                raise EngineError("stumbling", "The recogniser stumbled.")
            return segments

    facts = Rehearsal(
        tmp_path, [says(3.0, 1.0, 3.0, 1.0, 3.0)], transcriber=Stumbling(["first", "lost", "last"]), start=ONE
    ).run()
    assert of(Answered, facts)[0].turn.text == "first last"
    assert "its sound is kept" in of(FaultNoted, facts)[0].sentence


def test_a_bug_in_an_engine_keeps_its_traceback_and_the_words_before_it(tmp_path: Path) -> None:
    class Broken(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            segments = super().end_chunk()
            if segments and segments[0].text == "boom":
                raise RuntimeError("a bug")
            return segments

    rehearsal = Rehearsal(tmp_path, [says(3.0, 1.0, 3.0)], transcriber=Broken(["first", "boom"]), start=ONE)
    with pytest.raises(RuntimeError, match="a bug"):
        rehearsal.run()
    assert of(Answered, rehearsal.facts)[0].turn.text == "first"


def test_the_end_of_the_microphone_keeps_what_was_said(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [says(9.0)], ["so far", "and on"], start=ONE)
    rehearsal.on_moment = lambda live, staged: staged.room.end() if live.clock > 14 else None
    facts = rehearsal.run()
    assert of(Answered, facts)[0].turn.text.startswith("so far")


def test_hints_are_a_sign_of_life(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [stays_silent, presses("hint"), stays_silent, presses("repeat"), says(3.0)],
        ["at last"],
        start=ONE,
    ).run()
    assert of(QuestionSkipped, facts) == []
    assert of(Answered, facts)[0].turn.text == "at last"


def test_the_interviewer_is_recorded_when_it_was_heard_however_long_the_first_words_took(
    tmp_path: Path,
) -> None:
    thinker = SlowWorker()
    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0)],
        ["yes"],
        start=ONE,
        thinker=thinker,
        on_moment=_catching_up_after(thinker, "thinking", 2.0),
    )
    rehearsal.run()
    interviewer = read_wav(rehearsal.store.folder("rehearsal") / "interviewer.wav")
    first_sound = int(np.argmax(np.abs(interviewer) > 0.01)) / SAMPLE_RATE
    assert first_sound == pytest.approx(2.0, abs=0.2)


# -- an answer in writing ------------------------------------------------------------------------------------------------


def writes(text: str) -> Cue:
    return lambda rehearsal: rehearsal.controls.answer(text)


def test_an_answer_can_be_typed_in_the_middle_of_a_spoken_interview(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [writes("because of the gradient"), says(2.0)], ["spoken again"])
    facts = rehearsal.run()
    first, second = [fact for fact in facts if isinstance(fact, Answered)][:2]
    assert (first.turn.text, first.turn.ended_by, first.turn.engine) == (
        "because of the gradient",
        "typed",
        "keyboard",
    )
    assert first.question is not None
    assert (second.turn.text, second.turn.typed) == ("spoken again", False)


def test_words_spoken_before_a_typed_answer_are_kept_too(tmp_path: Path) -> None:
    def speaks_then_writes(rehearsal: Rehearsal) -> None:
        says(6.0, delay=0.1)(rehearsal)
        pressed: list[bool] = []

        def on_moment(live: Live, rehearsal: Rehearsal) -> None:
            if live.level > 0 and live.phase == "listening" and live.clock > 6 and not pressed:
                pressed.append(True)
                rehearsal.controls.answer("in writing")

        rehearsal.on_moment = on_moment

    rehearsal = Rehearsal(tmp_path, [speaks_then_writes], ["spoken first", "and on"])
    answers = [fact for fact in rehearsal.run() if isinstance(fact, Answered)]
    assert [answer.turn.text for answer in answers][:2] == ["spoken first", "in writing"]
    assert answers[0].question == answers[1].question
