"""Command `resolver`: finds and runs the command that is called, and reports errors.

A command's module is imported when the command is called. Neither this module nor any command's
module imports anything slow at the top, so that `--help` answers at once. An error is reported on
one line, with its exit code.
"""

from __future__ import annotations

import difflib
import errno
import gc
import importlib
import math
import os
import resource
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

import resolver
from resolver.cli import process_start
from resolver.cli.process_start import StoreContent, purpose_option
from resolver.errors import ResolverError
from resolver.settings import Settings

FAILED = 1
_NO_MEMORY = (
    "can't start new thread",
    "failed to map segment",
    "Cannot allocate memory",
    "bad_alloc",
)
_LITTLE = 16 << 20
"""If fewer bytes than this are left of a memory limit, an unexpected error is blamed on the
limit.
"""
_HINTS = {
    errno.ENOSPC: "free some space there or choose another place",
    errno.EFBIG: "the system allows no larger file; choose another place, or raise the limit",
    errno.EDQUOT: "your quota there is used up; free some space or choose another place",
    errno.EACCES: "choose a place that you may use, or have its permissions changed",
    errno.EPERM: "choose a place that you may use, or have its permissions changed",
    errno.EROFS: "that file system is read-only; choose another place",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of the path is a file; choose another path",
    errno.EISDIR: "name a file",
}


def describe_failure(error: Exception) -> tuple[str, int]:
    """Return the line to show for an error, and the exit code."""
    if isinstance(error, ResolverError):
        return error.line(), error.exit_code
    if _no_memory(error):
        return (
            "there is not enough memory (give the program more, or resolve fewer lists at once)",
            FAILED,
        )
    if isinstance(error, OSError) and error.errno:
        return _describe_os_error(error), FAILED
    text = " ".join(str(error).split())[:300]
    return (
        f"unexpected {type(error).__name__}: {text} (set RESOLVER_DEBUG=1 to see its traceback)",
        FAILED,
    )


def _no_memory(error: Exception) -> bool:
    """Return whether an error means a lack of memory, under any of the names that libraries give
    it.
    """
    if isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno == errno.ENOMEM
    ):
        return True
    # threads and the mapping of libraries also fail for a lack of memory
    if any(sign in str(error) for sign in _NO_MEMORY):
        return True
    if isinstance(error, OSError) and error.errno:
        return False
    # any error of a library may come from an allocation that failed
    return _memory_left() < (math.inf if isinstance(error, SystemError) else _LITTLE)


def _memory_left() -> float:
    """Return how many bytes the limit on this process leaves, or infinity if there is no limit."""
    soft_limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if soft_limit == resource.RLIM_INFINITY:
        return math.inf
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except OSError:
        return math.inf
    return soft_limit - pages * resource.getpagesize()


