"""What a fact puts into the interviewer's mouth: every front shows these words, and no others."""

from __future__ import annotations

from typing import NamedTuple

from interviewer.session.events import Event, FollowUpAsked, LineSpoken, PersonaEntered, QuestionAsked


class Words(NamedTuple):
    persona: str
    text: str


def interviewer_words(event: Event) -> Words | None:
    """Who says what with this fact; None when nobody says anything."""
    match event:
        case PersonaEntered(persona=persona, text=text) | LineSpoken(persona=persona, text=text):
            return Words(persona, text)
        case (
            QuestionAsked(persona=persona, lead=lead, text=text)
            | FollowUpAsked(persona=persona, lead=lead, text=text)
        ):
            return Words(persona, f"{lead} {text}".strip())
        case _:
            return None
