"""The live loop over sound: one frame at a time, no waiting inside. The count of frames is the clock.

Phases: speaking (the interviewer has the floor), listening (the candidate has it), finishing (the turn is over, its
last words are being written down), thinking (the reply is being chosen and phrased), paused, over.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from interviewer.conversation.controls import Control, Controls, Live, Phase
from interviewer.conversation.doubts import doubt_about
from interviewer.conversation.interview import Interview, Place, Saying
from interviewer.conversation.journal import Journal
from interviewer.conversation.silences import Silences
from interviewer.conversation.speaking import ReplyClock, Sound, Speaking
from interviewer.domain import FRAME_SECONDS, EndedBy, LineSituation, Segment, Turn
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
WRITING_SECONDS = 30.0  # a recogniser that takes longer for the last words is given up on


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
        self._warming: Future[float | None] | None = None  # share of the rubric that is covered
        self._after_turn: Control | None = None
        self._after_reply: Control | None = None
        self._place: Place | None = None  # what the turn just taken was an answer to
        self._finishing_until = 0.0
        self._ended_by: EndedBy = "silence"
        self._wait = 0.0
        self._reply_clock: ReplyClock | None = None
        self._silences = Silences()
        self._frames = 0
        self._doubt_told = False
        self._dropped = 0

    @property
    def clock(self) -> float:
        """Seconds of recording so far."""
        return self._sound.recorder.seconds

    def run(self) -> None:
        """Hold the conversation. InterviewerError when sound or disk fail, after storing what was said."""
        self._sound.microphone.open()
        self._sound.speaker.open()
        try:
            self._think(self._begin)
            while self._phase != "over":
                frame = self._sound.microphone.read()
                if frame is None:
                    self._keep_what_was_said()
                    break
                self._tick(frame)
        except BaseException as error:
            if isinstance(error, InterviewerError):
                self._note("sound", error.message)
            self._keep_what_was_said()
            raise
        finally:
            self._sound.speaker.close()
            self._sound.microphone.close()

    def _begin(self) -> Saying:
        if self._journal.state.waiting == "candidate":
            return self._interview.repeat()
        return self._interview.proceed()

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
        self._note_losses()
        if self._phase == "speaking" and not self._sound.headphones:
            return 0.0
        heard = self._listener.hear(frame, at)
        if self._phase == "listening" and self._frames % CAPTION_FRAMES == 0:
            self._listener.refresh_caption()
        if heard.chunk_closed and self._phase == "listening":
            self._warm(at)
        return heard.level

    def _note_losses(self) -> None:
        """Tell what of the sound or the transcript is missing, when it happens."""
        dropped = self._sound.microphone.dropped
        if dropped > self._dropped:
            lost = (dropped - self._dropped) * FRAME_SECONDS
            self._dropped = dropped
            self._note(
                "sound", f"The machine was too busy: {lost:.1f} s of sound from the microphone were lost."
            )
        while (failure := self._listener.take_failure()) is not None:
            self._note(
                "hearing", f"{failure} A piece of the answer is missing in the text; its sound is kept."
            )

    def _warm(self, at: float) -> None:
        """At pauses, judge what is committed: at the end only the tail is left to judge."""
        if self._warming is not None and not self._warming.done():
            return
        turn = self._listener.turn_so_far(at)
        if turn.text:
            self._warming = self._thinker.submit(lambda: self._interview.warm(turn))

    def _go_on_listening(self, at: float) -> None:
        if self._warming is not None and self._warming.done() and self._warming.exception() is None:
            self._listener.coverage = self._warming.result()
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
        self._finishing_until = self.clock + WRITING_SECONDS
        self._listener.close()
        self._phase = "finishing"
        self._go_on_finishing()

    def _go_on_finishing(self) -> None:
        if self._ended_by == "silence" and self._listener.speech_seconds >= RESUMED_SECONDS:
            self._phase = "listening"  # they had not finished after all: the turn goes on
            return
        turn = self._listener.turn(self._ended_by, self.clock)
        if turn is None and self.clock >= self._finishing_until:
            self._note(
                "hearing",
                "The recogniser did not finish in time. The last words are missing; their sound is kept.",
            )
            turn = self._listener.wait_for_turn(self._ended_by, self.clock, timeout_seconds=0.0)
        if turn is None:
            return
        if self._reply_clock is not None:
            self._reply_clock.mark_written()
        self._take_turn(turn)

    def _take_turn(self, turn: Turn) -> None:
        """Store the turn, then answer it."""
        wanted = self._after_turn or self._spoken_control(turn)
        self._after_turn = None
        counts = bool(turn.text) and not isinstance(wanted, _Alone)
        self._place = self._interview.place
        self._interview.answered(turn, self._wait, self._place if counts else None)
        if turn.text:
            self._silences.signs_of_life()
        if wanted is not None:
            self._perform(wanted.control if isinstance(wanted, _Alone) else wanted)
        elif not turn.text:  # noise, a cough, or speech nobody could make out
            self._answer_silence("not_heard")
        else:
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
                self._think(self._interview.skip)
            case "stop":
                self._note(
                    "hearing", "Nothing could be heard for two questions. Check with: interviewer doctor"
                )
                self._speak(self._interview.end("fault"))

    def _tell_doubt(self, turn: Turn) -> None:
        sentence = None if self._doubt_told else doubt_about(turn)
        if sentence is not None:
            self._doubt_told = True
            self._note("hearing", sentence)

    # -- replying --------------------------------------------------------------------------------------------------

    def _think(self, choose: Callable[[], Saying]) -> None:
        self._phase = "thinking"
        self._warming = None  # it judged a turn that is over
        self._listener.open(self.clock, keep_speech=True)
        self._reply = self._thinker.submit(choose)
        self._go_on_thinking()

    def _go_on_thinking(self) -> None:
        if self._reply is None or not self._reply.done() or not self._late_words_taken():
            return
        reply, self._reply = self._reply.result(), None
        control, self._after_reply = self._after_reply, None
        if control is not None and not reply.last:
            self._perform(control)  # asked for while the reply was being chosen, which nobody has heard
            return
        if self._reply_clock is not None:
            self._reply_clock.mark_chosen()
        self._speak(reply, replying=True)

    def _late_words_taken(self) -> bool:
        """Nobody is talked over: whoever went on after the turn was taken is heard out, and their words are stored."""
        if not self._listener.spoken or self._ended_by in ("key", "limit"):  # which end it, whatever follows
            return True
        if self._listener.silence < RESUMED_SILENCE_SECONDS:
            return False
        self._listener.close()
        late = self._listener.turn("silence", self.clock)
        if late is None:
            return False
        if late.text and self._place is not None:
            self._interview.answered(late, None, self._place)
        self._listener.open(self.clock)
        return True

    def _speak(self, saying: Saying, *, aside: bool = False, replying: bool = False) -> None:
        self._aside, self._phase = aside, "speaking"
        reply_clock, self._reply_clock = (self._reply_clock if replying else None), None
        if not aside:
            self._listener.open(self.clock)
            self._listener.expect(self._interview.recognition_phrases())
            self._listener.patience = Patience.of(
                saying.persona.patience_seconds, saying.persona.nudge_seconds
            )
            if replying:
                self._listener.asked(saying.text)
        if not self._sound.headphones:
            self._listener.rest()
        self._speaking.begin(saying, reply_clock)
        self._go_on_speaking()
        if not aside:
            self._thinker.submit(
                self._interview.prepare
            )  # while the question is heard, not before its first sound

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
            self._listener.open(self.clock, keep_speech=True)
        self._aside = False
        self._phase = "listening"

    # -- controls --------------------------------------------------------------------------------------------------

    def _obey(self, control: Control) -> None:
        """Do what a key asked for, now or as soon as what is under way is stored."""
        self._silences.signs_of_life()
        saying = self._speaking.saying
        match self._phase:
            case "speaking" if saying is not None and saying.last:
                return  # the closing words are being said
            case "finishing":
                self._after_turn = self._after_turn if control.action == "done" else control
                return
            case "thinking":
                if control.action == "answer":
                    self._store_written(control.text)  # more words about what is being replied to
                elif control.action != "done":
                    self._after_reply = control
                    self._interview.hurry()
                return
            case "paused":
                self._leave_pause(control)
                return
            case "speaking":
                self._stop_speaking(interrupted=True)
            case _:
                pass
        if self._listener.spoken:
            self._after_turn = None if control.action == "done" else control
            self._finish_turn("key")
        else:
            self._perform(control)

    def _perform(self, control: Control) -> None:
        """Do it; whatever it is, the phase moves on."""
        match control.action:
            case "skip":
                self._think(self._interview.skip)
            case "hint":
                self._think(self._interview.hint)
            case "repeat":
                self._think(self._interview.repeat)
            case "answer":
                self._take_written(control.text)
            case "end":
                self._speak(self._interview.end("key"))
            case "pause":
                self._listener.open(self.clock)
                self._listener.rest()
                self._journal.record(Paused(at=self.clock))
                self._phase = "paused"
            case "switch" if control.persona is not None:
                who, because = control.persona, control.because
                self._think(lambda: self._interview.switch(who, because))
            case _:  # "done" before a word was said: the candidate keeps the floor
                self._phase = "listening"

    def _take_written(self, text: str) -> None:
        """An answer that was typed: stored and answered like a spoken one."""
        self._ended_by, self._place = "key", self._interview.place
        self._store_written(text)
        self._think(self._interview.proceed)

    def _store_written(self, text: str) -> None:
        at = self.clock
        segment = Segment(text=text, start=at, end=at)
        turn = Turn(segments=(segment,), start=at, end=at, ended_by="typed", engine="keyboard")
        self._interview.answered(turn, None, self._place)

    def _leave_pause(self, control: Control) -> None:
        if control.action not in ("pause", "switch", "answer", "end"):
            return
        self._journal.record(Unpaused(at=self.clock))
        self._perform(Control("repeat") if control.action == "pause" else control)

    # -- the rest --------------------------------------------------------------------------------------------------

    def _keep_what_was_said(self) -> None:
        """Store the words of an unfinished turn, as far as they can still be written down."""
        if self._phase not in ("listening", "finishing", "thinking") or not self._listener.spoken:
            return
        place = self._place if self._phase == "thinking" else self._interview.place
        self._listener.close()
        turn = self._listener.wait_for_turn("interrupted", self.clock)
        if turn.text:
            self._interview.answered(turn, None, place)

    def _note(self, part: str, sentence: str) -> None:
        self._journal.record(FaultNoted(at=self.clock, part=part, sentence=sentence))

    def _show(self, level: float) -> None:
        saying = self._speaking.saying.text if self._speaking.saying else ""
        listening = self._phase in ("listening", "finishing")
        caption = self._listener.caption if listening else ""
        committed = self._listener.text if listening else ""
        self._on_live(
            Live(self._phase, self.clock, level, caption, self._listener.silence, saying, committed)
        )
