"""All checks put together: everything that can be mended in content files, by file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from interviewer.bank import likeness, question_checks, trials
from interviewer.bank.people_checks import loop_remarks, persona_remarks
from interviewer.bank.shelf import Entry, Shelf, read_everything, read_shelf, twice
from interviewer.domain import Question
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.library import places
from interviewer.library.yaml_reader import Mistake

Progress = Callable[[int, int], None]
"""Is told how many questions were judged, and of how many."""


@dataclass(frozen=True)
class Lint:
    """What was looked at, and what was found in order of file and line."""

    looked_at: Shelf
    findings: tuple[Mistake, ...]

    @property
    def extent(self) -> str:
        """Such as "2 questions, 1 loop"."""
        counts = (
            ("question", len(self.looked_at.questions)),
            ("persona", len(self.looked_at.personas)),
            ("loop", len(self.looked_at.loops)),
        )
        return ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for noun, n in counts if n) or "nothing"


def lint(files: Sequence[Path], judge: EmbeddedJudge | None, progress: Progress | None = None) -> Lint:
    """Check `files`, or everything when there are none. Without a judge, what only it can see is left out."""
    everything = read_everything()
    looked_at = read_shelf([files]) if files else everything
    found = [*looked_at.mistakes, *_seen(looked_at, everything)]
    if files:
        found += _clashes(looked_at, everything)
    if judge is not None:
        found += _understood(looked_at, everything, judge, progress)
    return Lint(looked_at, tuple(sorted(set(found))))


def _seen(looked_at: Shelf, everything: Shelf) -> Iterator[Mistake]:
    """What needs no judge."""
    bank = everything.bank | looked_at.bank
    for question in looked_at.questions:
        yield from map(question.mistake, question_checks.remarks(question.noun))
        yield from map(question.mistake, question_checks.neighbour_remarks(question.noun, bank))
    for question, remark in likeness.follow_ups_repeated(
        looked_at.questions, _outside(everything, looked_at)
    ):
        yield question.mistake(remark)
    people = everything.people | looked_at.people
    for persona in looked_at.personas:
        others = {
            line
            for other in people.values()
            if other.id != persona.noun.id
            for lines in other.lines.values()
            for line in lines
        }
        yield from map(persona.mistake, persona_remarks(persona.noun, others))
    for loop in looked_at.loops:
        yield from map(loop.mistake, loop_remarks(loop.noun, people, bank))


def _clashes(looked_at: Shelf, everything: Shelf) -> Iterator[Mistake]:
    """Ids of the files that stand elsewhere: in the same folder of the bank, or, for a file outside, anywhere."""
    folders = {folder.resolve() for folder in places.question_folders()}
    others = _outside(everything, looked_at)
    for entry in looked_at.questions:
        home = entry.document.path.resolve().parent
        taken = [o for o in others if home not in folders or o.document.path.resolve().parent == home]
        yield from twice([entry], taken)


def _understood(
    looked_at: Shelf, everything: Shelf, judge: EmbeddedJudge, progress: Progress | None
) -> Iterator[Mistake]:
    """What only the judge and its embedder can see. Drafts are left out: their texts mean nothing yet."""
    written = [e for e in looked_at.questions if not any(question_checks.left_to_write(e.noun))]
    effective = [e for e in written if looked_at.bank[e.noun.id] is e.noun]  # replaced ones are never asked
    total = len(effective)
    by_id = {entry.noun.id: entry for entry in effective}
    bank = everything.bank | {i: entry.noun for i, entry in by_id.items()}

    def done(count: int) -> None:
        if progress is not None:
            progress(count, total)

    for question, tried in trials.tried([e.noun for e in effective], judge, bank, done):
        entry = by_id[question.id]
        yield from (entry.mistake(trial.remark) for trial in tried if not trial.fair)
        yield from map(entry.mistake, likeness.phrasings_alike(question, judge.embedder))
        yield from map(entry.mistake, likeness.hints_that_state(question, judge.embedder))
    others = [entry for entry in _outside(everything, looked_at) if entry.noun.id not in by_id]
    for entry, remark in likeness.questions_alike(effective, others, judge.embedder):
        yield entry.mistake(remark)


def _outside(everything: Shelf, looked_at: Shelf) -> list[Entry[Question]]:
    """The bank's questions that do not stand in the files looked at."""
    inside = {entry.document.path.resolve() for entry in looked_at.questions}
    return [entry for entry in everything.questions if entry.document.path.resolve() not in inside]
