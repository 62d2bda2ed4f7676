"""Formats of files that a network is written to, and the note on access that goes with them.

`EXPORTS` has a row for each format; the command line, HTTP and the desk read it. A format of
several files is a folder on the command line, and a ZIP file elsewhere.

- `graphml` (1.0) and `gexf` (1.2): for Gephi, yEd, igraph, networkx.
- `csv`: tables of nodes and edges.
- `neo4j`: tables with the headings of `neo4j-admin database import`.
- `stix`: a STIX 2.1 bundle (OASIS). Entities are identities, relations are relationships, an
  artefact is a note on those who share it, and handling codes are markings.
- `ftm`: FollowTheMoney entities with all their values, and the edges among them.
- `json`: as `GET /graph` answers.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

import orjson

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.merging import to_ftm
from resolver.network.export import read_network
from resolver.network.graph import (
    ARTEFACT,
    ENTITY,
    EdgeStatement,
    Graph,
    GraphLink,
    GraphNode,
    first_and_last_day,
)
from resolver.network.graph_reader import GraphQuery, open_rows
from resolver.network.workbench import graph_document
from resolver.records import Record
from resolver.records.labels import escape_formula
from resolver.records.visibility import Viewer, strictest_handling
from resolver.review.entity_sides import EntitySide, load_sides
from resolver.store.array_files import replace_file


@dataclass(frozen=True, slots=True)
class AccessNote:
    """Note on a file: when (UTC) and for whom it was written, and the strictest handling code."""

    written: datetime
    reader: str
    revision: int
    handling: str

    @property
    def text(self) -> str:
        """The note in four sentences."""
        return (
            f"Written on {self.written:%Y-%m-%d %H:%M} UTC for {self.reader} from data revision "
            f"{self.revision}, with what this reader may see. Strictest handling code: "
            f"{self.handling}. The handling of each entity binds whoever holds this file. A "
            "listing or a relation is no proof of identity or guilt."
        )


def write_note(graph: Graph, viewer: Viewer) -> AccessNote:
    """Return the note on a graph for a viewer."""
    codes = [node.handling for node in graph.nodes if node.handling]
    reader = viewer.agency or viewer.name or "anybody"
    return AccessNote(datetime.now(UTC), reader, graph.revision, strictest_handling(codes))


_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NODE_FIELDS = (
    *("caption", "sort", "kind", "schema", "countries"),
    *("activities", "datasets", "agencies", "records", "distance", "handling"),
)
_EDGE_FIELDS = (
    *("type", "words", "roles", "role_classes", "periods", "datasets", "records", "sentences"),
)
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
        "handling": node.handling,
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
        "sentences": "; ".join(edge.sentences),
    }


def write_graphml(graph: Graph, note: AccessNote) -> Iterator[bytes]:
    """Yield a graph as GraphML."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_GRAPHML}">\n'.encode()
    yield f"<desc>{_text(note.text)}</desc>\n".encode()
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


