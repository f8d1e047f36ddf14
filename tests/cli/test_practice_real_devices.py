"""Practice through real sound devices: a voice speaks into the microphone, the loudspeaker is recorded."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from program import Program
from pulse import PulseServer, pulse_server
from terminal import CTRL_C, in_terminal

from interviewer.audio.recording import CANDIDATE_FILE, INTERVIEWER_FILE, read_wav, recorded_seconds
from interviewer.domain import SAMPLE_RATE, VoiceStyle
from interviewer.engines.flite_voice import FliteVoice
from interviewer.errors import EngineError
from interviewer.ports import Samples
from interviewer.session.events import (
    Answered,
    Event,
    FaultNoted,
    LineSpoken,
    QuestionAsked,
    ReplyTimed,
    Scored,
    SessionEnded,
    SessionResumed,
    SpeechHeard,
)

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(1200)]

QUESTION = "bias_variance_tradeoff"
PRACTICE = ("practice", "--questions", "1", "--follow-ups", "0", "--question", QUESTION, "--headphones")
DEVICES = ("--microphone", "room_microphone", "--speaker", "room_speaker", "--transcriber", "pocketsphinx")
ANSWER = """Bias is the error of a model that is too simple, so it underfits. Variance is how much the model changes
with the training data, so it overfits. To reduce variance I use more data or stronger regularization.
That's my answer."""
KEY_WORDS = ("bias", "variance", "model", "training", "data")
QUESTION_SECONDS = 240.0  # to load the engines and to say the question, on a busy machine
CAPTURED_SECONDS = 5.0  # of the loudspeaker, compared with what the session recorded
SAME_SOUND = 0.8  # correlation; different stretches of the same voice stay below 0.3
GOING_ON = "go on with: interviewer resume"


@dataclass(frozen=True)
class Room:
    """Devices, and a voice to be heard by the microphone."""

    pulse: PulseServer
    speech: Path

    def say(self) -> subprocess.Popen[bytes]:
        """The answer into the microphone, beside whatever else happens."""
        return subprocess.Popen(["paplay", "--device=candidate_room", str(self.speech)], env=self.pulse.env)

    def record_loudspeaker(self, path: Path) -> subprocess.Popen[bytes]:
        """Everything the loudspeaker plays, until the process is ended."""
        options = ["--file-format=wav", f"--rate={SAMPLE_RATE}", "--channels=1", "--format=s16le"]
        listen = ["parec", "--device=interviewer_room.monitor", *options, str(path)]
        return subprocess.Popen(listen, env=self.pulse.env)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer, spoken by a synthetic voice the recogniser understands."""
    try:
        spoken = FliteVoice().synthesize(" ".join(ANSWER.split()), VoiceStyle(flite="rms"))
    except EngineError as error:
        pytest.skip(f"no voice for the candidate: {error}")
    path = tmp_path_factory.mktemp("speech") / "answer.wav"
    soundfile.write(path, spoken.samples, spoken.rate)
    return path


@pytest.fixture(scope="module")
def room(pulse: PulseServer, speech: Path) -> Room:
    return Room(pulse, speech)


def answered(facts: list[Event]) -> list[Answered]:
    return [fact for fact in facts if isinstance(fact, Answered)]


def floor_is_free(facts: list[Event]) -> bool:
    """Whether the interviewer has finished asking."""
    return any(isinstance(fact, SpeechHeard) for fact in facts)


# -- a whole session -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A session held to its end."""

    program: Program
    facts: list[Event]
    said: str
    loudspeaker: Samples


