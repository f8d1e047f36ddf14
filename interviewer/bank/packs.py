"""Taking in what people bring: a pack of whole questions, or plain questions that become drafts."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from interviewer.bank.drafts import Draft, identifier_from, write_draft
from interviewer.bank.plain_questions import read_plain_questions
from interviewer.bank.question_checks import left_to_write
from interviewer.bank.shelf import Entry, Shelf, read_everything, read_shelf, twice
from interviewer.domain import Kind, Level, Question
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.yaml_reader import ContentError


@dataclass(frozen=True)
class TakenPack:
    """A pack that now lies at `path`. `replaced`: ids of questions of ours that it stands in for."""

    path: Path
    questions: tuple[str, ...]
    replaced: tuple[str, ...]


@dataclass(frozen=True)
class TakenDrafts:
    """Drafts written, and those that were there before and were left alone."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def take_pack(path: Path, *, replace: bool = False) -> TakenPack:
    """Copy a pack of questions among the user's own. ContentError when it is not whole, InterviewerError when its
    place is taken and it may not `replace` what is there."""
    target = places.question_folders()[-1] / f"{path.stem}.yaml"
    pack = read_shelf([[path]])
    _check(path, target, pack)
    if target.exists() and not replace and target.read_bytes() != path.read_bytes():
        raise InterviewerError(f"{target} is there already and differs.", "Replace it: --replace")
    _copy(path, target)
    ours = {entry.noun.id for entry in _at_home(read_everything(), places.question_folders()[0])}
    ids = tuple(entry.noun.id for entry in pack.questions)
    return TakenPack(target, ids, tuple(i for i in ids if i in ours))


def take_plain_questions(path: Path, kind: Kind) -> TakenDrafts:
    """Write a draft for each question of a CSV or JSONL file. ContentError with its mistakes by line."""
    folder = places.drafts_folder()
    taken = set(read_everything().bank)
    written, kept = [], []
    for plain in read_plain_questions(path):
        name = identifier_from(plain.question, taken)
        taken.add(name)
        levels: tuple[Level, ...] = plain.levels or get_args(Level)
        source = f"own: {path.name}"
        draft = Draft(name, kind, plain.topic, levels, plain.question, plain.answer, source)
        target = folder / f"{name}.yaml"
        if target.exists():
            kept.append(target)
        else:
            write_draft(draft, target)
            written.append(target)
    return TakenDrafts(tuple(written), tuple(kept))


def _check(path: Path, target: Path, pack: Shelf) -> None:
    """That the pack can be loaded beside the user's other packs, and nothing in it is still to be written."""
    hint = f"Mend the file, then check it with: interviewer questions lint {shlex.quote(str(path))}"
    mistakes = list(pack.mistakes)
    if not mistakes and not pack.questions:
        raise InterviewerError(
            f"There is no question in {path}.", "Expected 'questions:' with a list under it."
        )
    for entry in pack.questions:
        mistakes += [entry.mistake(remark) for remark in left_to_write(entry.noun)]
    own = [e for e in _at_home(read_everything(), target.parent) if e.document.path.name != target.name]
    mistakes += twice(pack.questions, own)
    if mistakes:
        raise ContentError(sorted(set(mistakes)), hint)


def _at_home(shelf: Shelf, folder: Path) -> list[Entry[Question]]:
    return [entry for entry in shelf.questions if entry.document.path.parent == folder]


def _copy(path: Path, target: Path) -> None:
    """Whole or not at all: a half-written pack would stop every session."""
    if target.exists() and path.samefile(target):
        return
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(path.read_bytes())
        partial.replace(target)
    except OSError as error:
        raise InterviewerError(f"{target} could not be written: {error}.", "Check the folder.") from error
