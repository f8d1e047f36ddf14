"""From a stored session to what a person reads: the replay, and the report in each format."""

from __future__ import annotations

from typing import Literal

from interviewer.audio.recording import has_recording, mix_down, peaks
from interviewer.audio.sound_files import encode_for_page
from interviewer.library.content import Library
from interviewer.report import charts, html, machine, markdown, pdf, webvtt
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay
from interviewer.session.store import SessionStore

Form = Literal["html", "md", "pdf", "json", "vtt"]


def replay_of(store: SessionStore, session: str, library: Library) -> Replay:
    return build_replay(store.events(session), library.questions, library.personas)


def report_bytes(store: SessionStore, session: str, library: Library, form: Form) -> bytes:
    """The session's report as a file, texts in UTF-8; a page carries its sound inside."""
    replay = replay_of(store, session, library)
    if form == "pdf":
        return pdf.render(replay)
    if form == "html":
        return html.render(replay, _audio(store, session)).encode()
    return {"md": markdown.render, "json": machine.render, "vtt": webvtt.render}[form](replay).encode()


def _audio(store: SessionStore, session: str) -> html.Audio | None:
    """Both voices in one compressed track, or None where nothing was recorded."""
    if not has_recording(store.folder(session)):
        return None
    samples = mix_down(store.folder(session))
    encoded = encode_for_page(samples)
    return html.Audio(encoded.media_type, encoded.data, waveform_of(store, session))


def waveform_of(store: SessionStore, session: str) -> tuple[float, ...]:
    """What the page draws the recording from."""
    return tuple(peaks(store.folder(session), charts.WAVE_POINTS))
