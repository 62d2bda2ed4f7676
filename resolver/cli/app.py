"""The command `resolver`: finds the module of the command that is called, and turns what goes wrong into one line.

Nothing heavy is imported here, nor at the top of any command's module: `--help` must answer at once.
"""

from __future__ import annotations

import difflib
import gc
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import click

import resolver
from resolver.cli import memory_guard
from resolver.cli.failures import describe
from resolver.settings import Settings


@dataclass(frozen=True)
class CommandRow:
    """A row of the command table: the module below `resolver.cli` and the summary in `--help`."""

    module: str
    summary: str


COMMANDS = {
    "dedupe": CommandRow(
        "resolve.dedupe", "Find who is the same as whom in the lists of several agencies."
    ),
    "link": CommandRow(
        "resolve.link", "Find who of some lists stands in others; pairs across only."
    ),
    "score": CommandRow("resolve.score", "Score pairs of records that you name."),
    "names": CommandRow("resolve.names", "Score pairs of names."),
    "explain": CommandRow(
        "resolve.explain", "Show why two records got their score, or why they never met."
    ),
    "check": CommandRow("resolve.check", "Look one name up in lists."),
    "serve": CommandRow("operate.serve", "Answer checks over HTTP."),
    "worker": CommandRow("operate.worker", "Take up batches that were submitted over HTTP."),
    "batches": CommandRow(
        "operate.batches", "List submitted batches, and let land what is held back."
    ),
    "keys": CommandRow("operate.keys", "Make, list and revoke API keys of the service."),
    "users": CommandRow("operate.users", "Add, list and change the users of the steward's desk."),
    "preview": CommandRow(
        "resolve.preview", "Show the first records of lists as they are understood."
    ),
    "status": CommandRow("operate.status", "Show what a store holds."),
    "sources": CommandRow(
        "operate.sources",
        "List the sources of a store, and say whose they are and how old they may be.",
    ),
    "queue": CommandRow("review.queue", "Show the pairs that wait for a steward."),
    "decide": CommandRow("review.decide", "Say whether two entities of a store are the same."),
    "confirm": CommandRow(
        "review.confirm", "Say the same as a decision that waits for a second steward."
    ),
    "undo": CommandRow("review.undo", "Take a decision back."),
    "split": CommandRow("review.split", "Take records out of an entity."),
    "withdraw": CommandRow("operate.withdraw", "Take records of a store back."),
    "replan": CommandRow(
        "operate.rebuild", "Resolve everything in a store anew, under another plan or model."
    ),
    "backup": CommandRow("operate.backup", "Write a store into one file."),
    "restore": CommandRow("operate.restore", "Make a store from a backup."),
    "export": CommandRow("operate.export", "Write everything a store holds as JSON lines."),
    "formats": CommandRow("resolve.formats", "List the formats that are known."),
    "comparators": CommandRow(
        "resolve.comparators", "List what is compared, and what brings records together."
    ),
    "train": CommandRow("model.train", "Fit a model."),
    "compare": CommandRow(
        "model.compare", "Compare two models on what a store holds, before one replaces the other."
    ),
    "evaluate": CommandRow(
        "model.evaluate", "Measure a model on judged pairs, and whom it serves worse."
    ),
    "sample": CommandRow("model.sample", "Pick the pairs whose judgement teaches a model most."),
    "tables": CommandRow(
        "model.tables", "Count anew how common names are, and which numbers many use."
    ),
    "demo": CommandRow("resolve.demo", "Make a small world of agencies, and resolve it."),
    "settings": CommandRow("operate.settings", "List what can be set for the whole installation."),
    "completion": CommandRow(
        "operate.completion", "Print what makes a shell complete commands and options."
    ),
}
INTERRUPTED = 130


def load_command(name: str) -> click.Command:
    """Import the module of a command of the table and return its `command`."""
    command: click.Command = importlib.import_module(
        f"resolver.cli.{COMMANDS[name].module}"
    ).command
    return command


class CommandTable(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        return load_command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a misspelt command is told the nearest ones."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])


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
    """Entity resolution for watchlists: who is the same as whom, merged and explained.

    \b
    Try it:            resolver demo --records 2000 --out demo
    On your lists:     resolver dedupe sdn.csv consolidated.xml --out result
                       then open result/report.html
    One name:          resolver check "Ivan Petrov" --list sdn.csv
    """
    ctx.obj = Settings.from_environment()
    if ctx.obj.memory_mib:
        memory_guard.limit_memory(ctx.obj.memory_mib)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    args = sys.argv[1:] if args is None else args
    code = (
        memory_guard.watched(lambda: run(args))
        if args and args[0] in memory_guard.WATCHED
        else run(args)
    )
    # else the interpreter looks through all that is left once more before it ends, which takes a third of a second
    gc.freeze()
    sys.exit(code)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line: its exit code (0 done, 1 failed, 2 bad usage, 130 interrupted). Never raises an error."""
    try:
        code = cli.main(args=args, prog_name="resolver", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return 1
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"error: {_usage(error)}", err=True)
        return error.exit_code
    except Exception as error:  # the last resort of the whole program
        if _debugging():
            traceback.print_exc()
        line, code = describe(error)
        click.echo(f"error: {line}", err=True)
        return code


def _usage(error: click.ClickException) -> str:
    """What click found wrong with a call, on one line, and where to read how it is meant."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = " ".join(error.format_message().split()).rstrip(".")
    return f"{message} (see: {context.command_path} --help)" if context else message


def _debugging() -> bool:
    try:
        return Settings.from_environment().debug
    except Exception:  # the settings themselves may be what is wrong
        return False


def _forget_output() -> None:
    """Keep the interpreter from complaining about a closed pipe while it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
