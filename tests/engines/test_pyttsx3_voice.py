"""pyttsx3 for real on eSpeak NG, and its failures provoked in a child process."""

from __future__ import annotations

import ctypes.util
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from interviewer.domain import VoiceStyle
from interviewer.engines.pyttsx3_child import InstalledVoice, VoiceNotFoundError, choose_voice
from interviewer.engines.pyttsx3_voice import Pyttsx3Voice
from interviewer.errors import EngineError
from interviewer.ports import Speech

SENTENCE = "Tell me about a time when a model failed in production, and what you did about it."

SAMANTHA = InstalledVoice("com.apple.samantha", "Samantha", ("en_US",), "female")
ALEX = InstalledVoice("com.apple.alex", "Alex", ("en_US",), "male")
DANIEL = InstalledVoice("com.apple.daniel", "Daniel", ("en_GB",), "male")
ANNA = InstalledVoice("com.apple.anna", "Anna", ("de_DE",), "female")
VOICES = [SAMANTHA, ALEX, DANIEL, ANNA]


@pytest.mark.parametrize(
    ("language", "gender", "chosen"),
    [
        ("en-us", "", SAMANTHA),
        ("en-us", "male", ALEX),
        ("en-GB", "female", DANIEL),
        ("de", "", ANNA),
        ("Daniel", "", DANIEL),
        ("com.apple.alex", "", ALEX),
    ],
)
def test_a_voice_is_chosen_by_language_and_gender(language: str, gender: str, chosen: InstalledVoice) -> None:
    assert choose_voice(VOICES, language, gender) == chosen


def test_another_region_is_taken_only_when_allowed() -> None:
    assert choose_voice(VOICES, "en-in", "male", any_region=True) == ALEX
    with pytest.raises(VoiceNotFoundError) as caught:
        choose_voice(VOICES, "en-in", "male")
    assert caught.value.known == ["de-de", "en-gb", "en-us"]


def median_pitch(speech: Speech) -> float:
    """Fundamental frequency in Hz over the voiced parts, by autocorrelation."""
    lowest, highest = round(speech.rate / 400), round(speech.rate / 60)
    found = []
    for start in range(0, len(speech.samples) - 1_024, 512):
        window = speech.samples[start : start + 1_024]
        if np.sqrt((window**2).mean()) < 0.03:
            continue
        similar = np.correlate(window, window, "full")[1_023:]
        lag = lowest + int(similar[lowest:highest].argmax())
        if similar[lag] > 0.5 * similar[0]:
            found.append(speech.rate / lag)
    return float(np.median(found))


needs_espeak = pytest.mark.skipif(
    not sys.platform.startswith("linux") or ctypes.util.find_library("espeak-ng") is None,
    reason="eSpeak NG is not installed (apt-get install espeak-ng)",
)


@pytest.fixture(scope="module")
def voice() -> Iterator[Pyttsx3Voice]:
    voice = Pyttsx3Voice()
    yield voice
    voice.close()


@pytest.mark.real
@needs_espeak
class TestEspeak:
    def test_it_speaks_soon_and_keeps_speaking(self, voice: Pyttsx3Voice) -> None:
        voice.synthesize("Warm up.", VoiceStyle())
        took = []
        for number in range(5):
            started = time.perf_counter()
            speech = voice.synthesize(f"{SENTENCE} Number {number}.", VoiceStyle())
            took.append(time.perf_counter() - started)
            assert 4 < speech.seconds < 8
        assert np.median(took) < 0.3  # about 0.02 s on an idle machine
        assert voice.name == "pyttsx3 (espeak)"

    def test_rate_is_in_words_a_minute(self, voice: Pyttsx3Voice) -> None:
        words = len(SENTENCE.split())
        for rate in (120, 165, 220, 120):
            speech = voice.synthesize(SENTENCE, VoiceStyle(rate=rate))
            assert words * 60 / speech.seconds == pytest.approx(rate, rel=0.2)

    def test_variant_and_pitch_change_the_voice(self, voice: Pyttsx3Voice) -> None:
        usual = median_pitch(voice.synthesize(SENTENCE, VoiceStyle()))
        low = median_pitch(voice.synthesize(SENTENCE, VoiceStyle(pitch=20)))
        woman = median_pitch(voice.synthesize(SENTENCE, VoiceStyle(variant="f3")))
        high = median_pitch(voice.synthesize(SENTENCE, VoiceStyle(variant="f3", pitch=80)))
        again = median_pitch(voice.synthesize(SENTENCE, VoiceStyle()))
        assert low < 0.9 * usual and woman > 1.5 * usual and high > 1.2 * woman
        assert again == pytest.approx(usual, rel=0.05)

    def test_accents_differ(self, voice: Pyttsx3Voice) -> None:
        american, british = (
            voice.synthesize(SENTENCE, VoiceStyle(language=language, variant="m3"))
            for language in ("en-us", "en-gb")
        )
        assert len(american.samples) != len(british.samples)

    def test_an_unknown_voice_or_variant_is_said(self, voice: Pyttsx3Voice) -> None:
        with pytest.raises(EngineError, match=r"no voice 'en-uss'.*en-us.*doctor"):
            voice.synthesize(SENTENCE, VoiceStyle(language="en-uss"))
        with pytest.raises(EngineError, match=r"no voice '.*\+f9'.*f5"):
            voice.synthesize(SENTENCE, VoiceStyle(variant="f9"))
        assert voice.synthesize(SENTENCE, VoiceStyle()).seconds > 4

    def test_what_is_installed_is_listed(self, voice: Pyttsx3Voice) -> None:
        assert any("en-us" in installed.languages for installed in voice.voices())
        assert {"f2", "m3"} <= set(voice.variants())

    def test_nothing_to_say_is_said(self, voice: Pyttsx3Voice) -> None:
        with pytest.raises(EngineError, match="nothing to say"):
            voice.synthesize("…", VoiceStyle())

    def test_a_fresh_child_for_each_utterance_speaks_too(self) -> None:
        voice = Pyttsx3Voice(utterances_per_child=1)
        for _ in range(3):
            assert voice.synthesize(SENTENCE, VoiceStyle()).seconds > 4
        voice.close()


