"""The live loop over sound: one frame at a time, no waiting inside. The count of frames is the clock.

Phases: speaking (the interviewer has the floor), listening (the candidate has it), finishing (the turn is over, its
last words are being written down), thinking (the reply is being chosen and phrased), paused, over.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from interviewer.conversation.controls import Control, Controls, Live, Phase
from interviewer.conversation.interview import Interview, Saying
from interviewer.conversation.journal import Journal
from interviewer.conversation.mouth import Mouth
from interviewer.domain import FRAME_SECONDS, EndedBy, Turn
from interviewer.errors import EngineError, InterviewerError
from interviewer.hearing.cues import Command, command
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.listener import Listener
from interviewer.library.content import Library
from interviewer.ports import Microphone, Samples, Speaker
from interviewer.session.events import FaultNoted, Paused, ReplyTimed, SpeechHeard, Unpaused
from interviewer.workers import Worker

BARGE_IN_SECONDS = 0.45  # longer than a cough or "mm-hm"; pipecat and livekit wait 0.5 s
CAPTION_FRAMES = 8  # a caption four times a second
SILENT_NUDGES = 2  # invitations before a silent question is left
SILENT_QUESTIONS = 2  # silent questions before the session stops by itself
DOUBTFUL_SHARE = 0.7  # of a turn's words: more means it could not be made out


class Recorder(Protocol):
    """Both voices on the session's timeline, on disk while they are heard."""

    @property
    def seconds(self) -> float: ...

    def append(self, frame: Samples) -> None: ...

    def place_interviewer(self, start_seconds: float, samples: Samples) -> None: ...


@dataclass(frozen=True)
class Sound:
    """Everything that makes or takes sound."""

    microphone: Microphone
    speaker: Speaker
    recorder: Recorder
    headphones: bool  # without them our own voice reaches the microphone, so we listen only when silent


@dataclass
class _Timing:
    """Real-time marks of one reply, in seconds of the clock passed in."""

    decided: float = 0.0
    written: float = 0.0
    chosen: float = 0.0


