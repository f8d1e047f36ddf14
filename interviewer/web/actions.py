"""What the pages' buttons do: begin, check the microphone, score, export, delete. Answers are JSON or files."""

from __future__ import annotations

import io
from datetime import datetime

import numpy as np
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from interviewer.assembly.engines import Engines
from interviewer.assembly.progress import progress_now
from interviewer.assembly.reports import Form, report_bytes
from interviewer.assembly.sessions import Wanted, candidate_sound, opening_of, score_session, start_session
from interviewer.audio.recording import mix_down
from interviewer.audio.sound_files import encode_for_page
from interviewer.conversation.journal import Journal
from interviewer.domain import FRAME_SAMPLES, SAMPLE_RATE, Level, Noun
from interviewer.errors import InterviewerError
from interviewer.hearing.endpointing import ONSET_PROBABILITY
from interviewer.ports import Samples
from interviewer.session.corrections import corrected
from interviewer.session.events import TurnCorrected
from interviewer.session.state import SessionState
from interviewer.web.pages import CHECK_SENTENCE, services_of
from interviewer.web.portraits import portrait
from interviewer.web.protocol import LONGEST_ANSWER, first_mistake
from interviewer.web.services import Services

LONGEST_CHECK_SECONDS = 15
MEDIA_TYPES: dict[Form, str] = {
    "html": "text/html",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "json": "application/json",
    "vtt": "text/vtt",
}


class Order(Noun):
    """What the lobby asks a session to be."""

    persona: str = Field(max_length=100)
    loop: str | None = Field(default=None, max_length=100)
    round: str | None = Field(default=None, max_length=100)
    level: Level | None = None
    topics: tuple[str, ...] = Field(default=(), max_length=50)
    chosen: tuple[str, ...] = Field(default=(), max_length=50)
    questions: int = Field(default=4, ge=1, le=50)
    minutes: float = Field(default=30, ge=1, le=240)
    follow_ups: int | None = Field(default=None, ge=0, le=5)
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    typed: bool = False


async def begin(request: Request) -> Response:
    """Store a new session's first fact and say where its room is."""
    try:
        order = Order.model_validate_json(await request.body())
    except ValidationError as error:
        raise InterviewerError(
            f"That interview cannot be held: {first_mistake(error)}.", "Choose again."
        ) from None
    session = await run_in_threadpool(_begin, services_of(request), order)
    return JSONResponse({"session": session, "address": f"/room/{session}"}, 201)


def _begin(services: Services, order: Order) -> str:
    persona, minutes = order.persona, order.minutes
    questions = order.questions
    if order.loop is not None:
        persona, minutes = opening_of(services.library, order.loop, order.round)
        questions = 50  # as many as the rounds' time holds
    wanted = Wanted(
        persona,
        order.loop,
        order.round,
        questions,
        minutes,
        order.follow_ups,
        order.level,
        order.chosen,
        order.seed,
        order.typed,
        topics=order.topics if order.loop is None else (),
    )
    now = datetime.now().astimezone()
    if order.typed:
        return start_session(services.store, services.library, services.desk.typed(), wanted, now=now).session
    with services.desk.spoken() as engines:
        return start_session(services.store, services.library, engines, wanted, now=now).session


def state(request: Request) -> Response:
    """How far the engines are, for the lobby."""
    desk = services_of(request).desk.state
    return JSONResponse(
        {"stage": desk.stage, "names": desk.names, "caveats": list(desk.caveats), "error": desk.error}
    )


def due(request: Request) -> Response:
    """How many missed points are due again, for the lobby, which does not wait for it."""
    services = services_of(request)
    found = progress_now(services.store, services.library, datetime.now().astimezone())
    return JSONResponse({"points": len(found.due)})


async def check_microphone(request: Request) -> Response:
    """What the recogniser makes of a few seconds of sound (16 bit, 16 kHz), and how much of it was speech."""
    data = await request.body()
    if not data or len(data) % 2 or len(data) > LONGEST_CHECK_SECONDS * SAMPLE_RATE * 2:
        raise InterviewerError(
            f"A check takes up to {LONGEST_CHECK_SECONDS} s of sound, as 16-bit samples at 16 kHz.",
            "Record it again.",
        )
    samples = np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768)
    writing = request.query_params.get("words") != "0"
    return JSONResponse(await run_in_threadpool(_check, services_of(request), samples, writing))


def _check(services: Services, samples: Samples, writing: bool) -> dict[str, object]:
    with services.desk.spoken() as engines:
        speech, level = _speech(engines, samples)
        text = _written(engines, samples) if writing and speech else ""
    return {"text": text, "speech": round(speech, 3), "level": round(level, 4)}


def _speech(engines: Engines, samples: Samples) -> tuple[float, float]:
    """Share of frames that hold speech, and the loudest frame's root mean square."""
    assert engines.detector is not None  # lent for speaking
    frames = [
        samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    ]
    if not frames:
        return 0.0, 0.0
    spoken = sum(engines.detector.probability(frame) >= ONSET_PROBABILITY for frame in frames)
    return spoken / len(frames), max(float(np.sqrt(np.mean(np.square(frame)))) for frame in frames)


