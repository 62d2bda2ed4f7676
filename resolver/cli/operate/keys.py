"""`resolver keys`: who may use the service."""

from __future__ import annotations

import json

import click

from resolver.cli.options import json_option, store_option


@click.group("keys")
def command() -> None:
    """Make, list and revoke the API keys of a store.

    A key may check names, submit lists and records, review, or all of these (admin). Only a hash of it is kept.

    \b
    Examples:
      resolver keys create border-1 --agency "Border police" --scope check --store sqlite:///hub.db
      resolver keys list --store sqlite:///hub.db
      resolver keys revoke border-1 --store sqlite:///hub.db
    """


@command.command("create")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", default="", help="Whose key it is.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["check", "submit", "review", "admin"]),
    multiple=True,
    required=True,
    help="What it may do; repeatable.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    help="How long it is good. Default: until it is revoked.",
)
def create(
    name: str, store_url: str, agency: str, scopes: tuple[str, ...], days: int | None
) -> None:
    """Make a key called NAME, and show its secret this once."""
    from resolver.hub.admin import create_key

    secret = create_key(store_url, name, agency, scopes, days)
    click.echo(
        f"Send it as the header `Authorization: ApiKey …`. It is not shown again; {name} is its name.",
        err=True,
    )
    click.echo(secret)


@command.command("list")
@store_option(required=True)
@json_option
def listed(store_url: str, as_json: bool) -> None:
    """List the keys there are, never their secrets."""
    from dataclasses import asdict

    from resolver.hub.admin import list_keys

    keys = list_keys(store_url)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in keys], ensure_ascii=False))
        return
    for one in keys:
        until = f", until {one.expires[:10]}" if one.expires else ""
        click.echo(
            f"{one.name}: {one.state}{until}; {', '.join(one.scopes)}; {one.agency or 'no agency'}"
        )


@command.command("revoke")
@click.argument("name")
@store_option(required=True)
def revoke(name: str, store_url: str) -> None:
    """Make the key called NAME useless."""
    from resolver.hub.admin import list_keys, revoke_key

    revoke_key(store_url, name)
    click.echo(f"{name} is revoked.", err=True)
    if not any(one.state == "good" for one in list_keys(store_url)):
        click.echo(
            "note: no key is good any more. The store stays closed: make another to ask again.",
            err=True,
        )
