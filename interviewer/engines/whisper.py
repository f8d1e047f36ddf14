"""Speech recognition with OpenAI's Whisper, on the processor or a CUDA card, from a checkpoint that lies on disk.

It never downloads: weights come with `interviewer models pull`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.engines.buffered_transcriber import TEMPERATURES, BufferedTranscriber, Language
from interviewer.errors import EngineError
from interviewer.ports import Samples

PULL_HINT = (
    "`interviewer models pull whisper-base.en` fetches one; `interviewer models list` shows what is there."
)


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
    return encoding_once(model.to(device))


def encoding_once(model: Any) -> Any:
    """The same model, whose encoder keeps what it made of the last window: words are timed, and doubtful text is decoded
    again, from the very window that was decoded, and encoding it takes half of the work."""
    import torch

    class EncodingOnce(type(model.encoder)):  # type: ignore[misc]
        last: tuple[Any, Any] | None = None

        def forward(self, mel: Any) -> Any:
            if self.last is None or self.last[0].shape != mel.shape or not torch.equal(self.last[0], mel):
                self.last = mel, super().forward(mel)
            return self.last[1]

    model.encoder.__class__ = EncodingOnce
    return model


class WhisperTranscriber(BufferedTranscriber):
    """Transcriber on openai-whisper.

    weights: a checkpoint file. device: "cpu", "cuda"; None takes the card if there is one.
    language: what to write down, as ISO 639-1 code; None takes what each chunk sounds like (multilingual models).
    word_times: time and rate each word, at the price of one more pass through the decoder.
    EngineError when the weights are missing or damaged, or the device is not there.
    """

    engine = "whisper"

    def __init__(
        self,
        weights: Path | str,
        *,
        device: str | None = None,
        language: str | None = "en",
        word_times: bool = True,
        load: Callable[[Path, str], Any] = load_checkpoint,
    ) -> None:
        super().__init__(Path(weights), _device(device), language=language, word_times=word_times, load=load)

    def warm_up(self) -> None:
        """Decode a second of nothing and compile the word timing, which takes 1 to 7 s once in every process."""
        from whisper.timing import dtw_cpu

        _share_threads()
        dtw_cpu(np.zeros((2, 3)))
        super().warm_up()

    @property
    def _multilingual(self) -> bool:
        return bool(self._model.is_multilingual)

    def _transcribe(self, samples: Samples, language: str | None, max_tokens: int) -> list[dict[str, Any]]:
        import torch
        import whisper

        _share_threads()
        with torch.random.fork_rng(devices=[self._device] if self._on_card else []):
            torch.manual_seed(0)  # fallbacks sample: the same sound must give the same text
            result = whisper.transcribe(
                self._model,
                samples,
                language=language,
                temperature=TEMPERATURES,
                condition_on_previous_text=False,  # or one invention breeds the next
                initial_prompt=self._prompt,
                carry_initial_prompt=self._prompt is not None,
                word_timestamps=self._word_times,
                fp16=self._on_card,
                sample_len=max_tokens,
            )
        return list(result["segments"])

    def _detect_language(self, samples: Samples) -> Language:
        from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

        mel = log_mel_spectrogram(samples, self._model.dims.n_mels, padding=N_SAMPLES)
        _, probabilities = self._model.detect_language(pad_or_trim(mel, N_FRAMES).to(self._model.device))
        code = max(probabilities, key=probabilities.__getitem__)
        return Language(code, min(1.0, float(probabilities[code])))

    def _is_out_of_memory(self, error: RuntimeError) -> bool:
        import torch

        return isinstance(error, torch.cuda.OutOfMemoryError)

    def _free_card(self) -> None:
        if self._on_card:
            import torch

            torch.cuda.empty_cache()


def _share_threads() -> None:
    """Word timing runs on numba, which otherwise sets torch's number of threads to that of the cores."""
    import numba
    import torch

    threads = torch.get_num_threads()
    numba.set_num_threads(min(threads, numba.get_num_threads()))
    torch.set_num_threads(threads)


def _device(asked: str | None) -> str:
    import torch

    if asked is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    if asked.startswith("cuda") and not torch.cuda.is_available():
        message = f"Whisper was to run on '{asked}', but torch {torch.__version__} sees no CUDA card here."
        raise EngineError("whisper", message, "Leave the device out to run on the processor.")
    return asked
