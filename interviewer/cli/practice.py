"""practice and resume: a session by voice or by keyboard."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

import click
from rich.console import Console

from interviewer.assembly.engines import Engines, open_engines
from interviewer.assembly.sessions import (
    Wanted,
    check_names,
    check_not_ended,
    resume_session,
    spoken_conversation,
    start_session,
    typed_conversation,
)
from interviewer.audio.devices import DeviceMicrophone, DeviceSpeaker
from interviewer.audio.portaudio import find_device, load_portaudio, rescan
from interviewer.audio.recording import recorded_seconds
from interviewer.audio.steady import SteadySound
from interviewer.cli.keys import key_presses
from interviewer.cli.models import offer_weights
from interviewer.cli.reporting import finish
from interviewer.cli.stage import Stage
from interviewer.cli.wanted import check_topics, of_loop, what_is_due
from interviewer.conversation.controls import Control, Controls
from interviewer.conversation.interview import Saying
from interviewer.conversation.journal import Journal
from interviewer.domain import Level
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.content import Library, load_library
from interviewer.library.settings import Settings, load_settings
from interviewer.session.store import SessionStore

INTERRUPTED = 130  # what shells report after Ctrl-C

Command = TypeVar("Command", bound=Callable[..., object])

engine_options = (
    click.option("--transcriber", help="auto, pocketsphinx, whisper:NAME or faster-whisper:FOLDER."),
    click.option(
        "--language-model", help="auto, none, a GGUF file, or the URL of an OpenAI-compatible endpoint."
    ),
    click.option("--voice", help="pyttsx3 or flite."),
    click.option("--microphone", help="Name or number of the device; see: interviewer doctor"),
    click.option("--speaker", help="Name or number of the device."),
    click.option(
        "--headphones/--no-headphones", default=None, help="With headphones you can interrupt by speaking."
    ),
)


MOST_QUESTIONS, PRACTICE_QUESTIONS = 50, 4


def with_engine_options(command: Command) -> Command:
    """Every way to name an engine or a device for one session."""
    for option in reversed(engine_options):
        command = option(command)
    return command


def settings_with(**chosen: object) -> Settings:
    """The user's settings, overridden for this session by what the command line named."""
    return load_settings().model_copy(
        update={name: value for name, value in chosen.items() if value is not None}
    )


@click.command()
@click.option(
    "--persona", default="ml_engineer", show_default=True, help="Who interviews; see: interviewer personas"
)
@click.option("--loop", help="A whole interview process; see: interviewer loops")
@click.option("--round", "round_id", help="One round of the loop.")
@click.option("--question", "chosen", multiple=True, help="Ask this question; may be given several times.")
@click.option("--topic", "topics", multiple=True, help="Ask about this; may be given several times.")
@click.option("--due", is_flag=True, help="Ask what you missed and is due again; see: interviewer progress")
@click.option(
    "--questions",
    type=click.IntRange(1, MOST_QUESTIONS),
    help="How many to ask at most, in each round; default: 4, and in a loop as many as its time holds.",
)
@click.option("--minutes", default=30.0, show_default=True, type=click.FloatRange(1, 240))
@click.option(
    "--follow-ups",
    type=click.IntRange(0, 5),
    help="Most follow-ups a question; default: as the persona likes.",
)
@click.option(
    "--level",
    type=click.Choice(["junior", "senior", "staff"]),
    help="Default: senior, and in a loop as each round is meant.",
)
@click.option("--seed", type=int, help="The same seed draws the same questions.")
@click.option("--typed", is_flag=True, help="Type instead of speaking.")
@with_engine_options
def practice(
    persona: str,
    loop: str | None,
    round_id: str | None,
    chosen: tuple[str, ...],
    topics: tuple[str, ...],
    due: bool,
    questions: int | None,
    minutes: float,
    follow_ups: int | None,
    level: str | None,
    seed: int | None,
    typed: bool,
    **engines_wanted: object,
) -> None:
    """Hold a mock interview. Your answers are stored as you speak; Ctrl-C stops, `resume` goes on.

    Keys while speaking: Enter done, h hint, r repeat, s skip, Space pause, q end, 1-9 switch persona.
    """
    library = load_library()
    if loop is not None and (due or topics):
        raise click.UsageError("--due and --topic cannot be used with --loop: its rounds say what is asked.")
    if due:
        persona, chosen = what_is_due(library, persona, chosen)
        questions = questions or len(chosen)
    check_topics(library, topics)
    if loop is not None:
        persona, minutes = of_loop(library, loop, round_id)
    elif round_id is not None:
        raise click.UsageError("--round needs --loop.")
    most = questions or (PRACTICE_QUESTIONS if loop is None else MOST_QUESTIONS)
    wanted = Wanted(
        persona,
        loop,
        round_id,
        most,
        minutes,
        follow_ups,
        cast("Level | None", level),
        chosen,
        seed,
        typed,
        topics=topics,
    )
    check_names(library, wanted)
    settings = settings_with(**engines_wanted)
    console = Console(highlight=False)
    if not typed:
        check_devices(settings)
    offer_weights(settings, console)
    store = SessionStore(places.data_dir())
    with console.status("Loading engines"):
        engines = open_engines(settings, library.questions, typed=typed)
    try:
        journal = start_session(store, library, engines, wanted, now=datetime.now().astimezone())
        with store.hold(journal.session):
            hold_session(store, journal, library, engines, settings, console)
    finally:
        engines.close()
        store.close()


