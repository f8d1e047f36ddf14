"""openai-whisper's real decoder on the micro checkpoint (scripts/train_micro_whisper.py), which knows eight sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from interviewer.domain import FRAME_SAMPLES, SAMPLE_RATE, Segment
from interviewer.engines.recognition_guards import plain_words
from interviewer.engines.whisper import WhisperTranscriber, load_checkpoint
from interviewer.errors import EngineError
from interviewer.ports import Samples
from interviewer.workers import ThreadWorker

pytestmark = pytest.mark.real

FIXTURES = Path(__file__).parent.parent / "fixtures"
CHECKPOINT = FIXTURES / "micro_whisper.pt"
CLIPS: list[dict[str, Any]] = json.loads(
    (FIXTURES / "micro_whisper" / "clips.json").read_text(encoding="utf-8")
)
TEXTS = {clip["text"] for clip in CLIPS}


def clip_samples(number: int) -> Samples:
    samples: Samples = soundfile.read(FIXTURES / "micro_whisper" / CLIPS[number]["file"], dtype="float32")[0]
    return samples


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def noise(seconds: float, level: float) -> Samples:
    return np.asarray(
        level * np.random.default_rng(1).standard_normal(int(seconds * SAMPLE_RATE)), np.float32
    )


def hear(transcriber: WhisperTranscriber, *parts: Samples) -> tuple[Segment, ...]:
    samples = np.concatenate(parts)
    transcriber.start_chunk()
    for first in range(0, len(samples), FRAME_SAMPLES):
        transcriber.feed(samples[first : first + FRAME_SAMPLES])
    return transcriber.end_chunk()


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def engine() -> WhisperTranscriber:
    transcriber = WhisperTranscriber(CHECKPOINT, device="cpu")
    transcriber.warm_up()
    return transcriber


@pytest.fixture
def transcriber(engine: WhisperTranscriber) -> WhisperTranscriber:
    engine.prepare([])
    return engine


@pytest.mark.parametrize("number", range(8))
def test_each_clip_comes_back_word_for_word_with_its_times(
    transcriber: WhisperTranscriber, number: int
) -> None:
    (segment,) = hear(transcriber, clip_samples(number), silence(0.3))
    assert segment.text == CLIPS[number]["text"]
    assert not segment.doubtful
    assert segment.start < 0.3
    assert segment.end == pytest.approx(CLIPS[number]["seconds"], abs=0.35)
    assert segment.confidence is not None
    assert segment.confidence > 0.8


@pytest.mark.parametrize("number", range(8))
def test_segment_times_without_word_times(number: int) -> None:
    """Whisper starts a window's only segment with the window, so the start of a later one is looked at."""
    transcriber = WhisperTranscriber(CHECKPOINT, device="cpu", word_times=False)
    other = (number + 1) % 8
    gap = 1.5
    first, second = hear(transcriber, clip_samples(number), silence(gap), clip_samples(other), silence(0.3))
    assert (first.text, second.text) == (CLIPS[number]["text"], CLIPS[other]["text"])
    assert first.words == ()
    began = CLIPS[number]["seconds"] + gap
    times = (first.start, first.end, second.start, second.end)
    assert times == pytest.approx(
        (0, CLIPS[number]["seconds"], began, began + CLIPS[other]["seconds"]), abs=0.1
    )


def test_every_word_has_a_time_and_a_confidence(transcriber: WhisperTranscriber) -> None:
    (segment,) = hear(transcriber, clip_samples(0))
    assert [word.text for word in segment.words] == CLIPS[0]["text"].split()
    edges = [edge for word in segment.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[-1] <= CLIPS[0]["seconds"]
    assert all(word.confidence is not None and word.confidence > 0.5 for word in segment.words)


def test_two_clips_two_seconds_apart(transcriber: WhisperTranscriber) -> None:
    first, second = hear(transcriber, clip_samples(0), silence(2.0), clip_samples(5))
    assert (first.text, second.text) == (CLIPS[0]["text"], CLIPS[5]["text"])
    assert first.end < second.start < CLIPS[0]["seconds"] + 2.1  # word times reach into silence


def test_a_chunk_longer_than_a_window(transcriber: WhisperTranscriber) -> None:
    segments = hear(transcriber, clip_samples(2), silence(31), clip_samples(3))
    assert next(s.text for s in segments if not s.doubtful) == CLIPS[2]["text"]
    late = [segment for segment in segments if segment.start >= 30]
    assert late[0].text == CLIPS[3]["text"]


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 7.0, 40.0])
def test_silence_yields_nothing(transcriber: WhisperTranscriber, seconds: float) -> None:
    assert hear(transcriber, silence(seconds)) == ()
    assert hear(transcriber, noise(seconds, 1e-3)) == ()


