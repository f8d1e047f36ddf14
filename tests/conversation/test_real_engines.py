"""The live loop with real engines: a real detector and Whisper hear clips played into the virtual room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal import Rehearsal

from interviewer.audio.sound_files import read_sound
from interviewer.engines.pyttsx3_voice import Pyttsx3Voice
from interviewer.engines.silero_vad import SileroDetector
from interviewer.engines.whisper import WhisperTranscriber
from interviewer.session.events import Answered, SpeechHeard

FIXTURES = Path(__file__).parents[1] / "fixtures"
CLIPS = {
    clip["file"]: clip["text"] for clip in json.loads((FIXTURES / "micro_whisper" / "clips.json").read_text())
}

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def whisper() -> Iterator[WhisperTranscriber]:
    transcriber = WhisperTranscriber(FIXTURES / "micro_whisper.pt", device="cpu")
    yield transcriber
    transcriber.close()


@pytest.fixture
def voice() -> Iterator[Pyttsx3Voice]:
    with_child = Pyttsx3Voice()
    yield with_child
    with_child.close()


def test_whisper_hears_an_answer_with_a_thinking_pause(
    tmp_path: Path, whisper: WhisperTranscriber, voice: Pyttsx3Voice
) -> None:
    (first, first_text), (second, second_text) = list(CLIPS.items())[:2]

    def speak(rehearsal: Rehearsal) -> None:
        sounds = [read_sound(FIXTURES / "micro_whisper" / name) for name in (first, second)]
        rehearsal.room.say(sounds[0], 0.8)
        rehearsal.room.say(sounds[1], 0.8 + len(sounds[0]) / 16_000 + 2.5)

    rehearsal = Rehearsal(
        tmp_path,
        [speak],
        transcriber=whisper,
        detector=SileroDetector(),
        voice=voice,
        start={"questions": 1, "follow_ups": 0},
    )
    facts = rehearsal.run()
    (answered,) = [fact for fact in facts if isinstance(fact, Answered)]
    assert answered.turn.text == f"{first_text} {second_text}"
    assert answered.turn.engine.startswith("whisper")
    assert len(answered.turn.speech) == 2
    for segment, span in zip(answered.turn.segments, answered.turn.speech, strict=True):
        assert abs(segment.start - span.start) < 0.6
    spoken = next(fact for fact in facts if isinstance(fact, SpeechHeard))
    assert spoken.voice.startswith("pyttsx3")
    assert spoken.seconds > 2
