"""Commands on who may use a service: users of the desk, and API keys.

- Command `resolver users`: users of the steward's desk.
- Command `resolver keys`: API keys of the service.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from resolver.cli.options import PATH, json_option, store_option
from resolver.cli.process_start import log_act_at
from resolver.errors import pluralize

_ROLE = click.Choice(["auditor", "viewer", "steward", "senior", "admin"])


@click.group("users")
def users_command() -> None:
    """Add, list and change the users of the steward's desk.

    An auditor reads the audit log and no records. A viewer reads records. A steward also decides, a
    senior steward also settles contradictions, and an admin also manages users. Passwords are asked
    for, or read from a file, and stored as argon2 hashes.

    \b
    Examples:
      resolver users add amira --role steward --agency "Coast guard" --store sqlite:///hub.db
      resolver users list --store sqlite:///hub.db
      resolver users role amira senior --store sqlite:///hub.db
      resolver users passwd amira --store sqlite:///hub.db
      resolver users disable amira --store sqlite:///hub.db
      resolver users sessions amira --store sqlite:///hub.db
      resolver users sign-out amira --store sqlite:///hub.db
    """


@users_command.command("add")
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
    from resolver.hub.admin import add_desk_user

    if no_password and password_file:
        raise click.UsageError("--no-password and --password-file exclude each other")
    password = None if no_password else _password(password_file)
    log_act_at(store_url, create=True, user=name, role=role, agency=agency)
    user = add_desk_user(store_url, name, role, agency, password)
    click.echo(f"User {user.name} may sign in as {user.role.label}.", err=True)


@users_command.command("list")
@store_option(required=True)
@json_option
def list_users_command(store_url: str, as_json: bool) -> None:
    """List the users."""
    from dataclasses import asdict

    from resolver.hub.admin import list_desk_users

    users = list_desk_users(store_url)
    if as_json:
        click.echo(json.dumps([asdict(user) for user in users], ensure_ascii=False))
        return
    for user in users:
        click.echo(f"{user.name}: {user.role}; {user.state}; {user.agency or 'no agency'}")


@users_command.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@store_option(required=True)
@click.option("--agency", help="Change the agency as well.")
def change_role(name: str, role: str, store_url: str, agency: str | None) -> None:
    """Change the role of the user NAME to ROLE."""
    from resolver.hub.admin import change_desk_user

    log_act_at(store_url, user=name, role=role, agency=agency)
    user = change_desk_user(store_url, name, role=role, agency=agency)
    click.echo(f"User {user.name} is now {user.role.label}.", err=True)


@users_command.command("passwd")
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
    from resolver.hub.admin import change_desk_user

    password = _password(password_file)
    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, password=password)
    click.echo(f"The password of user {user.name} is changed.", err=True)


@users_command.command("disable")
@click.argument("name")
@store_option(required=True)
def disable(name: str, store_url: str) -> None:
    """Disable the account of the user NAME; past decisions stay."""
    from resolver.hub.admin import change_desk_user

    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, disabled=True)
    click.echo(f"User {user.name} is disabled.", err=True)


@users_command.command("enable")
@click.argument("name")
@store_option(required=True)
def enable(name: str, store_url: str) -> None:
    """Enable the account of the user NAME again."""
    from resolver.hub.admin import change_desk_user

    log_act_at(store_url, user=name)
    user = change_desk_user(store_url, name, disabled=False)
    click.echo(f"User {user.name} is enabled.", err=True)


@users_command.command("sessions")
@click.argument("name")
@store_option(required=True)
@json_option
def list_sessions_command(name: str, store_url: str, as_json: bool) -> None:
    """List the sessions of the user NAME at the desk."""
    from resolver.hub.admin import list_sessions

    sessions = list_sessions(store_url, name)
    if as_json:
        shown = ("id", "created", "seen", "via", "browser", "address")
        rows = [{part: getattr(row, part) for part in shown} for row in sessions]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in sessions:
        click.echo(
            f"{row.id}: since {row.created[:16]}Z, last used {row.seen[:16]}Z; by {row.via}; "
            f"{row.browser or 'unknown browser'} at {row.address or 'an unknown address'}"
        )


@users_command.command("sign-out")
@click.argument("name")
@store_option(required=True)
@click.option("--session", "session_id", default="", metavar="ID", help="End this session only.")
def sign_out_command(name: str, store_url: str, session_id: str) -> None:
    """End the sessions of the user NAME at the desk."""
    from resolver.hub.admin import end_sessions

    log_act_at(store_url, user=name, session=session_id)
    count = end_sessions(store_url, name, session_id)
    click.echo(f"{pluralize(count, 'session')} of user {name} ended.", err=True)


@users_command.command("remove-keys")
@click.argument("name")
@store_option(required=True)
def remove_keys(name: str, store_url: str) -> None:
    """Remove the security keys of the user NAME, who has lost them, and end the sessions."""
    from resolver.hub.admin import remove_security_keys

    log_act_at(store_url, user=name)
    count = remove_security_keys(store_url, name)
    click.echo(f"{pluralize(count, 'security key')} of user {name} removed.", err=True)


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


@click.group("keys")
def keys_command() -> None:
    """Create, list and revoke the API keys of a store.

    A key may check names, submit lists and records, review, read the metrics of the service, or do
    all of these (admin). Only a hash of its secret is stored.

    \b
    Examples:
      resolver keys create border-1 --agency "Border police" --scope check --store sqlite:///hub.db
      resolver keys create visit --scope check --expires 2030-01-31 --store sqlite:///hub.db
      resolver keys list --store sqlite:///hub.db
      resolver keys revoke border-1 --store sqlite:///hub.db
    """


@keys_command.command("create")
@click.argument("name")
@store_option(required=True)
@click.option("--agency", default="", help="Agency that uses the key.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["check", "submit", "review", "metrics", "audit", "admin"]),
    multiple=True,
    required=True,
    help="Permission; repeatable.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    help="Days until it expires. Default: never.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day on which it expires, at 00:00 UTC, such as 2027-01-31. Default: never.",
)
def create(
    name: str,
    store_url: str,
    agency: str,
    scopes: tuple[str, ...],
    days: int | None,
    expires: datetime | None,
) -> None:
    """Create a key called NAME, and show its secret once."""
    from resolver.hub.admin import create_key

    if days is not None and expires is not None:
        raise click.UsageError("--days and --expires exclude each other")
    end = None if expires is None else expires.replace(tzinfo=UTC)
    if days is not None:
        end = datetime.now(UTC) + timedelta(days=days)
    until = "" if end is None else f"{end:%Y-%m-%d}"
    log_act_at(store_url, create=True, key=name, agency=agency, scopes=scopes, expires=until)
    secret = create_key(store_url, name, agency, scopes, end)
    click.echo(
        f"This is the secret of key {name}; it is not shown again. Send it as the header "
        "`Authorization: ApiKey …`.",
        err=True,
    )
    click.echo(secret)


@keys_command.command("list")
@store_option(required=True)
@json_option
def list_keys_command(store_url: str, as_json: bool) -> None:
    """List the keys, without their secrets."""
    from dataclasses import asdict

    from resolver.hub.admin import KEY_NOTICE_DAYS, list_keys

    keys = list_keys(store_url)
    if as_json:
        click.echo(json.dumps([asdict(key) for key in keys], ensure_ascii=False))
        return
    for key in keys:
        until = f", until {key.expires[:10]}" if key.expires else ""
        left = key.days_left
        if left is not None and left < KEY_NOTICE_DAYS:
            until += f", which is in {pluralize(left, 'day')}" if left else ", within a day"
        click.echo(
            f"{key.name}: {key.state}{until}; {', '.join(key.scopes)}; {key.agency or 'no agency'}"
        )


@keys_command.command("revoke")
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
