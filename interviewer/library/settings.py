"""What the user has chosen once and for all: settings.yaml in their config folder."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field

from interviewer.domain import Noun
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.yaml_reader import read_yaml


class Settings(Noun):
    transcriber: str = Field(
        default="auto", description="auto, pocketsphinx, whisper:NAME or faster-whisper:FOLDER."
    )
    language_model: str = Field(
        default="auto", description="auto, none, a GGUF file, or the URL of an endpoint."
    )
    language_model_name: str | None = Field(default=None, description="Which model of the endpoint to use.")
    voice: str = Field(default="pyttsx3", description="pyttsx3 or flite.")
    microphone: str | None = None
    speaker: str | None = None
    headphones: bool = Field(
        default=False, description="Whether the interviewer may be interrupted by speaking."
    )
    offer_weights: bool = Field(
        default=True, description="False once the offer to install weights was declined."
    )


def settings_path() -> Path:
    return places.config_dir() / "settings.yaml"


def load_settings() -> Settings:
    """The user's settings, or the defaults. ContentError names file and line of a mistake."""
    path = settings_path()
    if not path.exists():
        return Settings()
    document = read_yaml(path)
    return document.validate(Settings) if document.data is not None else Settings()


def save_settings(settings: Settings) -> None:
    """Write what differs from the defaults. InterviewerError when the folder cannot be written."""
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(settings.model_dump(exclude_defaults=True)), encoding="utf-8")
    except OSError as error:
        raise InterviewerError(
            f"The settings could not be written to {path}: {error}.", "Check its permissions."
        ) from error
