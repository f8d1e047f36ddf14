"""What every noun shares: immutable, strict about unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """An immutable record; an unknown field is an error, so that a typing mistake in a file is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")
