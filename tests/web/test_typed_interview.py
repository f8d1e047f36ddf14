"""An interview by keyboard alone, in a real browser: nothing but keys is pressed, nothing is spoken."""

from __future__ import annotations

from typing import Any

import pytest
from histories import facts
from room_server import RoomServer, Tab

from interviewer.library.content import load_library
from interviewer.session.events import (
    Answered,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    Scored,
    SessionStarted,
)

pytestmark = [pytest.mark.real, pytest.mark.slow]

SCRIPT = "<script>window.broken = 1</script><img src=x onerror='window.broken = 2'>"


def tab_to(tab: Tab, testid: str) -> None:
    """Press Tab until the element has the focus."""
    active = f"document.activeElement.dataset.testid === '{testid}'"
    for _ in range(80):
        if tab.page.evaluate(active):
            return
        tab.page.keyboard.press("Tab")
    pytest.fail(f"{testid} cannot be reached by the Tab key")


def answer(tab: Tab, text: str) -> None:
    tab.until_phase("listening")
    tab_to(tab, "typed-answer")
    tab.page.keyboard.insert_text(text)
    tab.page.keyboard.press("Control+Enter")


def test_the_whole_interview_by_keys_alone(browser: Any, server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")
    tab = Tab(browser, server)
    page = tab.page
    keyboard = page.keyboard
    tab_to(tab, "persona-select")
    keyboard.type("Maya")
    assert tab.get("persona-select").input_value() == "recruiter"
    while not page.evaluate("document.activeElement.matches('[name=mode]')"):
        keyboard.press("Tab")
    keyboard.press("ArrowDown")
    tab_to(tab, "start-interview")
    keyboard.press("Enter")
    page.wait_for_url("**/room/*")

    answer(tab, f"I have trained models for five years. {SCRIPT}")
    tab.until(lambda: page.locator("#lines .candidate").count() == 1, "the answer is stored")
    assert SCRIPT in page.locator("#lines .candidate").inner_text(), "shown as it was typed"
    tab.until_phase("listening")
    # keys outside of fields: hint, repeat, pause, another interviewer, skip, and the end pressed twice
    page.evaluate("document.activeElement.blur()")
    keyboard.press("h")
    tab.until(lambda: page.locator("#lines .interviewer").count() >= 4, "a hint is given")
    tab.until_phase("listening")
    keyboard.press("p")
    tab.until_phase("paused")
    keyboard.press("p")
    tab.until_phase("listening")
    tab_to(tab, "switch-persona")
    keyboard.type("5")  # as the list is numbered
    keyboard.press("Enter")
    page.evaluate("document.activeElement.blur()")
    tab.until(lambda: page.locator("#persona-name").inner_text() == "Tomas", "Tomas takes over")
    tab.until_phase("listening")
    keyboard.press("s")
    tab.until(lambda: "Question 2" in page.locator("#question-count").inner_text(), "the next question")
    tab.until_phase("listening")
    keyboard.press("q")
    page.wait_for_timeout(200)
    assert tab.phase == "listening", "one Q asks to be pressed again"
    keyboard.press("q")
    page.wait_for_url("**/sessions/*", timeout=60_000)
    assert page.evaluate("window.broken === undefined")
    assert tab.get("scorecard").is_visible()
    tab.close()

    facts = server.program.facts()
    assert sum(isinstance(fact, QuestionAsked) for fact in facts) == 2
    assert [fact.persona for fact in facts if isinstance(fact, PersonaEntered)] == [
        "recruiter",
        "ml_engineer",
    ]
    assert [fact.hint for fact in facts if isinstance(fact, LineSpoken) and fact.hint] == [1]
    assert [fact.turn.ended_by for fact in facts if isinstance(fact, Answered)] == ["typed"]
    assert isinstance(facts[-1], Scored)


def test_reload_and_a_second_tab(browser: Any, server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")
    session = server.begin(typed=True, questions=2, chosen=["scaling_depth", "bias_variance_tradeoff"])
    tab = Tab(browser, server)
    page = tab.page
    page.goto(f"{server.origin}/room/{session}")
    answer(tab, "Residual connections give the gradient a direct path.")
    tab.until(lambda: page.locator("#lines .candidate").count() == 1, "the answer is stored")
    tab.until_phase("listening")
    before = page.locator("#lines").inner_text()
    page.locator("#notes").fill("breathe")
    page.wait_for_timeout(900)
    page.reload()
    tab.until_phase("listening")
    assert page.locator("#lines").inner_text() == before, "nothing is lost, nothing is said twice"
    assert page.locator("#notes").input_value() == "breathe"
    page.keyboard.press("q")  # at once: the page's own clock has hardly begun
    page.get_by_text("Press Q once more").wait_for()
    page.wait_for_timeout(200)
    assert tab.phase == "listening", "one Q ends nothing, however early it comes"

    second = tab.context.new_page()
    second.goto(f"{server.origin}/room/{session}")
    second.get_by_text("open in another tab or window").wait_for()
    assert tab.phase == "listening", "the first tab goes on"
    second.get_by_role("button", name="Go on here").click()
    second.locator("#lines .candidate").first.wait_for()
    page.get_by_text("goes on in another tab or window").wait_for()
    second.get_by_test_id("end-interview").click()
    second.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close()


def test_deleted_for_good(browser: Any, server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")
    session = server.begin(typed=True, questions=1)
    folder = server.program.data / "sessions" / session
    tab = Tab(browser, server)
    tab.page.goto(f"{server.origin}/room/{session}")
    answer(tab, "Something only I know: the bicycle is green.")
    tab.until_phase("listening", "thinking")
    tab.get("end-interview").click()
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.page.get_by_role("button", name="Delete for good").first.click()
    tab.page.locator("#delete-yes").click()
    tab.page.wait_for_url("**/sessions")
    assert tab.page.locator(f"a[href='/sessions/{session}']").count() == 0
    tab.close()
    assert not folder.exists()
    kept = b"".join(path.read_bytes() for path in folder.parent.iterdir() if path.is_file())
    assert b"bicycle is green" not in kept, "not even in the database's free pages"


def test_exports(browser: Any, server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")
    session = server.begin(typed=True, questions=1, chosen=["scaling_depth"], follow_ups=0)
    tab = Tab(browser, server)
    tab.page.goto(f"{server.origin}/room/{session}")
    answer(tab, f"Residual connections. {SCRIPT}")
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    marks = {"html": b"<!doctype html>", "md": b"# ", "pdf": b"%PDF-", "json": b"{", "vtt": b"WEBVTT"}
    for form, mark in marks.items():
        answered = tab.context.request.get(f"{server.origin}/sessions/{session}/report/{form}")
        assert answered.status == 200
        assert answered.body().startswith(mark)
        assert f'filename="interview-{session}.{form}"' in answered.headers["content-disposition"]
    assert tab.page.pdf()[:5] == b"%PDF-", "the page prints"
    advised = tab.get("practise-next").first
    question = advised.get_attribute("data-retry")
    advised.click()
    tab.page.wait_for_url("**/room/*")
    tab.until_phase("listening")
    tab.get("end-interview").click()
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close()
    assert [fact.question for fact in server.program.facts() if isinstance(fact, QuestionAsked)] == [question]


def test_what_is_due_is_practised_with_one_button(browser: Any, server: RoomServer) -> None:
    server.wait_until_ready("typed", "ready")
    question = "bias_variance_tradeoff"
    missed = load_library().question(question).rubric[0]
    store = server.program.store()
    for fact in facts(-7, {question: {missed.id: "missed"}}, score=2.0):
        store.append("20200101-1000-abc", fact)
    store.close()
    tab = Tab(browser, server)
    tab.page.get_by_text("due again").wait_for()
    tab.page.get_by_role("link", name="See and practise them").click()
    tab.page.wait_for_url("**/progress**")
    assert missed.text in tab.get("due-points").inner_text()
    tab.page.locator("#at-keyboard").check()
    tab.get("practise-due").click()
    tab.page.wait_for_url("**/room/*")
    tab.until_phase("listening")
    tab.get("end-interview").click()
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close()
    started = server.program.facts()[0]
    assert isinstance(started, SessionStarted)
    assert started.typed
    assert question in started.chosen
    store = server.program.store()
    store.delete("20200101-1000-abc")
    store.close()
