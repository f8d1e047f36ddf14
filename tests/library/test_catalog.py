"""The catalogue that ships is sound, and each machine gets the set that suits it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interviewer.errors import UnknownNameError
from interviewer.library.catalog import Catalog, Hardware, Weights, best_installed, fit, load_catalog
from interviewer.library.yaml_reader import ContentError


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


LAPTOP = Hardware(ram_gb=16.5, cores=8, free_disk_gb=100)


@pytest.mark.parametrize(
    ("hardware", "tier"),
    [
        (Hardware(ram_gb=4.0, cores=2, free_disk_gb=100), "embedded"),
        (Hardware(ram_gb=8.1, cores=4, free_disk_gb=100), "light"),
        (LAPTOP, "standard"),
        (Hardware(ram_gb=33, cores=4, free_disk_gb=100), "light"),
        (Hardware(ram_gb=16.5, cores=8, free_disk_gb=100, gpu_name="RTX 4060", vram_gb=8.2), "gpu8"),
        (Hardware(ram_gb=64, cores=16, free_disk_gb=100, gpu_name="RTX 4090", vram_gb=25.2), "gpu24"),
        (Hardware(ram_gb=64, cores=16, free_disk_gb=8, gpu_name="RTX 4090", vram_gb=25.2), "gpu8"),
        (Hardware(ram_gb=64, cores=16, free_disk_gb=0.2, gpu_name="RTX 4090", vram_gb=25.2), "embedded"),
    ],
)
def test_each_machine_gets_the_best_set_it_can_run(catalog: Catalog, hardware: Hardware, tier: str) -> None:
    assert fit(catalog, hardware).tier == tier


def test_the_reasons_say_what_a_better_set_would_need(catalog: Catalog) -> None:
    reasons = fit(catalog, Hardware(ram_gb=8.1, cores=4, free_disk_gb=100)).reasons
    assert len(reasons) == 3
    assert "no CUDA card" in reasons[0]
    assert "15.0 GB of memory (here: 8.1 GB)" in reasons[2]
    assert "6 cores (here: 4)" in reasons[2]


def test_what_is_installed_needs_neither_disk_nor_download(catalog: Catalog) -> None:
    full = Hardware(ram_gb=16.5, cores=8, free_disk_gb=0.1)
    fitting = fit(catalog, full, installed={"whisper-small.en", "qwen3-4b-instruct-2507"})
    assert fitting.tier == "standard"
    assert fitting.download_bytes == 0
    partly = fit(catalog, LAPTOP, installed={"whisper-small.en"})
    assert [entry.id for entry in partly.missing] == ["qwen3-4b-instruct-2507"]
    assert partly.download_minutes(100) == pytest.approx(partly.download_bytes * 8 / 1e8 / 60)


@pytest.mark.parametrize(
    ("installed", "hardware", "chosen"),
    [
        ({"whisper-base.en", "whisper-small.en", "whisper-large-v3"}, LAPTOP, "whisper-small.en"),
        ({"whisper-base.en", "whisper-small.en"}, replace(LAPTOP, cores=2), "whisper-base.en"),
        ({"whisper-tiny.en", "whisper-medium.en"}, LAPTOP, "whisper-medium.en"),
        ({"whisper-large-v3"}, replace(LAPTOP, ram_gb=8), None),
        ({"qwen3-4b-instruct-2507"}, LAPTOP, None),
        (set(), LAPTOP, None),
    ],
)
def test_of_what_is_installed_the_best_that_runs_is_used(
    catalog: Catalog, installed: set[str], hardware: Hardware, chosen: str | None
) -> None:
    best = best_installed(catalog, "whisper", hardware, installed)
    assert (best.id if best else None) == chosen


def test_every_set_fits_the_memory_it_asks_for(catalog: Catalog) -> None:
    for offer in catalog.sets:
        needed = sum(entry.memory_gb for entry in catalog.of_set(offer))
        assert needed <= (offer.needs.vram_gb or offer.needs.ram_gb), offer.tier


def test_recommended_models_keep_their_prompt_and_are_freely_licensed(catalog: Catalog) -> None:
    for offer in catalog.sets:
        for entry in catalog.of_set(offer):
            assert entry.licence in ("MIT", "Apache-2.0")
            assert entry.prefix_reuse or entry.kind == "whisper"


@pytest.mark.real
def test_whisper_entries_are_the_ones_openai_whisper_names(catalog: Catalog) -> None:
    import whisper

    entries = [entry for entry in catalog.weights if entry.kind == "whisper"]
    assert len(entries) >= 6
    for entry in entries:
        address = whisper._MODELS[entry.id.removeprefix("whisper-")]
        assert entry.url == address
        assert address.split("/")[-2:] == [entry.sha256, entry.file]


def test_an_unknown_name_is_answered_with_near_ones(catalog: Catalog) -> None:
    assert catalog.entry("whisper-base.en").file == "base.en.pt"
    with pytest.raises(UnknownNameError, match=r"Did you mean whisper-base\.en"):
        catalog.entry("whisper-base-en")


GOOD: dict[str, Any] = {
    "id": "a", "kind": "whisper", "file": "a.pt", "url": "http://x/a.pt", "sha256": None, "size_bytes": 1,
    "licence": "MIT", "memory_gb": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"repo": "a/b"}, "either url or repo"),
        ({"url": None}, "either url or repo"),
        ({"kind": "gguf"}, "needs context_tokens"),
        ({"sha256": "abc"}, "pattern"),
        ({"file": "../a.pt"}, "pattern"),
        ({"file": ".."}, "pattern"),
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, Any], problem: str) -> None:
    assert Weights.model_validate(GOOD).id == "a"
    with pytest.raises(ValueError, match=problem):
        Weights.model_validate(GOOD | change)


@pytest.mark.parametrize(
    ("sets", "problem"),
    [
        ("weights: [b]", "not listed: b"),
        ("weights: [a]", "must need no weights"),
    ],
)
def test_a_wrong_catalogue_file_is_named_with_its_line(tmp_path: Path, sets: str, problem: str) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text(
        "weights:\n"
        "  - {id: a, kind: whisper, file: a.pt, url: 'http://x/a.pt', sha256: null, size_bytes: 1, licence: MIT, memory_gb: 1}\n"
        f"sets:\n  - {{tier: light, title: t, needs: {{ram_gb: 0, cores: 1, vram_gb: 0}}, {sets}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match=problem) as caught:
        load_catalog(path)
    assert str(path) in caught.value.message
