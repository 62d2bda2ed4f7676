"""`resolver settings`: what can be set for the whole installation."""

from __future__ import annotations

import click

from resolver.settings import SettingRow, Settings, setting_rows, show

PAGE = """# Settings

Set in the environment, read once when a command starts; options of a command go before them. `resolver settings` shows
what is set now. This page is made by `resolver settings --markdown`.

| variable | default | range | meaning |
|---|---|---|---|
"""


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Print the page docs/settings.md.")
@click.pass_obj
def command(settings: Settings, /, *, markdown: bool) -> None:
    """List what can be set in the environment, and what is set.

    \b
    Examples:
      resolver settings
      RESOLVER_MERGE_AT=0.5 resolver settings
    """
    rows = setting_rows()
    if markdown:
        click.echo(page(rows), nl=False)
        return
    for row in rows:
        name = row.variable.removeprefix("RESOLVER_").lower()
        click.echo(f"{row.variable}={show(getattr(settings, name))}")
        click.echo(f"    {row.help} {row.range}; default: {row.default or 'unset'}")


def page(rows: tuple[SettingRow, ...]) -> str:
    """The text of docs/settings.md."""
    lines = [
        f"| `{row.variable}` | {row.default or 'unset'} | {row.range} | {row.help} |\n"
        for row in rows
    ]
    return PAGE + "".join(lines)
