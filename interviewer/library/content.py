"""The library a session draws from: personas, questions and loops by id, the user's own packs laid over ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from interviewer.domain import Loop, Persona, Question
from interviewer.errors import UnknownNameError
from interviewer.library import places
from interviewer.library.yaml_reader import ContentError, Document, Mistake, read_yaml

T = TypeVar("T")


@dataclass(frozen=True)
class Library:
    personas: Mapping[str, Persona]
    questions: Mapping[str, Question]
    loops: Mapping[str, Loop]

    def persona(self, name: str) -> Persona:
        return _named("persona", name, self.personas, "interviewer personas")

    def question(self, name: str) -> Question:
        return _named("question", name, self.questions, "interviewer questions list")

    def loop(self, name: str) -> Loop:
        return _named("loop", name, self.loops, "interviewer loops")


def load_library(
    persona_folders: Iterable[Path] | None = None,
    question_folders: Iterable[Path] | None = None,
    loop_folders: Iterable[Path] | None = None,
) -> Library:
    """Everything there is to ask, from the usual places unless others are named. ContentError names file and line."""
    personas: dict[str, Persona] = {}
    for document in _documents(places.persona_folders() if persona_folders is None else persona_folders):
        persona = document.validate(Persona)
        personas[persona.id] = persona
    questions: dict[str, Question] = {}
    for folder in places.question_folders() if question_folders is None else question_folders:
        questions |= _read_questions(folder)
    loops: dict[str, Loop] = {}
    for document in _documents(places.loop_folders() if loop_folders is None else loop_folders):
        loop = document.validate(Loop)
        _check_personas(document, loop, personas)
        loops[loop.id] = loop
    return Library(personas, questions, loops)


def _read_questions(folder: Path) -> dict[str, Question]:
    """Questions of one folder by id; within a folder an id may stand once only."""
    found: dict[str, Question] = {}
    for document in _documents([folder]):
        entries = document.data.get("questions") if isinstance(document.data, dict) else None
        if not isinstance(entries, list):
            mistake = Mistake(document.path, 1, "expected 'questions:' with a list under it.")
            raise ContentError([mistake], "Mend the file.")
        for index in range(len(entries)):
            question = document.validate(Question, ("questions", index))
            if question.id in found:
                line = document.line(("questions", index, "id"))
                mistake = Mistake(document.path, line, f"the question id '{question.id}' is already taken.")
                raise ContentError([mistake], "Give one of the two another id.")
            found[question.id] = question
    return found


def _check_personas(document: Document, loop: Loop, personas: Mapping[str, Persona]) -> None:
    for index, one in enumerate(loop.rounds):
        for who in one.personas:
            if who not in personas:
                line = document.line(("rounds", index, "personas"))
                mistake = Mistake(document.path, line, f"there is no persona called '{who}'.")
                raise ContentError([mistake], "See: interviewer personas")


def _documents(folders: Iterable[Path]) -> Iterable[Document]:
    for folder in folders:
        for path in sorted(folder.glob("*.y*ml")):
            yield read_yaml(path)


def _named(noun: str, name: str, known: Mapping[str, T], command: str) -> T:
    try:
        return known[name]
    except KeyError:
        raise UnknownNameError(noun, name, known, f"See them all: {command}") from None
