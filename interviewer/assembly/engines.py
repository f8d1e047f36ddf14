"""Which engine stands behind each port: as the settings say, else the best that is installed. Never a silent choice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.domain import Question
from interviewer.errors import InterviewerError
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.scorecard import Judge
from interviewer.library import places
from interviewer.library.settings import Settings
from interviewer.library.templates import Templates
from interviewer.ports import LanguageModel, SpeechDetector, Transcriber, Voice

EMBEDDED_TRANSCRIBER = "pocketsphinx"
API_KEY_VARIABLE = "INTERVIEWER_API_KEY"  # of an endpoint that asks for one


@dataclass
class Engines:
    """What was chosen for a session, with everything worth telling about it."""

    embedded_judge: EmbeddedJudge
    judge: Judge
    language_model: LanguageModel | None
    transcriber: Transcriber | None = None
    voice: Voice | None = None
    detector: SpeechDetector | None = None
    caveats: list[str] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """Port -> engine, as it is logged and shown."""
        transcriber = self.transcriber.name if self.transcriber else "keyboard"
        return {
            "transcriber": transcriber,
            "language_model": self.language_model.name if self.language_model else "none (authored lines)",
            "voice": self.voice.name if self.voice else "none (text)",
            "speech_detector": self.detector.name if self.detector else "none",
            "judge": self.judge.name,
        }

    @property
    def rough(self) -> bool:
        return self.transcriber is not None and self.transcriber.rough

    def close(self) -> None:
        for engine in (self.transcriber, self.voice, self.language_model):
            close = getattr(engine, "close", None)  # a voice need not hold anything
            if close is not None:
                close()


def open_engines(settings: Settings, bank: Mapping[str, Question], *, typed: bool) -> Engines:
    """Load what a session needs. EngineError names what is missing and the command that mends it."""
    language_model = open_language_model(settings)
    embedded = open_embedded_judge(bank)
    engines = Engines(embedded, open_judge(language_model, embedded), language_model)
    if not typed:
        from interviewer.engines.silero_vad import SileroDetector

        engines.transcriber = open_transcriber(settings)
        engines.voice = open_voice(settings)
        engines.detector = SileroDetector()
    for engine in (engines.transcriber, engines.voice, engines.language_model):
        if caveat := getattr(engine, "caveat", None):
            engines.caveats.append(caveat)
    return engines


def open_embedded_judge(bank: Mapping[str, Question]) -> EmbeddedJudge:
    from interviewer.engines.minilm import MiniLmEmbedder

    return EmbeddedJudge(MiniLmEmbedder(), bank)


def open_judge(language_model: LanguageModel | None, embedded: EmbeddedJudge) -> Judge:
    """The judge of the scorecard: with a language model both judges, else the embedded one."""
    if language_model is None:
        return embedded
    from interviewer.evaluator.language_model_judge import LanguageModelJudge

    # its own context: judging must not push the interview's prefix out of the cache
    own = language_model.clone_context() if hasattr(language_model, "clone_context") else language_model
    return LanguageModelJudge(own, embedded, Templates(places.templates_folder()))


def open_transcriber(settings: Settings) -> Transcriber:
    kind, _, name = settings.transcriber.partition(":")
    if kind == "auto":
        best = _best_whisper()
        return _whisper(best) if best else _pocketsphinx()
    if kind == EMBEDDED_TRANSCRIBER:
        return _pocketsphinx()
    if kind == "whisper":
        return _whisper(whisper_file(name))
    if kind == "faster-whisper":
        from interviewer.engines.faster_whisper import FasterWhisperTranscriber

        return FasterWhisperTranscriber(name)
    raise InterviewerError(
        f"There is no transcriber called '{settings.transcriber}'.",
        "Known are: auto, pocketsphinx, whisper:NAME, faster-whisper:NAME.",
    )


def whisper_file(name: str) -> Path:
    """The checkpoint a name stands for: a file, or one that was pulled."""
    path = Path(name).expanduser()
    return path if path.suffix == ".pt" else places.weights_folder() / "whisper" / f"{name}.pt"


def open_language_model(settings: Settings) -> LanguageModel | None:
    wanted = settings.language_model
    if wanted == "none":
        return None
    if wanted.startswith(("http://", "https://")):
        from interviewer.engines.openai_compatible import OpenAICompatibleLanguageModel

        return OpenAICompatibleLanguageModel(
            wanted, settings.language_model_name, os.environ.get(API_KEY_VARIABLE)
        )
    path = _best_gguf() if wanted == "auto" else Path(wanted).expanduser()
    if path is None:
        return None
    from interviewer.engines.llama_cpp import LlamaCppLanguageModel

    return LlamaCppLanguageModel(path)


def open_voice(settings: Settings) -> Voice:
    if settings.voice == "flite" or (
        settings.voice == "auto" and shutil.which("espeak-ng") is None and shutil.which("flite")
    ):
        from interviewer.engines.flite_voice import FliteVoice

        return FliteVoice()
    if settings.voice in ("auto", "pyttsx3"):
        from interviewer.engines.pyttsx3_voice import Pyttsx3Voice

        return Pyttsx3Voice()
    raise InterviewerError(
        f"There is no voice called '{settings.voice}'.", "Known are: auto, pyttsx3, flite."
    )


def _pocketsphinx() -> Transcriber:
    from interviewer.engines.pocketsphinx.transcriber import PocketsphinxTranscriber

    return PocketsphinxTranscriber(places.recogniser_assets())


def _whisper(path: Path) -> Transcriber:
    from interviewer.engines.whisper import WhisperTranscriber

    return WhisperTranscriber(path)


def _best_whisper() -> Path | None:
    """The largest checkpoint that was pulled: bigger ones hear better, and pulling one was a choice."""
    files = sorted((places.weights_folder() / "whisper").glob("*.pt"), key=lambda path: path.stat().st_size)
    return files[-1] if files else None


def _best_gguf() -> Path | None:
    files = sorted((places.weights_folder() / "gguf").glob("**/*.gguf"), key=lambda path: path.stat().st_size)
    return files[-1] if files else None
