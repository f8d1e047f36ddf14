"""The live loop over sound: one frame at a time, no waiting inside. The count of frames is the clock.

What is done in each phase lies next door: `turn_taking` while the candidate has the floor, `replying` while the
interviewer has it, `requests` for what is asked for by key or aloud; `floor` is what they share.
"""

from __future__ import annotations

from collections.abc import Callable

from interviewer.conversation.controls import Control, Controls, Live, Phase
from interviewer.conversation.floor import Floor
from interviewer.conversation.interview import Interview
from interviewer.conversation.journal import Journal
from interviewer.conversation.replying import Replying
from interviewer.conversation.requests import Requests
from interviewer.conversation.speaking import Sound, Speaking
from interviewer.conversation.turn_taking import TurnTaking
from interviewer.domain import FRAME_SECONDS
from interviewer.errors import InterviewerError
from interviewer.hearing.listener import Listener
from interviewer.hearing.standby import NewRecogniser
from interviewer.library.content import Library
from interviewer.ports import Samples
from interviewer.session.events import EngineChanged
from interviewer.workers import Worker

CAPTION_FRAMES = 8  # a caption four times a second


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
        recogniser_news: Callable[[], NewRecogniser | None] = lambda: None,
    ) -> None:
        self._floor = Floor(interview, journal, sound, listener, speaking, thinker, monotonic)
        self._replying = Replying(self._floor)
        self._requests = Requests(self._floor, self._replying)
        self._turns = TurnTaking(self._floor, library, self._replying, self._requests)
        self._controls = controls
        self._on_live = on_live
        self._recogniser_news = recogniser_news
        self._frames = 0
        self._dropped = 0

    @property
    def clock(self) -> float:
        """Seconds of recording so far."""
        return self._floor.clock

    def without_sound(self) -> Phase:
        """Obey keys while no frames come, and the clock stands still; says where the conversation is then.

        To be called by the thread that runs the conversation, from inside a read of the microphone.
        """
        self._obey_keys()
        if self._floor.phase != "paused":
            self._go_on(self.clock)
        self._show(0.0)
        return self._floor.phase

    def tell(self, part: str, sentence: str) -> None:
        """Something outside went wrong and was survived. To be called by the thread that runs the conversation."""
        self._floor.note(part, sentence)

    def run(self) -> None:
        """Hold the conversation. InterviewerError when sound or disk fail, after storing what was said."""
        sound = self._floor.sound
        sound.microphone.open()
        sound.speaker.open()
        resumed = self._floor.journal.state.waiting == "candidate"
        try:
            self._replying.think(Interview.repeat if resumed else Interview.proceed)
            while self._floor.phase != "over":
                frame = sound.microphone.read()
                if frame is None:
                    self._turns.keep_what_was_said()
                    break
                self._tick(frame)
        except BaseException as error:
            if isinstance(error, InterviewerError):
                self._floor.note("sound", error.message)
            self._turns.keep_what_was_said()
            raise
        finally:
            self._floor.listener.rest()  # or the recogniser would begin its next session in the middle of a chunk
            sound.speaker.close()
            sound.microphone.close()

    def _tick(self, frame: Samples) -> None:
        self._frames += 1
        self._obey_keys()
        if self._floor.phase == "paused":
            self._show(0.0)
            return
        at = self.clock
        self._floor.sound.recorder.append(frame)
        level = self._hear(frame, at)
        self._go_on(at)
        self._show(level)

    def _go_on(self, at: float) -> None:
        match self._floor.phase:
            case "speaking":
                self._replying.go_on_speaking()
            case "listening":
                self._turns.go_on_listening(at)
            case "finishing":
                self._turns.go_on_finishing()
            case _:
                pass
        if self._floor.phase == "thinking" and (wanted := self._replying.go_on_thinking()) is not None:
            self._requests.perform(wanted)

    # -- hearing ---------------------------------------------------------------------------------------------------

    def _hear(self, frame: Samples, at: float) -> float:
        self._note_losses()
        floor = self._floor
        if floor.phase == "speaking" and not floor.sound.headphones:
            return 0.0
        floor.last_frames.append(frame)
        heard = floor.listener.hear(frame, at)
        if floor.phase == "listening" and self._frames % CAPTION_FRAMES == 0:
            floor.listener.refresh_caption()
        if heard.chunk_closed and floor.phase == "listening":
            self._turns.warm(at)
        return heard.level

    def _note_losses(self) -> None:
        """Tell what of the sound or the transcript is missing, and who writes it down now, when it happens."""
        floor = self._floor
        while (news := self._recogniser_news()) is not None:
            floor.journal.record(
                EngineChanged(
                    at=self.clock,
                    port="transcriber",
                    engine=news.engine,
                    because=news.because,
                    rough_transcript=news.rough,
                )
            )
        dropped = floor.sound.microphone.dropped
        if dropped > self._dropped:
            lost = (dropped - self._dropped) * FRAME_SECONDS
            self._dropped = dropped
            floor.note(
                "sound", f"The machine was too busy: {lost:.1f} s of sound from the microphone were lost."
            )
        while (failure := floor.listener.take_failure()) is not None:
            floor.note(
                "hearing", f"{failure} A piece of the answer is missing in the text; its sound is kept."
            )

    # -- controls --------------------------------------------------------------------------------------------------

    def _obey_keys(self) -> None:
        while (control := self._controls.take()) is not None:
            self._obey(control)

    def _obey(self, control: Control) -> None:
        """Do what a key asked for, now or as soon as what is under way is stored."""
        floor = self._floor
        floor.silences.signs_of_life()
        match "thinking" if self._replying.acknowledging else floor.phase:
            case "finishing":
                if control.action != "done":
                    self._turns.afterwards(control)
            case "thinking" if control.action == "answer":
                self._requests.store_written(control.text)  # more words about what is being replied to
            case "thinking":
                if control.action != "done":
                    self._replying.instead(control)
            case "paused":
                self._requests.leave_pause(control)
            case "speaking":
                saying = floor.speaking.saying
                if saying is None or not saying.last:  # else the closing words are being said
                    self._replying.stop_speaking(interrupted=True)
                    self._replying.yield_the_floor()
                    self._take_the_floor(control)
            case _:
                self._take_the_floor(control)

    def _take_the_floor(self, control: Control) -> None:
        """The key was pressed in the candidate's time: words under way are stored first."""
        if self._floor.listener.spoken:
            self._turns.finish("key", None if control.action == "done" else control)
        else:
            self._requests.perform(control)

    # -- the rest --------------------------------------------------------------------------------------------------

    def _show(self, level: float) -> None:
        floor, listener = self._floor, self._floor.listener
        saying = floor.speaking.saying.text if floor.speaking.saying else ""
        listening = floor.phase in ("listening", "finishing")
        caption = listener.caption if listening else ""
        committed = listener.text if listening else ""
        self._on_live(Live(floor.phase, self.clock, level, caption, listener.silence, saying, committed))
