"""Whoever is not our page is turned away with a reason; whatever a page sends, the session is unharmed."""

from __future__ import annotations

import http.client
import json
import random
import struct
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from room_server import RoomServer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from interviewer.session.events import Answered, QuestionAsked, SessionEnded

pytestmark = pytest.mark.real

FUZZED = 300


@pytest.fixture(autouse=True)
def ready(server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")


def status(
    server: RoomServer, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, str]:
    """Status and text of a request with these headers and no others."""
    connection = http.client.HTTPConnection(server.host, timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in ({"host": server.host} | headers).items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text


@contextmanager
def on_the_line(
    server: RoomServer, session: str, page: str = "0123abcd", **hello: object
) -> Iterator[ClientConnection]:
    with joined(server, session) as line:
        line.send(json.dumps({"type": "hello", "page": page, **hello}))
        yield line


def joined(server: RoomServer, session: str, **headers: str) -> ClientConnection:
    own = {"Cookie": server.cookie, "Origin": server.origin} | headers
    return connect(
        f"ws://{server.host}/line/{session}",
        additional_headers={name: value for name, value in own.items() if value and name != "Origin"},
        origin=Origin(own["Origin"]) if own["Origin"] else None,
        open_timeout=30,
        max_queue=None,  # a page that does not read must not keep the test from sending
    )


def next_of(line: ClientConnection, kind: str, seconds: float = 30.0) -> Any:
    """The next message of this type; the others are read over."""
    while True:
        message = line.recv(seconds)
        if isinstance(message, str) and (said := json.loads(message))["type"] == kind:
            return said


def listening(line: ClientConnection) -> None:
    while next_of(line, "moment")["phase"] != "listening":
        pass


# -- who may come in ---------------------------------------------------------------------------------------------------


def test_only_whoever_has_the_key_comes_in(server: RoomServer) -> None:
    assert status(server, "/")[0] == 403
    assert "interviewer serve" in status(server, "/")[1], "and is told how"
    assert status(server, "/?token=wrong")[0] == 403
    assert status(server, "/", cookie=server.cookie + "x")[0] == 403
    code, text = status(server, f"/?token={server.token}")
    assert (code, text) == (303, "")
    assert status(server, "/state", cookie=server.cookie)[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example", ""]
)
def test_a_foreign_name_is_not_answered(server: RoomServer, host: str) -> None:
    code, _ = status(server, "/state", cookie=server.cookie, host=host)
    assert code in (400, 421), "DNS rebinding brings a foreign name"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_another_sites_page_is_turned_away(server: RoomServer, origin: str) -> None:
    order = json.dumps({"persona": "recruiter", "typed": True}).encode()
    headers = {"origin": origin} if origin else {}
    before = server.ask("/state")
    assert status(server, "/interviews", "POST", order, cookie=server.cookie, **headers)[0] == 403
    session = server.begin(typed=True)
    with pytest.raises(InvalidStatus) as refused:
        joined(server, session, Origin=origin)
    assert refused.value.response.status_code == 403
    assert server.ask("/state") == before


def test_a_line_without_the_key_is_not_opened(server: RoomServer) -> None:
    with pytest.raises(InvalidStatus):
        joined(server, server.begin(typed=True), Cookie="")


def test_no_page_may_run_what_is_not_ours(server: RoomServer) -> None:
    connection = http.client.HTTPConnection(server.host)
    connection.request("GET", "/", headers={"cookie": server.cookie})
    answer = connection.getresponse()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.read().decode()
    connection.close()


# -- what may be asked for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/../../etc/passwd",
        "/sessions/..%2f..%2fetc%2fpasswd",
        "/sessions/%2e%2e/sound",
        "/sessions/....//sound",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/js/..%2f..%2fapp.py",
        "/report/replay.html.j2",
        "/personas/..%2f..%2fetc/portrait.svg",
        "/room/%00",
    ],
)
def test_paths_lead_nowhere_else(server: RoomServer, path: str) -> None:
    code, text = status(server, path, cookie=server.cookie)
    assert code == 404
    assert "root:" not in text and "import" not in text


