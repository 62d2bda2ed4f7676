"""Costs of complete processes, measured from outside: from the command to its exit."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psutil import Process

SINGLE, TREE = "single", "tree"
_PR_SET_CHILD_SUBREAPER = 36
_EXECUTOR = "CoarseGrainedExecutorBackend"


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of one process: wall seconds, CPU seconds of all its threads, and peak memory.

    `driver_mib`: peak of all processes that are no executor of Spark, nor started by one; 0 where
    they were not told apart.
    """

    wall: float
    cpu: float
    peak_mib: float
    driver_mib: float = 0.0


def time_command(command: Sequence[str], folder: Path, *, with_descendants: bool = False) -> Cost:
    """Run a command to its end in `folder` and return its cost.

    Raises `RuntimeError` with the last line of its errors where it fails. `with_descendants`: count
    all processes that it starts, also those that outlive their parents; the peak is then that of
    all processes together.

    A small process runs the command, since the `ru_maxrss` of a child begins at that of its parent.
    """
    command_line = [
        sys.executable,
        "-m",
        "benchmarks.harness.timing",
        TREE if with_descendants else SINGLE,
        *command,
    ]
    process = subprocess.run(command_line, cwd=folder, capture_output=True, text=True)
    if process.returncode:
        lines = process.stderr.strip().splitlines() or [f"exit {process.returncode}"]
        raise RuntimeError(f"{' '.join(command[:4])} …: {lines[-1]}")
    return Cost(**json.loads(process.stdout))


def _time_child(scope: str, command: Sequence[str]) -> int:
    """Run a command and print its cost as JSON; return its exit code."""
    run = _run_tree if scope == TREE else _run_single
    code, cost = run(command)
    print(json.dumps(asdict(cost)))
    return 1 if code else 0


def _run_single(command: Sequence[str]) -> tuple[int, Cost]:
    """Return exit code and cost of a process and of the children that it waited for."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _run_tree(command: Sequence[str]) -> tuple[int, Cost]:
    """Return exit code and cost of a process and of all its descendants.

    Linux only: orphans are handed to this process, which waits for them.
    """
    import psutil

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start, peak, driver_peak, current = time.perf_counter(), 0, 0, psutil.Process()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        total = sum(map(_resident_bytes, current.children(recursive=True)))
        peak, driver_peak = max(peak, total), max(driver_peak, total - _executor_bytes(current))
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    wall = time.perf_counter() - start
    with suppress(ChildProcessError):
        while True:
            os.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = usage.ru_utime + usage.ru_stime
    return process.returncode, Cost(wall, cpu, peak / 2**20, driver_peak / 2**20)


def _executor_bytes(root: Process) -> int:
    """Return the resident memory of Spark's executors below a process, and of what they started."""
    from psutil import Error

    total = 0
    for process in root.children(recursive=True):
        try:
            if any(_EXECUTOR in word for word in process.cmdline()):
                family = [process, *process.children(recursive=True)]
                total += sum(map(_resident_bytes, family))
        except Error:
            continue
    return total


def _resident_bytes(process: Process) -> int:
    """Return the resident memory of a process in bytes; 0 where it has ended."""
    from psutil import Error

    try:
        resident: int = process.memory_info().rss
        return resident
    except Error:
        return 0


@dataclass(frozen=True, slots=True)
class ToolTiming:
    """Costs of one tool over several rounds, and pairwise F1 and B³ F1 of its last output."""

    tool: str
    costs: tuple[Cost, ...]
    f1: float
    b_cubed: float

    @property
    def wall(self) -> float:
        """Return the median wall time in seconds."""
        return median(cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        """Return the median CPU time in seconds."""
        return median(cost.cpu for cost in self.costs)

    @property
    def peak_mib(self) -> float:
        """Return the largest peak memory in MiB."""
        return max(cost.peak_mib for cost in self.costs)

    @property
    def driver_mib(self) -> float:
        """Return the largest peak memory of the driver in MiB (see `Cost`)."""
        return max(cost.driver_mib for cost in self.costs)


def ratios(first: ToolTiming, other: ToolTiming) -> list[float]:
    """Return the wall time of the other tool over that of the first, round by round.

    Runs of one round follow each other, so load of the machine affects both alike.
    """
    pairs = zip(first.costs, other.costs, strict=True)
    return [other_cost.wall / first_cost.wall for first_cost, other_cost in pairs]


if __name__ == "__main__":
    sys.exit(_time_child(sys.argv[1], sys.argv[2:]))
