"""serve: the interview room in the browser."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; others reach only this one."
)
@click.option(
    "--port", default=8642, show_default=True, type=click.IntRange(0, 65535), help="0 takes any that is free."
)
@click.option("--open/--no-open", "open_page", default=True, help="Whether to open the page in the browser.")
@click.option("--transcriber", help="auto, pocketsphinx, whisper:NAME or faster-whisper:FOLDER.")
@click.option(
    "--language-model", help="auto, none, a GGUF file, or the URL of an OpenAI-compatible endpoint."
)
@click.option("--voice", help="pyttsx3 or flite.")
def serve(host: str, port: int, open_page: bool, **engines_wanted: str | None) -> None:
    """Hold interviews in the browser: speak, read along, see the replay, try again.

    The address that is printed holds a key; whoever has it can use the room. Nothing leaves this machine.
    """
    from interviewer.library.settings import load_settings
    from interviewer.web.server import find_place
    from interviewer.web.server import serve as run

    chosen = {name: value for name, value in engines_wanted.items() if value is not None}
    settings = load_settings().model_copy(update=chosen)
    place = find_place(host, port)
    if host not in ("127.0.0.1", "localhost", "::1"):
        click.echo(
            "Browsers give a microphone to pages of this machine only, or over https: from elsewhere, answer at the keyboard.",
            err=True,
        )
    run(
        place,
        settings,
        open_page=open_page,
        tell=lambda address: click.echo(f"The room is open: {address}\nCtrl-C closes it."),
    )