@pytest.mark.parametrize("session", ["..%2f..%2fetc", "%2e%2e", "....%2f%2fsound", "%00", "a" * 101])
def test_a_line_leads_nowhere_else(server: RoomServer, session: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        joined(server, session)
    assert refused.value.response.status_code in (403, 404)


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({"persona": "../../etc/passwd"}, "persona"),
        ({"persona": "<script>"}, "persona"),
        ({"persona": "recruiter", "questions": 10**9}, "questions"),
        ({"persona": "recruiter", "minutes": "NaN"}, "minutes"),
        ({"persona": "recruiter", "loop": "nothing"}, "loop"),
        ({"persona": "recruiter", "chosen": ["nothing"]}, "question"),
        ({"persona": "recruiter", "surprise": 1}, "surprise"),
        ({}, "persona"),
        ([], "object"),
    ],
)
def test_orders_that_make_no_sense(server: RoomServer, order: object, word: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.ask("/interviews", order)
    assert refused.value.code in (404, 409)
    said = json.load(refused.value)
    assert word in said["message"]
    assert "Traceback" not in json.dumps(said)


def test_too_much_is_not_read(server: RoomServer) -> None:
    code, _ = status(
        server,
        "/microphone-check",
        "POST",
        bytes(2 * 1024 * 1024),
        cookie=server.cookie,
        origin=server.origin,
    )
    assert code == 413


@pytest.mark.parametrize("length", [0, 1, 3, 16 * 32_000])
def test_sound_of_a_strange_length_is_refused(server: RoomServer, length: int) -> None:
    code, text = status(
        server, "/microphone-check", "POST", bytes(length), cookie=server.cookie, origin=server.origin
    )
    assert code == 409
    assert "16-bit samples" in text


def test_a_session_that_is_none(server: RoomServer) -> None:
    with on_the_line(server, "20200101-0000-abc") as line:
        assert "There is no session" in next_of(line, "stopped")["message"]
    assert status(server, "/sessions/20200101-0000-abc", cookie=server.cookie)[0] == 404
    assert not (server.program.data / "sessions" / "20200101-0000-abc").exists()


# -- what may be said on the line --------------------------------------------------------------------------------------


def fuzzed(rng: random.Random, number: int) -> str | bytes:
    """A frame or message of a wrong size, type, order or content."""
    kinds = (
        lambda: rng.randbytes(rng.randrange(0, 4000)),
        lambda: struct.pack("<I", rng.randrange(2**32)) + rng.randbytes(1024),
        lambda: struct.pack("<I", 2**31 + number) + bytes(1024),
        lambda: "".join(chr(rng.randrange(32, 0x2FF)) for _ in range(rng.randrange(0, 300))),
        lambda: json.dumps(
            {"type": rng.choice(["hello", "press", "answer", "played", "notes", "x", 1, None])}
        ),
        lambda: json.dumps({"type": "press", "action": rng.choice(["destroy", "", None, ["end"], "END"])}),
        lambda: json.dumps(
            {"type": "press", "action": "switch", "persona": rng.choice(["", "nobody", 5, "../x"])}
        ),
        lambda: json.dumps({"type": "answer", "text": rng.choice(["", "   ", None, 7, "x" * 30_000])}),
        lambda: json.dumps({"type": "played", "utterance": rng.choice([-1, 0, 9**9]), "seconds": -5}),
        lambda: '{"type": "played", "utterance": 1, "seconds": NaN}',
        lambda: json.dumps([[[[rng.random()]]]] * 50),
        lambda: json.dumps({"type": "hello", "page": "ffffffff", "take_over": True}),
    )
    return kinds[number % len(kinds)]()


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "spoken"])
def test_three_hundred_senseless_messages_harm_nothing(server: RoomServer, typed: bool) -> None:
    if not typed:
        server.wait_until_ready()
    session = server.begin(typed=typed, questions=1, chosen=["scaling_depth"], follow_ups=0)
    rng = random.Random(6)
    sent = refused = 0
    while sent < FUZZED:  # a line that sends nothing but nonsense is cut; a page may come back
        try:
            with on_the_line(server, session) as line:
                next_of(line, "welcome")
                while sent < FUZZED:
                    line.send(fuzzed(rng, sent))
                    sent += 1
                    if sent % 25 == 0:
                        line.ping().wait(2)
                line.ping().wait(2)
        except ConnectionClosed as closed:
            refused += 1
            assert closed.rcvd is None or closed.rcvd.code in (1000, 1008, 1009)
    assert refused < FUZZED / 10
    assert not [fact for fact in server.program.facts(session) if isinstance(fact, SessionEnded | Answered)]
    # and the interview goes on
    with on_the_line(server, session) as line:
        next_of(line, "welcome")
        if typed:
            line.send(json.dumps({"type": "answer", "text": "Residual connections."}))
            assert next_of(line, "finished", 60)["address"] == f"/sessions/{session}"
        else:
            line.send(struct.pack("<I", 0) + bytes(1024))
            assert next_of(line, "moment")["phase"] in ("thinking", "speaking", "listening")
    facts = server.program.facts(session)
    assert sum(isinstance(fact, QuestionAsked) for fact in facts) == (
        1 if typed else sum(isinstance(fact, QuestionAsked) for fact in facts)
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"12345", "A frame of sound has 1028 bytes"),
        ('{"type": "press", "action": "destroy"}', "press.action"),
        ('{"type": "press", "action": "switch", "persona": "robot"}', "There is no persona called 'robot'"),
        ('{"type": "answer", "text": " "}', "The answer is empty"),
        ('{"type": "hello", "page": "ffffffff"}', "Hello is said once"),
        ("{", "not understood"),
    ],
)
def test_each_is_told_why(server: RoomServer, message: str | bytes, reason: str) -> None:
    with on_the_line(server, server.begin(typed=True)) as line:
        listening(line)
        line.send(message)
        assert reason in next_of(line, "refused")["reason"]


