"""Writes docs/question-bank.md: what the bank holds, what each seed document contributed, how its own texts score.

python scripts/report_bank.py            # the counts; the scores stay as they were last written
python scripts/report_bank.py --judge    # the scores as well: half an hour of one core
    --keep FILE      # keeps each question's scores as they are made; only what changed since is judged again
    --minutes 5      # stops after about so long, and the page tells how many questions were judged; 0 for what is kept
python scripts/report_bank.py --readings FILE    # how the spoken texts came back; FILE is check_read_aloud.py --keep
python scripts/report_bank.py --check    # exit code 1 when the counts are not current
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, get_args

from rich.console import Console
from rich.progress import track

from interviewer import evaluator
from interviewer.assembly.engines import sentence_cutter
from interviewer.bank.question_checks import remarks
from interviewer.bank.trials import LEAST_FOR_MODEL_ANSWER, MOST, Trial, TrialName, tried
from interviewer.domain import Kind, Level, Question
from interviewer.engines.claim_model import ClaimModel
from interviewer.engines.hardware import idle_cores
from interviewer.engines.minilm import MiniLmEmbedder
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.library import places
from interviewer.library.content import load_library
from interviewer.library.yaml_reader import read_yaml

PAGE = Path(__file__).resolve().parent.parent / "docs" / "question-bank.md"
SEEDS = (
    "research-lab ML engineer guide",
    "ML engineer loop guide",
    "general ML interview guide",
    "engineer and scientist interview guide",
)
SCORES = "## How the questions' own texts score"
NOT_JUDGED = f"{SCORES}\n\nNot measured yet: `python scripts/report_bank.py --judge`.\n"
READ_ALOUD = "## How the spoken texts are heard"
READ_ALOUD_ABOUT = """`scripts/check_read_aloud.py` says each text with flite and has it written down again by the embedded recogniser, which does
not know the question. Voice and recogniser are both rough, so most of the words counted here were lost by them: the figures say
which texts to look at. The 460 that came out worst or were longest were looked at. Where the sentence
was at fault it was worded anew, 125 texts: words that sound like others ("which loss suits", "a sale"), two questions run
into one, 29 questions with a sentence of more than 25 words, now said in two, and follow-ups that hung on a word nobody may have
said, because any follow-up can come first. A text worded anew counts as read only when it was said again since."""
NOT_CITING = ("schemas", "templates")  # folders of prompts/ that hold no content of their own


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--judge", action="store_true", help="score the questions' own texts")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, say whether the counts are current"
    )
    parser.add_argument("--keep", type=Path, help="a file that keeps the scores as they are made")
    parser.add_argument("--readings", type=Path, help="what scripts/check_read_aloud.py kept")
    parser.add_argument("--minutes", type=float, default=math.inf, help="judge for about so long")
    options = parser.parse_args()
    bank = load_library([], [places.question_folders()[0]], []).questions
    counts = counts_part(bank)
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    before, mark, after = written.partition(SCORES)
    scores, read_mark, heard = after.partition(READ_ALOUD)
    if options.check:
        if before != counts:
            sys.exit("docs/question-bank.md is not current. Run: python scripts/report_bank.py")
        return
    judged = (mark + scores) or NOT_JUDGED
    if options.judge:
        judged = judge_part(judge(bank, options.keep, options.minutes), len(bank))
    read = read_mark + heard
    if options.readings:
        read = readings_part(options.readings, bank)
    PAGE.write_text(
        "\n\n".join(part.strip() for part in (counts, judged, read) if part) + "\n", encoding="utf-8"
    )


def counts_part(bank: Mapping[str, Question]) -> str:
    """Everything that needs no judge, in Markdown."""
    questions = list(bank.values())
    parts = [
        "# The question bank",
        "Written by `python scripts/report_bank.py`; change the bank, not this page. What a question must have is checked by\n"
        "`interviewer questions lint`; `interviewer questions list` and `show` tell more about each.",
        "## What there is",
        _totals(questions),
        "## By main topic",
        _tally("main topic", questions, lambda question: question.topics[0]),
        "## By kind",
        _tally("kind", questions, lambda question: question.kind, order=get_args(Kind)),
        "A question counts for each level it suits.",
        "## What represents each seed document",
        _seeds(),
    ]
    return "\n\n".join(parts) + "\n\n"


@dataclass(frozen=True)
class Judged:
    """How one question's own texts scored. `key` changes with the question and with the judge."""

    question: str
    key: str
    scores: Mapping[str, str]
    unfair: Sequence[str]


