"""questions lint, new, import, schema: the care of the question bank."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from interviewer.ports import Embedder

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
    from interviewer.bank.lint import lint

    with _Judging(fast) as judging:
        checked = lint(files, judging.embedder, judging.show)
    for finding in checked.findings:
        click.echo(f"{_shown(finding.path)}, line {finding.line}: {finding.said}")
    found = len(checked.findings)
    findings = "nothing to mend" if not found else f"{found} finding{'' if found == 1 else 's'}"
    click.echo(f"{checked.extent}: {findings}.{_LEFT_OUT if fast else ''}")
    if found:
        sys.exit(1)


_LEFT_OUT = " Left out with --fast: the judge's scores, and phrasings and questions too much alike."


class _Judging:
    """The embedder, and its progress on standard error while it judges; neither with --fast."""

    def __init__(self, fast: bool) -> None:
        self.embedder: Embedder | None = None
        self._bar: Progress | None = None
        if not fast:
            from interviewer.engines.minilm import MiniLmEmbedder

            threads = min(_MOST_THREADS, os.cpu_count() or 1)
            self.embedder = MiniLmEmbedder(threads=threads, remembered_texts=_REMEMBERED_TEXTS)
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
