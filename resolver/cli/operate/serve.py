"""Commands on an installation of the service.

- Command `resolver serve`: the HTTP service.
- Command `resolver settings`: the settings of this installation.
- Command `resolver completion`: completion of commands in a shell.
"""

from __future__ import annotations

import ipaddress
import pkgutil
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import click

from resolver.cli.options import PATH, listed_option, store_option
from resolver.cli.process_start import load_arrow_without_pandas, start_no_blas_threads
from resolver.errors import ResolverError, UsageError
from resolver.runtime.processes import collect_rarely
from resolver.settings import SettingRow, Settings, format_setting, setting_rows

_HELP = """Serve a store over HTTP: the API, and the steward's desk at /desk.

Without API keys and users the service answers only its own machine, and the link printed at the
start signs you in; it then refuses to start on any address but loopback.

\b
Examples:
  resolver serve --store sqlite:///hub.db
  resolver serve --store postgresql+psycopg://hub@db/hub --host 0.0.0.0 --port 8000 --workers 2
  resolver serve --store sqlite:///hub.db --user-header X-Remote-User --proxy 127.0.0.1
  resolver serve --store sqlite:///hub.db --provider provider.yml
"""

_PACKAGES = ("gunicorn", "prometheus_client", "structlog", "waitress")


@click.command("serve", help=_HELP)
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
    help="Requests that a process answers at once.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer requests.",
)
@click.option(
    "--jobs",
    type=PATH,
    metavar="DIR",
    help="Folder of submitted batches. Default: next to a SQLite store.",
)
@click.option(
    "--rate",
    type=click.IntRange(0),
    metavar="N",
    help="Queries per minute, key and process; 0: unlimited. Default: the setting key_rate.",
)
@click.option(
    "--ask-purpose", is_flag=True, help="Require a purpose of access with a key (header X-Purpose)."
)
@click.option(
    "--accept-restricted", is_flag=True, help="Accept records above handling code H0 as well."
)
@click.option(
    "--user-header", default="", metavar="NAME", help="Header in which a proxy names the user."
)
@click.option(
    "--provider",
    type=PATH,
    metavar="FILE",
    help="Let users sign in with the identity provider (OpenID Connect) of this file. "
    "Default: the setting provider_file.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Trusted proxy; repeatable. Default: the setting proxies.",
)
@listed_option
@click.option(
    "--prepare", is_flag=True, help="Build what serving needs (entity index, kernels), and exit."
)
@click.option(
    "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
)
@click.pass_obj
def serve_command(settings: Settings, /, store_url: str, **options: Any) -> None:
    """Run `resolver serve`."""
    _require_packages(*_PACKAGES)
    collect_rarely()
    start_no_blas_threads()
    load_arrow_without_pandas()
    # the service depends on this package, so the command loads it by name, as servers do
    service_settings = _service_settings(settings, store_url, options)
    if options["prepare"]:
        prepare_serving = pkgutil.resolve_name("resolver.api.server.run:prepare_serving")
        prepare_serving(service_settings, announce=_announce)
        return
    serve = pkgutil.resolve_name("resolver.api.server.run:serve")
    address = {name: options[name] for name in ("host", "port", "threads", "workers")}
    serve(service_settings, announce=_announce, **address)


def _require_packages(*names: str) -> None:
    """Raise `ResolverError` without these packages of the extra `server`."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ResolverError(
            f"the HTTP service needs {', '.join(missing)}",
            hint="pip install 'watchlist-resolver[server]'",
        )


def _announce(line: str) -> None:
    click.echo(line, err=True)


def _service_settings(settings: Settings, store_url: str, options: Mapping[str, Any]) -> Any:
    """Return the settings of the service. Raises click's `UsageError` for invalid options."""
    service_settings = pkgutil.resolve_name("resolver.api.service:ServiceSettings")
    desk_rules = pkgutil.resolve_name("resolver.review:DeskRules")
    # a stated rate may be used up at once
    rate = (60 * settings.key_rate, settings.key_burst)
    if options["rate"] is not None:
        rate = (options["rate"], 0)
    proxies = options["proxies"] or tuple(
        address.strip() for address in (settings.proxies or "").split(",") if address.strip()
    )
    if options["user_header"] and not proxies:
        raise click.UsageError("--user-header needs --proxy: the address of the trusted proxy")
    provider = None
    provider_file = options["provider"] or settings.provider_file
    if provider_file is not None:
        _require_packages("authlib", "joserfc")
        provider_settings = pkgutil.resolve_name("resolver.api.identity_provider:ProviderSettings")
        provider = provider_settings.read(provider_file, settings.provider_secret or "")
    return service_settings(
        store_url,
        options["model_dir"] or settings.model_dir,
        settings.index_dir,
        jobs_dir=options["jobs"],
        ask_purpose=options["ask_purpose"],
        rate=rate[0],
        burst=rate[1],
        accept_restricted=options["accept_restricted"],
        user_header=options["user_header"],
        rules=desk_rules.from_settings(settings),
        proxies=_networks(proxies),
        sign_in_tries=settings.sign_in_tries_address,
        provider=provider,
        security_key_roles=_security_key_roles(settings.security_key_roles or ""),
        listed=settings.listed if options["listed"] is None else options["listed"],
        contacts_of_person=settings.contacts_of_person,
        contacts_of_agency=settings.contacts_of_agency,
    )


def _security_key_roles(text: str) -> frozenset[str]:
    """Return the roles of a setting. Raises `UsageError` for an unknown one."""
    from resolver.hub.admin import ROLES

    roles = frozenset(text.replace(",", " ").split())
    if unknown := sorted(roles.difference(ROLES)):
        raise UsageError(
            f"RESOLVER_SECURITY_KEY_ROLES names {unknown[0][:40]!r}, which is no role",
            place="environment",
            hint=f"use {', '.join(ROLES)}",
        )
    return roles


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise click.UsageError(
                f"--proxy {text[:60]!r} is not an address: write one like 10.0.0.5 or 10.0.0.0/24"
            ) from None
    return texts


PAGE = """# Settings

Settings are environment variables, read once when a command starts. Options of a command take
precedence. `resolver settings` shows the current values. This page is generated by
`resolver settings --markdown`.

| variable | default | range | meaning |
|---|---|---|---|
"""


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Print the page docs/reference/settings.md.")
@click.pass_obj
def settings_command(settings: Settings, /, *, markdown: bool) -> None:
    """List the settings in the environment, and their current values.

    \b
    Examples:
      resolver settings
      RESOLVER_MERGE_AT=0.5 resolver settings
    """
    rows = setting_rows()
    if markdown:
        click.echo(settings_page(rows), nl=False)
        return
    for row in rows:
        name = row.variable.removeprefix("RESOLVER_").lower()
        value = format_setting(getattr(settings, name))
        click.echo(f"{row.variable}={'(set, not shown)' if row.is_secret and value else value}")
        click.echo(f"    {row.help} {row.range}; default: {row.default or 'unset'}")


def settings_page(rows: tuple[SettingRow, ...]) -> str:
    """Return the text of the settings page in the documentation."""
    lines = [
        f"| `{row.variable}` | {row.default or 'unset'} | {row.range} | {row.help} |\n"
        for row in rows
    ]
    return PAGE + "".join(lines)


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      resolver completion bash >> ~/.bashrc
      resolver completion zsh  >> ~/.zshrc
      resolver completion fish > ~/.config/fish/completions/resolver.fish
    """
    from click.shell_completion import get_completion_class

    from resolver.cli.app import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"No completion is known for {shell}.")
    click.echo(kind(cli, {}, "resolver", "_RESOLVER_COMPLETE").source())