def test_a_window_is_encoded_once_although_its_words_are_timed_too(
    transcriber: WhisperTranscriber,
) -> None:
    whole = hear(transcriber, clip_samples(0))
    encoded = transcriber._model.encoder.blocks[0].register_forward_hook(lambda *_: passes.append(1))
    passes: list[int] = []
    first, second = hear(transcriber, clip_samples(1)), hear(transcriber, clip_samples(0))
    encoded.remove()
    assert len(passes) == 2
    assert first != second and second == whole
    assert second[0].words


def test_a_chunk_starts_empty(transcriber: WhisperTranscriber) -> None:
    transcriber.start_chunk()
    transcriber.feed(clip_samples(0))
    assert transcriber.partial() == ""
    assert hear(transcriber, silence(1)) == ()


def modulated_noise(hertz: float) -> Samples:
    seconds = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    return np.asarray(noise(6, 0.2) * (1 + np.sin(2 * np.pi * hertz * seconds)), np.float32)


def tone(hertz: float) -> Samples:
    return np.asarray(0.3 * np.sin(2 * np.pi * hertz * np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE), np.float32)


@pytest.mark.parametrize("sound", [noise(2, 0.1), noise(6, 0.3), noise(12, 0.3), tone(120), tone(440)])
def test_what_the_model_invents_on_noise_and_tones_never_leaves(
    transcriber: WhisperTranscriber, sound: Samples
) -> None:
    """Some of these make the bare model write whole trained sentences: see the next test."""
    assert hear(transcriber, sound) == ()


def test_the_bare_model_does_invent_sentences_on_these_sounds() -> None:
    import whisper

    model = whisper.load_model(str(CHECKPOINT), device="cpu")
    sounds = [noise(2, 0.1), noise(6, 0.3), noise(12, 0.3), tone(120), tone(440)]
    options = {"fp16": False, "condition_on_previous_text": False, "temperature": 0.0}
    texts = [whisper.transcribe(model, sound, **options)["text"] for sound in sounds]
    assert sum(any(known in text for known in TEXTS) for text in texts) >= 2


@pytest.mark.parametrize("hertz", [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0])
@pytest.mark.parametrize("word_times", [True, False])
def test_noise_that_comes_and_goes_like_speech_is_at_most_doubtful(hertz: float, word_times: bool) -> None:
    transcriber = WhisperTranscriber(CHECKPOINT, device="cpu", word_times=word_times)
    assert all(segment.doubtful for segment in hear(transcriber, modulated_noise(hertz)))


@pytest.mark.parametrize("number", range(8))
def test_speech_with_some_noise_behind_it_is_not_doubted(
    transcriber: WhisperTranscriber, number: int
) -> None:
    speech = clip_samples(number)
    (segment,) = hear(transcriber, speech + noise(len(speech) / SAMPLE_RATE + 0.001, 0.003)[: len(speech)])
    assert (segment.text, segment.doubtful) == (CLIPS[number]["text"], False)


@pytest.mark.parametrize("number", range(8))
def test_a_prompt_of_the_questions_vocabulary_does_no_harm(engine: WhisperTranscriber, number: int) -> None:
    engine.prepare(["team", "gradient descent", "LoRA", "Bias and variance trade off against each other."])
    (segment,) = hear(engine, clip_samples(number))
    assert plain_words(segment.text) == plain_words(CLIPS[number]["text"])


def test_the_same_sound_gives_the_same_text_although_fallbacks_sample(
    transcriber: WhisperTranscriber,
) -> None:
    sounds = [modulated_noise(2.0), clip_samples(1)]
    assert hear(transcriber, *sounds) == hear(transcriber, *sounds)


