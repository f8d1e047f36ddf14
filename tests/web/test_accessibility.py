"""axe-core finds no serious or critical fault on any page, in light and in dark; nothing sticks out on a phone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from room_server import RoomServer, Tab

pytestmark = [pytest.mark.real, pytest.mark.slow]

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


@pytest.fixture(scope="module")
def held(browser: Any, server: RoomServer) -> str:
    """A typed session that was scored, so that every page has something to show; its id."""
    server.wait_until_ready()
    session = server.begin(typed=True, questions=1, chosen=["challenging_data_project"], follow_ups=0)
    tab = Tab(browser, server)
    tab.page.goto(f"{server.origin}/room/{session}")
    tab.until_phase("listening")
    tab.get("typed-answer").fill(
        "Last year our forecasts were wrong every Monday. My task was to find the cause within two weeks. "
        "First I profiled the raw tables. Then I wrote a check that removed the duplicates. As a result the error "
        "fell by thirty percent."
    )
    tab.page.get_by_role("button", name="Send").click()
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close()
    return session


def faults(tab: Tab) -> list[str]:
    tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate(f"axe.run(document, {RULES})")["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]} {fault['nodes'][0]['failureSummary'][:300]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault(browser: Any, server: RoomServer, held: str, scheme: str) -> None:
    tab = Tab(browser, server, color_scheme=scheme)
    unfinished = server.begin(typed=True, questions=1)
    spoken = server.begin(questions=1)
    found: list[str] = []
    for path in (
        "/",
        "/sessions",
        f"/sessions/{held}",
        "/progress",
        f"/progress?date={date.today() + timedelta(days=20)}",
        "/questions/challenging_data_project/attempts",
        f"/room/{unfinished}",
        f"/room/{spoken}",
        "/nothing-here",
    ):
        tab.page.goto(server.origin + path)
        if path == f"/room/{spoken}":  # nobody has clicked on this tab yet, so the browser keeps it silent
            tab.page.locator("#door-go").wait_for()
            found += [f"{path} door {fault}" for fault in faults(tab)]
            tab.page.locator("#door-go").click()
        if path.startswith("/room/"):
            tab.until_phase("listening", "speaking")
        if path == "/":
            tab.until(lambda: tab.page.locator("#engines dl").count() == 1, "the engines are shown")
        found += [f"{path} {fault}" for fault in faults(tab)]
    assert not found, "\n".join(found)
    tab.close(expected=("404", "AudioContext was not allowed"))


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_sticks_out_sideways(browser: Any, server: RoomServer, held: str, width: int) -> None:
    tab = Tab(browser, server, width=width)
    session = server.begin(typed=True, questions=1)
    for path in (
        "/",
        "/sessions",
        f"/sessions/{held}",
        "/progress",
        "/questions/challenging_data_project/attempts",
        f"/progress?date={date.today() + timedelta(days=20)}",
        f"/room/{session}",
    ):
        tab.page.goto(server.origin + path)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert tab.page.evaluate("getComputedStyle(document.body).display") == "block", (
            f"{path} has a part's look"
        )
    tab.close()
