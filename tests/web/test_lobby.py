"""The lobby's microphone check, portraits and voices, and how one talks and interrupts in the room."""

from __future__ import annotations

from typing import Any

import pytest
from room_server import START_SECONDS, RoomServer, Tab

from interviewer.audio.playback import DUCKED
from interviewer.library.content import load_library
from interviewer.session.events import Answered, SpeechHeard

pytestmark = [pytest.mark.real, pytest.mark.slow]

NOTE_LOUDNESS = """
(() => {
    const { player } = globalThis.interviewRoom.state, loudness = player.loudness.bind(player);
    globalThis.gains = [];
    player.loudness = (utterance, gain) => { globalThis.gains.push(gain); loudness(utterance, gain); };
})()
"""
SOFTENED = """
(async () => {
    const { Player } = await import("/static/js/player.js");
    const context = new AudioContext(), player = new Player(context, () => {});
    const settled = () => new Promise((done) => setTimeout(done, 200));
    const piece = new DataView(new ArrayBuffer(16 + 2 * 16000));
    piece.setUint32(0, 1, true);
    piece.setUint32(8, 16000, true);
    player.piece(piece.buffer);
    const gains = [];
    for (const [utterance, gain] of [[2, 0.5], [1, 0.2], [1, 1]]) {
        player.loudness(utterance, gain);
        await settled();
        gains.push(player.out.gain.value);
    }
    await context.close();
    return gains;
})()
"""


def lobby(browser: Any, server: RoomServer) -> Tab:
    tab = Tab(browser, server)
    engines = tab.page.locator("#engines")
    tab.until(lambda: engines.get_attribute("data-stage") == "ready", "engines are loaded", START_SECONDS)
    return tab


def spoken_room(browser: Any, server: RoomServer, *, headphones: bool) -> Tab:
    """A tab in which somebody has already pressed something, so that the browser lets it speak."""
    tab = lobby(browser, server)
    tab.page.evaluate(f"localStorage.setItem('headphones', '{'yes' if headphones else 'no'}')")
    tab.page.keyboard.press("Shift")
    session = server.begin(questions=1, chosen=["bias_variance_tradeoff"])
    tab.page.goto(f"{server.origin}/room/{session}")
    tab.page.locator("[data-phase=speaking], [data-phase=listening], #door[open]").first.wait_for()
    if tab.page.locator("#door[open]").count():
        tab.page.locator("#door-go").click()
    return tab


def test_the_microphone_is_checked_and_the_sentence_recognised_back(browser: Any, server: RoomServer) -> None:
    tab = lobby(browser, server)
    result = tab.page.locator("#check-result")
    tab.page.locator("#check").click()
    tab.until(lambda: int(tab.get("mic-level").get_attribute("aria-valuenow") or 0) > 20, "the meter moves")
    tab.until(lambda: "Understood" in result.inner_text(), "what was understood is shown")
    assert "error" in result.inner_text()
    tab.page.locator("#headphones").check()
    tab.page.locator("#echo").click()  # this microphone speaks whatever the loudspeaker does
    tab.until(lambda: "hears the loudspeaker" in result.inner_text(), "the echo is told")
    assert not tab.page.locator("#headphones").is_checked()
    tab.close(expected=("AudioContext was not allowed",))


def test_every_interviewer_has_a_face_and_a_voice_of_their_own(browser: Any, server: RoomServer) -> None:
    tab = lobby(browser, server)
    request = tab.context.request
    faces = {
        request.get(f"{server.origin}/personas/{persona}/portrait.svg").body()
        for persona in load_library().personas
    }
    assert len(faces) == len(load_library().personas)
    assert all(face.startswith(b"<svg") for face in faces)
    tab.get("persona-select").select_option("recruiter")
    with tab.page.expect_response("**/personas/recruiter/voice") as answered:
        tab.page.locator("#hear").click()
    assert answered.value.status in (200, 206)
    sound = request.get(f"{server.origin}/personas/recruiter/voice").body()
    assert sound.startswith(b"RIFF") and len(sound) > 50_000
    tab.close()


def test_push_to_talk_by_keyboard(browser: Any, server: RoomServer) -> None:
    tab = spoken_room(browser, server, headphones=False)
    page, keyboard = tab.page, tab.page.keyboard
    tab.until_phase("speaking", "listening")
    page.locator("#push-to-talk").focus()
    keyboard.press("Space")
    assert page.evaluate("document.activeElement.id") == "talk", "the button to hold has the focus"
    page.wait_for_timeout(500)
    if tab.phase == "speaking":
        tab.get("done-speaking").click()
    tab.until_phase("listening")
    level, caption = tab.get("mic-level"), tab.get("caption-candidate")
    page.wait_for_timeout(1500)
    looks = []
    for _ in range(25):
        looks.append(int(level.get_attribute("aria-valuenow") or 0))
        page.wait_for_timeout(100)
    assert max(looks) == 0, "nothing is heard until the key is held"
    page.locator("#talk").focus()
    keyboard.down("Space")
    tab.until(lambda: "error" in caption.inner_text(), "what is said while it is held is written down")
    keyboard.up("Space")
    tab.until(lambda: page.locator("#lines .candidate").count() > 0, "letting go ends the answer")
    page.locator("#push-to-talk").focus()
    keyboard.press("Space")
    assert not page.locator("#push-to-talk").is_checked(), "and the same key switches it off again"
    tab.get("end-interview").click()
    page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close(expected=("AudioContext was not allowed",))
    ended = [fact.turn.ended_by for fact in server.program.facts() if isinstance(fact, Answered)]
    # The microphone says the same over and over, and may have come by "that's my answer" first.
    assert ended[-1] == "key" and set(ended) <= {"key", "phrase"}


def test_the_voice_grows_soft_and_stops_when_it_is_interrupted(browser: Any, server: RoomServer) -> None:
    tab = spoken_room(browser, server, headphones=True)
    tab.until(lambda: tab.page.evaluate("!!globalThis.interviewRoom?.state.player"), "the page can speak")
    tab.page.evaluate(NOTE_LOUDNESS)
    tab.until_phase("listening")
    assert tab.page.evaluate("globalThis.gains")[0] == DUCKED, "soft while the candidate begins to speak"
    assert tab.page.evaluate(SOFTENED) == pytest.approx([1, DUCKED, 1], abs=0.01)
    tab.get("end-interview").click()
    tab.page.wait_for_url("**/sessions/*", timeout=60_000)
    tab.close(expected=("AudioContext was not allowed",))
    said = [fact for fact in server.program.facts() if isinstance(fact, SpeechHeard)]
    assert said[0].interrupted and said[0].seconds < said[0].of_seconds
