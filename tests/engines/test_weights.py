"""Pulling and checking weights, against a loopback server that plays the hub: whole, interrupted, wrong, absent."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from interviewer.engines.weights import gguf_problems, installed, pull, source_url, verify, weights_path
from interviewer.errors import EngineError
from interviewer.library.catalog import Catalog, Needs, Weights, WeightSet

FIXTURES = Path(__file__).parent.parent / "fixtures"
TOY_GGUF = FIXTURES / "toy_interviewer.gguf"
MICRO_WHISPER = FIXTURES / "micro_whisper.pt"


class Hub:
    """What the loopback server holds and how it misbehaves. `cuts`: after how many bytes the next answers break off."""

    def __init__(self) -> None:
        self.content = b""
        self.tag = ""
        self.cuts: list[int] = []
        self.status = 200
        self.ranges: list[str | None] = []
        self.url = ""

    def holds(self, content: bytes) -> None:
        self.content, self.tag = content, hashlib.sha256(content).hexdigest()


def handler_for(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if hub.status != 200:
                self.send_error(hub.status)
            elif "/resolve/" in self.path:  # as the hub does: name the hash, send on to the store
                self.send_response(302)
                self.send_header("Location", "/store/blob")
                self.send_header("X-Linked-Etag", f'"{hub.tag}"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.send_content()

        def send_content(self) -> None:
            wanted = self.headers.get("Range")
            hub.ranges.append(wanted)
            first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            if first >= len(hub.content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(hub.content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            rest = hub.content[first:]
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(rest)))
            self.send_header("ETag", f'"store-{hub.tag}"')
            self.end_headers()
            if hub.cuts:
                self.wfile.write(rest[: hub.cuts.pop(0)])
                self.close_connection = True
            else:
                self.wfile.write(rest)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server uses
            pass

    return Handler


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(state))
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(follow_redirects=True, trust_env=False) as opened:
        yield opened


def gguf_entry(sha256: str | None = None, size_bytes: int = 1000) -> Weights:
    return Weights(
        id="toy",
        kind="gguf",
        repo="someone/Toy-GGUF",
        file="toy.gguf",
        sha256=sha256,
        size_bytes=size_bytes,
        licence="MIT",
        memory_gb=0.1,
        context_tokens=512,
    )


def whisper_entry(url: str, content: bytes) -> Weights:
    sha256 = hashlib.sha256(content).hexdigest()
    address = f"{url}/models/{sha256}/micro.pt"
    return Weights(
        id="micro", kind="whisper", url=address, file="micro.pt", sha256=sha256, size_bytes=len(content),
        licence="MIT", memory_gb=0.1,
    )  # fmt: skip


def quiet(done: int, total: int) -> None:
    pass


def test_a_pull_brings_the_file_its_record_and_progress(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    hub.holds(TOY_GGUF.read_bytes())
    seen: list[tuple[int, int]] = []
    path = pull(gguf_entry(), tmp_path, lambda *now: seen.append(now), hub=hub.url, client=client)
    assert path == tmp_path / "gguf" / "toy.gguf"
    assert path.read_bytes() == hub.content
    assert seen[0] == (0, len(hub.content))
    assert seen[-1] == (len(hub.content), len(hub.content))
    record = json.loads((tmp_path / "gguf" / "toy.gguf.json").read_text(encoding="utf-8"))
    assert (record["sha256"], record["licence"], record["size_bytes"]) == (hub.tag, "MIT", len(hub.content))
    assert sorted(p.name for p in path.parent.iterdir()) == ["toy.gguf", "toy.gguf.json"]


def test_whisper_weights_come_from_their_address_and_load(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    hub.holds(MICRO_WHISPER.read_bytes())
    path = pull(whisper_entry(hub.url, hub.content), tmp_path, quiet, client=client)
    assert path == tmp_path / "whisper" / "micro.pt"
    assert path.read_bytes() == hub.content


def test_what_is_already_whole_is_not_fetched_again(tmp_path: Path, hub: Hub, client: httpx.Client) -> None:
    hub.holds(MICRO_WHISPER.read_bytes())
    entry = whisper_entry(hub.url, hub.content)
    pull(entry, tmp_path, quiet, client=client)
    pull(entry, tmp_path, quiet, client=client)
    assert len(hub.ranges) == 1


def test_a_broken_connection_is_gone_on_with_at_once(tmp_path: Path, hub: Hub, client: httpx.Client) -> None:
    hub.holds(MICRO_WHISPER.read_bytes())
    hub.cuts = [300_000, 200_000]
    path = pull(whisper_entry(hub.url, hub.content), tmp_path, quiet, client=client, pause=no_pause)
    assert path.read_bytes() == hub.content
    assert hub.ranges == [None, "bytes=300000-", "bytes=500000-"]


def no_pause(seconds: float) -> None:
    assert seconds > 0


def interrupted_pull(entry: Weights, folder: Path, hub: Hub, client: httpx.Client) -> Path:
    """A pull stopped by the user after some bytes; gives the part it left."""

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    hub.cuts = [250_000]
    with pytest.raises(KeyboardInterrupt):
        pull(entry, folder, stop, hub=hub.url, client=client)
    part = weights_path(entry, folder).with_suffix(weights_path(entry, folder).suffix + ".part")
    assert 0 < part.stat().st_size <= 250_000
    return part


def test_a_later_pull_goes_on_where_the_earlier_stopped(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    hub.holds(TOY_GGUF.read_bytes())
    part = interrupted_pull(gguf_entry(), tmp_path, hub, client)
    there, hub.ranges = part.stat().st_size, []
    path = pull(gguf_entry(), tmp_path, quiet, hub=hub.url, client=client)
    assert hub.ranges == [f"bytes={there}-"]
    assert path.read_bytes() == hub.content
    assert not part.exists()


def test_a_part_of_a_file_that_changed_meanwhile_is_begun_anew(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    hub.holds(TOY_GGUF.read_bytes()[::-1])
    interrupted_pull(gguf_entry(), tmp_path, hub, client)
    hub.holds(TOY_GGUF.read_bytes())
    assert pull(gguf_entry(), tmp_path, quiet, hub=hub.url, client=client).read_bytes() == hub.content


def test_a_part_that_is_already_whole_is_accepted(tmp_path: Path, hub: Hub, client: httpx.Client) -> None:
    hub.holds(MICRO_WHISPER.read_bytes())
    entry = whisper_entry(hub.url, hub.content)
    part = tmp_path / "whisper" / "micro.pt.part"
    part.parent.mkdir()
    part.write_bytes(hub.content)
    assert pull(entry, tmp_path, quiet, client=client).read_bytes() == hub.content


@pytest.mark.parametrize("published_by", ["catalogue", "hub"])
def test_wrong_content_is_deleted_and_said(
    tmp_path: Path, hub: Hub, client: httpx.Client, published_by: str
) -> None:
    hub.holds(TOY_GGUF.read_bytes())
    entry = gguf_entry("0" * 64 if published_by == "catalogue" else None)
    if published_by == "hub":
        hub.tag = "f" * 64
    with pytest.raises(EngineError, match="wrong content"):
        pull(entry, tmp_path, quiet, hub=hub.url, client=client)
    assert list((tmp_path / "gguf").iterdir()) == []


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path, client: httpx.Client) -> None:
    nobody = "http://127.0.0.1:1"
    with pytest.raises(EngineError) as caught:
        pull(gguf_entry(), tmp_path, quiet, hub=nobody, client=client)
    error = caught.value
    assert error.retryable
    assert f"{nobody}/someone/Toy-GGUF/resolve/main/toy.gguf could not be reached" in error.message
    assert "works without a network" in error.message
    assert str(tmp_path / "gguf" / "toy.gguf") in error.hint


def test_a_hub_that_stays_broken_is_given_up_on_and_the_part_kept(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    hub.holds(TOY_GGUF.read_bytes())
    part = interrupted_pull(gguf_entry(), tmp_path, hub, client)
    hub.status = 503
    pauses: list[float] = []
    with pytest.raises(EngineError, match="503") as caught:
        pull(gguf_entry(), tmp_path, quiet, hub=hub.url, client=client, pause=pauses.append)
    assert len(pauses) == 3
    assert "kept" in caught.value.message
    assert part.exists()


def test_a_file_that_moved_away_is_no_network_trouble(tmp_path: Path, hub: Hub, client: httpx.Client) -> None:
    hub.status = 404
    with pytest.raises(EngineError, match="answered 404") as caught:
        pull(gguf_entry(), tmp_path, quiet, hub=hub.url, client=client)
    assert not caught.value.retryable


def test_a_full_disk_is_said_before_anything_is_fetched(
    tmp_path: Path, hub: Hub, client: httpx.Client
) -> None:
    entry = gguf_entry(size_bytes=5_000_000_000)
    with pytest.raises(EngineError, match=re.escape("needs 5.00 GB more")) as caught:
        pull(entry, tmp_path, quiet, hub=hub.url, client=client, free_bytes=lambda _: 2_000_000_000)
    assert "2.00 GB are free" in caught.value.message
    assert "INTERVIEWER_DATA_DIR" in caught.value.hint
    assert hub.ranges == []


def test_the_hub_can_be_a_mirror() -> None:
    assert source_url(gguf_entry()).endswith("/someone/Toy-GGUF/resolve/main/toy.gguf")
    assert source_url(gguf_entry(), "https://mirror.example/") == (
        "https://mirror.example/someone/Toy-GGUF/resolve/main/toy.gguf"
    )


def test_a_record_finds_a_file_that_changed_later(tmp_path: Path, hub: Hub, client: httpx.Client) -> None:
    hub.holds(TOY_GGUF.read_bytes())
    path = pull(gguf_entry(), tmp_path, quiet, hub=hub.url, client=client)
    assert verify(gguf_entry(), path).problems == ()
    content = bytearray(hub.content)
    content[-1] ^= 1
    path.write_bytes(content)
    assert "was recorded" in verify(gguf_entry(), path).problems[0]


def test_a_file_put_there_by_hand_is_checked_as_far_as_can_be(tmp_path: Path) -> None:
    path = tmp_path / "toy.gguf"
    path.write_bytes(TOY_GGUF.read_bytes())
    checked = verify(gguf_entry(), path)
    assert checked.problems == ()
    assert "no hash is known" in checked.notes[0]
    with pytest.raises(EngineError, match="is not at"):
        verify(gguf_entry(), tmp_path / "elsewhere.gguf")


def test_a_cut_off_whisper_file_is_a_problem(tmp_path: Path) -> None:
    whole = MICRO_WHISPER.read_bytes()
    path = tmp_path / "micro.pt"
    path.write_bytes(whole[:-1000])
    problems = verify(whisper_entry("http://127.0.0.1", whole), path).problems
    assert any("cut off" in problem for problem in problems)
    assert any("was published" in problem for problem in problems)


def test_installed_lists_what_lies_there(tmp_path: Path) -> None:
    entries = (gguf_entry(), whisper_entry("http://127.0.0.1", b"x"))
    needs = Needs(ram_gb=0, cores=1, vram_gb=0)
    catalog = Catalog(weights=entries, sets=(WeightSet(tier="embedded", title="", needs=needs, weights=()),))
    assert installed(catalog, tmp_path) == ()
    (tmp_path / "gguf").mkdir()
    (tmp_path / "gguf" / "toy.gguf").write_bytes(b"12345")
    (found,) = installed(catalog, tmp_path)
    assert (found.weights.id, found.size_bytes, found.recorded_sha256) == ("toy", 5, None)


def test_a_whole_chat_model_has_no_problems_and_others_are_named(tmp_path: Path) -> None:
    assert gguf_problems(TOY_GGUF) == []
    path = tmp_path / "x.gguf"
    for content, problem in (
        (TOY_GGUF.read_bytes()[:-5000], "cut off"),
        (TOY_GGUF.read_bytes()[:3000], "ends inside its header"),
        (b"<html>", "does not begin with"),
        (b"", "does not begin with"),
        (b"GGUF" + (9).to_bytes(4, "little") + bytes(16), "format version is 9"),
        (b"GGUF" + (3).to_bytes(4, "little") + b"\xff" * 16, "ends inside its header"),
    ):
        path.write_bytes(content)
        assert problem in gguf_problems(path)[0]
