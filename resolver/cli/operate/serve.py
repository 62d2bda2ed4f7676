"""`resolver serve`: the HTTP service."""

from __future__ import annotations

import ipaddress
import pkgutil
from pathlib import Path
from typing import Any

import click

from resolver.cli.options import PATH, store_option
from resolver.settings import Settings


@click.command("serve")
@store_option(required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port; 0: any free one.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Requests a process answers at once.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer.",
)
@click.option(
    "--jobs",
    type=PATH,
    metavar="DIR",
    help="Folder of submitted batches. Default: beside a SQLite store.",
)
@click.option(
    "--rate",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Requests a minute a key; 0: any.",
)
@click.option(
    "--ask-purpose", is_flag=True, help="Whoever comes with a key must say why (header X-Purpose)."
)
@click.option(
    "--accept-restricted", is_flag=True, help="Take records above handling code H0 as well."
)
@click.option(
    "--user-header", default="", metavar="NAME", help="Header in which a proxy names the user."
)
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS", help="The proxy to believe; repeatable."
)
@click.option(
    "--prepare", is_flag=True, help="Make what serving needs (catalogue, kernels), and leave."
)
@click.option(
    "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
)
@click.pass_obj
def command(
    settings: Settings,
    /,
    *,
    store_url: str,
    model_dir: Path | None,
    jobs: Path | None,
    rate: int,
    ask_purpose: bool,
    accept_restricted: bool,
    user_header: str,
    proxies: tuple[str, ...],
    prepare: bool,
    **where: Any,
) -> None:
    """Answer checks over HTTP from a store.

    The steward's desk is at /desk. Without API keys and users only this machine may ask, and the link that is printed
    at the start lets you in: on any other address than loopback the service then refuses to start.

    \b
    Examples:
      resolver serve --store sqlite:///hub.db
      resolver serve --store postgresql+psycopg://hub@db/hub --host 0.0.0.0 --port 8000 --workers 2
      resolver serve --store sqlite:///hub.db --user-header X-Remote-User --proxy 127.0.0.1
    """
    # the service stands above this package; a command finds it by name, as any server finds its application
    serve = pkgutil.resolve_name("resolver.api.server.run:serve")
    options = pkgutil.resolve_name("resolver.api.service_settings:ServiceSettings")
    model = model_dir or settings.model_dir
    if user_header and not proxies:
        raise click.UsageError("--user-header needs --proxy: the address of the proxy to believe")
    served = options(
        store_url,
        model,
        settings.index_dir,
        jobs_dir=jobs,
        ask_purpose=ask_purpose,
        rate=rate,
        accept_restricted=accept_restricted,
        user_header=user_header,
        rules=pkgutil.resolve_name("resolver.review:Rules").of(settings),
        proxies=_networks(proxies),
        sign_in_tries=settings.sign_in_tries_address,
    )
    if prepare:
        pkgutil.resolve_name("resolver.api.server.run:prepare")(
            served, tell=lambda line: click.echo(line, err=True)
        )
        return
    serve(served, tell=lambda line: click.echo(line, err=True), **where)


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise click.UsageError(
                f"--proxy {text[:60]!r} is no address: write one like 10.0.0.5 or 10.0.0.0/24"
            ) from None
    return texts
