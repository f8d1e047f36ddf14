"""Every content file that was asked for, read as far as it can be: one broken file does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from interviewer.domain import Loop, Persona, Question
from interviewer.library import places
from interviewer.library.yaml_reader import ContentError, Document, Loc, Mistake, read_yaml

N = TypeVar("N", bound=Question | Persona | Loop)

Remark = tuple[Loc, str]
"""Where in a noun something is wrong, as the path of its fields, and what."""


@dataclass(frozen=True)
class Entry(Generic[N]):
    """A noun and the place it was read from."""

    noun: N
    document: Document
    loc: Loc = ()

    def mistake(self, remark: Remark) -> Mistake:
        """The remark with its file, its line and the noun's id."""
        where, said = remark
        line = self.document.line((*self.loc, *where))
        return Mistake(self.document.path, line, f"{self.noun.id}: {said}")


@dataclass
class Shelf:
    """What was read, in order of reading; `mistakes` holds what could not be."""

    questions: list[Entry[Question]] = field(default_factory=list)
    personas: list[Entry[Persona]] = field(default_factory=list)
    loops: list[Entry[Loop]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def bank(self) -> dict[str, Question]:
        """Questions by id; as when they are asked, the one read last counts."""
        return {entry.noun.id: entry.noun for entry in self.questions}

    @property
    def people(self) -> dict[str, Persona]:
        return {entry.noun.id: entry.noun for entry in self.personas}


def read_everything() -> Shelf:
    """Our own content and the user's packs laid over it."""
    folders = (*places.question_folders(), *places.persona_folders(), *places.loop_folders())
    return read_shelf([sorted(folder.glob("*.y*ml")) for folder in folders])


def read_shelf(folders: Iterable[Sequence[Path]]) -> Shelf:
    """The files of each folder. Within a folder an id may stand once only; a later folder may replace it."""
    shelf = Shelf()
    for paths in folders:
        before = len(shelf.questions), len(shelf.personas), len(shelf.loops)
        for path in paths:
            try:
                _read(read_yaml(path), shelf)
            except ContentError as error:
                shelf.mistakes += error.mistakes
        shelf.mistakes += twice(shelf.questions[before[0] :])
        shelf.mistakes += twice(shelf.personas[before[1] :])
        shelf.mistakes += twice(shelf.loops[before[2] :])
    return shelf


def twice(entries: Sequence[Entry[N]], taken: Iterable[Entry[N]] = ()) -> Iterator[Mistake]:
    """Entries whose id stands in an earlier one or among `taken`."""
    known = {entry.noun.id: entry for entry in taken}
    for entry in entries:
        first = known.setdefault(entry.noun.id, entry)
        if first is not entry:
            line = first.document.line((*first.loc, "id"))
            yield entry.mistake((("id",), f"this id is also that of {first.document.path}, line {line}"))


def _read(document: Document, shelf: Shelf) -> None:
    data = document.data if isinstance(document.data, dict) else {}
    folder = document.path.parent.name
    if "rounds" in data or folder == "loops":
        shelf.loops.append(Entry(document.validate(Loop), document))
    elif "lines" in data or folder == "personas":
        shelf.personas.append(Entry(document.validate(Persona), document))
    elif isinstance(data.get("questions"), list):
        for index in range(len(data["questions"])):
            _read_question(document, ("questions", index), shelf)
    else:
        mistake = Mistake(document.path, 1, "expected 'questions:' with a list under it.")
        raise ContentError([mistake], "Mend the file.")


def _read_question(document: Document, loc: Loc, shelf: Shelf) -> None:
    try:
        shelf.questions.append(Entry(document.validate(Question, loc), document, loc))
    except ContentError as error:
        shelf.mistakes += error.mistakes
