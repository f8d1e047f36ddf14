"""Real PortAudio streams through a private PulseAudio server: the sound really travels."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pulse import PulseServer, pulse_server

from interviewer.audio.resample import resampled
from interviewer.domain import VoiceStyle
from interviewer.engines.pyttsx3_voice import Pyttsx3Voice
from interviewer.ports import Samples, Speech

pytestmark = pytest.mark.real

SENTENCE = "Walk me through the last model you shipped."

CAPTURE = """
import sys
import numpy as np
from interviewer.audio.devices import DeviceMicrophone
microphone = DeviceMicrophone("room_microphone")
microphone.open()
print("open", flush=True)
frames = [microphone.read() for _ in range(int(sys.argv[2]))]
microphone.close()
assert microphone.read() is None
np.save(sys.argv[1], np.concatenate(frames))
print(microphone.dropped)
"""

PLAY = """
import json, sys, time
import soundfile
from interviewer.audio.devices import DeviceSpeaker
from interviewer.ports import Speech
samples, rate = soundfile.read(sys.argv[1], dtype="float32")
speaker = DeviceSpeaker("room_speaker")
speaker.open()
time.sleep(0.3)
started = time.monotonic()
speaker.play(Speech(samples, rate))
while speaker.busy:
    time.sleep(0.01)
print(json.dumps({"took": time.monotonic() - started, "heard": speaker.heard, "latency": speaker._stream.latency}))
time.sleep(0.3)
speaker.close()
"""

STOP = """
import json, time
import numpy as np
from interviewer.audio.devices import DeviceMicrophone, DeviceSpeaker
from interviewer.ports import Speech
tone = 0.5 * np.sin(np.arange(3 * 48000) * 0.06).astype("float32")
ear, speaker = DeviceMicrophone("room_monitor"), DeviceSpeaker("room_speaker")
ear.open()
speaker.open()
loud_at, stopped_at, heard, quiet = [], None, None, 0
speaker.play(Speech(tone, 48000))
while quiet < 20:
    loud = np.abs(ear.read()).max() > 0.05
    now = time.monotonic()
    loud_at += [now] if loud else []
    quiet = 0 if loud or stopped_at is None else quiet + 1
    if stopped_at is None and loud_at and now - loud_at[0] > 0.6:
        stopped_at, heard = now, speaker.stop()
print(json.dumps({"tail": loud_at[-1] - stopped_at, "heard": heard, "busy": speaker.busy}))
"""

VANISH = """
import time
from interviewer.audio.devices import DeviceMicrophone
from interviewer.errors import EngineError
microphone = DeviceMicrophone("room_microphone")
microphone.open()
microphone.read()
last = time.monotonic()
print("open", flush=True)
try:
    while True:
        microphone.read()
        last = time.monotonic()
except EngineError as error:
    print(f"{time.monotonic() - last:.1f} {error.retryable} {error}", flush=True)
microphone.close()
"""

SPEAKER_VANISHES = """
import time
import numpy as np
from interviewer.audio.devices import DeviceSpeaker
from interviewer.errors import EngineError
from interviewer.ports import Speech
speaker = DeviceSpeaker("room_speaker")
speaker.open()
speaker.play(Speech(np.full(20 * 16000, 0.1, dtype="float32"), 16000))
print("open", flush=True)
try:
    while speaker.busy:
        time.sleep(0.01)
except EngineError as error:
    print(f"{speaker.heard:.1f} {error.retryable} {error}", flush=True)
speaker.stop()
speaker.close()
"""

NAMES = """
from interviewer.audio.devices import DeviceMicrophone
from interviewer.errors import InterviewerError
try:
    DeviceMicrophone("nowhere").open()
except InterviewerError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def sentence() -> Speech:
    voice = Pyttsx3Voice()
    try:
        return voice.synthesize(SENTENCE, VoiceStyle())
    finally:
        voice.close()


def finished(child: subprocess.Popen[str], seconds: float = 30.0) -> str:
    output, errors = child.communicate(timeout=seconds)
    assert child.returncode == 0, errors
    return output


