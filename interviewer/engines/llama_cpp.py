"""A language model in a GGUF file, run here by llama.cpp. Knows prompts and tokens, nothing of interviews.

llama.cpp keeps what it has read: a prompt that begins like the one before costs only its new end. One model object
has one such memory and one owner. Judging goes through `clone_context()`, or it would push the interview's
prompt out of that memory.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interviewer.engines.choosing import longest_reply, normalised, reply_of
from interviewer.engines.json_schema import bounded, parse_object, with_schema
from interviewer.engines.llama_loading import (
    ENGINE,
    LoadedModel,
    LoadSettings,
    Tally,
    load_model,
    silenced_library,
)
from interviewer.errors import EngineError
from interviewer.ports import Choice, PromptPart

CLOSE_SECONDS = 5.0
"""How long `close` waits for a call under way on another thread."""
LOST_PREFIX_TOKENS = 32
"""A shared beginning of at least so many tokens that is read again nonetheless is worth a caveat."""


@dataclass(frozen=True)
class Usage:
    """What the last call cost, in tokens. `evaluated` below `prompt` is the saving from the cached prefix."""

    prompt_tokens: int
    evaluated_tokens: int
    generated_tokens: int


class LlamaCppLanguageModel:
    """The `LanguageModel` port over one GGUF file.

    `context_tokens` bounds prompt and reply together; `gpu_layers` -1 puts all layers on a GPU where there is one.
    EngineError when the file is missing, damaged or of an architecture that llama.cpp does not know.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int = 8192,
        gpu_layers: int = -1,
        threads: int | None = None,
        seed: int = 0,
        swa_full: bool = True,
        chat_format: str | None = None,
    ) -> None:
        self._settings = LoadSettings(path, context_tokens, gpu_layers, threads, seed, swa_full, chat_format)
        self._loaded: LoadedModel | None = load_model(self._settings)
        self._caveats = list(self._loaded.caveats)
        self._owner = threading.Lock()
        self._usage: Usage | None = None
        self.name = path.stem

    @property
    def caveat(self) -> str:
        """What the user should know about how this model runs; "" when all is as it should be."""
        return " ".join(self._caveats)

    @property
    def last_usage(self) -> Usage | None:
        """Tokens of the last call that came as far as reading its prompt."""
        return self._usage

    def clone_context(self) -> LlamaCppLanguageModel:
        """The same model with a memory of its own, for judging. On the CPU the weights are shared through the file
        cache; on a GPU they are loaded a second time."""
        settings = self._settings
        return LlamaCppLanguageModel(
            settings.path,
            context_tokens=settings.context_tokens,
            gpu_layers=settings.gpu_layers,
            threads=settings.threads,
            seed=settings.seed,
            swa_full=settings.swa_full,
            chat_format=settings.chat_format,
        )

    def stream(
        self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7
    ) -> Iterator[str]:
        """Pieces of the reply. Closing the iterator stops the model at the next token; the next call is unharmed."""
        with closing(self._pieces(prompt, max_tokens, temperature, grammar=None)) as pieces:
            yield from pieces

    def fill(
        self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int
    ) -> dict[str, Any]:
        """An object under `schema`, held to it by a grammar while it is written and checked afterwards."""
        limits = bounded(schema)
        grammar = silenced_library().LlamaGrammar.from_json_schema(json.dumps(limits), verbose=False)
        text = "".join(self._pieces(with_schema(prompt, limits), max_tokens, 0.0, grammar=grammar))
        try:
            return parse_object(text, limits)
        except ValueError as fault:
            usage = self._usage
            cut = (
                " It was cut off: allow more tokens."
                if usage and usage.generated_tokens >= max_tokens
                else ""
            )
            raise EngineError(ENGINE, f"The reply of {self.name} cannot be used: {fault}.{cut}") from fault

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        """The likeliest option of each field. The reply's form is put into the model's mouth and only the options are
        weighed against each other, so nothing else can come out and nothing is written token by token."""
        with self._owned() as loaded:
            loaded.llama.tally = Tally()
            try:
                tokens = loaded.llama.prompt_tokens(_as_messages(prompt, loaded.takes_system_part))
                room = loaded.llama.prompt_limit - longest_reply(fields)
                if len(tokens) > room:
                    raise ValueError(f"Requested tokens ({len(tokens)}) exceed context window of {room}")
                return _Chooser(loaded, tokens).choice(fields)
            except (ValueError, RuntimeError) as error:
                loaded.llama.reset()
                raise self._failure(error) from error
            finally:
                tally = loaded.llama.tally
                self._usage = Usage(tally.prompt, tally.evaluated or 0, 0)

    def close(self) -> None:
        """Free the model's memory. EngineError when another thread still works with it."""
        if not self._owner.acquire(timeout=CLOSE_SECONDS):
            raise EngineError(
                ENGINE, f"{self.name} is still replying; close that stream first.", retryable=True
            )
        try:
            if self._loaded is not None:
                self._loaded.llama.close()
                self._loaded = None
        finally:
            self._owner.release()

    @contextmanager
    def _owned(self) -> Iterator[LoadedModel]:
        if not self._owner.acquire(blocking=False):
            raise EngineError(
                ENGINE,
                f"{self.name} is already replying to somebody: it has one memory and one owner at a time.",
                "Finish or close the other stream first, or use clone_context().",
                retryable=True,
            )
        try:
            if self._loaded is None:
                raise EngineError(ENGINE, f"{self.name} has been closed.", "Open it anew.")
            yield self._loaded
        finally:
            self._owner.release()

    def _pieces(
        self, prompt: Sequence[PromptPart], max_tokens: int, temperature: float, grammar: Any
    ) -> Generator[str, None, None]:
        with self._owned() as loaded:
            loaded.llama.tally = Tally()
            if not loaded.reuses_prefix:
                loaded.llama.reset()
            try:
                chunks = loaded.llama.create_chat_completion(
                    messages=_as_messages(prompt, loaded.takes_system_part),
                    max_tokens=max(1, max_tokens),
                    temperature=temperature,
                    seed=self._settings.seed,
                    grammar=grammar,
                    stream=True,
                )
                with closing(chunks):
                    for chunk in chunks:
                        if text := chunk["choices"][0]["delta"].get("content"):
                            yield text
            except (ValueError, RuntimeError) as error:
                loaded.llama.reset()
                raise self._failure(error) from error
            finally:
                self._note_usage(loaded)

    def _failure(self, error: Exception) -> EngineError:
        if "exceed context window" in str(error):
            message = f"The prompt is too long for {self.name}: {error}."
            return EngineError(ENGINE, message, "Open the model with a larger context, or choose another.")
        return EngineError(ENGINE, f"{self.name} failed while replying: {error}", retryable=True)

    def _note_usage(self, loaded: LoadedModel) -> None:
        tally = loaded.llama.tally
        if tally.evaluated is None:
            return
        self._usage = Usage(tally.prompt, tally.evaluated, tally.generated)
        lost = loaded.reuses_prefix and tally.shared >= LOST_PREFIX_TOKENS and tally.evaluated == tally.prompt
        sentence = "This model reads its whole prompt again for every reply, which takes longer."
        if lost and sentence not in self._caveats:
            self._caveats.append(sentence)


