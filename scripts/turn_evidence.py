"""What the loop knew at each pause of the recordings of turn_corpus.py: the real speech detector, the real embedded
recogniser, the program's own Listener. Kept on disk, since it takes about an eighth of the recordings' length to make.
"""

from __future__ import annotations

import pickle
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from turn_corpus import Pause, Recording, Speaker, record
from turn_texts import Answer, Ending, fitting_answers, measured_answers

from interviewer.assembly.engines import EMBEDDED_TRANSCRIBER, open_embedded_judge, open_transcriber
from interviewer.director.policy import Assessment
from interviewer.domain import FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE, Segment, Span, Turn
from interviewer.engines.silero_vad import SileroDetector
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import SHORTEST_SECONDS
from interviewer.hearing.listener import Listener
from interviewer.library.content import load_library
from interviewer.library.settings import Settings
from interviewer.ports import Samples, Transcriber
from interviewer.workers import InlineWorker

LIBRARY = load_library()
FOLDER = Path(tempfile.gettempdir()) / "interviewer-turn-evidence"
ASKED_AT = 0.85  # seconds of silence, when the words are written down
BEFORE = 4.0  # seconds of sound kept before a pause
WRONG_WORDS = 1 / 7  # as the embedded recogniser on answers
FITTING = (Speaker("rms", 1.0, 1.0, 1.0), Speaker("rms", 0.93, 0.95, 0.8), Speaker("kal16", 1.0, 1.0, 1.2))
MEASURED = (
    Speaker("slt", 1.0, 1.0, 1.0),
    Speaker("awb", 1.0, 0.95, 1.2),
    Speaker("slt", 0.94, 1.0, 0.8),
    Speaker("awb", 1.06, 1.0, 1.0),
)


@dataclass(frozen=True)
class Gap:
    """A silence of ASKED_AT seconds or more. `seconds` is None for the one that never ended: the end of the answer."""

    seconds: float | None
    place: str  # of the labelled pause; "end"
    length: str
    text: str
    sound: Samples  # up to ASKED_AT seconds into the silence, at 16 kHz
    spoken_seconds: float
    shorter: tuple[float, ...]  # the shorter silences since the gap before
    coverage: float | None = None  # share of the rubric that the embedded judge found in the text


@dataclass(frozen=True)
class Heard:
    name: str
    speaker: str
    question: str
    kind: str
    ending: Ending
    true_text: str
    end: float
    gaps: tuple[Gap, ...] = field(default=())


