"""Give the demo's candidate a voice: flite's `rms` reads interviewer/demo/candidate.yaml into recordings/*.flac.

Run once after the texts change, where flite and sox are installed; the recordings are tracked. Beside each lies its
transcript (.txt), so that scripts/bench_transcription.py can measure the recogniser on them.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import soxr

from interviewer.demo.candidate import load_script, recording
from interviewer.domain import SAMPLE_RATE
from interviewer.ports import Samples

PEAK = 0.5
ROOM_NOISE = 0.0006  # a recording without any noise is unlike every microphone


def voiced(text: str) -> Samples:
    """`text` read by flite, 16 kHz mono."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.wav"
        subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(path)], check=True)
        samples, rate = soundfile.read(path, dtype="float32")
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), dtype=np.float32)


def clip_samples(text: str) -> Samples:
    """`text` with its [seconds] as silences."""
    parts: list[Samples] = []
    for index, piece in enumerate(re.split(r"\[([0-9.]+)\]", text)):
        if index % 2:
            parts.append(np.zeros(round(float(piece) * SAMPLE_RATE), dtype=np.float32))
        elif piece.strip():
            parts.append(voiced(piece.strip()))
    whole = np.concatenate(parts)
    whole *= PEAK / float(np.max(np.abs(whole)))
    noise = np.random.default_rng(0).standard_normal(len(whole)).astype(np.float32) * ROOM_NOISE
    return whole + noise


def main() -> None:
    for clip in load_script().clips:
        path = recording(clip.id)
        path.parent.mkdir(exist_ok=True)
        samples = clip_samples(clip.text)
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
        words = re.sub(r"\[[0-9.]+\]", " ", clip.text)
        path.with_suffix(".txt").write_text(" ".join(words.split()) + "\n")
        print(f"{path.name}: {len(samples) / SAMPLE_RATE:.1f} s, {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
