"""grade: a file of answers in, a file of scores out; goes on where it broke off."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from interviewer.errors import InterviewerError
from interviewer.grading.task import GradingTask
from interviewer.library.content import load_library
from interviewer.library.settings import Settings, load_settings

if TYPE_CHECKING:
    from interviewer.domain import Turn
    from interviewer.grading.grader import Grader
    from interviewer.ports import SpeechDetector, Transcriber


@dataclass(frozen=True)
class _Line:
    """One line of the file: its task, or what is wrong with it."""

    id: int | str
    task: GradingTask | None
    fault: str = ""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the scores go, a line each; what is there already is not graded again. Default: standard output.",
)
@click.option(
    "--language-model", help="none, auto, a GGUF file, or the URL of an OpenAI-compatible endpoint."
)
@click.option("--language-model-name", help="The model to ask for at that endpoint.")
@click.option("--transcriber", help="auto, pocketsphinx, whisper:NAME or faster-whisper:FOLDER.")
def grade(
    file: Path,
    out: Path | None,
    **engines_wanted: str | None,
) -> None:
    """Grade the answers in FILE, one JSON object a line.

    \b
    {"id": "1", "question": "What is dropout?", "answer": "..."}
    {"id": "2", "question": "dropout_explained", "audio": "two.wav"}
    {"id": "3", "question": "...", "answer": "...", "rubric": ["a point", "another"]}
    {"id": "4", "question": "...", "answer": "...", "reference": "A good answer."}
    """
    lines = list(_read(file))
    if out is not None and out.exists() and out.samefile(file):
        raise InterviewerError(f"{out} holds the answers; the scores cannot go there.", "Name another: --out")
    done = _done(out) if out else set()
    left = [line for line in lines if line.id not in done]
    settings = load_settings().model_copy(update={k: v for k, v in engines_wanted.items() if v is not None})
    console = Console(stderr=True)
    if done:
        console.print(f"{len(lines) - len(left)} of {len(lines)} are in {out} already.")
    failed = 0
    with ExitStack() as stack:
        sink = stack.enter_context(out.open("a", encoding="utf-8")) if out else None
        if left:
            with console.status("Loading engines"):
                grader = _open_grader(file, left, settings, stack)
            failed = _grade_all(grader, left, sink, console)
    if failed:
        raise InterviewerError(
            f"{failed} of {len(lines)} lines could not be graded; each says why under 'error'.",
            f"Mend them in {file} and run the command again.",
        )


def _read(file: Path) -> Iterator[_Line]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InterviewerError(
            f"{file} is not UTF-8 text (byte {error.start}).", f"Convert it with: iconv -t UTF-8 {file}"
        ) from None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except json.JSONDecodeError as error:
            yield _Line(f"line {number}", None, f"line {number} is not JSON ({error.msg})")
            continue
        name = given.get("id") if isinstance(given, dict) else None
        name = name if isinstance(name, int | str) else f"line {number}"
        try:
            yield _Line(name, GradingTask.model_validate(given))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            yield _Line(name, None, f"line {number}: {where + ': ' if where else ''}{first['msg']}")


def _done(out: Path) -> set[int | str]:
    """Ids that were graded before; a line cut off by a crash, and lines that failed, are graded again."""
    if not out.exists():
        return set()
    kept: dict[int | str, str] = {}
    lines = out.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            given = json.loads(line)
        except json.JSONDecodeError:
            given = None
        if isinstance(given, dict) and isinstance(given.get("id"), int | str):
            if "error" not in given:
                kept[given["id"]] = line
        elif number < len(lines):  # only the last line can have been cut off: this file is somebody else's
            raise InterviewerError(
                f"{out}, line {number} is no score; the file was left as it is.", "Name another: --out"
            )
    whole = out.with_name(f"{out.name}.part")
    whole.write_text("".join(f"{line}\n" for line in kept.values()), encoding="utf-8")
    whole.replace(out)
    return set(kept)


def _open_grader(file: Path, lines: Sequence[_Line], settings: Settings, stack: ExitStack) -> Grader:
    from interviewer.assembly.engines import Engines, open_engines, open_stories
    from interviewer.engines.silero_vad import SileroDetector
    from interviewer.grading.grader import Grader
    from interviewer.grading.rubrics import Measures

    library = load_library()
    engines: Engines = open_engines(settings, library.questions, typed=True)
    stack.callback(engines.close)
    ears = None
    if any(line.task and line.task.audio for line in lines):
        from interviewer.assembly.engines import open_transcriber

        engines.transcriber = open_transcriber(settings)
        ears = _Ears(SileroDetector(), engines.transcriber)
    embedder = engines.embedded_judge.embedder
    measures = Measures(library.questions, embedder)
    return Grader(measures, engines.judge, open_stories(embedder), ears, file.parent)


class _Ears:
    """The recogniser of the settings, listening to files."""

    def __init__(self, detector: SpeechDetector, transcriber: Transcriber) -> None:
        self._detector = detector
        self._transcriber = transcriber
        self.rough = transcriber.rough

    def transcribe(self, path: Path, phrases: Sequence[str]) -> Turn:
        from interviewer.grading.recordings import transcribe

        return transcribe(path, self._detector, self._transcriber, phrases)


def _grade_all(grader: Grader, lines: Sequence[_Line], sink: IO[str] | None, console: Console) -> int:
    """Each line's result is written before the next is begun; returns how many could not be graded."""
    failed = 0
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(lines))
        for line in lines:
            result = _grade(grader, line)
            failed += "error" in result
            click.echo(json.dumps(result, ensure_ascii=False), file=sink)
            if sink is not None:
                sink.flush()
            progress.advance(bar)
    return failed


def _grade(grader: Grader, line: _Line) -> dict[str, Any]:
    if line.task is None:
        return {"id": line.id, "error": line.fault}
    try:
        return grader.grade(line.task)
    except InterviewerError as error:
        return {"id": line.id, "error": f"{error.message} {error.hint}".strip()}
