"""Export of a network as one viewer sees it, and the table of all entities behind the workbench.

The module reads in this order:

1. Writers of graphs, one for each format (see the table below).
2. `export_network` writes the whole store, or the network around some entities, to a file.
3. `EntityTable`: all visible entities of a store as columns, to count and filter them. A table is
   computed from the index at one revision, which takes seconds for a million records. It is cached
   for the next requests of viewers with the same rights.

| format | content |
|---|---|
| graphml | GraphML 1.0, for yEd, Gephi, igraph, networkx |
| gexf | GEXF 1.2, for Gephi |
| csv | a folder with `nodes.csv` and `edges.csv` |
| ftm | FollowTheMoney entities and the edges among them, JSON lines |
| json | nodes and edges in the form of `GET /graph` |
"""

from __future__ import annotations

import csv
import io
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.merging import to_ftm
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import ENTITY, Graph, GraphLink, GraphNode
from resolver.network.graph_reader import GraphQuery, build_graph, grow_graph, open_rows
from resolver.network.visible_records import Numbers, Owned, VisibleRecords
from resolver.network.workbench import graph_document
from resolver.records import Column, RelationType
from resolver.records.kinds import combine_kinds
from resolver.records.labels import escape_formula
from resolver.records.packing import SEPARATOR
from resolver.records.properties import ACTIVITY, COUNTRIES, RELATION
from resolver.records.stated_links import direct_relation
from resolver.records.visibility import Viewer, find_vulnerable
from resolver.review.entity_sides import load_sides
from resolver.store.array_files import replace_file
from resolver.store.segments import Segment
from resolver.values.normal_values import country_code

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NODE_FIELDS = (
    *("caption", "sort", "kind", "schema", "countries"),
    *("activities", "datasets", "agencies", "records", "distance"),
)
_EDGE_FIELDS = ("type", "words", "roles", "role_classes", "periods", "datasets", "records")
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_GEXF = "http://www.gexf.net/1.2draft"
_Attributes = Mapping[str, str]


def node_attributes(node: GraphNode) -> dict[str, str]:
    """Return the attributes of a node as texts; several values are separated by `; `."""
    return {
        "caption": node.caption,
        "sort": node.sort,
        "kind": node.kind,
        "schema": node.schema,
        "countries": "; ".join(node.countries),
        "activities": "; ".join(node.activities),
        "datasets": "; ".join(node.sources),
        "agencies": "; ".join(node.agencies),
        "records": str(node.records),
        "distance": str(node.distance),
    }


def edge_attributes(edge: GraphLink) -> dict[str, str]:
    """Return the attributes of an edge as texts; several values are separated by `; `."""
    return {
        "type": edge.type,
        "words": edge.words,
        "roles": "; ".join(edge.roles),
        "role_classes": "; ".join(sorted({row.role_class for row in edge.statements} - {""})),
        "periods": "; ".join(edge.periods),
        "datasets": "; ".join(edge.sources),
        "records": "; ".join(sorted({row.record for row in edge.statements})),
    }


def write_graphml(graph: Graph) -> Iterator[bytes]:
    """Yield a graph as GraphML."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_GRAPHML}">\n'.encode()
    yield from _graphml_keys()
    yield b'<graph id="network" edgedefault="directed">\n'
    for node in graph.nodes:
        data = _graphml_data("node", node_attributes(node))
        yield f"<node id={_quote(node.id)}>{data}</node>\n".encode()
    for number, edge in enumerate(graph.edges):
        data = _graphml_data("edge", edge_attributes(edge))
        ends = f"source={_quote(edge.source)} target={_quote(edge.target)}"
        yield f'<edge id="e{number}" {ends}>{data}</edge>\n'.encode()
    yield b"</graph>\n</graphml>\n"


def _graphml_keys() -> Iterator[bytes]:
    for target, fields in (("node", _NODE_FIELDS), ("edge", _EDGE_FIELDS)):
        for name in fields:
            kind = (
                "int" if name == "distance" or (target, name) == ("node", "records") else "string"
            )
            yield (
                f'<key id="{target}-{name}" for="{target}" attr.name="{name}"'
                f' attr.type="{kind}"/>\n'
            ).encode()


def _graphml_data(target: str, attributes: _Attributes) -> str:
    return "".join(
        f'<data key="{target}-{name}">{_text(text)}</data>'
        for name, text in attributes.items()
        if text
    )


def write_gexf(graph: Graph) -> Iterator[bytes]:
    """Yield a graph as GEXF."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_GEXF}" version="1.2">\n'
        '<graph defaultedgetype="directed" mode="static">\n'
    ).encode()
    for target, fields in (("node", _NODE_FIELDS[1:]), ("edge", _EDGE_FIELDS)):
        yield f'<attributes class="{target}" mode="static">\n'.encode()
        for place, name in enumerate(fields):
            is_number = target == "node" and name in ("distance", "records")
            kind = "integer" if is_number else "string"
            yield f'<attribute id="{place}" title="{name}" type="{kind}"/>\n'.encode()
        yield b"</attributes>\n"
    yield b"<nodes>\n"
    for node in graph.nodes:
        values = _gexf_values(_NODE_FIELDS[1:], node_attributes(node))
        label = _quote(node.caption)
        yield f"<node id={_quote(node.id)} label={label}>{values}</node>\n".encode()
    yield b"</nodes>\n<edges>\n"
    for number, edge in enumerate(graph.edges):
        values = _gexf_values(_EDGE_FIELDS, edge_attributes(edge))
        ends = f"source={_quote(edge.source)} target={_quote(edge.target)}"
        yield f'<edge id="e{number}" {ends} label={_quote(edge.words)}>{values}</edge>\n'.encode()
    yield b"</edges>\n</graph>\n</gexf>\n"


