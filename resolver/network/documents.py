"""Graphs as JSON documents."""

from __future__ import annotations

from typing import Any

from resolver.network.graph import ENTITY, EdgeStatement, Graph, GraphLink, GraphNode


def graph_document(graph: Graph) -> dict[str, Any]:
    """Return a graph as JSON."""
    return {
        "nodes": [node_document(node) for node in graph.nodes],
        "edges": [edge_document(edge) for edge in graph.edges],
        "complete": graph.is_complete,
    }


def node_document(node: GraphNode) -> dict[str, Any]:
    """Return a node as JSON; only entities have more than a caption and a kind."""
    document: dict[str, Any] = {
        "id": node.id,
        "sort": node.sort,
        "caption": node.caption,
        "kind": node.kind,
        "distance": node.distance,
        "complete": not node.is_cut,
    }
    if node.sort == ENTITY:
        document |= {
            "schema": node.schema,
            "countries": list(node.countries),
            "activities": list(node.activities),
            "datasets": list(node.sources),
            "agencies": list(node.agencies),
            "records": node.records,
        }
    return document


def edge_document(edge: GraphLink) -> dict[str, Any]:
    """Return an edge with its statements as JSON."""
    return {
        "source": edge.source,
        "target": edge.target,
        "type": edge.type,
        "words": edge.words,
        "statements": [_statement_document(row) for row in edge.statements],
    }


def _statement_document(row: EdgeStatement) -> dict[str, Any]:
    document: dict[str, Any] = {"dataset": row.source, "record": row.record}
    for name in ("role", "role_class", "start", "end"):
        if text := getattr(row, name):
            document[name] = text
    return {**document, "reversed_period": True} if row.is_reversed_period else document
