"""How soon an interview replies on a CUDA card: Whisper large-v3-turbo's shapes and a 7B model's, in the real loop.

    python scripts/bench_gpu.py --runs 3 > gpu.json
    python scripts/bench_gpu.py --dry-run        # on the processor, with tiny shapes: does the script itself work?

Both models are made on the spot, of the true shapes and nobody's weights (whisper_shapes.py, gguf_shapes.py), and run by the
engines that run real ones. Measured are the wait for a reply after answers of several lengths (bench_latency.py), what
closing a chunk costs, the language model's first token cold and with its prefix read (bench_language_model.py), its tokens
a second beside what the card's memory allows, and from these how many interviews one card holds. Prints one JSON object;
each limit stands there with its arithmetic. Needs some 10 GB of disk, 20 GB of graphics memory and ten minutes.

It refuses to run where torch or llama.cpp sees no card: figures of the processor would be taken for the card's.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bench_language_model
import click
import gguf_shapes
import whisper_shapes
from bench_latency import Bench, machine, read, summary

from interviewer.domain import SAMPLE_RATE
from interviewer.engines.llama_cpp import LlamaCppLanguageModel
from interviewer.engines.llama_loading import silenced_library
from interviewer.engines.whisper import WhisperTranscriber
from interviewer.library.content import load_library
from interviewer.library.settings import Settings
from interviewer.ports import PromptPart

CHUNK_SECONDS = (2.0, 5.0, 8.0, 12.0)
CHUNK_TOKENS = 30  # of 8 s of speech at 150 words a minute
REPLY_TOKENS = 17
PROMPT_SENTENCES = 20  # of an answer of two minutes
TALKING = 0.6  # of an interview's time that the candidate speaks
REPLIES_A_MINUTE = 1.5
COPIED_BYTES = 2**30


@dataclass(frozen=True)
class Models:
    """What is measured: files, and the names of their shapes."""

    whisper: Path
    language_model: Path
    shapes: dict[str, str]

    @classmethod
    def made(cls, folder: Path, *, tiny: bool) -> Models:
        heard, spoken = ("micro", "micro") if tiny else ("large-v3-turbo", "7b")
        return cls(
            whisper_shapes.write(folder, heard, CHUNK_TOKENS),
            gguf_shapes.write(folder / f"{spoken}.gguf", gguf_shapes.SHAPES[spoken]),
            {"whisper": heard, "language_model": f"{spoken}, Q8_0"},
        )


def refuse_without_card() -> None:
    """ClickException unless both engines can use a CUDA card."""
    import torch

    if not torch.cuda.is_available():
        raise click.ClickException(
            f"torch {torch.__version__} sees no CUDA card here, and these figures are about a card. "
            "Try the script itself with: python scripts/bench_gpu.py --dry-run"
        )
    if not silenced_library().llama_supports_gpu_offload():
        raise click.ClickException(
            "llama-cpp-python was built for the processor alone. Build it for the card with: "
            'CMAKE_ARGS="-DGGML_CUDA=on" pip install --force-reinstall --no-binary llama-cpp-python llama-cpp-python'
        )


def card() -> dict[str, object]:
    """Name, memory, and gigabytes a second that it reads, by copying one: each byte is read and written."""
    import torch

    source = torch.empty(COPIED_BYTES, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    seconds = []
    for _ in range(10):
        torch.cuda.synchronize()
        started = time.perf_counter()
        target.copy_(source)
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    about = torch.cuda.get_device_properties(0)
    return {
        "name": about.name,
        "memory_gb": round(about.total_memory / 1e9),
        "reads_gb_a_second": round(2 * COPIED_BYTES / min(seconds) / 1e9),
    }


def chunks_closed(weights: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds from the end of a chunk to its words, by the chunk's length; the first of all is not counted."""
    sound = read("diagnosis")
    transcriber = WhisperTranscriber(weights)
    transcriber.warm_up()
    found: dict[str, dict[str, float]] = {}
    for length in CHUNK_SECONDS:
        seconds = []
        for _ in range(rounds):
            transcriber.start_chunk()
            transcriber.feed(sound[: round(length * SAMPLE_RATE)])
            started = time.perf_counter()
            transcriber.end_chunk()
            seconds.append(time.perf_counter() - started)
        median = statistics.median(seconds)
        found[f"{length:g}"] = {
            "median": round(median, 3),
            "max": round(max(seconds), 3),
            "real_time_factor": round(median / length, 3),
        }
    transcriber.close()
    return found


