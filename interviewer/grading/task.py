"""One line of a file to grade, and one line of what comes out: the contract with other programs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from interviewer.domain import RubricPoint
from interviewer.domain.content import Kind


def _as_points(given: Any) -> Any:
    """Points may be given as plain sentences, as {"text": ...} or in full; ids are made up where there are none."""
    if not isinstance(given, list):
        return given
    points = [{"text": point} if isinstance(point, str) else point for point in given]
    return [
        {"id": f"point_{number}", **point} if isinstance(point, dict) else point
        for number, point in enumerate(points, start=1)
    ]


class GradingTask(BaseModel):
    """An answer to grade. Other fields of the line are ignored, so that a file may carry its own labels."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int | str
    question: str = Field(min_length=1, description="A text, or the id of a question of the bank.")
    answer: str | None = None
    audio: str | None = Field(
        default=None, description="Path of a sound file, from the folder of the file of tasks."
    )
    kind: Kind | None = None
    reference: str | None = Field(default=None, description="A good answer.")
    rubric: Annotated[tuple[RubricPoint, ...], BeforeValidator(_as_points)] = ()

    @model_validator(mode="after")
    def _has_one_answer(self) -> GradingTask:
        if (self.answer is None) == (self.audio is None):
            raise ValueError("needs either 'answer' or 'audio'")
        return self
