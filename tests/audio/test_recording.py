from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from interviewer.audio.recording import SessionRecorder, mix_down, peaks, read_wav
from interviewer.audio.wav_file import RawFile, open_raw
from interviewer.domain.speech import FRAME_SAMPLES, SAMPLE_RATE
from interviewer.errors import InterviewerError
from interviewer.ports import Samples
from interviewer.workers import InlineWorker

REPOSITORY = Path(__file__).parent.parent.parent


def tone(samples: int, hertz: float = 200.0) -> Samples:
    return (0.4 * np.sin(2 * np.pi * hertz * np.arange(samples) / SAMPLE_RATE)).astype(np.float32)


def append_all(recorder: SessionRecorder, sound: Samples) -> None:
    for start in range(0, len(sound), FRAME_SAMPLES):
        recorder.append(sound[start : start + FRAME_SAMPLES])


class FullDisk:
    """A file that takes only so many bytes, as a full disk does: the last write comes up short."""

    def __init__(self, file: RawFile, room: int) -> None:
        self._file = file
        self._room = room
        self._position = 0

    def write(self, data: bytes, /) -> int | None:
        fits = data[: max(0, self._room - self._position)]
        if not fits:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._file.write(fits) or 0
        self._position += written
        return written

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._position = self._file.seek(offset, whence)
        return self._position

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


def test_what_was_said_can_be_read_back(tmp_path: Path) -> None:
    sound = tone(40_000)
    recorder = SessionRecorder(tmp_path / "new" / "session", syncer=InlineWorker())
    append_all(recorder, sound)
    assert recorder.seconds == 2.5
    recorder.close()

    read, rate = soundfile.read(tmp_path / "new" / "session" / "candidate.wav", dtype="float32")
    assert rate == SAMPLE_RATE
    np.testing.assert_allclose(read, sound, atol=1e-4)
    np.testing.assert_allclose(read_wav(tmp_path / "new" / "session" / "candidate.wav"), sound, atol=1e-4)


def test_the_file_is_valid_while_it_grows(tmp_path: Path) -> None:
    recorder = SessionRecorder(tmp_path, syncer=InlineWorker())
    for frames in range(1, 80):
        recorder.append(tone(FRAME_SAMPLES))
        said = frames * FRAME_SAMPLES
        by_header = soundfile.info(tmp_path / "candidate.wav").frames
        assert said - by_header < SAMPLE_RATE // 2
        assert len(read_wav(tmp_path / "candidate.wav")) == said
    recorder.close()


def test_the_interviewer_stands_on_the_same_timeline(tmp_path: Path) -> None:
    recorder = SessionRecorder(tmp_path, syncer=InlineWorker())
    append_all(recorder, tone(SAMPLE_RATE * 3))
    recorder.place_interviewer(0.5, tone(8_000, 300))
    recorder.place_interviewer(2.0, tone(24_000, 400))
    recorder.close()

    interviewer = read_wav(tmp_path / "interviewer.wav")
    assert len(interviewer) == 56_000  # 2.0 s + 1.5 s, past the candidate's end
    assert not interviewer[:8_000].any() and not interviewer[16_000:32_000].any()
    np.testing.assert_allclose(interviewer[8_000:16_000], tone(8_000, 300), atol=1e-4)
    mixed = mix_down(tmp_path)
    assert len(mixed) == 56_000
    expected = read_wav(tmp_path / "candidate.wav")[32_000:48_000] + tone(24_000, 400)[:16_000]
    np.testing.assert_allclose(mixed[32_000:48_000], expected, atol=1e-4)


def test_reopening_continues_at_the_end(tmp_path: Path) -> None:
    first = SessionRecorder(tmp_path, syncer=InlineWorker())
    append_all(first, tone(16_000))
    first.close()
    second = SessionRecorder(tmp_path, syncer=InlineWorker())
    assert second.seconds == 1.0
    append_all(second, tone(8_000, 333))
    second.close()
    assert soundfile.info(tmp_path / "candidate.wav").frames == 24_000
    np.testing.assert_allclose(read_wav(tmp_path / "candidate.wav")[16_000:], tone(8_000, 333), atol=1e-4)


def test_a_file_cut_off_anywhere_is_repaired(tmp_path: Path) -> None:
    recorder = SessionRecorder(tmp_path, syncer=InlineWorker())
    append_all(recorder, tone(16_000))
    recorder.close()
    whole = (tmp_path / "candidate.wav").read_bytes()
    for length in (0, 10, 43, 44, 45, 1001, 20_000):
        (tmp_path / "candidate.wav").write_bytes(whole[:length])
        again = SessionRecorder(tmp_path, syncer=InlineWorker())
        kept = max(0, length - 44) // 2
        assert again.seconds == kept / SAMPLE_RATE
        again.append(tone(FRAME_SAMPLES))
        again.close()
        assert soundfile.info(tmp_path / "candidate.wav").frames == kept + FRAME_SAMPLES


