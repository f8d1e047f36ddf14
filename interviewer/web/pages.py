"""The pages a person looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from interviewer.assembly.attempts import attempts_at
from interviewer.assembly.progress import progress_now
from interviewer.assembly.reports import replay_of, waveform_of
from interviewer.assembly.weights import size_text, suited_weights
from interviewer.audio.recording import has_recording
from interviewer.domain import Question
from interviewer.library.catalog import load_catalog
from interviewer.report import html
from interviewer.web import progress_page
from interviewer.web.services import Services

CHECK_SENTENCE = "I would like to talk about how I trained a model and what I learned from it."
MOST_TOPICS = 18
RECENT = 5


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    template = services_of(request).templates.get_template(name)
    return HTMLResponse(template.render(path=request.url.path, **values), status)


def lobby(request: Request) -> Response:
    services = services_of(request)
    rows = services.store.summaries()
    suited = suited_weights(load_catalog())
    return page(
        request,
        "lobby.html.j2",
        personas=list(services.library.personas.values()),
        loops=list(services.library.loops.values()),
        topics=common_topics(services.library.questions),
        unfinished=[row for row in rows if not row.ended and not row.demo][:RECENT],
        names={persona.id: persona.name for persona in services.library.personas.values()},
        first_time=not any(not row.demo for row in rows),
        missing=[(entry.id, size_text(entry.size_bytes)) for entry in suited.missing],
        headphones=services.settings.headphones,
        check_sentence=CHECK_SENTENCE,
    )


def common_topics(questions: Mapping[str, Question]) -> list[str]:
    """The topics most questions are about, by name; rarer ones would seldom fill an interview."""
    counted = Counter(topic for question in questions.values() for topic in question.topics)
    return sorted(topic for topic, _ in counted.most_common(MOST_TOPICS))


def room(request: Request) -> Response:
    services = services_of(request)
    session = request.path_params["session"]
    state = services.store.state(session)
    if state.ended and state.scorecard is not None:
        return RedirectResponse(f"/sessions/{session}", 303)
    started = state.started
    assert started is not None  # a session's first fact
    return page(
        request,
        "room.html.j2",
        session=session,
        typed=started.typed,
        persona=services.library.persona(state.persona),
        personas=list(services.library.personas.values()),
        minutes=started.minutes,
    )


def sessions(request: Request) -> Response:
    services = services_of(request)
    return page(
        request,
        "sessions.html.j2",
        rows=services.store.summaries(),
        personas=services.library.personas,
        running=services.rooms.running(),
    )


def session(request: Request) -> Response:
    """The scorecard and the replay: the report's own page, with what can be done about it."""
    services = services_of(request)
    name = request.path_params["session"]
    replay = replay_of(services.store, name, services.library)
    recorded = has_recording(services.store.folder(name))
    peaks = waveform_of(services.store, name)
    audio = html.LinkedAudio(f"/sessions/{name}/sound", peaks) if recorded else None
    asked = dict.fromkeys(review.question for review in replay.answers)
    others = {
        question: [
            attempt
            for attempt in attempts_at(services.store, services.library, question)
            if attempt.session != name
        ]
        for question in asked
    }
    return page(
        request,
        "session.html.j2",
        ended=services.store.state(name).ended,
        others=others,
        **html.context(replay, audio),
    )


def compare(request: Request) -> Response:
    """Every attempt at one question, side by side, newest first."""
    services = services_of(request)
    question = services.library.question(request.path_params["question"])
    attempts = attempts_at(services.store, services.library, question.id)
    return page(request, "compare.html.j2", question=question, attempts=attempts[:4], more=len(attempts) - 4)


def progress(request: Request) -> Response:
    """What the sessions add up to and, for `?date=`, the plan until that day."""
    services = services_of(request)
    found = progress_now(services.store, services.library, datetime.now().astimezone())
    wanted = request.query_params.get("date", "")
    return page(request, "progress.html.j2", **progress_page.context(found, services.library, wanted))