@pytest.fixture(scope="module")
def held(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    program = Program(tmp_path_factory.mktemp("practice"), room.pulse.env)
    capture = program.folder / "loudspeaker.wav"
    ear = room.record_loudspeaker(capture)
    try:
        with program.started(*PRACTICE, *DEVICES) as run:
            run.wait_for(floor_is_free, QUESTION_SECONDS)
            room.say()
            assert run.end(QUESTION_SECONDS) == 0, run.said()
            said = run.said()
    finally:
        ear.terminate()
        ear.wait()
    loudspeaker, _ = soundfile.read(capture, dtype="float32")
    yield Held(program, program.facts(), said, loudspeaker)


def test_the_answer_is_heard(held: Held) -> None:
    (answer,) = answered(held.facts)
    missing = [word for word in KEY_WORDS if word not in answer.turn.text.split()]
    assert not missing, answer.turn.text
    assert answer.turn.ended_by == "phrase"
    assert answer.turn.engine == "pocketsphinx"


def test_the_session_ends_with_scorecard_and_page(held: Held) -> None:
    assert [fact.because for fact in held.facts if isinstance(fact, SessionEnded)] == ["complete"]
    (scored,) = [fact for fact in held.facts if isinstance(fact, Scored)]
    assert scored.scorecard.technical is not None
    assert scored.scorecard.clarity is not None
    assert "Scorecard" in held.said
    page = held.program.data / "sessions" / held.program.session() / "report.html"
    assert "data:audio" in page.read_text(encoding="utf-8")
    assert str(page) in held.said


def test_the_reply_comes_soon(held: Held) -> None:
    (timed,) = [fact for fact in held.facts if isinstance(fact, ReplyTimed)]
    assert 0 < timed.total < 5.0, timed


def test_the_question_really_left_the_loudspeaker(held: Held) -> None:
    """What was recorded beside the loudspeaker is what the session says was heard."""
    stored = read_wav(held.program.data / "sessions" / held.program.session() / INTERVIEWER_FILE)
    spoken = stored[: round(CAPTURED_SECONDS * SAMPLE_RATE)]
    assert np.abs(spoken).max() > 0.05
    assert _best_correlation(held.loudspeaker, spoken) > SAME_SOUND


def test_the_replay_plays_both_voices(held: Held, room: Room, tmp_path: Path) -> None:
    capture = tmp_path / "replay.wav"
    ear = room.record_loudspeaker(capture)
    try:
        outcome = held.program.run("replay", "--play", "--speaker", "room_speaker")
    finally:
        ear.terminate()
        ear.wait()
    assert outcome.code == 0, outcome.said
    played, _ = soundfile.read(capture, dtype="float32")
    folder = held.program.data / "sessions" / held.program.session()
    interviewer = read_wav(folder / INTERVIEWER_FILE)[: round(CAPTURED_SECONDS * SAMPLE_RATE)]
    (answer,) = answered(held.facts)
    start = round(answer.turn.start * SAMPLE_RATE)
    candidate = read_wav(folder / CANDIDATE_FILE)[start : start + round(CAPTURED_SECONDS * SAMPLE_RATE)]
    assert _best_correlation(played, interviewer) > SAME_SOUND
    assert _best_correlation(played, candidate) > SAME_SOUND


def _best_correlation(long: Samples, short: Samples) -> float:
    """Highest correlation of `short` with any equally long stretch of `long`, 1 when it occurs in it."""
    size = 1 << (len(long) + len(short)).bit_length()
    product = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(np.square(long, dtype=np.float64))])
    starts = len(long) - len(short)
    local = np.sqrt(np.maximum(energy[len(short) :] - energy[: starts + 1], 1e-9))
    return float(np.max(product[: starts + 1] / local) / np.linalg.norm(short))


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_microphone_unplugged_in_mid_answer(speech: Path, tmp_path: Path) -> None:
    """What was said is kept, one sentence says what happened, and the session can be resumed."""
    folder = tmp_path / "pulse"
    folder.mkdir()
    with pulse_server(folder) as server:
        program = Program(tmp_path, server.env)
        with program.started(*PRACTICE, *DEVICES) as run:
            run.wait_for(floor_is_free, QUESTION_SECONDS)
            said = Room(server, speech).say()
            time.sleep(6.0)
            server.unplug()
            assert run.end(QUESTION_SECONDS) == 1
            told = run.said()
        said.terminate()
        said.wait()
    assert "Traceback" not in told
    assert "Error: The microphone 'room_microphone'" in told
    assert "interviewer doctor" in told
    assert f"{GOING_ON} {program.session()}" in told
    (answer,) = answered(program.facts())
    assert answer.turn.ended_by == "interrupted"
    assert "bias" in answer.turn.text


def test_a_microphone_plugged_in_again_goes_on(speech: Path, tmp_path: Path) -> None:
    """The session waits for it, says so, and takes the answer."""
    folder = tmp_path / "pulse"
    folder.mkdir()
    with pulse_server(folder) as server:
        program = Program(tmp_path, server.env)
        with program.started(*PRACTICE, *DEVICES) as run:
            run.wait_for(floor_is_free, QUESTION_SECONDS)
            time.sleep(1.0)
            server.unplug()
            run.wait_for(lambda facts: any(isinstance(fact, FaultNoted) for fact in facts), QUESTION_SECONDS)
            server.plug_in()
            run.wait_for(lambda facts: len(faults(facts)) >= 2, QUESTION_SECONDS)
            Room(server, speech).say()
            assert run.end(QUESTION_SECONDS) == 0, run.said()
    lost, back, *_ = faults(program.facts())  # whatever else a busy machine had to tell
    assert "'room_microphone' stopped" in lost or "'room_microphone' gave no sound" in lost
    assert "The microphone is back: room_microphone" in back
    assert "bias" in answered(program.facts())[-1].turn.text


def faults(facts: list[Event]) -> list[str]:
    return [fact.sentence for fact in facts if isinstance(fact, FaultNoted)]


