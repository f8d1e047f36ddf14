"""JSON Schemas of the content files, for editors that complete and check YAML while it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import Field

from interviewer.domain import Loop, Noun, Persona, Question


class QuestionPack(Noun):
    """A file of questions."""

    questions: tuple[Question, ...] = Field(min_length=1)


FILES: Mapping[str, type[Noun]] = {"question": QuestionPack, "persona": Persona, "loop": Loop}
"""Kind of content file -> what it holds."""


def schema(name: str) -> str:
    """The schema of one of FILES as indented JSON. KeyError for another name."""
    made = FILES[name].model_json_schema()
    published = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(published, indent=2, ensure_ascii=False) + "\n"


def schema_file(name: str) -> str:
    """Its file name in the folder of published schemas."""
    return f"{name}.schema.json"
