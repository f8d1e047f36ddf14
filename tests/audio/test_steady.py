"""Devices that go away and come back, over a scripted PortAudio."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_devices import HEADSET, WEBCAM, ScriptedPortAudio, ScriptedStream, sine

from interviewer.audio.devices import DeviceMicrophone, DeviceSpeaker
from interviewer.audio.steady import SLEPT_SECONDS, SteadySound
from interviewer.errors import EngineError
from interviewer.ports import Samples, Speech


class Desk:
    """A machine whose devices are listed anew at each rescan, and whose time moves when somebody sleeps."""

    def __init__(self, *listings: ScriptedPortAudio) -> None:
        self.listings = list(listings)
        self.now = 0.0
        self.told: list[str] = []
        self.microphone = DeviceMicrophone(
            portaudio=listings[0], watchdog_seconds=0.02, first_sound_seconds=0.02
        )
        self.speaker = DeviceSpeaker(portaudio=listings[0], clock=lambda: self.now)
        self.sound = SteadySound(
            self.microphone, self.speaker, self._rescan, clock=lambda: self.now, sleep=self._sleep
        )
        self.sound.tell = self.told.append

    def _rescan(self) -> None:
        if len(self.listings) > 1:
            self.listings.pop(0)
        for device in (self.microphone, self.speaker):
            device._portaudio = self.listings[0]

    def _sleep(self, seconds: float) -> None:
        self.now += seconds


class Talking(ScriptedPortAudio):
    """Its microphone gives sound as soon as it is open."""

    def _open(self, **options: Any) -> ScriptedStream:
        stream = super()._open(**options)
        if isinstance(options["callback"].__self__, DeviceMicrophone):
            stream.give(sine(0.2, options["samplerate"]))
        return stream


def test_a_microphone_that_is_plugged_in_again_goes_on() -> None:
    gone, back = ScriptedPortAudio(), Talking(HEADSET)
    desk = Desk(ScriptedPortAudio(HEADSET), gone, gone, back)
    desk.sound.speaker.open()
    desk.sound.microphone.open()
    unplugged: ScriptedStream = desk.listings[0].stream
    unplugged.close()
    frame = desk.sound.microphone.read()
    assert frame is not None and np.abs(frame).max() > 0.1
    assert desk.now == pytest.approx(1.5)  # three looks for it
    assert desk.told == [
        "The microphone 'USB Headset' stopped. Time stands still until it is back, 30 s at most; "
        "what is said meanwhile is not recorded.",
        "The microphone is back: USB Headset. Please say your last words again.",
    ]


def test_another_default_device_with_another_rate_takes_its_place() -> None:
    other = Talking(("Monitor", 0, 2, 44_100.0), WEBCAM, default=(1, 0))
    desk = Desk(ScriptedPortAudio(HEADSET, default=(0, 0)), other)
    desk.sound.speaker.open()
    desk.sound.microphone.open()
    desk.listings[0].stream.close()
    frames: list[Samples | None] = [desk.sound.microphone.read() for _ in range(4)]
    assert all(frame is not None and frame.shape == (512,) for frame in frames)
    assert desk.sound.microphone.name == "Webcam Mic"
    assert desk.sound.speaker.name == "Monitor"


def test_a_microphone_that_stays_away_is_said() -> None:
    desk = Desk(ScriptedPortAudio(HEADSET), ScriptedPortAudio())
    desk.sound.microphone.open()
    desk.listings[0].stream.close()
    with pytest.raises(EngineError, match="'USB Headset' stopped"):
        desk.sound.microphone.read()
    assert desk.now == pytest.approx(30.0)


def test_a_loudspeaker_that_comes_back_speaks_the_next_words() -> None:
    desk = Desk(ScriptedPortAudio(HEADSET), ScriptedPortAudio(HEADSET))
    desk.sound.speaker.open()
    words = Speech(sine(0.5, 16_000), 16_000)
    desk.sound.speaker.play(words)
    desk.listings[0].stream.close()
    with pytest.raises(EngineError, match="takes no more sound"):
        desk.sound.speaker.play(words)
    desk.sound.speaker.play(words)
    assert desk.sound.speaker.busy
    assert desk.told == ["The loudspeaker is back: USB Headset."]


def test_a_machine_that_slept_says_so() -> None:
    class Sleepy(DeviceMicrophone):
        def read(self) -> Samples | None:
            desk.now += SLEPT_SECONDS + 100
            return np.zeros(512, dtype=np.float32)

    desk = Desk(ScriptedPortAudio(HEADSET))
    sound = SteadySound(Sleepy(), desk.speaker, lambda: None, clock=lambda: desk.now)
    desk.sound.speaker.open()
    sound.tell = desk.told.append
    sound.microphone.read()
    assert desk.told == ["The machine slept for 108 s; what was said meanwhile is not recorded."]


def test_gaps_in_the_voice_are_told_once_it_is_over() -> None:
    desk = Desk(Talking(HEADSET))
    desk.sound.speaker.open()
    speaking = desk.listings[0].stream
    desk.sound.microphone.open()
    desk.sound.speaker.play(Speech(sine(0.5, 48_000), 48_000))
    speaking.take(4_800, underflow=True)
    desk.sound.microphone.read()
    assert desk.told == []
    speaking.take(48_000)
    speaking.take(48_000)
    desk.sound.microphone.read()
    assert desk.told == ["The machine was too busy: the interviewer's voice had gaps (1)."]
