"""Command `resolver sources`: sources of a store, their owners and requirements."""

from __future__ import annotations

import json
from typing import Any

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import json_option, store_option
from resolver.reference.plurals import pluralize


@click.group("sources")
def command() -> None:
    """List the sources of a store, and set their owner, title and maximum age.

    A source belongs to the agency that first sent it over HTTP; no other agency may change it.
    Sources loaded on the command line belong to the hub: only admins may change them over HTTP,
    until they are assigned to an agency.

    \b
    Examples:
      resolver sources list --store sqlite:///hub.db
      resolver sources set coast-wanted --agency "Coast guard" --store sqlite:///hub.db
      resolver sources set us-ofac-sdn --maximum-age-days 7 --required --store sqlite:///hub.db
    """


@command.command("list")
@store_option(required=True)
@json_option
def list_sources_command(store_url: str, as_json: bool) -> None:
    """List the sources, including required ones that are missing."""
    from resolver.hub.admin import list_sources

    rows = list_sources(store_url)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        sender = f"sent by {row['keeper']}" if row["keeper"] else "owned by the hub"
        facts = [row["agency"] or sender, pluralize(row["records"], "record")]
        facts += [f"updated {row['updated'][:16]}Z"] if row["updated"] else []
        limit = row["maximum_age_days"]
        facts += [f"{limit} days old at most"] if limit is not None else []
        facts += ["required"] if row["required"] else []
        facts += [str(row["fault"]).upper()] if row["fault"] else []
        click.echo(f"{row['name']}: {'; '.join(facts)}")


@command.command("set")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", help='Agency that owns it; "": the hub.')
@click.option("--title", help="Title for people.")
@click.option(
    "--maximum-age-days",
    type=click.IntRange(0, 36_500),
    help="Let /readyz fail if its list is older; 0: never.",
)
@click.option(
    "--required/--not-required",
    default=None,
    help="Let /readyz fail while the store has no record of it.",
)
def set_source_command(name: str, store_url: str, **values: Any) -> None:
    """Set properties of the source called NAME, before or after its first list was added."""
    from resolver.hub.admin import update_source

    if all(value is None for value in values.values()):
        raise click.UsageError(
            "nothing to set: give --agency, --title, --maximum-age-days or --required"
        )
    log_act_at(store_url, source=name, **values)
    is_new = update_source(store_url, name, **values)
    click.echo(f"Source {name} is updated{'; it has no records yet' if is_new else ''}.", err=True)
