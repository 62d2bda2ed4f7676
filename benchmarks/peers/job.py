"""Shared parts of the peers' scripts: the task in, the answer out, the clock.

Runs in the environment of a peer, so it imports nothing but pandas, numpy and pyarrow.
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
from benchmarks.harness.tool_answers import save_answer

MERGE_THRESHOLDS = (0.5, 0.95)


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
        """Return the figures for `info.json`; later calls return the same."""
        if not self.stopped:
            self.seconds["whole"] = process_age()
            self.stopped = {"seconds": self.seconds, "peak_mib": peak_mib()}
        return self.stopped


@dataclass(frozen=True)
class PeerAnswer:
    """Answer of a script.

    Columns of `pairs.parquet` and of `clusters.parquet`, a note on the settings, and additional
    values for `info.json`.
    """

    pairs: Mapping[str, Any]
    clusters: Mapping[str, Any] | None
    settings: str
    info: Mapping[str, Any] = field(default_factory=dict)


def run_script(package: str, run: Callable[[Task, str, Clock], PeerAnswer]) -> None:
    """Run a script, called as `[WAY] TASK.json OUT_DIR`.

    `run` gets the task, the way (or an empty text) and the clock. It stops the clock once the
    answer is complete; later work is not timed.
    """
    *ways, job, out = sys.argv[1:]
    data = json.loads(Path(job).read_text("utf-8"))
    clock = Clock()
    answer = run(Task.from_json(data), "".join(ways), clock)
    info = {
        "tool": data["tool"],
        "version": version(package),
        "settings": answer.settings,
        **clock.stop(),
        **answer.info,
    }
    save_answer(Path(out), answer.pairs, answer.clusters, info)


def components(count: int, left: Any, right: Any) -> Any:
    """Return labels of connected components of `count` rows, for tools that stop at pairs."""
    parent = np.arange(count)

    def root(row: int) -> int:
        """Return the representative row of a component."""
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for left_row, right_row in zip(left.tolist(), right.tolist(), strict=True):
        parent[max(root(left_row), root(right_row))] = min(root(left_row), root(right_row))
    return np.array([root(row) for row in range(count)])


def read_table(path: Path) -> pd.DataFrame:
    """Return a table with every column as text, missing cells as None."""
    return gaps_as_none(
        pd.read_csv(path, dtype=str) if path.suffix == ".csv" else pd.read_parquet(path)
    )
