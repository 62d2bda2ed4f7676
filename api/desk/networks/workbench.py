"""Workbench: the network around an entity, drawn and as tables, with filters and paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.figures.graph_layout import draw_rings
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.query_parameters import read_integer
from resolver.api.routes.network import read_day
from resolver.api.service import current_service
from resolver.errors import UnknownIdError
from resolver.network.artefacts import ARTEFACT_KINDS
from resolver.network.export.graph_files import MEDIA_TYPES, WRITERS
from resolver.network.graph import ENTITY, Graph, GraphNode
from resolver.network.graph_reader import EDGE_TYPES, GraphQuery, read_graph
from resolver.network.paths import Paths, find_paths
from resolver.network.selection import (
    GraphChoice,
    choose_nodes,
    count_choices,
    shared_artefacts,
)
from resolver.records.relations.relation_types import RELATION_TYPES

_MAX_NODES, _MAX_HOPS, _MAX_EXPANDED = 300, 3, 30
TYPE_LABELS = {kind.value: meaning.words for kind, meaning in RELATION_TYPES.items()} | {
    kind: f"same {kind}" for kind in ARTEFACT_KINDS
}
"""Words for the types of edge."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What the page shows. `fit`: the drawing is as wide as the page."""

    hops: int
    types: tuple[str, ...]
    day: str
    choice: GraphChoice
    expanded: tuple[str, ...]
    goal: str
    fit: bool

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Return the parameters of an address that shows the same, with some changed."""
        fields = {
            "hops": self.hops,
            "types": self.types,
            "on": self.day,
            "activity": self.choice.activity,
            "agency": self.choice.agency,
            "role": self.choice.role_class,
            "expand": self.expanded,
            "to": self.goal,
            "fit": "1" if self.fit else "",
        }
        return {name: value for name, value in (fields | changes).items() if value}


def _read_form() -> _Form:
    args = request.args
    return _Form(
        read_integer("hops", 1, 0, _MAX_HOPS),
        tuple(text for text in args.getlist("types") if text in EDGE_TYPES),
        read_day("on") if args.get("on") else "",
        GraphChoice(*(args.get(name, "")[:200] for name in ("activity", "agency", "role"))),
        tuple(dict.fromkeys(args.getlist("expand")))[:_MAX_EXPANDED],
        args.get("to", "").strip()[:300],
        bool(args.get("fit")),
    )


@blueprint.get("/desk/network/<path:entity_id>", endpoint="network")
def show_network(entity_id: str) -> Any:
    """Show the network around an entity by any of its ids."""
    form = _read_form()
    graph = _read_graph(entity_id, form)
    middle = graph.nodes[0]
    if middle.id != entity_id:
        return redirect(url_for("desk.network", entity_id=middle.id, **form.parameters()), 303)
    shown, context_ids = choose_nodes(graph, form.choice)
    paths, problem = _find_paths(middle.id, form.goal)
    nodes = [*graph.nodes, *(paths.graph.nodes if paths else ())]
    _log({"id": entity_id, "hops": form.hops, "to": form.goal}, nodes, graph.revision)
    return render_page(
        "network.html",
        middle=middle,
        graph=shown,
        total=len(graph.nodes),
        nodes={node.id: node for node in nodes},
        drawing=draw_rings(shown),
        context_ids=context_ids,
        artefacts=shared_artefacts(shown),
        choices=count_choices(graph),
        form=form,
        paths=paths,
        path_problem=problem,
        type_labels=TYPE_LABELS,
        max_hops=_MAX_HOPS,
    )


@blueprint.get("/desk/network-file/<file_format>/<path:entity_id>", endpoint="network_file")
def send_network(file_format: str, entity_id: str) -> Response:
    """Send the network that the page shows as a file."""
    if file_format not in WRITERS:
        formats = ", ".join(sorted(WRITERS))
        raise DeskError(404, "There is no such format.", f"The formats are {formats}.")
    form = _read_form()
    graph, _ = choose_nodes(_read_graph(entity_id, form), form.choice)
    query = {"id": entity_id, "hops": form.hops, "format": file_format}
    _log(query, graph.nodes, graph.revision)
    name = f"network.{file_format}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    lines = WRITERS[file_format](graph)
    return Response(b"".join(lines), mimetype=MEDIA_TYPES[file_format], headers=headers)


def _read_graph(entity_id: str, form: _Form) -> Graph:
    query = GraphQuery(
        form.hops,
        form.types,
        form.day,
        max_nodes=_MAX_NODES,
        max_neighbors=_MAX_NODES,
        with_ties=form.hops == 1,
        expanded=form.expanded,
    )
    try:
        return read_graph(current_service().hub, entity_id, viewer(), query)
    except UnknownIdError as error:
        raise DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error


def _find_paths(start: str, goal: str) -> tuple[Paths | None, str]:
    """Return the paths to the id that was typed, and what is wrong with it."""
    if not goal:
        return None, ""
    try:
        return find_paths(current_service().hub, start, goal, viewer()), ""
    except UnknownIdError:
        return None, f"There is no entity or record {goal[:80]}."


def _log(query: dict[str, Any], nodes: Iterable[GraphNode], revision: int) -> None:
    ids = sorted({node.id for node in nodes if node.sort == ENTITY})
    log_access("network", query, {"seen": ids}, revision_of(revision))
