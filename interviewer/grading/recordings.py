"""From a recorded answer to a turn, through the same ears as a live one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from interviewer.audio.sound_files import read_sound
from interviewer.domain import FRAME_SAMPLES, FRAME_SECONDS, Turn
from interviewer.errors import InterviewerError
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.filled_pauses import examined
from interviewer.hearing.listener import Listener
from interviewer.ports import SpeechDetector, Transcriber
from interviewer.workers import InlineWorker


def transcribe(
    path: Path, detector: SpeechDetector, transcriber: Transcriber, phrases: Sequence[str]
) -> Turn:
    """The whole recording as one turn. InterviewerError when it cannot be read or the recogniser fails."""
    samples = read_sound(path)
    listener = Listener(detector, transcriber, InlineWorker(), Patience())
    listener.expect(phrases)
    listener.open(0.0)
    padded = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
    at = 0.0
    for start in range(0, len(padded), FRAME_SAMPLES):
        listener.hear(padded[start : start + FRAME_SAMPLES], at)
        at += FRAME_SECONDS
    listener.close()
    turn = listener.wait_for_turn("silence", at)
    listener.rest()
    if failure := listener.take_failure():  # a missing piece would be held against the candidate
        raise InterviewerError(f"{path} could not be written down: {failure}", "Try another: --transcriber")
    return examined(turn, padded)