def test_it_works_on_a_worker_thread_and_leaves_the_thread_count_alone() -> None:
    import torch

    worker = ThreadWorker("transcriber")
    transcriber = worker.submit(lambda: WhisperTranscriber(CHECKPOINT, device="cpu")).result()
    (segment,) = worker.submit(lambda: hear(transcriber, clip_samples(6))).result()
    worker.close()
    assert segment.text == CLIPS[6]["text"]
    assert torch.get_num_threads() == 1


def test_name_says_model_and_device(transcriber: WhisperTranscriber) -> None:
    assert transcriber.name == "whisper micro_whisper (cpu)"
    assert transcriber.rough is False
    assert transcriber.language is None
    assert transcriber.caveat == ""


def test_missing_weights_are_named_with_the_command_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        WhisperTranscriber(tmp_path / "base.en.pt")
    assert str(tmp_path / "base.en.pt") in caught.value.message
    assert "interviewer models pull" in caught.value.hint


@pytest.mark.parametrize("content", ["truncated", "text", "empty", "other"])
def test_damaged_weights_are_named(tmp_path: Path, content: str) -> None:
    import torch

    path = tmp_path / "base.en.pt"
    whole = CHECKPOINT.read_bytes()
    if content == "other":
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes(
            {"truncated": whole[: len(whole) // 2], "text": b"<html>not found</html>", "empty": b""}[content]
        )
    with pytest.raises(EngineError, match="is not a whole Whisper checkpoint") as caught:
        WhisperTranscriber(path)
    assert str(path) in caught.value.message


def test_a_card_that_is_not_there_is_said() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA card")
    with pytest.raises(EngineError, match="no CUDA card"):
        WhisperTranscriber(CHECKPOINT, device="cuda")


def test_a_closed_transcriber_refuses() -> None:
    transcriber = WhisperTranscriber(CHECKPOINT, device="cpu")
    transcriber.close()
    with pytest.raises(EngineError, match="closed"):
        hear(transcriber, clip_samples(0))


def out_of_memory(*_: Any) -> None:
    import torch

    raise torch.cuda.OutOfMemoryError("CUDA out of memory")


class FullCard:
    """Loads onto a pretended card ('meta') that is full: at loading, or at the first window."""

    def __init__(self, *, when: str) -> None:
        self.when = when
        self.asked: list[str] = []

    def __call__(self, weights: Path, device: str) -> Any:
        self.asked.append(device)
        model = load_checkpoint(weights, "cpu")
        if device != "cpu" and self.when == "loading":
            out_of_memory()
        if device != "cpu":
            model.encoder.register_forward_pre_hook(out_of_memory)
        return model


@pytest.mark.parametrize("when", ["loading", "decoding"])
def test_a_full_card_makes_way_for_the_processor_and_says_so(when: str) -> None:
    load = FullCard(when=when)
    transcriber = WhisperTranscriber(CHECKPOINT, device="mps", load=load)
    (segment,) = hear(transcriber, clip_samples(4))
    assert segment.text == CLIPS[4]["text"]
    assert load.asked == ["mps", "cpu"]
    assert transcriber.name.endswith("(cpu)")
    assert "out of memory" in transcriber.caveat


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A multilingual checkpoint with random weights: knows no words, but has languages to choose from."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(5)
    dims = ModelDimensions(80, 1500, 16, 2, 1, 51865, 448, 16, 2, 1)
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.1)
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.5)
    path = tmp_path_factory.mktemp("weights") / "random.pt"
    torch.save({"dims": asdict(dims), "model_state_dict": model.state_dict()}, path)
    return path


@pytest.mark.parametrize("wanted", ["en", None])
def test_a_multilingual_model_says_which_language_it_heard(multilingual: Path, wanted: str | None) -> None:
    transcriber = WhisperTranscriber(multilingual, device="cpu", language=wanted)
    before = transcriber.language
    hear(transcriber, clip_samples(2))
    heard = transcriber.language
    assert before is None
    assert heard is not None
    assert len(heard.code) in (2, 3)
    assert 0 < heard.probability <= 1
