"""demo: a recorded candidate in a virtual room, through the whole real loop."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from interviewer.assembly.engines import Engines, open_engines
from interviewer.assembly.sessions import Wanted, start_session
from interviewer.cli.content import print_json
from interviewer.cli.reporting import finish
from interviewer.cli.stage import Stage
from interviewer.conversation.controls import Live
from interviewer.conversation.journal import Journal
from interviewer.demo.candidate import DemoScript, RecordedCandidate, load_script
from interviewer.demo.room import EMBEDDED, conversation_in, quiet_room
from interviewer.domain import Scorecard
from interviewer.library import places
from interviewer.library.content import Library, load_library
from interviewer.session.events import FollowUpAsked, PersonaEntered, QuestionAsked
from interviewer.session.store import SessionStore

SEED = 7
MINUTES = 12.0


@click.command()
@click.option("--fast", is_flag=True, help="As fast as the machine can, instead of in real time.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one object for programs; progress goes to standard error."
)
def demo(fast: bool, as_json: bool) -> None:
    """Watch a recorded candidate being interviewed, scored and replayed.

    Needs no microphone, no weights and no network: the embedded engines listen, ask and judge for real.
    """
    console = Console(stderr=as_json, highlight=False)
    library, script = load_library(), load_script()
    store = SessionStore(places.data_dir())
    with console.status("Loading engines"):
        engines = open_engines(EMBEDDED, library.questions, typed=False)
    try:
        wanted = Wanted(
            script.persona,
            questions=len(script.questions),
            minutes=MINUTES,
            follow_ups=1,
            chosen=script.questions,
            seed=SEED,
            demo=True,
        )
        journal = start_session(store, library, engines, wanted, now=datetime.now().astimezone())
        with store.hold(journal.session):
            _hold(store, journal, library, engines, script, console, fast=fast)
            scorecard, report = finish(store, journal, library, engines, console)
        if as_json:
            print_json(_summary(store, journal.session, engines, scorecard, report))
    finally:
        engines.close()
        store.close()


def _hold(
    store: SessionStore,
    journal: Journal,
    library: Library,
    engines: Engines,
    script: DemoScript,
    console: Console,
    *,
    fast: bool,
) -> None:
    room = quiet_room(real_time=not fast)
    candidate = RecordedCandidate(script, room.say)
    stage = Stage(console, library.personas, minutes=MINUTES, explain=True)
    journal.watchers += [candidate.on_event, stage.on_event]

    def on_live(live: Live) -> None:
        candidate.on_live(live)
        stage.on_live(live)

    console.print(
        f"Session {journal.session} · a recorded candidate speaks; everything else is real.", style="dim"
    )
    held = conversation_in(room, store, journal, library, engines, on_live, real_time=not fast)
    with stage, held as conversation:
        conversation.run()


def _summary(
    store: SessionStore, session: str, engines: Engines, scorecard: Scorecard, report: Path
) -> dict[str, Any]:
    events = store.events(session)
    return {
        "session": session,
        "engines": engines.names,
        "questions": [event.question for event in events if isinstance(event, QuestionAsked)],
        "follow_ups": [
            {
                "question": event.question,
                "follow_up": event.follow_up,
                "point": event.point,
                "star": event.star,
                "because": event.because,
                "text": event.text,
            }
            for event in events
            if isinstance(event, FollowUpAsked)
        ],
        "persona_switches": [
            {"persona": event.persona, "because": event.because, "at": event.at}
            for event in events
            if isinstance(event, PersonaEntered) and event.because != "start"
        ],
        "scores": scorecard.model_dump(
            mode="json", include={"technical", "star", "clarity", "overall", "interval"}
        )
        | {
            "answers": [
                {
                    "question": answer.question,
                    "technical": answer.technical.score,
                    "star": answer.star.score,
                    "clarity": answer.clarity.score,
                    "overall": answer.overall,
                }
                for answer in scorecard.answers
            ]
        },
        "report": str(report),
    }
