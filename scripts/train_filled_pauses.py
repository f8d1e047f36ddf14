"""Makes the weights of interviewer/hearing/filled_pauses.py and measures them on voices they were not made from.

    python scripts/train_filled_pauses.py [--human FOLDER] [--held-out]

Trains on the development voices of filled_pause_corpus.py, and on recordings of people who say no um, if `--human` names a
folder of them (Debian's asterisk-core-sounds-en-wav, unpacked; its "letters" and jokes are left out). Prints the figures
with each development voice left out in turn, and the weights to write into the module. `--held-out` measures the module
as it is, on other voices and other sentences; `--human` then tells false alarms a minute.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filled_pause_corpus import (
    DEVELOPMENT_PHRASES,
    DEVELOPMENT_VOICES,
    HELD_OUT_PHRASES,
    HELD_OUT_VOICES,
    Utterance,
    corpus,
)

from interviewer.audio.sound_files import read_sound
from interviewer.domain import SAMPLE_RATE, Span
from interviewer.hearing import filled_pauses
from interviewer.hearing.filled_pauses import Candidate, candidates
from interviewer.ports import Samples

SEED = 1
RIDGE = 0.01  # per example, on standardised features
NEWTON_STEPS = 30
SHORTEST_PROMPT_SECONDS = 2.0
LEAST_OVERLAP = 0.6  # of what was found, to count as the filler

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """A candidate: which filler it is, or None when it is speech."""

    voice: str
    candidate: Candidate
    filler: tuple[int, int] | None


def found_in(utterances: Sequence[Utterance]) -> list[Found]:
    return [
        Found(utterance.voice, candidate, _filler_of(number, utterance, candidate.span))
        for number, utterance in enumerate(utterances)
        for candidate in candidates(utterance.samples)
    ]


def _filler_of(number: int, utterance: Utterance, span: Span) -> tuple[int, int] | None:
    for index, filler in enumerate(utterance.fillers):
        overlap = min(span.end, filler.end) - max(span.start, filler.start)
        if overlap > LEAST_OVERLAP * span.seconds:
            return number, index
    return None


def human_prompts(folder: Path) -> Iterator[Samples]:
    for path in sorted(folder.rglob("*.wav")):
        if path.name.startswith("tt-") or "letters" in path.parts or "silence" in path.parts:
            continue
        samples = read_sound(path)
        if len(samples) >= SHORTEST_PROMPT_SECONDS * SAMPLE_RATE:
            yield samples


def fitted(features: Matrix, wanted: Matrix) -> tuple[Matrix, float]:
    """Logistic regression: weights on the features as they are, and the bias."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([(features - middle) / spread, np.ones(len(features))])
    penalty = np.append(np.full(features.shape[1], RIDGE), 1e-6)
    weights = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        told = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (told - wanted) / len(wanted) + penalty * weights
        curve = (design * (told * (1 - told))[:, None]).T @ design / len(wanted) + np.diag(penalty)
        weights -= np.linalg.solve(curve, slope)
    own = weights[:-1] / spread
    return own, float(weights[-1] - own @ middle)


def train(human: Path | None) -> None:
    utterances = list(corpus(DEVELOPMENT_VOICES, DEVELOPMENT_PHRASES, SEED))
    found = found_in(utterances)
    people = [c for samples in human_prompts(human) for c in candidates(samples)] if human else []
    names = list(found[0].candidate.features)
    rows = np.array([[f.candidate.features[n] for n in names] for f in found])
    wanted = np.array([float(f.filler is not None) for f in found])
    voices = np.array([f.voice for f in found])
    others = np.array([[c.features[n] for n in names] for c in people]).reshape(len(people), len(names))

    def fit(chosen: npt.NDArray[np.bool_]) -> tuple[Matrix, float]:
        return fitted(
            np.vstack([rows[chosen], others]), np.concatenate([wanted[chosen], np.zeros(len(others))])
        )

    told = np.zeros(len(found))
    for voice in sorted(set(voices)):
        weights, bias = fit(voices != voice)
        left_out = voices == voice
        told[left_out] = 1 / (1 + np.exp(-(rows[left_out] @ weights + bias)))
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        heard = [f for f, p in zip(found, told, strict=True) if p >= threshold]
        print(f"each voice left out, from {threshold}: {json.dumps(rates(heard, utterances))}")
    weights, bias = fit(np.ones(len(found), dtype=bool))
    print(f"BIAS = {bias:.3f}")
    print(
        "WEIGHTS = "
        + json.dumps({n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}, indent=4)
    )


def rates(heard: Sequence[Found], utterances: Sequence[Utterance]) -> dict[str, dict[str, float]]:
    """Precision and recall by voice and in all."""
    told: dict[str, dict[str, float]] = {}
    for voice in [*sorted({u.voice for u in utterances}), "all"]:
        of_voice = [f for f in heard if voice in (f.voice, "all")]
        fillers = sum(len(u.fillers) for u in utterances if voice in (u.voice, "all"))
        right = [f for f in of_voice if f.filler is not None]
        told[voice] = {
            "precision": round(len(right) / len(of_voice), 3) if of_voice else 1.0,
            "recall": round(len({f.filler for f in right}) / fillers, 3),
            "fillers": fillers,
        }
    return told


def measure_held_out(human: Path | None) -> None:
    """The module's own weights and threshold."""
    utterances = list(corpus(HELD_OUT_VOICES, HELD_OUT_PHRASES, SEED))
    heard = [f for f in found_in(utterances) if f.candidate.probability >= filled_pauses.THRESHOLD]
    print(json.dumps(rates(heard, utterances), indent=1))
    minutes = sum(len(u.samples) for u in utterances) / SAMPLE_RATE / 60
    print(f"{minutes:.1f} minutes, {sum(len(u.fillers) for u in utterances) / minutes:.1f} fillers a minute")
    if human is not None:
        prompts = list(human_prompts(human))
        alarms = sum(len(filled_pauses.filled_pauses(samples)) for samples in prompts)
        spoken = sum(map(len, prompts)) / SAMPLE_RATE / 60
        print(f"people who say no um: {alarms} false alarms in {spoken:.1f} minutes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--human", type=Path, help="a folder of recordings of people without fillers")
    parser.add_argument("--held-out", action="store_true", help="measure the module on the other voices")
    options = parser.parse_args()
    if options.held_out:
        measure_held_out(options.human)
    else:
        train(options.human)


if __name__ == "__main__":
    main()
