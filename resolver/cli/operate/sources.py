"""`resolver sources`: the lists of a store, whose they are, and what is asked of them."""

from __future__ import annotations

import json
from typing import Any

import click

from resolver.cli.options import json_option, store_option


@click.group("sources")
def command() -> None:
    """List the sources of a store, and say whose they are, what they are called, and how old they may be.

    A source belongs to the agency that first sent it over HTTP; no other agency may change it. What was loaded by
    command is the hub's: only admins may change it over HTTP, until it is bound to an agency.

    \b
    Examples:
      resolver sources list --store sqlite:///hub.db
      resolver sources set coast-wanted --agency "Coast guard" --title "Wanted at sea" --store sqlite:///hub.db
      resolver sources set us-ofac-sdn --maximum-age-days 7 --required --store sqlite:///hub.db
    """


@command.command("list")
@store_option(required=True)
@json_option
def listed(store_url: str, as_json: bool) -> None:
    """List the sources there are, and those that are missing."""
    from resolver.hub.admin import list_sources

    rows = list_sources(store_url)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        owner = row["agency"] or (f"kept by {row['keeper']}" if row["keeper"] else "the hub's")
        said = [owner, f"{row['records']:,} records"]
        said += [f"updated {row['updated'][:16]}Z"] if row["updated"] else []
        said += (
            [f"{row['maximum_age_days']} days old at most"]
            if row["maximum_age_days"] is not None
            else []
        )
        said += ["required"] if row["required"] else []
        said += [str(row["fault"]).upper()] if row["fault"] else []
        click.echo(f"{row['name']}: {'; '.join(said)}")


@command.command("set")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", help='Whose it is; "": the hub\'s.')
@click.option("--title", help="What people call it.")
@click.option(
    "--maximum-age-days",
    type=click.IntRange(0, 36_500),
    help="/readyz fails when it is older; 0: never.",
)
@click.option(
    "--required/--not-required", default=None, help="/readyz fails while no record of it is there."
)
def change(name: str, store_url: str, **said: Any) -> None:
    """Say something of the source called NAME. It may be said before its first list comes."""
    from resolver.hub.admin import set_source

    if all(value is None for value in said.values()):
        raise click.UsageError("say something: --agency, --title, --maximum-age-days or --required")
    new = set_source(store_url, name, **said)
    click.echo(f"{name} is noted{'; nothing of it has landed yet' if new else ''}.", err=True)
