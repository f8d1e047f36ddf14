"""A recording that cannot be written down whole is told, never graded as if the rest had not been said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from rehearsal import loud

from interviewer.domain import SAMPLE_RATE, Segment
from interviewer.engines.scripted import ScriptedDetector, ScriptedTranscriber
from interviewer.errors import EngineError, InterviewerError
from interviewer.grading.recordings import transcribe


class Failing(ScriptedTranscriber):
    def end_chunk(self) -> tuple[Segment, ...]:
        super().end_chunk()
        raise EngineError("scripted", "It broke.")


def recording(folder: Path) -> Path:
    path = folder / "answer.wav"
    soundfile.write(path, np.concatenate([loud(2.0), np.zeros(SAMPLE_RATE, dtype=np.float32)]), SAMPLE_RATE)
    return path


def test_the_whole_recording_is_one_turn(tmp_path: Path) -> None:
    turn = transcribe(recording(tmp_path), ScriptedDetector(), ScriptedTranscriber(["bias is error"]), [])
    assert turn.text == "bias is error"
    assert turn.end == pytest.approx(3.0, abs=0.05)
    assert turn.filled_pauses is not None, "the sound is there to be listened to"


def test_a_recogniser_that_fails_is_told(tmp_path: Path) -> None:
    path = recording(tmp_path)
    with pytest.raises(InterviewerError, match=r"answer\.wav could not be written down: .*It broke"):
        transcribe(path, ScriptedDetector(), Failing(["lost"]), [])
