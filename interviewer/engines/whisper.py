"""Speech recognition with OpenAI's Whisper, on the processor or a CUDA card, from a checkpoint that lies on disk.

It never downloads: weights come with `interviewer models pull`. What Whisper invents on silence and noise is judged
in `recognition_guards`; what it is told to expect is made in `recognition_prompt`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.domain import SAMPLE_RATE, Segment, Word
from interviewer.engines.recognition_guards import Heard, Refusal, judge, worth_recognising
from interviewer.engines.recognition_prompt import as_prompt, prompt_phrases
from interviewer.errors import EngineError
from interviewer.ports import Samples

# Each fallback decodes the window again, so only two; sampled text at 0.8 and above was never worth keeping.
TEMPERATURES = (0.0, 0.2, 0.6)
TOKENS_PER_SECOND, TOKENS_AT_LEAST, TOKENS_AT_MOST = 12, 24, 224  # fast speech is about 8 tokens a second
WINDOW_SECONDS = 30.0
LANGUAGE_CHECKS = 3  # chunks listened to for their language before it is taken for granted
LANGUAGE_SECONDS = 2.0  # shorter ones say too little
PULL_HINT = (
    "`interviewer models pull whisper-base.en` fetches one; `interviewer models list` shows what is there."
)


@dataclass(frozen=True)
class Language:
    """The language a chunk was heard in, as ISO 639-1 code, and how sure the model is (0 to 1)."""

    code: str
    probability: float


def load_checkpoint(weights: Path, device: str) -> Any:
    """The model in a Whisper checkpoint. EngineError when there is none or it is damaged."""
    import whisper

    if not weights.is_file():
        raise EngineError("whisper", f"There are no Whisper weights at {weights}.", PULL_HINT)
    try:
        model = whisper.load_model(str(weights), device="cpu")
        heads = getattr(whisper, "_ALIGNMENT_HEADS", {}).get(weights.stem)
        if heads is not None:  # a path instead of a name loses the heads that time words best
            model.set_alignment_heads(heads)
    except (RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError) as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        if "allocat" in why:
            message = f"There is not enough memory for the Whisper weights {weights} ({why})."
            raise EngineError(
                "whisper", message, "A smaller model would fit: `interviewer models list`."
            ) from error
        message = f"{weights} is not a whole Whisper checkpoint ({type(error).__name__}: {why})."
        raise EngineError("whisper", message, "Delete the file; " + PULL_HINT) from error
    return model.to(device)


def is_out_of_memory(error: BaseException) -> bool:
    import torch

    return isinstance(error, torch.cuda.OutOfMemoryError)


class WhisperTranscriber:
    """Transcriber on openai-whisper. Buffers a chunk (any length) and decodes it at its end.

    weights: a checkpoint file. device: "cpu", "cuda"; None takes the card if there is one.
    language: what to write down, as ISO 639-1 code; None takes what each chunk sounds like (multilingual models).
    word_times: time and rate each word, at the price of one more pass through the decoder.
    load: gives the model for (weights, device).
    EngineError when the weights are missing or damaged, or the device is not there.
    """

    rough = False

    def __init__(
        self,
        weights: Path | str,
        *,
        device: str | None = None,
        language: str | None = "en",
        word_times: bool = True,
        load: Callable[[Path, str], Any] = load_checkpoint,
    ) -> None:
        self.weights = Path(weights)
        self.caveat = ""
        self.language: Language | None = None
        self.refusals: tuple[Refusal, ...] = ()
        self._wanted_language, self._word_times = language, word_times
        self._language_checks = LANGUAGE_CHECKS
        self._phrases: tuple[str, ...] = ()
        self._chunk: list[Samples] = []
        self._load = load
        self._model = self._load_on(_device(device))

    @property
    def name(self) -> str:
        return f"whisper {self.weights.stem} ({self._device})"

    def prepare(self, phrases: Sequence[str]) -> None:
        self._phrases = prompt_phrases(phrases) if phrases else ()

    def start_chunk(self) -> None:
        self._chunk = []

    def feed(self, samples: Samples) -> None:
        self._chunk.append(np.array(samples, dtype=np.float32))

    def partial(self) -> str:
        return ""

    def end_chunk(self) -> tuple[Segment, ...]:
        samples = np.concatenate(self._chunk) if self._chunk else np.zeros(0, np.float32)
        self._chunk, self.refusals = [], ()
        if not worth_recognising(samples):
            return ()
        judged = judge(self._recognise(samples), samples, self._phrases)
        self.refusals = judged.refusals
        if any(segment.doubtful for segment in judged.segments):
            self._language_checks = max(
                1, self._language_checks
            )  # forced English on other speech looks unsure
        return judged.segments

    def warm_up(self) -> None:
        """Decode a second of nothing and compile the word timing, which takes 1 to 7 s once in every process."""
        from whisper.timing import dtw_cpu

        _share_threads()
        dtw_cpu(np.zeros((2, 3)))
        self._recognise(np.zeros(SAMPLE_RATE, np.float32))
        self.language = None

    def close(self) -> None:
        self._model = None
        self._empty_card()

    def _load_on(self, device: str) -> Any:
        self._device = device
        try:
            return self._load(self.weights, device)
        except RuntimeError as error:
            if device == "cpu" or not is_out_of_memory(error):
                raise
            return self._leave_card()

    def _leave_card(self) -> Any:
        self.caveat = (
            f"The graphics card ran out of memory, so Whisper {self.weights.stem} runs on the processor, "
            "which is slower; a smaller model would fit."
        )
        self._model = None
        self._empty_card()
        self._device = "cpu"
        return self._load(self.weights, "cpu")

    def _empty_card(self) -> None:
        if self._device != "cpu":
            import torch

            torch.cuda.empty_cache()

    def _recognise(self, samples: Samples) -> list[Heard]:
        if self._model is None:
            raise EngineError("whisper", f"{self.name} was asked to recognise after it had been closed.")
        try:
            return self._transcribe(samples)
        except RuntimeError as error:
            if self._device == "cpu" or not is_out_of_memory(error):
                raise
        self._model = self._leave_card()  # outside the handler, whose traceback holds the card's memory
        return self._transcribe(samples)

    def _transcribe(self, samples: Samples) -> list[Heard]:
        import torch
        import whisper

        language = self._listen_for_language(samples)
        window_seconds = min(WINDOW_SECONDS, len(samples) / SAMPLE_RATE)
        tokens = int(TOKENS_AT_LEAST + TOKENS_PER_SECOND * window_seconds)
        _share_threads()
        on_card = self._device.startswith("cuda")
        with torch.random.fork_rng(devices=[self._device] if on_card else []):
            torch.manual_seed(0)  # fallbacks sample: the same sound must give the same text
            result = whisper.transcribe(
                self._model,
                samples,
                language=language,
                temperature=TEMPERATURES,
                condition_on_previous_text=False,  # or one invention breeds the next
                initial_prompt=as_prompt(self._phrases) or None,
                carry_initial_prompt=bool(self._phrases),
                word_timestamps=self._word_times,
                fp16=on_card,
                sample_len=min(TOKENS_AT_MOST, tokens),
            )
        seconds = len(samples) / SAMPLE_RATE
        return [as_heard(segment, seconds) for segment in result["segments"]]

    def _listen_for_language(self, samples: Samples) -> str | None:
        """The language to write; on the way, notices which one is spoken (one more encoder pass)."""
        if not self._model.is_multilingual:
            return "en"
        long_enough = len(samples) >= LANGUAGE_SECONDS * SAMPLE_RATE
        if self._wanted_language is None or (long_enough and self._language_checks > 0):
            self._language_checks -= 1
            self.language = detect_language(self._model, samples)
        return self._wanted_language or (self.language.code if self.language else None)


def _share_threads() -> None:
    """Word timing runs on numba, which otherwise sets torch's number of threads to that of the cores."""
    import numba
    import torch

    threads = torch.get_num_threads()
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    torch.set_num_threads(threads)


