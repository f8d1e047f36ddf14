"""A language model that answers from a script: for tests, and for showing a session without weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from interviewer.errors import EngineError
from interviewer.ports import Choice, PromptPart


class ScriptedLanguageModel:
    """Gives `replies` in order; a text for `stream`, an object for `fill`, a Choice for `choose`, an EngineError to be
    raised.

    Every prompt is kept in `prompts`. `cancelled` counts streams that were closed before their end.
    """

    name = "scripted"
    caveat = ""

    def __init__(self, replies: Sequence[str | Mapping[str, Any] | Choice | EngineError] = ()) -> None:
        self._replies = list(replies)
        self.prompts: list[tuple[PromptPart, ...]] = []
        self.cancelled = 0

    def stream(
        self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7
    ) -> Iterator[str]:
        """The next reply word by word, at most `max_tokens` words of it."""
        reply = self._next(prompt)
        if not isinstance(reply, str):
            raise EngineError(self.name, "The script holds something else where a text was asked for.")
        done = False
        try:
            for index, word in enumerate(reply.split(" ")[:max_tokens]):
                yield word if index == 0 else f" {word}"
            done = True
        finally:
            self.cancelled += not done

    def fill(
        self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int
    ) -> dict[str, Any]:
        reply = self._next(prompt)
        if isinstance(reply, str | Choice):
            raise EngineError(self.name, "The script holds something else where an object was asked for.")
        return deepcopy(dict(reply))

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        reply = self._next(prompt)
        if not isinstance(reply, Choice):
            raise EngineError(self.name, "The script holds something else where a choice was asked for.")
        return reply

    def close(self) -> None:
        pass

    def _next(self, prompt: Sequence[PromptPart]) -> str | Mapping[str, Any] | Choice:
        self.prompts.append(tuple(prompt))
        if not self._replies:
            raise EngineError(self.name, "The script has no reply left.")
        reply = self._replies.pop(0)
        if isinstance(reply, EngineError):
            raise reply
        return reply
