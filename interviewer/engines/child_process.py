"""A child process that answers one JSON line with one JSON line, and may be killed when it does not.

Speech libraries hang, crash and print; in a child they can do so without taking the interview with them.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import interviewer

STDERR_TAIL_BYTES = 600
GRACE_SECONDS = 0.5


class ChildError(Exception):
    """The child gave no answer: it died, took too long or wrote nonsense. The message says which and why."""


class JsonChild:
    """Owned by one thread. Starts at once; the first line it writes is its greeting, read by `ask` or `greeting`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, "PYTHONPATH": _import_path(), "PYTHONIOENCODING": "utf-8"},
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="child-reader", daemon=True)
        self._reader.start()
        self._greeting: dict[str, Any] | None = None

    def greeting(self, timeout_seconds: float) -> dict[str, Any]:
        """What the child said when it was ready; waits for it the first time."""
        if self._greeting is None:
            self._greeting = self._next(timeout_seconds)
        return self._greeting

    def ask(self, request: Mapping[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """The child's answer to `request`. ChildError when there is none in time; the child is then unusable."""
        self.greeting(timeout_seconds)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, OSError) as error:
            raise ChildError(self._last_words()) from error
        return self._next(timeout_seconds)

    def close(self) -> None:
        """End the child: politely by closing its input, then by killing it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.close()
        except OSError:
            self._process.kill()  # unread input is left in the pipe of a dead or stuck child
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(GRACE_SECONDS)
        self._process.stdout.close()
        self._stderr.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _next(self, timeout_seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout_seconds)
        except queue.Empty:
            self._process.kill()
            raise ChildError(f"no answer within {timeout_seconds:g} s") from None
        if line is None:
            raise ChildError(self._last_words())
        try:
            answer = json.loads(line)
        except json.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise ChildError(f"it wrote something that is no answer: {line.strip()[:80]}")
        return answer

    def _last_words(self) -> str:
        """Why the child ended, from its own error output."""
        try:
            code: int | None = self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_TAIL_BYTES))
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f"its process ended with code {code}" + (f": {lines[-1].strip()}" if lines else "")


def module_command(module: str) -> list[str]:
    """Runs one of this package's modules in a child; -P keeps the user's folder off the import path."""
    return [sys.executable, "-P", "-m", module]


def _import_path() -> str:
    """The child must find this very package, wherever the parent found it."""
    package_parent = str(Path(interviewer.__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join([package_parent, inherited] if inherited else [package_parent])