class SpokenConversation:
    """One session by voice. `run` returns when the session is over; what was said is stored whatever happens."""

    def __init__(
        self,
        interview: Interview,
        journal: Journal,
        library: Library,
        sound: Sound,
        listener: Listener,
        mouth: Mouth,
        thinker: Worker,
        controls: Controls,
        monotonic: Callable[[], float],
        on_live: Callable[[Live], None],
    ) -> None:
        self._interview = interview
        self._journal = journal
        self._library = library
        self._sound = sound
        self._listener = listener
        self._mouth = mouth
        self._thinker = thinker
        self._controls = controls
        self._monotonic = monotonic
        self._on_live = on_live
        self._phase: Phase = "speaking"
        self._saying = Saying("", interview.persona) if journal.state.persona else None
        self._said_at = 0.0
        self._aside = False  # a word thrown in while the candidate keeps the floor
        self._reply: Future[Saying] | None = None
        self._warming: Future[None] | None = None
        self._after_turn: Control | None = None
        self._ended_by: EndedBy = "silence"
        self._wait = 0.0
        self._timing: _Timing | None = None
        self._nudges = self._silent_questions = 0
        self._frames = 0
        self._doubt_told = False

    @property
    def clock(self) -> float:
        """Seconds of recording so far."""
        return self._sound.recorder.seconds

    def run(self) -> None:
        """Hold the conversation. InterviewerError when sound or disk fail, after storing what was said."""
        self._sound.microphone.open()
        self._sound.speaker.open()
        try:
            self._begin()
            while self._phase != "over":
                frame = self._sound.microphone.read()
                if frame is None:
                    break
                self._tick(frame)
        except (KeyboardInterrupt, InterviewerError) as error:
            self._keep_what_was_said(error)
            raise
        finally:
            self._sound.speaker.close()
            self._sound.microphone.close()

    def _begin(self) -> None:
        if self._journal.state.waiting == "candidate":
            self._speak(self._interview.repeat())
        else:
            self._speak(self._interview.proceed())

    def _tick(self, frame: Samples) -> None:
        self._frames += 1
        while (control := self._controls.take()) is not None:
            self._obey(control)
        if self._phase == "paused":
            self._show(0.0)
            return
        at = self.clock
        self._sound.recorder.append(frame)
        level = self._hear(frame, at)
        match self._phase:
            case "speaking":
                self._go_on_speaking(at)
            case "listening":
                self._go_on_listening(at)
            case "finishing":
                self._go_on_finishing()
            case "thinking":
                self._go_on_thinking()
            case _:
                pass
        self._show(level)

    # -- hearing ---------------------------------------------------------------------------------------------------

    def _hear(self, frame: Samples, at: float) -> float:
        if self._phase == "speaking" and not self._sound.headphones:
            return 0.0
        heard = self._listener.hear(frame, at)
        if self._phase == "listening" and self._frames % CAPTION_FRAMES == 0:
            self._listener.refresh_caption()
        if heard.chunk_closed and self._phase == "listening":
            self._warm(at)
        return heard.level

    def _warm(self, at: float) -> None:
        """At pauses, judge what is committed: at the end only the tail is left to judge."""
        if self._warming is not None and not self._warming.done():
            return
        turn = self._listener.turn_so_far(at)
        if turn.text:
            self._warming = self._thinker.submit(lambda: self._interview.warm(turn))

    def _go_on_listening(self, at: float) -> None:
        verdict = self._listener.verdict()
        if verdict is not None:
            self._finish_turn(verdict)
        elif self._listener.quiet():
            self._invite()
        elif self._listener.spoken and self._thinks_long(at):
            self._speak(self._interview.say("thinking"), aside=True)

    def _thinks_long(self, at: float) -> bool:
        """Whether a silence the candidate asked for has become long enough for a "take your time"."""
        silence, nudge = self._listener.silence, self._listener.patience.nudge
        just_due = nudge <= silence < nudge + FRAME_SECONDS * 2
        return just_due and self._said_at < at - nudge

    def _finish_turn(self, ended_by: EndedBy) -> None:
        self._timing = _Timing(decided=self._monotonic())
        self._ended_by, self._wait = ended_by, self._listener.endpoint_wait
        self._listener.close()
        self._phase = "finishing"
        self._go_on_finishing()

    def _go_on_finishing(self) -> None:
        turn = self._listener.turn(self._ended_by, self.clock)
        if turn is None:
            return
        if self._timing:
            self._timing.written = self._monotonic()
        self._take_turn(turn)

    def _take_turn(self, turn: Turn) -> None:
        """Store the turn, then answer it."""
        wanted = self._after_turn or self._spoken_control(turn)
        self._after_turn = None
        counts = bool(turn.text) and not (isinstance(wanted, _Alone))
        self._interview.answered(turn, self._wait, counts=counts)
        if wanted is not None:
            self._perform(wanted.control if isinstance(wanted, _Alone) else wanted)
        elif not turn.text:
            self._not_heard()
        else:
            self._nudges = self._silent_questions = 0
            self._tell_doubt(turn)
            if self._ended_by == "limit":
                minutes = round(self._listener.patience.limit / 60)
                self._note(
                    "hearing", f"The answer was taken after {minutes} minutes, the longest one can be."
                )
            self._think(self._interview.proceed)

    def _spoken_control(self, turn: Turn) -> Control | _Alone | None:
        asked: Command | None = command(turn.text, self._library.personas)
        if asked is None:
            return None
        control = Control(asked.action, asked.persona, "spoken")
        return _Alone(control) if asked.alone else control

    def _not_heard(self) -> None:
        """A turn without a word: noise, a cough, or speech nobody could make out."""
        self._nudges += 1
        if self._nudges > SILENT_NUDGES:
            self._leave_silent_question()
        else:
            self._speak(self._interview.say("not_heard"))

    def _invite(self) -> None:
        self._nudges += 1
        if self._nudges > SILENT_NUDGES:
            self._leave_silent_question()
        else:
            self._speak(self._interview.say("nudging"))

    def _leave_silent_question(self) -> None:
        self._nudges = 0
        self._silent_questions += 1
        if self._silent_questions >= SILENT_QUESTIONS:
            self._note(
                "hearing",
                "Nothing could be heard for two questions. Check the microphone: interviewer doctor",
            )
            self._speak(self._interview.end("fault"))
        else:
            self._speak(self._interview.skip())

    def _tell_doubt(self, turn: Turn) -> None:
        words = [len(segment.text.split()) for segment in turn.segments]
        doubtful = sum(n for n, segment in zip(words, turn.segments, strict=True) if segment.doubtful)
        if sum(words) >= 5 and doubtful / sum(words) >= DOUBTFUL_SHARE and not self._doubt_told:
            self._doubt_told = True
            self._note(
                "hearing",
                "Most of that answer could not be made out; it is kept as doubtful. "
                "The interviewer understands English; check the microphone with: interviewer doctor",
            )

    # -- replying --------------------------------------------------------------------------------------------------

    def _think(self, choose: Callable[[], Saying]) -> None:
        self._phase = "thinking"
        self._reply = self._thinker.submit(choose)
        self._go_on_thinking()

    def _go_on_thinking(self) -> None:
        if self._reply is not None and self._reply.done():
            reply, self._reply = self._reply, None
            if self._timing:
                self._timing.chosen = self._monotonic()
            self._speak(reply.result(), replying=True)

    def _speak(self, saying: Saying, *, aside: bool = False, replying: bool = False) -> None:
        self._saying, self._aside, self._phase = saying, aside, "speaking"
        if not replying:
            self._timing = None
        if not aside:
            self._listener.open(self.clock)
            self._listener.expect(self._interview.recognition_phrases())
            persona = saying.persona
            self._listener.patience = Patience.of(persona.patience_seconds, persona.nudge_seconds)
        if not self._sound.headphones:
            self._listener.rest()
        self._said_at = self.clock
        self._mouth.say(saying.text, saying.persona.voice)
        self._go_on_speaking(self.clock)

    def _go_on_speaking(self, at: float) -> None:
        try:
            if self._mouth.pump():
                self._said_at = at
                self._note_timing()
        except EngineError as error:
            self._note("voice", f"{error.message} The interviewer's words are shown as text.")
            self._stop_speaking(interrupted=False)
            return
        if self._sound.headphones and self._listener.speech_seconds >= BARGE_IN_SECONDS:
            self._stop_speaking(interrupted=True)
        elif self._mouth.finished:
            self._stop_speaking(interrupted=False)

    def _stop_speaking(self, *, interrupted: bool) -> None:
        whole = self._mouth.seconds
        heard = self._mouth.stop() if interrupted else whole
        if not interrupted:
            self._mouth.stop()
        self._sound.recorder.place_interviewer(self._said_at, self._mouth.heard_samples(heard))
        self._journal.record(
            SpeechHeard(
                at=self.clock,
                seconds=round(heard, 3),
                of_seconds=round(whole, 3),
                interrupted=interrupted,
                voice=self._mouth.voice_name,
            )
        )
        if self._saying is not None and self._saying.last:
            self._phase = "over"
            return
        if not self._aside:
            self._listener.open(self.clock, keep_speech=self._listener.speech_seconds > 0)
        self._aside = False
        self._phase = "listening"

    def _note_timing(self) -> None:
        timing, self._timing = self._timing, None
        if timing is None:
            return
        now = self._monotonic()
        self._journal.record(
            ReplyTimed(
                at=self.clock,
                transcript=round(timing.written - timing.decided, 4),
                reply=round(timing.chosen - timing.written, 4),
                voice=round(now - timing.chosen, 4),
                total=round(now - timing.decided, 4),
            )
        )

    # -- controls --------------------------------------------------------------------------------------------------

    def _obey(self, control: Control) -> None:
        if self._phase in ("finishing", "thinking"):
            self._after_turn = control if self._phase == "finishing" else self._after_turn
            return
        if control.action == "pause":
            self._toggle_pause()
            return
        if self._phase == "paused":
            self._toggle_pause()
        if self._phase == "speaking" and self._saying is not None and not self._saying.last:
            self._stop_speaking(interrupted=True)
        if self._listener.spoken:
            self._after_turn = None if control.action == "done" else control
            self._finish_turn("key")
        else:
            self._perform(control)

    def _perform(self, control: Control) -> None:
        match control.action:
            case "skip":
                self._think(self._interview.skip)
            case "hint":
                self._think(self._interview.hint)
            case "repeat":
                self._think(self._interview.repeat)
            case "end":
                self._speak(self._interview.end("key"))
            case "switch" if control.persona is not None:
                who, because = control.persona, control.because
                self._think(lambda: self._interview.switch(who, because))
            case _:
                pass  # "done" before a word was said: the candidate keeps the floor

    def _toggle_pause(self) -> None:
        if self._phase == "paused":
            self._journal.record(Unpaused(at=self.clock))
            self._speak(self._interview.repeat())
            return
        if self._phase == "speaking":
            self._stop_speaking(interrupted=True)
        self._listener.rest()
        self._journal.record(Paused(at=self.clock))
        self._phase = "paused"

    # -- the rest --------------------------------------------------------------------------------------------------

    def _keep_what_was_said(self, error: BaseException) -> None:
        """Store the unfinished turn before the error goes on its way."""
        if isinstance(error, InterviewerError):
            self._note("sound", error.message)
        if self._phase not in ("listening", "finishing") or not self._listener.spoken:
            return
        self._listener.close()
        turn = self._listener.wait_for_turn("interrupted", self.clock)
        if turn.text:
            self._interview.answered(turn, None)

    def _note(self, part: str, sentence: str) -> None:
        self._journal.record(FaultNoted(at=self.clock, part=part, sentence=sentence))

    def _show(self, level: float) -> None:
        saying = self._saying.text if self._saying else ""
        listening = self._phase in ("listening", "finishing")
        caption = self._listener.caption if listening else ""
        self._on_live(Live(self._phase, self.clock, level, caption, self._listener.silence, saying))


@dataclass(frozen=True)
class _Alone:
    """A command that was the whole turn: not part of any answer."""

    control: Control
