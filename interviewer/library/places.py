"""Where files lie: the content that travels with the program, the user's own packs, and what sessions leave behind."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parents[1]


def content_root() -> Path:
    """Folder that holds personas/, prompts/ and models/: inside an installed wheel, or the repository's top."""
    packaged = _PACKAGE / "_data"
    return packaged if packaged.is_dir() else _PACKAGE.parent


def data_dir() -> Path:
    """Sessions, recordings and pulled weights. INTERVIEWER_DATA_DIR overrides the platform's own place."""
    override = os.environ.get("INTERVIEWER_DATA_DIR")
    return (
        Path(override).expanduser()
        if override
        else platformdirs.user_data_path("interviewer", appauthor=False)
    )


def bank_vectors() -> Path:
    """What the embedded judge made of the bank's texts, so that it need not be made again."""
    return data_dir() / "bank_vectors.sqlite"


def config_dir() -> Path:
    """The user's settings and content packs. INTERVIEWER_CONFIG_DIR overrides the platform's own place."""
    override = os.environ.get("INTERVIEWER_CONFIG_DIR")
    return (
        Path(override).expanduser()
        if override
        else platformdirs.user_config_path("interviewer", appauthor=False)
    )


def persona_folders() -> list[Path]:
    """Folders of persona files; later ones override earlier ones."""
    return [content_root() / "personas", config_dir() / "personas"]


def question_folders() -> list[Path]:
    return [content_root() / "prompts" / "questions", config_dir() / "questions"]


def drafts_folder() -> Path:
    """The user's questions that are still being written; nothing in it is ever asked."""
    return config_dir() / "questions" / "drafts"


def schemas_folder() -> Path:
    """The JSON Schemas of content files, for editors."""
    return content_root() / "prompts" / "schemas"


def loop_folders() -> list[Path]:
    return [content_root() / "prompts" / "loops", config_dir() / "loops"]


def preparation_folder() -> Path:
    """What helps a candidate before the day: red flags, plan, framework, stories, roles."""
    return content_root() / "prompts" / "preparation"


def templates_folder() -> Path:
    return content_root() / "prompts" / "templates"


def catalog_path() -> Path:
    return content_root() / "models" / "catalog.yaml"


def recogniser_assets() -> Path:
    """What the embedded recogniser needs beyond its wheel."""
    return content_root() / "models" / "pocketsphinx"


def judge_assets() -> Path:
    """What the embedded judge needs beyond MiniLM."""
    return content_root() / "models" / "judge"


def star_folder() -> Path:
    """The weights that read told stories."""
    return content_root() / "models" / "star"


def weights_folder() -> Path:
    return data_dir() / "models"
