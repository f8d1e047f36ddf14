"""Listens to one turn at a time: detects speech, keeps pre-roll, and writes it down while it is spoken.

The recogniser works on its own worker in chunks bounded by pauses, so that when the turn ends only the last chunk is
left to decode, however long the answer was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass

import numpy as np

from interviewer.domain import FRAME_SECONDS, EndedBy, Segment, Turn, Word
from interviewer.errors import InterviewerError
from interviewer.hearing.cues import is_brief
from interviewer.hearing.endpointing import Endpointer, Expectation, Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.prosody import HEARD_SECONDS, Prosody, measured
from interviewer.hearing.turn_end import Evidence, SilenceAllowed, silence_allowed
from interviewer.ports import Samples, SpeechDetector, Transcriber
from interviewer.workers import Worker

PREROLL_FRAMES = 10  # 320 ms before the detector is sure: soft onsets are not lost
LONG_CHUNK_SHARE = 0.6  # of the recogniser's chunk length, from which on any short pause closes the chunk
CHUNK_PAUSE_SECONDS = 0.3
COMMIT_PAUSE_SECONDS = 0.7  # a pause this long commits the text, so that its words can be judged
WORD_GAP_SECONDS = 0.09  # will do from the recogniser's chunk length on
PROSODY_SECONDS = 0.4  # of silence after which the sound of the last words is looked at, once a pause
HARD_CAP_SHARE = 1.5  # of that length: closing a chunk is linear in its length for some recognisers


@dataclass(frozen=True)
class Heard:
    """What one frame brought."""

    level: float  # root mean square, 0..1
    speech_began: bool
    chunk_closed: bool


class Listener:
    """One per session. All calls come from the live loop's thread; the transcriber is touched on its worker only."""

    def __init__(
        self,
        detector: SpeechDetector,
        transcriber: Transcriber,
        worker: Worker,
        patience: Patience,
        rule: SilenceAllowed = silence_allowed,
    ) -> None:
        """`rule` says how much silence ends a turn."""
        self.patience = patience
        self.coverage: float | None = None
        """Share of the rubric that the turn so far meets, where somebody judges it."""
        self.habit = PauseHabit()
        self._rule = rule
        self._brief = False
        self._detector = detector
        self._transcriber = transcriber
        self._worker = worker
        self._endpointer = Endpointer()
        self._preroll: deque[tuple[float, Samples]] = deque(maxlen=PREROLL_FRAMES)
        self._recent: deque[Samples] = deque(maxlen=round(HEARD_SECONDS / FRAME_SECONDS))
        self._prosody: Prosody | None = None
        self._chunk_started: float | None = None
        self._pending: list[tuple[float, Future[tuple[Segment, ...]]]] = []
        self._segments: list[Segment] = []
        self._partial: Future[str] | None = None
        self._caption = ""
        self._jobs: deque[Future[None]] = deque()  # whose results nobody waits for
        self._failures: deque[str] = deque()

    def expect(self, phrases: Sequence[str]) -> None:
        """Bias the recogniser towards what the question is about."""
        self._do(lambda: self._transcriber.prepare(phrases))

    def asked(self, words: str) -> None:
        """Whether a word or two can be a whole answer depends on the question."""
        self._brief = is_brief(words)

    def open(self, at: float, *, keep_speech: bool = False) -> None:
        """Begin a turn. With `keep_speech`, the stretch of speech under way, if any, is its beginning (a barge-in)."""
        keep_speech = keep_speech and self._endpointer.speaking
        self._endpointer.open(at, keep_speech=keep_speech)
        self._pending, self._segments = [], []
        self._prosody, self.coverage = None, None
        if not keep_speech:
            self._drop_chunk()
            self._caption = ""

    def take_failure(self) -> str | None:
        """What went wrong in the recogniser since last asked, one sentence at a time."""
        return self._failures.popleft() if self._failures else None

    def rest(self) -> None:
        """Stop listening (the interviewer has the floor and there are no headphones, or a pause)."""
        self._drop_chunk()
        self._preroll.clear()
        self._recent.clear()
        self._detector.reset()

    def hear(self, frame: Samples, at: float) -> Heard:
        """One more frame that starts at `at` seconds."""
        began = self._endpointer.hear(self._detector.probability(frame), at)
        self._recent.append(frame)
        self._follow_pause(began)
        closed = False
        if self._chunk_started is not None:
            self._feed(frame)
            closed = self._close_chunk_if_due(at + FRAME_SECONDS)
        elif (
            self._endpointer.speaking and self._endpointer.silence < FRAME_SECONDS / 2
        ):  # not in the gap after a cap
            self._start_chunk(at)
            self._feed(frame)
        else:
            self._preroll.append((at, frame))
        self._collect()
        return Heard(float(np.sqrt(np.mean(np.square(frame)))), began, closed)

    @property
    def speech_seconds(self) -> float:
        """Length of the stretch of speech under way; 0 in silence."""
        return self._endpointer.speaking_seconds

    @property
    def spoken(self) -> bool:
        return self._endpointer.spoken

    @property
    def settled(self) -> bool:
        """Whether something was said and all of it is written down, nobody speaking now."""
        return self.spoken and self._chunk_started is None and not self._pending

    @property
    def silence(self) -> float:
        return self._endpointer.silence

    @property
    def text(self) -> str:
        """Text committed so far in this turn."""
        return " ".join(segment.text for segment in self._segments)

    @property
    def caption(self) -> str:
        """Committed text and a guess at the rest, for the eyes only."""
        if self._partial is not None and self._partial.done() and self._partial.exception() is None:
            self._caption = self._partial.result()
        return f"{self.text} {self._caption}".strip()

    def refresh_caption(self) -> None:
        """Ask the recogniser for a guess at the open chunk, unless one is under way."""
        if self._chunk_started is not None and (self._partial is None or self._partial.done()):
            self._partial = self._worker.submit(self._transcriber.partial)

    @property
    def evidence(self) -> Evidence:
        """What is known of the pause under way."""
        written = self._chunk_started is None and not self._pending
        return Evidence(self.text if written else None, self._prosody, self._brief, self.coverage)

    @property
    def expectation(self) -> Expectation:
        return self.evidence.expectation

    def verdict(self) -> EndedBy | None:
        """Why the turn is over, or None while the candidate has the floor."""
        if self._endpointer.past_limit(self.patience):
            return "limit"
        if not self._endpointer.spoken or self._endpointer.speaking:
            return None
        evidence = self.evidence
        # Words that are still being written down might say "let me think": without them the rule is at its slowest.
        if self._endpointer.ended(self._rule(evidence, self.habit, self.patience)):
            return "phrase" if evidence.expectation == "finished" else "silence"
        return None

    def quiet(self) -> bool:
        return self._endpointer.quiet(self.patience)

    def close(self) -> None:
        """The turn is over: have the last chunk written down."""
        self._close_chunk()

    def turn(self, ended_by: EndedBy, at: float) -> Turn | None:
        """The turn, once every chunk is written down; None until then."""
        self._collect()
        if self._pending:
            return None
        return self._turn(ended_by, at)

    def turn_so_far(self, at: float) -> Turn:
        """What is written down already, while the candidate still has the floor."""
        self._collect()
        return self._turn("silence", at)

    def wait_for_turn(self, ended_by: EndedBy, at: float, timeout_seconds: float = 20.0) -> Turn:
        """The turn, waiting for the recogniser; without its last words when it takes too long or fails."""
        wait([future for _, future in self._pending], timeout_seconds)
        self._collect()
        return self._turn(ended_by, at)

    def _turn(self, ended_by: EndedBy, at: float) -> Turn:
        speech = self._endpointer.speech
        start = speech[0].start if speech else at
        segments = tuple(self._segments)
        return Turn(
            segments=segments,
            speech=speech,
            start=start,
            end=at,
            ended_by=ended_by,
            engine=self._transcriber.name,
        )

    @property
    def endpoint_wait(self) -> float:
        """Seconds from the last voice until now."""
        return self._endpointer.silence

    def _follow_pause(self, began: bool) -> None:
        """Look at the last words' sound once a pause is under way, and learn from its length when it is over."""
        silence = self._endpointer.silence
        if began:
            speech = self._endpointer.speech
            if len(speech) > 1 and self.expectation != "thinking":
                self.habit.note(speech[-1].start - speech[-2].end)
            self._prosody = None
        elif self._endpointer.spoken and silence - FRAME_SECONDS < PROSODY_SECONDS <= silence:
            self._prosody = measured(np.concatenate(self._recent))

    def _start_chunk(self, at: float) -> None:
        self._chunk_started = self._preroll[0][0] if self._preroll else at
        self._do(self._transcriber.start_chunk)
        for _, frame in self._preroll:
            self._feed(frame)
        self._preroll.clear()

    def _feed(self, frame: Samples) -> None:
        self._do(lambda: self._transcriber.feed(frame))

    def _close_chunk_if_due(self, now: float) -> bool:
        if self._chunk_started is None:
            return False
        length = now - self._chunk_started
        silence, enough = self._endpointer.silence, self._transcriber.chunk_seconds
        due = (
            length >= HARD_CAP_SHARE * enough
            or (length >= enough and silence >= WORD_GAP_SECONDS)
            or silence >= COMMIT_PAUSE_SECONDS
            or (length >= LONG_CHUNK_SHARE * enough and silence >= CHUNK_PAUSE_SECONDS)
        )
        if due:
            self._close_chunk()
        return due

    def _close_chunk(self) -> None:
        if self._chunk_started is not None:
            self._pending.append((self._chunk_started, self._worker.submit(self._transcriber.end_chunk)))
            self._chunk_started, self._partial, self._caption = None, None, ""

    def _drop_chunk(self) -> None:
        if self._chunk_started is not None:
            self._worker.submit(self._transcriber.end_chunk)
            self._chunk_started, self._partial, self._caption = None, None, ""

    def _do(self, job: Callable[[], None]) -> None:
        self._jobs.append(self._worker.submit(job))

    def _collect(self) -> None:
        """Take what the recogniser has finished. A chunk it failed on is missing in the text, and that is told."""
        while self._jobs and self._jobs[0].done():
            self._note_failure(self._jobs.popleft())
        while self._pending and self._pending[0][1].done():
            offset, future = self._pending.pop(0)
            if not self._note_failure(future):
                self._segments += [_shifted(segment, offset) for segment in future.result()]

    def _note_failure(self, future: Future[None] | Future[tuple[Segment, ...]]) -> bool:
        error = future.exception()
        if error is not None and not isinstance(error, InterviewerError):
            raise error  # a bug keeps its traceback
        if error is not None:
            self._failures.append(error.message)
        return error is not None


def _shifted(segment: Segment, offset: float) -> Segment:
    """Times of the session, to the millisecond: more digits would only swell a fact that is on disk before it is replied to."""

    def moved(piece: Segment | Word) -> dict[str, float]:
        return {"start": round(piece.start + offset, 3), "end": round(piece.end + offset, 3)}

    words = tuple(word.model_copy(update=moved(word)) for word in segment.words)
    return segment.model_copy(update=moved(segment) | {"words": words})
