"""Overlap between agencies: how many entities two agencies both have records of.

Small counts are not given: below `MIN_COUNT` a count says only that it is small, so that a matrix
of statistics points at nobody.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.network.graph_reader import open_rows
from resolver.network.tables.entity_table import EntityTable, load_table
from resolver.records import KIND_BY_LABEL
from resolver.records.formula_cells import escape_formula
from resolver.records.visibility import STRANGER, Viewer

MIN_COUNT = 5
"""Smallest count that is given; smaller ones but 0 are None."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Entities that agencies share: `counts[i][j]` is the number of those that agencies i and j
    both have, and of all that i has where j is i; None for a small one.

    `shared`: entities of two agencies at least. `kind` and `activity` are what they were selected
    by, empty for all.
    """

    revision: int
    agencies: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    entities: int | None
    shared: int | None
    kind: str = ""
    activity: str = ""


def read_overlap(
    hub: Hub, viewer: Viewer = STRANGER, *, kind: str = "", activity: str = ""
) -> Overlap:
    """Count the entities that agencies share, as the viewer may see them: of a kind (label) and a
    crime, or of all.
    """
    with open_rows(hub, viewer) as rows:
        return count_agency_overlap(load_table(rows), kind=kind, activity=activity)


def count_agency_overlap(table: EntityTable, *, kind: str = "", activity: str = "") -> Overlap:
    """Count the entities of a table that agencies share."""
    is_counted = _select(table, kind, activity)
    agencies = table.agencies
    is_used = is_counted[agencies.rows]
    rows, codes = agencies.rows[is_used], agencies.codes[is_used]
    size = len(agencies.names)
    sizes = np.bincount(rows, minlength=len(table))
    counts = np.diag(np.bincount(codes, minlength=size))
    # most entities are of one agency: only the others have pairs
    is_shared = sizes[rows] > 1
    rows, codes = rows[is_shared], codes[is_shared]
    for step in range(1, int(sizes.max(initial=0))):
        # labels are sorted by row, so the others of a row follow it
        is_pair = rows[step:] == rows[:-step]
        left, right = codes[:-step][is_pair], codes[step:][is_pair]
        np.add.at(counts, (left, right), 1)
        np.add.at(counts, (right, left), 1)
    listed = np.flatnonzero(np.diag(counts) > 0)
    matrix = counts[np.ix_(listed, listed)].tolist()
    return Overlap(
        table.revision,
        tuple(agencies.names[code] for code in listed.tolist()),
        tuple(tuple(map(suppress_small, line)) for line in matrix),
        suppress_small(int(is_counted.sum())),
        suppress_small(int((sizes > 1).sum())),
        kind,
        activity,
    )


def _select(table: EntityTable, kind: str, activity: str) -> npt.NDArray[np.bool_]:
    """Return for each entity whether it is of a kind and a crime."""
    is_counted = np.ones(len(table), dtype=bool)
    if kind:
        is_counted &= (table.kinds & int(KIND_BY_LABEL[kind])) != 0
    if activity:
        has_activity = np.zeros(len(table), dtype=bool)
        has_activity[table.activities.rows_with(activity)] = True
        is_counted &= has_activity
    return is_counted


def suppress_small(count: int) -> int | None:
    """Return a count; None for a small one that is not 0."""
    return count if count == 0 or count >= MIN_COUNT else None


def overlap_table(overlap: Overlap) -> str:
    """Return a matrix as CSV; small counts are `<5`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["agency", *map(escape_formula, overlap.agencies)])
    for agency, line in zip(overlap.agencies, overlap.counts, strict=True):
        small = f"<{MIN_COUNT}"
        writer.writerow([escape_formula(agency), *(small if n is None else n for n in line)])
    return buffer.getvalue()
