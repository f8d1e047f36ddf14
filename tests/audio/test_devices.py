"""The device ports over a scripted PortAudio: what cannot be provoked on a real device at will."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interviewer.audio.devices import DeviceMicrophone, DeviceSpeaker
from interviewer.audio.portaudio import list_devices
from interviewer.domain.speech import FRAME_SAMPLES
from interviewer.errors import EngineError, InterviewerError
from interviewer.ports import Samples, Speech

REPOSITORY = Path(__file__).parent.parent.parent


@dataclass
class Status:
    input_overflow: bool = False
    output_underflow: bool = False


class ScriptedStream:
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.latency = options["latency"]
        self.running = False

    def start(self) -> None:
        self.running = True

    def close(self) -> None:
        self.running = False
        self.options["finished_callback"]()

    def give(self, samples: Samples, *, overflow: bool = False) -> None:
        block = samples.reshape(-1, 1).repeat(self.options["channels"], axis=1)
        self.options["callback"](block, len(samples), None, Status(overflow))

    def take(self, frames: int, *, underflow: bool = False) -> Samples:
        out = np.full((frames, self.options["channels"]), np.nan, dtype=np.float32)
        self.options["callback"](out, frames, None, Status(output_underflow=underflow))
        return out


class ScriptedPortAudio:
    """`devices`: (name, inputs, outputs, rate); `refused` says which channel counts the devices do not open with."""

    class PortAudioError(Exception):
        pass

    @dataclass
    class Defaults:
        device: tuple[int, int]

    def __init__(
        self,
        *devices: tuple[str, int, int, float],
        default: tuple[int, int] = (-1, -1),
        refused: Callable[[int], bool] = lambda channels: False,
    ) -> None:
        self._devices = devices
        self._refused = refused
        self.default = self.Defaults(default)
        self.stream: ScriptedStream
        self.InputStream = self.OutputStream = self._open

    def query_devices(self) -> list[dict[str, Any]]:
        keys = ("name", "max_input_channels", "max_output_channels", "default_samplerate")
        return [dict(zip(keys, device, strict=True)) for device in self._devices]

    def _open(self, **options: Any) -> ScriptedStream:
        if self._refused(options["channels"]):
            raise self.PortAudioError("Invalid number of channels [PaErrorCode -9998]")
        self.stream = ScriptedStream(options)
        return self.stream


HEADSET = ("USB Headset", 1, 2, 48_000.0)
WEBCAM = ("Webcam Mic", 2, 0, 16_000.0)
OTHER_HEADSET = ("Old Headset", 1, 2, 44_100.0)


def sine(seconds: float, rate: float) -> Samples:
    return np.asarray(
        0.5 * np.sin(2 * np.pi * 300 * np.arange(round(seconds * rate)) / rate), dtype=np.float32
    )


def frames_of(microphone: DeviceMicrophone, count: int) -> Samples:
    frames = [microphone.read() for _ in range(count)]
    assert all(frame is not None and frame.shape == (FRAME_SAMPLES,) for frame in frames)
    return np.concatenate([frame for frame in frames if frame is not None])


def test_devices_are_listed_for_the_doctor() -> None:
    first, second = list_devices(ScriptedPortAudio(HEADSET, WEBCAM, default=(1, 0)))
    assert (first.name, first.rate, first.default_output, first.default_input) == (
        "USB Headset",
        48_000,
        True,
        False,
    )
    assert (second.index, second.inputs, second.outputs, second.default_input) == (1, 2, 0, True)


@pytest.mark.parametrize("device", [None, 1, "1", "webcam", "Webcam Mic"])
def test_a_microphone_is_found_by_number_name_or_default(device: str | int | None) -> None:
    portaudio = ScriptedPortAudio(HEADSET, WEBCAM, default=(1, 0))
    microphone = DeviceMicrophone(device, portaudio=portaudio)
    microphone.open()
    assert microphone.name == "Webcam Mic"
    assert portaudio.stream.options["device"] == 1
    assert portaudio.stream.options["samplerate"] == 16_000


def test_frames_have_the_session_rate_whatever_the_device_has() -> None:
    portaudio = ScriptedPortAudio(HEADSET)
    microphone = DeviceMicrophone(portaudio=portaudio)
    microphone.open()
    sound = sine(2.0, 48_000)
    for start in range(0, len(sound), 441):
        portaudio.stream.give(sound[start : start + 441])
    heard = frames_of(microphone, 60)
    wanted = sine(2.0, 16_000)[: len(heard)]
    middle = slice(2_000, 28_000)
    assert np.corrcoef(heard[middle], wanted[middle])[0, 1] > 0.99
    assert microphone.dropped == 0


def test_lost_sound_is_counted() -> None:
    portaudio = ScriptedPortAudio(WEBCAM)
    microphone = DeviceMicrophone(portaudio=portaudio, buffer_seconds=FRAME_SAMPLES * 4 / 16_000)
    microphone.open()
    for _ in range(7):
        portaudio.stream.give(sine(FRAME_SAMPLES / 16_000, 16_000))
    assert microphone.dropped == 3
    frames_of(microphone, 4)
    portaudio.stream.give(sine(FRAME_SAMPLES / 16_000, 16_000), overflow=True)
    assert microphone.dropped == 4
    frames_of(microphone, 1)


def test_a_microphone_without_sound_is_said() -> None:
    portaudio = ScriptedPortAudio(WEBCAM)
    microphone = DeviceMicrophone(portaudio=portaudio, watchdog_seconds=0.02, first_sound_seconds=0.04)
    microphone.open()
    with pytest.raises(EngineError, match=r"'Webcam Mic' gave no sound for 0\.04 s.*unplugged") as caught:
        microphone.read()
    assert caught.value.retryable
    portaudio.stream.give(sine(FRAME_SAMPLES / 16_000, 16_000))
    frames_of(microphone, 1)
    with pytest.raises(EngineError, match=r"gave no sound for 0\.02 s"):
        microphone.read()


def test_a_microphone_that_stops_is_said_at_once() -> None:
    portaudio = ScriptedPortAudio(WEBCAM)
    microphone = DeviceMicrophone(portaudio=portaudio)
    microphone.open()
    portaudio.stream.close()
    with pytest.raises(EngineError, match="'Webcam Mic' stopped"):
        microphone.read()


def test_close_ends_a_waiting_read() -> None:
    microphone = DeviceMicrophone(portaudio=ScriptedPortAudio(WEBCAM))
    microphone.open()
    results: list[Samples | None] = [np.ones(1, dtype=np.float32)]

    def wait() -> None:
        results[0] = microphone.read()

    reader = threading.Thread(target=wait)
    reader.start()
    microphone.close()
    reader.join(5)
    assert not reader.is_alive()
    assert results == [None]


def test_a_device_that_refuses_mono_is_opened_with_its_own_channels() -> None:
    portaudio = ScriptedPortAudio(HEADSET, refused=lambda channels: channels == 1)
    speaker = DeviceSpeaker(portaudio=portaudio)
    speaker.open()
    speaker.play(Speech(sine(0.1, 48_000), 48_000))
    out = portaudio.stream.take(2_400)
    assert out.shape == (2_400, 2)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    np.testing.assert_array_equal(out[:, 0], sine(0.1, 48_000)[:2_400])


def test_what_is_heard_waits_for_the_devices_latency() -> None:
    portaudio = ScriptedPortAudio(HEADSET)
    speaker = DeviceSpeaker(portaudio=portaudio, clock=lambda: 0.0)
    speaker.open()
    speaker.play(Speech(sine(0.5, 16_000), 16_000))
    portaudio.stream.take(4_800)
    assert speaker.heard == pytest.approx(0.0)  # 100 ms in one block, of which 40 ms are still on their way
    portaudio.stream.take(4_800)
    assert speaker.heard == pytest.approx(0.1)
    assert speaker.stop() == pytest.approx(0.1)
    assert np.abs(portaudio.stream.take(4_800)[240:]).max() == 0
    assert not speaker.busy


def test_gaps_in_the_voice_are_counted() -> None:
    portaudio = ScriptedPortAudio(HEADSET)
    speaker = DeviceSpeaker(portaudio=portaudio, clock=lambda: 0.0)
    speaker.open()
    portaudio.stream.take(480)
    assert speaker.gaps == 0
    portaudio.stream.take(480, underflow=True)
    portaudio.stream.take(480, underflow=True)
    assert speaker.gaps == 2


def test_a_loudspeaker_that_takes_no_sound_is_said() -> None:
    now = 0.0
    portaudio = ScriptedPortAudio(HEADSET)
    speaker = DeviceSpeaker(portaudio=portaudio, clock=lambda: now)
    speaker.open()
    speaker.play(Speech(sine(0.5, 16_000), 16_000))
    assert speaker.busy
    now = 4.5
    with pytest.raises(EngineError, match=r"'USB Headset' takes no more sound.*unplugged"):
        _ = speaker.busy
    with pytest.raises(EngineError, match="takes no more sound"):
        speaker.play(Speech(sine(0.5, 16_000), 16_000))


@pytest.mark.parametrize(
    ("devices", "wanted", "sentence"),
    [
        ((), None, "No microphone was found.*--typed"),
        ((("Monitor", 0, 2, 48_000.0),), None, "No microphone was found.*PulseAudio"),
        (
            (HEADSET, WEBCAM),
            "studio",
            "no microphone called 'studio'. There are: 0 USB Headset, 1 Webcam Mic",
        ),
        ((HEADSET, OTHER_HEADSET), "headset", "Several microphones are called 'headset'.*interviewer doctor"),
        ((HEADSET,), 7, "no microphone called '7'"),
    ],
)
def test_absent_devices_are_said(
    devices: tuple[tuple[str, int, int, float], ...], wanted: str | int | None, sentence: str
) -> None:
    microphone = DeviceMicrophone(wanted, portaudio=ScriptedPortAudio(*devices))
    with pytest.raises(InterviewerError, match=sentence):
        microphone.open()


def test_a_busy_device_is_said() -> None:
    speaker = DeviceSpeaker(portaudio=ScriptedPortAudio(HEADSET, refused=lambda channels: True))
    with pytest.raises(
        InterviewerError, match=r"'USB Headset' could not be opened at 48000 Hz: Invalid number"
    ):
        speaker.open()


def test_a_missing_portaudio_library_is_said(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from interviewer.audio.portaudio import list_devices\n"
        "from interviewer.errors import EngineError\n"
        "try:\n    list_devices()\nexcept EngineError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "PortAudio library not found" in done.stdout
    assert "Install it with:" in done.stdout
