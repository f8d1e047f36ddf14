"""The transcript as a text file to correct: one block for each spoken turn, and what comes back as facts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from interviewer.domain import Turn
from interviewer.errors import InterviewerError
from interviewer.session.corrections import corrected, marked_segments
from interviewer.session.events import Answered, Event, FollowUpAsked, QuestionAsked, TurnCorrected

NOTHING_SAID = "-"
_HEADER = re.compile(r"\[turn (\d+)\]\s*$")
_INTRODUCTION = """\
# What the recogniser wrote of your answers in session {session}.
# Put the words right, save the file and close the editor; your answers are then scored again.
#
# {{Words in braces}} were hard to make out. Take the braces away when they are right, or write what you said.
# A turn that you leave alone, or delete from this file, stays as it is. A turn of a single dash (-) was never said.
# Lines that begin with # are not read. Change the words only to what you really said: the first text is kept beside.
"""


@dataclass(frozen=True)
class SpokenTurn:
    """A turn that counts as an answer. `number` is its place among the session's Answered facts, from 1."""

    number: int
    question: str
    asked: str
    turn: Turn
    at: float


def spoken_turns(events: Sequence[Event]) -> list[SpokenTurn]:
    """The recognised answers as they read now, in order; typed ones and commands are not among them."""
    turns: dict[int, SpokenTurn] = {}
    asked, number = "", 0
    for event in events:
        match event:
            case QuestionAsked() | FollowUpAsked():
                asked = event.text
            case Answered():
                number += 1
                if event.question is not None and not event.turn.typed:
                    turns[number] = SpokenTurn(number, event.question, asked, event.turn, event.turn.start)
            case TurnCorrected() if event.number in turns:
                old = turns[event.number]
                turns[event.number] = SpokenTurn(old.number, old.question, old.asked, event.turn, old.at)
            case _:
                pass
    return list(turns.values())


def document(session: str, turns: Sequence[SpokenTurn]) -> str:
    """The file to edit."""
    parts = [_INTRODUCTION.format(session=session)]
    for spoken in turns:
        minutes, seconds = divmod(int(spoken.at), 60)
        again = ", corrected before" if spoken.turn.corrected else ""
        lines = marked_segments(spoken.turn) or [NOTHING_SAID]
        parts.append(
            f"[turn {spoken.number}]\n# {minutes}:{seconds:02}{again}. You were asked: {spoken.asked}\n"
            + "".join(f"  {line}\n" for line in lines)
        )
    return "\n".join(parts)


def corrections(session: str, turns: Sequence[SpokenTurn], text: str, at: float) -> list[TurnCorrected]:
    """The corrections in an edited file, only those that change something. InterviewerError for what cannot be read."""
    if not turns:
        raise InterviewerError(
            f"Session {session} holds no spoken answer, so there is no transcript to correct.",
            f"Score it as it is: interviewer score {session}",
        )
    known = {spoken.number: spoken for spoken in turns}
    made = []
    for number, body in _blocks(text):
        if number not in known:
            raise InterviewerError(
                f"There is no spoken answer 'turn {number}' in session {session}.",
                f"Its spoken answers are: {', '.join(f'turn {n}' for n in known)}.",
            )
        if not body:
            raise InterviewerError(
                f"Turn {number} holds no words.",
                "Delete its heading too to leave it as it is, or write a single dash (-) when nothing was said.",
            )
        turn = corrected(known[number].turn, "" if body == NOTHING_SAID else body)
        if turn is not None:
            made.append(TurnCorrected(at=at, number=number, turn=turn))
    if not made:
        raise InterviewerError(
            "Nothing was changed: every turn reads as before.",
            f"Score it as it is: interviewer score {session}",
        )
    return made


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Turn number -> its words on one line. InterviewerError for text outside of blocks, twice the same, or none."""
    found: dict[int, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            turn = int(header.group(1))
            if turn in found:
                _refuse(number, f"turn {turn} stands there twice", "Keep one of them.")
            current = found[turn] = []
        elif line.startswith("#") or not line.strip():
            continue
        elif line.startswith("["):
            _refuse(number, f"'{line.strip()}' names no turn", "Headings read like [turn 3].")
        elif current is None:
            _refuse(number, "these words belong to no turn", "Put a heading such as [turn 3] above them.")
        else:
            current.append(line.strip())
    if not found:
        raise InterviewerError(
            "The corrections hold no turn: the file is empty, or all of it is comment.",
            "Get the file anew with: interviewer score SESSION --edit",
        )
    return iter((turn, " ".join(lines)) for turn, lines in found.items())


def _refuse(line: int, what: str, hint: str) -> NoReturn:
    raise InterviewerError(f"The corrections cannot be read: line {line}, {what}.", hint)
