"""The Spark engine beside the local one, on the same cores: `python -m benchmarks.cluster`.

Each round runs `resolver dedupe FILE --only entities --merge-at 0.5` with either engine, in turn, as whole processes:
Spark's includes starting Java, two executors and their Python. Costs are those of all processes that a run began, and
entities.csv must be the same bytes. Writes `cluster.json` and `cluster.md`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness.datasets import (
    DATA,
    DATASET_BY_NAME,
    DEDUPE,
    ROOT,
    AbsentError,
)
from benchmarks.harness.figure_table import markdown, plain
from benchmarks.harness.timing import (
    Cost,
    Timing,
    ratios,
    timed,
)
from benchmarks.quality import OUT

LOCAL, SPARK = "local", "spark"
MASTER = "local-cluster[2,1,1024]"
SETS = ("historical_50k", "persons_100k", "persons_1m", "fake_1000")
HEAD = ("set", "engine", "wall s", "CPU s", "peak MiB, all", "times local", "(from – to)")


class OtherBytesError(Exception):
    """The engines do not agree; the text says where."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write. Gives the exit code."""
    options = _parser().parse_args(arguments)
    try:
        table, mapping = _table(options.set, options.data, options.out / "work" / options.set)
        found = measure(
            table, mapping, options.rounds, options.out / "cluster" / options.set, options.master
        )
    except (AbsentError, OtherBytesError) as reason:
        print(f"{options.set}: {reason}", file=sys.stderr)
        return 1
    report(options.set, options.master, found, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    made.add_argument(
        "--set", choices=SETS, default="persons_1m", help="the data set (default: %(default)s)"
    )
    made.add_argument(
        "--master", default=MASTER, metavar="URL", help="the cluster (default: %(default)s)"
    )
    made.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often each engine runs (default: 3)"
    )
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return made


def _table(name: str, data: Path, work: Path) -> tuple[Path, Path]:
    """The table of a set and its mapping."""
    work.mkdir(parents=True, exist_ok=True)
    task = next(task for task in DATASET_BY_NAME[name].make(data, work) if task.mode == DEDUPE)
    mapping = work / "mapping.yml"
    # JSON is YAML
    mapping.write_text(json.dumps(task.mappings[0]), "utf-8")
    return task.tables[0].resolve(), mapping.resolve()


def measure(
    table: Path, mapping: Path, rounds: int, folder: Path, master: str = MASTER
) -> list[Timing]:
    """The timings of both engines. Raises `OtherBytesError` where entities.csv differs, `RuntimeError` where one
    fails."""
    folder.mkdir(parents=True, exist_ok=True)
    costs: dict[str, list[Cost]] = {LOCAL: [], SPARK: []}
    for number in range(rounds):
        for engine, more in ((LOCAL, []), (SPARK, ["--engine", "spark", "--master", master])):
            print(f"{engine}, round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
            command = [
                *(
                    sys.executable,
                    "-m",
                    "resolver",
                    "dedupe",
                    str(table),
                    "--mapping",
                    str(mapping),
                ),
                *(
                    "--only",
                    "entities",
                    "--merge-at",
                    "0.5",
                    "--out",
                    str((folder / engine).resolve()),
                    *more,
                ),
            ]
            costs[engine].append(timed(command, ROOT, everybody=True))
        written = [(folder / engine / "entities.csv").read_bytes() for engine in costs]
        if written[0] != written[1]:
            raise OtherBytesError(f"entities.csv of the two engines differs, see {folder}")
    return [Timing(engine, tuple(spent), 0.0, 0.0) for engine, spent in costs.items()]


def report(name: str, master: str, timings: Sequence[Timing], out: Path) -> None:
    """Print the table and write it, with every round, as JSON."""
    rows: list[tuple[str, ...]] = []
    plainly: list[dict[str, Any]] = []
    for timing in timings:
        times = ratios(timings[0], timing)
        cost = f"{timing.wall:.1f}", f"{timing.cpu:.1f}", f"{timing.peak_mib:,.0f}"
        middle = timing.wall / timings[0].wall
        rows.append(
            (name, timing.tool, *cost, f"{middle:.2f}", f"{min(times):.2f} – {max(times):.2f}")
        )
        plainly.append(
            {"engine": timing.tool, "rounds": [asdict(one) for one in timing.costs], "times": times}
        )
    print(plain(rows, HEAD))
    out.mkdir(parents=True, exist_ok=True)
    content = {"set": name, "master": master, "engines": plainly}
    (out / "cluster.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    (out / "cluster.md").write_text(markdown(rows, HEAD) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
