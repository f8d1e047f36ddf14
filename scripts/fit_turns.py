"""Fit the weights of interviewer/hearing/turn_end.py, and print them as they stand there.

    python scripts/fit_turns.py [--answers 110]

A logistic regression: is this pause the end of the answer? The texts were written for other things (scripts/data/claims and
scripts/data/stories), the voices are flite's rms and kal16, the pauses are those of turn_corpus.py. The words so far are
the true ones with every seventh dropped or replaced, as the embedded recogniser would leave them; each pause is seen once
with its words and once without. Coverage of the rubric is what the labels of scripts/data/claims say. scripts/bench_turns.py
measures with other texts and other voices.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
from turn_corpus import Pause, Recording, record
from turn_evidence import BEFORE, FITTING, garbled
from turn_texts import Answer, fitting_answers

from interviewer.domain import SAMPLE_RATE, Span
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import SHORTEST_SECONDS, PauseHabit
from interviewer.hearing.listener import PROSODY_SECONDS
from interviewer.hearing.prosody import Prosody, measured
from interviewer.hearing.turn_end import SOONEST_SECONDS, Evidence
from interviewer.library.content import load_library

Values = npt.NDArray[np.float64]
CLAIMS = Path(__file__).resolve().parent / "data" / "claims"
WITHOUT_TEXT = 0.3  # the weight of a pause seen without its words
FOLDS, REPEATS = 5, 8
LONG, SHARES = ((0.8, 1.0), (1.0, 2.0), (2.0, 6.0)), (0.1, 0.4, 0.5)
RIDGE = 1.0  # how firmly; from 0.25 to 8, in five parts of the fitting set, 1 predicts as well as any within 0.002 nats
SIGNED_OFF = 3  # every third answer ends in one of these, which scripts/turn_corpus.py does not use
SIGN_OFFS = (
    "so that's pretty much what we ended up with",
    "yeah that's the gist of it",
    "so that's more or less how it works",
    "okay I'll stop there",
    "so that's what I'd try",
    "I hope that makes sense",
    "and that was basically it",
    "so in a nutshell that's the plan",
)
# What is believed before any data, and moved by it: half of the texts hold no list, and few pauses follow an opened clause.
BELIEVED = {
    "no text": -0.5,
    "hanging": -2.0,
    "perhaps hanging": -1.0,
    "open clause": -1.0,
    "open list": -1.5,
    "signing off": 3.0,
    "concluding": 1.0,
    "early": -2.0,
    "coverage": 2.0,
    "pitch end": -1.0,
    "filler": -1.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=110)
    seen = pauses_seen(parser.parse_args().answers)
    names, bias, fitted = weights_for(seen)
    print(f"# {sum(end for _, end in seen)} ends among {len(seen)} pauses")
    print(f"BIAS = {bias:.2f}")
    print("WEIGHTS: Mapping[str, float] = {")
    for name, weight in zip(names, fitted, strict=True):
        print(f'    "{name}": {weight:.2f},')
    print("}")
    for risk in (0.03, 0.05, 0.08, 0.1, 0.2, 0.3, 1.0):
        cut, wait = at_risk(risk, seen)
        print(f"# RISK {risk:g}: {cut:.1%} of answers cut, median wait {wait:.1f} s")


def at_risk(risk: float, seen: Sequence[tuple[Evidence, bool]]) -> tuple[float, float]:
    """Share of the answers that would be cut and the median wait after their ends, if a tenth of the long pauses lasted 0.8
    to 1 s, four tenths 1 to 2 s and half 2 to 6 s; chances come from weights fitted to the other four fifths."""
    answers = by_answer(seen)
    rng, habit, most = random.Random("risk"), PauseHabit(), Patience().unfinished
    cut, waits = 0, []
    for part in range(FOLDS):
        rest = [one for number, answer in enumerate(answers) if number % FOLDS != part for one in answer]
        names, bias, weights = weights_for(rest)
        for answer in answers[part::FOLDS] * REPEATS:
            allowed = []
            for evidence, _ in answer:
                odds = exp(
                    bias + sum(w * evidence.features[name] for name, w in zip(names, weights, strict=True))
                )
                allowed.append(min(max(habit.outlasted_by(risk * odds), SOONEST_SECONDS), most))
            waits.append(allowed.pop())
            cut += any(seconds < rng.uniform(*rng.choices(LONG, SHARES)[0]) for seconds in allowed)
    return cut / len(waits), median(waits)


def by_answer(seen: Sequence[tuple[Evidence, bool]]) -> list[list[tuple[Evidence, bool]]]:
    """The pauses answer by answer; each ends with its end."""
    answers: list[list[tuple[Evidence, bool]]] = [[]]
    for one in seen:
        answers[-1].append(one)
        if one[1]:
            answers.append([])
    return answers[:-1]


def pauses_seen(count: int) -> list[tuple[Evidence, bool]]:
    """Every pause long enough to be the end, and whether it was."""
    rng = random.Random("fit")
    answers = fitting_answers()
    rng.shuffle(answers)
    stated = coverage_by_sentence()
    found = []
    for number, answer in enumerate(answers[:count]):
        recording = record(answer, FITTING[number % len(FITTING)], f"fit {number}")
        for pause in (*recording.pauses, the_end(recording)):
            if pause.span.seconds >= SHORTEST_SECONDS:
                coverage = covered(answer, pause, stated)
                text = garbled(pause.text, rng)
                if pause.place == "end" and number % SIGNED_OFF == 0:
                    text = f"{text} {SIGN_OFFS[number // SIGNED_OFF % len(SIGN_OFFS)]}"
                known = Evidence(text, prosody_at(recording, pause), coverage=coverage)
                found.append((known, pause.place == "end"))
    return found


def weights_for(seen: Sequence[tuple[Evidence, bool]]) -> tuple[list[str], float, Values]:
    """Names, bias and weights; each pause counts once with its words and, less, once without."""
    twice = [(e, end, 1.0) for e, end in seen] + [
        (replace(e, text=None), end, WITHOUT_TEXT) for e, end in seen
    ]
    names = list(twice[0][0].features)
    matrix = np.array([[evidence.features[name] for name in names] for evidence, _, _ in twice])
    ends, weights = (
        np.array([float(end) for _, end, _ in twice]),
        np.array([weight for _, _, weight in twice]),
    )
    believed = np.array([0.0, *(BELIEVED.get(name, 0.0) for name in names)])
    while True:
        bias, fitted = fit(matrix, ends, weights, believed)
        wrong = fitted * believed[1:] < 0
        if not wrong.any():
            return names, bias, fitted
        matrix[:, wrong] = 0.0  # by chance of the sample it would speak against what it means
        believed[1:][wrong] = 0.0


def the_end(recording: Recording) -> Pause:
    text = " ".join(recording.answer.sentences)
    return Pause("end", "", Span(start=recording.end, end=recording.end + 1.5), text)


def prosody_at(recording: Recording, pause: Pause) -> Prosody | None:
    stop = round((pause.span.start + PROSODY_SECONDS) * SAMPLE_RATE)
    return measured(recording.samples[max(0, stop - round(BEFORE * SAMPLE_RATE)) : stop])


def coverage_by_sentence() -> dict[tuple[str, str], list[set[str]]]:
    """Which rubric points had been stated after each sentence of an answer, by (question, kind)."""
    found: dict[tuple[str, str], list[set[str]]] = defaultdict(list)
    for path in sorted(CLAIMS.glob("spoken_[123].jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            so_far = found[entry["question"], entry["answer"]]
            new = {point for point, label in entry["labels"].items() if label == "states"}
            so_far.append((so_far[-1] if so_far else set()) | new)
    return dict(found)


LIBRARY = load_library()


def covered(answer: Answer, pause: Pause, stated: dict[tuple[str, str], list[set[str]]]) -> float | None:
    """The share of rubric weight stated in the sentences that are complete at the pause; None for stories."""
    question = LIBRARY.questions.get(answer.question)
    if question is None:
        return None
    words = len(pause.text.split())
    lengths = np.cumsum([len(sentence.split()) for sentence in answer.sentences])
    complete = int(np.searchsorted(lengths, words + 1, side="right"))
    points = stated[answer.question, answer.kind][complete - 1] if complete else set()
    total = sum(point.weight for point in question.rubric)
    return sum(point.weight for point in question.rubric if point.id in points) / total


def fit(matrix: Values, ends: Values, weights: Values, believed: Values) -> tuple[float, Values]:
    """Bias and weights of a logistic regression with a normal belief about the weights, by Newton's method."""
    design = np.hstack([np.ones((len(matrix), 1)), matrix])
    firmness = np.diag([0.0, *[RIDGE] * matrix.shape[1]])
    found = believed.copy()
    for _ in range(100):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (ends - chance)) - firmness @ (found - believed)
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + firmness
        step = np.linalg.solve(curve, slope)
        found += step * min(1.0, 1.0 / float(np.linalg.norm(step)))  # far steps lead astray
    return float(found[0]), found[1:]


if __name__ == "__main__":
    main()