def test_a_full_disk_is_said_and_keeps_what_was_there(tmp_path: Path) -> None:
    room = 44 + 2 * 20_001 + 1
    recorder = SessionRecorder(
        tmp_path, opener=lambda path: FullDisk(open_raw(path), room), syncer=InlineWorker()
    )
    with pytest.raises(InterviewerError, match=r"The disk is full.*du -sh"):
        append_all(recorder, tone(40_000))
    with pytest.raises(InterviewerError, match="The disk is full"):
        recorder.append(tone(FRAME_SAMPLES))
    assert recorder.seconds == 20_001 / SAMPLE_RATE
    recorder.close()
    np.testing.assert_allclose(
        soundfile.read(tmp_path / "candidate.wav", dtype="float32")[0], tone(20_001), atol=1e-4
    )


def test_a_failed_sync_is_said(tmp_path: Path) -> None:
    class Broken(FullDisk):
        def fileno(self) -> int:
            raise OSError(errno.EIO, "Input/output error")

    recorder = SessionRecorder(
        tmp_path, opener=lambda path: Broken(open_raw(path), 10**9), syncer=InlineWorker()
    )
    with pytest.raises(InterviewerError, match=r"could not be written: Input/output error"):
        append_all(recorder, tone(3 * SAMPLE_RATE))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InterviewerError, match="INTERVIEWER_DATA_DIR"):
        SessionRecorder(tmp_path / "taken" / "session", syncer=InlineWorker())


def test_other_files_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "other.wav", tone(1_000), 44_100)
    with pytest.raises(InterviewerError, match=r"ffmpeg -i other\.wav"):
        read_wav(tmp_path / "other.wav")
    with pytest.raises(InterviewerError, match="could not be read"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(InterviewerError, match="no recording in"):
        mix_down(tmp_path)


RECORD = """
import sys, time
from pathlib import Path
import numpy as np
from interviewer.audio.recording import SessionRecorder
{limit}
recorder = SessionRecorder(Path(sys.argv[1]))
frame = np.full(512, 0.25, dtype=np.float32)
started, frames = time.monotonic(), 0
while True:
    recorder.append(frame)
    frames += 1
    print(frames, flush=True)
    time.sleep(max(0.0, started + frames * 0.032 / 8 - time.monotonic()))
"""


def start_recording(folder: Path, limit: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORD.format(limit=limit), str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_kill_loses_at_most_a_second(tmp_path: Path) -> None:
    child = start_recording(tmp_path)
    assert child.stdout is not None
    while int(child.stdout.readline()) < 200:
        pass
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate(timeout=10)
    spoken = int(rest.split()[-1]) if rest.split() else 200

    seconds = spoken * FRAME_SAMPLES / SAMPLE_RATE
    assert soundfile.info(tmp_path / "candidate.wav").duration > seconds - 1.0  # as any player sees it
    assert len(read_wav(tmp_path / "candidate.wav")) >= spoken * FRAME_SAMPLES
    again = SessionRecorder(tmp_path)
    assert again.seconds >= seconds
    again.close()
    assert soundfile.info(tmp_path / "candidate.wav").duration >= seconds


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_real_size_limit_is_said(tmp_path: Path) -> None:
    child = start_recording(
        tmp_path, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_001, 50_001))"
    )
    _, errors = child.communicate(timeout=20)
    assert "InterviewerError: The disk is full" in errors
    assert (tmp_path / "candidate.wav").stat().st_size == 50_001
    assert len(read_wav(tmp_path / "candidate.wav")) == (50_001 - 44) // 2


@pytest.mark.real
@pytest.mark.skipif(
    shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root"
)
def test_a_real_full_disk_is_said(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        child = start_recording(disk / "session")
        _, errors = child.communicate(timeout=20)
        assert "InterviewerError: The disk is full" in errors
        assert len(read_wav(disk / "session" / "candidate.wav")) > SAMPLE_RATE
    finally:
        time.sleep(0.05)
        subprocess.run(["umount", str(disk)], check=True)


def test_a_picture_of_the_recording_shows_where_it_is_loud(tmp_path: Path) -> None:
    recorder = SessionRecorder(tmp_path, syncer=InlineWorker())
    append_all(recorder, np.concatenate([np.zeros(SAMPLE_RATE, dtype=np.float32), tone(SAMPLE_RATE)]))
    recorder.place_interviewer(0.0, np.full(SAMPLE_RATE // 2, 0.8, dtype=np.float32))
    recorder.close()
    assert peaks(tmp_path, 4) == pytest.approx([0.8, 0.0, 0.4, 0.4], abs=0.01)
    assert peaks(tmp_path / "nothing", 4) == []
