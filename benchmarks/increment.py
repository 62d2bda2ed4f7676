"""What a batch costs that is added to a store: `python -m benchmarks.increment --held 1000000 --added 10000`.

Invented persons of `tools/persons.py`: the first so many are resolved into a new store (SQLite), then come batches,
each in a process of its own that reads the file, compares what is new, and keeps what changed. Writes
`increment.json`.
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

from benchmarks.growth import command
from benchmarks.harness.datasets import (
    DATA,
    ROOT,
    AbsentError,
    persons_table,
)
from benchmarks.harness.figure_table import plain
from benchmarks.harness.timing import timed
from benchmarks.quality import OUT

HEAD = ("batch", "records", "wall s", "CPU s", "peak MiB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write. Gives the exit code."""
    options = _parser().parse_args(arguments)
    work = options.out / "work" / "increment"
    work.mkdir(parents=True, exist_ok=True)
    try:
        whole = persons_table(options.data, work, options.held + options.rounds * options.added)
    except AbsentError as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    store = work / "hub.db"
    for old in work.glob("hub.db*"):
        if old.is_file():
            old.unlink()
    costs = []
    for number, part in enumerate(_parts(whole, work, options.held, options.added, options.rounds)):
        print(f"batch {number} …", file=sys.stderr, flush=True)
        costs.append(timed(command(part, work, "--store", f"sqlite:///{store.resolve()}"), ROOT))
    sizes = [options.held, *[options.added] * options.rounds]
    lines = [
        (str(number), f"{size:,}", f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mib:,.0f}")
        for number, (size, cost) in enumerate(zip(sizes, costs, strict=True))
    ]
    print(plain(lines, HEAD))
    added = costs[1:]
    content = {
        "held": options.held,
        "added": options.added,
        "wall": median(cost.wall for cost in added),
        "cpu": median(cost.cpu for cost in added),
        "first": asdict(costs[0]),
        "rounds": [asdict(cost) for cost in added],
    }
    (options.out / "increment.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(
        f"{options.added:,} into {options.held:,}: {content['wall']:.1f} s, {content['cpu']:.1f} s of CPU (medians)"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.increment", description=__doc__)
    made.add_argument(
        "--held",
        type=int,
        default=1_000_000,
        metavar="N",
        help="records in the store (%(default)s)",
    )
    made.add_argument(
        "--added", type=int, default=10_000, metavar="N", help="records a batch (%(default)s)"
    )
    made.add_argument(
        "--rounds",
        type=int,
        default=3,
        metavar="N",
        help="batches, one after the other (%(default)s)",
    )
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return made


def _parts(whole: Path, work: Path, held: int, added: int, rounds: int) -> list[Path]:
    """The table in pieces: what the store holds first, and the batches."""
    table = pq.read_table(whole)
    paths, start = [], 0
    for number, size in enumerate([held, *[added] * rounds]):
        path = work / f"part_{number}.parquet"
        pq.write_table(table.slice(start, size), path)
        paths.append(path)
        start += size
    return paths


if __name__ == "__main__":
    sys.exit(main())
