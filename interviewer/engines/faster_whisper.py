"""Speech recognition with faster-whisper (CTranslate2), the optional quicker engine: `pip install interviewer[faster-whisper]`.

The library fetches whatever it misses from the network, even a tokenizer; so every file is looked for beforehand.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from interviewer.engines.buffered_transcriber import TEMPERATURES, BufferedTranscriber, Language
from interviewer.errors import EngineError
from interviewer.ports import Samples

NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")
INSTALL_HINT = "Install it with: pip install 'interviewer[faster-whisper]'"


def load_folder(folder: Path, device: str) -> Any:
    """The model in a converted folder. EngineError when the library or a file is missing or damaged."""
    missing = [name for name in NEEDED_FILES if not (folder / name).is_file()]
    if missing:
        raise EngineError(
            "faster-whisper",
            f"{folder} is no converted Whisper model: {', '.join(missing)} not there.",
            "Put all files of a repository such as Systran/faster-whisper-small.en into one folder and name that.",
        )
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        message = "faster-whisper was asked for, and it is not installed."
        raise EngineError("faster-whisper", message, INSTALL_HINT) from error
    compute_type = "int8" if device == "cpu" else "float16"
    try:
        return WhisperModel(str(folder), device=device, compute_type=compute_type, local_files_only=True)
    except (RuntimeError, ValueError) as error:
        if _out_of_memory(error):
            raise
        message = f"faster-whisper could not load {folder} on '{device}' ({error})."
        raise EngineError("faster-whisper", message, "Check the folder's files, or run on 'cpu'.") from error


class FasterWhisperTranscriber(BufferedTranscriber):
    """Transcriber on faster-whisper.

    folder: a model converted for CTranslate2. device: "cpu", "cuda"; None takes the card if there is one.
    language: what to write down, as ISO 639-1 code; None takes what each chunk sounds like (multilingual models).
    """

    engine = "faster-whisper"

    def __init__(
        self,
        folder: Path | str,
        *,
        device: str | None = None,
        language: str | None = "en",
        word_times: bool = True,
        load: Callable[[Path, str], Any] = load_folder,
    ) -> None:
        chosen = device or _best_device()
        super().__init__(Path(folder), chosen, language=language, word_times=word_times, load=load)

    @property
    def name(self) -> str:
        return f"{self.engine} {self.weights.name} ({self._device})"

    @property
    def _multilingual(self) -> bool:
        return bool(self._model.model.is_multilingual)

    def _transcribe(self, samples: Samples, language: str | None, max_tokens: int) -> list[dict[str, Any]]:
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=1,
            temperature=list(TEMPERATURES),
            condition_on_previous_text=False,
            initial_prompt=self._prompt,
            word_timestamps=self._word_times,
            vad_filter=False,  # chunks come cut at pauses
            max_new_tokens=max_tokens,
        )
        return [asdict(segment) for segment in segments]

    def _detect_language(self, samples: Samples) -> Language:
        code, probability, _ = self._model.detect_language(audio=samples)
        return Language(code, min(1.0, float(probability)))

    def _is_out_of_memory(self, error: RuntimeError) -> bool:
        return _out_of_memory(error)

    def _free_card(self) -> None:
        gc.collect()  # CTranslate2 gives memory back when the object goes


def _out_of_memory(error: Exception) -> bool:
    return "out of memory" in str(error).lower()


def _best_device() -> str:
    try:
        ctranslate2 = importlib.import_module("ctranslate2")
    except ImportError as error:
        message = "faster-whisper was asked for, and it is not installed."
        raise EngineError("faster-whisper", message, INSTALL_HINT) from error
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
