"""Command `resolver keys`: API keys of the service."""

from __future__ import annotations

import json

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import json_option, store_option


@click.group("keys")
def command() -> None:
    """Create, list and revoke the API keys of a store.

    A key may check names, submit lists and records, review, read the metrics of the service, or do
    all of these (admin). Only a hash of its secret is stored.

    \b
    Examples:
      resolver keys create border-1 --agency "Border police" --scope check --store sqlite:///hub.db
      resolver keys list --store sqlite:///hub.db
      resolver keys revoke border-1 --store sqlite:///hub.db
    """


@command.command("create")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", default="", help="Agency that uses the key.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["check", "submit", "review", "metrics", "admin"]),
    multiple=True,
    required=True,
    help="Permission; repeatable.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    help="Days until it expires. Default: never.",
)
def create(
    name: str, store_url: str, agency: str, scopes: tuple[str, ...], days: int | None
) -> None:
    """Create a key called NAME, and show its secret once."""
    from resolver.hub.admin import create_key

    log_act_at(store_url, create=True, key=name, agency=agency, scopes=scopes, days=days)
    secret = create_key(store_url, name, agency, scopes, days)
    click.echo(
        f"This is the secret of key {name}; it is not shown again. Send it as the header "
        "`Authorization: ApiKey …`.",
        err=True,
    )
    click.echo(secret)


@command.command("list")
@store_option(required=True)
@json_option
def list_keys_command(store_url: str, as_json: bool) -> None:
    """List the keys, without their secrets."""
    from dataclasses import asdict

    from resolver.hub.admin import list_keys

    keys = list_keys(store_url)
    if as_json:
        click.echo(json.dumps([asdict(key) for key in keys], ensure_ascii=False))
        return
    for key in keys:
        until = f", until {key.expires[:10]}" if key.expires else ""
        click.echo(
            f"{key.name}: {key.state}{until}; {', '.join(key.scopes)}; {key.agency or 'no agency'}"
        )


@command.command("revoke")
@click.argument("name")
@store_option(required=True)
def revoke(name: str, store_url: str) -> None:
    """Revoke the key called NAME."""
    from resolver.hub.admin import list_keys, revoke_key

    log_act_at(store_url, key=name)
    revoke_key(store_url, name)
    click.echo(f"Key {name} is revoked.", err=True)
    if not any(key.state == "good" for key in list_keys(store_url)):
        click.echo(
            "note: no valid key is left and the service stays closed; create a key to use it.",
            err=True,
        )
