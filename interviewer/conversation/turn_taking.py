"""The candidate's side of the floor: when a turn is over, what its words were, and what they call for."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass

from interviewer.conversation.controls import Control
from interviewer.conversation.doubts import doubt_about
from interviewer.conversation.drafting import PAUSE_SECONDS, Drafts
from interviewer.conversation.floor import Floor
from interviewer.conversation.interview import Interview
from interviewer.conversation.replying import BrokenOff, Replying
from interviewer.conversation.requests import Requests
from interviewer.conversation.speaking import ReplyClock
from interviewer.domain import FRAME_SECONDS, EndedBy, LineSituation, Turn
from interviewer.hearing.backchannels import is_backchannel
from interviewer.hearing.cues import command
from interviewer.library.content import Library

RESUMED_SECONDS = 0.3  # of speech just after the turn was thought over: it was not
WRITING_SECONDS = 30.0  # a recogniser that takes longer for the last words is given up on


@dataclass(frozen=True)
class _Alone:
    """A command that was the whole turn: not part of any answer."""

    control: Control


class TurnTaking:
    """`go_on_listening` and `go_on_finishing` are called with every frame of their phase and never wait."""

    def __init__(self, floor: Floor, library: Library, replying: Replying, requests: Requests) -> None:
        self._floor = floor
        self._library = library
        self._replying = replying
        self._requests = requests
        self._drafts = Drafts(floor)
        self._wanted: Control | None = None  # asked for, to be done as soon as the turn is stored
        self._warming: Future[float | None] | None = None  # the share of the rubric that is covered
        self._finishing_until = 0.0
        self._wait = 0.0
        self._doubt_told = False

    def warm(self, at: float) -> None:
        """Judge what is committed while the candidate speaks on: at the end only the tail is left to judge."""
        floor = self._floor
        if (
            self._warming is not None and not self._warming.done()
        ) or floor.listener.silence >= PAUSE_SECONDS:
            return  # at a pause a draft is made, which judges too
        turn = floor.listener.turn_so_far(at)
        if turn.text:
            self._warming = floor.thinker.submit(lambda: floor.interview.warm(turn))

    def go_on_listening(self, at: float) -> None:
        listener = self._floor.listener
        broken_off = self._replying.broken_off
        if broken_off is not None and listener.settled and self._resumed(broken_off):
            return
        self._drafts.keep_up()
        if self._warming is not None and self._warming.done() and self._warming.exception() is None:
            listener.coverage, self._warming = self._warming.result(), None
        verdict = listener.verdict()
        if verdict is not None:
            self.finish(verdict)
        elif listener.quiet():
            self._answer_silence("nudging")
        elif listener.spoken and self._thinks_long(at):
            self._replying.speak(self._floor.interview.say("thinking"), aside=True)

    def _resumed(self, broken_off: BrokenOff) -> bool:
        """Whether an interruption was none, so that the interviewer goes on."""
        floor = self._floor
        turn = floor.listener.turn_so_far(floor.clock)
        seconds = sum(span.seconds for span in turn.speech)
        doubtful = all(segment.doubtful for segment in turn.segments)
        meant = not is_backchannel(turn.text, seconds, doubtful=doubtful)
        if meant or command(turn.text, self._library.personas) is not None:
            self._replying.yield_the_floor()
            return False
        if turn.text:
            floor.interview.answered(turn, None, None)
        self._replying.resume(broken_off)
        return True

    def _thinks_long(self, at: float) -> bool:
        """Whether a silence the candidate asked for has become long enough for a "take your time"."""
        listener = self._floor.listener
        silence, nudge = listener.silence, listener.patience.nudge
        just_due = nudge <= silence < nudge + FRAME_SECONDS * 2
        return just_due and self._floor.speaking.began < at - nudge

    def finish(self, ended_by: EndedBy, wanted: Control | None = None) -> None:
        """The turn is over; `wanted` is done when its words are stored."""
        floor = self._floor
        self._replying.yield_the_floor()
        floor.reply_clock = ReplyClock.start(floor.monotonic)
        floor.ended_by, self._wait, self._wanted = ended_by, floor.listener.endpoint_wait, wanted
        self._finishing_until = floor.clock + WRITING_SECONDS
        floor.listener.close()
        floor.phase = "finishing"
        self.go_on_finishing()

    def afterwards(self, control: Control) -> None:
        """Do this too when the words that are being written down are stored."""
        self._wanted = control

    def go_on_finishing(self) -> None:
        floor, listener = self._floor, self._floor.listener
        if floor.ended_by == "silence" and listener.speech_seconds >= RESUMED_SECONDS:
            floor.phase = "listening"  # they had not finished after all: the turn goes on
            return
        turn = listener.turn(floor.ended_by, floor.clock)
        if turn is None and floor.clock >= self._finishing_until:
            floor.note(
                "hearing",
                "The recogniser did not finish in time. The last words are missing; their sound is kept.",
            )
            turn = listener.wait_for_turn(floor.ended_by, floor.clock, timeout_seconds=0.0)
        if turn is None:
            return
        if floor.reply_clock is not None:
            floor.reply_clock.mark_written()
        self._take(turn)

    def _take(self, turn: Turn) -> None:
        """Store the turn, then answer it."""
        floor = self._floor
        wanted = self._wanted or self._spoken_control(turn)
        self._wanted, self._warming = None, None  # what is being judged is over
        counts = bool(turn.text) and not isinstance(wanted, _Alone)
        broken_off = (
            self._replying.broken_off
        )  # only by somebody who had not finished: their words go on with their answer
        floor.place = (broken_off and broken_off.talked_over) or floor.interview.place
        draft = self._drafts.take(turn.text)
        floor.interview.answered(turn, self._wait, floor.place if counts else None)
        if turn.text:
            floor.silences.signs_of_life()
        if wanted is not None:
            self._requests.perform(wanted.control if isinstance(wanted, _Alone) else wanted)
        elif not turn.text:  # noise, a cough, or speech nobody could make out
            self._answer_silence("not_heard")
        elif broken_off is not None:
            self._replying.resume(broken_off)
        else:
            self._tell_doubts(turn)
            self._replying.think(Interview.proceed, draft)

    def _spoken_control(self, turn: Turn) -> Control | _Alone | None:
        asked = command(turn.text, self._library.personas)
        if asked is None:
            return None
        control = Control(asked.action, asked.persona, "spoken")
        return _Alone(control) if asked.alone else control

    def _answer_silence(self, line: LineSituation) -> None:
        floor = self._floor
        match floor.silences.next():
            case "invite":
                self._replying.speak(floor.interview.say(line))
            case "leave_question":
                self._replying.think(Interview.skip)
            case "stop":
                floor.note(
                    "hearing", "Nothing could be heard for two questions. Check with: interviewer doctor"
                )
                self._replying.speak(floor.interview.end("fault"))

    def _tell_doubts(self, turn: Turn) -> None:
        floor = self._floor
        sentence = None if self._doubt_told else doubt_about(turn)
        if sentence is not None:
            self._doubt_told = True
            floor.note("hearing", sentence)
        if floor.ended_by == "limit":
            minutes = round(floor.listener.patience.limit / 60)
            floor.note("hearing", f"The answer was taken after {minutes} minutes, the longest one can be.")

    def keep_what_was_said(self) -> None:
        """Store the words of an unfinished turn, as far as they can still be written down."""
        floor = self._floor
        if floor.phase not in ("listening", "finishing", "thinking") or not floor.listener.spoken:
            return
        place = floor.place if floor.phase == "thinking" else floor.interview.place
        floor.listener.close()
        turn = floor.listener.wait_for_turn("interrupted", floor.clock)
        if turn.text:
            floor.interview.answered(turn, None, place)
