"""Replies prepared while the candidate is silent and may still go on.

At each pause a reply to what was said so far is chosen, phrased, and its first sentence turned into sound. Whoever
goes on makes it stale: a draft answers exactly the words it was made for, or it is never said.
"""

from __future__ import annotations

from concurrent.futures import Future

from interviewer.conversation.floor import Floor
from interviewer.conversation.interview import Draft, Interview
from interviewer.session.state import SessionState

PAUSE_SECONDS = 0.5  # shorter gaps lie within sentences


class Drafts:
    """One draft at a time. `keep_up` is called with every frame of the candidate's time and never waits."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._text = ""  # the revision: what the draft replies to
        self._before: SessionState | None = None
        self._draft: Future[Draft] | None = None
        self._voiced = False

    def keep_up(self) -> None:
        """Begin a draft at a pause, have its first sentence spoken for later, give it up when speech is resumed."""
        listener = self._floor.listener
        if not listener.settled or listener.silence < PAUSE_SECONDS:
            if self._draft is not None and listener.speech_seconds > 0:
                self.drop()
            return
        if listener.text and (listener.text != self._text or not self._holds):
            self._begin()
        elif self._draft is not None and self._draft.done() and not self._voiced:
            self._voiced = True
            if self._draft.exception() is None:
                listener.coverage = self._draft.result().covered
                self._floor.speaking.prepare(self._draft.result().saying)

    def take(self, text: str) -> Future[Draft] | None:
        """The reply to exactly these words, ready or under way; None when there is none. To be asked before they are stored."""
        draft = self._draft if text == self._text and self._holds else None
        if draft is None:
            self.drop()
        self._text, self._draft = "", None
        failed = draft is not None and draft.done() and draft.exception() is not None
        return None if failed else draft

    def drop(self) -> None:
        """Nobody will hear it: leave off, so that what is wanted need not wait behind it."""
        if self._draft is not None and not self._draft.done() and not self._draft.cancel():
            self._floor.interview.hurry()  # it has begun
        self._text, self._draft = "", None

    @property
    def _holds(self) -> bool:
        """Whether nothing was stored since it was begun."""
        return self._draft is not None and self._before is self._floor.journal.state

    def _begin(self) -> None:
        floor = self._floor
        self.drop()
        turn = floor.listener.turn_so_far(floor.clock)
        self._text, self._before, self._voiced = turn.text, floor.journal.state, False
        self._draft = floor.thinker.submit(
            lambda: floor.interview.draft(Interview.proceed, turn, floor.hear_lead)
        )
