"""The catalogue of weights: what can be pulled, from where, under which licence, and which set suits a machine.

Pure: it reads `models/catalog.yaml` and compares figures. Looking at the machine and fetching files are engines' work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from interviewer.domain.base import Noun
from interviewer.errors import UnknownNameError
from interviewer.library import places
from interviewer.library.yaml_reader import read_yaml

Kind = Literal["whisper", "gguf"]
Tier = Literal["embedded", "light", "standard", "gpu8", "gpu24"]

SPARE_DISK_BYTES = 500_000_000  # sessions are recorded to the same disk
TYPICAL_MEGABITS_PER_SECOND = 50.0


class Weights(Noun):
    """One downloadable file."""

    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    kind: Kind
    file: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$", description="Its name on disk and at its source.")
    url: str | None = Field(
        default=None, pattern=r"^https?://", description="Where it lies, unless in a repo."
    )
    repo: str | None = Field(
        default=None, pattern=r"^[\w.-]+/[\w.-]+$", description="On the Hugging Face hub."
    )
    revision: str = "main"
    sha256: str | None = Field(
        pattern=r"^[0-9a-f]{64}$", description="None: recorded when the file is pulled."
    )
    size_bytes: int = Field(gt=0)
    licence: str
    memory_gb: float = Field(gt=0, description="What running it takes, in 10^9 bytes.")
    context_tokens: int | None = Field(default=None, gt=0)
    prefix_reuse: bool = Field(default=False, description="Full attention, so the evaluated prompt is kept.")
    note: str = ""

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.url is None) == (self.repo is None):
            raise ValueError("needs either url or repo")
        if self.kind == "gguf" and self.context_tokens is None:
            raise ValueError("a language model needs context_tokens")
        return self


class Needs(Noun):
    ram_gb: float = Field(ge=0)
    cores: int = Field(ge=1)
    vram_gb: float = Field(ge=0)


class WeightSet(Noun):
    """Weights that work together on one kind of machine."""

    tier: Tier
    title: str
    needs: Needs
    weights: tuple[str, ...]


class Catalog(Noun):
    weights: tuple[Weights, ...]
    sets: tuple[WeightSet, ...] = Field(min_length=1, description="Best first.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        ids = [entry.id for entry in self.weights]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"named twice: {', '.join(sorted(twice))}")
        unknown = {name for offer in self.sets for name in offer.weights} - set(ids)
        if unknown:
            raise ValueError(f"a set names weights that are not listed: {', '.join(sorted(unknown))}")
        if self.sets[-1].weights:
            raise ValueError("the last set must need no weights, so that every machine has one")
        return self

    def entry(self, name: str) -> Weights:
        """The weights called `name`; UnknownNameError offers near names."""
        for entry in self.weights:
            if entry.id == name:
                return entry
        raise UnknownNameError(
            "weights entry", name, (e.id for e in self.weights), "`interviewer models list` shows all."
        )

    def of_set(self, offer: WeightSet) -> tuple[Weights, ...]:
        return tuple(self.entry(name) for name in offer.weights)


@dataclass(frozen=True)
class Hardware:
    """What a machine has, memory and disk in 10^9 bytes. `gpu_name` is "" and `vram_gb` 0 without a CUDA card."""

    ram_gb: float
    cores: int
    free_disk_gb: float
    gpu_name: str = ""
    vram_gb: float = 0.0


@dataclass(frozen=True)
class Fit:
    """The set that suits a machine. `reasons` says in sentences why no better one does."""

    tier: Tier
    title: str
    weights: tuple[Weights, ...]
    missing: tuple[Weights, ...]
    reasons: tuple[str, ...]

    @property
    def download_bytes(self) -> int:
        return sum(entry.size_bytes for entry in self.missing)

    def download_minutes(self, megabits_per_second: float = TYPICAL_MEGABITS_PER_SECOND) -> float:
        return self.download_bytes * 8 / (megabits_per_second * 1e6) / 60


def load_catalog(path: Path | None = None) -> Catalog:
    """The catalogue at `path`, or the one that travels with the program. ContentError names file and line."""
    return read_yaml(path or places.catalog_path()).validate(Catalog)


def fit(catalog: Catalog, hardware: Hardware, installed: Collection[str] = ()) -> Fit:
    """The best set this machine can run and has disk for; `installed` ids need no disk and no download."""
    reasons: list[str] = []
    chosen = catalog.sets[-1]  # needs nothing
    for offer in catalog.sets[:-1]:
        lacks = _lacks(offer.needs, _missing(catalog, offer, installed), hardware)
        if not lacks:
            chosen = offer
            break
        reasons.append(f"{offer.tier} needs {' and '.join(lacks)}.")
    missing = _missing(catalog, chosen, installed)
    return Fit(chosen.tier, chosen.title, catalog.of_set(chosen), missing, tuple(reasons))


def best_installed(
    catalog: Catalog, kind: Kind, hardware: Hardware, installed: Collection[str]
) -> Weights | None:
    """Which installed weights of a kind to use: those of the best set this machine can run, else the largest that
    its memory holds; None when there is none."""
    here = [entry for entry in catalog.weights if entry.kind == kind and entry.id in installed]
    for offer in catalog.sets:
        fitting = [entry for entry in here if entry.id in offer.weights]
        if fitting and not _lacks(offer.needs, (), hardware):
            return fitting[0]
    room_gb = max(hardware.vram_gb, hardware.ram_gb / 2)  # the rest of memory is other programs'
    return max((e for e in here if e.memory_gb <= room_gb), key=lambda e: e.memory_gb, default=None)


def _missing(catalog: Catalog, offer: WeightSet, installed: Collection[str]) -> tuple[Weights, ...]:
    return tuple(entry for entry in catalog.of_set(offer) if entry.id not in installed)


def _lacks(needs: Needs, missing: Collection[Weights], hardware: Hardware) -> list[str]:
    lacks = []
    if hardware.vram_gb < needs.vram_gb:
        has = f"{hardware.vram_gb:.1f} GB" if hardware.gpu_name else "no CUDA card"
        lacks.append(f"a graphics card with {needs.vram_gb:.1f} GB (here: {has})")
    if hardware.ram_gb < needs.ram_gb:
        lacks.append(f"{needs.ram_gb:.1f} GB of memory (here: {hardware.ram_gb:.1f} GB)")
    if hardware.cores < needs.cores:
        lacks.append(f"{needs.cores} cores (here: {hardware.cores})")
    disk_gb = (sum(entry.size_bytes for entry in missing) + SPARE_DISK_BYTES) / 1e9
    if missing and hardware.free_disk_gb < disk_gb:
        lacks.append(f"{disk_gb:.1f} GB of disk (here: {hardware.free_disk_gb:.1f} GB free)")
    return lacks