SABOTAGED = """
import pathlib, sys, time, os
marker = pathlib.Path(sys.argv[1])
from interviewer.engines import pyttsx3_child as child
class Sabotaged(child.Synthesizer):
    def save(self, request):
        times = len(marker.read_text()) if marker.exists() else 0
        marker.write_text("x" * (times + 1))
        if times < int(sys.argv[2]):
            {deed}
        super().save(request)
child.Synthesizer = Sabotaged
child.main()
"""


def sabotaged(folder: Path, deed: str, times: int, timeout_seconds: float = 10.0) -> Pyttsx3Voice:
    """A voice whose first `times` utterances meet with `deed`."""
    code = SABOTAGED.format(deed=deed)
    return Pyttsx3Voice(
        command=[sys.executable, "-P", "-c", code, str(folder / "marker"), str(times)],
        timeout_seconds=timeout_seconds,
    )


@pytest.mark.real
@needs_espeak
@pytest.mark.parametrize(
    ("deed", "timeout_seconds", "said"),
    [
        ("os._exit(7)", 10.0, "process ended with code 7"),
        ("time.sleep(60)", 0.5, "no answer within 0.5 s"),
        ("return", 10.0, "wrote no sound"),
        ("request = dict(request, text='No.')", 10.0, r"s of sound for .*which should take"),
        ("raise RuntimeError('no audio')", 10.0, "RuntimeError: no audio"),
    ],
)
def test_one_failure_is_mended_and_two_are_said(
    tmp_path: Path, deed: str, timeout_seconds: float, said: str
) -> None:
    for times in (1, 2):
        (tmp_path / str(times)).mkdir()
    mended = sabotaged(tmp_path / "1", deed, 1, timeout_seconds)
    assert mended.synthesize(SENTENCE, VoiceStyle()).seconds > 4
    mended.close()

    broken = sabotaged(tmp_path / "2", deed, 2, timeout_seconds)
    with pytest.raises(EngineError, match=f"failed twice to speak.*{said}") as caught:
        broken.synthesize(SENTENCE, VoiceStyle())
    assert caught.value.retryable
    assert broken.synthesize(SENTENCE, VoiceStyle()).seconds > 4  # the third child is well
    broken.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "import ctypes\ndef absent(path): raise OSError(path)\nctypes.cdll.LoadLibrary = absent",
            "do not have eSpeak",
        ),
        ("import sys\nsys.modules['pyttsx3'] = None", "pyttsx3"),
    ],
)
@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other platforms bring their own synthesizer"
)
def test_a_missing_synthesizer_is_said(damage: str, said: str) -> None:
    code = f"{damage}\nfrom interviewer.engines.pyttsx3_child import main\nmain()"
    with pytest.raises(EngineError, match=said) as caught:
        Pyttsx3Voice(command=[sys.executable, "-P", "-c", code])
    assert "sudo apt-get install espeak-ng" in caught.value.hint


def test_a_child_that_does_not_start_is_said() -> None:
    with pytest.raises(EngineError, match=r"did not start.*ended with code 3"):
        Pyttsx3Voice(command=[sys.executable, "-c", "raise SystemExit(3)"])
