"""Looks at the machine: memory, cores, disk, and the CUDA card only when asked, because that imports torch."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil

from interviewer.library.catalog import Hardware


def detect_hardware(weights_folder: Path, *, look_for_card: bool = True) -> Hardware:
    """This machine. `weights_folder`, which need not exist yet, tells which disk counts."""
    gpu_name, vram_bytes = _card() if look_for_card else ("", 0)
    return Hardware(
        ram_gb=psutil.virtual_memory().total / 1e9,
        cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        free_disk_gb=free_disk_bytes(weights_folder) / 1e9,
        gpu_name=gpu_name,
        vram_gb=vram_bytes / 1e9,
    )


def free_disk_bytes(folder: Path) -> int:
    """Free bytes on the disk that `folder` is on, or will be on once it is made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def idle_cores() -> int:
    """Cores nobody else has been using for the last minute, at least one: threads that share a core wait for another."""
    return max(1, round((psutil.cpu_count() or 1) - psutil.getloadavg()[0]))


def _card() -> tuple[str, int]:
    import torch

    if not torch.cuda.is_available():
        return "", 0
    properties = torch.cuda.get_device_properties(0)
    return str(properties.name), int(properties.total_memory)