@click.command()
@click.argument("session", required=False)
@with_engine_options
def resume(session: str | None, **engines_wanted: object) -> None:
    """Go on with SESSION (the last one that broke off, unless named)."""
    library = load_library()
    settings = settings_with(**engines_wanted)
    console = Console(highlight=False)
    store = SessionStore(places.data_dir())
    session = session or store.latest(unfinished=True)
    state = store.state(session)
    check_not_ended(session, state)
    typed = bool(state.started and state.started.typed)
    with store.hold(session):
        if not typed:
            check_devices(settings)
        with console.status("Loading engines"):
            engines = open_engines(settings, library.questions, typed=typed)
        try:
            seconds = 0.0 if typed else recorded_seconds(store.folder(session))
            now = datetime.now().astimezone()
            journal = resume_session(store, session, engines, now=now, recorded_seconds=seconds)
            hold_session(store, journal, library, engines, settings, console)
        finally:
            engines.close()
            store.close()


def check_devices(settings: Settings) -> None:
    """InterviewerError when a device is missing; told before engines take their time and before a session is begun."""
    portaudio = load_portaudio()
    find_device(portaudio, settings.microphone, "input")
    find_device(portaudio, settings.speaker, "output")


def hold_session(
    store: SessionStore,
    journal: Journal,
    library: Library,
    engines: Engines,
    settings: Settings,
    console: Console,
) -> None:
    """Run the session, which is ours alone, to its end, then score it. Errors and Ctrl-C leave it resumable."""
    started = journal.state.started
    assert started is not None
    console.print(
        f"Session {journal.session} · " + " · ".join(f"{k}: {v}" for k, v in engines.names.items()),
        style="dim",
    )
    for caveat in engines.caveats:
        console.print(caveat, style="yellow")
    stage = Stage(console, library.personas, minutes=started.minutes)
    journal.watchers.append(stage.on_event)
    go_on = f"Stopped. Everything said so far is kept; go on with: interviewer resume {journal.session}"
    try:
        if started.typed:
            _by_keyboard(journal, library, engines, console)
        else:
            _by_voice(store, journal, library, engines, settings, stage)
    except KeyboardInterrupt:
        later = (
            f"Stopped. Score it with: interviewer score {journal.session}" if journal.state.ended else go_on
        )
        console.print(f"\n{later}", soft_wrap=True)
        sys.exit(INTERRUPTED)
    except InterviewerError as error:
        raise InterviewerError(error.message, f"{error.hint}\n{go_on}".strip()) from error
    if not journal.state.ended:
        console.print(go_on, soft_wrap=True)
        return
    try:
        finish(store, journal, library, engines, console)
    except KeyboardInterrupt:
        later = f"\nStopped before it was scored. Score it with: interviewer score {journal.session}"
        console.print(later, soft_wrap=True)
        sys.exit(INTERRUPTED)


def _by_voice(
    store: SessionStore,
    journal: Journal,
    library: Library,
    engines: Engines,
    settings: Settings,
    stage: Stage,
) -> None:
    controls = Controls()
    sound = SteadySound(DeviceMicrophone(settings.microphone), DeviceSpeaker(settings.speaker), rescan)
    with (
        stage,
        key_presses(lambda key: stage.press(key, controls)),
        spoken_conversation(
            store,
            journal,
            library,
            engines,
            sound.microphone,
            sound.speaker,
            headphones=settings.headphones,
            controls=controls,
            monotonic=time.monotonic,
            on_live=stage.on_live,
        ) as conversation,
    ):
        sound.tell = lambda sentence: conversation.tell("sound", sentence)
        sound.meanwhile = conversation.without_sound
        conversation.run()


def _by_keyboard(journal: Journal, library: Library, engines: Engines, console: Console) -> None:
    begun, before = time.monotonic(), journal.state.clock
    console.print(
        "Type your answer, then an empty line. /hint /repeat /skip /switch PERSONA /end", style="dim"
    )

    def ask(saying: Saying) -> str | Control | None:
        return None if saying.last else _typed_reply(library, console)

    typed_conversation(journal, library, engines, ask, lambda: before + time.monotonic() - begun).run()


def _typed_reply(library: Library, console: Console) -> str | Control | None:
    """Lines up to an empty one, or a command; None at the end of input."""
    lines: list[str] = []
    while True:
        try:
            line = console.input("[bold green]> [/]" if not lines else "[bold green]. [/]")
        except EOFError:
            return " ".join(lines) or None
        if not lines and line.startswith("/"):
            control = _typed_control(line, library, console)
            if control is not None:
                return control
        elif line.strip():
            lines.append(line.strip())
        elif lines:
            return " ".join(lines)


def _typed_control(line: str, library: Library, console: Console) -> Control | None:
    name, _, argument = line[1:].strip().partition(" ")
    if name == "switch":
        try:
            return Control("switch", library.persona(argument.strip()).id, "command")
        except InterviewerError as error:
            console.print(str(error), style="yellow")
            return None
    if name in ("hint", "repeat", "skip", "end"):
        return Control(name, because="command")  # type: ignore[arg-type]
    console.print("Known are: /hint /repeat /skip /switch PERSONA /end", style="yellow")
    return None
