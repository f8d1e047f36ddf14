"""What scoring a whole session costs: twelve answers of about three minutes each, as a recogniser writes them.

    python scripts/bench_scoring.py [--answers 12] [--json]

Measures the embedded judge with the whole bank beside it, on the processor and on the clock, with the moments at which
progress is told; then what a language model is given to read for one such answer, in tokens of the toy model: with the
answer read once for all points, and as if every prompt were read anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from interviewer.assembly.engines import open_embedded_judge, open_stories
from interviewer.domain import Question, Segment, Span, Turn, Word
from interviewer.engines.llama_cpp import LlamaCppLanguageModel
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.language_model_judge import LanguageModelJudge
from interviewer.evaluator.scorecard import evaluate
from interviewer.library.content import load_library
from interviewer.library.templates import Templates
from interviewer.ports import Choice, PromptPart
from interviewer.session.state import Answer, Asked, SessionState

TOY = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "toy_interviewer.gguf"
SECONDS_PER_WORD = 0.4
WORDS = 450  # three minutes


def spoken(question: Question) -> Turn:
    """Three minutes on the question: its model answer and whatever else its rubric holds true, over and over."""
    texts = [question.model_answer, *(t for point in question.rubric for t in (point.text, *point.phrasings))]
    words = " ".join(texts).split()
    words = (words * (WORDS // len(words) + 1))[:WORDS]
    timed = tuple(
        Word(text=word, start=place * SECONDS_PER_WORD, end=(place + 1) * SECONDS_PER_WORD)
        for place, word in enumerate(words)
    )
    end = WORDS * SECONDS_PER_WORD
    segment = Segment(text=" ".join(words), start=0.0, end=end, confidence=0.9, words=timed)
    return Turn(
        segments=(segment,),
        speech=(Span(start=0.0, end=end),),
        start=0.0,
        end=end,
        ended_by="silence",
        engine="bench",
    )


def answered(questions: Sequence[Question]) -> SessionState:
    answers = tuple(
        Answer(
            question=question.id,
            persona="",
            asked=(Asked(text=question.spoken, at=0.0, persona="", turns=(spoken(question),)),),
        )
        for question in questions
    )
    return SessionState(answers=answers)


def scoring(bank: Mapping[str, Question], questions: Sequence[Question]) -> dict[str, Any]:
    judge = open_embedded_judge(bank)
    judge.load()
    stories = open_stories(judge.embedder)
    state = answered(questions)
    told: list[float] = []
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Scoring", total=len(questions))
        clock, processor = time.perf_counter(), time.process_time()

        def progress(done: int, _of: int) -> None:
            told.append(round(time.perf_counter() - clock, 1))
            bar.update(task, completed=done)

        evaluate(state, bank, {}, judge, stories=stories, progress=progress)
    return {
        "answers": len(questions),
        "words": WORDS * len(questions),
        "processor_seconds": round(time.process_time() - processor, 1),
        "seconds": told[-1],
        "progress_told_at": told,
    }


class Counting:
    """The toy model, counting what it is given to read."""

    def __init__(self) -> None:
        self.model = LlamaCppLanguageModel(TOY, context_tokens=2048, threads=1)
        self.name = self.model.name
        self.given = self.read = self.asked = 0

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        choice = self.model.choose(prompt, fields)
        usage = self.model.last_usage
        assert usage is not None  # a choice was made
        self.asked += 1
        self.given += usage.prompt_tokens
        self.read += usage.evaluated_tokens
        return choice

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


def reading(question: Question) -> dict[str, Any]:
    model = Counting()
    judge = LanguageModelJudge(model, EmbeddedJudge(MiniLmEmbedder()), Templates())
    # The toy holds 2,048 tokens of its own small vocabulary: a minute and a half of speech.
    turn = spoken(question)
    segment = turn.segments[0].model_copy(
        update={"text": " ".join(turn.segments[0].text.split()[:150]), "words": ()}
    )
    score = judge.judge(question, [turn.model_copy(update={"segments": (segment,)})])
    return {
        "points": len(question.rubric),
        "requests": model.asked,
        "tokens_if_every_prompt_were_read": model.given,
        "tokens_read": model.read,
        "engine": score.engine,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=12)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    bank = load_library().questions
    questions = list(bank.values())[:: max(1, len(bank) // options.answers)][: options.answers]
    figures = {"session": scoring(bank, questions), "language_model": reading(questions[0])}
    if options.json:
        json.dump(figures, sys.stdout, indent=2)
        return
    for name, values in figures.items():
        print(f"{name}: {json.dumps(values)}")


if __name__ == "__main__":
    main()
