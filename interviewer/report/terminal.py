"""The replay and the scorecard in a terminal, within 80 columns. Yields things to print; prints nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from interviewer.domain import AnswerPart, AnswerScore, Coaching, Persona, Question, Scorecard, Verdict
from interviewer.report import wording
from interviewer.report.chapters import chapters
from interviewer.report.model import AnswerReview, Line, Note, Replay
from interviewer.report.replay import aspects_of
from interviewer.report.runs import changes, doubted

WIDTH = 80
BAR_CELLS = 25  # five to a point
_STYLES: Mapping[Verdict, str] = {
    "met": "blue",
    "partial": "yellow",
    "missed": "dim",
    "contradicted": "red",
    "unclear": "magenta",
}


@dataclass(frozen=True)
class TimedLine:
    """Something to print when the sound reaches `start` seconds; it speaks of what lasts until `end`."""

    start: float
    end: float
    renderable: RenderableType


def lines(replay: Replay) -> Iterator[TimedLine]:
    """Turn by turn, each with its timings, and after each question what was made of the answer."""
    at = 0.0
    for chapter in chapters(replay):
        review = chapter.review
        if review is not None:
            heading = Text(f"{review.number}. {review.title}", style="bold", overflow="ellipsis")
            yield TimedLine(at, at, Rule(heading, align="left", style="dim"))
        for item in chapter.items:
            if isinstance(item, Note):
                at = max(at, item.at)
                yield TimedLine(at, at, Text(f"      {item.text}", style="dim italic"))
            else:
                yield TimedLine(item.start, item.end, _line(item))
                at = item.end
        if review is not None:
            yield TimedLine(at, at, feedback(review))


def _line(line: Line) -> RenderableType:
    body = Text()
    body.append(line.name, style="bold cyan" if line.speaker == "candidate" else "bold")
    body.append(f"  {_tags(line)}\n" if _tags(line) else "\n", style="dim")
    if line.reason:
        body.append(f"{line.reason.sentence}\n", style="dim italic")
    body.append_text(_said(line))
    if line.original is not None:
        body.append("\ncorrected by you; written down was: ", style="dim")
        body.append_text(_original(line.original, line.text))
    facts = _facts(line)
    if facts:
        body.append(f"\n{facts}", style="dim")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=7, justify="right", style="dim", no_wrap=True)
    grid.add_column(max_width=WIDTH - 10)
    grid.add_row("" if line.typed else wording.clock(line.start), body)
    return Padding(grid, (0, 0, 1, 0))


def _tags(line: Line) -> str:
    tags = ["follow-up"] if line.kind == "follow_up" else []
    tags += [f"hint {line.hint}"] if line.hint else []
    tags += ["typed"] if line.typed else []
    return ", ".join(tags)


def _said(line: Line) -> Text:
    """The words, with each judged stretch in its colour behind its mark."""
    if not line.text:
        return Text("nothing was made out", style="dim italic")
    said = Text(line.text)
    inserts = []
    for start, stop in doubted(line):
        said.stylize("italic dim", start, stop)
        inserts.append((stop, Text(" (unsure)", style="dim italic")))
    for mark in line.marks:
        if mark.verdict is not None:
            said.stylize(f"underline {_STYLES[mark.verdict]}", mark.start, mark.stop)
            sign = Text(f"{wording.VERDICT_MARKS[mark.verdict]} ", style=_STYLES[mark.verdict])
            inserts.append((mark.start, sign))
    shown, done = Text(), 0
    for offset, text in sorted(inserts, key=lambda insert: insert[0]):
        shown.append_text(said[done:offset]).append_text(text)
        done = offset
    return shown.append_text(said[done:])


def _original(original: str, text: str) -> Text:
    """What the recogniser wrote, the words that were changed struck out."""
    shown = Text(style="dim")
    for piece, changed in changes(original, text):
        shown.append(piece, style="strike" if changed else "")
    return shown


def _facts(line: Line) -> str:
    facts = []
    if line.interrupted and line.heard_seconds is not None:
        facts.append(f"you spoke up after {wording.seconds_text(line.heard_seconds)}")
    if line.timing:
        facts.append(f"replied in {wording.seconds_text(line.timing.total)}")
    if line.began_after is not None and line.began_after >= 1:
        facts.append(f"began after {wording.seconds_text(line.began_after)}")
    if line.thinking:
        facts.append(wording.plural(len(line.thinking), "thinking pause"))
    if line.endpoint_wait is not None:
        facts.append(f"waited {wording.seconds_text(line.endpoint_wait)}")
    return " · ".join(facts)


def feedback(review: AnswerReview) -> RenderableType:
    """What was made of one answer."""
    score = review.score
    if score is None:
        text = "You skipped this question." if review.skipped else "This answer was not scored."
        return Padding(Text(text, style="dim"), (0, 0, 1, 8))
    parts: list[RenderableType] = [_figures(score)]
    if score.technical.gate:
        parts.append(Text(wording.GATE_SENTENCES[score.technical.gate], style="yellow"))
    if score.abstained_because and "doubtful_transcript" not in score.flags:
        parts.append(Text(score.abstained_because, style="yellow"))
    parts += [Text(told, style="dim") for told in map(wording.flag_sentence, score.flags) if told]
    if wording.fluency_sentence(score):
        parts.append(Text(wording.fluency_sentence(score), style="dim"))
    parts.append(_points(score))
    parts += _delivery(score)
    parts += _coaching(score.coaching)
    panel = Panel(
        Group(*parts), title=f"question {review.number}", title_align="left", box=box.ROUNDED, width=WIDTH - 8
    )
    return Padding(panel, (0, 0, 1, 8))


def _coaching(coaching: Coaching) -> list[RenderableType]:
    told: list[RenderableType] = []
    told += _listed("Keep", coaching.keep)
    told += _listed("Change first", (coaching.change_first,))
    told += _listed("After that", coaching.further)
    told += _listed("A listener may stumble", tuple(map(wording.flag_text, coaching.red_flags)))
    if coaching.better_answer:
        told.append(_better(coaching.better_answer))
    return told


def _listed(heading: str, sentences: Sequence[str]) -> list[RenderableType]:
    """A heading, and what belongs under it: in its line when it is one sentence, as a list when there are several."""
    given = [text for text in sentences if text]
    if len(given) == 1:
        return [Text.assemble((f"{heading}  ", "bold"), given[0])]
    shown = [Padding(Text(f"– {text}"), (0, 0, 0, 2)) for text in given]
    return [Text(heading, style="bold"), *shown] if given else []


def _better(parts: Sequence[AnswerPart]) -> RenderableType:
    """The better answer; each piece says whose words it is made of, so that it reads without colours too."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=11, style="dim")
    grid.add_column()
    for heading, source, text in wording.part_groups(parts):
        word = wording.PART_WORDS[source]
        style = {"added": "green", "prompt": "italic yellow"}.get(source, "")
        grid.add_row(heading or word, Text(f"[{text}]" if source == "prompt" else text, style=style))
    return Padding(Group(Text(wording.better_title(parts), style="bold"), grid), (1, 0, 0, 0))


