"""Models of true shapes and nobody's weights: they load, write one text, and stop. The card's benchmark runs with tiny ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bench_gpu
import gguf_shapes
import whisper_shapes
from bench_latency import read

from interviewer.domain import SAMPLE_RATE
from interviewer.engines.hardware import detect_hardware
from interviewer.engines.llama_cpp import LlamaCppLanguageModel
from interviewer.engines.whisper import WhisperTranscriber
from interviewer.ports import PromptPart

pytestmark = pytest.mark.real


def test_whispers_shapes_write_one_text_and_stop(tmp_path: Path) -> None:
    transcriber = WhisperTranscriber(whisper_shapes.write(tmp_path, "micro", 30), device="cpu")
    sound = read("diagnosis")
    texts = []
    for prompt in ([], ["regularization", "cross-validation", "learning curves"]):
        transcriber.prepare(prompt)
        transcriber.start_chunk()
        transcriber.feed(sound[: 8 * SAMPLE_RATE])
        (segment,) = transcriber.end_chunk()
        texts.append(segment.text.split())
    bare, prompted = texts
    assert 25 <= len(prompted) < len(bare) <= 30 + whisper_shapes.PROMPT_TOKENS
    assert bare[-len(prompted) :] == prompted
    assert " ".join(bare) in " ".join(whisper_shapes.TEXT.split())


def test_a_language_models_shapes_say_one_line_and_stop(tmp_path: Path) -> None:
    path = gguf_shapes.write(tmp_path / "tiny.gguf", gguf_shapes.SHAPES["micro"])
    model = LlamaCppLanguageModel(path, threads=1)
    for asked in ("Ask about regularization.", "Now say something else!\nAnything."):
        reply = "".join(model.stream([PromptPart("user", asked)], max_tokens=60))
        assert reply == gguf_shapes.REPLY.strip()
    usage = model.last_usage
    model.close()
    assert usage is not None
    assert usage.generated_tokens == bench_gpu.REPLY_TOKENS
    assert usage.prompt_tokens < 25  # words of English are a token each


def test_without_a_card_it_refuses_and_says_what_would_help(tmp_path: Path) -> None:
    if detect_hardware(tmp_path).gpu_name:
        pytest.skip("there is a CUDA card here")
    done = CliRunner().invoke(bench_gpu.main, ["--runs", "1"])
    assert done.exit_code == 1
    assert "sees no CUDA card here" in done.output
    assert "--dry-run" in done.output


@pytest.mark.slow
def test_the_whole_of_it_runs_with_tiny_shapes() -> None:
    done = CliRunner().invoke(bench_gpu.main, ["--dry-run", "--runs", "1", "--seconds", "15"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["dry_run"] is True
    assert found["shapes"] == {"whisper": "micro", "language_model": "micro, Q8_0"}
    for ending in ("silence", "key"):
        assert 0 < found["wait"][ending]["15"]["total"]["p50"] < 60
    read_again = found["first_token"]
    assert read_again["answer read ahead"]["tokens_read"] < read_again["cold"]["tokens_read"] / 4
    assert found["limits"]["interviews"] > 0
    assert "tokens_a_second" not in found["limits"]  # the card's memory says that, and there is none
