"""One session as progress sees it: what was answered and how it was scored, folded from its facts and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from interviewer.domain import AnswerScore, Scorecard
from interviewer.report.replay import scores_of
from interviewer.session.events import Answered, Event, QuestionAsked, Scored, TurnCorrected
from interviewer.session.state import Answer, SessionState, fold


@dataclass(frozen=True)
class Held:
    """A session that was held. `stale`: words came or changed after it was scored."""

    state: SessionState
    session: str
    started: datetime
    stale: bool

    @property
    def scorecard(self) -> Scorecard | None:
        """The scorecard, where it is about the words as they stand."""
        return None if self.stale else self.state.scorecard

    @property
    def judge(self) -> str | None:
        """Who scored the content."""
        return self.scorecard.engines.get("technical") if self.scorecard else None

    @property
    def scored(self) -> tuple[tuple[Answer, AnswerScore], ...]:
        """Answers whose score counts; those that could not be judged are left out."""
        if self.stale:
            return ()
        pairs = zip(self.state.answers, scores_of(self.state), strict=True)
        return tuple((answer, score) for answer, score in pairs if score is not None and not score.abstained)


def held_from(events: Iterable[Event]) -> Held | None:
    """The session of these facts; None for a demo, which is nobody's practice, and where the beginning is missing."""
    told = list(events)
    state = fold(told)
    started = state.started
    if started is None or started.demo:
        return None
    return Held(state, started.session, _moment(started.started), _stale(told))


def _stale(events: Iterable[Event]) -> bool:
    scored = stale = False
    for event in events:
        match event:
            case Scored():
                scored, stale = True, False
            case TurnCorrected() | Answered() | QuestionAsked():
                stale = scored
            case _:
                pass
    return stale


def _moment(started: str) -> datetime:
    """Facts carry their offset; one without is read as UTC rather than as whatever zone this machine is in now."""
    moment = datetime.fromisoformat(started)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
