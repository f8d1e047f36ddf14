"""How often an answer is cut off in a pause, and how long the candidate waits once it is over.

    python scripts/bench_turns.py [--answers 30] [--budget 3600] [--plot docs/benchmarks/turns.svg] [--json]

The recordings are those of turn_corpus.py: answers of tests/benchmark in voices nothing was fitted to, with about fifteen
labelled pauses each, and answers to brief questions. They are played to the program's own Listener with the real speech
detector and the real embedded recogniser (turn_evidence.py, which keeps what was heard); the decision is then taken at every
pause with every patience. A pause is cut when the silence allowed is shorter than the pause; an answer, when any of its
pauses is. Waits run from the last voice the detector heard. In the same run: a fixed silence, and the rule of the last words
alone ("unfinished" where the last word calls for another).
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from turn_evidence import ASKED_AT, Gap, Heard, evidence, labelled
from turn_plot import plot

from interviewer.domain import SAMPLE_RATE
from interviewer.hearing.cues import is_brief
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.listener import PROSODY_SECONDS
from interviewer.hearing.prosody import measured
from interviewer.hearing.turn_end import Evidence, SilenceAllowed, silence_allowed

COUNTED_SECONDS = 0.3  # what is shorter is articulation
SETTINGS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0)
USUAL = 3.0
ENDINGS = ("as written", "closing words", "done phrase", "short answer")
Seen = Mapping[int, Evidence]


@dataclass(frozen=True)
class Decided:
    """One pause under one rule: how long the silence had to be, and how long it was (None: for good)."""

    answer: int
    ending: str
    gap: Gap
    allowed: float

    @property
    def cut(self) -> bool:
        return self.gap.seconds is not None and self.allowed < self.gap.seconds


def fixed(known: Evidence, habit: PauseHabit, patience: Patience) -> float:
    return patience.open


def last_words(known: Evidence, habit: PauseHabit, patience: Patience) -> float:
    """The rule that was in the program before."""
    waits = {"finished": patience.finished, "unfinished": patience.open + 1.5, "thinking": patience.thinking}
    return waits.get(known.expectation, patience.open)


def without(**nothing: object) -> SilenceAllowed:
    """Our rule with something left out."""
    return lambda known, habit, patience: silence_allowed(replace(known, **nothing), habit, patience)  # type: ignore[arg-type]


def without_habit(known: Evidence, habit: PauseHabit, patience: Patience) -> float:
    return silence_allowed(known, PauseHabit(), patience)


RULES: dict[str, SilenceAllowed] = {
    "decision": silence_allowed,
    "without prosody": without(prosody=None),
    "without words": without(text=None),
    "without coverage": without(coverage=None),
    "without habit": without_habit,
    "last words": last_words,
    "fixed silence": fixed,
}


def seen_at(gap: Gap, heard: Heard) -> Evidence:
    """What the loop knew 0.85 s into a pause."""
    late = round((ASKED_AT - PROSODY_SECONDS) * SAMPLE_RATE)
    sound = measured(gap.sound[: len(gap.sound) - late])
    return Evidence(gap.text, sound, brief=is_brief(heard.question), coverage=gap.coverage)


def decide(
    rule: SilenceAllowed, patience: Patience, played: Sequence[Heard], known: Mapping[int, Evidence]
) -> list[Decided]:
    """The rule at every pause, in the order of one session a speaker, whose habits are learned."""
    habits: dict[str, PauseHabit] = defaultdict(PauseHabit)
    found = []
    for number, heard in enumerate(played):
        habit = habits[heard.speaker]
        for gap in heard.gaps:
            found.append(Decided(number, heard.ending, gap, rule(known[id(gap)], habit, patience)))
            if gap.seconds is not None:
                habit.note(gap.seconds)
    return found


def figures(decided: Sequence[Decided], pauses: int) -> dict[str, float]:
    """Over the long answers; waits in seconds."""
    long = [d for d in decided if d.ending != "short answer"]
    answers = {d.answer for d in long}
    cut = {d.answer for d in long if d.cut}
    waits = [d.allowed for d in long if d.gap.seconds is None]
    return {
        "answers": len(answers),
        "answers cut": len(cut),
        "answers cut %": round(100 * len(cut) / len(answers), 1),
        "pauses": pauses,
        "pauses cut": sum(d.cut for d in long),
        "pauses cut %": round(100 * sum(d.cut for d in long) / pauses, 2),
        "median wait": round(statistics.median(waits), 2),
        "p95 wait": round(statistics.quantiles(waits, n=20, method="inclusive")[-1], 2),
    }


def counted(played: Sequence[Heard]) -> int:
    """Pauses within the long answers, those too short to be an end among them."""
    gaps = [gap for heard in played if heard.ending != "short answer" for gap in heard.gaps]
    breaths = sum(seconds >= COUNTED_SECONDS for gap in gaps for seconds in gap.shorter)
    return breaths + sum(gap.seconds is not None for gap in gaps)


def by(decided: Sequence[Decided], key: Callable[[Decided], str]) -> dict[str, list[Decided]]:
    groups: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        groups[key(one)].append(one)
    return dict(groups)


def report(played: Sequence[Heard]) -> dict[str, object]:
    known = {id(gap): seen_at(gap, heard) for heard in played for gap in heard.gaps}
    pauses = counted(played)
    curves = {
        name: {
            setting: figures(decide(rule, Patience.of(setting, 9.0), played, known), pauses)
            for setting in SETTINGS
        }
        for name, rule in RULES.items()
    }
    usual = decide(silence_allowed, Patience.of(USUAL, 9.0), played, known)
    within = [d for d in usual if d.gap.seconds is not None and d.ending != "short answer"]
    places = {
        place: {
            "pauses": len(group),
            "of 2 s or more": sum((d.gap.seconds or 0) >= 2 for d in group),
            "cut": sum(d.cut for d in group),
            "median allowed": round(statistics.median(d.allowed for d in group), 2),
        }
        for place, group in sorted(by(within, lambda d: d.gap.place).items())
    }
    endings = {
        ending: {
            "answers": len(group),
            "median wait": round(statistics.median(d.allowed for d in group), 2),
            "longest wait": round(max(d.allowed for d in group), 2),
        }
        for ending, group in sorted(
            by([d for d in usual if d.gap.seconds is None], lambda d: d.ending).items()
        )
    }
    return {"curves": curves, "places": places, "endings": endings}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=30, help="long answers to play")
    parser.add_argument("--budget", type=float, default=3600, help="seconds for what was not played before")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--labelled", action="store_true", help="without detector and recogniser: see turn_evidence.py"
    )
    chosen = parser.parse_args()
    played = (
        labelled("measured", chosen.answers)
        if chosen.labelled
        else evidence("measured", chosen.answers, chosen.budget)
    )
    found = report(played)
    if chosen.plot:
        chosen.plot.write_text(plot(found["curves"]), encoding="utf-8")  # type: ignore[arg-type]
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    for name, curve in found["curves"].items():  # type: ignore[attr-defined]
        for setting, row in curve.items():
            print(f"| {name} | {setting:g} | " + " | ".join(f"{value:g}" for value in row.values()) + " |")
    for table in ("places", "endings"):
        for name, row in found[table].items():  # type: ignore[attr-defined]
            print(f"| {name} | " + " | ".join(f"{value:g}" for value in row.values()) + " |")


if __name__ == "__main__":
    main()