def _figures(score: AnswerScore) -> Text:
    text = Text()
    for name, value in (
        ("Overall", score.overall),
        ("technical", score.technical.score),
        ("story", score.star.score),
        ("clarity", score.clarity.score),
    ):
        if value is not None or name == "Overall":
            text.append(f"{name} ", style="dim").append(f"{wording.score_text(value)}   ", style="bold")
    return text


def _points(score: AnswerScore) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(width=8, no_wrap=True)
    grid.add_column()
    for point in score.technical.points:
        style = _STYLES[point.verdict]
        told = Text(point.text)
        if point.correction:
            told.append(f"\n{point.correction}", style="italic")
        mark, word = wording.VERDICT_MARKS[point.verdict], wording.VERDICT_WORDS[point.verdict]
        grid.add_row(Text(mark, style=style), Text(word, style=style), told)
    return Padding(grid, (1, 0))


def _delivery(score: AnswerScore) -> list[RenderableType]:
    """What was measured of the delivery, with where it can be heard; what lies outside its band stands out."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=22)
    grid.add_column()
    for measure in score.clarity.measures:
        if measure.value is None:
            continue
        place = wording.measure_place(measure)
        outside = place not in ("", "fine")
        told = Text(wording.measure_text(measure), style="yellow" if outside else "")
        told.append(f"  {wording.band_text(measure)}" if outside else "", style="dim")
        starts = [wording.clock(proof.start) for proof in measure.evidence if proof.start is not None]
        if starts and measure.value > 0:
            told.append(f"  at {', '.join(dict.fromkeys(starts[:4]))}", style="dim")
        grid.add_row(Text(wording.measure_name(measure), style="dim"), told)
    return [Padding(grid, (0, 0, 1, 0))] if grid.row_count else []


def scorecard_panel(
    scorecard: Scorecard, personas: Mapping[str, Persona], questions: Mapping[str, Question]
) -> RenderableType:
    """The whole result in one panel of 80 columns: figures, bars with intervals, the questions, the caveats."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=26, no_wrap=True, overflow="ellipsis")
    grid.add_column(width=4, justify="right")
    grid.add_column(width=BAR_CELLS + 1)
    grid.add_column(width=12, style="dim", no_wrap=True)
    for aspect in aspects_of(scorecard):
        style = "bold" if aspect.name == "overall" else ""
        grid.add_row(
            Text(wording.ASPECT_WORDS[aspect.name], style=style), *_cells(aspect.score, aspect.interval)
        )
    grid.add_row("", "", "", "")
    for number, answer in enumerate(scorecard.answers, 1):
        known = questions.get(answer.question)
        name = Text(
            f"{number}. {known.spoken if known else answer.question.replace('_', ' ')}", overflow="ellipsis"
        )
        grid.add_row(name, *_cells(answer.overall, answer.interval))
    because = [Text(scorecard.abstained_because, style="yellow")] if scorecard.abstained_because else []
    parts: list[RenderableType] = [grid, *because, *_advice(scorecard), *_summaries(scorecard, personas)]
    parts += [Text(f"– {note}", style="dim") for note in scorecard.notes]
    engines = ", ".join(f"{port.replace('_', ' ')}: {engine}" for port, engine in scorecard.engines.items())
    parts.append(Text(engines, style="dim"))
    return Panel(Group(*parts), title="Scorecard", title_align="left", width=WIDTH, padding=(1, 2))


