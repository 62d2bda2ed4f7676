"""Compare the Spark engine with the local one on the same cores: `python -m benchmarks.cluster`.

Each round runs `resolver dedupe FILE --only entities --merge-at 0.5` on one machine, on Spark, and
on Spark with `--results parquet`, as complete processes; a Spark run includes starting Java, two
executors and their Python processes. Costs include all processes that a run started; the memory of
the driver is that of all but the executors and what they started. All must write the same entities.
Writes `cluster.json` and `cluster.md`.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.harness.datasets import (
    DATA,
    DATASET_BY_NAME,
    DEDUPE,
    ROOT,
    AbsentError,
)
from benchmarks.harness.figure_table import format_markdown, format_text
from benchmarks.harness.timing import (
    Cost,
    ToolTiming,
    ratios,
    time_command,
)
from benchmarks.quality import OUT

LOCAL, SPARK, PARQUET = "local", "spark", "spark, parquet"
MASTER = "local-cluster[2,1,1024]"
SET_NAMES = ("historical_50k", "persons_100k", "persons_1m", "fake_1000")
COLUMNS = (
    *("set", "engine", "wall s", "CPU s", "peak MiB, all", "peak MiB, driver"),
    *("times local", "(from – to)"),
)


class DifferentOutputError(Exception):
    """Signal that the engines wrote different entities; the text says where."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        work = options.out / "work" / options.set
        table, mapping = _prepare_table(options.set, options.data, work)
        folder = options.out / "cluster" / options.set
        timings = measure_engines(table, mapping, options.rounds, folder, options.master)
    except (AbsentError, DifferentOutputError) as reason:
        print(f"{options.set}: {reason}", file=sys.stderr)
        return 1
    write_report(options.set, options.master, timings, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument(
        "--set", choices=SET_NAMES, default="persons_1m", help="the data set (default: %(default)s)"
    )
    parser.add_argument(
        "--master", default=MASTER, metavar="URL", help="the cluster (default: %(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often each engine runs (default: 3)"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return parser


def _prepare_table(name: str, data: Path, work: Path) -> tuple[Path, Path]:
    """Return the table of a set and the mapping file written for it."""
    work.mkdir(parents=True, exist_ok=True)
    task = next(task for task in DATASET_BY_NAME[name].make(data, work) if task.mode == DEDUPE)
    mapping = work / "mapping.yml"
    # JSON is YAML
    mapping.write_text(json.dumps(task.mappings[0]), "utf-8")
    return task.tables[0].resolve(), mapping.resolve()


def measure_engines(
    table: Path, mapping: Path, rounds: int, folder: Path, master: str = MASTER
) -> list[ToolTiming]:
    """Return the timings of each way to run.

    Raises `DifferentOutputError` where entities differ, `RuntimeError` where a run fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    on_spark = ["--engine", "spark", "--master", master]
    runs = {LOCAL: [], SPARK: on_spark, PARQUET: [*on_spark, "--results", "parquet"]}
    costs: dict[str, list[Cost]] = {engine: [] for engine in runs}
    for number in range(rounds):
        for engine, options in runs.items():
            print(f"{engine}, round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
            command = [
                *(sys.executable, "-m", "resolver", "dedupe", str(table)),
                *("--mapping", str(mapping), "--only", "entities", "--merge-at", "0.5"),
                *("--out", str((folder / engine).resolve()), *options),
            ]
            costs[engine].append(time_command(command, ROOT, with_descendants=True))
        _check_entities(folder)
    return [
        ToolTiming(engine, tuple(engine_costs), 0.0, 0.0) for engine, engine_costs in costs.items()
    ]


def _check_entities(folder: Path) -> None:
    """Raise `DifferentOutputError` where the entities of two runs differ."""
    local, spark = ((folder / engine / "entities.csv").read_bytes() for engine in (LOCAL, SPARK))
    parts = pq.read_table(folder / PARQUET / "entities")
    rows = zip(*(parts[name].to_pylist() for name in parts.column_names), strict=True)
    with (folder / LOCAL / "entities.csv").open(encoding="utf-8", newline="") as file:
        expected = sorted(map(tuple, list(csv.reader(file))[1:]))
    if local != spark or sorted(rows) != expected:
        raise DifferentOutputError(
            f"entities differ between the engines; compare the files in {folder}"
        )


def write_report(name: str, master: str, timings: Sequence[ToolTiming], out: Path) -> None:
    """Print the table and write it, with every round, as JSON."""
    rows: list[tuple[str, ...]] = []
    engine_rows: list[dict[str, Any]] = []
    for timing in timings:
        times = ratios(timings[0], timing)
        texts = f"{timing.wall:.1f}", f"{timing.cpu:.1f}", f"{timing.peak_mib:,.0f}"
        driver = f"{timing.driver_mib:,.0f}"
        ratio = f"{timing.wall / timings[0].wall:.2f}"
        spread = f"{min(times):.2f} – {max(times):.2f}"
        rows.append((name, timing.tool, *texts, driver, ratio, spread))
        rounds = [asdict(cost) for cost in timing.costs]
        engine_rows.append({"engine": timing.tool, "rounds": rounds, "times": times})
    print(format_text(rows, COLUMNS))
    out.mkdir(parents=True, exist_ok=True)
    content = {"set": name, "master": master, "engines": engine_rows}
    (out / "cluster.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    (out / "cluster.md").write_text(format_markdown(rows, COLUMNS) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
