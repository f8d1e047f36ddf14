"""personas, questions, loops: what there is to practise with."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from interviewer.cli.bank import import_questions, lint_questions, new_question, schema
from interviewer.cli.groups import HelpfulGroup
from interviewer.domain import Noun, Question
from interviewer.library.content import load_library

as_json = click.option("--json", "as_json", is_flag=True, help="Print an array for programs.")


def print_json(rows: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(rows, indent=2, ensure_ascii=False))


def _dump(noun: Noun) -> dict[str, Any]:
    return noun.model_dump(mode="json")


@click.command()
@as_json
def personas(as_json: bool) -> None:
    """List the interviewers."""
    found = load_library().personas.values()
    if as_json:
        print_json([_dump(persona) for persona in found])
        return
    table = Table(
        "id", "name", "role", "what they dig into", "follow-ups", "patience", box=None, pad_edge=False
    )
    for persona in found:
        table.add_row(
            persona.id,
            persona.name,
            persona.role,
            persona.probes,
            str(persona.max_follow_ups),
            f"{persona.patience_seconds:g} s",
        )
    Console().print(table)


@click.command()
@as_json
def loops(as_json: bool) -> None:
    """List whole interview processes and their rounds."""
    found = load_library().loops.values()
    if as_json:
        print_json([_dump(loop) for loop in found])
        return
    console = Console()
    for loop in found:
        console.print(f"[bold]{loop.id}[/]  {loop.title}")
        for one in loop.rounds:
            console.print(
                f"   {one.id}  {one.title} ({one.minutes:g} min, {', '.join(one.personas)})", highlight=False
            )


@click.group(cls=HelpfulGroup)
def questions() -> None:
    """List, show and search the question bank; check it, and add your own."""


for command in (lint_questions, new_question, import_questions, schema):
    questions.add_command(command)


@questions.command("list")
@click.option("--kind", help="Only this kind, such as system_design.")
@click.option("--topic", help="Only questions with this topic.")
@as_json
def list_questions(kind: str | None, topic: str | None, as_json: bool) -> None:
    """List the questions."""
    found = [
        question
        for question in load_library().questions.values()
        if (kind is None or question.kind == kind) and (topic is None or topic in question.topics)
    ]
    _print_questions(found, as_json)


@questions.command("search")
@click.argument("words", nargs=-1, required=True)
@as_json
def search_questions(words: tuple[str, ...], as_json: bool) -> None:
    """Find questions whose text, topics or rubric hold all WORDS."""
    wanted = [word.lower() for word in words]

    def text_of(question: Question) -> str:
        points = " ".join(point.text for point in question.rubric)
        return (
            f"{question.id} {question.written} {question.spoken} {' '.join(question.topics)} {points}".lower()
        )

    found = [q for q in load_library().questions.values() if all(word in text_of(q) for word in wanted)]
    _print_questions(found, as_json)


@questions.command("show")
@click.argument("question")
@as_json
def show_question(question: str, as_json: bool) -> None:
    """Show QUESTION with its rubric, follow-ups, hints and model answer."""
    found = load_library().question(question)
    if as_json:
        print_json(_dump(found))
        return
    console = Console(highlight=False)
    console.print(f"[bold]{found.written}[/]")
    console.print(f"{found.kind}, {', '.join(found.levels)}, about {found.minutes:g} minutes\n")
    console.print("[bold]A good answer[/]")
    for point in found.rubric:
        console.print(f"  • {point.text}")
    console.print("\n[bold]Follow-ups[/]")
    for follow_up in found.follow_ups:
        console.print(f"  • {follow_up.text}")
    console.print("\n[bold]Hints[/]")
    for number, hint in enumerate(found.hints, 1):
        console.print(f"  {number}. {hint}")
    console.print(f"\n[bold]A model answer[/]\n{found.model_answer}")


def _print_questions(found: list[Question], as_json: bool) -> None:
    if as_json:
        print_json([_dump(question) for question in found])
        return
    table = Table("id", "kind", "levels", "question", box=None, pad_edge=False)
    for question in found:
        table.add_row(question.id, question.kind, " ".join(question.levels), question.written)
    Console().print(table)
    click.echo(f"{len(found)} questions")
