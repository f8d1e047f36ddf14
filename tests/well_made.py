"""Content in which there is nothing to mend, to be spoiled one piece at a time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from builders import a_persona

from interviewer.domain import LINE_SITUATIONS, Kind, Persona, Question

STAGES = ("clarify", "goals", "data", "model", "evaluation", "deployment")


def a_well_made_question(question_id: str = "trees", kind: Kind = "concept", **changes: Any) -> Question:
    """Six points, each probed; with the parts its kind asks for."""
    name = question_id.replace("_", " ")
    points = [_point(f"{question_id}_{n}") for n in ("one", "two", "three", "four", "five", "six")]
    follow_ups: list[dict[str, Any]] = [
        {
            "id": f"ask_{point['id']}",
            "point": point["id"],
            "text": f"What about this one of {name}?",
            "expects": "It.",
        }
        for point in points
    ]
    follow_ups += [
        {
            "id": f"deep_{depth}",
            "depth": depth,
            "text": f"Why is that with {name}? And then?",
            "expects": "The reason.",
        }
        for depth in (2, 3)
    ]
    if kind == "behavioural":
        follow_ups += [
            {"id": f"part_{s}", "star": s.upper(), "text": f"And {name}?", "expects": "It."} for s in "star"
        ]
    if kind == "system_design":
        follow_ups += [
            {"id": f"at_{s}", "stage": s, "text": f"And {name}?", "expects": "It."} for s in STAGES
        ]
    values: dict[str, Any] = {
        "id": question_id,
        "kind": kind,
        "topics": ["trees"],
        "levels": ["junior", "senior"],
        "minutes": 4,
        "spoken": f"How do {name} grow?",
        "written": f"Explain how {name} grow.",
        "rubric": points,
        "follow_ups": follow_ups,
        "hints": ["Look up.", "Look down.", "Look inside."],
        "red_flags": ["Has never seen one."],
        "model_answer": "They grow a little every year. " * 25,
        "story_skeleton": "It began small and ended tall." if kind == "behavioural" else None,
        "sources": ["own"],
    }
    return Question.model_validate(values | changes)


def a_well_made_persona(persona_id: str = "engineer", **changes: Any) -> Persona:
    words = "one two three four five six seven eight".split()
    lines = {s: [f"{persona_id.title()} {s.replace('_', ' ')} {n}." for n in words] for s in LINE_SITUATIONS}
    return a_persona(persona_id, **({"lines": lines} | changes))


def write_pack(path: Path, *questions: Question) -> Path:
    """The questions as a YAML file, fields in the schema's order."""
    entries = [question.model_dump(mode="json", exclude_none=True) for question in questions]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"questions": entries}, sort_keys=False), encoding="utf-8")
    return path


def line_of(path: Path, text: str, occurrence: int = 1) -> int:
    """The line in which the pattern `text` stands for the n-th time, counted from 1."""
    rows = enumerate(path.read_text().splitlines(), 1)
    lines = [number for number, row in rows if re.search(text, row)]
    return lines[occurrence - 1]


def _point(point_id: str) -> dict[str, Any]:
    return {
        "id": point_id,
        "text": f"Trees grow by {point_id}.",
        "phrasings": [f"because of {point_id}", f"it is {point_id}", f"{point_id} does it"],
        "misconceptions": [
            {
                "id": f"{point_id}_error",
                "wrong": [f"without {point_id}", f"never by {point_id}"],
                "denial": [f"it is not without {point_id}"],
                "correction": f"It is {point_id}.",
            }
        ],
    }
