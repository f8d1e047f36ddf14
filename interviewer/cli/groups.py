"""A group of commands that answers a wrong name with near ones."""

from __future__ import annotations

import difflib

import click


class HelpfulGroup(click.Group):
    """Offers near names for a command that does not exist."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], known, n=1)
            offer = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"There is no command '{args[0]}'.{offer}")
        return super().resolve_command(ctx, args)
