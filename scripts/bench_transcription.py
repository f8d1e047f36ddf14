"""How well the embedded recogniser writes down interview answers: word errors, technical terms, speed.

    python scripts/bench_transcription.py [--part blind] [--voice rms] [--json] [--demo FOLDER]

Compares the stock decoder, the stock model mixed with our domain model, and the full mix with the question's own model.
Settings are chosen on the parts `development`, `seen`, `fresh` and `everyday_development` alone. Synthetic voices (flite) speak the answers, each voice on its own
recogniser whose cepstral mean is carried from answer to answer. Technical terms are the words of the domain text that
are at least thirty times as frequent there as in everyday English (the stock model's unigrams) and occur at least twice.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import jiwer
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from build_recogniser_assets import FILLERS, domain_text, technical_terms
from noises import NOISES, noise
from transcription_corpus import (
    VOICES,
    Item,
    chunks,
    folder_recordings,
    human_recordings,
    read_parts,
    voiced,
)

from interviewer.domain import Segment
from interviewer.domain.speech import FRAME_SAMPLES, SAMPLE_RATE
from interviewer.engines.pocketsphinx import PocketsphinxTranscriber
from interviewer.engines.pocketsphinx.binding import Missing
from interviewer.engines.pocketsphinx.decoder import CHOSEN_TUNING, Tuning
from interviewer.engines.pocketsphinx.spoken import spoken
from interviewer.library import places
from interviewer.library.content import load_library

ROOT = Path(__file__).resolve().parent.parent
HUMAN = ROOT.parent / "shared" / "audio"
NOISE_SECONDS, NOISE_LEVELS = 6.0, (0.01, 0.05, 0.2)
SPOKEN_PARTS = ("development", "seen", "everyday_development", "fresh", "blind", "everyday")
SYSTEMS = ("stock", "adapted", "question")


@dataclass
class Tally:
    """What was counted for one system over the items of one part."""

    word_errors: list[float] = field(default_factory=list)
    by_speaker: dict[str, list[float]] = field(default_factory=dict)
    close_seconds: list[float] = field(default_factory=list)
    decode_seconds: float = 0.0
    sound_seconds: float = 0.0
    terms: Counter[str] = field(default_factory=Counter)
    fillers: Counter[str] = field(default_factory=Counter)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    doubted: Counter[tuple[bool, bool]] = field(
        default_factory=Counter
    )  # (in a doubtful segment, word right)
    transcripts: list[dict[str, Any]] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        return {
            "recordings": len(self.word_errors),
            "wer_median": round(statistics.median(self.word_errors), 3),
            "wer_mean": round(statistics.fmean(self.word_errors), 3),
            "wer_mean_by_speaker": {who: round(statistics.fmean(e), 3) for who, e in self.by_speaker.items()},
            "term_recall": _ratio(self.terms["right"], self.terms["said"]),
            "term_precision": _ratio(self.terms["right"], self.terms["written"]),
            "filler_recall": _ratio(self.fillers["right"], self.fillers["said"]),
            "filler_precision": _ratio(self.fillers["right"], self.fillers["written"]),
            "real_time_factor": round(self.decode_seconds / self.sound_seconds, 3),
            "close_median_ms": round(1000 * statistics.median(self.close_seconds)),
            "close_p95_ms": round(1000 * _percentile(self.close_seconds, 0.95)),
            "close_max_ms": round(1000 * max(self.close_seconds)),
            "confidence_auc": _auc(self.confidences),
            "words_doubted": _ratio(
                self._doubted(True, False) + self._doubted(True, True), self.doubted.total()
            ),
            "doubted_that_are_wrong": _ratio(
                self._doubted(True, False), self._doubted(True, False) + self._doubted(True, True)
            ),
            "wrong_that_are_doubted": _ratio(
                self._doubted(True, False), self._doubted(True, False) + self._doubted(False, False)
            ),
        }

    def _doubted(self, doubtful: bool, right: bool) -> int:
        return self.doubted[doubtful, right]


def measure(system: str, items: Sequence[Item], terms: frozenset[str], tuning: Tuning) -> Tally:
    """Run one system over all items, one recogniser for each speaker."""
    tally = Tally()
    for speaker in sorted({item.speaker for item in items}):
        library = Missing("it is being measured") if system == "stock" else None
        own = Tuning(second_pass=True) if system == "stock" else tuning
        transcriber = PocketsphinxTranscriber(places.recogniser_assets(), library=library, tuning=own)
        for item in items:
            if item.speaker == speaker:
                transcriber.prepare(item.phrases if system == "question" else ())
                _transcribe(transcriber, item, tally, terms)
        transcriber.close()
    return tally


def _transcribe(
    transcriber: PocketsphinxTranscriber, item: Item, tally: Tally, terms: frozenset[str]
) -> None:
    segments: list[Segment] = []
    closed_before = len(tally.close_seconds)
    for chunk in chunks(item.samples):
        started = time.thread_time()
        transcriber.start_chunk()
        for at in range(0, len(chunk), FRAME_SAMPLES):
            transcriber.feed(chunk[at : at + FRAME_SAMPLES])
        fed = time.thread_time()
        segments += transcriber.end_chunk()
        ended = time.thread_time()
        tally.close_seconds.append(ended - fed)
        tally.decode_seconds += ended - started
    tally.sound_seconds += len(item.samples) / SAMPLE_RATE
    said = spoken([item.text]).words
    written = [word for segment in segments for word in segment.words]
    error_rate, right = _compare(said, [word.text for word in written], tally, terms)
    tally.word_errors.append(error_rate)
    tally.confidences += [
        (word.confidence or 0.0, is_right) for word, is_right in zip(written, right, strict=True)
    ]
    doubtful = [segment.doubtful for segment in segments for _ in segment.words]
    tally.doubted += Counter(zip(doubtful, right, strict=True))
    tally.transcripts.append(
        {
            "item": item.name,
            "speaker": item.speaker,
            "said": said,
            "written": [word.text for word in written],
            "segments": [(segment.confidence, len(segment.words)) for segment in segments],
            "close_seconds": tally.close_seconds[closed_before:],
        }
    )
    tally.by_speaker.setdefault(item.speaker, []).append(tally.word_errors[-1])


def _compare(
    said: list[str], written: list[str], tally: Tally, terms: frozenset[str]
) -> tuple[float, list[bool]]:
    """Count terms and fillers; returns the word error rate and which of the written words are right."""
    output = jiwer.process_words(" ".join(said), " ".join(written))
    right = {
        place: said[part.ref_start_idx + place - part.hyp_start_idx]
        for part in output.alignments[0]
        if part.type == "equal"
        for place in range(part.hyp_start_idx, part.hyp_end_idx)
    }
    for counter, wanted in ((tally.terms, terms), (tally.fillers, FILLERS)):
        counter["said"] += sum(word in wanted for word in said)
        counter["written"] += sum(word in wanted for word in written)
        counter["right"] += sum(word in wanted for word in right.values())
    return float(output.wer), [place in right for place in range(len(written))]


def _percentile(values: Iterable[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _auc(scored: Iterable[tuple[float, bool]]) -> float | None:
    """How often a right word is given more confidence than a wrong one."""
    ranked = sorted(scored)
    right = sum(is_right for _, is_right in ranked)
    wrong = len(ranked) - right
    if not right or not wrong:
        return None
    by_value: dict[float, list[int]] = {}
    for value, is_right in ranked:
        by_value.setdefault(value, [0, 0])[is_right] += 1
    below, won = 0, 0.0
    for value in sorted(by_value):
        wrong_here, right_here = by_value[value]
        won += right_here * (below + wrong_here / 2)
        below += wrong_here
    return round(won / (right * wrong), 3)


def measure_noise(prepared: Sequence[Item], tuning: Tuning) -> dict[str, Any]:
    """What is written where nobody speaks, after each voice and with its question prepared: words that the search wrote,
    those kept as doubtful, and those that pass for certain."""
    rows: dict[str, Any] = {kind: Counter() for kind in NOISES}
    for seed, item in enumerate(prepared):
        transcriber = PocketsphinxTranscriber(places.recogniser_assets(), tuning=tuning)
        transcriber.prepare(item.phrases)
        transcriber.prime(item.samples)
        for kind, level in product(NOISES, NOISE_LEVELS):
            transcriber.start_chunk()
            transcriber.feed(noise(kind, NOISE_SECONDS, level=level, seed=seed))
            segments = transcriber.end_chunk()
            dropped = [refusal.text for refusal in transcriber.refusals if refusal.action == "drop"]
            doubted = [segment.text for segment in segments if segment.doubtful]
            certain = [segment.text for segment in segments if not segment.doubtful]
            rows[kind] += Counter(seconds=int(NOISE_SECONDS), written=_count(dropped + doubted + certain))
            rows[kind] += Counter(doubted=_count(doubted), certain=_count(certain))
        transcriber.close()
    return {kind: dict(counts) for kind, counts in rows.items()}


def _count(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


def longest_shared_run(texts: Iterable[str], known: str) -> int:
    """The most words in a row that any of `texts` shares with `known`: whether the test was learnt by heart."""
    longest = 0
    for text in texts:
        words = spoken([text]).words
        for start in range(len(words)):
            while (
                start + longest < len(words) and f" {' '.join(words[start : start + longest + 1])} " in known
            ):
                longest += 1
    return longest


def gather(part: str, demo: Path | None, voices: Sequence[str] = VOICES) -> list[Item]:
    """The recordings of one part; empty when they are not at hand."""
    if part == "human":
        return human_recordings(HUMAN) if HUMAN.is_dir() else []
    if part == "demo":
        return folder_recordings(demo, "demo") if demo else []
    data = ROOT / "scripts" / "data"
    parts = {
        **read_parts(data / "transcription_heldout.yaml"),
        **read_parts(data / "transcription_fresh.yaml"),
        **read_parts(data / "transcription_blind.yaml"),
    }
    return list(voiced(parts[part], dict(load_library().questions), voices))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = (*SPOKEN_PARTS, "human", "demo", "noise")
    parser.add_argument("--part", action="append", choices=parts, help="which recordings (default: all)")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="which recognisers (default: all)")
    parser.add_argument(
        "--demo", type=Path, help="folder of recordings with NAME.txt beside NAME.wav or NAME.flac"
    )
    parser.add_argument("--voice", action="append", choices=VOICES, help="which voices (default: all)")
    parser.add_argument(
        "--transcripts", type=Path, help="write what was said and what was heard to this file"
    )
    parser.add_argument("--no-second-pass", action="store_true", help="go over each chunk once only")
    parser.add_argument("--json", action="store_true", help="print the JSON object alone")
    options = parser.parse_args()
    tuning = replace(CHOSEN_TUNING, second_pass=not options.no_second_pass)
    domain = domain_text(ROOT / "prompts" / "questions").words
    terms = technical_terms(domain)
    heard: list[dict[str, Any]] = []
    report: dict[str, Any] = {"technical_terms": len(terms), "parts": {}}
    for part in options.part or parts:
        if part == "noise":
            report["parts"][part] = measure_noise(gather("development", None)[:3], tuning)
            continue
        items = gather(part, options.demo, options.voice or VOICES)
        if not items:
            print(f"{part}: skipped, there are no such recordings here", file=sys.stderr)
            continue
        shared = longest_shared_run({item.text for item in items}, f" {' '.join(domain)} ")
        figures: dict[str, Any] = {"longest_run_shared_with_training": shared}
        for system in options.system or SYSTEMS:
            tally = measure(system, items, terms, tuning)
            figures[system] = tally.figures()
            heard += [{"part": part, "system": system, **pair} for pair in tally.transcripts]
            if not options.json:
                print(part, system, json.dumps(figures[system]), flush=True)
        report["parts"][part] = figures
    if options.transcripts:
        options.transcripts.write_text(json.dumps(heard, indent=1), encoding="utf-8")
    report["resident_mb"] = round(psutil.Process().memory_info().rss / 1e6)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