def test_sound_in_a_typed_interview_is_refused(server: RoomServer) -> None:
    with on_the_line(server, server.begin(typed=True)) as line:
        line.send(struct.pack("<I", 0) + bytes(1024))
        assert "keyboard" in next_of(line, "refused")["reason"]


def test_a_flood_of_sound_is_dropped_with_a_reason(server: RoomServer) -> None:
    server.wait_until_ready()
    with on_the_line(server, server.begin(questions=1)) as line:
        next_of(line, "welcome")
        for number in range(2_500):
            line.send(struct.pack("<I", number) + bytes(1024))
        assert "faster than" in next_of(line, "refused")["reason"]


def test_a_page_that_says_nothing_first_is_cut_off(server: RoomServer) -> None:
    with joined(server, server.begin(typed=True)) as line:
        line.send(bytes(1028))
        assert "begins with hello" in next_of(line, "refused")["reason"]
        with pytest.raises(ConnectionClosed):
            line.recv(10)


def test_a_second_page_is_told_and_the_first_goes_on(server: RoomServer) -> None:
    session = server.begin(typed=True, questions=1)
    with on_the_line(server, session, "aaaaaaaa") as first:
        listening(first)
        with on_the_line(server, session, "bbbbbbbb") as second:
            assert "another tab or window" in next_of(second, "in_use")["message"]
        first.send(json.dumps({"type": "press", "action": "repeat"}))
        assert next_of(first, "line")["speaker"] == "interviewer"
        with on_the_line(server, session, "bbbbbbbb", take_over=True) as second:
            assert next_of(second, "welcome")["session"] == session
            assert "another tab or window" in next_of(first, "in_use")["message"]
