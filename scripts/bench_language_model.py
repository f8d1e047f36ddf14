"""Time from the end of an answer to the first piece of the phrased follow-up: cold, with the prefix, and read ahead.

Prints one JSON object. Uses the toy model unless --model names a GGUF file.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click

from interviewer.engines.llama_cpp import LlamaCppLanguageModel
from interviewer.library.content import load_library
from interviewer.library.templates import Templates
from interviewer.ports import PromptPart

TOY = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "toy_interviewer.gguf"
SENTENCE = "First I would look at how the data was split, because that is where most mistakes are made. "

PromptOf = Callable[[int, str], list[PromptPart]]


def prompt_of(question_id: str, persona_id: str) -> PromptOf:
    """Prompts for the question's first follow-up, by the sentences answered so far and what is to be asked."""
    library, templates = load_library(), Templates()
    question, persona = library.question(question_id), library.persona(persona_id)
    system = PromptPart("system", templates.render("persona", persona=persona))

    def prompt(sentences: int, authored: str) -> list[PromptPart]:
        said = [("interviewer", question.spoken), ("candidate", SENTENCE * sentences)]
        values = {"question": question, "conversation": said, "lead": "", "authored": authored}
        return [system, PromptPart("user", templates.render("phrase_follow_up", **values))]

    return prompt


def first_piece(model: LlamaCppLanguageModel, prompt: list[PromptPart]) -> tuple[float, int]:
    """Milliseconds to the first piece, and how many tokens of the prompt were read for it."""
    started = time.perf_counter()
    stream = model.stream(prompt, max_tokens=8, temperature=0.0)
    next(stream, "")
    milliseconds = (time.perf_counter() - started) * 1000
    for _ in stream:
        pass
    usage = model.last_usage
    assert usage is not None  # a stream that gave a piece has read its prompt
    return milliseconds, usage.evaluated_tokens


def measure(model: LlamaCppLanguageModel, prompt: PromptOf, sentences: int, rounds: int) -> dict[str, object]:
    ask = "What would you do next?"
    figures: dict[str, list[tuple[float, int]]] = {
        "cold": [],
        "persona read before": [],
        "answer read ahead": [],
    }
    unrelated = [PromptPart("user", "Something else altogether.")]
    for _ in range(rounds):
        first_piece(model, unrelated)
        figures["cold"].append(first_piece(model, prompt(sentences, ask)))
        first_piece(model, unrelated)
        first_piece(model, prompt(0, ""))
        figures["persona read before"].append(first_piece(model, prompt(sentences, ask)))
        first_piece(model, unrelated)
        first_piece(model, prompt(sentences - 1, ""))
        figures["answer read ahead"].append(first_piece(model, prompt(sentences, ask)))
    return {
        how: {"median_ms": round(statistics.median(ms for ms, _ in runs), 2), "tokens_read": runs[-1][1]}
        for how, runs in figures.items()
    }


@click.command(help=__doc__)
@click.option("--model", "path", type=click.Path(path_type=Path), default=TOY, show_default=False)
@click.option("--question", default="bias_variance_tradeoff", show_default=True)
@click.option("--persona", default="recruiter", show_default=True)
@click.option(
    "--sentences", default=(2, 10, 20), multiple=True, show_default=True, help="Lengths of the answer."
)
@click.option("--rounds", default=7, show_default=True)
@click.option("--threads", type=int, default=None)
def main(
    path: Path, question: str, persona: str, sentences: tuple[int, ...], rounds: int, threads: int | None
) -> None:
    model = LlamaCppLanguageModel(path, threads=threads)
    prompt = prompt_of(question, persona)
    results = {f"{count} sentences": measure(model, prompt, count, rounds) for count in sentences}
    click.echo(json.dumps({"model": model.name, "caveat": model.caveat, **results}, indent=2))
    model.close()


if __name__ == "__main__":
    main()
