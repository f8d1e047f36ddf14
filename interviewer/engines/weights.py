"""Pulled weights on disk: fetching them, finding them, and checking that they are whole.

`<folder>/<kind>/<file>`, and beside each a `<file>.json` that records where it came from and its hash.
openai-whisper and huggingface_hub have downloaders of their own; neither goes on with an interrupted file (as of
openai-whisper 20250625 and huggingface_hub 2.4), which on a slow line means starting gigabytes again.
"""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from interviewer.engines.download import Download, Fetched, Progress, Source, file_sha256
from interviewer.engines.gguf_header import NotGguf, read_gguf_header
from interviewer.engines.hardware import free_disk_bytes
from interviewer.errors import EngineError
from interviewer.library.catalog import Catalog, Weights

HUB = "https://huggingface.co"


@dataclass(frozen=True)
class Installed:
    """Weights that lie on disk. `recorded_sha256` is None for a file that was put there by hand."""

    weights: Weights
    path: Path
    size_bytes: int
    recorded_sha256: str | None


@dataclass(frozen=True)
class Checked:
    """What a check of a file found. No problems: it is what it should be. `notes` says what could not be checked."""

    path: Path
    sha256: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def weights_path(weights: Weights, folder: Path) -> Path:
    """Where these weights lie, or will lie, under the weights folder."""
    return folder / weights.kind / weights.file


def installed(catalog: Catalog, folder: Path) -> tuple[Installed, ...]:
    """The catalogue's weights that are on disk. Nothing is read but sizes and records."""
    found = []
    for entry in catalog.weights:
        path = weights_path(entry, folder)
        if path.is_file():
            found.append(Installed(entry, path, path.stat().st_size, _record(path).get("sha256")))
    return tuple(found)


def source_url(weights: Weights, hub: str | None = None) -> str:
    """The address of a file; `hub` (or HF_ENDPOINT) names a mirror of the Hugging Face hub."""
    if weights.url is not None:
        return weights.url
    base = (hub or os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    return f"{base}/{weights.repo}/resolve/{weights.revision}/{weights.file}"


def pull(
    weights: Weights,
    folder: Path,
    progress: Progress,
    *,
    hub: str | None = None,
    client: httpx.Client | None = None,
    free_bytes: Callable[[Path], int] = free_disk_bytes,
    pause: Callable[[float], None] = time.sleep,
) -> Path:
    """Fetch `weights`, going on where an earlier attempt stopped, check them and record their hash.

    Gives the path; a whole file that is already there is left alone. EngineError: no room, no network, wrong content.
    """
    path = weights_path(weights, folder)
    if path.is_file() and not verify(weights, path).problems:
        progress(path.stat().st_size, path.stat().st_size)
        return path
    source = Source(source_url(weights, hub), weights.size_bytes, weights.sha256)
    own_client = client or httpx.Client(follow_redirects=True)
    try:
        fetched = Download(
            source, path, client=own_client, progress=progress, free_bytes=free_bytes, pause=pause
        ).run()
    finally:
        if client is None:
            own_client.close()
    _write_record(path, weights, fetched)
    if weights.sha256 is None and (problems := _structure_problems(weights, path)):
        message = f"{source.url} was fetched whole, but {problems[0]}."
        raise EngineError(
            "weights", message, f"The file was kept at {path}; the catalogue entry needs mending."
        )
    return path


def verify(weights: Weights, path: Path) -> Checked:
    """Read the whole file and say what is wrong with it. EngineError when it is not there."""
    if not path.is_file():
        hint = f"`interviewer models pull {weights.id}` fetches it."
        raise EngineError("weights", f"{weights.id} is not at {path}.", hint)
    sha256 = file_sha256(path)
    recorded = _record(path).get("sha256")
    if sha256 == weights.sha256:
        return Checked(path, sha256, (), ())
    problems, notes = _structure_problems(weights, path), []
    if weights.sha256 is not None:
        problems.append(f"its SHA-256 is {sha256}, and {weights.sha256} was published")
    elif recorded is None:
        notes.append("no hash is known for it, so only its structure was checked")
    elif recorded != sha256:
        problems.append(f"its SHA-256 is {sha256}, and {recorded} was recorded when it was pulled")
    return Checked(path, sha256, tuple(problems), tuple(notes))


def _structure_problems(weights: Weights, path: Path) -> list[str]:
    if weights.kind == "gguf":
        return gguf_problems(path)
    return [] if zipfile.is_zipfile(path) else ["it is no PyTorch checkpoint, or it is cut off"]


def gguf_problems(path: Path) -> list[str]:
    """What keeps llama.cpp from using the file at `path` as a chat model; empty when nothing does."""
    try:
        header = read_gguf_header(path)
    except NotGguf as error:
        return [f"it is no whole GGUF file: {error}"]
    size = path.stat().st_size
    problems = []
    if size < header.needed_bytes:
        problems.append(f"it is cut off: {size} of at least {header.needed_bytes} bytes are there")
    if not header.architecture or not header.tensor_count:
        problems.append("it holds no model")
    elif not header.has_chat_template:
        problems.append("it has no chat template, so it is not tuned for conversation")
    return problems


def _record_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _write_record(path: Path, weights: Weights, fetched: Fetched) -> None:
    record = {"id": weights.id, "licence": weights.licence, **asdict(fetched)}
    _record_path(path).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _record(path: Path) -> dict[str, Any]:
    beside = _record_path(path)
    if not beside.is_file():
        return {}
    try:
        record = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"The record {beside} is damaged ({error})."
        raise EngineError("weights", message, "Delete it and run `interviewer models verify`.") from error
    return record if isinstance(record, dict) else {}
