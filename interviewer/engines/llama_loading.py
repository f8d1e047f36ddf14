"""Opening a GGUF file with llama.cpp: quietly, on the GPU if it fits, and with a sentence for everything unusual."""

from __future__ import annotations

import ctypes
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from interviewer.errors import EngineError

ENGINE = "llama.cpp"
MEND = "Check it with: interviewer models verify, or fetch one that is known to work with: interviewer models pull."
READ_BLOCK = 32
"""Tokens read together when a model is made to choose. Up to so many are read twice for each choice."""
_MAGIC = b"GGUF"
_WARNING, _ERROR = 3, 4  # ggml's log levels
_CAUSES = ("unknown model architecture", "out of memory", "corrupted")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadSettings:
    """How to open a model. `gpu_layers` -1 means all; `swa_full` keeps the whole cache of sliding-window models."""

    path: Path
    context_tokens: int = 8192
    gpu_layers: int = -1
    threads: int | None = None
    seed: int = 0
    swa_full: bool = True
    chat_format: str | None = None


@dataclass
class Tally:
    """What one call cost. `shared` counts the leading prompt tokens that the cache already held."""

    prompt: int = 0
    shared: int = 0
    evaluated: int | None = None
    generated: int = 0


@dataclass(frozen=True)
class LoadedModel:
    """An open model. `llama` is llama_cpp.Llama that also keeps a Tally, in `.tally`."""

    llama: Any
    caveats: tuple[str, ...]
    reuses_prefix: bool
    takes_system_part: bool


@dataclass
class _NativeLog:
    """llama.cpp's own log: kept off the terminal, its last complaints kept for our error sentences."""

    complaints: deque[str] = field(default_factory=lambda: deque(maxlen=12))
    callback: Any = None
    """The C callback, kept alive as long as the process."""

    def write(self, level: int, text: bytes, _user_data: object) -> None:
        line = text.decode("utf-8", errors="replace").strip()
        if level in (_WARNING, _ERROR) and line:
            self.complaints.append(line)
        if line:
            _LOG.debug("%s", line)


_native_log = _NativeLog()
_loading = threading.Lock()
"""Loads run one at a time, so that a complaint in the log belongs to the model being loaded."""


@cache
def silenced_library() -> Any:
    """The llama_cpp module, its log sent to ours."""
    try:
        import llama_cpp
        from llama_cpp import _internals, llama
    except (ImportError, OSError, RuntimeError) as error:
        hint = "Reinstall it with: pip install --force-reinstall llama-cpp-python"
        raise EngineError(ENGINE, f"llama-cpp-python could not be loaded: {error}", hint) from error
    # While it loads, the library points file descriptors 1 and 2 of the whole process at /dev/null: other threads'
    # output is lost, and two loads at once leave them there for good. With the log redirected there is nothing to hide.
    for module in (_internals, llama):
        module.suppress_stdout_stderr = lambda disable=True: nullcontext()
    callback = llama_cpp.llama_log_callback(_native_log.write)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    _native_log.callback = callback
    return llama_cpp


class _CaughtPromptError(Exception):
    """Carries a prompt out of the library before anything is generated."""

    def __init__(self, tokens: list[int]) -> None:
        super().__init__()
        self.tokens = tokens


