"""doctor: looks at each part an interview needs and says how to mend what is missing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import click
from rich.console import Console
from rich.text import Text

from interviewer.cli.content import as_json, print_json
from interviewer.domain import VoiceStyle
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.content import load_library
from interviewer.library.settings import load_settings

LOW_DISK_GB = 2.0  # an hour of both voices takes 0.23 GB; weights take 0.1 to 5 GB

Health = Literal["good", "limited", "broken"]
_MARKS: dict[Health, tuple[str, str]] = {
    "good": ("✓", "green"),
    "limited": ("–", "yellow"),
    "broken": ("✗", "red"),
}


@dataclass(frozen=True)
class Finding:
    """One part: how it is, and what mends it."""

    part: str
    health: Health
    found: str
    mend: str = ""


@click.command()
@click.option("--voices", is_flag=True, help="List the installed voices and variants instead.")
@as_json
def doctor(voices: bool, as_json: bool) -> None:
    """Check everything an interview needs. Exit code 1 when something is broken."""
    if voices:
        _list_voices(as_json)
        return
    findings: list[Finding] = []
    console = Console()
    for examine in _EXAMINATIONS:
        for finding in _examined(examine):
            findings.append(finding)
            if not as_json:
                mark, colour = _MARKS[finding.health]
                console.print(
                    Text.assemble((f"{mark} ", colour), (f"{finding.part:<18}", "bold"), finding.found)
                )
                if finding.mend:
                    console.print(Text(f"{'':20}→ {finding.mend}", style=colour))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if any(finding.health == "broken" for finding in findings):
        sys.exit(1)


def _examined(examine: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What one examination finds; an error it runs into is a finding too."""
    part = (examine.__doc__ or "").rstrip(".")
    try:
        yield from examine()
    except InterviewerError as error:
        yield Finding(part, "broken", error.message, error.hint)


def _list_voices(as_json: bool) -> None:
    from interviewer.engines.pyttsx3_voice import Pyttsx3Voice

    voice = Pyttsx3Voice()
    try:
        installed, variants = voice.voices(), voice.variants()
    finally:
        voice.close()
    if as_json:
        print_json(
            {"engine": voice.name, "voices": [asdict(one) for one in installed], "variants": list(variants)}
        )
        return
    for one in installed:
        click.echo(f"{one.id}  {one.name}  {' '.join(one.languages)}  {one.gender}")
    click.echo(f"Variants: {' '.join(variants)}")


def _content() -> Iterator[Finding]:
    """Question bank."""
    library = load_library()
    load_settings()
    found = (
        f"{len(library.questions)} questions, {len(library.personas)} personas, {len(library.loops)} loops"
    )
    yield Finding("Question bank", "good", found)


def _devices() -> Iterator[Finding]:
    """Sound devices."""
    from interviewer.audio.portaudio import list_devices

    devices = list_devices()
    for part, names in (
        ("Microphone", [d.name for d in devices if d.inputs]),
        ("Loudspeaker", [d.name for d in devices if d.outputs]),
    ):
        if names:
            yield Finding(part, "good", ", ".join(names))
        else:
            yield Finding(
                part,
                "broken",
                "none found by PortAudio",
                "Plug one in; on WSL2 or a headless machine route ALSA to PulseAudio; or type: interviewer practice --typed",
            )


def _voice() -> Iterator[Finding]:
    """Voice."""
    from interviewer.assembly.engines import open_voice

    voice = open_voice(load_settings())
    try:
        speech = voice.synthesize("This is a test of the voice.", VoiceStyle())
        yield Finding("Voice", "good", f"{voice.name}, spoke {speech.seconds:.1f} s")
    finally:
        voice.close()


def _recogniser() -> Iterator[Finding]:
    """Recogniser."""
    from interviewer.assembly.engines import open_transcriber

    transcriber = open_transcriber(load_settings())
    caveat = getattr(transcriber, "caveat", None)
    if transcriber.rough:
        mend = "For a reliable transcript install Whisper weights: interviewer models pull"
        yield Finding(
            "Recogniser", "limited", f"{transcriber.name}: rough transcripts. {caveat or ''}".strip(), mend
        )
    else:
        yield Finding("Recogniser", "good", f"{transcriber.name}. {caveat or ''}".strip())
    transcriber.close()


def _speech_detector() -> Iterator[Finding]:
    """Speech detector."""
    from interviewer.engines.silero_vad import SileroDetector

    yield Finding("Speech detector", "good", SileroDetector().name)


def _embedder() -> Iterator[Finding]:
    """Judge."""
    from interviewer.engines import minilm

    minilm.verify()
    yield Finding("Judge", "good", "all-MiniLM-L6-v2, weights as published")


def _language_model() -> Iterator[Finding]:
    """Language model."""
    from interviewer.assembly.engines import open_language_model

    model = open_language_model(load_settings())
    if model is None:
        mend = "For follow-ups in the persona's own words: interviewer models pull"
        yield Finding("Language model", "limited", "none: questions are asked as they were authored", mend)
    else:
        yield Finding("Language model", "good", f"{model.name}. {getattr(model, 'caveat', '')}".strip())
        model.close()


def _graphics_card() -> Iterator[Finding]:
    """Graphics card."""
    from interviewer.engines.hardware import detect_hardware

    hardware = detect_hardware(places.weights_folder())
    if hardware.gpu_name:
        yield Finding("Graphics card", "good", f"{hardware.gpu_name}, {hardware.vram_gb:.0f} GB")
    else:
        yield Finding("Graphics card", "limited", "none that torch can use: engines run on the processor")
    yield Finding("Machine", "good", f"{hardware.cores} cores, {hardware.ram_gb:.0f} GB memory")


def _disk() -> Iterator[Finding]:
    """Disk."""
    folder = places.data_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free_gb = shutil.disk_usage(folder).free / 1e9
    except OSError as error:
        yield Finding(
            "Disk", "broken", f"{folder}: {error}", "Set INTERVIEWER_DATA_DIR to a folder you may write to."
        )
        return
    health: Health = "good" if free_gb >= LOW_DISK_GB else "limited"
    mend = "" if health == "good" else "Free some space; an hour of practice takes 0.23 GB."
    yield Finding("Disk", health, f"{free_gb:.0f} GB free for sessions in {folder}", mend)


_EXAMINATIONS = (
    _content,
    _devices,
    _voice,
    _speech_detector,
    _recogniser,
    _embedder,
    _language_model,
    _graphics_card,
    _disk,
)
