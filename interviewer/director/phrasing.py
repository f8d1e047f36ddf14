"""How a persona says what the director chose: word for word as authored, or in a language model's words.

The model never chooses what is asked. Whatever goes wrong with it, the authored text is asked and the interview goes on.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from interviewer.director.phrasing_check import refusal
from interviewer.director.phrasing_words import words
from interviewer.domain import Persona, Question
from interviewer.errors import EngineError
from interviewer.library.templates import Templates
from interviewer.ports import LanguageModel, PromptPart

Purpose = Literal["question", "follow_up"]
Conversation = Sequence[tuple[str, str]]
"""Pairs of (speaker, what they said), oldest first, under the question in hand."""

AUTHORED = "authored"
MODEL_FAILED = "the language model failed"
CONVERSATION_CHARACTERS = 6000
DROPPED_TOGETHER = 4
"""Old lines leave in blocks, so that between two drops the prompt only grows and the model's cache stays valid."""
LINE_CHARACTERS = 3000
TOKENS_PER_WORD = 3
TOKENS_SPARE = 48

_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»"}


@dataclass(frozen=True)
class Phrasing:
    text: str
    phrased_by: str = AUTHORED
    """'authored' or the language model's name."""
    rejected: str | None = None
    """Why the model's words were not used, when they were not."""


class Phraser(Protocol):
    def phrase(
        self,
        persona: Persona,
        question: Question,
        authored: str,
        *,
        purpose: Purpose,
        conversation: Conversation,
        lead: str,
    ) -> Phrasing:
        """`authored` as this persona says it. `lead` was said just before, such as an acknowledgement."""
        ...

    def prepare(self, persona: Persona, question: Question, conversation: Conversation) -> None:
        """Read ahead what the next follow-up's prompt begins with, while the candidate is still speaking."""
        ...

    def cancel(self) -> None:
        """Give up the phrasing that another thread is waiting for, soon."""
        ...


class AuthoredPhraser:
    """The embedded default: everything is said as it was authored."""

    def phrase(
        self,
        persona: Persona,
        question: Question,
        authored: str,
        *,
        purpose: Purpose,
        conversation: Conversation,
        lead: str,
    ) -> Phrasing:
        return Phrasing(authored)

    def prepare(self, persona: Persona, question: Question, conversation: Conversation) -> None:
        """There is nothing to read."""

    def cancel(self) -> None:
        """Nothing is ever under way."""


class LanguageModelPhraser:
    """Asks the model for the persona's words and lets code decide whether they may be spoken.

    `seconds_allowed` is read between pieces; waiting for the first one is bounded by the engine itself.
    """

    def __init__(
        self,
        model: LanguageModel,
        templates: Templates,
        *,
        temperature: float = 0.7,
        seconds_allowed: float = 8.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._templates = templates
        self._temperature = temperature
        self._seconds_allowed = seconds_allowed
        self._clock = clock
        self._cancelled = threading.Event()

    def phrase(
        self,
        persona: Persona,
        question: Question,
        authored: str,
        *,
        purpose: Purpose,
        conversation: Conversation,
        lead: str,
    ) -> Phrasing:
        self._cancelled.clear()
        prompt = self._prompt(persona, question, authored, purpose, conversation, lead)
        try:
            reply = self._reply(prompt, max_tokens=len(words(authored)) * TOKENS_PER_WORD + TOKENS_SPARE)
        except EngineError as error:
            return Phrasing(authored, rejected=f"{MODEL_FAILED}: {error.message}")
        except _GivenUpError as given_up:
            return Phrasing(authored, rejected=str(given_up))
        text = tidy(reply)
        reason = refusal(text, authored, question, [lead, *(said for _, said in conversation)])
        return Phrasing(authored, rejected=reason) if reason else Phrasing(text, phrased_by=self._model.name)

    def prepare(self, persona: Persona, question: Question, conversation: Conversation) -> None:
        """The model reads the conversation so far, so that the wait after an answer does not grow with its length."""
        prompt = self._prompt(persona, question, "", "follow_up", conversation, "")
        # A failure here costs time only; if it lasts, `phrase` meets it and says so.
        with suppress(EngineError):
            for _ in self._model.stream(prompt, max_tokens=1, temperature=0.0):
                pass

    def cancel(self) -> None:
        self._cancelled.set()

    def _prompt(
        self,
        persona: Persona,
        question: Question,
        authored: str,
        purpose: Purpose,
        conversation: Conversation,
        lead: str,
    ) -> list[PromptPart]:
        """What never changes comes first and the order last, so that a prefix once read need not be read again."""
        order = self._templates.render(
            f"phrase_{purpose}",
            question=question,
            authored=authored,
            conversation=recent(conversation),
            lead=lead,
        )
        return [
            PromptPart("system", self._templates.render("persona", persona=persona)),
            PromptPart("user", order),
        ]

    def _reply(self, prompt: Sequence[PromptPart], *, max_tokens: int) -> str:
        started = self._clock()
        stream = self._model.stream(prompt, max_tokens=max_tokens, temperature=self._temperature)
        pieces: list[str] = []
        with closing(cast("Generator[str, None, None]", stream)):
            for piece in stream:
                pieces.append(piece)
                if self._cancelled.is_set():
                    raise _GivenUpError("it was cancelled")
                if self._clock() - started > self._seconds_allowed:
                    raise _GivenUpError(f"the language model took longer than {self._seconds_allowed:g} s")
        return "".join(pieces)


class _GivenUpError(Exception):
    """The reply is no longer wanted."""


def tidy(reply: str) -> str:
    """The reply on one line, without a reasoning model's thoughts and without quotation marks around the whole."""
    text = " ".join(_THOUGHT.sub("", reply).split())
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def recent(conversation: Conversation) -> list[tuple[str, str]]:
    """The latest lines that fit; a very long one keeps its beginning and its end."""
    lines = [(speaker, _clipped(text)) for speaker, text in conversation]
    dropped = 0
    while sum(len(text) for _, text in lines[dropped:]) > CONVERSATION_CHARACTERS:
        dropped += DROPPED_TOGETHER
    return lines[dropped:]


def _clipped(text: str) -> str:
    half = LINE_CHARACTERS // 2
    return text if len(text) <= LINE_CHARACTERS else f"{text[:half]} … {text[-half:]}"
