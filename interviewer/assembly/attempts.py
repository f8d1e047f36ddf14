"""The same question, answered more than once: every attempt with what was made of it."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.assembly.reports import replay_of
from interviewer.library.content import Library
from interviewer.report.model import AnswerReview
from interviewer.session.store import SessionStore


@dataclass(frozen=True)
class Attempt:
    session: str
    started: str
    review: AnswerReview
    words: tuple[str, ...]  # the candidate's turns


def attempts_at(store: SessionStore, library: Library, question: str) -> list[Attempt]:
    """Newest first; those that were skipped before a word was said are none."""
    found = []
    for session in reversed(store.sessions_that_asked(question)):
        replay = replay_of(store, session, library)
        for number, review in enumerate(replay.answers):
            said = tuple(
                line.text for line in replay.lines if line.answer == number and line.turn is not None
            )
            if review.question == question and any(said):
                found.append(Attempt(session, replay.started, review, said))
    return found
