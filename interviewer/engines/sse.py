"""The stream of a chat reply as OpenAI's servers send it: server-sent events that hold JSON. Knows no network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from interviewer.engines.choosing import Token, token_of
from interviewer.errors import EngineError

MAX_LINE_CHARACTERS = 1_000_000
_RETRY_HINT = "Look at the server's log; the same question may work a second time."


@dataclass(frozen=True)
class Timeouts:
    """Seconds allowed. `between_pieces` also bounds the wait for the first piece, so it covers reading the prompt."""

    connect: float = 3.0
    between_pieces: float = 30.0
    whole_reply: float = 120.0

    def httpx(self) -> httpx.Timeout:
        return httpx.Timeout(self.between_pieces, connect=self.connect)


@dataclass(frozen=True)
class Piece:
    """A piece of a reply, and its tokens with their probabilities where the server tells them."""

    text: str
    tokens: tuple[Token, ...]
    ended: bool


def reply_pieces(
    received: Iterable[str],
    engine: str,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Piece]:
    """Pieces of a reply out of what is received. EngineError for what is no reply, for an error sent in the stream,
    for an end before the reply was complete, and when the whole takes more than `seconds`."""
    finished = False
    for data in _events(received, engine, clock() + seconds, clock):
        if data == "[DONE]":
            return
        piece = _piece(data, engine)
        finished = finished or piece.ended
        if piece.text or piece.tokens:
            yield piece
    if not finished:
        message = "The reply broke off before its end."
        raise EngineError(engine, message, _RETRY_HINT, retryable=True)


def _events(
    received: Iterable[str], engine: str, deadline: float, clock: Callable[[], float]
) -> Iterator[str]:
    """The data of each event. A server that only keeps the line open runs into the deadline as well."""
    rest = ""
    for text in received:
        if clock() > deadline:
            raise EngineError(engine, "The reply took longer than allowed.", _RETRY_HINT, retryable=True)
        *lines, rest = (rest + text).split("\n")
        if len(rest) > MAX_LINE_CHARACTERS:
            raise _not_openai(engine, "a line without end")
        for line in lines:
            yield from _data(line, engine)
    yield from _data(rest, engine)


def _data(line: str, engine: str) -> Iterator[str]:
    line = line.strip()
    if not line or line.startswith((":", "event:", "id:", "retry:")):
        return
    if not line.startswith("data:"):
        raise _not_openai(engine, repr(line[:60]))
    yield line.removeprefix("data:").strip()


def _piece(data: str, engine: str) -> Piece:
    """The event's text, its tokens, and whether the reply ends with it."""
    try:
        event: Any = json.loads(data)
        if error := event.get("error"):
            said = error.get("message") if isinstance(error, dict) else error
            raise EngineError(
                engine, f"The server gave up while replying: {said}", _RETRY_HINT, retryable=True
            )
        choices = event["choices"]
        if not choices:  # usage figures come without a choice
            return Piece("", (), False)
        text = choices[0]["delta"].get("content") or ""
        if not isinstance(text, str):
            raise TypeError("content is no text")
        told = choices[0].get("logprobs") or {}
        tokens = tuple(token_of(entry) for entry in told.get("content") or ())
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _not_openai(engine, repr(data[:60])) from error
    return Piece(text, tokens, choices[0].get("finish_reason") is not None)


def _not_openai(engine: str, what: str) -> EngineError:
    message = f"The server does not reply in OpenAI's form; it sent {what}."
    return EngineError(engine, message, "Check that the address belongs to a language model server.")
