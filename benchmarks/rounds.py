"""Whole processes, timed from outside: from the command to its exit, files written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds by the clock and of all its threads, and its peak memory."""

    wall: float
    cpu: float
    peak_mib: float


def timed(command: Sequence[str], folder: Path) -> Cost:
    """Run a command to its end in `folder`. Raises `RuntimeError` with its last words where it fails.

    A small process stands between: a child's `ru_maxrss` begins at that of whoever started it.
    """
    between = [sys.executable, "-m", "benchmarks.rounds", *command]
    done = subprocess.run(between, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise RuntimeError(f"{' '.join(command[:4])} …: {said[-1] if said else f'exit {done.returncode}'}")
    return Cost(**json.loads(done.stdout))


def _between(command: Sequence[str]) -> int:
    """Run a command and print its cost as JSON. Gives its exit code."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}
    print(json.dumps(cost))
    return 1 if process.returncode else 0


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
    sys.exit(_between(sys.argv[1:]))
