"""Whatever is wrong is told in one sentence with what mends it: exit code 1, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from program import Program
from pulse import PulseServer
from scripted_server import Server
from toy_gguf import TOY, write_gguf

from interviewer.library import places

UNREACHABLE = "http://127.0.0.1:9"  # the discard port: nothing listens there
GRACE_SECONDS = 60.0
FULL_DISK_BYTES = 1_500_000  # the demo's recordings outgrow this within a minute of session


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["practice", "--persona", "recuiter"], ["no persona called 'recuiter'", "recruiter"]),
        (["practice", "--persona", "xyzzy"], ["no persona called 'xyzzy'", "interviewer personas"]),
        (["practice", "--question", "scaling_dept"], ["no question called", "scaling_depth"]),
        (["practice", "--topic", "statistic"], ["no topic called 'statistic'", "statistics"]),
        (["practice", "--due"], ["Nothing is due", "interviewer practice"]),
        (["plan", "--date", "2020-01-01"], ["days back", "still to come"]),
        (["questions", "show", "bias_variance"], ["no question called", "bias_variance_tradeoff"]),
        (["practice", "--loop", "xyzzy"], ["no loop called 'xyzzy'", "interviewer loops"]),
        (["models", "pull", "whisper-bse.en"], ["whisper-base.en"]),
        (["models", "verify", "xyzzy"], ["xyzzy", "interviewer models list"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_unknown_names_are_answered_with_near_ones(
    program: Program, arguments: list[str], words: list[str]
) -> None:
    program.run(*arguments).assert_fails_plainly(*words)


def test_an_unknown_round_is_answered_with_the_loops_rounds(program: Program) -> None:
    loop = sorted((places.content_root() / "prompts" / "loops").glob("*.yaml"))[0].stem
    program.run("practice", "--loop", loop, "--round", "xyzzy").assert_fails_plainly(
        "xyzzy", "Its rounds are:"
    )


@pytest.mark.parametrize("command", ["resume", "replay", "report", "score"])
def test_without_sessions_there_is_none_to_look_at(program: Program, command: str) -> None:
    program.run(command).assert_fails_plainly("There is no session in", "interviewer practice")
    program.run(command, "20200101-0000-abc").assert_fails_plainly(
        "no session called '20200101-0000-abc'", "interviewer sessions"
    )


# -- the user's own files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        (
            "settings.yaml",
            "voice: auto\nvoise: flite\n",
            ["settings.yaml, line 2", "voise", "did you mean voice"],
        ),
        ("settings.yaml", "voice: [auto\n", ["settings.yaml, line", "no valid YAML"]),
        ("settings.yaml", "headphones: perhaps\n", ["settings.yaml, line 1", "headphones", "boolean"]),
        ("settings.yaml", "- voice\n", ["settings.yaml, line 1"]),
        ("personas/me.yaml", "id: me\nname: Me\n", ["me.yaml", "role", "is missing"]),
        ("personas/me.yaml", "id: me\n\tname: Me\n", ["me.yaml, line 2", "no valid YAML"]),
        ("personas/me.yaml", "", ["me.yaml, line 1"]),
        ("personas/me.yaml", "\x00\x01", ["me.yaml", "no valid YAML"]),
        ("questions/mine.yaml", "- id: a\n", ["mine.yaml, line 1", "expected 'questions:'"]),
        ("questions/mine.yaml", "questions:\n  - id: Mine\n", ["mine.yaml, line 2", "id"]),
        ("questions/mine.yaml", "questions:\n  - 7\n", ["mine.yaml, line 2"]),
        ("loops/mine.yaml", "id: mine\ntitle: T\n", ["mine.yaml", "rounds", "is missing"]),
    ],
)
def test_a_mistake_in_a_file_is_told_with_file_and_line(
    program: Program, file: str, text: str, words: list[str]
) -> None:
    path = program.config / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    program.run("practice", "--typed").assert_fails_plainly(*words)


def test_a_file_in_latin_one_is_told(program: Program) -> None:
    path = program.config / "settings.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes("microphone: M\u00fcller\n".encode("latin-1"))
    program.run("practice").assert_fails_plainly("settings.yaml", "UTF-8")


# -- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["sessions"], ["practice", "--typed"], ["demo", "--fast"], ["replay"]])
def test_a_file_where_the_data_folder_should_be(program: Program, arguments: list[str]) -> None:
    program.data.write_text("in the way")
    program.run(*arguments).assert_fails_plainly("sessions", "INTERVIEWER_DATA_DIR")


def test_a_sessions_file_that_is_no_database(program: Program) -> None:
    folder = program.data / "sessions"
    folder.mkdir(parents=True)
    (folder / "sessions.sqlite3").write_bytes(b"this is no database" * 100)
    program.run("sessions").assert_fails_plainly("not a database", "INTERVIEWER_DATA_DIR")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_without_permission(program: Program) -> None:
    program.data.mkdir(mode=0o500)
    program.run("practice", "--typed").assert_fails_plainly("Permission denied", "INTERVIEWER_DATA_DIR")


@pytest.mark.real
def test_a_report_that_cannot_be_written(program: Program) -> None:
    typed = program.run("practice", "--typed", typing="/end\n")
    assert typed.code == 0, typed.said
    blocked = program.folder / "file"
    blocked.write_text("in the way")
    program.run("report", "--format", "md", "--out", str(blocked / "page.md")).assert_fails_plainly(
        "--out FILE"
    )


# -- engines ---------------------------------------------------------------------------------------------------------


def _corrupt(folder: Path) -> Path:
    path = folder / "corrupt.gguf"
    path.write_bytes(TOY.read_bytes()[:-4000])
    return path


def _no_gguf(folder: Path) -> Path:
    path = folder / "page.gguf"
    path.write_text("<html>Sign in to download</html>" * 50)
    return path


def _unknown_architecture(folder: Path) -> Path:
    return write_gguf(folder / "strange.gguf", "strangeformer")


@pytest.mark.real
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "nowhere.gguf", ["nowhere.gguf", "interviewer models"]),
        (_corrupt, ["corrupt.gguf", "interviewer models"]),
        (_no_gguf, ["page.gguf", "interviewer models"]),
        (_unknown_architecture, ["strange.gguf", "interviewer models"]),
        (lambda folder: folder, ["interviewer models"]),
    ],
    ids=["missing", "cut", "a web page", "unknown architecture", "a folder"],
)
def test_a_language_model_that_cannot_be_loaded(
    program: Program, make: Callable[[Path], Path], words: list[str]
) -> None:
    path = make(program.folder)
    program.run("practice", "--typed", "--language-model", str(path)).assert_fails_plainly(*words)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (UNREACHABLE, ["Nothing answers at", "127.0.0.1:9"]),
        ("http://", ["address"]),
        ("http://me:secret@127.0.0.1/v1", ["password"]),
    ],
)
def test_an_endpoint_that_cannot_be_used(program: Program, address: str, words: list[str]) -> None:
    outcome = program.run("practice", "--typed", "--language-model", address)
    outcome.assert_fails_plainly(*words)
    assert "secret" not in outcome.said


@contextmanager
def serving(server: Server) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_endpoint_that_lists_garbage(program: Program) -> None:
    server = Server()
    server.models = b"<html>It works!</html>"
    with serving(server) as url:
        program.run("practice", "--typed", "--language-model", url).assert_fails_plainly(url)


def test_an_endpoint_without_a_model(program: Program) -> None:
    server = Server()
    server.models = b'{"data": []}'
    with serving(server) as url:
        program.run("practice", "--typed", "--language-model", url).assert_fails_plainly(url, "no model")


@pytest.mark.real
def test_an_endpoint_that_answers_garbage_costs_no_question(program: Program) -> None:
    server = Server()
    server.replies = [(200, [b"data: nonsense\n\n"]) for _ in range(20)]
    with serving(server) as url:
        asked = ("--question", "scaling_depth", "--questions", "1", "--language-model", url)
        outcome = program.run("practice", "--typed", *asked, typing="/end\n")
    assert outcome.code == 0, outcome.said
    assert "The authored words were used." in outcome.said
    assert "much deeper" in outcome.said


@pytest.mark.real
@pytest.mark.parametrize(
    ("transcriber", "words"),
    [
        ("whisper:/nowhere/small.pt", ["no Whisper weights at /nowhere/small.pt", "interviewer models pull"]),
        ("whisper:tinyy", ["no Whisper weights at", "tinyy.pt", "interviewer models pull"]),
        ("whisper:{cut}", ["cut.pt", "not a whole Whisper checkpoint", "interviewer models pull"]),
        ("xyzzy", ["no transcriber called 'xyzzy'", "pocketsphinx"]),
    ],
)
def test_a_recogniser_that_cannot_be_loaded(
    pulse: PulseServer, tmp_path: Path, transcriber: str, words: list[str]
) -> None:
    program = Program(tmp_path, pulse.env)
    cut = program.folder / "cut.pt"
    cut.write_bytes((TOY.parent / "micro_whisper.pt").read_bytes()[:300_000])
    program.run("practice", "--transcriber", transcriber.format(cut=cut)).assert_fails_plainly(*words)


@pytest.mark.real
def test_a_voice_that_does_not_exist(pulse: PulseServer, tmp_path: Path) -> None:
    program = Program(tmp_path, pulse.env)
    outcome = program.run("practice", "--voice", "xyzzy")
    outcome.assert_fails_plainly("no voice called 'xyzzy'", "flite")


# -- a full disk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system that is full after a minute of recording."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={FULL_DISK_BYTES}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.real
@pytest.mark.slow
def test_a_full_disk_ends_the_session_and_keeps_it(small_disk: Path, tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert program.data == small_disk
    outcome = program.run("demo", "--fast")
    outcome.assert_fails_plainly("disk", "Free")
    facts = program.facts()
    assert [fact.type for fact in facts][:3] == ["session_started", "persona_entered", "question_asked"]
