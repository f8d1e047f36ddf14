"""A whole interview in a real browser with a WAV as its microphone, on the embedded engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from room_server import START_SECONDS, RoomServer, Tab

from interviewer.session.events import (
    Answered,
    FaultNoted,
    FollowUpAsked,
    PersonaEntered,
    QuestionAsked,
    ReplyTimed,
    Scored,
)

pytestmark = [pytest.mark.real, pytest.mark.slow]


QUIET_LEVEL = 8.0  # percent of the meter
QUIET_LOOKS = 12  # of 40 ms and more: a pause between two words is shorter


def let_them_start(tab: Tab, before: int = 0) -> int:
    """Hear the interviewer's first words in the browser, then take the floor, in a pause of the looping recording so
    that the answer begins with its beginning. Returns the utterance heard, to be named `before` the next time: what
    is shown of the phase may still be the old one when the question is new already."""

    def begun() -> bool:
        said, seconds = utterance(tab)
        return said not in (0, before) and (seconds > 0.6 or tab.phase == "listening")

    tab.until(begun, "the interviewer's voice is heard")
    looks: list[float] = []

    def paused() -> bool:
        looks.append(float(tab.get("mic-level").get_attribute("aria-valuenow")))
        return tab.phase == "listening" or (
            len(looks) >= QUIET_LOOKS and max(looks[-QUIET_LOOKS:]) < QUIET_LEVEL
        )

    tab.until(paused, "the recording pauses")
    if tab.phase == "speaking":
        tab.page.keyboard.press("Enter")
    tab.until_phase("listening")
    return utterance(tab)[0]


def utterance(tab: Tab) -> tuple[int, float]:
    """What the browser plays: number, and seconds of it that were heard."""
    number, seconds = tab.page.evaluate(
        "[globalThis.interviewRoom.state.player?.utterance ?? 0, globalThis.interviewRoom.state.player?.told ?? 0]"
    )
    return int(number), float(seconds)


def say(tab: Tab, count: int) -> None:
    """Speak a few words and press "done"; `count` answers stand in the conversation after that."""
    caption = tab.get("caption-candidate")
    lines = tab.page.locator("#lines .candidate")
    tab.until(
        lambda: "error" in caption.inner_text() or lines.count() >= count, "what is said is written down"
    )
    if lines.count() < count:
        tab.get("done-speaking").click()
    tab.until(lambda: lines.count() >= count, f"{count} answers are stored")


def drop_the_line(tab: Tab, seconds: float) -> None:
    """Cut the WebSocket in mid sentence, and let no new one through for so long."""
    tab.page.evaluate(
        f"""(() => {{
            const line = globalThis.interviewRoom.connection, open = line.open.bind(line);
            line.open = () => setTimeout(() => {{ line.open = open; open(); }}, {seconds * 1000});
            line.socket.close();
        }})()"""
    )
    tab.until_phase("away")
    tab.until(lambda: tab.phase != "away", "the line comes back", seconds + 30)


@pytest.mark.timeout(900)  # two interviews in real time, on a machine that may be busy
def test_from_the_lobby_to_the_second_attempt(browser: Any, server: RoomServer) -> None:
    tab = Tab(browser, server)
    page = tab.page
    engines = page.locator("#engines")
    tab.until(lambda: engines.get_attribute("data-stage") == "ready", "engines are loaded", START_SECONDS)
    assert tab.get("loop-select").input_value() == ""
    tab.get("persona-select").select_option("ml_engineer")
    page.locator("#questions").fill("3")
    tab.get("start-interview").click()
    page.wait_for_url("**/room/*")

    # first question: an answer that ends by itself, then a follow-up
    spoken = let_them_start(tab)
    caption = tab.get("caption-candidate")
    tab.until(lambda: "training error" in caption.inner_text(), "captions come while one speaks")
    drop_the_line(tab, 5.0)
    tab.until(lambda: page.locator("#lines .candidate").count() >= 1, "the answer ends by itself")
    spoken = let_them_start(tab, spoken)
    say(tab, 2)
    page.keyboard.press("s")
    # second question: another interviewer takes over in the middle of it
    tab.until(lambda: "Question 2" in page.locator("#question-count").inner_text(), "the second question")
    spoken = let_them_start(tab, spoken)
    tab.get("switch-persona").select_option("recruiter")
    tab.until(lambda: page.locator("#persona-name").inner_text() == "Maya", "Maya takes over")
    spoken = let_them_start(tab, spoken)
    say(tab, 3)
    page.keyboard.press("s")
    # third question, then the end
    tab.until(lambda: "Question 3" in page.locator("#question-count").inner_text(), "the third question")
    let_them_start(tab, spoken)
    say(tab, 4)
    tab.get("end-interview").click()
    page.wait_for_url("**/sessions/*", timeout=60_000)

    facts = server.program.facts()
    assert sum(isinstance(fact, QuestionAsked) for fact in facts) == 3
    assert any(isinstance(fact, FollowUpAsked) for fact in facts)
    assert [fact.persona for fact in facts if isinstance(fact, PersonaEntered)][:2] == [
        "ml_engineer",
        "recruiter",
    ]
    answers = [fact.turn for fact in facts if isinstance(fact, Answered)]
    assert "training error" in answers[0].text, "captioned before the line dropped"
    assert "data" in answers[0].text, "what was said while the line was down arrived later"
    assert answers[0].ended_by in ("phrase", "silence")
    assert not [fact for fact in facts if isinstance(fact, FaultNoted) and fact.part == "sound"]
    assert any(isinstance(fact, Scored) for fact in facts)
    assert all(fact.total < 10 for fact in facts if isinstance(fact, ReplyTimed))

    assert tab.get("scorecard").is_visible()
    follow_the_replay(tab)
    correct(tab)
    retry(tab)
    tab.close()


def follow_the_replay(tab: Tab) -> None:
    """The recording plays, and the words light up in step."""
    page = tab.page
    audio = "document.querySelector('[data-testid=replay-audio]')"
    tab.until(lambda: page.evaluate(f"{audio}.readyState") >= 2, "the recording is loaded")
    turn = page.locator("[data-testid=transcript-turn].candidate").first
    word = turn.locator(".w").nth(4)  # the first may hold a mark, which leads elsewhere
    begins = float(word.get_attribute("data-s"))
    word.click()
    tab.until(
        lambda: page.evaluate(f"{audio}.currentTime") > begins + 0.5, "it plays from the word clicked on"
    )
    assert page.locator(".seg.now").count() == 1
    page.locator("#play").click()


def correct(tab: Tab) -> None:
    """What was written down wrongly is set right, and scored again."""
    page = tab.page
    page.get_by_text("Not what you said?").first.click()
    page.locator(".correct textarea").first.fill("I compare the training error with the validation error.")
    page.get_by_role("button", name="Correct and score again").first.click()
    page.get_by_text("Corrected by you", exact=True).wait_for()
    assert isinstance(tab.server.program.facts()[-1], Scored)


def retry(tab: Tab) -> None:
    """The first question once more, at once compared with the attempt before."""
    page = tab.page
    tab.get("retry").first.click()
    page.wait_for_url("**/room/*")
    let_them_start(tab)
    say(tab, 1)
    tab.get("end-interview").click()
    page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.get("compare").first.click()
    assert tab.get("attempt").count() == 2
    page.goto(f"{tab.server.origin}/progress")
    assert "2 sessions" in tab.get("progress-chart").inner_text()
    assert page.locator(".trend").first.locator(".dot").count() == 2, "one point for each session"
    assert page.locator(".repeated li").count() == 1, "the question that was tried again"
    page.locator("#plan-date").fill(f"{datetime.now() + timedelta(days=30):%Y-%m-%d}")
    page.get_by_role("button", name="Plan the weeks").click()
    page.get_by_role("heading", name="30 days until your interview").wait_for()
    assert page.locator(".week").count() >= 4
    page.goto(f"{tab.server.origin}/progress")
    page.get_by_role(
        "heading", name="30 days until your interview"
    ).wait_for()  # the browser remembers the day
