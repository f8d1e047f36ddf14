"""Packs of somebody else: script in every text of a persona, a question and a loop is shown as text on every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import a_persona
from program import Program
from room_server import RoomServer, Tab, serving
from well_made import a_well_made_question

pytestmark = [pytest.mark.real, pytest.mark.slow]

SCRIPT = "</title></script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'>\"'><b>"
IDENTIFIERS = {
    "id",
    "kind",
    "kinds",
    "topics",
    "levels",
    "personas",
    "point",
    "star",
    "stage",
    "voice",
    "level",
}


def spoiled(value: Any, name: str = "") -> Any:
    """The same content with script at the end of every text that is no identifier."""
    if isinstance(value, dict):
        return {key: part if key in IDENTIFIERS else spoiled(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [spoiled(part, name) for part in value]
    return f"{value} {SCRIPT}" if isinstance(value, str) else value


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomServer]:
    """With a hostile persona, question and loop in the folders where users keep their own."""
    program = Program(tmp_path_factory.mktemp("hostile"))
    persona = json.loads(a_persona("stranger").model_dump_json())
    question = json.loads(a_well_made_question("poisoned").model_dump_json())
    a_round = {
        "id": "only",
        "title": "Round",
        "personas": ["stranger"],
        "minutes": 10,
        "kinds": ["concept"],
        "weighed": "Everything.",
        "opens": "Let's begin.",
        "closes": "That was it.",
    }
    loop = {"id": "trap", "title": "Trap", "about": "About.", "rounds": [a_round], "sources": ["Nobody."]}
    write(program.config / "personas" / "stranger.yaml", spoiled(persona))
    write(program.config / "questions" / "poisoned.yaml", {"questions": [spoiled(question)]})
    write(program.config / "loops" / "trap.yaml", spoiled(loop))
    with serving(program) as running:
        running.wait_until_ready("typed", "ready")
        yield running


def test_script_in_packs_is_shown_as_text_on_every_page(browser: Any, server: RoomServer) -> None:
    tab = Tab(browser, server)
    page = tab.page
    harmed: list[str] = []

    def look(where: str) -> None:
        page.wait_for_timeout(200)
        if page.evaluate("window.broken !== undefined || document.querySelector('img[src=x]') !== null"):
            harmed.append(where)

    tab.get("persona-select").select_option("stranger")
    assert SCRIPT in page.locator("#person-name").inner_text(), "shown as it was written"
    tab.get("loop-select").select_option("trap")
    look("lobby")
    session = server.begin(persona="stranger", loop="trap", typed=True, chosen=["poisoned"])
    page.goto(f"{server.origin}/room/{session}")
    tab.until_phase("listening")
    assert SCRIPT in page.locator("#persona-name").inner_text()
    assert SCRIPT in tab.get("caption-interviewer").inner_text()
    look("room")
    tab.get("typed-answer").fill(f"They grow a little every year. {SCRIPT}")
    page.locator("#notes").fill(SCRIPT)
    page.get_by_role("button", name="Send").click()
    tab.until(lambda: page.locator("#lines .candidate").count() == 1, "the answer is stored")
    tab.until_phase("listening")
    tab.get("end-interview").click()
    page.wait_for_url("**/sessions/*", timeout=60_000)
    look("replay")
    for path in ("/", "/sessions", "/progress", "/questions/poisoned/attempts", "/nothing-here<script>"):
        page.goto(server.origin + path)
        look(path)
    kept = tab.context.request.get(f"{server.origin}/sessions/{session}/report/html").text()
    assert "<script>window.broken" not in kept and "<img src=x" not in kept
    tab.close(expected=("404",))
    assert harmed == []
