"""A persona's authored lines: none said twice while another is left, and the same choice for the same seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence

from interviewer.domain import LineSituation, Persona


def pick_line(persona: Persona, situation: LineSituation, used: Sequence[str], seed: int) -> str:
    """The next line for `situation`; one said least often so far in the session."""
    lines = list(persona.lines[situation])
    random.Random(f"{seed}:{persona.id}:{situation}").shuffle(lines)
    return min(lines, key=lambda line: _times_said(line, used))


def pick_fresh_line(persona: Persona, situation: LineSituation, used: Sequence[str], seed: int) -> str:
    """As `pick_line`, but "" when every line was said: better no small word than the same one again."""
    line = pick_line(persona, situation, used, seed)
    return "" if _times_said(line, used) else line


def _times_said(line: str, used: Sequence[str]) -> int:
    """A line may stand inside a longer saying, such as a lead into a hint."""
    return sum(line in said for said in used)
