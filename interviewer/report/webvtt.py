"""The transcript as WebVTT captions: one cue per piece of speech, with the speaker as its voice.

Typed answers have no time in the sound and therefore no cue; a note says how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from interviewer.report.model import Line, Piece, Replay
from interviewer.report.wording import corrected_sentence

SHORTEST_CUE_SECONDS = 0.1
_MOST_CHARACTERS = 160


def render(replay: Replay) -> str:
    """The file's text. Cues are in the order of their start, as players expect."""
    cues = sorted((cue for line in replay.lines for cue in _cues(line)), key=lambda cue: (cue[0], cue[1]))
    typed = sum(line.typed for line in replay.lines)
    blocks = ["WEBVTT", f"NOTE\nSession {_note(replay.session)}"]
    if typed:
        blocks.append(f"NOTE\n{typed} typed answers have no place in the sound and are left out.")
    if replay.corrected_lines:
        blocks.append(f"NOTE\n{_note(corrected_sentence(replay.corrected_lines))}")
    blocks += [
        f"{number}\n{timestamp(start)} --> {timestamp(end)}\n{payload}"
        for number, (start, end, payload) in enumerate(cues, 1)
    ]
    return "\n\n".join(blocks) + "\n"


def timestamp(seconds: float) -> str:
    """'00:01:02.345', with as many hours as it takes."""
    milliseconds = round(max(seconds, 0.0) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _cues(line: Line) -> Iterator[tuple[float, float, str]]:
    if line.typed:
        return
    for piece in line.pieces:
        for start, end, offset, text in _split(piece):
            said = f"<i>{_escape(text)}</i>" if piece.doubtful else _said(piece, offset, text)
            yield start, max(end, start + SHORTEST_CUE_SECONDS), f"<v {_voice(line.name)}>{said}</v>"


def _said(piece: Piece, offset: int, text: str) -> str:
    """A cue's text, which begins at `offset` of the piece, with the words in italics that were hard to make out."""
    shown, done = "", 0
    for word in piece.words:
        start = word.offset - piece.offset - offset
        stop = start + word.length
        spelled = piece.text[start + offset : stop + offset]
        if word.doubtful and start >= done and text[start:stop] == spelled:
            shown += f"{_escape(text[done:start])}<i>{_escape(spelled)}</i>"
            done = stop
    return shown + _escape(text[done:])


def _split(piece: Piece) -> Iterator[tuple[float, float, int, str]]:
    """A piece too long for the screen is cut between words; the times are shared out by length."""
    text = " ".join(piece.text.split())
    begun = 0
    while begun < len(text):
        stop = len(text)
        if stop - begun > _MOST_CHARACTERS:
            space = text.rfind(" ", begun, begun + _MOST_CHARACTERS)
            stop = space if space > begun else begun + _MOST_CHARACTERS
        share = (piece.end - piece.start) / len(text)
        yield piece.start + begun * share, piece.start + stop * share, begun, text[begun:stop].strip()
        begun = stop + (text[stop : stop + 1] == " ")


def _escape(text: str) -> str:
    # With '>' escaped no text can be taken for the arrow of a cue's timings.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _voice(name: str) -> str:
    return re.sub(r"\s+", " ", _escape(name)).strip() or "Speaker"


def _note(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("-->", "->")
