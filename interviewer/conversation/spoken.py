"""The live loop over sound: one frame at a time, no waiting inside. The count of frames is the clock.

Phases: speaking (the interviewer has the floor), listening (the candidate has it), finishing (the turn is over, its
last words are being written down), thinking (the reply is being chosen and phrased), paused, over.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from interviewer.conversation.controls import Control, Controls, Live, Phase
from interviewer.conversation.interview import Interview, Saying
from interviewer.conversation.journal import Journal
from interviewer.conversation.silences import Silences
from interviewer.conversation.speaking import ReplyClock, Sound, Speaking
from interviewer.domain import FRAME_SECONDS, EndedBy, LineSituation, Turn
from interviewer.errors import InterviewerError
from interviewer.hearing.cues import command
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.listener import Listener
from interviewer.library.content import Library
from interviewer.ports import Samples
from interviewer.session.events import FaultNoted, Paused, Unpaused
from interviewer.workers import Worker

BARGE_IN_SECONDS = 0.45  # longer than a cough or "mm-hm"; pipecat and livekit wait 0.5 s
RESUMED_SECONDS = 0.3  # of speech just after the turn was thought over: it was not
RESUMED_SILENCE_SECONDS = 1.0  # after words that came while the reply was being chosen
CAPTION_FRAMES = 8  # a caption four times a second
DOUBTFUL_SHARE = 0.7  # of a turn's words: more means it could not be made out
DOUBTFUL_WORDS = 5  # fewer words say too little either way


@dataclass(frozen=True)
class _Alone:
    """A command that was the whole turn: not part of any answer."""

    control: Control


class SpokenConversation:
    """One session by voice. `run` returns when the session is over; what was said is stored whatever happens."""

    def __init__(
        self,
        interview: Interview,
        journal: Journal,
        library: Library,
        sound: Sound,
        listener: Listener,
        speaking: Speaking,
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
        self._speaking = speaking
        self._thinker = thinker
        self._controls = controls
        self._monotonic = monotonic
        self._on_live = on_live
        self._phase: Phase = "speaking"
        self._aside = False  # a word thrown in while the candidate keeps the floor
        self._reply: Future[Saying] | None = None
        self._warming: Future[None] | None = None
        self._after_turn: Control | None = None
        self._ended_by: EndedBy = "silence"
        self._wait = 0.0
        self._reply_clock: ReplyClock | None = None
        self._silences = Silences()
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
                self._go_on_speaking()
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
            self._answer_silence("nudging")
        elif self._listener.spoken and self._thinks_long(at):
            self._speak(self._interview.say("thinking"), aside=True)

    def _thinks_long(self, at: float) -> bool:
        """Whether a silence the candidate asked for has become long enough for a "take your time"."""
        silence, nudge = self._listener.silence, self._listener.patience.nudge
        just_due = nudge <= silence < nudge + FRAME_SECONDS * 2
        return just_due and self._speaking.began < at - nudge

    def _finish_turn(self, ended_by: EndedBy) -> None:
        self._reply_clock = ReplyClock.start(self._monotonic)
        self._ended_by, self._wait = ended_by, self._listener.endpoint_wait
        self._listener.close()
        self._phase = "finishing"
        self._go_on_finishing()

    def _go_on_finishing(self) -> None:
        if self._ended_by == "silence" and self._listener.speech_seconds >= RESUMED_SECONDS:
            self._phase = "listening"  # they had not finished after all: the turn goes on
            return
        turn = self._listener.turn(self._ended_by, self.clock)
        if turn is None:
            return
        if self._reply_clock is not None:
            self._reply_clock.mark_written()
        self._take_turn(turn)

    def _take_turn(self, turn: Turn) -> None:
        """Store the turn, then answer it."""
        wanted = self._after_turn or self._spoken_control(turn)
        self._after_turn = None
        counts = bool(turn.text) and not (isinstance(wanted, _Alone))
        self._interview.answered(turn, self._wait, counts=counts)
        if wanted is not None:
            self._perform(wanted.control if isinstance(wanted, _Alone) else wanted)
        elif not turn.text:  # noise, a cough, or speech nobody could make out
            self._answer_silence("not_heard")
        else:
            self._silences.words_came()
            self._tell_doubt(turn)
            if self._ended_by == "limit":
                minutes = round(self._listener.patience.limit / 60)
                self._note(
                    "hearing", f"The answer was taken after {minutes} minutes, the longest one can be."
                )
            self._think(self._interview.proceed)

    def _spoken_control(self, turn: Turn) -> Control | _Alone | None:
        asked = command(turn.text, self._library.personas)
        if asked is None:
            return None
        control = Control(asked.action, asked.persona, "spoken")
        return _Alone(control) if asked.alone else control

    def _answer_silence(self, line: LineSituation) -> None:
        match self._silences.next():
            case "invite":
                self._speak(self._interview.say(line))
            case "leave_question":
                self._speak(self._interview.skip())
            case "stop":
                self._note(
                    "hearing", "Nothing could be heard for two questions. Check with: interviewer doctor"
                )
                self._speak(self._interview.end("fault"))

    def _tell_doubt(self, turn: Turn) -> None:
        """Say once what keeps the answer from being understood."""
        if self._doubt_told:
            return
        words = [len(segment.text.split()) for segment in turn.segments]
        foreign = [segment.language for segment in turn.segments if segment.language not in (None, "en")]
        doubtful = sum(n for n, segment in zip(words, turn.segments, strict=True) if segment.doubtful)
        if len(foreign) * 2 > len(words):
            sentence = (
                f"That sounded like another language ({foreign[0]}); the interviewer understands English."
            )
        elif sum(words) >= DOUBTFUL_WORDS and doubtful / sum(words) >= DOUBTFUL_SHARE:
            sentence = (
                "Most of that answer could not be made out; it is kept as doubtful. "
                "The interviewer understands English; check the microphone with: interviewer doctor"
            )
        else:
            return
        self._doubt_told = True
        self._note("hearing", sentence)

    # -- replying --------------------------------------------------------------------------------------------------

    def _think(self, choose: Callable[[], Saying]) -> None:
        self._phase = "thinking"
        self._listener.open(self.clock)
        self._reply = self._thinker.submit(choose)
        self._go_on_thinking()

    def _go_on_thinking(self) -> None:
        if self._reply is not None and self._reply.done() and self._late_words_taken():
            reply, self._reply = self._reply, None
            if self._reply_clock is not None:
                self._reply_clock.mark_chosen()
            self._speak(reply.result(), reply_clock=self._reply_clock)

    def _late_words_taken(self) -> bool:
        """Nobody is talked over: whoever went on after the turn was taken is heard out, and their words are stored."""
        if not self._listener.spoken:
            return True
        if self._listener.silence < RESUMED_SILENCE_SECONDS:
            return False
        self._listener.close()
        late = self._listener.turn("silence", self.clock)
        if late is None:
            return False
        if late.text:
            self._interview.answered(late, None)
        return True

    def _speak(self, saying: Saying, *, aside: bool = False, reply_clock: ReplyClock | None = None) -> None:
        self._aside, self._phase = aside, "speaking"
        if not aside:
            self._listener.open(self.clock)
            self._thinker.submit(self._interview.prepare)  # while the question is heard
            self._listener.expect(self._interview.recognition_phrases())
            self._listener.patience = Patience.of(
                saying.persona.patience_seconds, saying.persona.nudge_seconds
            )
        if not self._sound.headphones:
            self._listener.rest()
        self._speaking.begin(saying, reply_clock)
        self._go_on_speaking()

    def _go_on_speaking(self) -> None:
        if self._speaking.go_on():
            self._stop_speaking(interrupted=False)
        elif self._sound.headphones and self._listener.speech_seconds >= BARGE_IN_SECONDS:
            self._stop_speaking(interrupted=True)

    def _stop_speaking(self, *, interrupted: bool) -> None:
        self._speaking.stop(interrupted=interrupted)
        if self._speaking.saying is not None and self._speaking.saying.last:
            self._phase = "over"
            return
        if not self._aside:
            self._listener.open(self.clock, keep_speech=self._listener.speech_seconds > 0)
        self._aside = False
        self._phase = "listening"

    # -- controls --------------------------------------------------------------------------------------------------

    def _obey(self, control: Control) -> None:
        saying = self._speaking.saying
        if self._phase == "speaking" and saying is not None and saying.last:
            return  # the closing words are being said
        if self._phase in ("finishing", "thinking"):
            self._after_turn = control if self._phase == "finishing" else self._after_turn
            return
        if control.action == "pause":
            self._toggle_pause()
            return
        if self._phase == "paused":
            self._toggle_pause()
        if self._phase == "speaking":
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
        saying = self._speaking.saying.text if self._speaking.saying else ""
        listening = self._phase in ("listening", "finishing")
        caption = self._listener.caption if listening else ""
        self._on_live(Live(self._phase, self.clock, level, caption, self._listener.silence, saying))
