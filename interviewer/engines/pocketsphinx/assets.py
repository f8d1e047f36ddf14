"""The files the embedded recogniser is made of: what pocketsphinx ships and what scripts/build_recogniser_assets.py makes."""

from __future__ import annotations

from pathlib import Path

from interviewer.engines.pocketsphinx.decoder import DecoderFiles
from interviewer.errors import EngineError

DOMAIN_MODEL, DOMAIN_DICTIONARY, DOMAIN_TERMS = "domain.lm.bin", "domain.dict", "domain.terms"


def decoder_files(assets: Path) -> DecoderFiles:
    """All files a decoder reads. EngineError naming those that are missing."""
    from pocketsphinx import get_model_path

    shipped = Path(get_model_path("en-us"))
    files = DecoderFiles(
        shipped / "en-us", shipped / "cmudict-en-us.dict", shipped / "en-us.lm.bin", assets / DOMAIN_MODEL
    )
    missing = [
        name for name in (DOMAIN_MODEL, DOMAIN_DICTIONARY, DOMAIN_TERMS) if not (assets / name).is_file()
    ]
    if missing:
        raise EngineError(
            "pocketsphinx",
            f"The embedded recogniser's {' and '.join(missing)} should be in {assets} but cannot be found there.",
            "Build it: `python scripts/build_recogniser_assets.py`.",
        )
    if not files.stock_model.is_file():
        raise EngineError(
            "pocketsphinx",
            f"The installed pocketsphinx does not carry its English model ({files.stock_model} is missing).",
            "Reinstall it: `pip install --force-reinstall 'pocketsphinx>=5.1.1,<5.2'`.",
        )
    return files