def judge(bank: Mapping[str, Question], keep: Path | None, minutes: float) -> list[Judged]:
    """The bank's questions as far as they were judged, now or before; in the bank's order."""
    keys = {name: _key(question) for name, question in bank.items()}
    lines = keep.read_text(encoding="utf-8").splitlines() if keep and keep.exists() else []
    kept = (Judged(**json.loads(line)) for line in lines)
    known = {one.question: one for one in kept if keys.get(one.question) == one.key}
    left = [question for question in bank.values() if question.id not in known]
    embedder = MiniLmEmbedder(threads=idle_cores(), remembered_texts=200_000)
    judging = EmbeddedJudge(embedder, reader=ClaimModel(places.judge_assets()), divide=sentence_cutter())
    ends = time.monotonic() + minutes * 60
    trials = tried(left, judging, bank) if left and minutes > 0 else iter(())
    for question, of in track(trials, "Judging questions", total=len(left), console=Console(stderr=True)):
        scores = {name: _score(of, name) for name in get_args(TrialName)}
        unfair = [trial.remark[1] for trial in of if not trial.fair]
        known[question.id] = Judged(question.id, keys[question.id], scores, unfair)
        if keep:
            with keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(known[question.id])) + "\n")
        if time.monotonic() > ends:
            break
    return [known[name] for name in bank if name in known]


def _key(question: Question) -> str:
    return sha256(f"{_judge_digest()} {question.model_dump_json()}".encode()).hexdigest()[:16]


