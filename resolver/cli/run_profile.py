"""Costs of a command, phase by phase: what `--profile` prints."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from resolver.records.results.resolution import StageStat


class RunProfile:
    """Clock of a command: each second since its start belongs to one row, so rows sum to all."""

    def __init__(self) -> None:
        self._began = self._wall = time.perf_counter()
        self._cpu = time.process_time()
        self.stages: list[StageStat] = []

    def end_phase(
        self, name: str, unit: str = "", items: int = 0, parts: Sequence[StageStat] = ()
    ) -> None:
        """Add the costs since the last phase: its measured `parts`, and the rest as row `name`.

        A part of the same name is one row with the rest. Parts may have used other processes.
        """
        from resolver.records.results.resolution import StageStat
        from resolver.records.results.stage_meter import cpu_seconds

        wall, cpu = time.perf_counter(), cpu_seconds()
        rest = StageStat(
            name,
            items,
            unit,
            max(0.0, wall - self._wall - sum(part.wall for part in parts)),
            max(0.0, cpu - self._cpu - sum(part.cpu for part in parts)),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
        self._wall, self._cpu = wall, cpu
        names = [part.name for part in parts]
        if name not in names:
            self.stages += [rest, *parts]
            return
        self.stages += [_add_rest(part, rest) if part.name == name else part for part in parts]

    def print_table(self) -> None:
        """Print a row for each phase and their sum on standard error."""
        click.echo(
            f"{'stage':<16}{'items':>14}  {'unit':<10}{'seconds':>9}{'cpu s':>9}{'peak MiB':>10}",
            err=True,
        )
        for stage in self.stages:
            items = f"{stage.items:,}" if stage.unit else ""
            click.echo(
                f"{stage.name:<16}{items:>14}  {stage.unit:<10}"
                f"{stage.wall:>9.2f}{stage.cpu:>9.2f}{stage.peak_mib:>10,.0f}",
                err=True,
            )
        cpu = sum(stage.cpu for stage in self.stages)
        click.echo(
            f"{'total':<16}{'':>14}  {'':<10}{self._wall - self._began:>9.2f}{cpu:>9.2f}", err=True
        )


def _add_rest(part: StageStat, rest: StageStat) -> StageStat:
    return replace(part, wall=part.wall + rest.wall, cpu=part.cpu + rest.cpu)
