"""Option for the steward who acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from resolver.cli.command_log import account_name

F = TypeVar("F", bound=Callable[..., Any])


def steward_option(function: F) -> F:
    """Add --who NAME, by default the name of the system account."""
    text = "Steward to name in the log (default: the account that runs the command)."
    return click.option("--who", "steward", default=account_name, metavar="NAME", help=text)(
        function
    )
