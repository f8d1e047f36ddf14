"""models: weights that make the interviewer hear and speak better; listed, pulled, verified, and offered once."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from interviewer.assembly.weights import LIMITS, size_text, suited_weights
from interviewer.cli.content import as_json, print_json
from interviewer.cli.groups import HelpfulGroup
from interviewer.engines import weights as store
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.catalog import Weights, load_catalog
from interviewer.library.settings import Settings, load_settings, save_settings


@click.group(cls=HelpfulGroup)
def models() -> None:
    """List, pull and verify weights. Everything works without them; with them it works better."""


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """List the weights there are, and which suit this machine."""
    catalog, folder = load_catalog(), places.weights_folder()
    have = {found.weights.id for found in store.installed(catalog, folder)}
    suited = suited_weights(catalog)
    if as_json:
        rows = [
            entry.model_dump(mode="json")
            | {"installed": entry.id in have, "suits_this_machine": entry in suited.weights}
            for entry in catalog.weights
        ]
        print_json(rows)
        return
    table = Table("id", "size", "licence", "memory", "", "note", box=None, pad_edge=False)
    for entry in catalog.weights:
        marks = [
            "installed" if entry.id in have else "",
            "suits this machine" if entry in suited.weights else "",
            "recommended: keeps its prompt" if entry.prefix_reuse else "",
        ]
        table.add_row(
            entry.id,
            size_text(entry.size_bytes),
            entry.licence,
            f"{entry.memory_gb:g} GB",
            ", ".join(mark for mark in marks if mark),
            entry.note,
        )
    console = Console()
    console.print(table)
    console.print(f"\nThis machine: {suited.title}. {' '.join(suited.reasons)}", highlight=False)
    console.print(f"Weights lie in {folder}", soft_wrap=True, highlight=False)


@models.command("pull")
@click.argument("names", nargs=-1)
def pull_models(names: tuple[str, ...]) -> None:
    """Fetch NAMES, or the set that suits this machine. An interrupted download goes on where it stopped."""
    catalog = load_catalog()
    console = Console()
    if names:
        wanted = tuple(catalog.entry(name) for name in names)
    else:
        suited = suited_weights(catalog)
        wanted = suited.missing
        if not wanted:
            console.print(f"Nothing to fetch: {suited.title}. {' '.join(suited.reasons)}", highlight=False)
            return
    _pull(wanted, console)


@models.command("verify")
@click.argument("names", nargs=-1)
def verify_models(names: tuple[str, ...]) -> None:
    """Check NAMES, or everything installed, against the published or recorded hashes."""
    catalog, folder = load_catalog(), places.weights_folder()
    wanted = [catalog.entry(name) for name in names] or [
        found.weights for found in store.installed(catalog, folder)
    ]
    if not wanted:
        click.echo(f"No weights are installed in {folder}. Fetch some: interviewer models pull")
        return
    broken = False
    for entry in wanted:
        checked = store.verify(entry, store.weights_path(entry, folder))
        broken = broken or bool(checked.problems)
        click.echo(f"{entry.id}: {'; '.join(checked.problems or checked.notes or ('as published',))}")
        if checked.problems:
            click.echo(f"  Fetch it again: rm {checked.path} && interviewer models pull {entry.id}")
    if broken:
        sys.exit(1)


def offer_weights(settings: Settings, console: Console) -> None:
    """Before the first practice: say what the embedded engines cannot do and, where there is a network, mend it.

    Asks once; a refusal is kept. Nothing is sent before a yes; without a terminal nothing is asked.
    """
    catalog = load_catalog()
    if store.installed(catalog, places.weights_folder()):
        return
    if not (settings.offer_weights and console.is_terminal and sys.stdin.isatty()):
        return
    suited = suited_weights(catalog)
    if not suited.missing or not _has_network():
        console.print(LIMITS, style="dim")
        return
    names = " and ".join(entry.id for entry in suited.missing)
    console.print(
        f"{LIMITS}\nThis machine could run {names}: {size_text(suited.download_bytes)}, "
        f"about {max(1, round(suited.download_minutes()))} minutes at 50 Mbit/s.",
        highlight=False,
    )
    if click.confirm("Install them now?", default=True):
        _pull(suited.missing, console)
    else:
        save_settings(load_settings().model_copy(update={"offer_weights": False}))
        console.print("Not asked again. Later: interviewer models pull", style="dim")


def _pull(wanted: tuple[Weights, ...], console: Console) -> list[Path]:
    folder, paths = places.weights_folder(), []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        for entry in wanted:
            task = bars.add_task(f"{entry.id} ({entry.licence})", total=entry.size_bytes)

            def show(done: int, total: int, task=task) -> None:  # type: ignore[no-untyped-def]
                bars.update(task, completed=done, total=total)

            try:
                paths.append(store.pull(entry, folder, show))
            except KeyboardInterrupt:
                raise InterviewerError(
                    f"The download of {entry.id} was stopped; what was fetched is kept.",
                    f"Go on with it: interviewer models pull {entry.id}",
                ) from None
    return paths


def _has_network() -> bool:
    """Whether any network but the machine's own is up; looked up here, nothing is sent."""
    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    addresses = psutil.net_if_addrs()
    return any(
        address.family in (socket.AF_INET, socket.AF_INET6)
        and not address.address.startswith(("127.", "::1", "fe80"))
        for name in up
        for address in addresses.get(name, ())
    )
