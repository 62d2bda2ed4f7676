"""Audit events of accounts: sign-ins that succeeded, failed or were refused, and sign-outs."""

from __future__ import annotations

import time
from enum import StrEnum

from flask import current_app

from resolver.api.access import Viewer, log_access
from resolver.api.service import current_service
from resolver.hub.desk_users import User
from resolver.screening.screener import IndexRevision

_MAX_NAME = 60
"""Characters of a name that was tried; no user has a longer one."""
_REPEAT_SECONDS = 60.0
_MAX_REFUSALS = 1_000


class AccountEvent(StrEnum):
    """Actions of the audit log on the user's own account."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PASSWORD = "password"


class Outcome(StrEnum):
    """Outcome of a try to sign in, or to change one's password."""

    DONE = "done"
    WRONG = "wrong name or password"
    LOCKED = "locked"
    UNKNOWN_USER = "the proxy names an unknown user"
    INVALID_LINK = "invalid link"


_REFUSALS = frozenset({Outcome.LOCKED, Outcome.UNKNOWN_USER, Outcome.INVALID_LINK})
"""Outcomes that cost nothing to repeat: logged once a minute for each address."""


def log_user_event(
    event: AccountEvent, user: User, address: str, *, via: str, purpose: str = ""
) -> None:
    """Log a sign-in, sign-out or new password of a user. Raises `StoreError`."""
    actor = Viewer(user.name, user.agency)
    _log(event, {"via": via, "address": address}, Outcome.DONE, actor, purpose)


def log_failed_try(
    event: AccountEvent, name: str, outcome: Outcome, address: str, *, via: str = "password"
) -> None:
    """Log a failed try with the name that was typed, bounded. Raises `StoreError`."""
    refusals: dict[tuple[Outcome, str], float] = current_app.extensions["desk_refusals"]
    now, key = time.monotonic(), (outcome, address)
    if outcome in _REFUSALS and now - refusals.get(key, -_REPEAT_SECONDS) < _REPEAT_SECONDS:
        return
    # nobody is signed in, so the event has no actor
    _log(event, {"via": via, "address": address, "name": _printable(name)}, outcome, Viewer(), "")
    if len(refusals) >= _MAX_REFUSALS:
        refusals.clear()
    refusals[key] = now


def _log(
    event: AccountEvent, query: dict[str, str], outcome: Outcome, actor: Viewer, purpose: str
) -> None:
    revision = IndexRevision(current_service().hub.store.revision, "")
    answer = {"outcome": str(outcome)}
    log_access(str(event), query, answer, revision, actor=actor, purpose=purpose)


def _printable(name: str) -> str:
    """Return the start of a text, with a mark for each character that cannot be stored or shown."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:_MAX_NAME])
