"""Graph of entities: nodes, edges, and what states them."""

from __future__ import annotations

from dataclasses import dataclass

ENTITY, ARTEFACT, NAME = "entity", "artefact", "name"
"""Sorts of node: an entity, an artefact that entities share, an end known by name only."""
SHARES = "shares"
"""Type of an edge from an entity to an artefact."""


@dataclass(frozen=True, slots=True, order=True)
class EdgeStatement:
    """Statement of an edge by a record: its source and id, role with class, and dates as written.

    `is_reversed_period`: the end lies before the start.
    """

    source: str
    record: str
    role: str = ""
    role_class: str = ""
    start: str = ""
    end: str = ""
    is_reversed_period: bool = False


@dataclass(frozen=True, slots=True)
class GraphLink:
    """Edge from the node `source` to the node `target`, of a type of relation or `SHARES`.

    `words` read from source to target, `reverse` from target to source.
    """

    source: str
    target: str
    type: str
    words: str
    reverse: str
    statements: tuple[EdgeStatement, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Lists that state the edge, each once."""
        return tuple(sorted({row.source for row in self.statements}))

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that the lists state, each once."""
        return tuple(sorted({row.role for row in self.statements if row.role}))

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods that the lists state, each once: `2004 to 2009`, `from 2014`."""
        return tuple(sorted({text for row in self.statements if (text := _period(row))}))


def _period(row: EdgeStatement) -> str:
    if row.start and row.end:
        return f"{row.start} to {row.end}"
    return f"from {row.start}" if row.start else f"until {row.end}" if row.end else ""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """Node of a graph, told by `id`: that of an entity, or of an artefact or name in this graph.

    `sort` is one of `ENTITY`, `ARTEFACT`, `NAME`; `kind` is person, group, asset or legal, or the
    kind of artefact. `distance` counts edges from where the graph begins. `is_cut`: the node has
    more neighbors than were read. The rest is empty for all but entities.
    """

    id: str
    sort: str
    caption: str
    kind: str
    distance: int = 0
    is_cut: bool = False
    schema: str = ""
    countries: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    records: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by distance, caption and id; edges by their ends and type; the revision of the store.

    `is_complete`: nothing within the hops was left out.
    """

    revision: int
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphLink, ...]
    is_complete: bool = True
