"""Engines for many sessions in one process: what can be shared is loaded once, what one thread must own is lent out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from interviewer.assembly.engines import Engines, open_engines, open_transcriber, open_voice
from interviewer.domain import Question
from interviewer.errors import InterviewerError
from interviewer.library.settings import Settings
from interviewer.ports import Choice, LanguageModel, PromptPart

MOST_SPOKEN = 4  # each recogniser takes memory of its own: 230 MB the embedded one, more with weights

Stage = Literal["loading", "typed", "ready", "failed"]


@dataclass(frozen=True)
class DeskState:
    """How far loading has come. `typed`: interviews by keyboard can begin; `failed` says why voice cannot."""

    stage: Stage
    names: dict[str, str] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    error: str = ""


class SharedLanguageModel:
    """LanguageModel port for several sessions: they take turns, since a model has one owner at a time."""

    def __init__(self, model: LanguageModel) -> None:
        self.name = model.name
        self._model = model
        self._turn = threading.Lock()

    def stream(
        self, prompt: Sequence[PromptPart], *, max_tokens: int, temperature: float = 0.7
    ) -> Iterator[str]:
        with self._turn:
            yield from self._model.stream(prompt, max_tokens=max_tokens, temperature=temperature)

    def fill(
        self, prompt: Sequence[PromptPart], schema: Mapping[str, Any], *, max_tokens: int
    ) -> dict[str, Any]:
        with self._turn:
            return self._model.fill(prompt, schema, max_tokens=max_tokens)

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        with self._turn:
            return self._model.choose(prompt, fields)

    @property
    def caveat(self) -> str | None:
        return getattr(self._model, "caveat", None)

    def close(self) -> None:
        self._model.close()


class EngineDesk:
    """Loads in the background and lends engines to sessions. `scoring` is held while a session is judged."""

    def __init__(
        self, settings: Settings, bank: Mapping[str, Question], *, most_spoken: int = MOST_SPOKEN
    ) -> None:
        self.scoring = threading.Lock()
        self._settings = settings
        self._bank = bank
        self._changed = threading.Condition()
        self._shared: Engines | None = None
        self._error: InterviewerError | None = None
        self._voice_error: InterviewerError | None = None
        self._free: list[Engines] = []
        self._made: Engines | None = None  # the latest set for speaking, lent or not
        self._lent = 0
        self._most_spoken = most_spoken
        self._closed = False

    def start(self) -> None:
        """Begin to load: first what every interview needs, then one set for speaking."""
        threading.Thread(target=self._load, name="engines", daemon=True).start()

    @property
    def state(self) -> DeskState:
        with self._changed:
            error = self._error or self._voice_error
            said = f"{error.message} {error.hint}".strip() if error else ""
            if self._shared is None:
                return DeskState("failed" if self._error else "loading", error=said)
            known = self._made or self._shared
            stage: Stage = "ready" if self._made else "failed" if said else "typed"
            return DeskState(stage, known.names, tuple(known.caveats), said)

    def typed(self) -> Engines:
        """What an interview by keyboard and every scorecard need; waits while it is being loaded."""
        with self._changed:
            self._changed.wait_for(lambda: self._shared or self._error)
            if self._shared is None:
                assert self._error is not None
                raise self._error
            return self._shared

    @contextmanager
    def spoken(self) -> Iterator[Engines]:
        """A recogniser, a voice and a detector of one's own, beside what is shared. InterviewerError: all are lent."""
        engines = self._take()
        try:
            yield engines
        finally:
            assert engines.detector is not None
            engines.detector.reset()
            with self._changed:
                self._lent -= 1
                self._free.append(engines)
                self._changed.notify_all()

    def close(self) -> None:
        """Stop every engine that is not lent."""
        with self._changed:
            self._closed = True
            free, self._free = self._free, []
            shared, self._shared = self._shared, None
        for engines in free:
            for engine in (engines.transcriber, engines.voice):
                if engine is not None:
                    engine.close()
        if shared is not None:
            shared.close()

    def _load(self) -> None:
        try:
            shared = open_engines(self._settings, self._bank, typed=True)
            if shared.language_model is not None:
                shared.language_model = SharedLanguageModel(shared.language_model)
        except InterviewerError as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()
            return
        with self._changed:
            self._shared = shared
            self._changed.notify_all()
        try:
            first = self._make(shared)
        except InterviewerError as error:
            with self._changed:
                self._voice_error = error
                self._changed.notify_all()
            return
        with self._changed:
            self._free.append(first)
            self._changed.notify_all()

    def _take(self) -> Engines:
        shared = self.typed()
        with self._changed:
            # the first set may still be loading: a second one beside it would take twice as long
            self._changed.wait_for(lambda: self._free or self._lent or self._voice_error)
            if not self._free and self._lent >= self._most_spoken:
                raise InterviewerError(
                    f"{self._lent} spoken interviews are under way, the most that run at once.",
                    "End one of them, or answer at the keyboard.",
                )
            self._lent += 1
            if self._free:
                return self._free.pop()
        try:
            return self._make(shared)
        except InterviewerError as error:
            with self._changed:
                self._lent -= 1
                self._voice_error = error
            raise

    def _make(self, shared: Engines) -> Engines:
        from interviewer.engines.silero_vad import SileroDetector

        made = replace(
            shared,
            transcriber=open_transcriber(self._settings),
            voice=open_voice(self._settings),
            detector=SileroDetector(),
        )
        with self._changed:
            self._made = made
        return made