def write_gexf(graph: Graph, note: AccessNote) -> Iterator[bytes]:
    """Yield a graph as GEXF."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_GEXF}" version="1.2">\n'
        f"<meta><description>{_text(note.text)}</description></meta>\n"
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


def write_json(graph: Graph, _: AccessNote) -> Iterator[bytes]:
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


def _table(header: Sequence[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    return _rows(header, ([escape_formula(cell) for cell in row] for row in rows))


def _rows(header: Sequence[str], rows: Iterable[list[str]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
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


# ---- Neo4j --------------------------------------------------------------------------------------

_NODE_HEADINGS = (
    *("id:ID", "caption", "sort", "kind", "schema", "countries:string[]", "activities:string[]"),
    *("datasets:string[]", "agencies:string[]", "records:int", "handling", ":LABEL"),
)
_EDGE_HEADINGS = (
    *(":START_ID", ":END_ID", "words", "roles:string[]", "periods:string[]"),
    *("datasets:string[]", "records:string[]", "sentences:string[]", ":TYPE"),
)


def _write_neo4j_nodes(graph: Graph) -> Iterator[bytes]:
    rows = (
        [
            *(node.id, node.caption, node.sort, node.kind, node.schema),
            *map(_list, (node.countries, node.activities, node.sources, node.agencies)),
            *(str(node.records), node.handling, _label(node)),
        ]
        for node in graph.nodes
    )
    return _rows(_NODE_HEADINGS, map(_on_one_line, rows))


def _write_neo4j_edges(graph: Graph) -> Iterator[bytes]:
    rows = (
        [
            *(edge.source, edge.target, edge.words),
            *map(_list, (edge.roles, edge.periods, edge.sources)),
            *(_list({row.record for row in edge.statements}), _list(edge.sentences)),
            re.sub(r"(?<=[a-z])(?=[A-Z])", "_", edge.type).upper(),
        ]
        for edge in graph.edges
    )
    return _rows(_EDGE_HEADINGS, map(_on_one_line, rows))


def _on_one_line(row: Iterable[str]) -> list[str]:
    """Return cells without line breaks, which an import refuses by default."""
    return [" ".join(cell.splitlines()) for cell in row]


def _list(values: Iterable[str]) -> str:
    """Return values as an array of Neo4j: `;` separates them, so none of them may have one."""
    return ";".join(value.replace(";", ",") for value in sorted(values))


def _label(node: GraphNode) -> str:
    return node.kind.capitalize() if node.sort == ENTITY else node.sort.capitalize()


# ---- STIX ---------------------------------------------------------------------------------------

_STIX_IDS = UUID("6f5b0a3e-52a1-5d0e-9c1b-6a9a6a0e5d52")
"""Namespace of the ids of STIX objects: the same entity has the same id in each bundle."""
_CLASSES = {"person": "individual", "group": "organization", "asset": "system"}


def _write_stix(hub: Hub, graph: Graph, viewer: Viewer, note: AccessNote) -> Files:
    objects = list(_stix_objects(graph, note, _records_of_entities(hub, graph, viewer)))
    identity = _stix_id("bundle", note.text)
    bundle = {"type": "bundle", "id": identity, "objects": objects}
    return {"": [orjson.dumps(bundle, option=orjson.OPT_INDENT_2)]}


def _records_of_entities(hub: Hub, graph: Graph, viewer: Viewer) -> dict[str, list[Record]]:
    """Return the visible records of the entities of a graph, by the ids of the entities."""
    return {
        side.id: [stored.record for stored in side.records]
        for side in _load_sides(hub, graph, viewer)
    }


def _stix_objects(
    graph: Graph, note: AccessNote, records: Mapping[str, Sequence[Record]]
) -> Iterator[dict[str, Any]]:
    time = f"{note.written:%Y-%m-%dT%H:%M:%S}.000Z"
    common: dict[str, Any] = {"spec_version": "2.1", "created": time, "modified": time}
    codes = sorted({node.handling for node in graph.nodes if node.handling})
    markings = {code: _stix_id("marking-definition", code) for code in codes}
    for code, identity in markings.items():
        yield {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identity,
            "created": time,
            "definition_type": "statement",
            "definition": {"statement": f"Handling {code}. {note.text}"},
        }
    nodes = {node.id: node for node in graph.nodes}
    ids = {
        node.id: _stix_id("note" if node.sort == ARTEFACT else "identity", node.id)
        for node in graph.nodes
    }
    marks = _handling_of_nodes(graph, nodes)
    holders: dict[str, list[str]] = {}
    for edge in graph.edges:
        if nodes[edge.target].sort == ARTEFACT:
            holders.setdefault(edge.target, []).append(ids[edge.source])
    for node in graph.nodes:
        row: dict[str, Any] = {
            "type": ids[node.id].partition("--")[0],
            "id": ids[node.id],
            **common,
        }
        if node.id in marks:
            row["object_marking_refs"] = [markings[marks[node.id]]]
        if node.sort != ARTEFACT:
            yield row | _stix_identity(node, records.get(node.id, ()))
        elif node.id in holders:
            content = {"abstract": f"shared {node.kind}", "content": node.caption}
            yield row | content | {"object_refs": sorted(holders[node.id])}
    for edge in graph.edges:
        if nodes[edge.target].sort != ARTEFACT:
            known = [marks[end] for end in (edge.source, edge.target) if end in marks]
            marked = {"object_marking_refs": [markings[strictest_handling(known)]]} if known else {}
            yield from _stix_relationships(edge, ids, common | marked)


def _handling_of_nodes(graph: Graph, nodes: Mapping[str, GraphNode]) -> dict[str, str]:
    """Return the handling code of each node that has one. An artefact or a bare name has the
    strictest code of the entities whose records state it.
    """
    codes = {node.id: [node.handling] for node in graph.nodes if node.handling}
    for edge in graph.edges:
        for own, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if nodes[own].sort != ENTITY and nodes[other].handling:
                codes.setdefault(own, []).append(nodes[other].handling)
    return {identity: strictest_handling(rows) for identity, rows in codes.items()}


def _stix_identity(node: GraphNode, records: Sequence[Record]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": node.caption,
        "identity_class": _CLASSES.get(node.kind, "unknown"),
        "labels": [*node.activities] or None,
        "description": f"Countries: {', '.join(node.countries)}" if node.countries else None,
        "external_references": [_reference(record.source, record.id) for record in records] or None,
    }
    return {name: value for name, value in facts.items() if value}


def _stix_relationships(
    edge: GraphLink, ids: Mapping[str, str], common: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield a relationship for each period that lists state, since it has one start and stop."""
    by_period: dict[tuple[str, str], list[EdgeStatement]] = {}
    for statement in edge.statements:
        by_period.setdefault((statement.start, statement.end), []).append(statement)
    for (start, end), statements in sorted(by_period.items()):
        first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
        roles = "; ".join(sorted({row.role for row in statements if row.role}))
        key = f"{edge.source} {edge.type} {edge.target} {start} {end}"
        facts = {
            "relationship_type": edge.words.replace(" ", "-"),
            "source_ref": ids[edge.source],
            "target_ref": ids[edge.target],
            "description": roles,
            "start_time": f"{first}T00:00:00.000Z" if first else "",
            # a period that ends before it starts is not valid
            "stop_time": f"{last}T23:59:59.000Z" if last and last >= first else "",
            "external_references": [
                _reference(row.source, row.record)
                | ({"description": row.sentence} if row.sentence else {})
                for row in statements
            ],
        }
        filled = {name: value for name, value in facts.items() if value}
        yield {"type": "relationship", "id": _stix_id("relationship", key), **common, **filled}


