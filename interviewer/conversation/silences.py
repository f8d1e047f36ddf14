"""What to do when the candidate says nothing: invite, then leave the question, then stop. Pure."""

from __future__ import annotations

from typing import Literal

INVITATIONS = 2  # before a silent question is left
SILENT_QUESTIONS = 2  # before the session stops by itself: nobody is there, or the microphone is dead


class Silences:
    """Counts silences in a row; any word or key starts the count anew."""

    def __init__(self) -> None:
        self._invitations = 0
        self._questions = 0

    def signs_of_life(self) -> None:
        """Words, or a key: somebody is there."""
        self._invitations = self._questions = 0

    def next(self) -> Literal["invite", "leave_question", "stop"]:
        """What this silence calls for."""
        self._invitations += 1
        if self._invitations <= INVITATIONS:
            return "invite"
        self._invitations = 0
        self._questions += 1
        return "stop" if self._questions >= SILENT_QUESTIONS else "leave_question"
