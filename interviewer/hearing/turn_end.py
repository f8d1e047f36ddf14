"""How long a silence has to be before it is the end of a turn: the decision, pure and in the open.

Two questions are answered apart. How likely is it that everything has been said, from how the last words sounded, what
they leave hanging, how much of the rubric is covered, and what was asked? And for how long does this speaker pause without
having finished? The silence is long enough when the chance that the speaker would still go on has fallen to RISK.
`scripts/fit_turns.py` makes the weights; docs/benchmarks/turns.md says how well it does on other answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, log

from interviewer.hearing import cues
from interviewer.hearing.closure import closure
from interviewer.hearing.endpointing import Expectation, Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.prosody import Prosody

SOONEST_SECONDS = 1.0  # without a phrase that says so, nobody has finished sooner
USUAL_PATIENCE_SECONDS = 3.0  # the persona's at which the waiting time is what it is; others stretch it
RISK = 0.08  # with it one in twenty answers of the fitting set is cut
ENOUGH_WORDS = {"long": 40, "brief": 3}  # with fewer an answer has hardly begun
# In a long answer there are ten long pauses to one end; in one to a brief question, we suppose, twenty ends to one pause.
BRIEF_ODDS = log(200)
BIAS = -3.15
WEIGHTS: Mapping[str, float] = {
    "no text": 0.00,
    "hanging": -1.11,
    "perhaps hanging": -0.74,
    "open clause": 0.00,
    "open list": -0.27,
    "signing off": 3.79,
    "concluding": 2.55,
    "early": -3.22,
    "coverage": 4.44,
    "no prosody": -0.25,
    "pitch end": -1.19,
    "pitch slope": 0.11,
    "level end": -0.35,
    "lengthened": 0.10,
    "filler": -1.28,
}


@dataclass(frozen=True)
class Evidence:
    """What is known at a pause. `text`: what was said so far, None while it is being written down; `coverage`: share of
    the rubric that was met, where somebody judges it; `brief`: whether a word or two answer what was asked."""

    text: str | None
    prosody: Prosody | None
    brief: bool = False
    coverage: float | None = None

    @cached_property
    def expectation(self) -> Expectation:
        return "open" if self.text is None else cues.expectation(self.text)

    @cached_property
    def features(self) -> dict[str, float]:
        """By name; 0 stands for what is not known, except where the name says so."""
        signs = closure(self.text or "")
        enough = ENOUGH_WORDS["brief" if self.brief else "long"]
        found = {
            "no text": float(not self.text),
            "hanging": float(signs.hanging),
            "perhaps hanging": float(signs.perhaps_hanging),
            "open clause": float(signs.open_clause),
            "open list": float(signs.open_list),
            "signing off": float(signs.signing_off),
            "concluding": float(signs.concluding),
            "early": max(0.0, 1 - signs.words / enough) if self.text else 0.0,
            "coverage": 0.0 if self.coverage is None else self.coverage - 0.5,
            "no prosody": float(self.prosody is None),
        }
        heard = self.prosody
        return found | {
            "pitch end": heard.pitch_end / 5 if heard else 0.0,
            "pitch slope": heard.pitch_slope / 10 if heard else 0.0,
            "level end": heard.level_end / 10 if heard else 0.0,
            "lengthened": heard.lengthened if heard else 0.0,
            "filler": heard.filler if heard else 0.0,
        }


SilenceAllowed = Callable[[Evidence, PauseHabit, Patience], float]


def chance_of_end(evidence: Evidence) -> float:
    """How likely it is that nothing more will be said, before the silence has become long."""
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in evidence.features.items())
    return 1 / (1 + exp(-logit - BRIEF_ODDS * evidence.brief))


def silence_allowed(evidence: Evidence, habit: PauseHabit, patience: Patience) -> float:
    """Seconds of silence that end the turn."""
    if evidence.expectation == "finished":
        return patience.finished
    if evidence.expectation == "thinking":
        return patience.thinking
    chance = chance_of_end(evidence)
    seconds = habit.outlasted_by(RISK * chance / (1 - chance)) * patience.open / USUAL_PATIENCE_SECONDS
    return min(max(seconds, SOONEST_SECONDS), patience.unfinished)
