"""Links across crimes: persons and groups that connect one kind of crime with another, ranked.

An entity connects two crimes where its own records state both, or where different witnesses state
them: the entity itself and those that a relation links it with. One member of one group that does
both is no link of its own: the group is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.network.artefacts import Numbers
from resolver.network.graph_reader import open_rows
from resolver.network.tables.crime_evidence import CrimeLink, load_evidence
from resolver.network.tables.entity_table import EntityTable, load_table
from resolver.network.visible_records import VisibleRecords
from resolver.records import KIND_BY_LABEL, Activity, Kind
from resolver.records.visibility import STRANGER, Viewer

LINKED_CRIMES = (
    Activity.PEOPLE_SMUGGLING,
    Activity.HUMAN_TRAFFICKING,
    Activity.ILLICIT_MONEY_FLOWS,
    Activity.CORRUPTION,
    Activity.FRAUDULENT_TRAVEL_DOCUMENTS,
)
"""Crimes among which links are looked for; any other crime that is asked for joins them."""
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CrimeLinkFilter:
    """Links to list: those that connect each of some crimes, of a kind (person or group), of an
    agency; empty for any.
    """

    activities: tuple[str, ...] = ()
    kind: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class CrimeLinkList:
    """Page of links, the number of all that fit, and how many of these connect each crime, are of
    each kind and agency.
    """

    revision: int
    links: tuple[CrimeLink, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class CrimeMatrix:
    """Crimes of each entity: `own[row, crime]` by its own records, `related[row, crime]` the number
    of entities that a relation links it with and that have it; `witnesses` counts those of any
    crime, the entity among them.
    """

    crimes: tuple[str, ...]
    own: _Flags
    related: Numbers
    witnesses: Numbers

    @property
    def has(self) -> _Flags:
        """Whether a witness states the crime."""
        flags: _Flags = self.own | (self.related > 0)
        return flags

    def connecting(self) -> _Flags:
        """Return for each entity whether it connects two crimes."""
        is_connected: _Flags = self.has.sum(axis=1) > 1
        is_connected &= (self.own.sum(axis=1) > 1) | (self.witnesses > 1)
        return is_connected


def read_crime_links(
    hub: Hub,
    viewer: Viewer = STRANGER,
    choice: CrimeLinkFilter | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
) -> CrimeLinkList:
    """Read a page of the links across crimes that a viewer may see.

    First come those of most crimes, then of most crimes by their own records, then of most
    witnesses; ties by id.
    """
    choice = choice or CrimeLinkFilter()
    with open_rows(hub, viewer) as rows:
        table = load_table(rows)
        crimes = tuple(dict.fromkeys([*map(str, LINKED_CRIMES), *choice.activities]))
        matrix = count_crimes(table, crimes)
        is_chosen = _choose(table, matrix, choice)
        page = _rank(rows, table, matrix, is_chosen)[offset : offset + limit]
        return CrimeLinkList(
            table.revision,
            load_evidence(rows, table, page, crimes),
            int(is_chosen.sum()),
            _count_facets(table, matrix, is_chosen),
        )


def count_crimes(table: EntityTable, crimes: Sequence[str]) -> CrimeMatrix:
    """Count the crimes of all entities of a table and of those linked with them."""
    size = len(table)
    own = np.zeros((size, len(crimes)), dtype=bool)
    for place, crime in enumerate(crimes):
        own[table.activities.rows_with(crime), place] = True
    left, right = table.related
    is_witness: _Flags = own.sum(axis=1) > 0
    related = np.zeros((size, len(crimes)), dtype=np.int64)
    for place in range(len(crimes)):
        related[:, place] = _count_ends(left, right, own[:, place])
    witnesses = _count_ends(left, right, is_witness) + is_witness
    return CrimeMatrix(tuple(crimes), own, related, witnesses)


def _count_ends(left: Numbers, right: Numbers, flags: _Flags) -> Numbers:
    """Return for each row how many of the other ends of its pairs have a flag."""
    counts: Numbers = np.bincount(left[flags[right]], minlength=len(flags)) + np.bincount(
        right[flags[left]], minlength=len(flags)
    )
    return counts


def _choose(table: EntityTable, matrix: CrimeMatrix, choice: CrimeLinkFilter) -> _Flags:
    kind = int(KIND_BY_LABEL[choice.kind]) if choice.kind else int(Kind.LEGAL)
    is_chosen: _Flags = matrix.connecting() & ((table.kinds & kind) != 0)
    for crime in choice.activities:
        is_chosen &= matrix.has[:, matrix.crimes.index(crime)]
    if choice.agency:
        has_agency = np.zeros(len(table), dtype=bool)
        has_agency[table.agencies.rows_with(choice.agency)] = True
        is_chosen &= has_agency
    return is_chosen


def _rank(
    rows: VisibleRecords, table: EntityTable, matrix: CrimeMatrix, is_chosen: _Flags
) -> list[int]:
    """Return the rows of the chosen entities, the strongest links first."""
    chosen = np.flatnonzero(is_chosen)
    ids = rows.view.entity_ids(table.numbers[chosen].tolist())
    strength = np.stack(
        [
            matrix.has[chosen].sum(axis=1),
            matrix.own[chosen].sum(axis=1),
            matrix.witnesses[chosen],
        ],
        axis=1,
    )
    keys = [
        (*(-number for number in counts), ids[number], row)
        for counts, number, row in zip(
            strength.tolist(), table.numbers[chosen].tolist(), chosen.tolist(), strict=True
        )
    ]
    return [int(key[-1]) for key in sorted(keys)]


def _count_facets(
    table: EntityTable, matrix: CrimeMatrix, is_chosen: _Flags
) -> dict[str, dict[str, int]]:
    has = matrix.has[is_chosen]
    kinds = table.kinds[is_chosen]
    crimes = {
        crime: int(has[:, place].sum()) for place, crime in enumerate(matrix.crimes) if has.any()
    }
    labels = {
        kind.label: int(((kinds & int(kind)) != 0).sum()) for kind in (Kind.PERSON, Kind.GROUP)
    }
    return {
        "activities": {name: count for name, count in crimes.items() if count},
        "kinds": {name: count for name, count in labels.items() if count},
        "agencies": table.agencies.counts(is_chosen),
    }
