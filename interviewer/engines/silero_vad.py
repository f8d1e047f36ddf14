"""Tells speech from silence with Silero's model, run by onnxruntime alone: the package's own loader needs torch."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.domain.speech import FRAME_SAMPLES, SAMPLE_RATE
from interviewer.errors import EngineError
from interviewer.ports import Samples

MODEL_NAME = "silero_vad_16k_op15.onnx"
CONTEXT_SAMPLES = 64  # the end of the frame before, which the model wants to see again
STATE_SHAPE = (2, 1, 128)  # layers, batch, units of the recurrent state


class SileroDetector:
    """SpeechDetector over one frame of 512 samples at 16 kHz at a time; about 0.1 ms each on one core."""

    name = "silero-vad"

    def __init__(self, model_file: Path | None = None) -> None:
        """`model_file` defaults to the one inside the silero-vad package. EngineError when it is not there."""
        self._session = _load(model_file or _packaged_model(), self.name)
        self._rate = np.array(SAMPLE_RATE, dtype=np.int64)
        self._input = np.zeros((1, CONTEXT_SAMPLES + FRAME_SAMPLES), dtype=np.float32)
        self._state: Samples = np.zeros(STATE_SHAPE, dtype=np.float32)

    def probability(self, frame: Samples) -> float:
        """Probability in [0, 1] that `frame`, shape (512,), holds speech."""
        if frame.shape != (FRAME_SAMPLES,):
            raise ValueError(f"a frame has shape ({FRAME_SAMPLES},), not {frame.shape}")
        self._input[0, :CONTEXT_SAMPLES] = self._input[0, -CONTEXT_SAMPLES:]
        self._input[0, CONTEXT_SAMPLES:] = frame
        output, self._state = self._session.run(
            None, {"input": self._input, "state": self._state, "sr": self._rate}
        )
        return float(output[0, 0])

    def reset(self) -> None:
        """Forget what was heard before, as at the start of a session."""
        self._input[:] = 0
        self._state = np.zeros_like(self._state)


def _packaged_model() -> Path:
    """Where the wheel keeps its models; found without importing the package, which would import torch."""
    spec = importlib.util.find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(
            "silero-vad",
            "The package silero-vad, which tells speech from silence, is not installed.",
            "Install it with: pip install silero-vad",
        )
    return Path(next(iter(spec.submodule_search_locations))) / "data" / MODEL_NAME


def _load(model_file: Path, engine: str) -> Any:
    if not model_file.is_file():
        raise EngineError(
            engine,
            f"The speech detector's model is missing: looked for {model_file}.",
            "Put it back with: pip install --force-reinstall --no-deps silero-vad",
        )
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineError(
            engine,
            f"onnxruntime, which runs the speech detector, could not be imported: {error}.",
            "Install it with: pip install onnxruntime",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a frame is far too little work to share out
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    try:
        return onnxruntime.InferenceSession(
            str(model_file), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise EngineError(
            engine,
            f"The speech detector's model {model_file} could not be read: {error}.",
            "Put it back with: pip install --force-reinstall --no-deps silero-vad",
        ) from error
