"""The network of a whole store, and the table of all its entities behind the workbench.

1. `read_network` reads the network around some entities, or of the whole store.
2. `EntityTable`: all visible entities of a store as columns, to count and filter them. A table is
   computed from the index at one revision, which takes seconds for a million records. It is cached
   for the next requests of viewers with the same rights.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.hub.hub import Hub
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import Graph
from resolver.network.graph_reader import GraphQuery, build_graph, grow_graph, open_rows
from resolver.network.visible_records import Numbers, Owned, VisibleRecords
from resolver.records import Column, RelationType
from resolver.records.kinds import combine_kinds
from resolver.records.packing import SEPARATOR
from resolver.records.properties import ACTIVITY, COUNTRIES, RELATION
from resolver.records.stated_links import direct_relation
from resolver.records.visibility import Viewer, find_vulnerable
from resolver.store.segments import Segment
from resolver.values.normal_values import country_code

_CHUNK = 5_000
"""Number of entities whose edges are read at once. It limits the memory of an export of a whole
store.
"""


def read_network(hub: Hub, viewer: Viewer, query: GraphQuery, around: Sequence[str] = ()) -> Graph:
    """Load the network around some entities, given by any id; without `around`, the whole store.

    Raises `UnknownIdError` for an id that the viewer may not know.
    """
    with open_rows(hub, viewer, query.revision) as rows:
        if around:
            return grow_graph(rows, [rows.find_entity(entity_id) for entity_id in around], query)
        return _load_all(rows, query)


def _load_all(rows: VisibleRecords, query: GraphQuery) -> Graph:
    """Load all entities that have an edge, with their edges."""
    expander = Expander(rows, query.types, len(rows) + 1, query.day)
    entities = sorted(set(rows.view.all_members()[1].tolist()))
    expansion = Expansion()
    for start in range(0, len(entities), _CHUNK):
        expansion.merge(expander.expand_stated(entities[start : start + _CHUNK]))
    nodes: dict[Key, int] = {key: 0 for edge in expansion.edges for key in edge[:2]}
    return build_graph(rows, nodes, expansion, is_complete=True)


MEMBERSHIP_TYPES = (
    *(RelationType.MEMBER_OF, RelationType.LEADER_OF, RelationType.FOUNDER_OF),
    *(RelationType.FINANCIER_OF, RelationType.FACILITATOR_OF),
    *(RelationType.DIRECTOR_OF, RelationType.EMPLOYEE_OF),
)
"""Types of relation that make somebody a member of a group."""
_MAX_CACHED_TABLES = 3
"""Maximum number of tables that are kept, each for one revision and one kind of viewer."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of entities: the entity in row `rows[i]` has the label `names[codes[i]]`.

    No pair of entity and label occurs twice.
    """

    rows: Numbers
    codes: Numbers
    names: tuple[str, ...]

    @classmethod
    def gather(cls, pairs: Iterable[tuple[Numbers, Sequence[str]]]) -> Labels:
        """Gather (rows, label of each) pairs; empty labels are left out."""
        code_of: dict[str, int] = {}
        parts = [
            (rows, np.array([code_of.setdefault(name, len(code_of)) for name in names], dtype=int))
            for rows, names in pairs
        ]
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *(part[0] for part in parts)])
        codes = np.concatenate([np.zeros(0, dtype=np.int64), *(part[1] for part in parts)])
        return cls._of_codes(rows, codes, tuple(code_of))

    @classmethod
    def _of_codes(cls, rows: Numbers, codes: Numbers, names: tuple[str, ...]) -> Labels:
        order = np.array(sorted(range(len(names)), key=lambda code: names[code]), dtype=np.int64)
        place = np.zeros(len(names), dtype=np.int64)
        place[order] = np.arange(len(order))
        codes = place[codes] if len(codes) else codes
        keys = np.sort(rows * max(len(names), 1) + codes)
        is_first = np.ones(len(keys), dtype=bool)
        is_first[1:] = keys[1:] != keys[:-1]
        keys = keys[is_first]
        width = max(len(names), 1)
        labels = cls(keys // width, keys % width, tuple(names[code] for code in order.tolist()))
        return labels.without("")

    def without(self, name: str) -> Labels:
        """Return the labels without the label `name`."""
        if name not in self.names:
            return self
        code = self.names.index(name)
        is_kept = self.codes != code
        codes = self.codes[is_kept]
        names = tuple(other for other in self.names if other != name)
        return Labels(self.rows[is_kept], codes - (codes > code), names)

    def rows_with(self, name: str) -> Numbers:
        """Return the rows that have the label `name`, ascending."""
        if name not in self.names:
            return np.zeros(0, dtype=np.int64)
        rows: Numbers = self.rows[self.codes == self.names.index(name)]
        return rows

    def counts(self, is_counted: npt.NDArray[np.bool_]) -> dict[str, int]:
        """Return the number of counted entities with each label; `is_counted` has a flag per row.

        Labels without a counted entity are missing from the result.
        """
        counts = np.bincount(self.codes[is_counted[self.rows]], minlength=len(self.names))
        return {name: int(n) for name, n in zip(self.names, counts.tolist(), strict=True) if n}

    def sizes(self, count: int) -> Numbers:
        """Return the number of labels of each of `count` rows."""
        sizes: Numbers = np.bincount(self.rows, minlength=count)
        return sizes


@dataclass(frozen=True, slots=True)
class EntityTable:
    """Visible entities by number, with kinds (bits), agencies, activities, countries and members.

    `members` are the distinct pairs (row of the group, row of the member). `related` are the
    distinct pairs (lower row, higher row) of entities with a relation between them.
    """

    revision: int
    numbers: Numbers
    kinds: npt.NDArray[np.uint8]
    agencies: Labels
    activities: Labels
    countries: Labels
    members: tuple[Numbers, Numbers]
    related: tuple[Numbers, Numbers]

    def __len__(self) -> int:
        return len(self.numbers)


_tables: OrderedDict[object, EntityTable] = OrderedDict()


def table_key(rows: VisibleRecords) -> object:
    """Return the key of what is kept for a store, a revision and the rights of a viewer."""
    viewer = replace(rows.viewer, name="named" if rows.viewer.name else "")
    view = rows.view
    return str(view.connection.engine.url), view.head.store_id, view.revision, rows.present, viewer


def load_table(rows: VisibleRecords) -> EntityTable:
    """Return the table of the entities of `rows` for their revision and viewer; cached."""
    key = table_key(rows)
    table = _tables.get(key)
    if table is None:
        table = _tables[key] = _build_table(rows)
        while len(_tables) > _MAX_CACHED_TABLES:
            # each step is atomic in the interpreter, so threads need no lock
            _tables.popitem(last=False)
    return table


def _build_table(rows: VisibleRecords) -> EntityTable:
    owned = rows.all_owned()
    numbers = np.sort(owned.entities)
    is_first = np.ones(len(numbers), dtype=bool)
    is_first[1:] = numbers[1:] != numbers[:-1]
    numbers = numbers[is_first]
    owners = np.searchsorted(numbers, owned.entities)
    parts = _split_records(rows, owned, owners)
    kinds = [part.segment.batch.kinds[part.rows] for part in parts]
    agency_of = {source.name: source.agency or source.name for source in rows.view.sources()}
    members, related = _find_relations(parts, Owned(owned.records, owners), rows)
    return EntityTable(
        rows.view.revision,
        numbers,
        combine_kinds(np.concatenate([np.zeros(0, dtype=np.uint8), *kinds]), owners, len(numbers)),
        Labels.gather((part.owners, part.agencies(agency_of.__getitem__)) for part in parts),
        Labels.gather(
            pair for part in parts for pair in part.without_vulnerable().labels((ACTIVITY,), str)
        ),
        Labels.gather(pair for part in parts for pair in part.labels(COUNTRIES, country_code)),
        members,
        related,
    )


def split_table(rows: VisibleRecords, table: EntityTable) -> list[TablePart]:
    """Return the visible records of each segment with their rows in a table."""
    owned = rows.all_owned()
    return _split_records(rows, owned, np.searchsorted(table.numbers, owned.entities))


def _split_records(rows: VisibleRecords, owned: Owned, owners: Numbers) -> list[TablePart]:
    return [
        TablePart(segment, owned.records[low:high] - segment.first, owners[low:high])
        for segment, low, high in rows.segment_slices(owned.records)
    ]


@dataclass(frozen=True, slots=True)
class TablePart:
    """Visible records of a segment: `rows` in the segment, and `owners`, the row of each entity."""

    segment: Segment
    rows: Numbers
    owners: Numbers

    def without_vulnerable(self) -> TablePart:
        """Return the records that are not about victims or witnesses, because these have no
        activity.
        """
        stays = ~np.isin(self.rows, find_vulnerable(self.segment.batch))
        return (
            self if stays.all() else TablePart(self.segment, self.rows[stays], self.owners[stays])
        )

    def agencies(self, agency_of: Callable[[str], str]) -> list[str]:
        """Return the agency of each record."""
        sources = self.segment.batch.sources
        names = [agency_of(name) for name in sources.values.to_pylist()]
        return [names[code] for code in sources.codes[self.rows].tolist()]

    def labels(
        self, props: Sequence[str], label: Callable[[str], str]
    ) -> Iterable[tuple[Numbers, list[str]]]:
        """Yield the entities that have values of some properties, and the label of each value."""
        for prop in props:
            column = self.segment.batch.columns.get(prop)
            if column is not None:
                owners, codes = self.values(column)
                used, place = np.unique(codes, return_inverse=True)
                names = [label(text) for text in column.values.take(pa.array(used)).to_pylist()]
                yield owners, [names[code] for code in place.tolist()]

    def values(self, column: Column) -> tuple[Numbers, Numbers]:
        """Return (row of the entity, code) of the values of a column."""
        owner_of = np.full(len(self.segment), -1, dtype=np.int64)
        owner_of[self.rows] = self.owners
        owners = owner_of[column.rows]
        return owners[owners >= 0], column.codes[owners >= 0].astype(np.int64)


def _find_relations(
    parts: Sequence[TablePart], owned: Owned, rows: VisibleRecords
) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
    """Return the memberships and the relations between entities, each pair once.

    Memberships are (row of the group, row of the member), relations (lower row, higher row).
    """
    ids = rows.id_array(owned.records)
    holders, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    flags = [np.zeros(0, dtype=bool)]
    for part in parts:
        column = part.segment.batch.columns.get(RELATION)
        if column is None:
            continue
        owners, codes = part.values(column)
        targets, is_membership, is_reversed = _read_memberships(column, ids)
        is_used = targets[codes] >= 0
        sources, codes = owners[is_used], codes[is_used]
        ends = owned.entities[targets[codes]]
        holders.append(np.where(is_reversed[codes], sources, ends))
        others.append(np.where(is_reversed[codes], ends, sources))
        flags.append(is_membership[codes])
    left, right, is_member = np.concatenate(holders), np.concatenate(others), np.concatenate(flags)
    return (
        _unique_pairs(left[is_member], right[is_member]),
        _unique_pairs(np.minimum(left, right), np.maximum(left, right)),
    )


def _unique_pairs(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct pairs, sorted, without pairs of a row with itself."""
    is_pair = left != right
    left, right = left[is_pair], right[is_pair]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    is_first = np.ones(len(left), dtype=bool)
    is_first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return left[is_first], right[is_first]


def _read_memberships(
    column: Column, ids: pa.StringArray
) -> tuple[Numbers, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Read the packed relations of a column. Return three arrays with one entry per value.

    They are the position of its target in `ids` (-1: not there), whether it is a membership, and
    whether its direction is from the target to the record.
    """
    # packing cuts trailing empty fields: append separators so that every field exists
    padded = pc.binary_join_element_wise(column.values, SEPARATOR * 3, "")
    fields = pc.split_pattern(padded, SEPARATOR)
    kinds, targets, roles = (pc.list_element(fields, place) for place in (0, 1, 3))
    places = pc.fill_null(pc.index_in(targets, value_set=ids), -1).to_numpy().astype(np.int64)
    coded = pc.dictionary_encode(pc.binary_join_element_wise(kinds, roles, SEPARATOR))
    read = [direct_relation(*text.split(SEPARATOR)) for text in coded.dictionary.to_pylist()]
    codes = coded.indices.to_numpy()
    is_membership = np.array([row.type in MEMBERSHIP_TYPES for row in read], dtype=bool)
    is_reversed = np.array([row.is_reversed for row in read], dtype=bool)
    if not len(codes):
        return places, np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    return places, is_membership[codes], is_reversed[codes]
