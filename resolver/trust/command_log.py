"""Audit events of commands that read records out of a store, or change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolver.store import Store

ACTION = "command"
"""Action of these events in the audit log."""
_MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class CommandAccess:
    """Access by a command of the system account `account`.

    `arguments`: what the records were selected by. `records`: their number; None for all records of
    the store.
    """

    account: str
    purpose: str
    command: str
    arguments: Mapping[str, Any]
    records: int | None


def log_command(store: Store, access: CommandAccess) -> None:
    """Log an access before anything of it is shown.

    Raises `StoreError` where the event is not durable: then nothing may be shown.
    """
    with store.view() as view:
        revision, model = view.revision, view.head.stamp.get("model", "")
        records = access.records
        if records is None:
            records = sum(source.records for source in view.sources(counted=True))
    event = {
        "who": access.account,
        "agency": "",
        "action": ACTION,
        "purpose": _bounded(access.purpose),
        "request_id": "",
        "version": revision,
        "model": model,
        "query": {
            "command": access.command,
            **{name: _bounded(value) for name, value in access.arguments.items()},
        },
        "answer": {"records": records},
    }
    store.audit_events.append([event])


def log_command_at(url: str, access: CommandAccess, *, create: bool = False) -> None:
    """Log an access to the store at a URL, which `create` makes if absent. Raises `StoreError`."""
    with Store.open(url, create=create) as store:
        log_command(store, access)


def _bounded(value: Any) -> Any:
    """Return a value with texts that every database can store."""
    if isinstance(value, str):
        # arguments in another encoding than that of the terminal hold lone surrogates
        return value[:_MAX_TEXT].encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return [_bounded(part) for part in value]
    return value
