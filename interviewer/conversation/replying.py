"""The interviewer's side of the floor: chooses what to say on a worker, then says it. Nobody is talked over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from interviewer.conversation.controls import Control
from interviewer.conversation.floor import Floor
from interviewer.conversation.interview import Draft, Interview, Place, Saying
from interviewer.errors import EngineError
from interviewer.hearing.endpointing import Patience
from interviewer.hearing.own_echo import is_own_echo, samples_played_before

BARGE_IN_SECONDS = 0.45  # longer than a cough or "mm-hm"; pipecat and livekit wait 0.5 s
ACKNOWLEDGE_SECONDS = 0.7  # of choosing a reply, after which silence sounds like a fault
MODEL_SECONDS = 20.0  # for choosing a reply with a language model, which has 8 s for its words
JUDGE_SECONDS = 90.0  # without one: a slow machine needs some to read a rubric for the first time
ENDED_FOR_GOOD = ("key", "limit")  # whatever is said after it
NOTICING_SECONDS = 0.3  # after the reply's first sound: who speaks up before has not noticed it
RESUMED_SILENCE_SECONDS = 1.0  # after words that came while the reply was being chosen
HEARS_ITSELF = (
    "The microphone hears the loudspeaker: that does not count as speaking. With headphones, or with "
    "--no-headphones, the interviewer is not disturbed by itself."
)
Choose = Callable[[Interview], Saying]


@dataclass(frozen=True)
class BrokenOff:
    """What was left of a saying when the candidate spoke up. `talked_over`: what they were still answering, if that."""

    rest: str
    last: bool
    talked_over: Place | None


class Replying:
    """`go_on_thinking` and `go_on_speaking` are called with every frame of their phase and never wait."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._aside = False  # a word thrown in while the candidate keeps the floor
        self._is_reply = False
        self._said_lead, self._acknowledge_at = "", 0.0
        self.acknowledging = False
        """Whether the first words of a reply are being said while the others are chosen."""
        self._broken_off: BrokenOff | None = None
        self._spoken_over = False  # by speech under way
        self._hears_itself = False
        self._reply: Future[Draft] | None = None
        self._choose: Choose = Interview.proceed
        self._late_at = 0.0
        self._wanted: Control | None = None  # asked for while the reply is being chosen

    def think(self, choose: Choose, draft: Future[Draft] | None = None) -> None:
        """Have a reply chosen; it is said as soon as it is there and the candidate is silent.

        `draft` is such a reply that was begun before.
        """
        floor = self._floor
        floor.phase = "thinking"
        floor.listener.open(floor.clock, keep_speech=True)
        self._broken_off, self._wanted = None, None
        self._choose = choose
        self._said_lead, self._acknowledge_at = "", floor.clock + ACKNOWLEDGE_SECONDS
        self._late_at = floor.clock + self._seconds_allowed
        self._reply = draft or self._begin()

    @property
    def _seconds_allowed(self) -> float:
        return MODEL_SECONDS if self._floor.interview.has_model else JUDGE_SECONDS

    def _begin(self) -> Future[Draft]:
        floor, choose = self._floor, self._choose
        return floor.thinker.submit(lambda: floor.interview.draft(choose, None, floor.hear_lead))

    def instead(self, control: Control) -> None:
        """Something else is wanted than the reply that is being chosen, which nobody has heard."""
        self._wanted = control
        needed = control.action == "pause"  # the reply is what follows a pause
        if self._reply is not None and (needed or not self._reply.cancel()):
            self._floor.interview.hurry()

    def go_on_thinking(self) -> Control | None:
        """Say the reply when it is there; returns what is to be done in its place, if that was asked for."""
        floor = self._floor
        if self._reply is None:
            return None
        if not self._reply.done() and floor.clock >= self._late_at:
            self._give_up()
        at_once = self._wanted is not None and self._wanted.action != "pause"
        if not (at_once or self._reply.done()):
            self._acknowledge_if_late()
            return None
        if not self._late_words_taken():
            return None
        reply, self._reply = self._reply, None
        wanted, self._wanted = self._wanted, None
        if wanted is not None and at_once:
            return wanted
        saying = floor.interview.commit(reply.result(), self._said_lead)
        if wanted is not None and not saying.last:
            return wanted
        if floor.reply_clock is not None:
            floor.reply_clock.mark_chosen()
        self.speak(saying, replying=True)
        return None

    def _acknowledge_if_late(self) -> None:
        """Its first words are fixed and ready as sound long before a language model has found the others."""
        floor = self._floor
        if self._said_lead or not floor.lead or self._wanted is not None or floor.listener.spoken:
            return
        if floor.clock >= self._acknowledge_at:
            self._said_lead, self._is_reply, self.acknowledging = floor.lead, False, True
            floor.phase = "speaking"
            if not floor.sound.headphones:
                floor.listener.rest()
            floor.speaking.begin(floor.interview.acknowledge(floor.lead), None)

    def _give_up(self) -> None:
        """Whatever chooses the reply hangs: go on without the language model, or stop when there is none to blame."""
        floor = self._floor
        floor.thinker.renew()
        if not floor.interview.has_model:
            raise EngineError(
                "judge",
                f"The interviewer's next words could not be chosen within {JUDGE_SECONDS:g} s.",
                "Is the machine overloaded? See: interviewer doctor",
                retryable=True,
            )
        floor.interview.leave_model(f"The language model gave no reply for {MODEL_SECONDS:g} s.")
        self._late_at = floor.clock + self._seconds_allowed
        self._reply = self._begin()

    def _late_words_taken(self) -> bool:
        """Whoever went on after the turn was taken is heard out, and their words are stored."""
        floor, listener = self._floor, self._floor.listener
        if not listener.spoken or floor.ended_by in ENDED_FOR_GOOD:
            return True
        if listener.silence < RESUMED_SILENCE_SECONDS:
            return False
        listener.close()
        late = listener.turn("silence", floor.clock)
        if late is None:
            return False
        if late.text and floor.place is not None:
            floor.interview.answered(late, None, floor.place)
        listener.open(floor.clock)
        return True

    def speak(self, saying: Saying, *, aside: bool = False, replying: bool = False) -> None:
        """Say it now. `aside`: the candidate keeps the floor; `replying`: the wait for it is measured."""
        floor, listener = self._floor, self._floor.listener
        self._aside, floor.phase = aside, "speaking"
        self._broken_off, self._is_reply = None, replying
        reply_clock, floor.reply_clock = (floor.reply_clock if replying else None), None
        if not aside:
            listener.open(floor.clock)
            listener.patience = Patience.of(saying.persona.patience_seconds, saying.persona.nudge_seconds)
            if replying:
                listener.asked(saying.text)
        if not floor.sound.headphones:
            listener.rest()
        floor.speaking.begin(saying, reply_clock)
        self.go_on_speaking()
        if not aside:  # while it is heard, not before its first sound: each takes a tenth of a second
            listener.expect(floor.interview.recognition_phrases())
            floor.thinker.submit(floor.interview.prepare)
            for lead in floor.interview.leads():
                floor.speaking.prepare(Saying(lead, saying.persona))

    def go_on_speaking(self) -> None:
        """The voice grows soft when the candidate begins to speak, and stops when it is no "mm-hm"."""
        floor = self._floor
        if floor.speaking.go_on():
            self.stop_speaking(interrupted=False)
        elif floor.sound.headphones:
            self._give_way(floor.listener.speech_seconds)

    def _give_way(self, speech: float) -> None:
        begins, self._spoken_over = speech > 0 and not self._spoken_over, speech > 0
        sure = speech >= BARGE_IN_SECONDS
        own = (begins or sure) and self._is_own_echo()
        self._floor.speaking.duck(speech > 0 and not self._hears_itself)
        if sure and own:
            self._floor.listener.open(self._floor.clock)  # it begins no answer
        elif sure:
            self.stop_speaking(interrupted=True)

    def _is_own_echo(self) -> bool:
        """Whether what was taken for speech is our own voice, in spite of the headphones the user has told of."""
        floor = self._floor
        heard = np.concatenate(floor.last_frames)
        own = is_own_echo(heard, floor.speaking.last_played(samples_played_before(heard)))
        if own and not self._hears_itself:
            self._hears_itself = True
            floor.note("sound", HEARS_ITSELF)
        return own

    @property
    def broken_off(self) -> BrokenOff | None:
        """What the candidate interrupted, while it may still be said."""
        return self._broken_off

    def yield_the_floor(self) -> None:
        """The interruption was meant: what was left to say is not said, unless nobody could have meant to interrupt it."""
        if self._broken_off is not None and self._broken_off.talked_over is None:
            self._broken_off = None

    def resume(self, broken_off: BrokenOff) -> None:
        """Say the rest, from the sentence on that was broken off."""
        self.speak(self._floor.interview.resume(broken_off.rest, last=broken_off.last))

    def _early(self) -> bool:
        """Whether the candidate spoke up before they can have noticed that a reply began: their turn was not over."""
        floor = self._floor
        if not self._is_reply or floor.place is None or floor.ended_by in ENDED_FOR_GOOD:
            return False
        return floor.clock - floor.listener.speech_seconds < floor.speaking.began + NOTICING_SECONDS

    def stop_speaking(self, *, interrupted: bool) -> None:
        """The candidate gets the floor; after the last words of all nobody does."""
        floor, saying = self._floor, self._floor.speaking.saying
        if self.acknowledging:  # the reply is still to come, and hears out whoever spoke up
            floor.speaking.stop(interrupted=interrupted)
            self.acknowledging, floor.phase = False, "thinking"
            return
        early = interrupted and self._early()
        rest = floor.speaking.stop(interrupted=interrupted)
        last = saying is not None and saying.last
        if early and saying is not None:
            rest = rest or saying.text  # however little of it was left: they were speaking all the while
        if last and not early:
            floor.phase = "over"
            return
        if not self._aside:
            self._broken_off = BrokenOff(rest, last, floor.place if early else None) if rest else None
            floor.listener.open(floor.clock, keep_speech=interrupted or not self._hears_itself)
        self._aside = False
        floor.phase = "listening"