def _advice(scorecard: Scorecard) -> list[RenderableType]:
    """What the session comes to: keep, change first, after that, and what to practise next."""
    told = scorecard.coaching
    first = told.change_first or _of_weakest(scorecard)
    if told.change_first and told.change_answer is not None:
        first = f"(question {told.change_answer + 1}) {first}"
    shown = [
        *_listed("Keep", told.keep),
        *_listed("Change first", (first,)),
        *_listed("After that", told.further),
    ]
    for number, suggestion in enumerate(told.try_next):
        if number == 0:
            shown.append(Text("Practise next", style="bold"))
        shown.append(
            Padding(
                Text.assemble(
                    suggestion.text, "\n", (f"{suggestion.why}\n", "dim"), (suggestion.command, "cyan")
                ),
                (0, 0, 0, 2),
            )
        )
    return [Padding(part, (1, 0, 0, 0)) if number == 0 else part for number, part in enumerate(shown)]


def _of_weakest(scorecard: Scorecard) -> str:
    """Scorecards of the first version have no advice for the session."""
    advised = [a for a in scorecard.answers if a.coaching.change_first]
    weakest = min(advised, key=lambda a: 5.0 if a.overall is None else a.overall, default=None)
    return weakest.coaching.change_first if weakest else ""


def _summaries(scorecard: Scorecard, personas: Mapping[str, Persona]) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for persona, summary in scorecard.summaries.items():
        name = personas[persona].name if persona in personas else persona.replace("_", " ")
        leaning = scorecard.leanings.get(persona)
        word = f"  {wording.LEANING_WORDS[leaning]}" if leaning else ""
        shown.append(Padding(Text.assemble((name, "bold"), (word, "dim"), "\n", summary), (1, 0, 0, 0)))
    return [*shown, Text("")]


def _cells(score: float | None, interval: tuple[float, float] | None) -> tuple[Text, Text, Text]:
    if score is None:
        return Text("–", style="dim"), Text("not scored", style="dim italic"), Text("")
    return Text(f"{score:.1f}", style="bold"), bar(score, interval), Text(wording.interval_text(interval))


def bar(score: float, interval: tuple[float, float] | None) -> Text:
    """0 to 5 in 26 cells: a dot at the score, a line over its interval."""
    at = round(score / 5 * BAR_CELLS)
    low, high = (round(bound / 5 * BAR_CELLS) for bound in interval or (score, score))
    text = Text()
    for cell in range(BAR_CELLS + 1):
        if cell == at:
            text.append("●", style="cyan")
        elif low <= cell <= high:
            text.append("├" if cell == low else "┤" if cell == high else "─", style="cyan")
        else:
            text.append("·", style="dim")
    return text
