"""Graphs as files of other programs: one writer of bytes for each format.

| format | what |
|---|---|
| graphml | GraphML 1.0, for yEd, Gephi, igraph, networkx |
| gexf | GEXF 1.2, for Gephi |
| csv | a folder with `nodes.csv` and `edges.csv` |
| ftm | FollowTheMoney entities and the edges among them, JSON lines |
| json | nodes and edges as `GET /graph` answers them |

Export of a network: the whole store, or what is around some entities, as one viewer sees it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.merging import to_ftm
from resolver.network.entity_network import graph_document
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import ENTITY, Graph, GraphLink, GraphNode
from resolver.network.graph_reader import GraphQuery, build_graph, grow_graph, open_rows
from resolver.network.visible_records import VisibleRecords
from resolver.records.formula_cells import escape_formula
from resolver.records.visibility import Viewer
from resolver.review.entity_sides import load_sides
from resolver.store.array_files import replace_file

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
    """Return the attributes of a node as texts; several values are parted by `; `."""
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
    """Return the attributes of an edge as texts; several values are parted by `; `."""
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
    """Return a text with a mark for each character that XML cannot hold."""
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
"""Formats of one file that a graph alone fills."""
FORMATS = (*WRITERS, "csv", "ftm")
MEDIA_TYPES = {
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "json": "application/json",
    "ftm": "application/x-ndjson",
}
"""Media types of the formats that are one file."""


_CHUNK = 5_000
"""Entities whose edges are read at once."""


def read_network(hub: Hub, viewer: Viewer, query: GraphQuery, around: Sequence[str] = ()) -> Graph:
    """Load the network around some entities (any of their ids); all of the store without any.

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
    """Write a network into a file (`csv`: into a folder); return the graph.

    Raises `OutputError` where it cannot be written, and as `read_network` does.
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
    """Yield a graph in a format that is one file."""
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
