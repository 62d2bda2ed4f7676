"""Workbench: the network around an entity, drawn and as tables, with filters, years and paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, redirect, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.figures.graph_layout import draw_rings
from resolver.api.desk.networks.network_form import MAX_HOPS, NetworkForm, read_form
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.desk_access import current_user
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.service import current_service
from resolver.errors import UnknownIdError
from resolver.network.artefacts import ARTEFACT_KINDS
from resolver.network.export.graph_files import MEDIA_TYPES, WRITERS, clean_xml
from resolver.network.graph import ENTITY, Graph, GraphNode
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.network.paths import Paths, find_paths
from resolver.network.selection import choose_nodes, count_choices, shared_artefacts
from resolver.network.workbench.saved_views import (
    MAX_NOTE,
    MAX_TITLE,
    SavedView,
    open_view,
)
from resolver.network.workbench.timeline import (
    FadedParts,
    cut_to_year,
    find_faded,
    graph_years,
    span_text,
)
from resolver.records.relations.relation_types import RELATION_TYPES

_MAX_NODES = 300
PICTURE = "svg"
"""Format of a picture of the drawing; the script makes a PNG of it."""
TYPE_LABELS = {kind.value: meaning.words for kind, meaning in RELATION_TYPES.items()} | {
    kind: f"same {kind}" for kind in ARTEFACT_KINDS
}
"""Words for the types of edge."""


@blueprint.get("/desk/network/<path:entity_id>", endpoint="network")
def show_network(entity_id: str) -> Any:
    """Show the network around an entity by any of its ids."""
    form = read_form()
    graph = _read_graph(entity_id, form)
    middle = graph.nodes[0]
    if middle.id != entity_id:
        return redirect(url_for("desk.network", entity_id=middle.id, **form.parameters()), 303)
    paths, problem = _find_paths(middle.id, form.goal)
    nodes = [*graph.nodes, *(paths.graph.nodes if paths else ())]
    query = {"id": entity_id, "hops": form.hops, "to": form.goal, "view": form.view}
    _log({name: value for name, value in query.items() if value or name != "view"}, nodes, graph)
    return render_page(
        "network.html",
        middle=middle,
        total=len(graph.nodes),
        nodes={node.id: node for node in nodes},
        choices=count_choices(graph),
        paths=paths,
        path_problem=problem,
        type_labels=TYPE_LABELS,
        max_hops=MAX_HOPS,
        saved=_open_view(form.view),
        max_title=MAX_TITLE,
        max_note=MAX_NOTE,
        **_drawing_context(graph, form),
    )


def _drawing_context(graph: Graph, form: NetworkForm) -> dict[str, Any]:
    """Return what the drawing and the tables show of a graph."""
    shown, context_ids = choose_nodes(graph, form.choice)
    years = graph_years(shown)
    year = form.year if years and years[0] <= form.year <= years[1] else 0
    return {
        "graph": shown,
        "drawing": draw_rings(shown),
        "context_ids": context_ids,
        "artefacts": shared_artefacts(shown),
        "form": form,
        "places": {node.id: place for place, node in enumerate(shown.nodes)},
        "years": years,
        "year": year,
        "faded": find_faded(shown, year) if year else FadedParts(),
        "span_text": span_text,
    }


@blueprint.get("/desk/network-file/<file_format>/<path:entity_id>", endpoint="network_file")
def send_network(file_format: str, entity_id: str) -> Response:
    """Send the network that the page shows as a file: as data, or as a picture."""
    if file_format not in (PICTURE, *WRITERS):
        formats = ", ".join(sorted((PICTURE, *WRITERS)))
        raise DeskError(404, "There is no such format.", f"The formats are {formats}.")
    form = read_form()
    graph = _read_graph(entity_id, form)
    query = {"id": entity_id, "hops": form.hops, "format": file_format}
    _log(query, graph.nodes, graph)
    if file_format == PICTURE:
        return _send_picture(graph, form)
    shown, _ = choose_nodes(graph, form.choice)
    lines = WRITERS[file_format](cut_to_year(shown, form.year) if form.year else shown)
    return _send_file(lines, file_format, MEDIA_TYPES[file_format])


def _send_picture(graph: Graph, form: NetworkForm) -> Response:
    text = render_page(
        "network_picture.svg", middle=graph.nodes[0], **_drawing_context(graph, form)
    )
    return _send_file(iter([clean_xml(text).encode()]), PICTURE, "image/svg+xml")


def _send_file(lines: Iterator[bytes], file_format: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename=network.{file_format}"}
    return Response(b"".join(lines), mimetype=media_type, headers=headers)


def _open_view(view_id: str) -> SavedView | None:
    """Return the saved view that an address names, None for one that the user may not know."""
    if not view_id:
        return None
    try:
        return open_view(current_service().hub, view_id, current_user().name, viewer())
    except UnknownIdError:
        return None


def _read_graph(entity_id: str, form: NetworkForm) -> Graph:
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


def _log(query: dict[str, Any], nodes: Iterable[GraphNode], graph: Graph) -> None:
    ids = sorted({node.id for node in nodes if node.sort == ENTITY})
    log_access("network", query, {"seen": ids}, revision_of(graph.revision))
