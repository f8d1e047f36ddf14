"""The wait from mouth to ear in a real browser, for `bench_web.py`: from the last loud sample of the microphone to the
first loud sample of the reply.

A probe of our own in the page's sound graph hears what the microphone gives and what the page plays, in one clock that
counts samples, so neither the page's own book-keeping nor a clock of another process is trusted. What the loop took is
read from the session itself: its candidate.wav holds the same microphone, so the time from the last loud sample there
to the frame with which the reply was handed to the loudspeaker is the loop's share, and what is left is the page's:
filling a frame, the line, the server's queue, the line back, and starting to play. Silence with which the synthesized
sound itself begins is no part of it and is taken off. Where the server falls behind its microphone, that counts
against the page. The latency of the sound devices is not in it: a browser without a screen has none to speak of.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from make_screenshots import CHROMIUM, begin

from interviewer.audio.recording import CANDIDATE_FILE, read_wav
from interviewer.domain import FRAME_SECONDS, SAMPLE_RATE
from interviewer.session.events import ReplyTimed
from interviewer.session.store import SessionStore

ANSWER = "I compare the training error with the validation error, and I look at the data. That's my answer."
TYPED_ANSWER = "I compare the training error with the validation error."
LEAD_SECONDS, PAUSE_SECONDS = 1.0, 8.0  # of silence before and after each answer
GIVEN_UP_SECONDS = (
    5.0  # of silence, after which Enter ends a turn that a busy machine has not written down yet
)
LOOK_SECONDS, QUIET_LEVEL = 0.04, 8  # between two looks at the level meter; percent of it
LOUD = 0.01  # peak amplitude: flite's quietest sound is far above, its silence is zero
TURN_SECONDS = 60.0
NEAR_SECONDS = 0.25  # how far the rough alignment of the two clocks may be out
HEARD_SECONDS = 0.8  # of a reply before it is cut short

PLAYED = "[interviewRoom.state.player?.utterance ?? 0, interviewRoom.state.player?.told ?? 0]"
PROBE = """
const peak = (input) => {
  let most = 0;
  for (const channel of input) for (const sample of channel) most = Math.max(most, Math.abs(sample));
  return most;
};
registerProcessor("probe", class extends AudioWorkletProcessor {
  constructor() { super(); this.told = []; }
  process(inputs) {
    this.told.push([currentTime, peak(inputs[0]), peak(inputs[1])]);
    if (this.told.length >= 32) { this.port.postMessage(this.told); this.told = []; }
    return true;
  }
});
"""
LISTEN = """
(() => {
  const seen = { marks: [], starts: [], context: null };
  globalThis.soundSeen = seen;
  const connect = AudioNode.prototype.connect;
  const waiting = [];
  let probe = null;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (this instanceof GainNode && target === this.context.destination) {
      if (probe) connect.call(this, probe, 0, 1); else waiting.push(this);
    }
    return connect.call(this, target, ...rest);
  };
  const source = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    const made = source.call(this, stream);
    seen.context = this;
    const code = URL.createObjectURL(new Blob([PROBE], { type: "text/javascript" }));
    this.audioWorklet.addModule(code).then(() => {
      probe = new AudioWorkletNode(this, "probe", { numberOfInputs: 2, numberOfOutputs: 1 });
      probe.port.onmessage = (event) => seen.marks.push(...event.data);
      connect.call(made, probe, 0, 0);
      for (const gain of waiting) connect.call(gain, probe, 0, 1);
      connect.call(probe, this.destination);
    });
    return made;
  };
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when) {
    const first = this.buffer.getChannelData(0).findIndex((sample) => Math.abs(sample) > LOUD);
    seen.starts.push([when, Math.max(0, first) / this.buffer.sampleRate]);
    return start.call(this, when);
  };
})();
"""


@dataclass(frozen=True)
class SpokenTurn:
    """Seconds. `total` is from the last loud sample spoken to the first loud sample of the reply, both in the browser."""

    total: float
    loop: float
    silence: float  # with which the reply's own sound begins
    computing: float  # of the loop's time, real time from the decision that the turn was over

    @property
    def page(self) -> float:
        return self.total - self.loop - self.silence


@dataclass(frozen=True)
class Heard:
    """What the probe noted, a row for each quantum of 128 samples: its end in seconds, peak of microphone and of voice."""

    marks: npt.NDArray[np.float64]
    starts: npt.NDArray[np.float64]

    def last_word(self, before: float) -> float:
        """When the microphone was loud for the last time before `before`."""
        times = self.marks[(self.marks[:, 1] > LOUD) & (self.marks[:, 0] < before), 0]
        return float(times[-1])

    def first_sound(self, after: float) -> tuple[float, float]:
        """When the voice is loud for the first time after `after`, and the silence with which its sound began."""
        first = float(self.marks[(self.marks[:, 2] > LOUD) & (self.marks[:, 0] > after), 0][0])
        begun = self.starts[self.starts[:, 0] <= first][-1]
        return first, float(begun[1])


def microphone_wav(path: Path, *, silent: bool) -> Path:
    """What the fake microphone plays again and again: an answer between silences, or nothing."""
    spoken = np.zeros(0, dtype=np.float32)
    if not silent:
        try:
            subprocess.run(["flite", "-voice", "rms", "-t", ANSWER, "-o", str(path)], check=True)
        except FileNotFoundError:
            sys.exit("flite speaks the answers: apt-get install flite")
        samples, rate = soundfile.read(path, dtype="float32")
        spoken = soxr.resample(samples, rate, SAMPLE_RATE)
    silences = [np.zeros(round(seconds * SAMPLE_RATE)) for seconds in (LEAD_SECONDS, PAUSE_SECONDS)]
    soundfile.write(path, np.concatenate([silences[0], spoken, silences[1]]), SAMPLE_RATE, subtype="PCM_16")
    return path


@contextmanager
def room(driver: Any, address: str, wav: Path) -> Iterator[Any]:
    """A page in the room of a new spoken interview, with the probe in its sound graph; its `session` is in the address."""
    flags = [
        "--no-sandbox",
        "--mute-audio",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    flags.append(f"--use-file-for-fake-audio-capture={wav}")
    flags.append("--autoplay-policy=no-user-gesture-required")
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
    page = browser.new_context(bypass_csp=True).new_page()  # the page's policy runs no script but its own
    page.add_init_script(LISTEN.replace("LOUD", str(LOUD)).replace("PROBE", json.dumps(PROBE)))
    page.goto(address)
    page.goto(address.split("/?")[0] + begin(page, typed=False, questions=50, follow_ups=2))
    _until(page, lambda: page.locator("#room").get_attribute("data-phase") == "speaking", "it begins")
    yield page
    browser.close()


def spoken_turns(driver: Any, address: str, data: Path, folder: Path, turns: int) -> list[SpokenTurn]:
    """Answer aloud `turns` times."""
    with room(driver, address, microphone_wav(folder / "spoken.wav", silent=False)) as page:
        said = 0
        for done in range(turns):
            said = _take_the_floor(page, said)
            _answer(page, done)
        _take_the_floor(page, said)
        heard, offset, session = _heard(page), _clocks_apart(page), page.url.rpartition("/")[2]
    store = SessionStore(data)
    replies = [fact for fact in store.events(session) if isinstance(fact, ReplyTimed)]
    recording = read_wav(store.folder(session) / CANDIDATE_FILE)
    store.close()
    return [_measured(reply, recording, heard, offset) for reply in replies]


def typed_turns(driver: Any, address: str, folder: Path, turns: int) -> list[float]:
    """Seconds from sending a typed answer to the first loud sample of the reply, silence at its beginning taken off."""
    waits = []
    with room(driver, address, microphone_wav(folder / "silence.wav", silent=True)) as page:
        said = _take_the_floor(page, 0)
        for _ in range(turns):
            page.get_by_test_id("typed-answer").fill(TYPED_ANSWER)
            sent = page.evaluate(
                "(document.getElementById('typed').requestSubmit(), globalThis.soundSeen.context.currentTime)"
            )
            said = _take_the_floor(page, said)
            sound, silence = _heard(page).first_sound(sent)
            waits.append(sound - silence - sent)
    return waits


def _measured(
    reply: ReplyTimed, recording: npt.NDArray[np.float32], heard: Heard, offset: float
) -> SpokenTurn:
    handed = round(reply.at * SAMPLE_RATE)
    last = float(np.flatnonzero(np.abs(recording[:handed]) > LOUD)[-1] + 1) / SAMPLE_RATE
    loop = reply.at - last
    said = heard.last_word(last + offset + NEAR_SECONDS)
    sound, silence = heard.first_sound(said + loop - NEAR_SECONDS)
    return SpokenTurn(sound - said, loop, silence, reply.total)


def _take_the_floor(page: Any, before: int) -> int:
    """Cut the interviewer short in a pause of the microphone, once something was heard of an utterance after `before`;
    returns which one that is."""

    def begun() -> bool:
        utterance, told = page.evaluate(PLAYED)
        return utterance not in (0, before) and (told > HEARD_SECONDS or _phase(page) == "listening")

    _until(page, begun, "the interviewer speaks")
    _quiet_for(page, 0.5, lambda: _phase(page) != "speaking")
    if _phase(page) == "speaking":
        page.keyboard.press("Enter")
    _until(page, lambda: _phase(page) == "listening", "the floor is open")
    return int(page.evaluate(PLAYED)[0])


def _answer(page: Any, before: int) -> None:
    """Let the answer after the `before` ones be heard to its end."""
    _until(page, lambda: _level(page) > QUIET_LEVEL, "the microphone speaks")
    _quiet_for(page, GIVEN_UP_SECONDS, lambda: _answers(page) > before)
    if _answers(page) == before and _phase(page) == "listening":
        page.keyboard.press("Enter")
    _until(page, lambda: _answers(page) > before, "the answer ends")


def _quiet_for(page: Any, seconds: float, enough: Callable[[], bool]) -> None:
    """Wait until the microphone has been quiet for so long, or for what is `enough`."""
    since = time.monotonic()
    while time.monotonic() - since < seconds and not enough():
        if _level(page) >= QUIET_LEVEL:
            since = time.monotonic()
        page.wait_for_timeout(LOOK_SECONDS * 1000)


def _level(page: Any) -> int:
    return int(page.get_by_test_id("mic-level").get_attribute("aria-valuenow") or 0)


def _heard(page: Any) -> Heard:
    seen = page.evaluate("({marks: soundSeen.marks, starts: soundSeen.starts})")
    return Heard(np.array(seen["marks"]), np.array(seen["starts"]))


def _clocks_apart(page: Any) -> float:
    """Seconds of the page's sound clock minus the session's, roughly: the frame under way counts as sent."""
    number, now = page.evaluate("[interviewRoom.connection.number, soundSeen.context.currentTime]")
    return float(now - number * FRAME_SECONDS)


def _phase(page: Any) -> str:
    return str(page.locator("#room").get_attribute("data-phase"))


def _answers(page: Any) -> int:
    return int(page.locator("#lines .candidate").count())


def _until(page: Any, condition: Any, what: str) -> None:
    give_up = time.monotonic() + TURN_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            shown = " ".join(page.locator("#room").inner_text().split())
            sys.exit(f"In {TURN_SECONDS:g} s it never came to this: {what}. The room shows: {shown}")
        page.wait_for_timeout(LOOK_SECONDS * 1000)
