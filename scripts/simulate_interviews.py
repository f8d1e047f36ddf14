"""Holds interviews with scripted candidates, on a clock of its own, so that a person can read how they run.

    python scripts/simulate_interviews.py [--minutes 45] [--loop LOOP] [--persona P ...] [--out FOLDER]
    python scripts/simulate_interviews.py --page FOLDER/figures.jsonl ...    # docs/simulated-interviews.md from these

Each persona (or each round of a loop) meets a strong, a middling and a poor candidate, whose words are put together from
the bank's own texts. Prints for each interview how long it took against its plan, what was asked, and which sentences of
the interviewer's were said twice; transcripts and figures go to FOLDER. The strong candidate says each question's model
answer, which states every point, so whatever mends a gap there was asked although it had been answered. Exits with 1 when
that happened, a line was said twice, two neighbours were asked, or an interview took more than a tenth longer or shorter
than planned.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from interviewer.assembly.engines import Engines, open_embedded_judge
from interviewer.assembly.sessions import Wanted, start_session, typed_conversation
from interviewer.conversation.controls import Control
from interviewer.conversation.interview import Saying
from interviewer.conversation.journal import Journal
from interviewer.domain import Question
from interviewer.domain.content import FollowUp
from interviewer.library.content import Library, load_library
from interviewer.session.events import FollowUpAsked, LineSpoken, PersonaEntered, QuestionAsked
from interviewer.session.state import SessionState
from interviewer.session.store import SessionStore

Ability = Literal["strong", "middling", "poor"]
ABILITIES: tuple[Ability, ...] = ("strong", "middling", "poor")
WORDS_PER_MINUTE = 140.0  # of a candidate, pauses included
THINKING_SECONDS = {"strong": 3.0, "middling": 6.0, "poor": 8.0}
TOLERANCE = 0.1
PAGE = Path(__file__).resolve().parent.parent / "docs" / "simulated-interviews.md"
PAGE_ABOUT = """# Simulated interviews

Written by `python scripts/simulate_interviews.py --page`. Each interviewer holds an interview with three candidates on a
clock of its own, without sound. The strong one says the bank's model answers; the middling one their first half, and one
accepted phrasing to a follow-up; the poor one misconceptions, generalities and "I don't know". They speak 140 words a minute.
A line is said twice when an authored sentence or a question comes twice in a session. Neighbours are questions whose answers
overlap (`near` in the bank). The strong candidate's answers state every point, so a follow-up that mends a gap there was
asked although it had been answered; the judge took the point for missing, or was not sure of it.