def recordings(part: str, count: int) -> Iterator[tuple[str, Answer, Speaker]]:
    """Name, answer and speaker of every recording of one part."""
    if part == "fitting":
        answers = fitting_answers()
        technical, stories = [a for a in answers if a.question], [a for a in answers if not a.question]
        step = len(stories) // len(technical)
        answers = [a for pair in zip(technical, stories[::step], strict=False) for a in pair][:count]
        speakers: Sequence[Speaker] = FITTING
    else:
        answers, speakers = measured_answers(count), MEASURED
    for number, answer in enumerate(answers):
        yield f"{part}-{number:03}", answer, speakers[number // 2 % len(speakers)]


def evidence(part: str, count: int, budget_seconds: float) -> list[Heard]:
    """What was heard in every recording of `part`; stops making new ones when the time is used up."""
    began = time.monotonic()
    recognisers: dict[str, Transcriber] = {}
    found = []
    FOLDER.mkdir(exist_ok=True)
    for name, answer, speaker in recordings(part, count):
        path = FOLDER / f"{name}.pickle"
        if not path.is_file():
            if time.monotonic() - began > budget_seconds:
                break
            transcriber = recognisers.get(speaker.name) or open_transcriber(
                Settings(transcriber=EMBEDDED_TRANSCRIBER)
            )
            recognisers = {speaker.name: transcriber}  # one at a time: each takes 200 MB
            question = LIBRARY.questions.get(answer.question)
            phrases = (question.spoken, question.model_answer) if question else (answer.question,)
            heard = judged(listen(record(answer, speaker, name), transcriber, tuple(p for p in phrases if p)))
            path.write_bytes(pickle.dumps(heard))
        found.append(pickle.loads(path.read_bytes()))
    return found


def labelled(part: str, count: int) -> list[Heard]:
    """The same without detector and recogniser, which takes a twentieth of the time: pauses where the labels have them,
    the true words with every seventh dropped or replaced."""
    found = []
    for name, answer, speaker in recordings(part, count):
        recording, rng = record(answer, speaker, name), random.Random(f"garbled {name}")
        end = Span(start=recording.end, end=recording.end + 1.0)
        last = Pause("end", "", end, " ".join(answer.sentences))
        gaps: list[Gap] = []
        shorter: list[float] = []
        for pause in (*recording.pauses, last):
            if pause.span.seconds < SHORTEST_SECONDS:
                shorter.append(pause.span.seconds)
                continue
            gaps.append(_gap(recording, pause, garbled(pause.text, rng), tuple(shorter)))
            shorter = []
        found.append(judged(_heard(recording, gaps)))
    return found


def judged(heard: Heard) -> Heard:
    """With the coverage of the rubric at each gap, as the loop has it judged at pauses; stories of the benchmark answer no
    question of the bank and have none."""
    question = LIBRARY.questions.get(heard.question)
    if question is None:
        return heard
    judge = _judge()

    def coverage(text: str) -> float | None:
        segment = Segment(text=text, start=0.0, end=0.0)
        turn = Turn(segments=(segment,), start=0.0, end=0.0, ended_by="silence", engine="")
        return Assessment(judge.judge(question, (turn,), rough=True).points).coverage

    return replace(heard, gaps=tuple(replace(gap, coverage=coverage(gap.text)) for gap in heard.gaps))


@cache
def _judge() -> EmbeddedJudge:
    """The judge of the live loop, which reads no other questions' rubrics."""
    engine = open_embedded_judge({})
    return EmbeddedJudge(engine.embedder, reader=engine.reader, divide=engine.divide)


def _gap(recording: Recording, pause: Pause, text: str, shorter: tuple[float, ...]) -> Gap:
    stop = round((pause.span.start + ASKED_AT) * SAMPLE_RATE)
    sound = recording.samples[max(0, stop - round((BEFORE + ASKED_AT) * SAMPLE_RATE)) : stop]
    seconds = None if pause.place == "end" else pause.span.seconds
    return Gap(seconds, pause.place, pause.length, text, sound, pause.span.start, shorter)


def garbled(text: str, rng: random.Random) -> str:
    """`text` with some words dropped or replaced by others of the same text."""
    words = text.split()
    heard = [rng.choice((None, rng.choice(words))) if rng.random() < WRONG_WORDS else word for word in words]
    return " ".join(word for word in heard if word)


def listen(recording: Recording, transcriber: Transcriber, phrases: Sequence[str]) -> Heard:
    """Play a recording to the program's ears and note what they knew at each silence."""
    listener = Listener(SileroDetector(), transcriber, InlineWorker(), Patience())
    listener.expect(phrases)
    listener.open(0.0)
    samples = np.pad(recording.samples, (0, -len(recording.samples) % FRAME_SAMPLES))
    asked: list[tuple[float, str, Samples]] = []
    for number in range(len(samples) // FRAME_SAMPLES):
        frame = samples[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
        before = listener.silence
        listener.hear(frame, number * FRAME_SECONDS)
        now = (number + 1) * FRAME_SECONDS
        if listener.spoken and before < ASKED_AT <= listener.silence:
            first = max(0, round((now - listener.silence - BEFORE) * SAMPLE_RATE))
            asked.append(
                (now - listener.silence, listener.text, samples[first : round(now * SAMPLE_RATE)].copy())
            )
    listener.close()
    speech = listener.wait_for_turn("silence", len(samples) / SAMPLE_RATE).speech
    gaps = []
    shorter: list[float] = []
    for number, span in enumerate(speech):
        following = speech[number + 1].start if number + 1 < len(speech) else None
        found = next((a for a in asked if abs(a[0] - span.end) < 0.1), None)
        if found is None:
            if following is not None:
                shorter.append(following - span.end)
            continue
        label = next((p for p in recording.pauses if p.span.start - 0.5 < span.end < p.span.end), None)
        last = following is None
        gaps.append(
            Gap(
                None if following is None else following - span.end,
                "end" if last else label.place if label else "unlabelled",
                "" if last or label is None else label.length,
                found[1],
                found[2],
                sum(s.seconds for s in speech[: number + 1]),
                tuple(shorter),
            )
        )
        shorter = []
    return _heard(recording, gaps)


def _heard(recording: Recording, gaps: Sequence[Gap]) -> Heard:
    answer = recording.answer
    text = " ".join(answer.sentences)
    return Heard(
        recording.name,
        recording.speaker,
        answer.question,
        answer.kind,
        answer.ending,
        text,
        recording.end,
        tuple(gaps),
    )


def main() -> None:
    part, count, budget = sys.argv[1:]

    done = evidence(part, int(count), float(budget))
    print(len(done), sum(len(heard.gaps) for heard in done))
