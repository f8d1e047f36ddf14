"""A persona's authored lines: none said twice while another is left, and the same choice for the same seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence

from interviewer.domain import LineSituation, Persona


def pick_line(persona: Persona, situation: LineSituation, used: Sequence[str], seed: int) -> str:
    """The next line for `situation`; one said least often so far in the session."""
    lines = list(persona.lines[situation])
    random.Random(f"{seed}:{persona.id}:{situation}").shuffle(lines)
    # A line may stand inside a longer saying, such as a lead into a hint.
    return min(lines, key=lambda line: sum(line in said for said in used))
