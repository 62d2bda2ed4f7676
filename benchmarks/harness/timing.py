"""Whole processes, timed from outside: from the command to its exit, files written."""

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

ALONE, EVERYBODY = "alone", "everybody"
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds by the clock and of all its threads, and its peak memory."""

    wall: float
    cpu: float
    peak_mib: float


def timed(command: Sequence[str], folder: Path, *, everybody: bool = False) -> Cost:
    """Run a command to its end in `folder`. Raises `RuntimeError` with its last words where it fails. `everybody`:
    count all processes that it begins, with those that outlive their parents; the peak is then that of all at once.

    A small process stands between: a child's `ru_maxrss` begins at that of whoever started it.
    """
    between = [
        sys.executable,
        "-m",
        "benchmarks.harness.timing",
        EVERYBODY if everybody else ALONE,
        *command,
    ]
    done = subprocess.run(between, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise RuntimeError(
            f"{' '.join(command[:4])} …: {said[-1] if said else f'exit {done.returncode}'}"
        )
    return Cost(**json.loads(done.stdout))


def _between(counted: str, command: Sequence[str]) -> int:
    """Run a command and print its cost as JSON. Gives its exit code."""
    run = _everybody if counted == EVERYBODY else _alone
    code, cost = run(command)
    print(json.dumps(asdict(cost)))
    return 1 if code else 0


def _alone(command: Sequence[str]) -> tuple[int, Cost]:
    """The cost of a process and of the children that it waited for."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _everybody(command: Sequence[str]) -> tuple[int, Cost]:
    """The cost of a process and of all that are begun by it. Linux only: orphans come to this process, which waits for
    them."""
    import psutil

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began, peak, me = time.perf_counter(), 0, psutil.Process()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(map(_held, me.children(recursive=True))))
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process.returncode, Cost(wall, usage.ru_utime + usage.ru_stime, peak / 2**20)


def _held(process: Process) -> int:
    """The memory of a process in bytes; none where it has gone meanwhile."""
    from psutil import Error

    try:
        held: int = process.memory_info().rss
        return held
    except Error:
        return 0


@dataclass(frozen=True, slots=True)
class Timing:
    """The costs of one tool over several rounds, and the F1 of pairs (and B³) of what it wrote in the last."""

    tool: str
    costs: tuple[Cost, ...]
    f1: float
    b_cubed: float

    @property
    def wall(self) -> float:
        """The median."""
        return median(cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        """The median."""
        return median(cost.cpu for cost in self.costs)

    @property
    def peak_mib(self) -> float:
        """The largest."""
        return max(cost.peak_mib for cost in self.costs)


def ratios(ours: Timing, other: Timing) -> list[float]:
    """How many times as long the other took, round by round: neighbours in time shared the machine's mood."""
    return [two.wall / one.wall for one, two in zip(ours.costs, other.costs, strict=True)]


if __name__ == "__main__":
    sys.exit(_between(sys.argv[1], sys.argv[2:]))