def _gexf_values(fields: Sequence[str], attributes: _Attributes) -> str:
    values = "".join(
        f'<attvalue for="{place}" value={_quote(attributes[name])}/>'
        for place, name in enumerate(fields)
        if attributes[name]
    )
    return f"<attvalues>{values}</attvalues>"


def write_json(graph: Graph) -> Iterator[bytes]:
    """Yield a graph as one JSON object."""
    yield orjson.dumps(graph_document(graph), option=orjson.OPT_APPEND_NEWLINE)


def write_node_table(graph: Graph) -> Iterator[bytes]:
    """Yield the nodes of a graph as CSV."""
    rows = ([node.id, *node_attributes(node).values()] for node in graph.nodes)
    return _table(("id", *_NODE_FIELDS), rows)


def write_edge_table(graph: Graph) -> Iterator[bytes]:
    """Yield the edges of a graph as CSV."""
    rows = ([edge.source, edge.target, *edge_attributes(edge).values()] for edge in graph.edges)
    return _table(("source", "target", *_EDGE_FIELDS), rows)


def _table(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([escape_formula(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def clean_xml(text: str) -> str:
    """Return a text with U+FFFD in place of each character that XML does not allow."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _text(text: str) -> str:
    return escape(clean_xml(text))


def _quote(text: str) -> str:
    return quoteattr(clean_xml(text))


Writer = Callable[[Graph], Iterator[bytes]]
WRITERS: Mapping[str, Writer] = {
    "graphml": write_graphml,
    "gexf": write_gexf,
    "json": write_json,
}
"""Writers of the formats that are one file and need only the graph."""
FORMATS = (*WRITERS, "csv", "ftm")
MEDIA_TYPES = {
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "json": "application/json",
    "ftm": "application/x-ndjson",
}
"""Media types of the formats that are one file."""


_CHUNK = 5_000
"""Entities whose edges are read at once. It limits the memory of an export of a whole store."""


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


def export_network(
    hub: Hub,
    out: Path,
    file_format: str,
    viewer: Viewer,
    query: GraphQuery,
    around: Sequence[str] = (),
) -> Graph:
    """Write a network into a file, or for `csv` into a folder; return the graph.

    Raises `OutputError` if it cannot be written, and the errors of `read_network`.
    """
    graph = read_network(hub, viewer, query, around)
    try:
        if file_format == "csv":
            _write_tables(out, graph)
        else:
            _write(out, graph_lines(hub, graph, file_format, viewer))
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write the network: {reason}", place=str(out)) from error
    return graph


def _write_tables(folder: Path, graph: Graph) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "nodes.csv", write_node_table(graph))
    _write(folder / "edges.csv", write_edge_table(graph))


def _write(path: Path, lines: Iterable[bytes]) -> None:
    with replace_file(path) as file:
        file.writelines(lines)


def graph_lines(hub: Hub, graph: Graph, file_format: str, viewer: Viewer) -> Iterator[bytes]:
    """Yield the bytes of a graph in a format that is one file (any format but `csv`)."""
    if file_format == "ftm":
        return (
            orjson.dumps(form, option=orjson.OPT_APPEND_NEWLINE)
            for form in _ftm_entities(hub, graph, viewer)
        )
    return WRITERS[file_format](graph)


def _ftm_entities(hub: Hub, graph: Graph, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Yield the entities of a graph with all their values, and the edges among them."""
    with hub.store.view(graph.revision) as view:
        ids = [node.id for node in graph.nodes if node.sort == ENTITY]
        numbers = sorted(view.seen_by(viewer).entity_numbers(ids).values())
        sides = load_sides(view, numbers, viewer)
        for number in sorted(sides, key=lambda number: sides[number].id):
            yield from to_ftm(sides[number].golden)


MEMBERSHIP_TYPES = (
    *(RelationType.MEMBER_OF, RelationType.LEADER_OF, RelationType.FOUNDER_OF),
    *(RelationType.FINANCIER_OF, RelationType.FACILITATOR_OF),
    *(RelationType.DIRECTOR_OF, RelationType.EMPLOYEE_OF),
)
"""Types of relation that make somebody a member of a group."""
_MAX_CACHED_TABLES = 3
"""Tables that are kept, each for one revision and one kind of viewer."""


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


def load_table(rows: VisibleRecords) -> EntityTable:
    """Return the table of the entities of `rows` for their revision and viewer; cached."""
    viewer = replace(rows.viewer, name="named" if rows.viewer.name else "")
    view = rows.view
    key = (str(view.connection.engine.url), view.head.store_id, view.revision, rows.present, viewer)
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
    parts = [
        _Part(segment, owned.records[low:high] - segment.first, owners[low:high])
        for segment, low, high in rows.segment_slices(owned.records)
    ]
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


@dataclass(frozen=True, slots=True)
class _Part:
    """Visible records of a segment: `rows` in the segment, and `owners`, the row of each entity."""

    segment: Segment
    rows: Numbers
    owners: Numbers

    def without_vulnerable(self) -> _Part:
        """Return the records that are not about victims or witnesses, because these have no
        activity.
        """
        stays = ~np.isin(self.rows, find_vulnerable(self.segment.batch))
        return self if stays.all() else _Part(self.segment, self.rows[stays], self.owners[stays])

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
    parts: Sequence[_Part], owned: Owned, rows: VisibleRecords
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
