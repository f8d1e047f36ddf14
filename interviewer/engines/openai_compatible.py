"""A language model behind an OpenAI-compatible address: llama-server, vLLM, Ollama. Contacts that address only.

Everything that comes back is a stranger's: it is bounded in time and size, and checked.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import httpx

from interviewer.engines.choosing import (
    LISTED_ALTERNATIVES,
    chances_of,
    longest_reply,
    schema_of,
    taken_from,
)
from interviewer.engines.json_schema import bounded, parse_object, with_schema
from interviewer.engines.sse import Piece, Timeouts, reply_pieces
from interviewer.errors import EngineError, UnknownNameError
from interviewer.ports import Choice, PromptPart

START_HINT = "Start the server (llama-server, vLLM or Ollama), or check the address."
_REFUSED_FORMAT = frozenset({400, 415, 422, 500, 501})
"""How servers refuse a response format they do not know; llama-cpp-python's answers 500."""
_NO_SUCH_PATH = frozenset({404, 405, 501})
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
_LOCAL_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
_ERROR_CHARACTERS = 300
_SPACES = 16
"""Tokens of white space a chosen reply may hold beside its own."""


class HttpStatusError(EngineError):
    """The server answered, but with a status that is no reply."""

    def __init__(self, engine: str, message: str, hint: str, status: int) -> None:
        super().__init__(engine, message, hint, retryable=status in _WORTH_ANOTHER_TRY)
        self.status = status


