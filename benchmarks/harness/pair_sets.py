"""Sets of labelled pairs of names, `NAME.pairs.csv` with schema, name1, name2, label and kind.

Rates of a set are those of names that are compared alone, beside Jaro-Winkler at its usual
threshold. The names themselves are neither printed nor written.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.utils import default_process

from resolver.engines.local import score_names
from resolver.matching.resolution_task import RunOptions
from resolver.records.results.resolution import Band

COLUMNS = ("set", "pairs", "F1 at 0.5", "seen", "merged wrongly", "Jaro-Winkler F1")
SUFFIX = ".pairs.csv"
PEER_THRESHOLD = 0.85


@dataclass(frozen=True, slots=True)
class NamePairs:
    """Pairs of names with the schema of both, and whether they are of one person or group."""

    schemas: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    same: tuple[bool, ...]


def read_pairs(path: Path) -> NamePairs:
    """Read a set."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    schemas, left, right, labels = (
        tuple(row[column] for row in rows) for column in ("schema", "name1", "name2", "label")
    )
    return NamePairs(schemas, left, right, tuple(label == "match" for label in labels))


def f_measure(called: Sequence[bool], same: Sequence[bool]) -> float:
    """Return F1 of calls against the truth, 0 where nothing is right."""
    right = sum(call and truth for call, truth in zip(called, same, strict=True))
    return 2 * right / max(sum(called) + sum(same), 1)


def measure_pairs(pairs: NamePairs, options: RunOptions) -> list[str]:
    """Return the columns of a set after its name."""
    answers = score_names(pairs.schemas, pairs.left, pairs.right, options)
    judged = list(zip(answers, pairs.same, strict=True))
    visible = sum(band is not Band.DISTINCT for (_, band), same in judged if same)
    merged = [same for (_, band), same in judged if band is Band.MATCH]
    peer = [
        JaroWinkler.similarity(left, right, processor=default_process) >= PEER_THRESHOLD
        for left, right in zip(pairs.left, pairs.right, strict=True)
    ]
    return [
        str(len(judged)),
        f"{f_measure([score >= 0.5 for score, _ in answers], pairs.same):.3f}",
        f"{visible / max(sum(pairs.same), 1):.3f}",
        f"{merged.count(False)} of {len(merged)}",
        f"{f_measure(peer, pairs.same):.3f}",
    ]


def measure_sets(folder: Path, options: RunOptions) -> list[list[str]]:
    """Return a table of all sets of a folder."""
    return [
        list(COLUMNS),
        *(
            [path.name.removesuffix(SUFFIX), *measure_pairs(read_pairs(path), options)]
            for path in sorted(folder.glob(f"*{SUFFIX}"))
        ),
    ]
