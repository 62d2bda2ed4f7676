"""Start of processes that resolve batches or serve, their audit log and their progress bars.

A command runs in a child process with rare garbage collection, so that the parent can report a run
that was ended from outside. When memory runs out, the system kills the largest process, and some
libraries abort; neither lets Python report anything. The parent stays as small as at the start of
the program.

The audit log of the command line says who reads records out of a store, by which command and why.
Progress goes to standard error: bars on a terminal, else one line for each stage if verbose.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pwd
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from enum import Enum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

import click

from resolver.errors import UsageError
from resolver.runtime.processes import (
    BATCH_OBJECTS,
    RepeatedTask,
    collect_rarely,
    end_with_parent,
    keep_heap,
)
from resolver.settings import set_library_variable

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from resolver.hub.hub import Hub
    from resolver.trust.audit_spool import CommandAccess


class _WithoutPandas(MetaPathFinder):
    """Finder of modules that lets pandas count as missing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise `ModuleNotFoundError` for pandas; leave all others to the next finder."""
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not loaded by pyarrow here", name=fullname)
        return None


def load_arrow_without_pandas() -> None:
    """Import pyarrow without the import of pandas, which takes a quarter of a second.

    When pyarrow converts its first value, it checks whether pandas exists, and imports it. It does
    not check again, and other modules can still import pandas.
    """
    if "pandas" in sys.modules:
        return
    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow as pa

        pa.scalar("")
    finally:
        sys.meta_path.remove(finder)


def start_no_blas_threads() -> None:
    """Let OpenBLAS start no threads in this process and its children, before numpy is imported.

    Nothing here multiplies large matrices. Idle threads of OpenBLAS wait in a busy loop, which
    takes a twentieth of the processor time of a small batch.
    """
    set_library_variable("OPENBLAS_NUM_THREADS", "1")


def start_batch_process() -> None:
    """Prepare this process for a batch: without pandas, with rare garbage collection, and with one
    heap that keeps its memory.

    pyarrow uses the heap of numpy instead of its own, so memory that one of them frees is used by
    the other. So the system clears fewer new pages. For a million records this saves a tenth of the
    time.
    """
    collect_rarely(BATCH_OBJECTS)
    start_no_blas_threads()
    load_arrow_without_pandas()
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    keep_heap()


WATCHED_COMMANDS = frozenset({"dedupe", "link"})
"""Commands that work on complete lists."""
MIN_MIB = 128
_NATIVE_LIBRARIES = ("numpy", "scipy.linalg", "pyarrow.compute", "pandas")
_NO_MEMORY = (
    "give it more, or resolve fewer lists at once; with --resume it continues after the last "
    "finished stage"
)


def run_watched(work: Callable[[], int]) -> int:
    """Run `work` in a child process and return its exit code, or 1 after an error line if it was
    killed.

    Call it before slow imports and before there are threads. If the system allows no second
    process, the work is done in this one.
    """
    try:
        child = os.fork()
    except OSError:
        return work()
    if not child:
        _work_as_child(work)
    _forward_signals(child)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    print(f"error: {describe_signal(-code)}", file=sys.stderr)
    return 1


def _work_as_child(work: Callable[[], int]) -> NoReturn:
    end_with_parent()
    code = work()
    if not code:
        # after a lack of memory these functions could fail
        atexit._run_exitfuncs()
    # a regular exit would free all records one by one, and could fail again after a lack of memory
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _forward_signals(child: int) -> None:
    def forward_signal(number: int, _frame: FrameType | None) -> None:
        """Send a signal on to the child."""
        with suppress(ProcessLookupError):
            os.kill(child, number)

    signal.signal(signal.SIGTERM, forward_signal)
    signal.signal(signal.SIGHUP, forward_signal)
    # the terminal sends the signal to the child as well
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def limit_memory(mib: int) -> None:
    """Limit the data of this process and of each child to `mib` MiB.

    Allocations beyond the limit then fail, and Python can report this, instead of the system
    killing the process. A lower limit set by the system stays. Raises `UsageError` for a limit too
    low to load the program.
    """
    if mib < MIN_MIB:
        raise UsageError(
            f"no command runs in {mib} MiB", place="environment", hint=f"allow {MIN_MIB} or more"
        )
    _, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    limit = mib << 20
    if hard_limit != resource.RLIM_INFINITY:
        limit = min(limit, hard_limit)
    # Arrow's own allocator reserves a GiB of addresses, and OpenBLAS reserves memory for unused
    # threads
    set_library_variable("ARROW_DEFAULT_MEMORY_POOL", "system")
    set_library_variable("OPENBLAS_NUM_THREADS", "1")
    # if a backtrace of Rust gets no memory, it waits for its own lock for ever
    set_library_variable("RUST_BACKTRACE", "0")
    # OpenBLAS tries for ever to get its buffers while it is loaded, and runs were seen to hang
    # while Arrow and pandas were loaded; their memory counts, so the next allocation fails instead
    for library in _NATIVE_LIBRARIES:
        importlib.import_module(library)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard_limit))


def lift_limit() -> None:
    """Allow this process as much memory as the system allows, to report that there was too
    little.
    """
    _, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard_limit, hard_limit))


def describe_signal(number: int) -> str:
    """Return the message for a run that was ended by a signal."""
    name = signal.Signals(number).name
    if number == signal.SIGKILL:
        return (
            f"the run was killed from outside ({name}), most likely because memory ran out "
            f"({_NO_MEMORY})"
        )
    if number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS):
        return f"a library aborted ({name}), most likely because it got no memory ({_NO_MEMORY})"
    return f"the run was ended from outside ({name}); no incomplete results were left"


_PURPOSE = "resolver.purpose"
F = TypeVar("F", bound=Callable[..., Any])


class StoreContent(Enum):
    """Kinds of content of a store that a command may show; audit and contract tests use them."""

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

    `records`: their number; None for all. `arguments`: arguments that selected them. Raises
    `StoreError` if the event is not durable; then nothing may be shown.
    """
    from resolver.trust.audit_spool import log_command

    log_command(hub.store, _access(records, arguments))