def test_killed_in_mid_answer_and_resumed(room: Room, tmp_path: Path) -> None:
    """After kill -9 the sound is on disk, the question is put again and the next answer ends the session."""
    program = Program(tmp_path, room.pulse.env)
    with program.started(*PRACTICE, *DEVICES) as run:
        run.wait_for(floor_is_free, QUESTION_SECONDS)
        voice = room.say()
        time.sleep(6.0)
        run.kill()
        voice.terminate()
        voice.wait()
    before = program.facts()
    session = program.session()
    kept = recorded_seconds(program.data / "sessions" / session)
    assert kept >= before[-1].at + 4.0, "the answer's sound is lost"

    with program.started("resume", session, *DEVICES, "--headphones") as run:
        run.wait_for(lambda facts: floor_is_free(facts[len(before) :]), QUESTION_SECONDS)
        room.say()
        assert run.end(QUESTION_SECONDS) == 0, run.said()
    facts = program.facts()
    assert facts[: len(before)] == before
    assert isinstance(facts[len(before)], SessionResumed)
    assert facts[len(before)].at == pytest.approx(kept, abs=0.1)
    assert all(word in answered(facts)[-1].turn.text.split() for word in KEY_WORDS)
    assert [fact.because for fact in facts if isinstance(fact, SessionEnded)] == ["complete"]


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has sound devices of its own")
def test_without_a_microphone_one_sentence_says_so(tmp_path: Path) -> None:
    program = Program(tmp_path, {"PULSE_SERVER": "unix:/nowhere"})
    outcome = program.run(*PRACTICE, "--transcriber", "pocketsphinx")
    outcome.assert_fails_plainly("microphone", "interviewer doctor", "--typed")
    assert program.session() == "", "nothing was begun"


def test_a_device_that_does_not_exist(room: Room, tmp_path: Path) -> None:
    program = Program(tmp_path, room.pulse.env)
    outcome = program.run(*PRACTICE, "--microphone", "xyzzy", "--transcriber", "pocketsphinx")
    outcome.assert_fails_plainly("xyzzy", "interviewer doctor")
    assert program.session() == "", "nothing was begun"


# -- keys ------------------------------------------------------------------------------------------------------------


def test_ctrl_c_while_engines_load(room: Room, tmp_path: Path) -> None:
    program = Program(tmp_path, room.pulse.env)
    with in_terminal(program, *PRACTICE, *DEVICES) as terminal:
        terminal.wait_for("Loading engines")
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    assert "Traceback" not in terminal.said
    assert program.session() == "", "nothing was begun"


def test_keys_and_ctrl_c_and_going_on(room: Room, tmp_path: Path) -> None:
    """A hint; Ctrl-C while it is told; resumed, Ctrl-C in mid answer; resumed again and ended with a key."""
    program = Program(tmp_path, room.pulse.env)
    with in_terminal(program, *PRACTICE, *DEVICES) as terminal:
        terminal.wait_for("bias variance tradeoff", QUESTION_SECONDS)
        terminal.press("h")
        wait_until(lambda: any(isinstance(fact, LineSpoken) and fact.hint == 1 for fact in program.facts()))
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    session = program.session()
    assert f"{GOING_ON} {session}" in terminal.said

    with in_terminal(program, "resume", *DEVICES, "--headphones") as terminal:
        terminal.wait_for("bias variance tradeoff", QUESTION_SECONDS)
        before = len(program.facts())
        terminal.press("\n")  # the question is known: cut it short
        wait_until(lambda: floor_is_free(program.facts()[before:]))
        voice = room.say()
        time.sleep(6.0)
        terminal.press(CTRL_C)
        assert terminal.end() == 130
        voice.terminate()
        voice.wait()
    assert f"{GOING_ON} {session}" in terminal.said
    (kept,) = answered(program.facts())
    assert kept.turn.ended_by == "interrupted"
    assert "bias" in kept.turn.text

    with in_terminal(program, "resume", session, *DEVICES) as terminal:
        terminal.wait_for("bias variance tradeoff", QUESTION_SECONDS)
        terminal.press("q")
        assert terminal.end() == 0, terminal.said
    assert "Scorecard" in terminal.said
    facts = program.facts()
    assert [fact.because for fact in facts if isinstance(fact, SessionEnded)] == ["key"]
    assert len([fact for fact in facts if isinstance(fact, QuestionAsked)]) == 1
    assert isinstance(facts[-1], Scored)
    folder = program.data / "sessions" / session
    assert recorded_seconds(folder) == pytest.approx(facts[-1].at, abs=0.5)


def wait_until(done: Callable[[], bool], seconds: float = 240.0) -> None:
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, "nothing happened"
        time.sleep(0.05)