class OpenAICompatibleLanguageModel:
    """The `LanguageModel` port over HTTP.

    `url` is the server's address, with or without /v1; `model` may be left out where one model is served.
    The server is asked for its models at once: EngineError when it cannot be reached or does not speak the protocol.
    """

    def __init__(
        self,
        url: str,
        model: str | None = None,
        api_key: str | None = None,
        timeouts: Timeouts | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = _base_url(url)
        self.engine = f"language model at {self._url.host}"
        self._timeouts = timeouts or Timeouts()
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=self._timeouts.httpx(),
            follow_redirects=False,
            # A proxy named in the environment would see every answer.
            trust_env=False,
            transport=transport,
        )
        self._caveats: list[str] = []
        self._schema_refused = False
        self._chances_refused = False
        if not is_nearby(self._url.host):
            self._caveats.append(f"Answers leave this machine: they are sent to {self._url.host}.")
        try:
            self.model = self._choose_model(model)
        except BaseException:
            self._client.close()
            raise
        self.name = f"{self.model} at {self._url.host}"

    @property
    def caveat(self) -> str:
        """What the user should know about this server; "" when all is as it should be."""
        return " ".join(self._caveats)

    def models(self) -> list[str]:
        """Names of the models the server offers."""
        with self._errors():
            response = self._client.get(self._at("models"))
            if response.status_code != 200:
                raise self._http_error(response.status_code, response.text)
            try:
                return [str(entry["id"]) for entry in response.json()["data"]]
            except (ValueError, TypeError, KeyError) as error:
                raise self._garbage("its list of models") from error

    def stream(
        self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7
    ) -> Iterator[str]:
        """Pieces of the reply. Closing the iterator hangs up, which makes the server stop."""
        with closing(self._pieces(self._body(prompt, max_tokens, temperature))) as pieces:
            for piece in pieces:
                if piece.text:
                    yield piece.text

    def fill(
        self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int
    ) -> dict[str, Any]:
        """An object under `schema`: asked for as json_schema, or as json_object where that is refused, and checked."""
        limits = bounded(schema)
        pieces = self._held_to(limits, self._body(with_schema(prompt, limits), max_tokens, 0.0))
        try:
            return parse_object("".join(piece.text for piece in pieces), limits)
        except ValueError as fault:
            raise self._unusable(fault) from fault

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        """The options the server's reply names, with the chances it tells of the first field's; a server that tells
        none, or refuses to, gets a caveat. EngineError for options and probabilities that cannot be."""
        schema = schema_of(fields)
        body = self._body(with_schema(prompt, schema), longest_reply(fields) + _SPACES, 0.0)
        pieces = self._held_to(schema, body, chances=True)
        name, options = next(iter(fields.items()))
        tokens = [token for piece in pieces for token in piece.tokens]
        try:
            taken = taken_from("".join(piece.text for piece in pieces), fields)
            told = chances_of(tokens, name, options, taken[name]) if tokens else None
        except ValueError as fault:
            raise self._unusable(fault) from fault
        if told is None:
            self._say_once(
                f"{self._url.host} does not tell probabilities, so its yes and no are taken at their word."
            )
        return Choice(taken, told)

    def close(self) -> None:
        self._client.close()

    def _held_to(
        self, schema: Mapping[str, Any], body: dict[str, Any], *, chances: bool = False
    ) -> list[Piece]:
        """The reply in the best form the server takes. What it once refused is not asked for again."""
        strict = {"name": "reply", "schema": schema, "strict": True}
        # llama-cpp-python's server knows the schema under the second name; others ignore it.
        formats = {
            True: {"type": "json_schema", "json_schema": strict},
            False: {"type": "json_object", "schema": schema},
        }
        forms = [
            (held, told)
            for told in ([True, False] if chances and not self._chances_refused else [False])
            for held in ([False] if self._schema_refused else [True, False])
        ]
        for number, (held, told) in enumerate(forms):
            extra = {"logprobs": True, "top_logprobs": LISTED_ALTERNATIVES} if told else {}
            try:
                pieces = list(self._pieces(body | {"response_format": formats[held]} | extra))
            except HttpStatusError as error:
                if error.status not in _REFUSED_FORMAT or number == len(forms) - 1:
                    raise
                continue
            self._chances_refused = self._chances_refused or (chances and not told)
            if not held and not self._schema_refused:
                self._schema_refused = True
                self._say_once(
                    f"{self._url.host} does not take a JSON schema, so replies are asked for as plain JSON and checked."
                )
            return pieces
        raise AssertionError("the last form either replies or raises")

    def _say_once(self, caveat: str) -> None:
        if caveat not in self._caveats:
            self._caveats.append(caveat)

    def _unusable(self, fault: ValueError) -> EngineError:
        return EngineError(self.engine, f"The reply of {self.name} cannot be used: {fault}.")

    def _pieces(self, body: dict[str, Any]) -> Generator[Piece, None, None]:
        with (
            self._errors(),
            self._client.stream("POST", self._at("chat/completions"), json=body) as response,
        ):
            if response.status_code != 200:
                raise self._http_error(response.status_code, self._error_text(response))
            yield from reply_pieces(response.iter_text(), self.engine, self._timeouts.whole_reply)

    def _body(self, prompt: Sequence[PromptPart], max_tokens: int, temperature: float) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": part.role, "content": part.text} for part in prompt],
            "max_tokens": max(1, max_tokens),
            "temperature": temperature,
            "stream": True,
        }

    def _choose_model(self, wanted: str | None) -> str:
        try:
            offered = self.models()
        except HttpStatusError as error:
            # Some gateways serve replies only; a named model can still be asked.
            if wanted is None or error.status not in _NO_SUCH_PATH:
                raise
            return wanted
        if wanted is not None:
            if wanted not in offered and f"{wanted}:latest" not in offered:
                hint = f"The server at {self._url} lists the models it has under /models."
                raise UnknownNameError("served model", wanted, offered, hint)
            return wanted
        if not offered:
            raise EngineError(
                self.engine, f"The server at {self._url} offers no model.", "Load one there first."
            )
        if len(offered) > 1:
            self._caveats.append(
                f"{len(offered)} models are served; {offered[0]} was taken as none was named."
            )
        return offered[0]

    def _at(self, path: str) -> httpx.URL:
        return self._url.copy_with(path=f"{self._url.path}/{path}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """httpx's errors as sentences. Never with the key or the prompt in them."""
        if self._client.is_closed:
            raise EngineError(self.engine, f"The connection to {self._url} has been closed.", "Open it anew.")
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            message = f"Nothing answers at {self._url}: {error}."
            raise EngineError(self.engine, message, START_HINT, retryable=True) from error
        except httpx.ReadTimeout as error:
            seconds = self._timeouts.between_pieces
            message = f"The server at {self._url} fell silent for {seconds:g} seconds."
            raise EngineError(
                self.engine, message, "Look at its log; it may be overloaded.", retryable=True
            ) from error
        except httpx.RemoteProtocolError as error:
            message = f"The server at {self._url} broke off in the middle: {error}."
            raise EngineError(self.engine, message, "Look at its log.", retryable=True) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            message = f"Talking to {self._url} failed: {error}."
            raise EngineError(self.engine, message, START_HINT, retryable=True) from error

    def _error_text(self, response: httpx.Response) -> str:
        text = ""
        for piece in response.iter_text():
            text += piece
            if len(text) > 10 * _ERROR_CHARACTERS:
                break
        return text

    def _http_error(self, status: int, body: str) -> HttpStatusError:
        hint = START_HINT
        if status in (401, 403):
            hint = "Give the key that this server expects."
        elif status == 404:
            hint = "Check the address (it usually ends in /v1) and the model's name."
        elif 300 <= status < 400:
            hint = "It points to another address; give that one if you trust it."
        message = f"The server at {self._url} answered with HTTP status {status}{_sentence_of(body)}."
        return HttpStatusError(self.engine, message, hint, status)

    def _garbage(self, what: str) -> EngineError:
        message = f"The server at {self._url} sent {what} in a form that is not OpenAI's."
        return EngineError(self.engine, message, START_HINT)


def is_nearby(host: str) -> bool:
    """Whether `host` is this machine or on a private network, judged by its name alone: nothing is looked up."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or address.is_private or address.is_link_local


def _base_url(url: str) -> httpx.URL:
    """The address with its path, /v1 when none is given; a name and a password in it are refused."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise EngineError("language model", f"'{url}' is no address: {error}.", _URL_HINT) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise EngineError("language model", f"'{url}' is no address of a server.", _URL_HINT)
    if parsed.userinfo:
        raise EngineError(
            "language model", "The address holds a password.", "Pass it as the API key instead."
        )
    path = parsed.path.rstrip("/").removesuffix("/chat/completions").removesuffix("/models")
    return parsed.copy_with(path=path or "/v1", query=None, fragment=None)


_URL_HINT = "Write it like http://127.0.0.1:8080/v1"


def _sentence_of(body: str) -> str:
    """What a server says about an error, from OpenAI's form or from the bare text, shortened."""
    try:
        error = json.loads(body).get("error")
        said = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        said = body
    text = " ".join(str(said or "").split())[:_ERROR_CHARACTERS]
    return f" and says: {text.rstrip('.')}" if text else ""
