"""What every peer's script shares: the task in, the answer out, its clock. Runs in the peer's own environment, so it
asks for nothing but pandas, numpy and pyarrow.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.harness.clock import peak_mib, process_age
from benchmarks.harness.datasets import Task, gaps_as_none
from benchmarks.harness.tool_answers import save

MERGE_BORDERS = (0.5, 0.95)


class Clock:
    """Seconds by part, and the peak memory of the process when it stops."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.last = 0.0
        self.stopped: dict[str, Any] = {}

    def lap(self, part: str) -> None:
        """End a part."""
        now = process_age()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self.last
        self.last = now

    def stop(self) -> dict[str, Any]:
        """What goes into `info.json`; later calls give the same."""
        if not self.stopped:
            self.seconds["whole"] = process_age()
            self.stopped = {"seconds": self.seconds, "peak_mib": peak_mib()}
        return self.stopped


@dataclass(frozen=True)
class Found:
    """A script's answer: the columns of `pairs.parquet` and of `clusters.parquet`, a word on the settings, and more for
    `info.json`.
    """

    pairs: Mapping[str, Any]
    clusters: Mapping[str, Any] | None
    settings: str
    info: Mapping[str, Any] = field(default_factory=dict)


def main(package: str, run: Callable[[Task, str, Clock], Found]) -> None:
    """Run a script, called as `[WAY] TASK.json OUT_DIR`. `run` gets the task, the way (or an empty text) and the clock,
    which it stops when the answer is there; what it does after that is not timed.
    """
    *ways, job, out = sys.argv[1:]
    data = json.loads(Path(job).read_text("utf-8"))
    clock = Clock()
    found = run(Task.from_json(data), "".join(ways), clock)
    info = {
        "tool": data["tool"],
        "version": version(package),
        "settings": found.settings,
        **clock.stop(),
        **found.info,
    }
    save(Path(out), found.pairs, found.clusters, info)


def components(count: int, left: Any, right: Any) -> Any:
    """Labels of connected components (numbers) of `count` rows, for tools that stop at pairs."""
    parent = np.arange(count)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for one, two in zip(left.tolist(), right.tolist(), strict=True):
        parent[max(root(one), root(two))] = min(root(one), root(two))
    return np.array([root(row) for row in range(count)])


def read(path: Path) -> pd.DataFrame:
    """A table with every column as text, missing cells as None."""
    return gaps_as_none(
        pd.read_csv(path, dtype=str) if path.suffix == ".csv" else pd.read_parquet(path)
    )