def _reference(source: str, record_id: str) -> dict[str, str]:
    """Return a reference to a record, by the id that its list gave it."""
    return {"source_name": source, "external_id": record_id.partition(":")[2]}


def _stix_id(kind: str, key: str) -> str:
    return f"{kind}--{uuid5(_STIX_IDS, f'{kind} {key}')}"


# ---- all formats --------------------------------------------------------------------------------

Files = Mapping[str, Iterable[bytes]]
"""Content of files by their names."""


@dataclass(frozen=True, slots=True)
class Export:
    """Format of a network.

    `label` says what it is for, as pages show it. `write` returns the files of a graph; it takes
    the hub and the viewer for what the graph does not hold. `is_folder`: several files.
    """

    label: str
    media_type: str
    suffix: str
    write: Callable[[Hub, Graph, Viewer, AccessNote], Files]
    is_folder: bool = False


def _one(writer: Callable[[Graph, AccessNote], Iterator[bytes]]) -> Callable[..., Files]:
    return lambda _hub, graph, _viewer, note: {"": writer(graph, note)}


def _tables(
    nodes: Callable[[Graph], Iterator[bytes]],
    edges: Callable[[Graph], Iterator[bytes]],
    edge_name: str,
) -> Callable[..., Files]:
    return lambda _hub, graph, _viewer, note: {
        "nodes.csv": nodes(graph),
        edge_name: edges(graph),
        "access-note.txt": [note.text.encode() + b"\n"],
    }