def detect_language(model: Any, samples: Samples) -> Language:
    """What the first 30 s are spoken in, by a multilingual Whisper model."""
    from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

    mel = log_mel_spectrogram(samples, model.dims.n_mels, padding=N_SAMPLES)
    _, probabilities = model.detect_language(pad_or_trim(mel, N_FRAMES).to(model.device))
    code = max(probabilities, key=probabilities.__getitem__)
    return Language(code, min(1.0, float(probabilities[code])))


def as_heard(segment: dict[str, Any], chunk_seconds: float) -> Heard:
    """Whisper's segment as ours: times inside the chunk and in order, words without the space before them."""
    start, end = _inside(segment["start"], segment["end"], chunk_seconds)
    words = []
    for word in segment.get("words", ()):
        if text := word["word"].strip():
            first, last = _inside(word["start"], word["end"], chunk_seconds)
            sureness = round(min(1.0, max(0.0, float(word["probability"]))), 3)
            words.append(Word(text=text, start=first, end=last, confidence=sureness))
    return Heard(
        text=segment["text"].strip(),
        start=start,
        end=end,
        mean_log_probability=float(segment["avg_logprob"]),
        no_speech_probability=float(segment["no_speech_prob"]),
        compression_ratio=float(segment["compression_ratio"]),
        words=tuple(words),
    )


def _inside(start: float, end: float, seconds: float) -> tuple[float, float]:
    first = min(max(0.0, float(start)), seconds)
    return round(first, 3), round(min(max(first, float(end)), seconds), 3)


def _device(asked: str | None) -> str:
    import torch

    if asked is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    if asked.startswith("cuda") and not torch.cuda.is_available():
        message = f"Whisper was to run on '{asked}', but torch {torch.__version__} sees no CUDA card here."
        raise EngineError("whisper", message, "Leave the device out to run on the processor.")
    return asked
