"""Which weights this machine could run, and which of them are here."""

from __future__ import annotations

from interviewer.engines import weights as store
from interviewer.engines.hardware import detect_hardware
from interviewer.library import places
from interviewer.library.catalog import Catalog, Fit, fit

LIMITS = (
    "No weights are installed: the embedded recogniser writes a rough transcript and the interviewer keeps to its "
    "authored words."
)


def suited_weights(catalog: Catalog) -> Fit:
    """The best set for this machine, and what of it is missing."""
    folder = places.weights_folder()
    have = [found.weights.id for found in store.installed(catalog, folder)]
    return fit(catalog, detect_hardware(folder), have)


def size_text(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"
