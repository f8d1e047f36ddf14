"""Both sides of a session on one timeline, written while it happens: candidate.wav and interviewer.wav.

Whatever ends the program, what was said up to then can be read.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np

from interviewer.audio.wav_file import (
    FULL_SCALE,
    HEADER_BYTES,
    GrowingWav,
    RawFile,
    header,
    open_raw,
)
from interviewer.domain.speech import SAMPLE_RATE
from interviewer.errors import InterviewerError
from interviewer.ports import Samples
from interviewer.workers import ThreadWorker, Worker

CANDIDATE_FILE = "candidate.wav"
INTERVIEWER_FILE = "interviewer.wav"
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows knows no quota error
SYNC_EVERY_SAMPLES = SAMPLE_RATE  # at most a second is lost in a power cut


class SessionRecorder:
    """Owned by one thread. The candidate's side is the clock: `seconds` is where the next frame goes."""

    def __init__(
        self,
        folder: Path,
        *,
        opener: Callable[[Path], RawFile] = open_raw,
        syncer: Worker | None = None,
    ) -> None:
        """Begin in `folder`, or continue where the recording there ends. InterviewerError when it cannot be written.

        `syncer` waits for the disk so that the caller need not; a thread of its own by default.
        """
        self.folder = folder
        self._failure: InterviewerError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._candidate = GrowingWav(folder / CANDIDATE_FILE, opener)
            self._interviewer = GrowingWav(folder / INTERVIEWER_FILE, opener)
        except OSError as error:
            raise _said(error, folder) from error
        self._syncer = syncer or ThreadWorker("recording-sync")
        self._syncing: Future[None] | None = None
        self._synced = self._candidate.samples

    @property
    def seconds(self) -> float:
        """Length of the candidate's side."""
        return self._candidate.samples / SAMPLE_RATE

    def append(self, frame: Samples) -> None:
        """The candidate's next samples at 16 kHz, shape (n,). InterviewerError when the disk takes no more."""
        self._guarded(lambda: self._candidate.write(frame))
        if self._candidate.samples - self._synced >= SYNC_EVERY_SAMPLES:
            self._guarded(self._sync)

    def place_interviewer(self, start_seconds: float, samples: Samples) -> None:
        """What was heard of the interviewer from `start_seconds` on, at 16 kHz; silence fills the gap before it."""
        self._guarded(lambda: self._interviewer.write(samples, round(start_seconds * SAMPLE_RATE)))

    def close(self) -> None:
        """Finish both files. InterviewerError when the last of it could not be written."""
        self._syncer.close()
        try:
            for side in (self._candidate, self._interviewer):
                side.close()
        except OSError as error:
            raise _said(error, self.folder) from error

    def _sync(self) -> None:
        if self._syncing is not None:
            if not self._syncing.done():
                return  # a slow disk: ask again with the next frame
            self._syncing.result()
        self._synced = self._candidate.samples
        self._syncing = self._syncer.submit(self._sync_both)

    def _sync_both(self) -> None:
        self._candidate.sync()
        self._interviewer.sync()

    def _guarded(self, write: Callable[[], None]) -> None:
        """After a first failure nothing more is written: a gap would shift everything that follows."""
        if self._failure is not None:
            raise self._failure
        try:
            write()
        except OSError as error:
            self._failure = _said(error, self.folder)
            raise self._failure from error


def read_wav(path: Path) -> Samples:
    """A recording's samples at 16 kHz; its length is the file's, whatever a header left by a crash says.

    InterviewerError when there is no such file or it is none of our recordings.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InterviewerError(
            f"The recording {path} could not be read: {error.strerror}.",
            "List sessions with: interviewer sessions",
        ) from error
    format_part = slice(8, 40)  # all but the sizes
    if data[format_part] != header(0)[format_part]:
        raise InterviewerError(
            f"{path} is not one of our recordings (16 kHz, mono, 16-bit WAV).",
            f"Convert it with: ffmpeg -i {path.name} -ar 16000 -ac 1 converted.wav",
        )
    whole = HEADER_BYTES + (len(data) - HEADER_BYTES) // 2 * 2
    return np.frombuffer(data[HEADER_BYTES:whole], dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)


def mix_down(folder: Path) -> Samples:
    """Both sides of the session in `folder` together, at 16 kHz, as the room sounded."""
    sides = [
        read_wav(folder / name) for name in (CANDIDATE_FILE, INTERVIEWER_FILE) if (folder / name).exists()
    ]
    if not sides:
        raise InterviewerError(
            f"There is no recording in {folder}.", "List sessions with: interviewer sessions"
        )
    mixed = np.zeros(max(map(len, sides)), dtype=np.float32)
    for side in sides:
        mixed[: len(side)] += side
    return np.clip(mixed, -1.0, 1.0)


def peaks(folder: Path, count: int) -> list[float]:
    """The loudest sample, 0 to 1, of each of `count` equal stretches of the session, both sides together.

    Read in place: an hour of sound is not taken into memory for a picture of it. Empty where nothing was recorded.
    """
    paths = [folder / name for name in (CANDIDATE_FILE, INTERVIEWER_FILE) if (folder / name).exists()]
    whole = max((path.stat().st_size - HEADER_BYTES for path in paths), default=0) // 2
    block = -(-whole // count) if whole > 0 else 0
    if not block:
        return []
    loudest = np.zeros(count)
    for path in paths:
        samples = (path.stat().st_size - HEADER_BYTES) // 2
        if samples <= 0:
            continue
        side = np.memmap(path, dtype="<i2", mode="r", offset=HEADER_BYTES, shape=(samples,))
        for index in range(-(-samples // block)):
            stretch = side[index * block : (index + 1) * block]
            loudest[index] = max(loudest[index], float(stretch.max()), -float(stretch.min()))
    return [min(1.0, value / FULL_SCALE) for value in loudest]


def has_recording(folder: Path) -> bool:
    """Whether the candidate was recorded in `folder` (typed sessions are not)."""
    return recorded_seconds(folder) > 0


def recorded_seconds(folder: Path) -> float:
    """Length of the candidate's recording, 0 when there is none; by the file's size, whatever its header says."""
    path = folder / CANDIDATE_FILE
    return max(0, path.stat().st_size - HEADER_BYTES) // 2 / SAMPLE_RATE if path.exists() else 0.0


def _said(error: OSError, folder: Path) -> InterviewerError:
    if error.errno in FULL:
        return InterviewerError(
            f"The disk is full: the recording in {folder} stops here; everything up to now is kept.",
            f"Free some space (an hour needs about 230 MB), or see what is large with: du -sh {folder.parent}",
        )
    return InterviewerError(
        f"The recording in {folder} could not be written: {error.strerror or error}.",
        "Choose another place with the environment variable INTERVIEWER_DATA_DIR",
    )
