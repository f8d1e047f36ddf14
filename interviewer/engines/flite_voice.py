"""Speaks with the `flite` program where it is installed: more natural than eSpeak NG on Linux, and as quick."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path

from interviewer.domain import VoiceStyle
from interviewer.engines.pyttsx3_child import gender_of_variant
from interviewer.engines.spoken_file import load_speech
from interviewer.engines.spoken_text import spoken_text
from interviewer.errors import EngineError
from interviewer.ports import Speech

NATURAL_WORDS_PER_MINUTE = {"rms": 188.0, "awb": 191.0, "slt": 207.0}  # with duration_stretch 1
OTHER_WORDS_PER_MINUTE = 194.0
FAVOURITES = {"female": ("slt",), "male": ("rms", "awb"), "": ("rms", "slt", "awb", "kal16", "kal")}
INSTALL_HINT = "Install it with: sudo apt-get install flite"


class FliteVoice:
    """Voice port; one short process an utterance. Pitch cannot be changed: flite's better voices ignore it."""

    name = "flite"

    def __init__(self, *, program: str = "flite", timeout_seconds: float = 10.0) -> None:
        """EngineError when `program` is not installed."""
        found = shutil.which(program)
        if found is None:
            raise EngineError(
                self.name, f"The program '{program}' is not installed: looked on the PATH.", INSTALL_HINT
            )
        self._program = found
        self._timeout_seconds = timeout_seconds
        self._voices = self._list_voices()

    def close(self) -> None:
        """Nothing is held between utterances."""

    def voices(self) -> tuple[str, ...]:
        """What is installed, for `interviewer doctor`."""
        return self._voices

    def synthesize(self, text: str, style: VoiceStyle) -> Speech:
        """`text` as sound. EngineError when the style's flite voice is unknown or nothing usable came out."""
        words = _plain_ascii(spoken_text(text))
        if not words:
            raise EngineError(self.name, f"There is nothing to say in '{text}'.")
        voice = self._voice_for(style)
        with tempfile.TemporaryDirectory(prefix="interviewer-voice-") as folder:
            written, spoken = Path(folder, "words.txt"), Path(folder, "words.wav")
            written.write_text(words + "\n", encoding="ascii")
            stretch = NATURAL_WORDS_PER_MINUTE.get(voice, OTHER_WORDS_PER_MINUTE) / style.rate
            options = ["-voice", voice, "--setf", f"duration_stretch={stretch:.3f}"]
            self._run([*options, "-f", str(written), "-o", str(spoken)])
            return load_speech(spoken, engine=self.name, text=words, words_per_minute=style.rate)

    def _voice_for(self, style: VoiceStyle) -> str:
        if style.flite is None:
            favourites = FAVOURITES[gender_of_variant(style.variant)] + FAVOURITES[""]
            return next((voice for voice in favourites if voice in self._voices), self._voices[0])
        if style.flite not in self._voices:  # flite itself would quietly take another
            raise EngineError(
                self.name,
                f"flite has no voice '{style.flite}'.",
                f"It has: {', '.join(self._voices)}. Name one of these in the persona's voice.",
            )
        return style.flite

    def _list_voices(self) -> tuple[str, ...]:
        _, _, names = self._run(["-lv"]).partition(":")
        voices = tuple(dict.fromkeys(names.split()))
        if not voices:
            raise EngineError(self.name, f"{self._program} lists no voices.", INSTALL_HINT)
        return voices

    def _run(self, arguments: list[str]) -> str:
        try:
            done = subprocess.run(
                [self._program, *arguments],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self._timeout_seconds,
                stdin=subprocess.DEVNULL,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(
                self.name, f"flite gave no answer within {self._timeout_seconds:g} s.", retryable=True
            ) from error
        except (subprocess.CalledProcessError, OSError) as error:
            raise EngineError(self.name, f"flite failed: {error}.", INSTALL_HINT, retryable=True) from error
        return done.stdout


def _plain_ascii(text: str) -> str:
    """flite reads nothing but ASCII; accents are taken off."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
