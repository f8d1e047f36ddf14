"""The program in a terminal of its own, so that keys and Ctrl-C reach it as they would from a person."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from program import REPOSITORY, Program

CTRL_C = "\x03"
POLL_SECONDS = 0.05
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """Everything shown is read at once by a thread, so that the program never waits for us."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._shown = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """What was shown, without colours, white space as single blanks."""
        return " ".join(_CONTROL_SEQUENCE.sub("", self._shown.decode(errors="replace")).split())

    def press(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def wait_for(self, words: str, seconds: float = 240.0) -> None:
        give_up = time.monotonic() + seconds
        while words not in self.said:
            if time.monotonic() > give_up or self.process.poll() is not None:
                pytest.fail(f"'{words}' was not shown: {self.said}")
            time.sleep(POLL_SECONDS)

    def end(self, seconds: float = 240.0) -> int:
        """Its exit code, once it has ended by itself."""
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def _read(self) -> None:
        try:
            while piece := os.read(self._descriptor, 4096):
                self._shown += piece
        except OSError:
            return  # how Linux tells that the other side is closed


@contextmanager
def in_terminal(program: Program, *arguments: str) -> Iterator[Terminal]:
    """The program with a terminal; killed at the latest when the block ends. No weights are offered."""
    program.config.mkdir(exist_ok=True)
    (program.config / "settings.yaml").write_text("offer_weights: false\n")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        program.command(*arguments),
        env=program.env | {"TERM": "xterm"},
        cwd=REPOSITORY,
        preexec_fn=lambda: os.login_tty(theirs),
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
