"""Facts on disk: SQLite in WAL mode, one row a fact, each durable before `append` returns.

One process may run a session at a time: a file lock that the system frees even after kill -9.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout
from pydantic import ValidationError

from interviewer.errors import InterviewerError, UnknownNameError
from interviewer.session.events import Event, from_json, to_json
from interviewer.session.state import SessionState, fold

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
    session TEXT NOT NULL,
    number INTEGER NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (session, number)
) WITHOUT ROWID;
"""
LOCK_FILE = "running.lock"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily misread


class SessionSummary(NamedTuple):
    session: str
    started: str
    persona: str
    questions: int
    seconds: float
    ended: bool
    demo: bool
    overall: float | None


def new_session_id(now: datetime, rng: random.Random) -> str:
    """Sortable by date, short enough to type, such as 20261120-1842-k3f."""
    return f"{now:%Y%m%d-%H%M}-{''.join(rng.choices(_LETTERS, k=3))}"


class SessionStore:
    """All sessions of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "sessions"
        self._path = self._folder / "sessions.sqlite3"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # The live loop and the worker that resumes it are different threads; each append is one transaction.
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute("PRAGMA busy_timeout=5000")
            self._database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InterviewerError(
                f"The sessions in {self._folder} could not be opened: {error}.",
                "Check the folder's permissions and free space, or set INTERVIEWER_DATA_DIR to another folder.",
            ) from error

    def free_id(self, now: datetime, rng: random.Random) -> str:
        """An id for a new session that no other of this minute has."""
        while (session := new_session_id(now, rng)) in self:
            pass
        return session

    def folder(self, session: str) -> Path:
        """Where this session's recordings lie."""
        return self._folder / session

    def append(self, session: str, event: Event) -> None:
        """Store one fact after the others. InterviewerError when the disk does not take it."""
        try:
            self._database.execute(
                "INSERT INTO facts SELECT ?, COALESCE(MAX(number), 0) + 1, ? FROM facts WHERE session = ?",
                (session, to_json(event), session),
            )
        except sqlite3.Error as error:
            raise InterviewerError(
                f"The session could not be written to {self._path}: {error}.",
                f"Free some disk space, then go on with: interviewer resume {session}",
            ) from error

    def events(self, session: str) -> list[Event]:
        """Every fact of the session in order. UnknownNameError when there is none."""
        rows = self._database.execute(
            "SELECT fact FROM facts WHERE session = ? ORDER BY number", (session,)
        ).fetchall()
        if not rows:
            raise UnknownNameError("session", session, self.ids(), "See them all: interviewer sessions")
        try:
            return [from_json(row[0]) for row in rows]
        except ValidationError as error:
            raise InterviewerError(
                f"Session {session} holds facts this version does not know, perhaps of a newer one: {error.errors()[0]['msg']}.",
                "Update the interviewer and try again; nothing was changed.",
            ) from error

    def state(self, session: str) -> SessionState:
        return fold(self.events(session))

    def ids(self) -> list[str]:
        """All sessions in the order in which they were started."""
        rows = self._database.execute(
            "SELECT session FROM facts WHERE number = 1 ORDER BY json_extract(fact, '$.started'), session"
        )
        return [row[0] for row in rows]

    def latest(self, *, unfinished: bool = False) -> str:
        """The session started last; with `unfinished` the last practice that can be resumed. InterviewerError: none."""
        for session in reversed(self.ids()):
            if not unfinished:
                return session
            state = self.state(session)
            if not state.ended and state.started is not None and not state.started.demo:
                return session
        which = " that broke off" if unfinished else ""
        raise InterviewerError(
            f"There is no session in {self._folder}{which}.", "Start one: interviewer practice"
        )

    def summaries(self) -> list[SessionSummary]:
        """One line for each session, newest first."""
        return [self._summary(session) for session in reversed(self.ids())]

    def _summary(self, session: str) -> SessionSummary:
        state = self.state(session)
        started = state.started
        return SessionSummary(
            session=session,
            started=started.started if started else "",
            persona=state.persona,
            questions=len(state.answers),
            seconds=round(state.clock, 1),
            ended=state.ended,
            demo=started.demo if started else False,
            overall=state.scorecard.overall if state.scorecard else None,
        )

    def questions_asked_before(self) -> set[str]:
        """Ids of questions asked in any practice here; the demo's do not count."""
        rows = self._database.execute(
            "SELECT DISTINCT json_extract(fact, '$.question') FROM facts "
            "WHERE json_extract(fact, '$.type') = 'question_asked' AND session NOT IN "
            "(SELECT session FROM facts WHERE number = 1 AND json_extract(fact, '$.demo'))"
        )
        return {row[0] for row in rows}

    def __contains__(self, session: str) -> bool:
        found = self._database.execute("SELECT 1 FROM facts WHERE session = ? LIMIT 1", (session,))
        return found.fetchone() is not None

    def delete(self, session: str) -> None:
        """Remove the session for good: facts, recordings, reports. InterviewerError while it runs, or when it stays."""
        if session not in self:
            raise UnknownNameError("session", session, self.ids(), "See them all: interviewer sessions")
        with self.hold(session):
            try:
                self._database.execute(
                    "PRAGMA secure_delete=ON"
                )  # what was said is overwritten, not only unlinked
                self._database.execute("DELETE FROM facts WHERE session = ?", (session,))
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nor left in the log of changes
                for path in self.folder(session).iterdir():
                    if path.name != LOCK_FILE:  # in use until the session is let go
                        path.unlink()
            except (OSError, sqlite3.Error) as error:
                raise InterviewerError(
                    f"Session {session} could not be deleted whole: {error}.",
                    f"Remove the rest by hand: {self.folder(session)}",
                ) from error
        shutil.rmtree(self.folder(session), ignore_errors=True)

    def sessions_that_asked(self, question: str) -> list[str]:
        """Practices (not demos) in which this question was asked, in the order in which they were started."""
        rows = self._database.execute(
            "SELECT DISTINCT session FROM facts WHERE json_extract(fact, '$.type') = 'question_asked' "
            "AND json_extract(fact, '$.question') = ? AND session NOT IN "
            "(SELECT session FROM facts WHERE number = 1 AND json_extract(fact, '$.demo'))",
            (question,),
        )
        asked = {row[0] for row in rows}
        return [session for session in self.ids() if session in asked]

    @contextmanager
    def hold(self, session: str) -> Iterator[None]:
        """Keep the session to ourselves. InterviewerError when another process runs it."""
        folder = self.folder(session)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise InterviewerError(
                f"Session {session} is already running in another window.",
                "Go on there, or end it there first; nothing was changed here.",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        self._database.close()