def written_a_second(path: Path, rounds: int) -> float:
    """Tokens a second, from the first piece of a reply on."""
    model = LlamaCppLanguageModel(path)
    rates = []
    for number in range(rounds):
        stream = model.stream(
            [PromptPart("user", f"Question {number}.")], max_tokens=2 * REPLY_TOKENS, temperature=0.0
        )
        next(stream)
        started = time.perf_counter()
        for _ in stream:
            pass
        usage = model.last_usage
        assert usage is not None  # the stream gave a piece
        rates.append((usage.generated_tokens - 1) / (time.perf_counter() - started))
    model.close()
    return round(statistics.median(rates), 1)


def first_tokens(path: Path, rounds: int) -> dict[str, object]:
    model = LlamaCppLanguageModel(path)
    prompt = bench_language_model.prompt_of("bias_variance_tradeoff", "recruiter")
    found = bench_language_model.measure(model, prompt, PROMPT_SENTENCES, rounds)
    model.close()
    return found


def limits(found: dict[str, Any], bytes_read: int) -> dict[str, object]:
    """What the card's memory would allow, and how many interviews the measured figures leave room for."""
    chunk = found["closing_a_chunk"]["8"]["real_time_factor"]
    read_ahead = found["first_token"]["answer read ahead"]["median_ms"] / 1000
    reply = read_ahead + REPLY_TOKENS / found["tokens_a_second"]
    load = TALKING * chunk + REPLIES_A_MINUTE * reply / 60
    arithmetic = (
        f"1 / ({TALKING} of the time speech x {chunk} of it to recognise + "
        f"{REPLIES_A_MINUTE} replies a minute x {reply:.2f} s / 60), one thing after the other, nothing batched"
    )
    answer: dict[str, object] = {"interviews": round(1 / load, 1), "interviews_arithmetic": arithmetic}
    if "card" in found:
        bandwidth = found["card"]["reads_gb_a_second"]
        most = bandwidth * 1e9 / bytes_read
        answer["tokens_a_second"] = round(most, 1)
        answer["tokens_arithmetic"] = (
            f"{bandwidth} GB/s / {bytes_read / 1e9:.2f} GB of weights read for each token; "
            f"reached: {found['tokens_a_second'] / most:.0%}"
        )
    return answer


@click.command(help=__doc__)
@click.option("--seconds", multiple=True, type=float, default=(15.0, 60.0, 240.0), show_default=True)
@click.option("--runs", default=3, show_default=True, help="Answers for each length and ending.")
@click.option("--dry-run", is_flag=True, help="Tiny shapes on the processor, its time standing still.")
def main(seconds: tuple[float, ...], runs: int, dry_run: bool) -> None:
    if not dry_run:
        refuse_without_card()
    about = machine()
    found: dict[str, Any] = {"date": datetime.now(UTC).date().isoformat(), "machine": about}
    found |= {"dry_run": dry_run} if dry_run else {"card": card()}
    with tempfile.TemporaryDirectory() as folder:
        models = Models.made(Path(folder), tiny=dry_run)
        found["shapes"] = models.shapes
        found["closing_a_chunk"] = chunks_closed(models.whisper, 2 * runs)
        found["first_token"] = first_tokens(models.language_model, runs)
        found["tokens_a_second"] = written_a_second(models.language_model, 2 * runs)
        settings = Settings(
            transcriber=f"whisper:{models.whisper}", language_model=str(models.language_model)
        )
        bench = Bench(load_library(), settings, Path(folder), runs, 1.0, dry_run)
        found["wait"] = {
            ending: {f"{length:g}": summary(bench.session(length, ending)) for length in seconds}
            for ending in ("silence", "key")
        }
        found["limits"] = limits(found, models.language_model.stat().st_size)
    click.echo(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