def _describe_os_error(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    hint = _HINTS.get(error.errno or 0)
    return f"{place}{(error.strerror or str(error)).lower()}" + (f" ({hint})" if hint else "")


@dataclass(frozen=True)
class CommandRow:
    """Row of the command table: module below `resolver.cli`, and summary in `--help`.

    `alias_of`: current name of a command that was renamed. An alias is not listed, and using it
    prints a note with the current name. `shows`: the content of a store that it may show.
    """

    module: str
    summary: str
    shows: StoreContent = StoreContent.NOTHING
    alias_of: str = ""


_STATE, _ACTS, _RECORDS = StoreContent.STATE, StoreContent.ACTS, StoreContent.RECORDS


COMMANDS = {
    "dedupe": CommandRow(
        "resolve.dedupe",
        "Find the records of the same person or group in lists of agencies.",
        _RECORDS,
    ),
    "link": CommandRow("resolve.link", "Find records of some lists in others."),
    "score": CommandRow("resolve.explain", "Score pairs of records."),
    "names": CommandRow("resolve.tables", "Score pairs of names."),
    "explain": CommandRow(
        "resolve.explain", "Show why two records got their score, or were not compared.", _RECORDS
    ),
    "check": CommandRow("resolve.check", "Look up one name in lists.", _RECORDS),
    "screen": CommandRow(
        "resolve.screen",
        "Compare passengers or customers with a store, without listing them.",
        _RECORDS,
    ),
    "clear": CommandRow(
        "resolve.screen", "Say that a screened subject is not a listed entity, or is.", _RECORDS
    ),
    "clearances": CommandRow(
        "resolve.screen", "List what was cleared and confirmed, and withdraw it.", _RECORDS
    ),
    "watches": CommandRow(
        "resolve.watch",
        "List, show and run watches: subjects that are screened again when the store changes.",
        _RECORDS,
    ),
    "notices": CommandRow(
        "resolve.watch",
        "Show what an agency is told of, subscribe it to more, and send it by webhook or mail.",
        _RECORDS,
    ),
    "search": CommandRow("resolve.check", "Search a store by words, a number or an id.", _RECORDS),
    "network": CommandRow(
        "resolve.network",
        "Export the network of a store, or show who connects two entities or belongs to a group.",
        _RECORDS,
    ),
    "serve": CommandRow("operate.serve", "Run the HTTP service and the steward's desk.", _STATE),
    "worker": CommandRow(
        "operate.worker", "Process batches submitted over HTTP, and fetch feeds.", _STATE
    ),
    "batches": CommandRow(
        "operate.worker", "List submitted batches, and accept or reject those on hold.", _ACTS
    ),
    "changes": CommandRow(
        "operate.worker", "Show what a batch or a revision changed, or would change.", _RECORDS
    ),
    "feeds": CommandRow(
        "operate.feeds", "Keep lists of publishers current by fetching them on schedule.", _ACTS
    ),
    "keys": CommandRow(
        "operate.accounts", "Create, list and revoke API keys of the service.", _ACTS
    ),
    "users": CommandRow(
        "operate.accounts", "Add, list and change users of the steward's desk.", _ACTS
    ),
    "audit": CommandRow(
        "operate.audit",
        "Verify the audit log, and say who was shown a record.",
        _RECORDS,
    ),
    "preview": CommandRow("resolve.tables", "Show the first records of lists as they are read."),
    "mapping": CommandRow("resolve.tables", "Propose the mapping of a table's columns."),
    "status": CommandRow("operate.store", "Show the contents of a store.", _STATE),
    "sources": CommandRow(
        "operate.store",
        "List the sources of a store, and set their owner, title and age limit.",
        _ACTS,
    ),
    "queue": CommandRow("review", "Show the pairs that wait for a steward.", _RECORDS),
    "decide": CommandRow(
        "review", "Decide whether two entities of a store are the same.", _RECORDS
    ),
    "links": CommandRow("review", "Show the color of a link, and who decided it.", _RECORDS),
    "confirm": CommandRow(
        "review", "Confirm a decision that waits for a second steward.", _RECORDS
    ),
    "undo": CommandRow("review", "Undo a decision.", _RECORDS),
    "split": CommandRow("review", "Split records off an entity.", _RECORDS),
    "erase": CommandRow(
        "operate.store", "Erase records from a store for good, and prove it.", _RECORDS
    ),
    "retention": CommandRow(
        "operate.store", "Set for how long records are kept, and list what is due.", _RECORDS
    ),
    "withdraw": CommandRow("operate.store", "Withdraw records from a store.", _ACTS),
    "rebuild": CommandRow(
        "operate.store",
        "Resolve everything in a store again, with another plan or model.",
        _ACTS,
    ),
    "refresh": CommandRow(
        "resolve.dedupe",
        "Measure the population of a store anew, and resolve its records in it.",
        _ACTS,
    ),
    "replan": CommandRow("operate.store", "", _ACTS, alias_of="rebuild"),
    "backup": CommandRow("operate.store", "Write a store into one file.", _RECORDS),
    "restore": CommandRow("operate.store", "Create a store from a backup.", _ACTS),
    "export": CommandRow("operate.store", "Write everything in a store as JSON lines.", _RECORDS),
    "formats": CommandRow("resolve.tables", "List the formats that can be read."),
    "comparators": CommandRow("resolve.tables", "List the comparators and the blocking rules."),
    "train": CommandRow("model.train", "Fit a model.", _RECORDS),
    "compare": CommandRow(
        "model.evaluate", "Compare two models on the decisions of a store.", _RECORDS
    ),
    "evaluate": CommandRow(
        "model.evaluate", "Measure a model on judged pairs, and its error rates by group."
    ),
    "sample": CommandRow("model.evaluate", "Select the pairs whose judgment teaches a model most."),
    "tables": CommandRow(
        "model.tables", "Count common names, and numbers used by many people.", _RECORDS
    ),
    "demo": CommandRow("resolve.demo", "Generate lists of invented agencies and resolve them."),
    "settings": CommandRow("operate.serve", "List the settings of an installation."),
    "completion": CommandRow("operate.serve", "Print the completion script of a shell."),
}
LISTED_COMMANDS = {name: row for name, row in COMMANDS.items() if not row.alias_of}
INTERRUPTED = 130


def load_command(name: str) -> click.Command:
    """Import the module of a command in the table, and return its function `NAME_command`.

    Commands that show records have the option --purpose.
    """
    row = COMMANDS[name]
    module = importlib.import_module(f"resolver.cli.{row.module}")
    command: click.Command = getattr(module, f"{row.alias_of or name}_command")
    if row.shows is StoreContent.RECORDS:
        _add_purpose(command)
    return command


def _add_purpose(command: click.Command) -> None:
    """Add --purpose to a command, or to each command of a group, that opens a store."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _add_purpose(below)
    names = {option.name for option in command.params}
    if "purpose" not in names and "store_url" in names:
        command.params.append(purpose_option())


class CommandTable(click.Group):
    """Group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of commands in the order of the table, without aliases."""
        return list(LISTED_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        return load_command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does; for an unknown command suggest similar names, for a
        renamed one print a note.
        """
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            similar = difflib.get_close_matches(name, LISTED_COMMANDS, 2)
            hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
            ctx.fail(f"There is no command {name!r}.{hint}")
        current = COMMANDS[name].alias_of if name in COMMANDS else ""
        if current and not ctx.resilient_parsing:
            click.echo(f"note: `{name}` is now called `{current}`: use that name", err=True)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in LISTED_COMMANDS.items()])


