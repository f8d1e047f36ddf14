"""Looking at this machine gives figures that can be true."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from interviewer.engines.hardware import detect_hardware, free_disk_bytes, idle_cores


def test_without_the_card_only_memory_cores_and_disk_are_looked_at(tmp_path: Path) -> None:
    found = detect_hardware(tmp_path / "not" / "yet" / "made", look_for_card=False)
    assert found.ram_gb == pytest.approx(psutil.virtual_memory().total / 1e9)
    assert 1 <= found.cores <= (psutil.cpu_count() or 1)
    assert found.free_disk_gb > 0
    assert (found.gpu_name, found.vram_gb) == ("", 0)
    assert free_disk_bytes(tmp_path / "x") == pytest.approx(free_disk_bytes(tmp_path), rel=0.05)


def test_a_busy_machine_has_one_core_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda: 8)
    for load, cores in ((0.3, 8), (5.6, 2), (11.0, 1)):
        monkeypatch.setattr(psutil, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert idle_cores() == cores


@pytest.mark.real
def test_a_card_is_named_exactly_when_torch_sees_one(tmp_path: Path) -> None:
    import torch

    found = detect_hardware(tmp_path)
    assert bool(found.gpu_name) == (found.vram_gb > 0) == torch.cuda.is_available()
