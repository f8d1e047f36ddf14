"""Starts, resumes and scores sessions: the one place where store, director, evaluator and engines meet."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

import interviewer
from interviewer.assembly.engines import Engines, open_embedded_transcriber, open_stories
from interviewer.audio.recording import CANDIDATE_FILE, SessionRecorder, has_recording, read_wav
from interviewer.conversation.controls import Controls, Live
from interviewer.conversation.interview import Interview
from interviewer.conversation.journal import Journal
from interviewer.conversation.mouth import Mouth
from interviewer.conversation.speaking import Sound, Speaking
from interviewer.conversation.spoken import SpokenConversation
from interviewer.conversation.typed import Ask, TypedConversation
from interviewer.director.phrasing import AuthoredPhraser, LanguageModelPhraser, Phraser
from interviewer.director.plan import plan_of, rounds_of
from interviewer.director.policy import Assessment
from interviewer.domain import FRAME_SAMPLES, Level, Question, Scorecard, Turn
from interviewer.errors import InterviewerError
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.gates import not_known
from interviewer.evaluator.red_flags import RedFlagReader
from interviewer.evaluator.scorecard import evaluate
from interviewer.evaluator.star import missing_components
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.filled_pauses import examined
from interviewer.hearing.listener import Listener
from interviewer.hearing.standby import StandbyTranscriber
from interviewer.library import places
from interviewer.library.content import Library
from interviewer.library.preparation import load_preparation
from interviewer.library.templates import Templates
from interviewer.ports import Microphone, Samples, Speaker
from interviewer.session.events import Scored, SessionResumed, SessionStarted
from interviewer.session.state import SessionState, with_turns
from interviewer.session.store import SessionStore
from interviewer.workers import InlineWorker, ThreadWorker, Worker


@dataclass(frozen=True)
class Wanted:
    """What the user asked a session to be."""

    persona: str
    loop: str | None = None
    round: str | None = None
    questions: int = 4
    minutes: float = 30.0
    follow_ups: int | None = None
    level: Level | None = None
    chosen: tuple[str, ...] = ()
    seed: int | None = None
    typed: bool = False
    demo: bool = False
    topics: tuple[str, ...] = ()


def opening_of(library: Library, loop: str, round_id: str | None) -> tuple[str, float]:
    """Who opens a loop, or one round of it, and how many minutes it takes: both are the loop's to say."""
    rounds = rounds_of(library.loop(loop), round_id)
    return rounds[0].personas[0], sum(one.minutes for one in rounds)


def check_names(library: Library, wanted: Wanted) -> None:
    """UnknownNameError when persona, loop, round or question do not exist; quick, before engines are loaded."""
    library.persona(wanted.persona)
    for question in wanted.chosen:
        library.question(question)
    if wanted.loop is not None:
        rounds_of(library.loop(wanted.loop), wanted.round)


def start_session(
    store: SessionStore, library: Library, engines: Engines, wanted: Wanted, *, now: datetime
) -> Journal:
    """Store a new session's first fact. UnknownNameError when persona, loop, round or question do not exist."""
    check_names(library, wanted)
    rng = random.Random(now.isoformat() if wanted.seed is None else wanted.seed)
    session = store.free_id(now, random.Random())
    started = SessionStarted(
        at=0.0,
        session=session,
        started=now.isoformat(timespec="seconds"),
        persona=wanted.persona,
        loop=wanted.loop,
        round=wanted.round,
        questions=wanted.questions,
        minutes=wanted.minutes,
        follow_ups=wanted.follow_ups,
        level=wanted.level or "senior",
        level_chosen=wanted.level is not None,
        topics=wanted.topics,
        chosen=wanted.chosen,
        avoid=tuple(sorted(store.questions_asked_before())),
        seed=rng.randrange(2**31) if wanted.seed is None else wanted.seed,
        typed=wanted.typed,
        engines=engines.names,
        rough_transcript=engines.rough,
        demo=wanted.demo,
        app_version=interviewer.__version__,
    )
    journal = Journal(store, session)
    journal.record(started)
    return journal


def check_not_ended(session: str, state: SessionState) -> None:
    """InterviewerError when there is nothing left to resume."""
    if state.ended:
        raise InterviewerError(
            f"Session {session} has ended.", f"Look at it again: interviewer replay {session}"
        )


def resume_session(
    store: SessionStore, session: str, engines: Engines, *, now: datetime, recorded_seconds: float
) -> Journal:
    """Take up a session where its last fact left it. InterviewerError when it has ended."""
    state = store.state(session)
    check_not_ended(session, state)
    journal = Journal(store, session, state)
    at = max(state.clock, recorded_seconds)
    lost = max(0.0, state.clock - recorded_seconds) if not (state.started and state.started.typed) else 0.0
    journal.record(
        SessionResumed(
            at=at,
            resumed=now.isoformat(timespec="seconds"),
            engines=engines.names,
            lost_seconds=round(lost, 2),
            rough_transcript=engines.rough,
        )
    )
    return journal


