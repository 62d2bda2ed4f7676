"""Measure the cost of adding a batch to a store: `python -m benchmarks.increment`.

Generated persons of `tools/persons.py`: the first `--held` records are resolved into a new SQLite
store, then batches of `--added` records follow, each in a separate process that reads the file,
compares the new records and stores the changes. Writes `increment.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from benchmarks.growth import dedupe_command
from benchmarks.harness.datasets import (
    DATA,
    ROOT,
    AbsentError,
    persons_table,
)
from benchmarks.harness.figure_table import format_text
from benchmarks.harness.timing import time_command
from benchmarks.quality import OUT

COLUMNS = ("batch", "records", "wall s", "CPU s", "peak MiB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    work = options.out / "work" / "increment"
    work.mkdir(parents=True, exist_ok=True)
    try:
        table = persons_table(options.data, work, options.stored + options.rounds * options.added)
    except AbsentError as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    store = work / "hub.db"
    for stale in work.glob("hub.db*"):
        if stale.is_file():
            stale.unlink()
    costs = []
    parts = _split_table(table, work, options.stored, options.added, options.rounds)
    for number, part in enumerate(parts):
        print(f"batch {number} …", file=sys.stderr, flush=True)
        command = dedupe_command(part, work, "--store", f"sqlite:///{store.resolve()}")
        costs.append(time_command(command, ROOT))
    sizes = [options.stored, *[options.added] * options.rounds]
    lines = [
        (str(number), f"{size:,}", f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mib:,.0f}")
        for number, (size, cost) in enumerate(zip(sizes, costs, strict=True))
    ]
    print(format_text(lines, COLUMNS))
    added = costs[1:]
    content = {
        "held": options.stored,
        "added": options.added,
        "wall": median(cost.wall for cost in added),
        "cpu": median(cost.cpu for cost in added),
        "first": asdict(costs[0]),
        "rounds": [asdict(cost) for cost in added],
    }
    (options.out / "increment.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(
        f"{options.added:,} into {options.stored:,}: "
        f"{content['wall']:.1f} s, {content['cpu']:.1f} s of CPU (medians)"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.increment", description=__doc__)
    parser.add_argument(
        "--held",
        dest="stored",
        type=int,
        default=1_000_000,
        metavar="N",
        help="records in the store (%(default)s)",
    )
    parser.add_argument(
        "--added", type=int, default=10_000, metavar="N", help="records a batch (%(default)s)"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=3,
        metavar="N",
        help="batches, one after the other (%(default)s)",
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return parser


def _split_table(table: Path, work: Path, stored: int, added: int, rounds: int) -> list[Path]:
    """Return the paths of the parts of a table: the initial store, then the batches."""
    rows = pq.read_table(table)
    paths, start = [], 0
    for number, size in enumerate([stored, *[added] * rounds]):
        path = work / f"part_{number}.parquet"
        pq.write_table(rows.slice(start, size), path)
        paths.append(path)
        start += size
    return paths


if __name__ == "__main__":
    sys.exit(main())
