"""The application: which address is which page, and how errors are told."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

import interviewer.report
from interviewer.errors import InterviewerError, UnknownNameError
from interviewer.web import actions, pages
from interviewer.web.line import Line
from interviewer.web.security import Gate, TooLargeError, allowed_hosts
from interviewer.web.services import Services

STATIC = Path(__file__).parent / "static"
REPORT = Path(interviewer.report.__file__).parent / "templates"


class _Name(Convertor[str]):
    """Session ids, personas and questions: letters, digits, dash and underscore, never a path."""

    regex = "[0-9A-Za-z_-]{1,100}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Form(_Name):
    """Formats a session is exported in."""

    regex = "html|md|pdf|json|vtt"


class _Asset(_Name):
    """Files of the replay that a page loads."""

    regex = "css|js"


register_url_convertor("name", _Name())
register_url_convertor("asset", _Asset())
register_url_convertor("form", _Form())


async def line(websocket: WebSocket) -> None:
    services: Services = websocket.app.state.services
    await Line(websocket, services.rooms, websocket.path_params["session"]).hold()


async def report_file(request: Request) -> Response:
    """The replay's own style sheet and script, from the room they belong to."""
    path = REPORT / f"replay.{request.path_params['kind']}"
    return FileResponse(path, headers={"cache-control": "no-cache"})


async def told(request: Request, error: Exception) -> Response:
    """An error a person can mend: as a page to whoever looks, as JSON to a script."""
    assert isinstance(error, InterviewerError)
    status = 404 if isinstance(error, UnknownNameError) else 409
    if "text/html" in request.headers.get("accept", ""):
        return pages.page(request, "trouble.html.j2", status, message=error.message, hint=error.hint)
    return JSONResponse({"message": error.message, "hint": error.hint}, status)


async def not_found(request: Request, error: Exception) -> Response:
    message = "There is no such page."
    if "text/html" in request.headers.get("accept", ""):
        return pages.page(request, "trouble.html.j2", 404, message=message, hint="")
    return JSONResponse({"message": message, "hint": ""}, 404)


async def too_large(request: Request, error: Exception) -> Response:
    return JSONResponse({"message": "That is more than this server takes.", "hint": ""}, 413)


def make_app(services: Services, *, token: str, host: str, port: int, any_address: bool = False) -> Starlette:
    """The application behind its gate."""
    routes = [
        Route("/", pages.lobby),
        Route("/room/{session:name}", pages.room),
        Route("/sessions", pages.sessions),
        Route("/sessions/{session:name}", pages.session, methods=["GET"]),
        Route("/sessions/{session:name}", actions.delete, methods=["DELETE"]),
        Route("/sessions/{session:name}/score", actions.score, methods=["POST"]),
        Route("/sessions/{session:name}/corrections", actions.correct, methods=["POST"]),
        Route("/sessions/{session:name}/sound", actions.sound),
        Route("/sessions/{session:name}/report/{form:form}", actions.export),
        Route("/questions/{question:name}/attempts", pages.compare),
        Route("/progress", pages.progress),
        Route("/interviews", actions.begin, methods=["POST"]),
        Route("/microphone-check", actions.check_microphone, methods=["POST"]),
        Route("/state", actions.state),
        Route("/due", actions.due),
        Route("/personas/{persona:name}/portrait.svg", actions.show_portrait),
        Route("/personas/{persona:name}/voice", actions.voice_sample),
        WebSocketRoute("/line/{session:name}", line),
        Route("/report/replay.{kind:asset}", report_file),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Gate, token=token, hosts=allowed_hosts(host, port), any_address=any_address),
        ],
        exception_handlers={InterviewerError: told, 404: not_found, TooLargeError: too_large},
    )
    app.state.services = services
    return app
