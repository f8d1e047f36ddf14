"""One session under way: the thread that holds the interview, and the one page that speaks with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from interviewer.assembly.engine_desk import EngineDesk
from interviewer.assembly.engines import Engines
from interviewer.assembly.sessions import (
    candidate_sound,
    resume_session,
    score_session,
    spoken_conversation,
    typed_conversation,
)
from interviewer.audio.recording import recorded_seconds
from interviewer.conversation.controls import Control, Controls
from interviewer.conversation.interview import Saying
from interviewer.conversation.journal import Journal
from interviewer.errors import InterviewerError
from interviewer.library.content import Library
from interviewer.session.events import Event
from interviewer.session.state import SessionState
from interviewer.session.store import SessionStore
from interviewer.web.keyboard import BrowserKeyboard, StoppableClock
from interviewer.web.microphone import BrowserMicrophone
from interviewer.web.protocol import (
    Finished,
    Hello,
    InUse,
    Notes,
    Played,
    Press,
    RefusedError,
    Scoring,
    Stopped,
    ToPage,
    Typed,
    Welcome,
    frame_from_page,
)
from interviewer.web.screen import Screen
from interviewer.web.speaker import BrowserSpeaker

NOTES_FILE = "notes.txt"
log = logging.getLogger(__name__)


class Page(Protocol):
    """One page on the line. `send` may be called from any thread and never waits."""

    @property
    def name(self) -> str: ...

    def send(self, message: ToPage | bytes) -> None: ...

    def hang_up(self) -> None:
        """Send what is queued, then close the line."""
        ...


class Room:
    """`join`, `leave` and `receive` belong to the line's thread; the interview runs on a thread of its own."""

    def __init__(
        self,
        session: str,
        store: SessionStore,
        library: Library,
        desk: EngineDesk,
        on_over: Callable[[Room], None],
    ) -> None:
        """UnknownNameError when there is no such session."""
        events = store.events(session)
        self.session = session
        self._store = store
        self._library = library
        self._desk = desk
        self._on_over = on_over
        self._state: SessionState = store.state(session)
        started = self._state.started
        assert started is not None  # a session's first fact
        self._typed = started.typed
        self._fresh = len(events) == 1
        self._lock = threading.RLock()
        self._page: Page | None = None
        self._farewell: ToPage | None = None
        self._headphones = False
        self._microphone = BrowserMicrophone()
        self._speaker = BrowserSpeaker(self._tell)
        self._keyboard = BrowserKeyboard()
        self._clock = StoppableClock(self._state.clock)
        self._controls = Controls()
        self._screen = Screen(library, started, self._tell)
        for event in events:
            self._screen.on_event(event)
        self._thread = threading.Thread(target=self._run, name=f"room-{session}", daemon=True)

    # -- the line's side -------------------------------------------------------------------------------------------

    def join(self, page: Page, hello: Hello) -> bool:
        """Give the session to this page; False, and it is told, when another has it. The first one starts it."""
        with self._lock:
            held = self._page
            if held is not None and held.name != hello.page and not hello.take_over:
                page.send(InUse())
                return False
            if held is not None and held is not page:
                if (
                    held.name != page.name
                ):  # or it is the same page, back before its old line was seen to be down
                    held.send(InUse(message="This interview goes on in another tab or window."))
                held.hang_up()
            self._page = page
            self._headphones = hello.headphones
            page.send(self._welcome(self._microphone.begin(hello.page)))
            if self._screen.moment.phase != "paused":
                self._clock.run()
            if self._farewell is not None:
                page.send(self._farewell)
        # not under the lock: the speaker has one of its own, under which it tells the page what it plays
        self._speaker.rejoin(hello.utterance, hello.pieces)
        if not self._thread.ident:
            self._thread.start()
        return True

    def leave(self, page: Page) -> bool:
        """The page's line is down; True when nobody has the session now."""
        with self._lock:
            if self._page is not page:
                return False
            self._page = None
            self._clock.stop()
            return True

    @property
    def deserted(self) -> bool:
        return self._page is None

    def close(self) -> None:
        """Nobody comes back, or the program ends: what was said is stored, and the session can be resumed."""
        self._microphone.close()
        self._keyboard.put(None)

    def wait(self, seconds: float) -> None:
        if self._thread.ident:
            self._thread.join(seconds)

    def receive(self, message: Press | Typed | Played | Notes) -> None:
        """Obey the page. RefusedError when that cannot be."""
        match message:
            case Played(utterance=utterance, seconds=seconds):
                self._speaker.played(utterance, seconds)
            case Notes(text=text):
                folder = self._store.folder(self.session)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / NOTES_FILE).write_text(text, encoding="utf-8")
            case Typed(text=text):
                self._take_typed(text)
            case Press():
                self._take_press(message)

    def receive_frame(self, data: bytes) -> None:
        """One frame of the microphone. RefusedError when it is none, or comes where nobody listens."""
        if self._typed:
            raise RefusedError("This interview is held at the keyboard: no sound is wanted.")
        number, samples = frame_from_page(data)
        self._microphone.put(number, samples)

    def _take_typed(self, text: str) -> None:
        if not text.strip():
            raise RefusedError("The answer is empty.")
        if not self._typed:
            self._controls.answer(text.strip())
            return
        if self._screen.moment.phase not in ("listening", "paused"):
            raise RefusedError("The interviewer is about to speak: read on before you answer.")
        self._clock.run()
        self._screen.show_phase("thinking", self._clock.now())
        self._keyboard.put(text)

    def _take_press(self, press: Press) -> None:
        if press.action == "switch":
            try:
                self._library.persona(press.persona or "")
            except InterviewerError as error:
                raise RefusedError(error.message) from None
        if not self._typed:
            self._controls.press(press.action, press.persona)
        elif press.action == "pause":
            self._toggle_pause()
        elif press.action == "done":
            raise RefusedError("Type your answer first.")
        else:
            self._clock.run()
            self._keyboard.put(Control(press.action, press.persona, "command"))

    def _toggle_pause(self) -> None:
        if self._clock.running:
            self._clock.stop()
            self._screen.show_phase("paused", self._clock.now())
        else:
            self._clock.run()
            self._screen.show_phase("listening", self._clock.now())

    def _welcome(self, next_frame: int) -> Welcome:
        notes = self._store.folder(self.session) / NOTES_FILE
        return Welcome(
            session=self.session,
            typed=self._typed,
            next_frame=next_frame,
            lines=tuple(self._screen.lines),
            where=self._screen.where(self._state),
            moment=self._screen.moment,
            notes=notes.read_text(encoding="utf-8") if notes.exists() else "",
        )

    def _tell(self, message: ToPage | bytes) -> None:
        with self._lock:
            if self._page is not None:
                self._page.send(message)

    # -- the interview's side --------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            with self._store.hold(self.session):
                farewell = self._hold()
        except InterviewerError as error:
            farewell = Stopped(message=error.message, hint=error.hint)
        except Exception:
            log.exception("session %s", self.session)
            farewell = Stopped(
                message="A mistake in the program stopped this interview. Everything said so far is kept.",
                hint="Its traceback is in the terminal in which the server runs.",
            )
        with self._lock:
            self._farewell = farewell
            self._on_over(self)
            self._tell(farewell)
            if self._page is not None:
                self._page.hang_up()

    def _hold(self) -> ToPage:
        """Hold the interview to its end and score it; what the page is told in the end."""
        if self._state.ended:
            journal = Journal(self._store, self.session, self._state)
        elif self._typed:
            journal = self._by_keyboard(self._desk.typed())
        else:
            with self._desk.spoken() as engines:
                journal = self._by_voice(engines)
        if not journal.state.ended:
            return Stopped(message="The interview rests. Everything said so far is kept.")
        if journal.state.scorecard is None:
            with self._desk.scoring:
                sound = candidate_sound(self._store.folder(self.session))
                score_session(journal, self._library, self._desk.typed(), self._show_scoring, sound)
        return Finished(address=f"/sessions/{self.session}")

    def _by_voice(self, engines: Engines) -> Journal:
        journal = self._open_journal(engines)
        with spoken_conversation(
            self._store,
            journal,
            self._library,
            engines,
            self._microphone,
            self._speaker,
            headphones=self._headphones,
            controls=self._controls,
            monotonic=time.monotonic,
            on_live=self._screen.on_live,
        ) as conversation:
            conversation.run()
        return journal

    def _by_keyboard(self, engines: Engines) -> Journal:
        journal = self._open_journal(engines)

        def ask(saying: Saying) -> str | Control | None:
            if saying.last:
                return None
            self._screen.show_phase("listening", self._clock.now())
            reply = self._keyboard.take()
            self._screen.show_phase("thinking", self._clock.now())
            return reply

        typed_conversation(journal, self._library, engines, ask, self._clock.now).run()
        return journal

    def _open_journal(self, engines: Engines) -> Journal:
        if self._fresh:
            journal = Journal(self._store, self.session, self._state)
        else:
            seconds = 0.0 if self._typed else recorded_seconds(self._store.folder(self.session))
            now = datetime.now().astimezone()
            journal = resume_session(self._store, self.session, engines, now=now, recorded_seconds=seconds)

        def on_event(event: Event) -> None:
            with self._lock:
                self._state = journal.state
                self._screen.on_event(event)
                self._tell(self._screen.where(journal.state))

        journal.watchers.append(on_event)
        return journal

    def _show_scoring(self, done: int, total: int) -> None:
        self._tell(Scoring(done=done, total=total))