def make_interview(
    journal: Journal, library: Library, engines: Engines, now: Callable[[], float]
) -> Interview:
    started = journal.state.started
    assert started is not None  # a journal begins with SessionStarted
    phraser: Phraser = AuthoredPhraser()
    if engines.language_model is not None:
        phraser = LanguageModelPhraser(engines.language_model, Templates(places.templates_folder()))
    return Interview(journal, library, plan_of(started, library), _assessor(engines), phraser, now)


def typed_conversation(
    journal: Journal, library: Library, engines: Engines, ask: Ask, now: Callable[[], float]
) -> TypedConversation:
    return TypedConversation(make_interview(journal, library, engines, now), journal, ask, now)


@contextmanager
def spoken_conversation(
    store: SessionStore,
    journal: Journal,
    library: Library,
    engines: Engines,
    microphone: Microphone,
    speaker: Speaker,
    *,
    headphones: bool,
    controls: Controls,
    monotonic: Callable[[], float],
    on_live: Callable[[Live], None],
    inline: bool = False,
) -> Iterator[SpokenConversation]:
    """A conversation ready to run. With `inline` engines run in turn and time stands still meanwhile (fast demo)."""
    assert engines.transcriber and engines.voice and engines.detector  # open_engines(typed=False) gave them
    workers: list[Worker] = [
        InlineWorker() if inline else ThreadWorker(name) for name in ("hear", "speak", "think")
    ]
    hear, speak, think = workers
    recorder = SessionRecorder(store.folder(journal.session))
    _make_up(recorder, journal.state.clock)
    interview = make_interview(journal, library, engines, lambda: recorder.seconds)
    own_thread = (
        InlineWorker() if inline else ThreadWorker("recognise")
    )  # left behind when the recogniser hangs
    standby = StandbyTranscriber(engines.transcriber, open_embedded_transcriber, own_thread)
    listener = Listener(engines.detector, standby, hear, Patience())
    mouth = Mouth(engines.voice, speaker, speak)
    sound = Sound(microphone, speaker, recorder, headphones)
    try:
        yield SpokenConversation(
            interview,
            journal,
            library,
            sound,
            listener,
            Speaking(journal, sound, mouth),
            think,
            controls,
            monotonic,
            on_live,
            standby.news,
        )
    finally:
        for worker in (*workers, own_thread):
            worker.close()
        engines.transcriber = standby.engine  # one that failed is not used again
        recorder.close()


def _make_up(recorder: SessionRecorder, seconds: float) -> None:
    """Silence for the sound a crash may have cost, so that the clock goes on where the last fact was."""
    while recorder.seconds < seconds:
        recorder.append(np.zeros(FRAME_SAMPLES, dtype=np.float32))


def candidate_sound(folder: Path) -> Samples | None:
    """The candidate's side of a session's recording; None where nothing was recorded."""
    return read_wav(folder / CANDIDATE_FILE) if has_recording(folder) else None


def score_session(
    journal: Journal,
    library: Library,
    engines: Engines,
    progress: Callable[[int, int], None],
    recording: Samples | None = None,
) -> Scorecard:
    """Evaluate the session and store the scorecard as its last fact. `recording` is the candidate's side, where kept."""
    state = journal.state
    if recording is not None:
        state = with_turns(state, lambda turn: examined(turn, recording))
    scorecard = evaluate(
        state,
        library.questions,
        library.personas,
        engines.judge,
        stories=open_stories(engines.embedded_judge.embedder),
        fairness=engines.embedded_judge,
        red_flags=RedFlagReader(engines.embedded_judge.embedder, load_preparation().red_flags),
        progress=progress,
    )
    journal.record(Scored(at=journal.state.clock, scorecard=scorecard))
    return scorecard


def _assessor(engines: Engines) -> Callable[[Question, Sequence[Turn]], Assessment]:
    """Coverage for choosing follow-ups: always the embedded judge, which is quick enough between two words."""
    # without the bank: reading other questions' rubrics takes seconds, and can wait for the scorecard
    judge = EmbeddedJudge(
        engines.embedded_judge.embedder,
        reader=engines.embedded_judge.reader,
        divide=engines.embedded_judge.divide,
    )
    stories = open_stories(judge.embedder)

    def assess(question: Question, turns: Sequence[Turn]) -> Assessment:
        technical = judge.judge(question, turns, rough=engines.rough)
        missing = missing_components(question, turns, stories)
        return Assessment(technical.points, technical.gate, missing, not_known(turns, question))

    return assess