class _Chooser:
    """Walks down the replies that are possible, token by token, wherever they part."""

    def __init__(self, loaded: LoadedModel, prompt: Sequence[int]) -> None:
        self._loaded = loaded
        self._prompt = list(prompt)
        self._anew = True
        loaded.llama.tally.prompt = len(prompt)

    def choice(self, fields: Mapping[str, Sequence[str]]) -> Choice:
        taken: dict[str, str] = {}
        told: dict[str, float] | None = None
        for name, options in fields.items():
            replies = {option: self._tokens(reply_of({**taken, name: option})) for option in options}
            taken[name], chances = self._walk(replies)
            told = told if len(taken) > 1 else chances
        return Choice(taken, told)

    def _tokens(self, reply: str) -> list[int]:
        tokens: list[int] = self._loaded.llama.tokenize(reply.encode(), add_bos=False, special=False)
        return tokens

    def _walk(self, replies: Mapping[str, Sequence[int]]) -> tuple[str, dict[str, float] | None]:
        """The option reached, and the chances of all when the first parting of the ways leads to each alone."""
        left, told = dict(replies), None
        while len(left) > 1:
            fork = _common(list(left.values()))
            scores = self._scores([*next(iter(left.values()))[:fork]])
            ways = {option: float(scores[tokens[fork]]) for option, tokens in left.items()}
            if len(left) == len(replies) and len({tokens[fork] for tokens in left.values()}) == len(left):
                told = normalised(ways)
            best = replies[max(ways, key=lambda option: ways[option])][fork]
            left = {option: tokens for option, tokens in left.items() if tokens[fork] == best}
        return next(iter(left)), told

    def _scores(self, reply: Sequence[int]) -> Any:
        tokens = [*self._prompt, *reply]
        reads, self._anew = self._anew, False
        return self._loaded.llama.logits_after(tokens, anew=reads, cut_back=self._loaded.reuses_prefix)


def _common(sequences: Sequence[Sequence[int]]) -> int:
    """How many leading tokens all share; none of the sequences is another's beginning."""
    return next(place for place, tokens in enumerate(zip(*sequences, strict=False)) if len(set(tokens)) > 1)


def _as_messages(prompt: Sequence[PromptPart], takes_system_part: bool) -> list[dict[str, str]]:
    """The prompt as chat messages; the system part is put before the first user part where it is not understood."""
    messages = [{"role": part.role, "content": part.text} for part in prompt]
    if takes_system_part or len(messages) < 2 or messages[0]["role"] != "system":
        return messages
    system, first, *rest = messages
    return [{"role": first["role"], "content": f"{system['content']}\n\n{first['content']}"}, *rest]
