"""Command `resolver users`: users of the steward's desk."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from resolver.cli.command_log import log_act_at
from resolver.cli.options import PATH, json_option, store_option

_ROLE = click.Choice(["viewer", "steward", "senior", "admin"])


@click.group("users")
def command() -> None:
    """Add, list and change the users of the steward's desk.

    A viewer reads; a steward also decides; a senior steward also settles contradictions; an admin
    also manages users. Passwords are asked for, or read from a file, and stored as argon2 hashes.

    \b
    Examples:
      resolver users add amira --role steward --agency "Coast guard" --store sqlite:///hub.db
      resolver users list --store sqlite:///hub.db
      resolver users role amira senior --store sqlite:///hub.db
      resolver users passwd amira --store sqlite:///hub.db
      resolver users disable amira --store sqlite:///hub.db
    """


@command.command("add")
@click.argument("name")
@store_option(required=True)
@click.option("--role", type=_ROLE, required=True, help="What the user may do.")
@click.option("--agency", default="", help="Agency of the user.")
@click.option(
    "--password-file",
    type=PATH,
    metavar="FILE",
    help="Take the password from a file (`-`: standard input).",
)
@click.option(
    "--no-password",
    is_flag=True,
    help="Only a proxy may sign this user in (see `resolver serve --help`).",
)
def add(
    name: str, store_url: str, role: str, agency: str, password_file: Path | None, no_password: bool
) -> None:
    """Add a user called NAME."""
    from resolver.hub.desk_users import add_desk_user

    if no_password and password_file:
        raise click.UsageError("--no-password and --password-file exclude each other")
    password = None if no_password else _password(password_file)
    log_act_at(store_url, create=True, user=name, role=role, agency=agency)
    user = add_desk_user(store_url, name, role, agency, password)
    click.echo(f"User {user.name} may sign in as {user.role.label}.", err=True)


@command.command("list")
@store_option(required=True)
@json_option
def list_users_command(store_url: str, as_json: bool) -> None:
    """List the users."""
    from dataclasses import asdict

    from resolver.hub.desk_users import list_desk_users

    users = list_desk_users(store_url)
    if as_json:
        click.echo(json.dumps([asdict(user) for user in users], ensure_ascii=False))
        return
    for user in users:
        click.echo(f"{user.name}: {user.role}; {user.state}; {user.agency or 'no agency'}")


@command.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@store_option(required=True)
@click.option("--agency", help="Change the agency as well.")
def change_role(name: str, role: str, store_url: str, agency: str | None) -> None:
    """Change the role of the user NAME to ROLE."""
    from resolver.hub.desk_users import change_desk_user

    log_act_at(store_url, user=name, role=role, agency=agency)
    user = change_desk_user(store_url, name, role=role, agency=agency)
    click.echo(f"User {user.name} is now {user.role.label}.", err=True)


@command.command("passwd")
@click.argument("name")
@store_option(required=True)
@click.option(
    "--password-file",
    type=PATH,
    metavar="FILE",
    help="Take the password from a file (`-`: standard input).",
)
def passwd(name: str, store_url: str, password_file: Path | None) -> None:
    """Change the password of the user NAME, who then has to sign in again."""
    from resolver.hub.desk_users import change_desk_user

    password = _password(password_file)
    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, password=password)
    click.echo(f"The password of user {user.name} is changed.", err=True)


@command.command("disable")
@click.argument("name")
@store_option(required=True)
def disable(name: str, store_url: str) -> None:
    """Disable the account of the user NAME; past decisions stay."""
    from resolver.hub.desk_users import change_desk_user

    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, disabled=True)
    click.echo(f"User {user.name} is disabled.", err=True)


@command.command("enable")
@click.argument("name")
@store_option(required=True)
def enable(name: str, store_url: str) -> None:
    """Enable the account of the user NAME again."""
    from resolver.hub.desk_users import change_desk_user

    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, disabled=False)
    click.echo(f"User {user.name} is enabled.", err=True)


def _password(path: Path | None) -> str:
    if path is None:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "there is no terminal to ask for a password: give --password-file"
            )
        password: str = click.prompt(
            "Password", hide_input=True, confirmation_prompt=True, err=True
        )
        return password
    text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    return text.removesuffix("\n").removesuffix("\r")
