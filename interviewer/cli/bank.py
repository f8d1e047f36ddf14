"""questions lint, new, import, schema: the care of the question bank."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from interviewer.domain import Kind
from interviewer.errors import InterviewerError

if TYPE_CHECKING:
    from interviewer.bank.lint import Lint
    from interviewer.evaluator.embedded_judge import EmbeddedJudge

_MOST_THREADS = 4  # the embedder gains little from more
_REMEMBERED_TEXTS = 200_000  # those of a large bank, about 0.3 GB

fast = click.option(
    "--fast", is_flag=True, help="Leave out what needs the embedder: the judge's scores and likeness."
)


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@fast
def lint_questions(files: tuple[Path, ...], fast: bool) -> None:
    """Check FILES, or our whole bank and your own packs, personas and loops.

    One line per finding, with file and line. Exit code 1 when there are any.
    """
    if _linted(files, fast=fast).findings:
        sys.exit(1)


@click.command("new")
@click.argument("question_id", metavar="ID")
@click.option("--kind", required=True, type=click.Choice(get_args(Kind)), help="What is asked for.")
@click.option("--topic", default="", help="Its main topic, such as statistics.")
@click.option("--to", "to", type=click.Path(path_type=Path), help="A file, instead of your folder of drafts.")
def new_question(question_id: str, kind: str, topic: str, to: Path | None) -> None:
    """Begin a question of your own: a commented skeleton called ID, to be filled in.

    Nobody is asked it before it is written and imported.
    """
    from interviewer.bank.drafts import Draft, check_identifier, write_draft
    from interviewer.library import places
    from interviewer.library.content import load_library

    check_identifier("question id", question_id)
    if topic:
        check_identifier("topic", topic)
    if question_id in load_library().questions:
        raise InterviewerError(f"There is a question called '{question_id}' already.", "Choose another id.")
    path = to or places.drafts_folder() / f"{question_id}.yaml"
    write_draft(Draft(question_id, cast(Kind, kind), topic), path)
    click.echo(f"Wrote {path}")
    _say_how_to_go_on("Write where it says TODO, then:", path)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    default="concept",
    show_default=True,
    help="What plain questions ask for.",
)
@click.option("--replace", is_flag=True, help="Replace a pack of the same file name.")
@fast
def import_questions(file: Path, kind: str, replace: bool, fast: bool) -> None:
    """Take in FILE: a pack of whole questions (YAML), or plain questions (CSV, JSONL) as drafts.

    Plain questions have a column question, and perhaps answer, topic and level.
    """
    from interviewer.bank.plain_questions import SUFFIXES

    suffix = file.suffix.lower()
    if suffix in (".yaml", ".yml"):
        _import_pack(file, replace=replace, fast=fast)
    elif suffix in SUFFIXES:
        _import_plain_questions(file, cast(Kind, kind))
    else:
        known = ", ".join((".yaml", *SUFFIXES))
        raise InterviewerError(f"{file} is of no kind that is known here.", f"Known are: {known}")


@click.command("schema")
@click.argument("name", type=click.Choice(["question", "persona", "loop"]), default="question")
def schema(name: str) -> None:
    """Print the JSON Schema of question files, or of persona or loop files, for your editor."""
    from interviewer.bank import schemas

    click.echo(schemas.schema(name), nl=False)


def _import_pack(file: Path, *, replace: bool, fast: bool) -> None:
    from interviewer.bank.packs import take_pack

    taken = take_pack(file, replace=replace)
    count = len(taken.questions)
    click.echo(f"Took in {count} question{'' if count == 1 else 's'}: {taken.path}")
    if taken.replaced:
        click.echo(f"In place of ours: {', '.join(taken.replaced)}")
    if _linted((taken.path,), fast=fast).findings:
        click.echo("They are asked all the same; mend the file when you can.")


def _import_plain_questions(file: Path, kind: Kind) -> None:
    from interviewer.bank.packs import take_plain_questions

    drafts = take_plain_questions(file, kind)
    for path in drafts.written:
        click.echo(f"Wrote {path}")
    if drafts.kept:
        click.echo(f"Left alone, because they are there already: {len(drafts.kept)}")
    if drafts.written:
        _say_how_to_go_on("Nobody is asked a draft. Write where it says TODO, then:", drafts.written[0])


def _say_how_to_go_on(lead: str, path: Path) -> None:
    file = shlex.quote(str(path))
    click.echo(f"{lead}\n  interviewer questions lint {file}\n  interviewer questions import {file}")


def _linted(files: tuple[Path, ...], *, fast: bool) -> Lint:
    """Check, and print the findings with a summary."""
    from interviewer.bank.lint import lint

    with _Judging(fast) as judging:
        checked = lint(files, judging.judge, judging.show)
    for finding in checked.findings:
        click.echo(f"{_shown(finding.path)}, line {finding.line}: {finding.said}")
    found = len(checked.findings)
    findings = "nothing to mend" if not found else f"{found} finding{'' if found == 1 else 's'}"
    click.echo(f"{checked.extent}: {findings}.{_LEFT_OUT if fast else ''}")
    return checked


_LEFT_OUT = " Left out with --fast: the judge's scores, and phrasings and questions too much alike."


class _Judging:
    """The judge, and its progress on standard error while it judges; neither with --fast."""

    def __init__(self, fast: bool) -> None:
        self.judge: EmbeddedJudge | None = None
        self._bar: Progress | None = None
        if not fast:
            from interviewer.assembly.engines import sentence_cutter
            from interviewer.engines.claim_model import ClaimModel
            from interviewer.engines.hardware import idle_cores
            from interviewer.engines.minilm import MiniLmEmbedder
            from interviewer.evaluator.embedded_judge import EmbeddedJudge
            from interviewer.library import places

            threads = min(_MOST_THREADS, idle_cores())
            self.judge = EmbeddedJudge(
                MiniLmEmbedder(threads=threads, remembered_texts=_REMEMBERED_TEXTS),
                reader=ClaimModel(places.judge_assets()),
                divide=sentence_cutter(),
            )
            columns = (
                TextColumn("Judging questions"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=None)

    def show(self, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def __enter__(self) -> _Judging:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _shown(path: Path) -> Path:
    """Relative to the working folder where it lies in it."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path
