"""What is lost when an answer is spoken and recognised: the same answers judged as they were written and as they were heard.

    python scripts/bench_heard.py [--answers 36] [--json]

Answers of tests/benchmark/answers, of every kind and spread over its questions, are spoken by flite's voices and written
down by the embedded recogniser, which knows the question. Grade damage is the share whose score moves by half a point or
more; the order of answers to one question cannot be told from so few, so plain and strong are set against nonsense and
wrong ones over all questions.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import jiwer
import numpy as np
import soundfile
from bench_evaluator import ANSWERS, KINDS, GradedAnswer, read_answers, typed
from rich.console import Console
from rich.progress import track
from transcription_corpus import VOICES, question_phrases

from interviewer.assembly.engines import EMBEDDED_TRANSCRIBER, open_embedded_judge, open_transcriber
from interviewer.domain import Question, Turn, VoiceStyle
from interviewer.engines.flite_voice import FliteVoice
from interviewer.engines.pocketsphinx.spoken import spoken
from interviewer.engines.silero_vad import SileroDetector
from interviewer.grading.recordings import transcribe
from interviewer.library.content import load_library
from interviewer.library.settings import Settings

MOVED = 0.5  # of 5
STRIDE = 7  # prime to the number of kinds, so that kinds and questions are spread alike


class Booth:
    """Speaks answers and writes down what the embedded recogniser hears of them. Voices take turns."""

    def __init__(self) -> None:
        self._flite, self._detector = FliteVoice(), SileroDetector()
        self._transcriber = open_transcriber(Settings(transcriber=EMBEDDED_TRANSCRIBER))
        self._said = 0

    def heard(self, text: str, question: Question) -> Turn:
        voice = VOICES[self._said % len(VOICES)]
        self._said += 1
        speech = self._flite.synthesize(text, VoiceStyle(flite=voice))
        with tempfile.TemporaryDirectory() as folder:
            sound = Path(folder) / "said.wav"
            soundfile.write(sound, speech.samples, speech.rate)
            return transcribe(sound, self._detector, self._transcriber, question_phrases(question))

    def close(self) -> None:
        self._transcriber.close()


def above(better: Sequence[float], worse: Sequence[float]) -> float:
    """How often one of the better scores is above one of the worse; a tie is half."""
    pairs = np.subtract.outer(np.array(better), np.array(worse))
    return round(float((pairs > 0).mean() + (pairs == 0).mean() / 2), 3)


def measure(answers: Sequence[GradedAnswer]) -> dict[str, Any]:
    bank = load_library().questions
    judge, booth = open_embedded_judge(bank), Booth()
    rows = []
    for answer in track(answers, "Answers", console=Console(stderr=True)):
        question = bank[answer.question]
        turn = booth.heard(answer.text, question)
        written = judge.judge(question, typed(answer.text)).score or 0.0
        heard = judge.judge(question, [turn], rough=True).score or 0.0
        said, back = (" ".join(spoken([text]).words) for text in (answer.text, turn.text))
        rows.append((answer.kind, written, heard, jiwer.wer(said, back)))
    booth.close()

    def of(column: int, *kinds: str) -> list[float]:
        return [float(row[column]) for row in rows if row[0] in kinds]

    return {
        "answers": len(rows),
        "word errors, mean": round(mean(row[3] for row in rows), 3),
        "moved by half a point or more": round(mean(abs(row[1] - row[2]) >= MOVED for row in rows), 3),
        "mean movement": round(mean(row[2] - row[1] for row in rows), 2),
        "mean score, written and heard": {
            kind: [round(mean(of(1, kind)), 2), round(mean(of(2, kind)), 2)] for kind in KINDS if of(1, kind)
        },
        "strong and plain above nonsense and wrong, written and heard": [
            above(of(column, "strong", "plain"), of(column, "nonsense", "wrong")) for column in (1, 2)
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=36)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    everything = read_answers(ANSWERS)
    chosen = [everything[number * STRIDE % len(everything)] for number in range(options.answers)]
    figures = measure(chosen)
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, values in figures.items():
        print(f"{name}: {json.dumps(values)}")


if __name__ == "__main__":
    main()