def wait_for_line(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdout is not None
    assert child.stdout.readline().strip() == line


def best_match(inside: Samples, pattern: Samples) -> float:
    """The highest normalised correlation of `pattern` with a stretch of `inside`, in [-1, 1]."""
    products = np.correlate(inside, pattern, "valid")
    energies = np.convolve(inside**2, np.ones(len(pattern), dtype=np.float32), "valid")
    return float((products / np.sqrt(energies * (pattern**2).sum() + 1e-9)).max())


def test_microphone_captures_a_spoken_sentence(pulse: PulseServer, sentence: Speech, tmp_path: Path) -> None:
    wav, captured = tmp_path / "sentence.wav", tmp_path / "captured.npy"
    soundfile.write(wav, sentence.samples, sentence.rate)
    frames = int((sentence.seconds + 1.5) / 0.032)
    child = pulse.start_python(CAPTURE, str(captured), str(frames))
    wait_for_line(child, "open")
    subprocess.run(["paplay", "--device=candidate_room", str(wav)], env=pulse.env, check=True, timeout=30)
    assert finished(child).strip() == "0"

    heard = np.load(captured)
    assert len(heard) == frames * 512
    said = resampled(sentence.samples, sentence.rate, 16_000)
    assert best_match(heard, said[:16_000]) > 0.95
    assert best_match(heard, said[16_000:32_000]) > 0.95


def test_speaker_plays_what_it_was_given(pulse: PulseServer, sentence: Speech, tmp_path: Path) -> None:
    wav = tmp_path / "sentence.wav"
    soundfile.write(wav, sentence.samples, sentence.rate)
    options = ["--format=float32le", "--rate=16000", "--channels=1", "--latency-msec=20"]
    raw = tmp_path / "recorded.f32"
    with raw.open("wb") as sink:
        recorder = subprocess.Popen(
            ["parec", "--device=interviewer_room.monitor", *options], env=pulse.env, stdout=sink
        )
        try:
            report = json.loads(finished(pulse.start_python(PLAY, str(wav))))
        finally:
            recorder.terminate()
            recorder.wait(10)
    recorded = np.fromfile(raw, dtype=np.float32)

    assert report["heard"] == pytest.approx(sentence.seconds, abs=0.002)
    assert sentence.seconds <= report["took"] < sentence.seconds + 0.5
    assert best_match(recorded, resampled(sentence.samples, sentence.rate, 16_000)[8_000:24_000]) > 0.95


def test_stop_is_silent_at_once(pulse: PulseServer) -> None:
    report = json.loads(finished(pulse.start_python(STOP)))
    assert report["tail"] < 0.15
    assert 0.4 < report["heard"] < 0.8
    assert report["busy"] is False


def test_unknown_device_names_those_there_are(pulse: PulseServer) -> None:
    said = finished(pulse.start_python(NAMES))
    assert "no microphone called 'nowhere'" in said
    assert "room_microphone" in said and "interviewer doctor" in said


def test_microphone_that_gives_no_sound_is_said(tmp_path: Path) -> None:
    with pulse_server(tmp_path) as server:
        child = server.start_python(VANISH)
        wait_for_line(child, "open")
        server.control("suspend-source", "candidate_microphone", "1")
        waited, retryable, sentence = finished(child).strip().split(" ", 2)
    assert 1.9 < float(waited) < 3
    assert retryable == "True"
    assert "'room_microphone' gave no sound for 2 s" in sentence and "unplugged" in sentence


def test_devices_that_vanish_are_said(tmp_path: Path) -> None:
    with pulse_server(tmp_path) as server:
        microphone, speaker = server.start_python(VANISH), server.start_python(SPEAKER_VANISHES)
        wait_for_line(microphone, "open")
        wait_for_line(speaker, "open")
        server.unload("module-remap-source")  # the server moves streams while there is anywhere to move them
        server.unload("module-null-sink")
        waited, microphone_retryable, no_microphone = finished(microphone).strip().split(" ", 2)
        heard, speaker_retryable, no_speaker = finished(speaker).strip().split(" ", 2)
    assert float(waited) < 3 and float(heard) < 4
    assert microphone_retryable == speaker_retryable == "True"
    assert "The microphone 'room_microphone' stopped. Is it unplugged" in no_microphone
    assert "The loudspeaker 'room_speaker' takes no more sound. Is it unplugged" in no_speaker
