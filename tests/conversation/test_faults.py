"""What breaks while an interview is held: it goes on, says so, and loses nothing that was said."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from builders import a_library, a_question
from rehearsal import Rehearsal, StuckWorker, loud, says
from test_spoken import ONE, of

from interviewer.audio.recording import read_wav
from interviewer.audio.virtual_room import VirtualRoom
from interviewer.conversation.speaking import VOICE_SECONDS
from interviewer.director.phrasing import LanguageModelPhraser
from interviewer.domain import SAMPLE_RATE, Segment
from interviewer.engines.scripted import ScriptedTranscriber
from interviewer.engines.scripted_language_model import ScriptedLanguageModel
from interviewer.errors import EngineError
from interviewer.hearing.standby import StandbyTranscriber
from interviewer.library import places
from interviewer.library.templates import Templates
from interviewer.ports import Samples
from interviewer.session.events import (
    Answered,
    EngineChanged,
    FaultNoted,
    QuestionAsked,
    SessionEnded,
    SpeechHeard,
)
from interviewer.workers import InlineWorker, ThreadWorker


def in_the_words_of(model: ScriptedLanguageModel) -> LanguageModelPhraser:
    return LanguageModelPhraser(model, Templates(places.templates_folder()))


def test_a_recogniser_that_hangs_in_mid_answer_costs_no_word(tmp_path: Path) -> None:
    let_go = threading.Event()

    class Hanging(ScriptedTranscriber):
        def end_chunk(self) -> tuple[Segment, ...]:
            segments = super().end_chunk()
            if self._chunk == 2:
                let_go.wait(10)
            return segments

    def second() -> ScriptedTranscriber:
        return ScriptedTranscriber(["of the embedded one", "and the rest"], name="embedded")

    worker = ThreadWorker("recognise")
    standby = StandbyTranscriber(
        Hanging(["the first words", "never seen"], name="first"), second, worker, hung_seconds=0.2
    )
    facts = Rehearsal(tmp_path, [says(3.0, 1.0, 3.0, 1.0, 3.0)], transcriber=standby, start=ONE).run()
    let_go.set()
    worker.close()
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "the first words of the embedded one and the rest"
    (changed,) = of(EngineChanged, facts)
    assert (changed.port, changed.engine) == ("transcriber", "embedded")
    assert "first did not answer for 0.2 s" in changed.because


def test_a_recogniser_that_leaves_a_full_graphics_card_says_so(tmp_path: Path) -> None:
    class Moving(ScriptedTranscriber):
        caveat = ""

        def end_chunk(self) -> tuple[Segment, ...]:
            self.caveat, self.name = "The graphics card ran out of memory.", "whisper (cpu)"
            return super().end_chunk()

    standby = StandbyTranscriber(
        Moving(["the answer"], name="whisper (cuda)"), lambda: ScriptedTranscriber([]), InlineWorker()
    )
    facts = Rehearsal(tmp_path, [says(3.0)], transcriber=standby, start=ONE).run()
    assert of(Answered, facts)[0].turn.text == "the answer"
    assert [(fact.engine, fact.because) for fact in of(EngineChanged, facts)] == [
        ("whisper (cpu)", "The graphics card ran out of memory.")
    ]


def test_a_language_model_that_hangs_is_left_and_the_authored_words_are_said(tmp_path: Path) -> None:
    model = ScriptedLanguageModel(["never"])
    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0), says(3.0)],
        ["one", "two"],
        start={"questions": 2, "follow_ups": 0},
        phraser=in_the_words_of(model),
        thinker=StuckWorker(0),
    )
    facts = rehearsal.run()
    (changed,) = of(EngineChanged, facts)
    assert (changed.port, changed.engine) == ("language_model", "none (authored lines)")
    assert changed.at == pytest.approx(20.0, abs=0.1)
    assert {asked.phrased_by for asked in of(QuestionAsked, facts)} == {"authored"}
    assert model.prompts == []
    assert of(SessionEnded, facts)[0].because == "complete"


def test_a_language_model_that_fails_twice_in_a_row_is_not_asked_again(tmp_path: Path) -> None:
    crash = EngineError("scripted model", "The model crashed.")
    model = ScriptedLanguageModel([crash] * 9)
    facts = Rehearsal(
        tmp_path,
        [says(3.0)] * 3,
        ["one", "two", "three"],
        start={"questions": 3, "follow_ups": 0},
        phraser=in_the_words_of(model),
    ).run()
    assert len(of(QuestionAsked, facts)) == 3
    assert [fact.part for fact in of(FaultNoted, facts)] == ["language_model"] * 2
    (changed,) = of(EngineChanged, facts)
    assert changed.because.startswith("The language model failed 2 times in a row.")


def test_a_judge_that_hangs_stops_the_session_after_storing_what_was_said(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, [says(3.0)], ["the answer"], start=ONE)
    rehearsal.thinker = StuckWorker(2, for_good=True)
    with pytest.raises(EngineError, match="could not be chosen within 90 s"):
        rehearsal.run()
    assert of(Answered, rehearsal.facts)[0].turn.text == "the answer"


def test_a_voice_that_hangs_is_left_and_the_words_are_shown(tmp_path: Path) -> None:
    facts = Rehearsal(tmp_path, [says(3.0)], ["the answer"], start=ONE, speaker_worker=StuckWorker(1)).run()
    (changed,) = of(EngineChanged, facts)
    assert (changed.port, changed.engine) == ("voice", "none (text)")
    heard = of(SpeechHeard, facts)
    assert heard[0].seconds > 0  # the sentence that came
    assert heard[0].at - heard[0].seconds == pytest.approx(VOICE_SECONDS, abs=0.1)
    assert {fact.voice for fact in heard} == {"none (text)"}
    assert [fact.turn.text for fact in of(Answered, facts)] == ["the answer"]
    assert of(SessionEnded, facts)[0].because == "complete"


def test_devices_that_drift_apart_do_not_shift_the_timeline(tmp_path: Path) -> None:
    class Drifting(VirtualRoom):
        """Its loudspeaker runs one part in a hundred too fast: a minute is as bad as an hour at 170 in a million."""

        def advance(self) -> Samples | None:
            self.playback.fill(np.zeros(5, dtype=np.float32))
            return super().advance()

    library = a_library((a_question("alpha"), a_question("beta"), a_question("gamma")))
    rehearsal = Rehearsal(
        tmp_path,
        [says(9.0)] * 3,
        ["a", "b"] * 5,
        library=library,
        start={"questions": 3, "follow_ups": 0},
    )
    rehearsal.room = Drifting()
    rehearsal.run()
    recorded = read_wav(rehearsal.store.folder("rehearsal") / "interviewer.wav")
    last, _ = rehearsal.room.played[-1]
    assert last > 45
    sounding = np.flatnonzero(np.abs(recorded[round((last - 1) * SAMPLE_RATE) :]) > 0.01)
    assert last - 1 + sounding[0] / SAMPLE_RATE == pytest.approx(last, abs=0.05)


def test_a_recogniser_is_left_between_two_chunks_whatever_ends_the_session(tmp_path: Path) -> None:
    class Strict(ScriptedTranscriber):
        open_chunks = 0

        def start_chunk(self) -> None:
            self.open_chunks += 1
            super().start_chunk()

        def end_chunk(self) -> tuple[Segment, ...]:
            self.open_chunks -= 1
            return super().end_chunk()

    transcriber = Strict(["x"] * 5)
    rehearsal = Rehearsal(tmp_path, [], transcriber=transcriber, start=ONE)
    rehearsal.room.say(loud(9.0), 0.8)
    rehearsal.room.close_after(1.0)
    rehearsal.run()
    assert transcriber.open_chunks == 0
    assert transcriber._chunk == 1
