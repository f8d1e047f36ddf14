"""The door to PortAudio: which sound devices there are, and plain sentences when there are none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from interviewer.errors import EngineError, InterviewerError

Direction = Literal["input", "output"]
NOUNS: dict[Direction, str] = {"input": "microphone", "output": "loudspeaker"}
DEVICES_HINT = "List the sound devices with: interviewer doctor."
NO_DEVICE_HINT = (
    "Plug one in, or answer at the keyboard with: interviewer practice --typed."
    " On a Linux machine without sound hardware, PulseAudio or PipeWire provides devices; see: interviewer doctor"
)


@dataclass(frozen=True)
class SoundDevice:
    """One device as PortAudio names it; `rate` in Hz is the device's own."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate: float
    default_input: bool
    default_output: bool

    def channels(self, direction: Direction) -> int:
        return self.inputs if direction == "input" else self.outputs


def load_portaudio() -> Any:
    """The sounddevice module. EngineError when it or the PortAudio library is missing."""
    try:
        import sounddevice
    except ImportError as error:
        raise EngineError(
            "sounddevice",
            f"The package sounddevice could not be imported: {error}.",
            "Install it with: pip install sounddevice",
        ) from error
    except OSError as error:
        raise EngineError("sounddevice", *_library_missing(error)) from error
    return sounddevice


def rescan() -> None:
    """Have PortAudio look for devices again: it lists those there were when it was loaded. No stream may be open."""
    portaudio = load_portaudio()
    portaudio._terminate()
    portaudio._initialize()


def _library_missing(error: OSError) -> tuple[str, str]:
    mend = (
        "sudo apt-get install libportaudio2" if sys.platform.startswith("linux") else "brew install portaudio"
    )
    if sys.platform == "win32":
        mend = "pip install --force-reinstall sounddevice"
    return f"The PortAudio library, which opens microphones and loudspeakers, is missing: {error}.", (
        f"Install it with: {mend}"
    )


def list_devices(portaudio: Any = None) -> tuple[SoundDevice, ...]:
    """Every sound device there is, for `interviewer doctor`; empty on a machine without any."""
    portaudio = portaudio or load_portaudio()
    default_input, default_output = portaudio.default.device
    return tuple(
        SoundDevice(
            index=index,
            name=str(found["name"]),
            inputs=int(found["max_input_channels"]),
            outputs=int(found["max_output_channels"]),
            rate=float(found["default_samplerate"]),
            default_input=index == default_input,
            default_output=index == default_output,
        )
        for index, found in enumerate(portaudio.query_devices())
    )


def find_device(portaudio: Any, wanted: str | int | None, direction: Direction) -> SoundDevice:
    """The device called `wanted` (its number, its name or a part of it), or the default one.

    InterviewerError naming the devices there are when none or several fit.
    """
    noun = NOUNS[direction]
    usable = [device for device in list_devices(portaudio) if device.channels(direction)]
    if not usable:
        raise InterviewerError(f"No {noun} was found: PortAudio lists no device for it.", NO_DEVICE_HINT)
    if wanted is None:
        default = [d for d in usable if (d.default_input if direction == "input" else d.default_output)]
        return (default or usable)[0]
    fitting = _matching(usable, wanted)
    if len(fitting) == 1:
        return fitting[0]
    problem = f"Several {noun}s are called" if fitting else f"There is no {noun} called"
    named = ", ".join(f"{d.index} {d.name}" for d in fitting or usable)
    raise InterviewerError(f"{problem} '{wanted}'. There are: {named}.", DEVICES_HINT)


def _matching(devices: Sequence[SoundDevice], wanted: str | int) -> list[SoundDevice]:
    if isinstance(wanted, int) or wanted.isdigit():
        return [device for device in devices if device.index == int(wanted)]
    sought = wanted.casefold()
    exact = [device for device in devices if device.name.casefold() == sought]
    return exact or [device for device in devices if sought in device.name.casefold()]


def open_stream(portaudio: Any, device: SoundDevice, direction: Direction, **options: Any) -> tuple[Any, int]:
    """A started float32 stream at the device's own rate and its channel count: 1, or all where 1 is refused.

    InterviewerError when the device cannot be opened.
    """
    make = portaudio.InputStream if direction == "input" else portaudio.OutputStream
    refusals: list[str] = []
    for channels in dict.fromkeys((1, device.channels(direction))):
        try:
            stream = make(
                device=device.index, samplerate=device.rate, channels=channels, dtype="float32", **options
            )
            stream.start()
        except portaudio.PortAudioError as error:
            refusals.append(str(error))
        else:
            return stream, channels
    raise InterviewerError(
        f"The {NOUNS[direction]} '{device.name}' could not be opened at {device.rate:.0f} Hz: {refusals[-1]}.",
        f"Another program may be holding it. {DEVICES_HINT}",
    )
