from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from interviewer.audio.sound_files import read_sound
from interviewer.domain.speech import FRAME_SAMPLES
from interviewer.engines.silero_vad import SileroDetector
from interviewer.errors import EngineError
from interviewer.ports import Samples

REPOSITORY = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.real


def probabilities(detector: SileroDetector, sound: Samples) -> Samples:
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return np.array([detector.probability(frame) for frame in frames], dtype=np.float32)


def hiss(frames: int) -> Samples:
    random = np.random.default_rng(0)
    return random.normal(0, 0.01, frames * FRAME_SAMPLES).astype(np.float32)


def test_people_are_heard_and_hiss_is_not(human_speech: Path) -> None:
    detector = SileroDetector()
    assert probabilities(detector, hiss(100)).max() < 0.3
    speech = read_sound(human_speech / "librispeech-6930-75918-0000.flac")
    heard = probabilities(detector, speech)
    assert (heard > 0.5).mean() > 0.6
    assert probabilities(detector, hiss(100))[20:].max() < 0.3


def test_reset_forgets_what_came_before(human_speech: Path) -> None:
    speech = read_sound(human_speech / "jfk.flac")[:80_000]
    detector = SileroDetector()
    first = probabilities(detector, speech)
    carried_over = probabilities(detector, speech)
    detector.reset()
    np.testing.assert_array_equal(probabilities(detector, speech), first)
    assert (carried_over != first).any()


def test_it_agrees_with_the_package(human_speech: Path) -> None:
    """The package's own loader, on the same model; in a child, since it imports torch and sets its threads."""
    code = f"""
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np, torch
from silero_vad.utils_vad import OnnxWrapper
from interviewer.audio.sound_files import read_sound
from interviewer.engines.silero_vad import SileroDetector, _packaged_model
from pathlib import Path
sound = read_sound(Path({str(human_speech / "jfk.flac")!r}))[:80_000]
frames = sound[: len(sound) // 512 * 512].reshape(-1, 512)
theirs, ours = OnnxWrapper(str(_packaged_model()), force_onnx_cpu=True), SileroDetector()
print(max(abs(float(theirs(torch.from_numpy(f), 16000)) - ours.probability(f)) for f in frames))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 1e-5


def test_a_frame_costs_a_fraction_of_its_length() -> None:
    detector = SileroDetector()
    sound = hiss(200)
    probabilities(detector, sound)
    started = time.perf_counter()
    probabilities(detector, sound)
    assert (time.perf_counter() - started) / 200 < 0.003  # 0.07 ms on an idle core; a frame lasts 32 ms


def test_torch_stays_out() -> None:
    code = (
        "import sys\nfrom interviewer.engines.silero_vad import SileroDetector\n"
        "SileroDetector()\nprint('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_missing_or_broken_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"looked for .*gone\.onnx.*pip install"):
        SileroDetector(tmp_path / "gone.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(EngineError, match=r"broken\.onnx could not be read"):
        SileroDetector(tmp_path / "broken.onnx")


def test_a_frame_of_another_size_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"\(512,\), not \(480,\)"):
        SileroDetector().probability(np.zeros(480, dtype=np.float32))
