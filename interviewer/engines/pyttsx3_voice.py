"""Speaks with pyttsx3 (eSpeak NG, SAPI5, NSSpeech), synthesized to samples in a child process.

Playing is not pyttsx3's business here: its own playback can neither be interrupted nor tell how much was heard.
"""

from __future__ import annotations

import difflib
import itertools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interviewer.domain import VoiceStyle
from interviewer.engines.child_process import ChildError, JsonChild, module_command
from interviewer.engines.pyttsx3_child import InstalledVoice
from interviewer.engines.spoken_file import load_speech
from interviewer.engines.spoken_text import spoken_text
from interviewer.errors import EngineError
from interviewer.ports import Speech

CHILD_MODULE = "interviewer.engines.pyttsx3_child"
DRIVERS = {"darwin": "nsss", "win32": "sapi5"}
START_SECONDS = 20.0  # a cold disk and a virus scanner; 0.2 s otherwise
ATTEMPTS = 2


class Pyttsx3Voice:
    """Voice port over one warm child process, replaced when it hangs or dies. Owned by one thread."""

    def __init__(
        self,
        *,
        timeout_seconds: float = 10.0,
        utterances_per_child: int | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """Start the child and wait until its synthesizer is ready.

        `utterances_per_child`: after so many a fresh child takes over, started ahead of need; by default never with
        eSpeak NG and after each utterance with SAPI5 and NSSpeech, which some machines only let speak once.
        `command` runs the child, for tests. EngineError when the platform's synthesizer is missing.
        """
        driver = DRIVERS.get(sys.platform, "espeak")
        self.name = f"pyttsx3 ({driver})"
        self._timeout_seconds = timeout_seconds
        self._per_child = utterances_per_child or (None if driver == "espeak" else 1)
        self._command = list(command or module_command(CHILD_MODULE))
        self._folder = tempfile.TemporaryDirectory(prefix="interviewer-voice-")
        self._suffix = ".aiff" if driver == "nsss" else ".wav"
        self._numbers = itertools.count(1)
        self._spoken = 0
        self._child = JsonChild(self._command)
        try:
            self._wait_until_ready()
        except EngineError:
            self.close()
            raise

    def synthesize(self, text: str, style: VoiceStyle) -> Speech:
        """`text` as sound at the synthesizer's own rate; a failed attempt is repeated once in a fresh child.

        EngineError when the voice is not installed, or when both attempts gave nothing usable.
        """
        words = spoken_text(text)
        if not words:
            raise EngineError(self.name, f"There is nothing to say in '{text}'.")
        reasons: list[str] = []
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(words, style)
            except ChildError as failure:
                reasons.append(str(failure))
            except EngineError as error:
                if not error.retryable:
                    raise
                reasons.append(error.message)
            self._replace_child()
        raise EngineError(
            self.name,
            f"{self.name} failed twice to speak '{words[:40]}': {'; then '.join(dict.fromkeys(reasons))}",
            "Check the voice with: interviewer doctor",
            retryable=True,
        )

    def voices(self) -> tuple[InstalledVoice, ...]:
        """What is installed, for `interviewer doctor`."""
        listed = self._list()["voices"]
        return tuple(InstalledVoice(**{**voice, "languages": tuple(voice["languages"])}) for voice in listed)

    def variants(self) -> tuple[str, ...]:
        """eSpeak NG's voice variants (f2, m3, …); empty with other synthesizers."""
        return tuple(self._list()["variants"])

    def close(self) -> None:
        self._child.close()
        self._folder.cleanup()

    def _list(self) -> dict[str, Any]:
        try:
            return self._child.ask({"list": True}, START_SECONDS)
        except ChildError as failure:
            self._replace_child()
            raise EngineError(
                self.name, f"{self.name} did not list its voices: {failure}.", retryable=True
            ) from failure

    def _attempt(self, words: str, style: VoiceStyle) -> Speech:
        self._wait_until_ready()
        path = Path(self._folder.name) / f"{next(self._numbers)}{self._suffix}"
        request = {
            "text": words,
            "path": str(path),
            "language": style.language,
            "variant": style.variant,
            "rate": style.rate,
            "pitch": style.pitch,
        }
        answer = self._child.ask(request, self._timeout_seconds)
        if "no_voice" in answer:
            raise self._voice_missing(answer["no_voice"], answer["known"])
        if "error" in answer:
            raise EngineError(self.name, f"{self.name} could not speak: {answer['error']}", retryable=True)
        try:
            speech = load_speech(path, engine=self.name, text=words, words_per_minute=style.rate)
        finally:
            path.unlink(missing_ok=True)
        self._spoken += 1
        if self._per_child is not None and self._spoken >= self._per_child:
            self._replace_child()
        return speech

    def _wait_until_ready(self) -> None:
        try:
            greeting = self._child.greeting(START_SECONDS)
        except ChildError as failure:
            raise EngineError(self.name, f"{self.name} did not start: {failure}.", _INSTALL_HINT) from failure
        if "unavailable" in greeting:
            raise EngineError(
                self.name,
                f"pyttsx3 found no speech synthesizer on this machine ({greeting['unavailable']}).",
                _INSTALL_HINT,
            )

    def _replace_child(self) -> None:
        self._child.close()
        self._child = JsonChild(self._command)
        self._spoken = 0

    def _voice_missing(self, wanted: str, known: Sequence[str]) -> EngineError:
        tail = wanted.rsplit("+", 1)[-1]
        near = difflib.get_close_matches(tail.lower(), known, n=4, cutoff=0.3) or list(known)[:4]
        offer = f"Nearest: {', '.join(near)}. " if near else ""
        return EngineError(
            self.name,
            f"{self.name} has no voice '{wanted}'.",
            f"{offer}See all with: interviewer doctor --voices",
        )


_INSTALL_HINT = (
    "Install eSpeak NG with: sudo apt-get install espeak-ng libespeak-ng1"
    if sys.platform.startswith("linux")
    else "Install eSpeak NG from https://github.com/espeak-ng/espeak-ng/releases"
    if sys.platform == "win32"
    else "Install eSpeak NG with: brew install espeak-ng"
)