def _write_ftm(hub: Hub, graph: Graph, viewer: Viewer, _: AccessNote) -> Files:
    forms = _ftm_entities(hub, graph, viewer)
    return {"": (orjson.dumps(form, option=orjson.OPT_APPEND_NEWLINE) for form in forms)}


def _ftm_entities(hub: Hub, graph: Graph, viewer: Viewer) -> Iterator[dict[str, Any]]:
    """Yield the entities of a graph with all their values, and the edges among them."""
    for side in _load_sides(hub, graph, viewer):
        yield from to_ftm(side.golden)


def _load_sides(hub: Hub, graph: Graph, viewer: Viewer) -> list[EntitySide]:
    """Return the entities of a graph with their visible records, by id."""
    ids = [node.id for node in graph.nodes if node.sort == ENTITY]
    with open_rows(hub, viewer, graph.revision) as rows:
        numbers = sorted(rows.view.entity_numbers(ids).values())
        # a record that has been restricted since does not count in a graph of the past either
        counted = frozenset(rows.of_entities(numbers).records.tolist())
    with hub.store.view(graph.revision) as view:
        sides = load_sides(view, numbers, viewer, counted)
    return sorted(sides.values(), key=lambda side: side.id)


EXPORTS: Mapping[str, Export] = {
    "graphml": Export(
        "GraphML (Gephi, yEd)", "application/graphml+xml", "graphml", _one(write_graphml)
    ),
    "gexf": Export("GEXF (Gephi)", "application/gexf+xml", "gexf", _one(write_gexf)),
    "csv": Export(
        "Tables (CSV)",
        "application/zip",
        "zip",
        _tables(write_node_table, write_edge_table, "edges.csv"),
        is_folder=True,
    ),
    "neo4j": Export(
        "Neo4j import",
        "application/zip",
        "zip",
        _tables(_write_neo4j_nodes, _write_neo4j_edges, "relationships.csv"),
        is_folder=True,
    ),
    "stix": Export("STIX 2.1", "application/stix+json", "json", _write_stix),
    "ftm": Export("FollowTheMoney", "application/x-ndjson", "ftm.json", _write_ftm),
    "json": Export("JSON", "application/json", "json", _one(write_json)),
}
"""All formats by name, in the order in which pages list them."""


def export_network(
    hub: Hub,
    out: Path,
    file_format: str,
    viewer: Viewer,
    query: GraphQuery,
    around: Sequence[str] = (),
) -> Graph:
    """Write a network into a file, or into a folder for a format of several files; return the
    graph.

    Raises `OutputError` if it cannot be written, and the errors of `read_network`.
    """
    graph, export = read_network(hub, viewer, query, around), EXPORTS[file_format]
    try:
        for name, content in export.write(hub, graph, viewer, write_note(graph, viewer)).items():
            if export.is_folder:
                out.mkdir(parents=True, exist_ok=True)
            with replace_file(out / name if name else out) as file:
                file.writelines(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write the network: {reason}", place=str(out)) from error
    return graph


def encode_network(hub: Hub, graph: Graph, file_format: str, viewer: Viewer) -> bytes:
    """Return a graph as one file; several files are in a ZIP file."""
    export = EXPORTS[file_format]
    files = export.write(hub, graph, viewer, write_note(graph, viewer))
    if not export.is_folder:
        return b"".join(files[""])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, b"".join(content))
    return buffer.getvalue()
