"""Plays the recorded candidate: listens for what is asked and says the clip that answers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from interviewer.conversation.controls import Live
from interviewer.domain import Noun
from interviewer.library.yaml_reader import read_yaml
from interviewer.ports import Samples
from interviewer.session.events import Event, FollowUpAsked, LineSpoken, QuestionAsked

REACTION_SECONDS = 0.7  # people leave a gap of a few hundred milliseconds before a considered answer
HERE = Path(__file__).parent


class Clip(Noun):
    id: str
    answers: str
    text: str
    barge_in_seconds: float | None = None


class DemoScript(Noun):
    """candidate.yaml: which questions are put, and what the candidate says to each."""

    persona: str
    questions: tuple[str, ...]
    clips: tuple[Clip, ...]

    def clip_for(self, asked: str, question: str) -> Clip:
        """The clip made for this question or follow-up, or else the question's `/*` for anything unforeseen."""
        by_target = {clip.answers: clip for clip in self.clips}
        return by_target.get(asked) or by_target[f"{question}/*"]


def load_script() -> DemoScript:
    return read_yaml(HERE / "candidate.yaml").validate(DemoScript)


def recording(clip_id: str) -> Path:
    return HERE / "recordings" / f"{clip_id}.flac"


class RecordedCandidate:
    """Watches the session's facts and moments, and speaks when a person would."""

    def __init__(self, script: DemoScript, say: Callable[[Samples, float], object]) -> None:
        self._script = script
        self._say = say
        self._next: Clip | None = None
        self._question = ""

    def on_event(self, event: Event) -> None:
        match event:
            case QuestionAsked(question=question):
                self._question = question
                self._prepare(self._script.clip_for(question, question))
            case FollowUpAsked(follow_up=follow_up, question=question):
                self._prepare(self._script.clip_for(follow_up, question))
            case LineSpoken(situation="nudging" | "not_heard" | "hinting" | "repeating") if self._question:
                self._prepare(self._script.clip_for("", self._question))
            case _:
                pass

    def on_live(self, live: Live) -> None:
        if live.phase == "listening" and self._next is not None:
            clip, self._next = self._next, None
            self._speak(clip, REACTION_SECONDS)

    def _prepare(self, clip: Clip) -> None:
        self._next = clip
        if clip.barge_in_seconds is not None:
            self._next = None
            self._speak(clip, clip.barge_in_seconds)

    def _speak(self, clip: Clip, delay: float) -> None:
        samples, _ = soundfile.read(recording(clip.id), dtype="float32")
        self._say(np.asarray(samples, dtype=np.float32), delay)
