"""Option for the steward who acts."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def steward_option(function: F) -> F:
    """Add --who NAME, by default the name of the system account."""
    text = "Steward to name in the log (default: the account that runs the command)."
    return click.option("--who", "steward", default=_account, metavar="NAME", help=text)(function)


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