@click.command(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`resolver COMMAND --help` explains a command by examples.",
)
@click.version_option(
    resolver.__version__, "-V", "--version", prog_name="resolver", message="%(prog)s %(version)s"
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Entity resolution for watchlists: find the records of one person or company, merge them, and
    explain why.

    \b
    Try it:            resolver demo --records 2000 --out demo
    On your lists:     resolver dedupe sdn.csv consolidated.xml --out result
                       then open result/report.html
    One name:          resolver check "Ivan Petrov" --list sdn.csv
    """
    ctx.obj = Settings.from_environment()
    if ctx.obj.memory_mib:
        process_start.limit_memory(ctx.obj.memory_mib)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its exit code."""
    args = sys.argv[1:] if args is None else args
    code = (
        process_start.run_watched(lambda: run(args))
        if args and args[0] in process_start.WATCHED_COMMANDS
        else run(args)
    )
    # skip the garbage collection at exit, which takes a third of a second
    gc.freeze()
    sys.exit(code)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 1 (failed), 2 (usage) or 130 (interrupted), never raise."""
    try:
        code = cli.main(args=args, prog_name="resolver", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return 1
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"error: {_usage_line(error)}", err=True)
        return error.exit_code
    except Exception as error:  # last resort of the program
        return _report_failure(error)


def _report_failure(error: Exception) -> int:
    if _is_debugging():
        traceback.print_exc()
    try:
        line, code = describe_failure(error)
    except MemoryError as lack:
        line, code = describe_failure(lack)
    # writing the message needs memory, too
    process_start.lift_limit()
    click.echo(f"error: {line}", err=True)
    return code


def _usage_line(error: click.ClickException) -> str:
    """Return the error that click found in a call, on one line, with the help to read."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = " ".join(error.format_message().split()).rstrip(".")
    return f"{message} (see: {context.command_path} --help)" if context else message


def _is_debugging() -> bool:
    try:
        return Settings.from_environment().debug
    except Exception:  # the settings may be the error
        return False


def _discard_output() -> None:
    """Keep the interpreter from reporting a closed pipe at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
