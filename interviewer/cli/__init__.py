"""The command line. Commands are imported when they are called, so that --help answers at once."""

from __future__ import annotations

import importlib
import sys

import click

from interviewer import __version__
from interviewer.cli.groups import HelpfulGroup

# command -> (module, its help in one line)
_COMMANDS = {
    "practice": ("practice", "Hold a mock interview, by voice or with --typed."),
    "serve": ("serve", "Open the interview room in the browser."),
    "demo": ("demo", "Watch a recorded candidate being interviewed, scored and replayed."),
    "resume": ("practice", "Go on with a session that broke off."),
    "sessions": ("sessions", "List the sessions so far."),
    "replay": ("sessions", "Walk through a session again, with its sound and feedback."),
    "report": ("sessions", "Write a session as HTML, Markdown, PDF, JSON or WebVTT."),
    "score": ("sessions", "Score a session again."),
    "progress": ("progress", "Show how your scores move, what is weak, and what is due again."),
    "plan": ("progress", "Plan the weeks until an interview, led by what is weak."),
    "grade": ("grade", "Score a file of written or recorded answers."),
    "personas": ("content", "List the interviewers."),
    "questions": ("content", "List, show and search the question bank; check it, and add your own."),
    "loops": ("content", "List whole interview processes."),
    "models": ("models", "List, pull and verify weights."),
    "doctor": ("doctor", "Check devices, voices, engines, weights and disk, and say how to mend each."),
}


class _LazyGroup(HelpfulGroup):
    """Knows its commands by name and help; imports a command's module only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"interviewer.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(
    cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="interviewer")
def cli() -> None:
    """A voice-driven mock interviewer for machine-learning roles. Nothing leaves this machine.

    \b
    interviewer demo                      see it work: no microphone or weights needed
    interviewer practice                  speak with the ML engineer
    interviewer practice --persona recruiter --typed
    """


def main() -> None:
    """Console entry: expected failures become one sentence and exit code 1; bugs keep their traceback."""
    from interviewer.errors import InterviewerError

    try:
        sys.exit(cli(standalone_mode=False))  # standalone, click would end with code 1 after Ctrl-C
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except InterviewerError as error:
        click.echo(f"{click.style('Error:', fg='red')} {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
