"""Facts survive the process that wrote them, and one session belongs to one process."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from builders import a_start, a_turn

from interviewer.errors import InterviewerError, UnknownNameError
from interviewer.session.events import Answered, Event, QuestionAsked
from interviewer.session.store import SessionStore, new_session_id

SESSION = "20261120-1200-abc"


def test_facts_come_back_in_order(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    told: list[Event] = [
        a_start(),
        QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"),
        Answered(at=5, question="alpha", turn=a_turn(), endpoint_wait=1.0),
    ]
    for event in told:
        store.append(SESSION, event)
    assert store.events(SESSION) == told
    assert SessionStore(tmp_path).events(SESSION) == told
    assert store.questions_asked_before() == {"alpha"}


def test_an_unknown_session_offers_near_names(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.append(SESSION, a_start())
    with pytest.raises(UnknownNameError, match=SESSION):
        store.events("20261120-1200-abd")


def test_no_session_yet_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(InterviewerError, match="interviewer practice"):
        SessionStore(tmp_path).latest()


def test_a_session_can_be_held_once_only(tmp_path: Path) -> None:
    first, second = SessionStore(tmp_path), SessionStore(tmp_path)
    with first.hold(SESSION), pytest.raises(InterviewerError, match="already running"), second.hold(SESSION):
        pass
    with second.hold(SESSION):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file in the way")
    with pytest.raises(InterviewerError, match="INTERVIEWER_DATA_DIR"):
        SessionStore(tmp_path)


def test_session_ids_sort_by_time() -> None:
    rng = random.Random(0)
    early = new_session_id(datetime(2026, 1, 2, 3, 4), rng)
    late = new_session_id(datetime(2026, 1, 2, 3, 5), rng)
    assert early.startswith("20260102-0304-")
    assert early < late


def test_sessions_begun_in_the_same_minute_have_ids_of_their_own(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    now = datetime(2026, 1, 2, 3, 4)
    first = store.free_id(now, random.Random(1))
    store.append(first, a_start(session=first))
    assert store.free_id(now, random.Random(1)) != first


_WRITER = """
import sys
from builders import a_start, a_turn
from interviewer.session.events import Answered
from interviewer.session.store import SessionStore
from pathlib import Path
store = SessionStore(Path(sys.argv[1]))
with store.hold("s"):
    store.append("s", a_start())
    for number in range(100000):
        store.append("s", Answered(at=number, question=None, turn=a_turn(str(number)), endpoint_wait=None))
        print(number, flush=True)
"""


@pytest.mark.real
def test_kill_9_loses_no_stored_fact_and_frees_the_session(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert writer.stdout is not None
    confirmed = -1
    deadline = time.monotonic() + 60
    while confirmed < 20 and time.monotonic() < deadline:
        confirmed = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    confirmed = int(rest[-1]) if rest else confirmed
    writer.wait()
    writer.stdout.close()
    store = SessionStore(tmp_path)
    stored = [event for event in store.events("s") if isinstance(event, Answered)]
    assert [event.turn.text for event in stored][: confirmed + 1] == [str(n) for n in range(confirmed + 1)]
    with store.hold("s"):
        pass


def test_the_latest_is_the_one_started_last_and_resume_looks_for_a_practice_that_broke_off(
    tmp_path: Path,
) -> None:
    store = SessionStore(tmp_path)
    store.append("s-b", a_start(session="s-b", started="2026-11-20T12:00:01+00:00"))
    store.append("s-a", a_start(session="s-a", started="2026-11-20T12:00:02+00:00"))
    store.append("s-c", a_start(session="s-c", started="2026-11-20T12:00:03+00:00", demo=True))
    store.append("s-c", QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"))
    assert store.latest() == "s-c"
    assert store.latest(unfinished=True) == "s-a"
    assert store.questions_asked_before() == set()
    assert [row.session for row in store.summaries()] == ["s-c", "s-a", "s-b"]


def test_facts_of_a_newer_version_are_told_plainly(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.append("s", a_start())
    store._database.execute('INSERT INTO facts VALUES (\'s\', 2, \'{"type": "dreamt", "at": 1}\')')
    with pytest.raises(InterviewerError, match="Update the interviewer"):
        store.events("s")


def test_a_deleted_session_leaves_nothing_behind(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    for session in (SESSION, "20261120-1300-xyz"):
        store.append(session, a_start(session=session))
        store.append(
            session, Answered(at=5, question=None, turn=a_turn(f"secret of {session}"), endpoint_wait=1.0)
        )
        store.folder(session).mkdir(exist_ok=True)
        (store.folder(session) / "candidate.wav").write_bytes(b"sound")
    store.delete(SESSION)
    assert SESSION not in store
    assert store.ids() == ["20261120-1300-xyz"]
    assert not store.folder(SESSION).exists()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "sessions").iterdir() if path.is_file())
    assert f"secret of {SESSION}".encode() not in kept
    assert b"secret of 20261120-1300-xyz" in kept
    with pytest.raises(UnknownNameError):
        store.delete(SESSION)


def test_a_session_that_runs_is_not_deleted(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    store.append(SESSION, a_start())
    with store.hold(SESSION), pytest.raises(InterviewerError, match="running in another window"):
        store.delete(SESSION)
    assert SESSION in store


def test_which_practices_asked_a_question(tmp_path: Path) -> None:
    store = SessionStore(tmp_path)
    for session, demo in (
        ("20261120-1200-abc", False),
        ("20261120-1300-abc", True),
        ("20261120-1400-abc", False),
    ):
        store.append(session, a_start(session=session, demo=demo))
        store.append(session, QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?"))
    assert store.sessions_that_asked("alpha") == ["20261120-1200-abc", "20261120-1400-abc"]
    assert store.sessions_that_asked("beta") == []
