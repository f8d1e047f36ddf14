from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from interviewer.domain import VoiceStyle
from interviewer.engines.flite_voice import FliteVoice
from interviewer.errors import EngineError

SENTENCE = "Tell me about a time when a naïve model failed in production, and what you did about it."

needs_flite = pytest.mark.skipif(
    shutil.which("flite") is None, reason="flite is not installed (apt-get install flite)"
)


@pytest.mark.real
@needs_flite
@pytest.mark.parametrize("rate", [130, 165, 210])
@pytest.mark.parametrize("name", ["rms", "slt"])
def test_it_speaks_at_the_rate_asked(rate: int, name: str) -> None:
    speech = FliteVoice().synthesize(SENTENCE, VoiceStyle(flite=name, rate=rate))
    assert len(SENTENCE.split()) * 60 / speech.seconds == pytest.approx(rate, rel=0.15)
    assert speech.rate == 16_000


@pytest.mark.real
@needs_flite
def test_voices_differ_and_follow_the_variants_gender() -> None:
    flite = FliteVoice()
    assert {"rms", "slt"} <= set(flite.voices())

    def sound(style: VoiceStyle) -> bytes:
        return flite.synthesize(SENTENCE, style).samples.tobytes()

    slt, rms = sound(VoiceStyle(flite="slt")), sound(VoiceStyle(flite="rms"))
    assert sound(VoiceStyle(variant="f2")) == slt != rms == sound(VoiceStyle(variant="m3"))


@pytest.mark.real
@needs_flite
def test_an_unknown_voice_is_said() -> None:
    with pytest.raises(EngineError, match=r"no voice 'belle'\. It has: .*rms"):
        FliteVoice().synthesize(SENTENCE, VoiceStyle(flite="belle"))


@pytest.mark.real
@needs_flite
def test_a_voice_that_only_tells_the_time_is_refused() -> None:
    flite = FliteVoice()
    if "awb_time" not in flite.voices():
        pytest.skip("this flite has no awb_time voice")
    with pytest.raises(EngineError, match="s of sound for"):
        flite.synthesize(SENTENCE, VoiceStyle(flite="awb_time"))


def test_a_missing_program_is_said() -> None:
    with pytest.raises(EngineError, match=r"'flite-elsewhere' is not installed.*apt-get install flite"):
        FliteVoice(program="flite-elsewhere")


def program(path: Path, deed: str) -> str:
    """A stand-in for flite that lists one voice and then does `deed`."""
    path.write_text(
        f"#!{sys.executable}\nimport sys, time\n"
        "if sys.argv[1] == '-lv':\n    print('Voices available: rms')\n    sys.exit()\n"
        f"{deed}\n"
    )
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a script that runs itself")
@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("time.sleep(60)", "no answer within 0.5 s"),
        ("sys.exit(4)", "non-zero exit status 4"),
        ("pass", "wrote no sound"),
    ],
)
def test_a_program_that_fails_is_said(tmp_path: Path, deed: str, said: str) -> None:
    flite = FliteVoice(program=program(tmp_path / "flite", deed), timeout_seconds=0.5)
    with pytest.raises(EngineError, match=said) as caught:
        flite.synthesize(SENTENCE, VoiceStyle())
    assert caught.value.retryable
