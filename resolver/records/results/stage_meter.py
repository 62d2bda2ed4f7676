"""Measurement of stages: items, wall time, processor time and peak memory of each."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from resolver.kernels.heap import release_large_heap
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import StageStat


def cpu_seconds() -> float:
    """Return the processor time of this process and of those it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@dataclass(slots=True)
class StageUsage:
    """Figures that a stage states itself: items processed, and what other processes used for it.

    `worker_cpu` in seconds is added to the time of this process; `worker_peak_mib` replaces its
    peak memory.
    """

    items: int = 0
    worker_cpu: float = 0.0
    worker_peak_mib: float | None = None


class StageMeter:
    """Measure the stages of a run, one after the other."""

    def __init__(self, progress: Progress = SILENT) -> None:
        self.progress = progress
        self.stages: list[StageStat] = []

    @contextmanager
    def measure(self, name: str, unit: str) -> Iterator[StageUsage]:
        """Measure a stage; the caller sets the number of items on the object it receives.

        Before it, a large heap is released: what earlier stages freed is no part of its peak.
        """
        wall, cpu = time.perf_counter(), cpu_seconds()
        release_large_heap()
        usage = StageUsage()
        yield usage
        peak = usage.worker_peak_mib
        if peak is None:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stages.append(
            StageStat(
                name,
                usage.items,
                unit,
                time.perf_counter() - wall,
                cpu_seconds() - cpu + usage.worker_cpu,
                peak,
            )
        )
