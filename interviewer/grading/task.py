"""One line of a file to grade, and one line of what comes out: the contract with other programs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from interviewer.domain import RubricPoint
from interviewer.domain.content import Kind
from interviewer.grading.own_rubric import as_points, given_ids

OTHER_NAMES = {
    "behavioral": "behavioural",
    "technical": "concept",
    "conceptual": "concept",
}
"""What other programs call a kind of question."""


def _as_kind(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    name = "_".join(given.lower().replace("-", " ").split())
    return OTHER_NAMES.get(name, name)


class GradingTask(BaseModel):
    """An answer to grade. Other fields of the line are ignored, so that a file may carry its own labels."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int | str
    question: str = Field(min_length=1, description="A text, or the id of a question of the bank.")
    answer: str | None = None
    audio: str | None = Field(
        default=None, description="Path of a sound file, from the folder of the file of tasks."
    )
    kind: Annotated[Kind | None, BeforeValidator(_as_kind)] = None
    reference: str | None = Field(default=None, description="A good answer.")
    rubric: Annotated[tuple[RubricPoint, ...], BeforeValidator(as_points)] = ()
    point_ids: tuple[int | str | None, ...] = Field(
        default=(), description="What the caller calls the points of the rubric. Read off it."
    )

    @model_validator(mode="before")
    @classmethod
    def _remember_ids(cls, line: Any) -> Any:
        return {**line, "point_ids": given_ids(line.get("rubric"))} if isinstance(line, dict) else line

    @model_validator(mode="after")
    def _has_one_answer(self) -> GradingTask:
        if (self.answer is None) == (self.audio is None):
            raise ValueError("needs either 'answer' or 'audio'")
        return self

    def point_id(self, number: int, own: str) -> int | str:
        """What the point in that place is called in the line that comes out: as the caller calls it, else `own`."""
        name = self.point_ids[number] if number < len(self.point_ids) else None
        return own if name is None else name