@cache
def _judge_digest() -> str:
    """Of the judge's weights and of the code that reads them."""
    files = [*places.judge_assets().iterdir(), *Path(evaluator.__file__).parent.glob("*.py")]
    return sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def judge_part(judged: Sequence[Judged], questions: int) -> str:
    """How the embedded judge scores each question's own texts, and which of them it scores unfairly."""
    rows = [[f"`{one.question}`", *(one.scores[name] for name in get_args(TrialName))] for one in judged]
    unfair = [f"- `{one.question}`: {said}" for one in judged for said in one.unfair]
    limits = ", ".join(f"{name} at most {most:g}" for name, most in MOST.items())
    parts = [
        SCORES,
        "Each text is said as a typed answer to its own question and scored by the embedded judge, of 5. Own text is the higher of\n"
        "spoken and written, the hints are said together, and the misconception is the one that scores highest.\n"
        f"Expected are: model answer at least {LEAST_FOR_MODEL_ANSWER:g}, {limits}.\n"
        f"{len(judged)} of {questions} questions were judged.\n"
        "Model answers and wrong phrasings were reworded with these scores in view until they passed, so the table shows that bank\n"
        "and judge agree, and not that the judge is right about other people's words. Words that only give back what the question and\n"
        "its hints said earn nothing. To a judge who is not told that they are hints they sound like answers: he takes a list of what to\n"
        "talk about for the talk (4.5 of 5 on average for fifty of them).",
        f"### Exceptions\n\n{_exceptions(judged)}",
        "\n".join(unfair),
        "### Every question",
        _table(["question", *get_args(TrialName)], rows),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readings_part(path: Path, bank: Mapping[str, Question]) -> str:
    """How the bank's spoken texts came back from a recogniser, of those that stand as they were read."""
    kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    latest = {(one["question"], one["text"]): one["word_errors"] for one in kept}
    spoken = [(question.id, *told) for question in bank.values() for told in _spoken_texts(question)]
    errors: dict[str, list[float]] = defaultdict(list)
    for name, part, text in spoken:
        if (name, text) in latest:
            errors[part].append(latest[name, text])
            errors["**all**"].append(latest[name, text])
    rows = [
        [
            part,
            str(sum(part in (kind, "**all**") for _, kind, _ in spoken)),
            str(len(errors[part])),
            f"{median(errors[part]):.0%}" if errors[part] else "not measured",
        ]
        for part in ("question", "follow-up", "hint 1", "hint 2", "hint 3", "**all**")
    ]
    table = _table(["text", "in the bank", "read as it stands", "words wrong, median"], rows)
    return f"{READ_ALOUD}\n\n{READ_ALOUD_ABOUT}\n\n{table}"


def _spoken_texts(question: Question) -> Iterator[tuple[str, str]]:
    """Everything that is said of a question, with what it is."""
    yield "question", question.spoken
    yield from (("follow-up", follow_up.text) for follow_up in question.follow_ups)
    yield from ((f"hint {number}", hint) for number, hint in enumerate(question.hints, start=1))


def _exceptions(judged: Sequence[Judged]) -> str:
    """How many questions miss what is expected, by the kind of text."""
    missed = {name: sum("**" in one.scores[name] for one in judged) for name in get_args(TrialName)}
    said = ", ".join(f"{name} {count}" for name, count in missed.items())
    return f"Questions with a text that scores otherwise than expected: {said}."


def _totals(questions: Sequence[Question]) -> str:
    points = [point for question in questions for point in question.rubric]
    misconceptions = [one for point in points for one in point.misconceptions]
    rows = [
        ("questions", len(questions)),
        ("rubric points", len(points)),
        ("phrasings", sum(len(point.phrasings) for point in points)),
        ("misconceptions", len(misconceptions)),
        ("wrong phrasings", sum(len(one.wrong) for one in misconceptions)),
        ("follow-ups", sum(len(question.follow_ups) for question in questions)),
        ("hints", sum(len(question.hints) for question in questions)),
        ("words of model answers", sum(len(question.model_answer.split()) for question in questions)),
        ("questions with something to mend, without the judge", sum(bool(remarks(q)) for q in questions)),
    ]
    return _table(["", "number"], [[name, str(number)] for name, number in rows])


def _tally(
    name: str,
    questions: Sequence[Question],
    group: Callable[[Question], str],
    order: Sequence[str] | None = None,
) -> str:
    """A row for each group with its questions by level; the largest first unless an order is given."""
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        groups[group(question)].append(question)
    names = [n for n in order if n in groups] if order else sorted(groups, key=lambda n: (-len(groups[n]), n))
    rows = [[n.replace("_", " "), *_by_level(groups[n])] for n in names]
    return _table([name, "questions", *get_args(Level)], [*rows, ["**all**", *_by_level(questions)]])


def _by_level(questions: Sequence[Question]) -> list[str]:
    return [
        str(len(questions)),
        *(str(sum(level in q.levels for q in questions)) for level in get_args(Level)),
    ]


def _seeds() -> str:
    """Each seed document's parts, with what cites them."""
    cited: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for folder, identifier, source in _citations():
        document, _, part = (piece.strip() for piece in source.partition(":"))
        cited[document][part][folder].append(f"`{identifier}`")
    others = sorted(document for document in cited if document not in SEEDS and document != "own")
    listed = ", ".join
    parts = []
    for document in (*SEEDS, *others):
        lines = [
            f"- {part or 'as a whole'}: {'; '.join(f'{kind} {listed(ids)}' for kind, ids in by.items())}"
            for part, by in sorted(cited[document].items())
        ]
        parts.append(f"### {document[0].upper()}{document[1:]}\n\n" + "\n".join(lines or ["- nothing yet"]))
    own = sum(len(ids) for by in cited["own"].values() for ids in by.values())
    return "\n\n".join([*parts, f"### Our own\n\n{own} items have a source of our own."])


def _citations() -> Iterator[tuple[str, str, str]]:
    """Folder, id and source of everything under prompts/ that names its sources."""
    for path in sorted((places.content_root() / "prompts").glob("*/*.y*ml")):
        if path.parent.name not in NOT_CITING:
            for identifier, source in _sources(read_yaml(path).data, path.stem):
                yield path.parent.name, identifier, source


def _sources(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every source in a parsed file with the id of what names it; `name` is the id of what encloses it."""
    if isinstance(value, dict):
        name = str(value.get("id", name))
        for source in value.get("sources", ()):
            yield name, source
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _sources(child, name)


def _score(trials: Sequence[Trial], name: TrialName) -> str:
    """The score of the trials of one name that says most: the highest. Bold where it is not as expected."""
    score = max((trial.score for trial in trials if trial.name == name), default=None)
    if score is None:
        return "–"
    fair = all(trial.fair for trial in trials if trial.name == name)
    return f"{score:.1f}" if fair else f"**{score:.1f}**"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