@cache
def _counting_class() -> Any:
    library = silenced_library()

    class CountingLlama(library.Llama):  # type: ignore[misc,name-defined]
        """Llama that counts the tokens it really evaluates, so that a lost prefix is seen without a clock."""

        tally: Tally
        prompt_limit: int
        n_tokens: int
        _catching = False
        _settled = 0
        """How many of the cached tokens were read in blocks."""

        def prompt_tokens(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
            """The tokens that `messages` become under the model's own chat template; nothing is evaluated. There is
            a handler for every kind of template and no way to ask one, so they are caught where generation begins."""
            self._catching = True
            try:
                self.create_chat_completion(messages=messages, max_tokens=1)
            except _CaughtPromptError as caught:
                return caught.tokens
            finally:
                self._catching = False
            raise RuntimeError("the chat template put no prompt to the model")

        def logits_after(
            self, tokens: Sequence[int], *, anew: bool, cut_back: bool
        ) -> npt.NDArray[np.float32]:
            """The scores of every next token after `tokens`, shape (vocabulary,). Only what the cache lacks is read.

            `anew` begins a prompt: its tokens are read in blocks that begin at the same places whatever was read before,
            because the company a token is computed in shows in its last digits, and a score must not depend on history.
            `cut_back` False says that the cache of this model cannot be.
            """
            known = self.longest_token_prefix(self.input_ids[: self.n_tokens].tolist(), list(tokens[:-1]))
            if anew:
                known = min(known, self._settled)
                known -= known % READ_BLOCK
            if known < self.n_tokens and not cut_back:
                known, anew = 0, True
            if known == 0:
                self.reset()
            self.n_tokens = known
            block = READ_BLOCK if anew else len(tokens)
            for start in range(known, len(tokens), block):
                super().eval(tokens[start : start + block])
            self._settled = len(tokens) if anew else min(self._settled, known)
            self.tally.evaluated = (self.tally.evaluated or 0) + len(tokens) - known
            scores = np.ctypeslib.as_array(self._ctx.get_logits_ith(-1), shape=(self.n_vocab(),))
            return scores.astype(np.float32)  # a copy: the next call overwrites them

        def generate(self, tokens: Sequence[int], *args: Any, **kwargs: Any) -> Iterator[int]:
            if self._catching:
                raise _CaughtPromptError(list(tokens))
            if len(tokens) >= self.prompt_limit:
                raise ValueError(
                    f"Requested tokens ({len(tokens)}) exceed context window of {self.prompt_limit}"
                )
            shared = self.longest_token_prefix(self.input_ids[: self.n_tokens].tolist(), list(tokens))
            self.tally = Tally(prompt=len(tokens), shared=shared)
            self._settled = 0
            with closing(super().generate(tokens, *args, **kwargs)) as generated:
                for token in generated:
                    self.tally.generated += 1
                    yield token

        def eval(self, tokens: Sequence[int]) -> None:
            if self.tally.evaluated is None:
                self.tally.evaluated = len(tokens)
            super().eval(tokens)

    return CountingLlama


def build(settings: LoadSettings) -> Any:
    """A new llama_cpp.Llama. ValueError when llama.cpp refuses the file or has no memory for it."""
    threads = settings.threads or max(1, (os.cpu_count() or 2) // 2)
    llama = _counting_class()(
        model_path=str(settings.path),
        n_ctx=settings.context_tokens,
        n_gpu_layers=settings.gpu_layers,
        n_threads=threads,
        # Left alone, reading a prompt takes every core and the first token waits for the busiest one.
        n_threads_batch=threads,
        seed=settings.seed,
        swa_full=settings.swa_full,
        chat_format=settings.chat_format,
        verbose=False,
    )
    llama.tally = Tally()
    llama.prompt_limit = min(llama.n_ctx(), llama._model.n_ctx_train())
    return llama


def load_model(
    settings: LoadSettings,
    *,
    builder: Callable[[LoadSettings], Any] = build,
    gpu_available: bool | None = None,
) -> LoadedModel:
    """Open the model; without room on the GPU, on the CPU and saying so. EngineError when it cannot be opened."""
    check_file(settings.path)
    library = silenced_library()
    gpu = bool(library.llama_supports_gpu_offload()) if gpu_available is None else gpu_available
    caveats: list[str] = []
    with _loading:
        _native_log.complaints.clear()
        try:
            llama = builder(settings)
        except (ValueError, RuntimeError, AssertionError) as refused:
            reason = _reason(refused)
            if not gpu or settings.gpu_layers == 0:
                _refuse(settings.path, reason, refused)
            _native_log.complaints.clear()
            try:
                llama = builder(replace(settings, gpu_layers=0))
            except (ValueError, RuntimeError, AssertionError) as again:
                _refuse(settings.path, _reason(again), again)
            caveats.append(
                f"The GPU could not take the language model ({reason}), so it runs on the CPU, slower."
            )
    return _described(library, llama, settings, caveats)


def check_file(path: Path) -> None:
    """EngineError unless there is a file that begins as GGUF does."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise EngineError(ENGINE, f"No language model could be opened: {path} {what}.", MEND)
    with path.open("rb") as file:
        head = file.read(4)
    if head != _MAGIC:
        found = "it is empty" if not head else f"it begins with {head!r}"
        raise EngineError(ENGINE, f"{path} is no GGUF file: {found}.", MEND)


def _reason(error: Exception) -> str:
    """llama.cpp's own first complaint that names a cause, which says more than the wrapper's error."""
    lines = list(_native_log.complaints)
    named = [line for line in lines if any(cause in line for cause in _CAUSES)]
    failed = [line for line in lines if "failed" in line or "error" in line]
    return (named or failed or [str(error)])[0].rsplit("error loading model: ", 1)[-1]


def _refuse(path: Path, reason: str, cause: Exception) -> NoReturn:
    raise EngineError(ENGINE, f"llama.cpp could not open {path}: {reason.rstrip('.')}.", MEND) from cause


def _described(library: Any, llama: Any, settings: LoadSettings, caveats: list[str]) -> LoadedModel:
    native = llama._model.model
    sliding = library.llama_model_n_swa(native) > 0 and not settings.swa_full
    recurrent = library.llama_model_is_recurrent(native) or library.llama_model_is_hybrid(native)
    if sliding or recurrent:
        caveats.append(
            "This model's cache cannot be cut back, so every reply reads its whole prompt again, which takes longer; "
            + (
                "open it with the full cache (swa_full)."
                if sliding
                else "prefer a model with full attention."
            )
        )
    template = llama.metadata.get("tokenizer.chat_template")
    if template is None and settings.chat_format is None:
        llama.chat_format = "chatml"
        caveats.append(
            f"{settings.path.name} has no chat template, so ChatML is assumed and replies may be poor: "
            "choose an instruction-tuned file, or name its chat format."
        )
    if llama.prompt_limit < settings.context_tokens:
        caveats.append(
            f"This model was made for {llama.prompt_limit} tokens at most; longer prompts are refused."
        )
    return LoadedModel(llama, tuple(caveats), not (sliding or recurrent), _takes_system_part(template))


def _takes_system_part(template: str | None) -> bool:
    """Whether the model's own template renders a system part; some raise an error at one, some drop it."""
    if template is None:
        return True
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    # A template is a stranger's program: whatever it raises means that it does not take the part.
    with suppress(Exception):
        formatter = Jinja2ChatFormatter(template=template, eos_token="", bos_token="")
        probe = [{"role": "system", "content": "probe of the system"}, {"role": "user", "content": "user"}]
        return "probe of the system" in formatter(messages=probe).prompt
    return False