def log_act_at(url: str, *, create: bool = False, **arguments: Any) -> None:
    """Log that the running command is about to change the store at a URL, or to say what a change
    would do. With `create`, the store is created if there is none.

    Raises `StoreError` if the event is not durable; then nothing may be changed.
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


_DRAWING_SECONDS = 0.1


class ProgressBars:
    """Implementation of `resolver.records.progress.Progress`, to be used as a context manager."""

    def __init__(self, *, verbose: bool = False, terminal: bool | None = None) -> None:
        self.verbose = verbose
        self.terminal = sys.stderr.isatty() if terminal is None else terminal
        self._rich: RichProgress | None = None
        self._drawing = ExitStack()
        self._task: TaskID | None = None
        self._stage = ""
        self._unit = ""
        self._done = 0
        self._begun = 0.0

    def __enter__(self) -> Self:
        if self.terminal:
            self._rich = _rich_bars()
            self._drawing.enter_context(self._rich)
            self._drawing.enter_context(_drawn_regularly(self._rich))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()
        self._drawing.close()
        self._rich = None

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage, and end the one before."""
        self.finish()
        self._stage, self._unit, self._done, self._begun = stage, unit, 0, time.monotonic()
        if self._rich:
            self._task = self._rich.add_task(stage, total=total, unit=unit, done=0)

    def advance(self, count: int = 1) -> None:
        """Add `count` items to those done in the stage."""
        self._done += count
        if self._rich and self._task is not None:
            self._rich.update(self._task, advance=count, done=self._done)

    def reach(self, count: int) -> None:
        """Set the items done in the stage to `count`."""
        self.advance(count - self._done)

    def finish(self) -> None:
        """End the stage."""
        if not self._stage:
            return
        if self._rich and self._task is not None:
            self._rich.update(self._task, total=max(self._done, 1), completed=max(self._done, 1))
            self._task = None
        elif self.verbose:
            count = f" {self._done:,} {self._unit}".rstrip() if self._done else ""
            click.echo(f"{self._stage}:{count} in {time.monotonic() - self._begun:.1f} s", err=True)
        self._stage = ""


def _drawn_regularly(bars: RichProgress) -> RepeatedTask:
    """Return a task that draws the bars several times a second."""

    def draw() -> bool:
        """Draw the bars."""
        bars.refresh()
        return True

    return RepeatedTask(draw, _DRAWING_SECONDS, "progress bars")


def _rich_bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class Counts(ProgressColumn):
        """Column with the items done."""

        def render(self, task: Task) -> Text:
            """Return the items done in a stage."""
            return Text(
                format_counts(
                    task.fields["done"],
                    task.total if not task.finished else None,
                    task.fields["unit"],
                )
            )

    class Times(ProgressColumn):
        """Column with the time taken and left."""

        def render(self, task: Task) -> Text:
            """Return the time taken and left for a stage."""
            return Text(
                format_times(task.elapsed or 0.0, None if task.finished else task.time_remaining)
            )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        Counts(),
        Times(),
        console=Console(stderr=True),
        # rich's own thread would keep the work on one core
        auto_refresh=False,
    )


def format_counts(done: int, total: float | None, unit: str) -> str:
    """Return `812 of 1,445 records`; without a total `812 records`; empty without a count."""
    if not done and total is None:
        return ""
    return f"{done:,}{'' if total is None else f' of {total:,.0f}'} {unit}".rstrip()


def format_times(elapsed: float, remaining: float | None) -> str:
    """Return `12 s`, with `, 40 s left` once that is known; from a minute on in minutes and
    seconds.
    """
    return _time(elapsed) + (f", {_time(remaining)} left" if remaining is not None else "")


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
