"""Export of a network: the whole store, or what is around some entities, as one viewer sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from resolver.errors import OutputError
from resolver.hub.hub import Hub
from resolver.merging import to_ftm
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.export.graph_files import WRITERS, write_edge_table, write_node_table
from resolver.network.graph import ENTITY, Graph
from resolver.network.graph_reader import GraphQuery, build_graph, grow_graph, open_rows
from resolver.network.visible_records import VisibleRecords
from resolver.records.visibility import Viewer
from resolver.review.entity_sides import load_sides
from resolver.store.array_files import replace_file

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