def _written(engines: Engines, samples: Samples) -> str:
    assert engines.transcriber is not None  # lent for speaking
    engines.transcriber.prepare((CHECK_SENTENCE,))
    engines.transcriber.start_chunk()
    engines.transcriber.feed(samples)
    return " ".join(segment.text for segment in engines.transcriber.end_chunk())


def show_portrait(request: Request) -> Response:
    persona = services_of(request).library.persona(request.path_params["persona"])
    headers = {"cache-control": "max-age=3600"}
    return Response(portrait(persona.id), media_type="image/svg+xml", headers=headers)


def voice_sample(request: Request) -> Response:
    """A persona's own opening line in their voice, as a WAV file."""
    services = services_of(request)
    persona = services.library.persona(request.path_params["persona"])
    with services.voice:
        if persona.id not in services.samples:
            import soundfile

            with services.desk.spoken() as engines:
                assert engines.voice is not None  # lent for speaking
                speech = engines.voice.synthesize(persona.lines["opening"][0], persona.voice)
            out = io.BytesIO()
            soundfile.write(out, speech.samples, round(speech.rate), format="WAV", subtype="PCM_16")
            services.samples[persona.id] = out.getvalue()
    return Response(services.samples[persona.id], media_type="audio/wav")


def score(request: Request) -> Response:
    """Score a session that has no scorecard yet, or again."""
    services = services_of(request)
    name = request.path_params["session"]
    state = services.store.state(name)
    engines = services.desk.typed()
    with services.store.hold(name), services.desk.scoring:
        score_session(
            Journal(services.store, name, state),
            services.library,
            engines,
            lambda done, total: None,
            candidate_sound(services.store.folder(name)),
        )
    return JSONResponse({"address": f"/sessions/{name}"})


class Correction(Noun):
    """What the candidate says they really said."""

    answer: int = Field(ge=0)
    turn: int = Field(ge=0)
    text: str = Field(min_length=1, max_length=LONGEST_ANSWER)


async def correct(request: Request) -> Response:
    """Store the correction of one turn, and score the session anew."""
    try:
        correction = Correction.model_validate_json(await request.body())
    except ValidationError as error:
        raise InterviewerError(f"That is no correction: {first_mistake(error)}.", "Try again.") from None
    await run_in_threadpool(_correct, services_of(request), str(request.path_params["session"]), correction)
    return JSONResponse({"address": f"/sessions/{request.path_params['session']}"})


def _correct(services: Services, name: str, correction: Correction) -> None:
    state = services.store.state(name)
    number = _fact_number(state, correction)
    turn = corrected(state.answers[correction.answer].turns[correction.turn], correction.text)
    if turn is None:
        raise InterviewerError("That is what is written already.", "Change a word, or close the form.")
    engines = services.desk.typed()
    with services.store.hold(name), services.desk.scoring:
        journal = Journal(services.store, name, state)
        journal.record(TurnCorrected(at=state.clock, number=number, turn=turn))
        score_session(
            journal,
            services.library,
            engines,
            lambda done, total: None,
            candidate_sound(services.store.folder(name)),
        )


def _fact_number(state: SessionState, correction: Correction) -> int:
    """Which of the session's Answered facts holds the turn, counted from 1."""
    places = sorted(
        (place.asked, place.turn, number)
        for number, place in enumerate(state.turn_places, start=1)
        if place is not None and place.answer == correction.answer
    )
    if correction.turn >= len(places):
        raise InterviewerError("There is no such turn in this session.", "Load the page again.")
    return places[correction.turn][2]


def delete(request: Request) -> Response:
    """Remove a session and its sound for good."""
    services = services_of(request)
    services.store.delete(request.path_params["session"])
    return JSONResponse({"address": "/sessions"})


def sound(request: Request) -> Response:
    """The recording as the page plays it, with ranges for seeking; encoded when it is first asked for."""
    services = services_of(request)
    name = request.path_params["session"]
    services.store.state(name)  # UnknownNameError before anything is looked for on disk
    path = services.sound_path(name)
    folder = services.store.folder(name)
    newest = max((wav.stat().st_mtime for wav in folder.glob("*.wav")), default=0.0)
    if not path.exists() or path.stat().st_mtime < newest:
        encoded = encode_for_page(mix_down(folder))
        part = path.with_suffix(".part")
        part.write_bytes(encoded.data)
        part.replace(path)
    with path.open("rb") as file:
        media = "audio/wav" if file.read(4) == b"RIFF" else "audio/mpeg"
    return FileResponse(path, media_type=media, headers={"cache-control": "no-store"})


def export(request: Request) -> Response:
    """The session as a file to keep."""
    services = services_of(request)
    name = request.path_params["session"]
    form: Form = request.path_params["form"]
    data = report_bytes(services.store, name, services.library, form)
    headers = {"content-disposition": f'attachment; filename="interview-{name}.{form}"'}
    charset = "" if form == "pdf" else "; charset=utf-8"
    return Response(data, media_type=MEDIA_TYPES[form] + charset, headers=headers)
