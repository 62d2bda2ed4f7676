"""What a record costs as there are more of them: `python -m benchmarks.growth`.

Invented persons of `tools/persons.py` are resolved in a process of their own, from the raw file to entities. What a run
on a hundred persons costs is start-up; the rest, divided by the records, is what one record costs, and how that grows
from each size to the next is the figure. CPU seconds, since they depend little on what else a machine does. Writes
`growth.json` and `growth.md`.
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
    mapping,
    persons_table,
)
from benchmarks.harness.figure_table import markdown, plain
from benchmarks.harness.timing import Cost, timed
from benchmarks.quality import OUT
from resolver.blocking import plan_for

SIZES = (100_000, 1_000_000, 10_000_000)
STARTING = 100
"""So few persons that their run costs nothing but start-up."""
HEAD = (
    "records",
    "plan",
    "wall s",
    "CPU s",
    "CPU µs a record",
    "times a decade before",
    "peak MiB",
)


@dataclass(frozen=True, slots=True)
class Grown:
    """A run on so many records: its cost, microseconds of CPU a record beyond start-up, and how many times that is what
    it was at the size before, per tenfold of records (None at the first)."""

    records: int
    plan: str
    cost: Cost
    record_us: float
    per_decade: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write. Gives the exit code."""
    options = _parser().parse_args(arguments)
    work = options.out / "work" / "growth"
    try:
        tables = [persons_table(options.data, work, count) for count in (STARTING, *options.sizes)]
    except AbsentError as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    costs = []
    # the first of all meets words that no cache knows yet, and is not counted
    for count, table in zip(
        (STARTING, STARTING, *options.sizes), (tables[0], *tables), strict=True
    ):
        print(f"{count:,} records …", file=sys.stderr, flush=True)
        costs.append(timed(command(table, work, "--out", str((work / "result").resolve())), ROOT))
    del costs[0]
    found = grown(options.sizes, costs[0], costs[1:])
    content = {"start_up": asdict(costs[0]), "sizes": [asdict(one) for one in found]}
    (options.out / "growth.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    lines = [_line(one) for one in found]
    (options.out / "growth.md").write_text(markdown(lines, HEAD) + "\n", "utf-8")
    print(plain(lines, HEAD))
    print(f"start-up: {costs[0].cpu:.1f} s of CPU, {costs[0].wall:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    made.add_argument(
        "--sizes", type=_sizes, default=SIZES, metavar="N,N", help="how many records, ascending"
    )
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return made


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in text.split(",")))


def command(table: Path, work: Path, *more: str) -> list[str]:
    """What resolves a table of invented persons, from the raw file to entities."""
    described = work / "persons.yml"
    # JSON is YAML
    described.write_text(
        json.dumps(mapping("persons", {**PERSON_COLUMNS, "address.city": "city"})), "utf-8"
    )
    return [
        *(sys.executable, "-m", "resolver", "dedupe", str(table.resolve())),
        *("--mapping", str(described.resolve()), "--only", "entities", "--merge-at", "0.5", *more),
    ]


def grown(sizes: Sequence[int], start_up: Cost, costs: Sequence[Cost]) -> list[Grown]:
    """What each size cost a record, and how that grew."""
    found: list[Grown] = []
    for count, cost in zip(sizes, costs, strict=True):
        record = max(cost.cpu - start_up.cpu, 0.0) / count * 1e6
        growth = None
        if found and found[-1].record_us:
            growth = (record / found[-1].record_us) ** (1 / math.log10(count / found[-1].records))
        found.append(Grown(count, plan_for(count).name, cost, record, growth))
    return found


def _line(one: Grown) -> tuple[str, ...]:
    return (
        f"{one.records:,}",
        one.plan,
        f"{one.cost.wall:.1f}",
        f"{one.cost.cpu:.1f}",
        f"{one.record_us:.1f}",
        "" if one.per_decade is None else f"{one.per_decade:.2f}",
        f"{one.cost.peak_mib:,.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