Of each interviewer one or more transcripts were read by a person, to the end or nearly. That led to changes:
"to begin with" and "let's start with" stood in questions that came tenth; an offer was made in the middle of an interview;
who had said "I don't know" was thanked for the explanation, and asked three times more; two questions on presenting to
laypeople came four minutes apart; some twenty follow-ups pointed at something nobody had said ("that season", "the other
one", "your range"); the data engineer wanted attention and convolution coded, and asks for algorithms on data now.
A poor candidate who runs through the whole pool of an interviewer still meets a neighbour at the end. That doubts
are not asked about where nearly all was covered came after the reading; of the runs below the figures alone were looked at.

"""
VAGUE = (
    "It depends on the situation, and there are many ways to look at it.",
    "We always tried to follow best practices there, and it mostly worked out.",
    "I have read about that once, but I would have to look up the details.",
    "That is a complex area, and you need the right people for it.",
)


def reply(ability: Ability, question: Question, follow_up: FollowUp | None, turn: int) -> str:
    """What a candidate of this ability says to the question, or to one of its follow-ups."""
    if follow_up is None:
        return _first_answer(ability, question, turn)
    point = question.point(follow_up.point) if follow_up.point else None
    if ability == "poor":
        return "I am not sure, to be honest." if turn % 2 else VAGUE[turn % len(VAGUE)]
    if point is None or follow_up.depth > 1:
        return follow_up.expects if ability == "strong" else VAGUE[turn % len(VAGUE)]
    if ability == "middling":
        return f"I think it goes like this. {point.phrasings[0]}"
    return f"{point.phrasings[-1]} {point.phrasings[0]} {point.text}"


def _first_answer(ability: Ability, question: Question, turn: int) -> str:
    sentences = re.split(r"(?<=[.?!]) ", question.model_answer)
    if ability == "strong":
        return question.model_answer
    if ability == "middling":
        return " ".join(sentences[: max(2, len(sentences) // 2)])
    if turn % 5 == 4:
        return "I don't know that one, sorry."
    errors = islice((m.wrong[0] for point in question.rubric for m in point.misconceptions), 2)
    return " ".join([VAGUE[turn % len(VAGUE)], *(error.rstrip(".") + "." for error in errors)])


@dataclass
class Simulation:
    """One interview with one candidate. `said` holds (seconds, who, words)."""

    library: Library
    ability: Ability
    clock: float = 0.0
    said: list[tuple[float, str, str]] = field(default_factory=list)
    journal: Journal | None = None

    def now(self) -> float:
        return self.clock

    def ask(self, saying: Saying) -> str | Control | None:
        """The interviewer speaks; then the candidate thinks and answers. Both take their time."""
        self.said.append((self.clock, saying.persona.name, saying.text))
        self.clock += _minutes(saying.text, saying.persona.voice.rate) * 60
        if saying.last:
            return None
        question, follow_up = self._asked()
        words = reply(self.ability, question, follow_up, len(self.said) // 2)
        self.clock += THINKING_SECONDS[self.ability]
        self.said.append((self.clock, "Candidate", words))
        self.clock += _minutes(words, WORDS_PER_MINUTE) * 60
        return words

    @property
    def state(self) -> SessionState:
        assert self.journal is not None
        return self.journal.state

    def _asked(self) -> tuple[Question, FollowUp | None]:
        answer = self.state.current
        assert answer is not None
        question = self.library.question(answer.question)
        wanted = answer.asked[-1].follow_up
        return question, next((f for f in question.follow_ups if f.id == wanted), None)


def _minutes(text: str, words_per_minute: float) -> float:
    return len(text.split()) / words_per_minute


def simulate(
    library: Library, engines: Engines, wanted: Wanted, ability: Ability, folder: Path
) -> tuple[Simulation, dict[str, object]]:
    simulation = Simulation(library, ability)
    store = SessionStore(folder)
    try:
        journal = start_session(store, library, engines, wanted, now=datetime.now(UTC))
        simulation.journal = journal
        repeated = _watch_lines(journal)
        typed_conversation(journal, library, engines, simulation.ask, simulation.now).run()
        return simulation, _figures(simulation, journal.state, wanted, repeated())
    finally:
        store.close()


def _watch_lines(journal: Journal) -> Callable[[], list[str]]:
    """Collects the sentences of the interviewer's that are authored lines or questions, and tells which came twice."""
    spoken: Counter[str] = Counter()

    def watch(event: object) -> None:
        match event:
            case LineSpoken(text=text, situation=situation) if situation != "repeating":
                spoken[text] += 1
            case PersonaEntered(text=text):
                spoken[text] += 1
            case QuestionAsked(lead=lead, text=text) | FollowUpAsked(lead=lead, text=text):
                spoken.update(part for part in (lead, text) if part)

    journal.watchers.append(watch)
    return lambda: [text for text, times in spoken.items() if times > 1]


def _figures(
    simulation: Simulation, state: SessionState, wanted: Wanted, repeated: list[str]
) -> dict[str, object]:
    return {
        "who": wanted.round or wanted.persona,
        "candidate": simulation.ability,
        "planned_minutes": wanted.minutes,
        "minutes": round(simulation.clock / 60, 1),
        "questions": list(state.asked_questions),
        "follow_ups": [asked.because for answer in state.answers for asked in answer.asked[1:]],
        "hints": sum(answer.hints for answer in state.answers),
        "asked_although_answered": _needless(simulation),
        "neighbours": [
            f"{one} {other}"
            for one in state.asked_questions
            for other in simulation.library.question(one).near
            if other in state.asked_questions
        ],
        "said_twice": repeated,
    }


def _needless(simulation: Simulation) -> list[str] | None:
    """Follow-ups that mend a gap where there was none. None for candidates who leave gaps."""
    if simulation.ability != "strong":
        return None
    asked = [asked for answer in simulation.state.answers for asked in answer.asked[1:]]
    return [str(one.follow_up) for one in asked if one.because != "met"]


def plans(library: Library, options: argparse.Namespace) -> Iterator[Wanted]:
    """The interviews to hold: the rounds of a loop, or 45 minutes with each persona."""
    if options.loop:
        for one in library.loop(options.loop).rounds:
            yield Wanted(
                one.personas[0], options.loop, one.id, 50, one.minutes, seed=options.seed, typed=True
            )
    else:
        for persona in options.persona or sorted(library.personas):
            yield Wanted(persona, None, None, 50, options.minutes, seed=options.seed, typed=True)


def transcript(simulation: Simulation, figures: dict[str, object]) -> str:
    lines = [f"# {figures['who']}, {figures['candidate']} candidate", ""]
    lines += [
        f"**{int(at // 60)}:{int(at % 60):02d} {who}:** {words}\n" for at, who, words in simulation.said
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--loop")
    parser.add_argument("--persona", action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="where the transcripts go")
    parser.add_argument(
        "--page", type=Path, nargs="+", help="write the page from these figures, simulate nothing"
    )
    options = parser.parse_args()
    if options.page:
        PAGE.write_text(page([json.loads(line) for path in options.page for line in path.open()]))
        return
    library = load_library()
    judge = open_embedded_judge(library.questions)
    engines = Engines(judge, judge, None)
    results: list[dict[str, object]] = []
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    for wanted in plans(library, options):
        for ability in ABILITIES:
            with tempfile.TemporaryDirectory() as folder:
                simulation, figures = simulate(library, engines, wanted, ability, Path(folder))
            results.append(figures)
            print(json.dumps(figures), flush=True)
            if options.out:
                path = options.out / f"{figures['who']}_{ability}.md"
                path.write_text(transcript(simulation, figures), encoding="utf-8")
                with (options.out / "figures.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(figures) + "\n")
    sys.exit(any(not _as_planned(figures) for figures in results))


def _as_planned(figures: dict[str, object]) -> bool:
    planned, took = float(str(figures["planned_minutes"])), float(str(figures["minutes"]))
    flaws = ("said_twice", "neighbours", "asked_although_answered")
    return not any(figures[flaw] for flaw in flaws) and abs(took - planned) <= TOLERANCE * planned


def page(results: list[dict[str, Any]]) -> str:
    """The figures as a page of the documentation."""
    rows = [
        [
            str(one["who"]).replace("_", " "),
            one["candidate"],
            f"{one['minutes']:.1f} of {one['planned_minutes']:g}",
            str(len(one["questions"])),
            str(len(one["follow_ups"])),
            str(one["hints"]),
            str(len(one["said_twice"])),
            str(len(one["neighbours"])),
            "" if one["asked_although_answered"] is None else str(len(one["asked_although_answered"])),
        ]
        for one in sorted(results, key=lambda one: (one["who"], ABILITIES.index(one["candidate"])))
    ]
    header = [
        "interviewer",
        "candidate",
        "minutes",
        "questions",
        "follow-ups",
        "hints",
        "lines said twice",
        "neighbours asked",
        "asked although answered",
    ]
    left = sorted(set(load_library().personas) - {one["who"] for one in results})
    told = f"Not measured in this version: {', '.join(left).replace('_', ' ')}.\n\n" if left else ""
    lines = [header, ["---", "---", *("---:" for _ in header[2:])], *rows]
    return PAGE_ABOUT + told + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
