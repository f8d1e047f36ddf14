"""Fetches one large file over HTTP so that an interruption costs nothing: what came is kept and gone on with.

It knows addresses, bytes and hashes; what the file is good for is somebody else's business.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from interviewer.engines.hardware import free_disk_bytes
from interviewer.errors import EngineError

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) as they come; "in all" is 0 while the source does not say."""

ATTEMPTS_WITHOUT_PROGRESS = 4
PAUSE_SECONDS = 2.0
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
SPARE_DISK_BYTES = 100_000_000


@dataclass(frozen=True)
class Source:
    """Where a file lies. `size_bytes` is what we expect before the source has spoken; `sha256` may be unknown."""

    url: str
    size_bytes: int
    sha256: str | None


@dataclass(frozen=True)
class Fetched:
    sha256: str
    size_bytes: int
    url: str
    tag: str


class Unreachable(Exception):  # noqa: N818 - a passing state rather than a mistake
    """The source did not answer or broke off; trying again may help."""


class Changed(Exception):  # noqa: N818
    """The file at the source is another one than that which the part on disk began."""


class Download:
    """One file on its way to `target`. The part that has come lies beside it as `<name>.part`."""

    def __init__(
        self,
        source: Source,
        target: Path,
        *,
        client: httpx.Client,
        progress: Progress,
        free_bytes: Callable[[Path], int] = free_disk_bytes,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source, self.target = source, target
        self.part = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._client, self._progress, self._free_bytes, self._pause = client, progress, free_bytes, pause
        self._wanted_sha256 = source.sha256

    def run(self) -> Fetched:
        """The whole file, checked, at `target`. EngineError when there is no room, no way to it, or a wrong hash."""
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._check_room(self.source.size_bytes - self._done())
            tag = self._fetch_all()
            return self._accept(tag)
        except OSError as error:
            message = f"{self.part} could not be written ({error})."
            raise EngineError("weights", message, "Check the disk and the folder's permissions.") from error

    def _accept(self, tag: str) -> Fetched:
        """Check the whole part's hash and move it to its place."""
        sha256 = file_sha256(self.part)
        if self._wanted_sha256 not in (None, sha256):
            self._forget()
            raise EngineError(
                "weights",
                f"{self.source.url} came with the wrong content: its SHA-256 is {sha256}, "
                f"and {self._wanted_sha256} was published. It was deleted.",
                "Run the same command again; if it fails again, something between here and there changes files.",
            )
        size = self.part.stat().st_size
        self.part.replace(self.target)
        self._note.unlink(missing_ok=True)
        return Fetched(sha256, size, self.source.url, tag)

    def _fetch_all(self) -> str:
        """Ask until all has come; gives up after four attempts in a row that brought nothing."""
        idle = 0
        while True:
            before = self._done()
            try:
                return self._fetch_rest(before)
            except Changed:
                self._forget()
            except (httpx.RequestError, Unreachable) as error:
                idle = idle + 1 if self._done() <= before else 0
                if idle >= ATTEMPTS_WITHOUT_PROGRESS or not self._done():
                    raise self._gave_up(error) from error
                self._pause(PAUSE_SECONDS)

    def _fetch_rest(self, offset: int) -> str:
        headers = {"Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        with self._client.stream("GET", self.source.url, headers=headers, timeout=TIMEOUT) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return self._all_there(response, offset)
            self._check_status(response)
            tag = _tag(response)
            if offset and response.status_code == httpx.codes.PARTIAL_CONTENT:
                if tag != self._noted_tag():
                    raise Changed
            else:
                offset = 0
            if self._wanted_sha256 is None:
                self._wanted_sha256 = _published_sha256(response)
            length = int(response.headers.get("Content-Length", 0))
            total = offset + length if length else 0
            self._check_room(length)
            self._note.write_text(json.dumps({"tag": tag}), encoding="utf-8")
            self._write(response, offset, total)
        if total and self._done() < total:
            raise Unreachable(f"the connection broke off after {self._done()} of {total} bytes")
        return tag

    def _write(self, response: httpx.Response, offset: int, total: int) -> None:
        done = offset
        with self.part.open("ab" if offset else "wb") as file:
            self._progress(done, total)
            for (
                piece
            ) in response.iter_bytes():  # of no set size: a set one would lose what came of the last piece
                file.write(piece)
                done += len(piece)
                self._progress(done, total)

    def _all_there(self, response: httpx.Response, offset: int) -> str:
        """The source has nothing past `offset`: the part is the whole file, or one of another length."""
        if response.headers.get("Content-Range", "") != f"bytes */{offset}":
            raise Changed
        return self._noted_tag()

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status >= 500 or status in (408, 429):
            raise Unreachable(f"it answered {status} {response.reason_phrase}")
        if status >= 400:
            message = f"{self.source.url} answered {status} {response.reason_phrase}"
            hint = "The catalogue names a file that has moved; `interviewer models list` shows others."
            if status in (401, 403):
                hint = "Its owner asks for a sign-in, or something between here and there forbids it."
            raise EngineError("weights", message + ".", hint)

    def _check_room(self, bytes_to_come: int) -> None:
        free = self._free_bytes(self.target.parent)
        if bytes_to_come > 0 and free < bytes_to_come + SPARE_DISK_BYTES:
            raise EngineError(
                "weights",
                f"{self.target.name} needs {bytes_to_come / 1e9:.2f} GB more on the disk of "
                f"{self.target.parent}, where {free / 1e9:.2f} GB are free.",
                "Free some space, or set INTERVIEWER_DATA_DIR to a folder on another disk.",
            )

    def _gave_up(self, error: Exception) -> EngineError:
        done = self._done()
        kept = f" The {done / 1e6:.0f} MB that came are kept and gone on with." if done else ""
        return EngineError(
            "weights",
            f"{self.source.url} could not be reached ({_why(error)}).{kept} Everything that is already "
            "installed works without a network.",
            f"Run the same command again when there is one, or fetch that file elsewhere and put it at {self.target}.",
            retryable=True,
        )

    def _done(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _noted_tag(self) -> str:
        if not self._note.exists():
            return ""
        try:
            return str(json.loads(self._note.read_text(encoding="utf-8"))["tag"])
        except (ValueError, KeyError, TypeError):
            return ""

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tag(response: httpx.Response) -> str:
    """What tells one content from another: the hub names the content's hash before it redirects to its store."""
    for answer in (*response.history, response):
        for name in ("X-Linked-Etag", "ETag"):
            if tag := answer.headers.get(name):
                return str(tag)
    return ""


def _published_sha256(response: httpx.Response) -> str | None:
    """The hash the hub publishes for a large file, if this is one."""
    for answer in response.history or [response]:
        tag = answer.headers.get("X-Linked-Etag", "").strip('"').lower()
        if len(tag) == 64 and all(c in "0123456789abcdef" for c in tag):
            return str(tag)
    return None


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
