"""Measure the cost per record as the number of records grows: `python -m benchmarks.growth`.

Generated persons of `tools/persons.py` are resolved in a separate process, from the raw file to
entities. A run over a hundred persons gives the start-up cost; the rest, divided by the number of
records, is the cost per record, and its growth from each size to the next is the result. Figures
are CPU seconds, which depend little on other load. Writes `growth.json` and `growth.md`.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.harness.datasets import (
    DATA,
    PERSON_COLUMNS,
    ROOT,
    AbsentError,
    person_mapping,
    persons_table,
)
from benchmarks.harness.figure_table import format_markdown, format_text
from benchmarks.harness.timing import Cost, time_command
from benchmarks.quality import OUT
from resolver.matching.blocking import choose_plan_by_size

SIZES = (100_000, 1_000_000, 10_000_000)
START_UP_RECORDS = 100
"""Number of persons so small that their run costs nothing but start-up."""
COLUMNS = (
    "records",
    "plan",
    "wall s",
    "CPU s",
    "CPU µs a record",
    "times a decade before",
    "peak MiB",
)


@dataclass(frozen=True, slots=True)
class SizeCost:
    """Cost of a run over `records` records.

    `record_us`: microseconds of CPU per record beyond start-up. `per_decade`: growth of that figure
    since the size before, per tenfold of records (None for the first size).
    """

    records: int
    plan: str
    cost: Cost
    record_us: float
    per_decade: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    work = options.out / "work" / "growth"
    try:
        tables = [
            persons_table(options.data, work, count) for count in (START_UP_RECORDS, *options.sizes)
        ]
    except AbsentError as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    costs = []
    # the first run fills the caches of names and is not counted
    for count, table in zip(
        (START_UP_RECORDS, START_UP_RECORDS, *options.sizes), (tables[0], *tables), strict=True
    ):
        print(f"{count:,} records …", file=sys.stderr, flush=True)
        command = dedupe_command(table, work, "--out", str((work / "result").resolve()))
        costs.append(time_command(command, ROOT))
    del costs[0]
    size_costs = compare_sizes(options.sizes, costs[0], costs[1:])
    content = {
        "start_up": asdict(costs[0]),
        "sizes": [asdict(size_cost) for size_cost in size_costs],
    }
    (options.out / "growth.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    lines = [_line(size_cost) for size_cost in size_costs]
    (options.out / "growth.md").write_text(format_markdown(lines, COLUMNS) + "\n", "utf-8")
    print(format_text(lines, COLUMNS))
    print(f"start-up: {costs[0].cpu:.1f} s of CPU, {costs[0].wall:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument(
        "--sizes", type=_sizes, default=SIZES, metavar="N,N", help="how many records, ascending"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in text.split(",")))


def dedupe_command(table: Path, work: Path, *options: str) -> list[str]:
    """Return the command that resolves a table of generated persons to entities."""
    mapping_file = work / "persons.yml"
    # JSON is YAML
    mapping = person_mapping("persons", {**PERSON_COLUMNS, "address.city": "city"})
    mapping_file.write_text(json.dumps(mapping), "utf-8")
    return [
        *(sys.executable, "-m", "resolver", "dedupe", str(table.resolve())),
        *("--mapping", str(mapping_file.resolve()), "--only", "entities"),
        *("--merge-at", "0.5", *options),
    ]


def compare_sizes(sizes: Sequence[int], start_up: Cost, costs: Sequence[Cost]) -> list[SizeCost]:
    """Return the cost per record at each size, and its growth."""
    size_costs: list[SizeCost] = []
    for count, cost in zip(sizes, costs, strict=True):
        record = max(cost.cpu - start_up.cpu, 0.0) / count * 1e6
        growth = None
        before = size_costs[-1] if size_costs else None
        if before is not None and before.record_us:
            growth = (record / before.record_us) ** (1 / math.log10(count / before.records))
        size_costs.append(SizeCost(count, choose_plan_by_size(count).name, cost, record, growth))
    return size_costs


def _line(size_cost: SizeCost) -> tuple[str, ...]:
    return (
        f"{size_cost.records:,}",
        size_cost.plan,
        f"{size_cost.cost.wall:.1f}",
        f"{size_cost.cost.cpu:.1f}",
        f"{size_cost.record_us:.1f}",
        "" if size_cost.per_decade is None else f"{size_cost.per_decade:.2f}",
        f"{size_cost.cost.peak_mib:,.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
