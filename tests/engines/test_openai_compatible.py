"""Language models over HTTP, against a server on loopback that lies and stalls. Real ones: test_served_model.py."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from scripted_server import DONE, Handler, Server, event
from toy_gguf import SCHEMA

from interviewer.engines.openai_compatible import OpenAICompatibleLanguageModel, is_nearby
from interviewer.engines.sse import Timeouts, reply_pieces
from interviewer.errors import EngineError, UnknownNameError
from interviewer.ports import PromptPart

PROMPT = [PromptPart("user", "hello")]
QUICK = Timeouts(connect=1.0, between_pieces=0.3, whole_reply=1.0)


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield one
    one.released.set()
    one.shutdown()
    thread.join()
    one.server_close()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., OpenAICompatibleLanguageModel]]:
    opened: list[OpenAICompatibleLanguageModel] = []

    def open_one(url: str | None = None, **options: Any) -> OpenAICompatibleLanguageModel:
        opened.append(OpenAICompatibleLanguageModel(url or server.url, **({"timeouts": QUICK} | options)))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


Connect = Callable[..., OpenAICompatibleLanguageModel]


def read(model: OpenAICompatibleLanguageModel) -> list[str]:
    return list(model.stream(PROMPT, max_tokens=9, temperature=0.5))


def test_a_reply_comes_in_pieces_and_the_request_is_openais(server: Server, connect: Connect) -> None:
    server.replies.append(
        (
            200,
            [
                event("Why"),
                b": ping\r\n\r\n",
                event(" so?")[:20],
                event(" so?")[20:],
                event(None, "stop"),
                DONE,
            ],
        )
    )
    model = connect(api_key="secret")
    assert (model.name, model.caveat) == ("toy at 127.0.0.1", "")
    assert read(model) == ["Why", " so?"]
    path, body, key = server.seen[-1]
    assert path == "/v1/chat/completions" and key == "Bearer secret"
    assert body == {
        "model": "toy",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "stream": True,
    }


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/models", "/v1/chat/completions"])
def test_any_form_of_the_address_will_do(server: Server, connect: Connect, ending: str) -> None:
    connect(server.url + ending)
    assert server.seen[-1][0] == "/v1/models"


def stall(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.chunk(event("Why"))
    handler.server.released.wait(5)


def ping_for_ever(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.server.released.wait(0.1):
        handler.chunk(b": still here\n\n")


def hang_up(handler: Handler) -> None:
    handler.send(200, [event("Why")], hang_up=True)


@pytest.mark.parametrize(
    ("reply", "told", "retryable"),
    [
        (stall, "fell silent for 0.3 seconds", True),
        (ping_for_ever, "longer than allowed", True),
        (hang_up, "broke off in the middle", True),
        ((200, [event("Why")]), "broke off before its end", True),
        (
            (200, [event("Why"), b'data: {"error": {"message": "out of memory"}}\n\n']),
            "gave up.*out of memory",
            True,
        ),
        ((200, [b"<html>Welcome to the router</html>"]), "not reply in OpenAI's form.*html", False),
        ((200, [b"data: {oops\n\n"]), "not reply in OpenAI's form", False),
        ((200, [b'data: {"choices": 3}\n\n']), "not reply in OpenAI's form", False),
        ((200, [b'data: {"choices": [{"delta": {"content": 7}}]}\n\n']), "not reply in OpenAI's form", False),
        ((200, [b"x" * 100_000] * 11), "line without end", False),
        (
            (503, [b'{"error": {"message": "loading model"}}']),
            "HTTP status 503 and says: loading model",
            True,
        ),
        ((401, [b'{"error": "no key"}']), "HTTP status 401 and says: no key", False),
        ((404, [b"not found"]), "HTTP status 404 and says: not found", False),
        ((307, []), r"HTTP status 307\.", False),
    ],
)
def test_whatever_a_server_does_becomes_a_sentence(
    server: Server, connect: Connect, reply: Any, told: str, retryable: bool
) -> None:
    server.replies += [reply, (200, [event("fine", "stop"), DONE])]
    model = connect(api_key="secret")
    started = time.monotonic()
    with pytest.raises(EngineError, match=told) as raised:
        read(model)
    assert time.monotonic() - started < 3
    assert raised.value.retryable is retryable and raised.value.hint
    assert "secret" not in str(raised.value) and "hello" not in str(raised.value)
    server.released.set()
    assert read(model) == ["fine"], "the next call must not suffer"


def test_a_closed_stream_hangs_up(server: Server, connect: Connect) -> None:
    gone = threading.Event()

    def talk(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while not handler.server.released.wait(0.01):
                handler.chunk(event("la " * 1000))
        except OSError:
            gone.set()

    server.replies.append(talk)
    stream = connect().stream(PROMPT, max_tokens=9)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert gone.wait(3), "the server went on talking to nobody"


def test_nobody_at_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(EngineError, match=f"Nothing answers at http://127.0.0.1:{port}/v1") as raised:
        OpenAICompatibleLanguageModel(f"http://127.0.0.1:{port}")
    assert raised.value.retryable and "Start the server" in raised.value.hint


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("localhost:8080", "no address"),
        ("ftp://localhost", "no address"),
        ("http://", "no address"),
        ("http://me:word@localhost", "holds a password"),
    ],
)
def test_what_is_no_address_is_refused(url: str, told: str) -> None:
    with pytest.raises(EngineError, match=told) as raised:
        OpenAICompatibleLanguageModel(url)
    assert "word@" not in str(raised.value)


def test_the_model_is_chosen_or_checked(server: Server, connect: Connect) -> None:
    server.models = json.dumps({"data": [{"id": "llama3.1:latest"}, {"id": "qwen"}]}).encode()
    first = connect()
    assert first.model == "llama3.1:latest" and "2 models are served" in first.caveat
    assert connect(model="llama3.1").caveat == ""
    with pytest.raises(UnknownNameError, match="Did you mean qwen"):
        connect(model="qwem")
    server.models = b'{"data": []}'
    with pytest.raises(EngineError, match="offers no model"):
        connect()
    server.models = b"<html>"
    with pytest.raises(EngineError, match="list of models in a form"):
        connect()
    server.models_status = 404
    assert connect(model="gateway").model == "gateway"
    with pytest.raises(EngineError, match="HTTP status 404"):
        connect()


def test_a_schema_is_asked_for_or_said_to_be_missing(server: Server, connect: Connect) -> None:
    good = (200, [event('{"states": true,'), event(' "sentence": 2}', "stop"), DONE])
    server.replies += [good, (400, [b"unknown response_format"]), good, good]
    model = connect()
    assert model.fill(PROMPT, SCHEMA, max_tokens=40) == {"states": True, "sentence": 2}
    asked = server.seen[-1][1]
    assert asked["response_format"]["type"] == "json_schema" and asked["temperature"] == 0.0
    assert asked["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert '"sentence"' in asked["messages"][0]["content"] and model.caveat == ""
    for _ in range(2):
        assert model.fill(PROMPT, SCHEMA, max_tokens=40) == {"states": True, "sentence": 2}
        assert server.seen[-1][1]["response_format"]["type"] == "json_object"
    assert model.caveat.count("does not take a JSON schema") == 1 and not server.replies


def test_an_error_that_is_not_about_the_form_is_told_as_it_is(server: Server, connect: Connect) -> None:
    too_long = (400, [b'{"error": {"message": "context too long"}}'])
    server.replies += [too_long, too_long]
    model = connect()
    with pytest.raises(EngineError, match="context too long"):
        model.fill(PROMPT, SCHEMA, max_tokens=40)
    assert model.caveat == ""


@pytest.mark.parametrize(
    "text",
    [
        "certainly!",
        "[]",
        '{"states": true}',
        '{"states": "yes", "sentence": 1}',
        '{"states": true, "sentence": 1, "x": 2}',
    ],
)
def test_an_object_that_fails_the_schema_is_refused(server: Server, connect: Connect, text: str) -> None:
    server.replies.append((200, [event(text, "stop"), DONE]))
    with pytest.raises(EngineError, match="cannot be used"):
        connect().fill(PROMPT, SCHEMA, max_tokens=40)


def test_a_closed_connection_says_so(server: Server, connect: Connect) -> None:
    model = connect()
    model.close()
    with pytest.raises(EngineError, match="has been closed"):
        read(model)


def test_a_proxy_in_the_environment_is_not_used(server: Server) -> None:
    program = f"from interviewer.engines.openai_compatible import *; print(OpenAICompatibleLanguageModel({server.url!r}).name)"
    proxy = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=proxy
    )
    assert run.stdout.strip() == "toy at 127.0.0.1", run.stderr


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.1.2.3", True), ("192.168.0.9", True),
        ("gpu-box", True), ("gpu.local", True), ("fd00::1", True), ("8.8.8.8", False), ("api.example.com", False),
        ("local.example.com", False), ("2001:4860::1", False),
    ],
)  # fmt: skip
def test_what_counts_as_near(host: str, near: bool) -> None:
    assert is_nearby(host) is near


def test_sending_answers_away_is_said() -> None:
    served = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": [{"id": "big"}]}))
    far = OpenAICompatibleLanguageModel("https://api.example.com/v1", transport=served)
    assert far.caveat == "Answers leave this machine: they are sent to api.example.com."
    near = OpenAICompatibleLanguageModel("http://192.168.0.9:8000", transport=served)
    assert near.caveat == ""
    far.close()
    near.close()


def test_time_for_a_whole_reply_is_counted_on_the_clock_given() -> None:
    ticks = iter([0.0, 1.0, 5.0])
    pieces = reply_pieces([event("a").decode(), event("b").decode()], "x", 4.0, lambda: next(ticks))
    assert next(pieces).text == "a"
    with pytest.raises(EngineError, match="longer than allowed"):
        next(pieces)
