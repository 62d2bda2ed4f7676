"""Audit log of the command line: who reads records out of a store, by which command and why."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from resolver.hub.hub import Hub
    from resolver.trust.audit_spool import CommandAccess

_PURPOSE = "resolver.purpose"
F = TypeVar("F", bound=Callable[..., Any])


class StoreContent(Enum):
    """Kinds of content that a command may show of a store; audit and contract tests follow."""

    NOTHING = "nothing: it opens no store"
    STATE = "counts, states, accounts, and ids that it was called with: not audited"
    ACTS = "STATE, and changes of accounts, sources, batches and records: changes are audited"
    RECORDS = "values of records, or what they are resolved to: audited before it is shown"


def account_name() -> str:
    """Return the name of the system account that runs the process, or its number."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def purpose_option() -> click.Option:
    """Return the option --purpose of commands that show records; `log_records` reads it."""
    return click.Option(
        ["--purpose"],
        default="",
        metavar="TEXT",
        expose_value=False,
        callback=lambda context, _, text: context.meta.update({_PURPOSE: text.strip()}),
        help="Purpose of access, for the audit log of the store.",
    )


def log_records(hub: Hub, records: int | None, **arguments: Any) -> None:
    """Log that the running command is about to show records of an open store.

    records: their number; None for all. arguments: what they were selected by. Raises `StoreError`
    where the event is not durable: then nothing may be shown.
    """
    from resolver.trust.audit_spool import log_command

    log_command(hub.store, _access(records, arguments))


def log_act_at(url: str, *, create: bool = False, **arguments: Any) -> None:
    """Log that the running command is about to change the store at a URL, or to say what a change
    would do; `create` makes a store where there is none.

    Raises `StoreError` where the event is not durable: then nothing may be changed.
    """
    from resolver.trust.audit_spool import log_command_at

    log_command_at(url, _access(0, arguments), create=create)


def log_records_at(url: str, records: int | None, **arguments: Any) -> None:
    """Log that the running command is about to show records of the store at a URL.

    Raises `StoreError`.
    """
    from resolver.trust.audit_spool import log_command_at

    log_command_at(url, _access(records, arguments))


def _access(records: int | None, arguments: dict[str, Any]) -> CommandAccess:
    from resolver.trust.audit_spool import CommandAccess

    context = click.get_current_context()
    stated = {name: value for name, value in arguments.items() if value not in (None, "", ())}
    purpose = context.meta.get(_PURPOSE, "")
    _, _, command = context.command_path.partition(" ")
    return CommandAccess(account_name(), purpose, command, stated, records)


def steward_option(function: F) -> F:
    """Add --who NAME, by default the name of the system account."""
    text = "Steward to name in the log (default: the account that runs the command)."
    return click.option("--who", "steward", default=account_name, metavar="NAME", help=text)(
        function
    )
