"""`resolver serve`: the HTTP service."""

from __future__ import annotations

import pkgutil
from pathlib import Path
from typing import Any

import click

from resolver.cli.options import PATH, store_option
from resolver.settings import Settings


@click.command("serve")
@store_option(required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: any free one.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests answered at once.")
@click.option("--jobs", type=PATH, metavar="DIR", help="Folder of submitted batches. Default: beside a SQLite store.")
@click.option("--rate", type=click.IntRange(0), default=0, show_default=True, help="Requests a minute a key; 0: any.")
@click.option("--ask-purpose", is_flag=True, help="Whoever comes with a key must say why (header X-Purpose).")
@click.option("--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder.")
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
    **where: Any,
) -> None:
    """Answer checks over HTTP from a store.

    Without API keys only this machine may ask: on any other address than loopback the service then refuses to start.

    \b
    Examples:
      resolver serve --store sqlite:///hub.db
      resolver serve --store postgresql+psycopg://hub@db/hub --host 0.0.0.0 --port 8000 --threads 8
    """
    # the service stands above this package; a command finds it by name, as any server finds its application
    serve = pkgutil.resolve_name("api.server:serve")
    options = pkgutil.resolve_name("api.settings:ServiceSettings")
    model = model_dir or settings.model_dir
    served = options(store_url, model, settings.index_dir, jobs_dir=jobs, ask_purpose=ask_purpose, rate=rate)
    serve(served, tell=lambda address: click.echo(f"Serving {address}", err=True), **where)
