"""Measure what is merged in registers of families, and what is lost there.

    python -m benchmarks.households                       # 300, 3,000 and 30,000 records
    python -m benchmarks.households --sizes 3000 --seeds 1,2,3

A world of households is resolved. For each way in which two persons are related the result is the
share of pairs that are merged into one entity, and that wait for review; for each difference
between two records of one person, the share that is merged, waits, or is lost. Twins are born more
often than a census counts (`--twins`), so that shares of a thousandth can be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.family_register import Households, generate_households
from benchmarks.harness.datasets import ROOT
from resolver.engines.local import dedupe
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch
from resolver.records.results.resolution import Outcome, Resolution

OUT = ROOT / "build" / "bench"
RELATIVES, ONE_PERSON = "relatives", "one person"
_TWINS = 0.15
_SEEDS = {300: range(1, 31), 3_000: range(1, 9), 30_000: range(1, 3)}
"""Seeds of each usual size, so that each has about a thousand twins of unlike sex."""


@dataclass
class Tally:
    """Pairs of persons or of records: all, those that are merged, and those that wait."""

    pairs: int = 0
    merged: int = 0
    waiting: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one pair."""
        self.pairs += 1
        self.merged += outcome == Outcome.MERGED
        self.waiting += outcome == Outcome.QUEUED


@dataclass
class Tallies:
    """Tallies of worlds of one size: by topic, name of the relation or difference, and culture."""

    records: int
    by_culture: dict[tuple[str, str, str], Tally] = field(
        default_factory=lambda: defaultdict(Tally)
    )

    def add(self, topic: str, name: str, culture: str, outcome: Outcome) -> None:
        """Count one pair of a topic."""
        self.by_culture[topic, name, culture].add(outcome)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per relation and difference, with the culture of which most is merged
        (relatives) or least (one person)."""
        names = dict.fromkeys((topic, name) for topic, name, _ in self.by_culture)
        for topic, name in sorted(names, key=lambda key: (key[0] != RELATIVES, key[1])):
            parts = {
                culture: tally
                for (other, difference, culture), tally in self.by_culture.items()
                if (other, difference) == (topic, name)
            }
            sign = 1 if topic == RELATIVES else -1
            worst = max(parts, key=lambda key: sign * parts[key].merged / parts[key].pairs)
            row: dict[str, Any] = {"records": self.records, "topic": topic, "name": name}
            for label in ("pairs", "merged", "waiting"):
                row[label] = sum(getattr(tally, label) for tally in parts.values())
            row["worst_culture"] = worst
            row["worst_merged"] = round(parts[worst].merged / parts[worst].pairs, 4)
            row["cultures"] = {
                culture: [tally.pairs, tally.merged, tally.waiting]
                for culture, tally in sorted(parts.items())
            }
            yield row


def resolve_households(
    world: Households, model_dir: Path | None = None
) -> tuple[Batch, Resolution]:
    """Resolve a world of households as one batch of two lists (`model_dir`: None, as shipped)."""
    batch = Batch.from_records(world.records).canonical()
    return batch, dedupe(Intake(batch, (), ()), RunOptions(model_dir=model_dir))


def count_outcomes(world: Households, batch: Batch, resolution: Resolution, into: Tallies) -> None:
    """Count the outcomes of all relatives and of all second records of a world."""
    ids = batch.ids.to_pylist()
    label_of = dict(zip(ids, resolution.labels.tolist(), strict=True))
    records_of: dict[str, list[str]] = defaultdict(list)
    for record_id, person in world.truth.items():
        records_of[person].append(record_id)
    links = resolution.links
    queued = np.flatnonzero(links.outcome == Outcome.QUEUED)
    waiting = {
        frozenset((label_of[ids[left]], label_of[ids[right]]))
        for left, right in zip(
            links.left[queued].tolist(), links.right[queued].tolist(), strict=True
        )
    }

    def outcome(first: Iterable[str], second: Iterable[str]) -> Outcome:
        """Return what became of two sets of records: merged where any of them are in one entity."""
        left, right = ({label_of[record] for record in side} for side in (first, second))
        if left & right:
            return Outcome.MERGED
        pairs = (frozenset(labels) for labels in product(left, right))
        return Outcome.QUEUED if any(pair in waiting for pair in pairs) else Outcome.APART

    for pair in world.relatives:
        result = outcome(records_of[pair.first], records_of[pair.second])
        into.add(RELATIVES, pair.kin.value, pair.culture, result)
    for record in world.second_records:
        result = outcome([record.first], [record.second])
        into.add(ONE_PERSON, record.difference, record.culture, result)
        into.add(ONE_PERSON, "all differences", record.culture, result)


def measure(
    records: int, seeds: Iterable[int], twins: float, model_dir: Path | None = None
) -> Tallies:
    """Return the tallies of worlds of one size."""
    tallies = Tallies(records)
    for seed in seeds:
        world = generate_households(records, seed=seed, twins=twins)
        count_outcomes(world, *resolve_households(world, model_dir), tallies)
    return tallies


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a Markdown table, in percent."""
    lines = ["| records | pairs of | pairs | merged | waiting | apart | worst culture |"]
    lines.append("|---|---|---|---|---|---|---|")
    for row in rows:
        pairs = row["pairs"]
        shares = [
            f"{100 * count / pairs:.1f} %"
            for count in (row["merged"], row["waiting"], pairs - row["merged"] - row["waiting"])
        ]
        worst = f"{row['worst_culture']} {100 * row['worst_merged']:.0f} %"
        cells = [f"{row['records']:,}", row["name"], f"{pairs:,}", *shares, worst]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; write `households.json` into the output folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.households", description=__doc__)
    parser.add_argument(
        "--sizes", default="300,3000,30000", metavar="N,N", help="records of worlds"
    )
    parser.add_argument("--seeds", default="", metavar="N,N", help="default: more for small worlds")
    parser.add_argument(
        "--twins", type=float, default=_TWINS, help="share of deliveries (default: %(default)s)"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="default: the one that ships")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    options = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    for size in map(int, options.sizes.split(",")):
        seeds = (
            map(int, options.seeds.split(",")) if options.seeds else _SEEDS.get(size, range(1, 2))
        )
        rows += measure(size, seeds, options.twins, options.model).rows()
    print(format_rows(rows), end="")
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rows, indent=1) + "\n"
    (options.out / "households.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
