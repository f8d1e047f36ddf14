"""Which engine stands behind each port: as the settings say, else the best that is installed. Never a silent choice."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from interviewer.domain import Question
from interviewer.errors import InterviewerError
from interviewer.evaluator.contrast import compared_texts
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.scorecard import Judge
from interviewer.evaluator.spans import Divide
from interviewer.evaluator.star_model import StoryReader
from interviewer.library import places
from interviewer.library.settings import Settings
from interviewer.library.star_weights import load_star_weights
from interviewer.library.templates import Templates
from interviewer.ports import Embedder, LanguageModel, SpeechDetector, Transcriber, Voice

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

    @property
    def caveats(self) -> list[str]:
        """Sentences for the user about what is not as asked for; some appear only while an engine works."""
        engines = (self.transcriber, self.voice, self.language_model)
        return [caveat for engine in engines if (caveat := getattr(engine, "caveat", None))]

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
        """Stop every engine, the judge's own context of the language model among them."""
        judging = getattr(self.judge, "model", None)
        for engine in (self.transcriber, self.voice, judging, self.language_model):
            if engine is not None:
                engine.close()


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
    embedded.load()  # later it would stop sound and make the first reply wait
    return engines


def open_embedded_judge(bank: Mapping[str, Question]) -> EmbeddedJudge:
    from interviewer.engines.claim_model import ClaimModel
    from interviewer.engines.minilm import NAME, WEIGHTS_SHA256, MiniLmEmbedder
    from interviewer.engines.vector_shelf import VectorShelf

    texts = frozenset(text for question in bank.values() for text in compared_texts(question))

    def shelf(model: str) -> VectorShelf:
        return VectorShelf(places.bank_vectors(), model, texts)

    embedder = MiniLmEmbedder(shelf=shelf(f"{NAME} {WEIGHTS_SHA256}"))
    return EmbeddedJudge(embedder, bank, ClaimModel(places.judge_assets(), shelf), sentence_cutter())


def sentence_cutter() -> Divide:
    """Finds sentences in a transcript without punctuation, as the story model learnt it."""
    return StoryReader(load_star_weights()).divide


def open_stories(embedder: Embedder) -> StoryReader:
    """What reads told stories. InterviewerError when its weights are missing."""
    return StoryReader(load_star_weights(), embedder)


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
        best = _best("whisper")
        return _whisper(best) if best else _pocketsphinx()
    if kind == EMBEDDED_TRANSCRIBER:
        return _pocketsphinx()
    if kind == "whisper":
        return _whisper(whisper_file(name))
    if kind == "faster-whisper":
        from interviewer.engines.faster_whisper import FasterWhisperTranscriber

        return FasterWhisperTranscriber(Path(name).expanduser())
    raise InterviewerError(
        f"There is no transcriber called '{settings.transcriber}'.",
        "Known are: auto, pocketsphinx, whisper:NAME, faster-whisper:FOLDER.",
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
    path = _best("gguf") if wanted == "auto" else Path(wanted).expanduser()
    if path is None:
        return None
    from interviewer.engines.llama_cpp import LlamaCppLanguageModel

    return LlamaCppLanguageModel(path)


def open_voice(settings: Settings) -> Voice:
    if settings.voice == "flite":
        from interviewer.engines.flite_voice import FliteVoice

        return FliteVoice()
    if settings.voice == "pyttsx3":
        from interviewer.engines.pyttsx3_voice import Pyttsx3Voice

        return Pyttsx3Voice()
    raise InterviewerError(f"There is no voice called '{settings.voice}'.", "Known are: pyttsx3, flite.")


def _pocketsphinx() -> Transcriber:
    from interviewer.engines.pocketsphinx.transcriber import PocketsphinxTranscriber

    return PocketsphinxTranscriber(places.recogniser_assets())


def _whisper(path: Path) -> Transcriber:
    from interviewer.engines.whisper import WhisperTranscriber

    transcriber = WhisperTranscriber(path)
    transcriber.warm_up()  # or the first answer waits for what is compiled at first use
    return transcriber


def _best(kind: Literal["whisper", "gguf"]) -> Path | None:
    """Of the installed weights those that suit this machine best; None when there are none."""
    from interviewer.engines.hardware import detect_hardware
    from interviewer.engines.weights import installed, weights_path
    from interviewer.library.catalog import best_installed, load_catalog

    catalog, folder = load_catalog(), places.weights_folder()
    have = {found.weights.id for found in installed(catalog, folder) if found.weights.kind == kind}
    if not have:
        return None
    best = best_installed(catalog, kind, detect_hardware(folder), have)
    return weights_path(best, folder) if best else None
