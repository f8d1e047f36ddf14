"""The child process in which pyttsx3 runs: one JSON request a line in, one JSON answer a line out.

It knows pyttsx3's habits: properties set shortly before a run may be lost, an unknown voice or variant is ignored,
and progress is printed. It is started by `pyttsx3_voice` and imports nothing heavy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

ESPEAK_RATE_SCALE = 0.85  # eSpeak NG set to 165 says about 195 words a minute
APPLY_SECONDS = 1.0  # within which eSpeak must have taken the properties over
ASK_AGAIN_SECONDS = 0.03


@dataclass(frozen=True)
class InstalledVoice:
    """A voice the platform's synthesizer offers. `gender` is 'female', 'male' or ''."""

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str


class VoiceNotFoundError(Exception):
    """`wanted` is not installed; `known` lists what is."""

    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.known = list(known)


def choose_voice(
    voices: Sequence[InstalledVoice], language: str, gender: str, *, any_region: bool = False
) -> InstalledVoice:
    """The voice for `language` (a tag such as en-us, or a voice's own id or name), of `gender` when there is one.

    `any_region` lets en-gb be spoken by en-us where nothing nearer is installed, as on most Windows and macOS
    machines. VoiceNotFoundError when nothing fits.
    """
    wanted = _tag(language)
    fitting = [v for v in voices if wanted in (_tag(v.id), _tag(v.id).rsplit("/", 1)[-1], _tag(v.name))]
    fitting += [v for v in voices if wanted in map(_tag, v.languages)]
    if not fitting and (any_region or "-" not in wanted):
        base = wanted.split("-")[0]
        fitting = [v for v in voices if any(_tag(tag).split("-")[0] == base for tag in v.languages)]
    if not fitting:
        raise VoiceNotFoundError(language, sorted({_tag(tag) for v in voices for tag in v.languages}))
    return next((v for v in fitting if gender and v.gender == gender), fitting[0])


def gender_of_variant(variant: str | None) -> str:
    """eSpeak NG names its variants f1, m3, …; other synthesizers can at least take the gender from them."""
    return {"f": "female", "m": "male"}.get((variant or "")[:1].lower(), "")


def _tag(language: str) -> str:
    return language.replace("_", "-").lower()


class Synthesizer:
    """pyttsx3 with its properties verified. `driver` is espeak, nsss or sapi5."""

    def __init__(self) -> None:
        import pyttsx3

        self._engine = pyttsx3.init()
        self.driver: str = self._engine.driver_name
        self._complaints: list[str] = []
        self._engine.connect("error", lambda exception, **_: self._complaints.append(str(exception)))
        if self.driver == "espeak":
            self._engine.runAndWait()  # until its first run pyttsx3 only queues properties

    def voices(self) -> list[InstalledVoice]:
        return [
            InstalledVoice(
                id=str(voice.id),
                name=str(voice.name),
                languages=tuple(str(tag) for tag in voice.languages or ()),
                gender=_plain_gender(voice.gender),
            )
            for voice in self._engine.getProperty("voices")
        ]

    def variants(self) -> list[str]:
        """eSpeak NG's variants by the name that follows the '+'; none elsewhere."""
        if self.driver != "espeak":
            return []
        import ctypes

        from pyttsx3.drivers import _espeak

        listed = _espeak.ListVoices(ctypes.byref(_espeak.VOICE(languages=b"variant")))
        return sorted(voice.identifier.decode().rsplit("/", 1)[-1] for voice in listed)

    def save(self, request: dict[str, Any]) -> None:
        """Speak `text` into the file `path`. One save per run: of two, pyttsx3 writes only the last."""
        variant = request["variant"]
        has_variants = self.driver == "espeak"
        voice = choose_voice(
            self.voices(), request["language"], gender_of_variant(variant), any_region=not has_variants
        )
        if has_variants:
            self._apply_to_espeak(voice.id, variant, request["rate"], request["pitch"])
        else:  # the platform's synthesizers know neither variants nor, through pyttsx3, pitch
            self._engine.setProperty("voice", voice.id)
            self._engine.setProperty("rate", request["rate"])
        self._complaints.clear()
        self._engine.save_to_file(request["text"], request["path"])
        self._engine.runAndWait()
        if self._complaints:
            raise RuntimeError(self._complaints[-1])

    def _apply_to_espeak(self, voice_id: str, variant: str | None, rate: int, pitch: int) -> None:
        """eSpeak takes properties over on a thread of its own and drops them when a run starts too early."""
        full_name = f"{voice_id}+{variant}" if variant else voice_id
        wanted = {
            "voice": full_name.lower(),
            "pitch": pitch,
            "rate": max(80, round(rate * ESPEAK_RATE_SCALE)),
        }
        give_up = time.monotonic() + APPLY_SECONDS
        missing = list(wanted)
        while missing and time.monotonic() < give_up:
            self._engine.setProperty("voice", full_name)  # first: a voice brings its own pitch and rate
            self._engine.setProperty("pitch", wanted["pitch"])
            self._engine.setProperty("rate", wanted["rate"])
            ask_again = time.monotonic() + ASK_AGAIN_SECONDS
            while missing and time.monotonic() < ask_again:
                missing = [name for name, value in wanted.items() if self._engine.getProperty(name) != value]
                if missing == ["voice"] and variant and variant not in self.variants():
                    raise VoiceNotFoundError(full_name, self.variants())
                time.sleep(0.001 if missing else 0)
        if missing:
            raise RuntimeError(f"eSpeak did not take over {', '.join(missing)}")


def _plain_gender(gender: object) -> str:
    text = str(gender or "").lower()
    return "female" if "female" in text else "male" if "male" in text else ""


def _answer(synthesizer: Synthesizer, request: dict[str, Any]) -> dict[str, Any]:
    try:
        if request.get("list"):
            return {
                "voices": [asdict(voice) for voice in synthesizer.voices()],
                "variants": synthesizer.variants(),
            }
        synthesizer.save(request)
    except VoiceNotFoundError as error:
        return {"no_voice": error.wanted, "known": error.known}
    except Exception as error:  # noqa: BLE001 - every driver has its own; the parent says it to the user
        return {"error": f"{type(error).__name__}: {error}"}
    return {"saved": request["path"]}


def _claim_stdout() -> TextIO:
    """Answers keep the real stdout; whatever pyttsx3 prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; end of input ends us
    answers = _claim_stdout()

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        synthesizer = Synthesizer()
    except Exception as error:  # noqa: BLE001 - as above
        say({"unavailable": f"{type(error).__name__}: {error}"})
        return
    say({"driver": synthesizer.driver})
    for line in sys.stdin:
        say(_answer(synthesizer, json.loads(line)))


if __name__ == "__main__":
    main()
