"""--help answers at once and completely; wrong usage is told with near names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from program import Program

from interviewer.cli import cli

HEAVY = (
    "torch",
    "whisper",
    "llama_cpp",
    "transformers",
    "starlette",
    "uvicorn",
    "sentence_transformers",
    "pocketsphinx",
    "pyttsx3",
    "sounddevice",
    "onnxruntime",
    "numpy",
)
LIST_MODULES = """
import json, sys
from interviewer.cli import cli
cli({arguments!r}, standalone_mode=False)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and subcommand with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY_COMMAND = list(commands(cli))


def modules_after(*arguments: str) -> set[str]:
    """Names of the modules a child process holds after the command."""
    code = LIST_MODULES.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [(), ("--version",)], ids=["help", "version"])
def test_the_first_words_import_no_engine(arguments: tuple[str, ...]) -> None:
    loaded = modules_after(*(arguments or ("--help",)))
    assert "interviewer.cli" in loaded
    assert loaded.isdisjoint(HEAVY), loaded.intersection(HEAVY)


@pytest.mark.parametrize(
    "name", ["personas", "questions", "loops", "sessions", "report", "replay", "serve", "progress", "plan"]
)
def test_help_of_reading_commands_imports_no_engine(name: str) -> None:
    loaded = modules_after(name, "--help")
    assert loaded.isdisjoint(set(HEAVY) - {"numpy"}), loaded.intersection(HEAVY)


@pytest.mark.parametrize(("path", "command"), EVERY_COMMAND, ids=[" ".join(p) for p, _ in EVERY_COMMAND])
def test_every_command_explains_itself(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    unexplained = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not option.help and not _speaks_for_itself(option)
    ]
    assert not unexplained, f"{' '.join(path)}: {unexplained}"


def _speaks_for_itself(option: click.Option) -> bool:
    """A choice or a number with its default shown says what it takes."""
    return bool(option.show_default)


def test_the_list_of_commands_is_whole(tmp_path: Path) -> None:
    shown = Program(tmp_path).run("--help").out
    for path, _ in EVERY_COMMAND:
        assert path[0] in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["practise"], "There is no command 'practise'. Did you mean 'practice'?"),
        (["replya"], "Did you mean 'replay'?"),
        (["xyzzy"], "There is no command 'xyzzy'."),
        (["practice", "--round", "screen"], "--round needs --loop."),
        (["practice", "--questions", "0"], "0 is not in the range 1<=x<=50"),
        (["practice", "--questions", "many"], "'many' is not a valid integer"),
        (["practice", "--level", "wizard"], "'wizard' is not one of 'junior', 'senior', 'staff'"),
        (["practice", "--minutes", "-5"], "-5.0 is not in the range"),
        (["practice", "--persna", "recruiter"], "--persona"),
        (["report", "--format", "doc"], "'doc' is not one of 'html', 'md', 'pdf', 'json', 'vtt'"),
        (["practice", "--due", "--loop", "ml_engineer"], "--due and --topic cannot be used with --loop"),
        (["practice", "--due", "--question", "scaling_depth"], "--due chooses the questions"),
        (["plan"], "Missing option '--date'"),
        (["plan", "--date", "soon"], "'soon' does not match the format '%Y-%m-%d'"),
        (["questions", "serch", "x"], "There is no command 'serch'. Did you mean 'search'?"),
        (["models", "veryfy"], "Did you mean 'verify'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_code_two(arguments: list[str], words: str, tmp_path: Path) -> None:
    program = Program(tmp_path)
    outcome = program.run(*arguments)
    assert outcome.code == 2, outcome.said
    assert words in outcome.said
    assert "Traceback" not in outcome.said
    assert not program.data.exists()


def test_what_the_user_can_mend_ends_with_code_one(tmp_path: Path) -> None:
    Program(tmp_path).run("questions", "show", "nothing").assert_fails_plainly("nothing")
