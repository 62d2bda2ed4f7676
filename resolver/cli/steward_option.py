"""Who acts: the option of commands that decide."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def who_option(function: F) -> F:
    """--who NAME, the name of the account unless given."""
    text = "The steward whom the log names (default: the account that runs the command)."
    return click.option("--who", default=_account, metavar="NAME", help=text)(function)


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
