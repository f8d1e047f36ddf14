"""Says every text that is meant for the ear and has it recognised again: what comes back worst should be written anew.

    python scripts/check_read_aloud.py [--voice flite] [--part spoken] [--questions ID ...] [--worst 40] [--json]
                                       [--keep READINGS.jsonl]

Each question, hint and follow-up is spoken by a persona's voice and written down by the embedded recogniser, which
knows the interview's words but not the question. The share of wrong words says little by itself, since recogniser and
voice are both rough; compared with the other texts it shows sentences, words and spellings that a voice stumbles over.
With --keep each reading is written as soon as it is made, and a second run says only the texts that are new or changed:
the whole bank takes the better part of an hour. Flite is the default: of what eSpeak NG says the embedded recogniser loses half the words, whatever the text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import jiwer
import numpy as np
import soxr
from rich.console import Console
from rich.progress import track

from interviewer.assembly.engines import open_voice
from interviewer.domain import FRAME_SAMPLES, SAMPLE_RATE, Question, VoiceStyle
from interviewer.engines.pocketsphinx import PocketsphinxTranscriber
from interviewer.engines.pocketsphinx.spoken import spoken
from interviewer.library import places
from interviewer.library.content import load_library
from interviewer.library.settings import Settings
from interviewer.ports import Samples, Voice

PARTS = ("spoken", "follow_ups", "hints")


@dataclass(frozen=True)
class Reading:
    """One text, what was recognised of it, and the share of words that differ."""

    voice: str
    question: str
    part: str
    text: str
    recognised: str
    word_errors: float


def texts(question: Question, parts: Collection[str]) -> Iterator[tuple[str, str]]:
    """What of a question is spoken, with its name."""
    if "spoken" in parts:
        yield "spoken", question.spoken
    if "follow_ups" in parts:
        yield from ((follow_up.id, follow_up.text) for follow_up in question.follow_ups)
    if "hints" in parts:
        yield from ((f"hint {number}", hint) for number, hint in enumerate(question.hints, start=1))


def say(voice: Voice, text: str, style: VoiceStyle) -> Samples:
    """The text as samples at 16 kHz, with a breath of silence around it."""
    speech = voice.synthesize(text, style)
    samples = soxr.resample(speech.samples, speech.rate, SAMPLE_RATE)
    return np.pad(np.asarray(samples, dtype=np.float32), (SAMPLE_RATE // 4, SAMPLE_RATE))


def recognise(transcriber: PocketsphinxTranscriber, samples: Samples) -> str:
    transcriber.start_chunk()
    for start in range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES):
        transcriber.feed(samples[start : start + FRAME_SAMPLES])
    return " ".join(segment.text for segment in transcriber.end_chunk())


class Kept:
    """The readings made so far, one JSON object a line, each written before the next text is said."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
        readings = [Reading(**json.loads(line)) for line in lines]
        self._readings = {(reading.voice, reading.text): reading for reading in readings}

    def find(self, voice: str, text: str) -> Reading | None:
        return self._readings.get((voice, text))

    def add(self, reading: Reading) -> None:
        self._readings[reading.voice, reading.text] = reading
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(reading)) + "\n")


def read_aloud(
    questions: list[Question], parts: Collection[str], voice: Voice, style: VoiceStyle, kept: Kept
) -> list[Reading]:
    """What came back of every text; those already kept are not said again."""
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())
    readings = []
    try:
        for question in track(questions, "Reading aloud", console=Console(stderr=True)):
            for part, text in texts(question, parts):
                reading = kept.find(voice.name, text)
                if reading is None:
                    written = recognise(transcriber, say(voice, text, style))
                    said = " ".join(spoken([text]).words)
                    back = " ".join(spoken([written]).words)
                    wrong = round(jiwer.wer(said, back), 3)
                    reading = Reading(voice.name, question.id, part, text, written, wrong)
                    kept.add(reading)
                readings.append(reading)
    finally:
        transcriber.close()
    return readings


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voice", default="flite", choices=("pyttsx3", "flite"))
    parser.add_argument("--part", action="append", choices=PARTS, help="which texts; all by default")
    parser.add_argument("--questions", nargs="*", help="ids; all of the bank by default")
    parser.add_argument("--worst", type=int, default=40, help="how many to show")
    parser.add_argument("--json", action="store_true", help="print all readings as one JSON object")
    parser.add_argument("--keep", type=Path, help="a file that keeps each reading as it is made")
    options = parser.parse_args()
    library = load_library()
    chosen = [library.question(name) for name in options.questions or sorted(library.questions)]
    voice = open_voice(Settings(voice=options.voice))
    try:
        readings = read_aloud(
            chosen, options.part or PARTS, voice, VoiceStyle(flite="slt"), Kept(options.keep)
        )
    finally:
        voice.close()
    readings.sort(key=lambda reading: -reading.word_errors)
    if options.json:
        print(json.dumps([asdict(reading) for reading in readings], indent=1))
        return
    for reading in readings[: options.worst]:
        print(f"{reading.word_errors:.2f} {reading.question} {reading.part}\n  said: {reading.text}")
        print(f"  back: {reading.recognised}")
    median = statistics.median(reading.word_errors for reading in readings)
    print(f"{len(readings)} texts, {median:.3f} of the words wrong in the median.", file=sys.stderr)


if __name__ == "__main__":
    main()
