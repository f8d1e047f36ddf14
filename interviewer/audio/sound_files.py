"""Sound files from and for the outside: answers recorded elsewhere come in, replays for a browser go out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interviewer.audio.resample import resampled
from interviewer.domain.speech import SAMPLE_RATE
from interviewer.errors import InterviewerError
from interviewer.ports import Samples

# At a constant rate, since browsers miss by seconds when they seek in an MP3 of variable rate.
MP3_OPTIONS = {"compression_level": 0.9, "bitrate_mode": "CONSTANT"}  # 24 kbit/s: 0.18 MB a minute
MP3_DELAY_SAMPLES = 1105  # silence the encoder puts first, which players do not know about at a constant rate


@dataclass(frozen=True)
class EmbeddedSound:
    """An encoded sound and the media type a page must name."""

    data: bytes
    media_type: str


def read_sound(path: Path) -> Samples:
    """Any sound file libsndfile reads (WAV, FLAC, MP3, Ogg, AIFF), mixed to mono at 16 kHz.

    InterviewerError when it is not there or cannot be read.
    """
    import soundfile

    if not path.is_file():
        raise InterviewerError(f"There is no sound file at {path}.", "Check the path.")
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InterviewerError(
            f"The sound file {path} could not be read: {error}.",
            f"Convert it with: ffmpeg -i {path.name} -ar 16000 -ac 1 converted.wav",
        ) from error
    return resampled(np.ascontiguousarray(channels.mean(axis=1, dtype=np.float32)), rate, SAMPLE_RATE)


def encode_for_page(samples: Samples) -> EmbeddedSound:
    """`samples` at 16 kHz as a sound every browser plays: MP3, or WAV (ten times larger) where MP3 is not built in.

    Times stay true: what is at second t of `samples` is played at second t, save for the first 0.07 s, cut off.
    """
    import soundfile

    out = io.BytesIO()
    if "MPEG_LAYER_III" in soundfile.available_subtypes("MP3"):
        with soundfile.SoundFile(
            out, "w", SAMPLE_RATE, 1, format="MP3", subtype="MPEG_LAYER_III", **MP3_OPTIONS
        ) as file:
            file.write(samples[MP3_DELAY_SAMPLES:])
        return EmbeddedSound(out.getvalue(), "audio/mpeg")
    soundfile.write(out, samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return EmbeddedSound(out.getvalue(), "audio/wav")
