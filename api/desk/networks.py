"""Pages of networks: the workbench around an entity, groups, crimes, agencies, and saved views.

- Form of the workbench: the content of a page of a network, as its address states it.
- Page of the links across crimes.
- Dossier of an entity, to print or to save as PDF: values, sources, grades, handling.
- Pages of groups: all of them by members, and one with its members over time.
- Page of the overlap between agencies.
- Pages of saved views of networks: the list, saving one with a note, opening and deleting it.
- Workbench: the network around an entity, drawn and as tables, with filters, years and paths.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.charts import RingDrawing, RingNode, draw_rings
from resolver.api.desk.desk_access import current_user
from resolver.api.desk.text_filters import country_labels, kind_label, latin, shorten
from resolver.api.endpoints import read_integer
from resolver.api.routes.groups import KINDS, MAX_OFFSET, log_crime_links, send_table
from resolver.api.routes.network import read_day
from resolver.api.service import current_service
from resolver.errors import UnknownIdError, pluralize
from resolver.network import groups, workbench
from resolver.network.crime_links import (
    LINKED_CRIMES,
    CrimeLinkFilter,
    read_crime_links,
    words_from,
)
from resolver.network.export import MEDIA_TYPES, WRITERS, clean_xml
from resolver.network.graph import (
    ENTITY,
    Graph,
    GraphChoice,
    GraphLink,
    GraphNode,
    choose_nodes,
    count_choices,
    join_graphs,
    shared_artefacts,
)
from resolver.network.graph_reader import EDGE_TYPES, GraphQuery, read_graph
from resolver.network.paths import PathEnd, PathQuery, Paths, find_end, find_paths
from resolver.network.visible_records import ARTEFACT_KINDS
from resolver.records import Activity, Kind
from resolver.records.stated_links import RELATION_TYPES
from resolver.review.entity_page import load_entity_page
from resolver.review.profile import strictest_code

MAX_HOPS, _MAX_EXPANDED = 3, 30


@dataclass(frozen=True, slots=True)
class NetworkForm:
    """Content of the page. `fit`: the drawing is as wide as the page; `year`: parts that do not
    belong to it are faded, 0 for none; `view`: id of the saved view that is shown, or empty.
    """

    hops: int
    types: tuple[str, ...]
    day: str
    choice: GraphChoice
    expanded: tuple[str, ...]
    goal: str
    fit: bool
    year: int = 0
    view: str = ""

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """Return the parameters of an address that shows the same page, with some changed."""
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
            "year": self.year,
            "view": self.view,
        }
        return {
            name: value for name, value in (fields | changes).items() if value or name == "hops"
        }


def read_form() -> NetworkForm:
    """Return the content of the page that the address of the request describes. Raises `ApiError`
    for invalid numbers and days.
    """
    args = request.args
    return NetworkForm(
        read_integer("hops", 1, 0, MAX_HOPS),
        tuple(text for text in args.getlist("types") if text in EDGE_TYPES),
        read_day("on") if args.get("on") else "",
        GraphChoice(*(args.get(name, "")[:200] for name in ("activity", "agency", "role"))),
        tuple(dict.fromkeys(args.getlist("expand")))[:_MAX_EXPANDED],
        args.get("to", "").strip()[:300],
        bool(args.get("fit")),
        read_integer("year", 0, 0, 9999),
        args.get("view", "")[:40],
    )


_PER_PAGE = 20
_TABLE_LIMIT = 500


@pages.blueprint.get("/desk/crime-links", endpoint="crime_links")
def show_crime_links() -> Any:
    """Show who connects crimes, page by page, or send the first of them as CSV."""
    args = request.args
    activities = tuple(name for name in args.getlist("activity") if name in set(Activity))
    kind = args.get("kind", "")
    choice = CrimeLinkFilter(
        tuple(dict.fromkeys(activities)),
        kind if kind in KINDS else "",
        args.get("agency", "")[:200],
    )
    start, wants_csv = read_integer("from", 0, 0, MAX_OFFSET), args.get("format") == "csv"
    listed = read_crime_links(
        current_service().hub,
        viewer(),
        choice,
        limit=_TABLE_LIMIT if wants_csv else _PER_PAGE,
        offset=0 if wants_csv else start,
    )
    log_crime_links(args.to_dict(), listed)
    if wants_csv:
        return send_table(listed)
    return pages.render_page(
        "crime_links.html",
        section="groups",
        page=listed,
        choice=choice,
        crimes=[*LINKED_CRIMES, *(crime for crime in Activity if crime not in LINKED_CRIMES)],
        counted={*LINKED_CRIMES, *choice.activities},
        kinds=KINDS,
        words_from=words_from,
        start=start,
        page_size=_PER_PAGE,
        table_limit=_TABLE_LIMIT,
    )


@pages.blueprint.get("/desk/dossier/<path:entity_id>", endpoint="dossier")
def show_dossier(entity_id: str) -> Any:
    """Show everything that is known of an entity on one page for paper."""
    hub = current_service().hub
    try:
        entity = load_entity_page(hub, entity_id, viewer())
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    if entity.party is None:
        return redirect(url_for("desk.entity", entity_id=entity.id), 303)
    if entity.id != entity_id:
        return redirect(url_for("desk.dossier", entity_id=entity.id), 303)
    revision = revision_of(entity.revision)
    log_access("dossier", {"id": entity_id}, {"seen": [entity.id]}, revision)
    return pages.render_page(
        "dossier.html",
        entity=entity,
        network=workbench.load_relations(hub, entity.id, viewer()),
        handling={row.record: row for row in entity.handling},
        code=strictest_code(entity.handling),
        written=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


_GROUP_PAGES_PER_PAGE = 25
_FIELDS = {"countries": "country", "activities": "activity", "agencies": "agency"}
"""Parameter of each facet."""


@pages.blueprint.get("/desk/groups", endpoint="groups")
def show_groups() -> Any:
    """Show the groups of the store, page by page."""
    fields = {name: request.args.get(_FIELDS[name], "")[:200] for name in groups.GROUP_FACETS}
    sort = request.args.get("sort", "members")
    sort = sort if sort in groups.GROUP_SORTS else "members"
    start = read_integer("from", 0, 0, 10_000)
    values = [tuple(filter(None, [fields[name]])) for name in groups.GROUP_FACETS]
    choice = groups.GroupFilter(values[0], values[1], values[2], sort=sort)
    page = groups.read_groups(
        current_service().hub, viewer(), choice, limit=_GROUP_PAGES_PER_PAGE, offset=start
    )
    ids = [row.facts.id for row in page.groups]
    log_access("groups", fields, {"seen": ids}, revision_of(page.revision))
    return pages.render_page(
        "groups.html",
        section="groups",
        page=page,
        fields=fields,
        names=_FIELDS,
        sort=sort,
        sorts=groups.GROUP_SORTS,
        start=start,
        page_size=_GROUP_PAGES_PER_PAGE,
    )


@pages.blueprint.get("/desk/groups/<path:entity_id>", endpoint="group")
def show_group(entity_id: str) -> Any:
    """Show a group with the entities that belong to it."""
    try:
        view = groups.read_group(current_service().hub, entity_id, viewer())
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    nodes = [view.group, *(row.node for row in (*view.members, *view.related))]
    ids = sorted({node.id for node in nodes if node.records})
    log_access("group", {"id": entity_id}, {"seen": ids}, revision_of(view.revision))
    return pages.render_page("group.html", section="groups", view=view)


_KINDS = (Kind.PERSON.label, Kind.GROUP.label, Kind.ASSET.label)


@pages.blueprint.get("/desk/overlap", endpoint="overlap")
def show_overlap() -> Any:
    """Show how many entities agencies have in common, or send it as CSV."""
    kind, activity = request.args.get("kind", ""), request.args.get("activity", "")
    kind = kind if kind in _KINDS else ""
    activity = activity if activity in set(Activity) else ""
    matrix = groups.read_overlap(current_service().hub, viewer(), kind=kind, activity=activity)
    query = {"kind": kind, "activity": activity}
    log_access("overlap", query, {"agencies": len(matrix.agencies)}, revision_of(matrix.revision))
    if request.args.get("format") == "csv":
        headers = {"Content-Disposition": "attachment; filename=overlap.csv"}
        return Response(groups.overlap_table(matrix), mimetype="text/csv", headers=headers)
    return pages.render_page(
        "overlap.html",
        section="groups",
        matrix=matrix,
        smallest=groups.MIN_COUNT,
        kinds=_KINDS,
        activities=[activity.value for activity in Activity],
    )


@pages.blueprint.get("/desk/views", endpoint="network_views")
def show_views() -> Any:
    """List the views of the user and the shared views of other users."""
    hub = current_service().hub
    saved = workbench.list_views(hub, current_user().name, viewer())
    _log("saved-views", {}, [row.entity_id for row in saved])
    return pages.render_page(
        "network_views.html", section="groups", saved=saved, message=pages.signed_message()
    )


@pages.blueprint.post("/desk/views", endpoint="save_network_view")
def save() -> Any:
    """Save the view that the address describes, around the entity that the form names."""
    form = request.form
    draft = workbench.ViewDraft(
        form.get("title", ""),
        form.get("note", ""),
        form.get("entity", "")[:300],
        read_form().parameters(view=""),
        "shared" in form,
    )
    try:
        view = workbench.save_view(current_service().hub, current_user().name, viewer(), draft)
    except UnknownIdError as error:
        raise _unknown("entity or record", draft.entity) from error
    _log("save-view", {"id": view.id, "shared": view.is_shared}, [view.entity])
    return redirect(url_for("desk.network_view", view_id=view.id), 303)


@pages.blueprint.get("/desk/views/<view_id>", endpoint="network_view")
def show_view(view_id: str) -> Any:
    """Open a saved view: the network that it describes, as the user may see it now."""
    hub, user = current_service().hub, current_user().name
    try:
        saved = workbench.open_view(hub, view_id, user, viewer())
    except UnknownIdError as error:
        raise _unknown("saved view", view_id) from error
    parameters = workbench.known_parameters(hub, viewer(), saved.view)
    _log("open-view", {"id": view_id}, [saved.entity_id])
    address = url_for(
        "desk.network", entity_id=saved.entity_id, **{**parameters, "view": saved.view.id}
    )
    return redirect(address, 303)


@pages.blueprint.post("/desk/views/<view_id>/delete", endpoint="delete_network_view")
def delete(view_id: str) -> Any:
    """Delete a saved view."""
    try:
        saved = workbench.delete_view(current_service().hub, view_id, current_user().name, viewer())
    except UnknownIdError as error:
        raise _unknown("saved view", view_id) from error
    _log("delete-view", {"id": view_id}, [saved.entity_id])
    message = f"The view {saved.view.title} was deleted."
    return redirect(url_for("desk.network_views", done=pages.sign_message(message)), 303)


def _unknown(what: str, name: str) -> pages.DeskError:
    return pages.DeskError(404, f"There is no {what} {name[:80]}.", "See the list of saved views.")


def _log(action: str, query: dict[str, Any], entity_ids: list[str]) -> None:
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": sorted(set(entity_ids))}, revision)


_MAX_NODES = 300
PICTURE = "svg"
"""Format of a picture of the drawing; the script makes a PNG of it."""
TYPE_LABELS = {kind.value: meaning.words for kind, meaning in RELATION_TYPES.items()} | {
    kind: f"same {kind}" for kind in ARTEFACT_KINDS
}
"""Words for the types of edge."""


@pages.blueprint.get("/desk/network/<path:entity_id>", endpoint="network")
def show_network(entity_id: str) -> Any:
    """Show the network around an entity by any of its ids."""
    form = read_form()
    graph = _read_graph(entity_id, form)
    middle = graph.nodes[0]
    if middle.id != entity_id:
        return redirect(url_for("desk.network", entity_id=middle.id, **form.parameters()), 303)
    paths, goal, problem = _find_paths(middle.id, form)
    nodes = [*graph.nodes, *(paths.graph.nodes if paths else ())]
    query = {"id": entity_id, "hops": form.hops, "to": form.goal, "view": form.view}
    asked, form = form.goal, replace(form, goal=goal.id) if goal else form
    _workbench_log(
        {name: value for name, value in query.items() if value or name != "view"},
        nodes,
        graph,
        goal.seen if goal else (),
    )
    return pages.render_page(
        "network.html",
        middle=middle,
        total=len(graph.nodes),
        nodes={node.id: node for node in nodes},
        choices=count_choices(graph),
        paths=paths,
        asked=asked,
        goal=goal,
        path_problem=problem,
        type_labels=TYPE_LABELS,
        max_hops=MAX_HOPS,
        saved=_open_view(form.view),
        max_title=workbench.MAX_TITLE,
        max_note=workbench.MAX_NOTE,
        **_drawing_context(graph, form, paths),
    )


def _drawing_context(graph: Graph, form: NetworkForm, paths: Paths | None = None) -> dict[str, Any]:
    """Return the data of a graph that the drawing and the tables show, together with paths that may
    lead beyond it.
    """
    shown, context_ids = choose_nodes(graph, form.choice)
    if paths is not None and paths.paths:
        shown = join_graphs(shown, paths.graph)
    years = workbench.graph_years(shown)
    year = form.year if years and years[0] <= form.year <= years[1] else 0
    drawing = draw_rings(shown)
    chains = paths.paths if paths is not None else ()
    return {
        "graph": shown,
        "drawing": drawing,
        "drawing_data": _drawing_data(drawing, form, context_ids, chains),
        "context_ids": context_ids,
        "artefacts": shared_artefacts(shown),
        "form": form,
        "places": {node.id: index for index, node in enumerate(shown.nodes)},
        "years": years,
        "year": year,
        "faded": workbench.find_faded(shown, year) if year else workbench.FadedParts(),
        "span_text": workbench.span_text,
    }


def _drawing_data(
    drawing: RingDrawing,
    form: NetworkForm,
    context_ids: Collection[str],
    chains: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Return the nodes, edges and paths of a drawing for the script that lets people work with it.

    At first, nodes are at the places that the drawing in rings gives them. `about` are lines of
    text to show when a node or an edge is picked.
    """
    middle = drawing.nodes[0].node
    return {
        "nodes": [
            _node_data(placed, form, middle.id) | {"context": placed.node.id in context_ids}
            for placed in drawing.nodes
        ],
        "edges": [_edge_data(line.edge) for line in drawing.edges],
        "paths": chains,
    }


def _node_data(placed: RingNode, form: NetworkForm, middle_id: str) -> dict[str, Any]:
    node = placed.node
    transliteration = latin(node.caption)
    facts = [
        kind_label(node.kind) if node.sort == ENTITY else node.kind or "known by name only",
        country_labels(node.countries),
        ", ".join(node.activities).replace("_", " "),
        f"{pluralize(node.records, 'record')} of {', '.join(node.agencies)}"
        if node.records
        else "",
        "Has more neighbors than are shown." if node.is_cut else "",
    ]
    return {
        "id": node.id,
        "label": shorten(node.caption, 48),
        "title": f"{node.caption} ({transliteration})" if transliteration else node.caption,
        "sort": node.sort,
        "kind": node.kind,
        "start": node.distance == 0,
        "cut": node.is_cut,
        "distance": node.distance,
        "x": placed.x,
        "y": placed.y,
        "about": list(filter(None, facts)),
        "links": _node_links(node, form, middle_id),
    }


def _node_links(node: GraphNode, form: NetworkForm, middle_id: str) -> dict[str, str] | None:
    """Return the addresses that open, expand, collapse, center and connect an entity."""
    if node.sort != ENTITY:
        return None

    def address(**changes: Any) -> str:
        return url_for("desk.network", entity_id=middle_id, **form.parameters(**changes))

    links = {"open": url_for("desk.entity", entity_id=node.id)}
    if node.id in form.expanded:
        rest = tuple(entity_id for entity_id in form.expanded if entity_id != node.id)
        links["collapse"] = address(expand=rest)
    elif node.id != middle_id or not form.hops:
        links["expand"] = address(expand=(*form.expanded, node.id))
    if node.id != middle_id:
        links["center"] = url_for("desk.network", entity_id=node.id)
        links["path"] = address(to=node.id)
    return links


def _edge_data(edge: GraphLink) -> dict[str, Any]:
    """Return an edge; `count` is the number of its statements, and `lists` has the lists that state
    it.
    """
    details = "; ".join((*edge.roles, *edge.periods))
    records = sorted({row.record for row in edge.statements})
    facts = [details, f"Stated by {', '.join(edge.sources)}", ", ".join(records[:12])]
    return {
        "id": f"{edge.source}|{edge.target}|{edge.type}",
        "source": edge.source,
        "target": edge.target,
        "words": edge.words,
        "label": shorten(f"{edge.words}: {details}" if details else edge.words, 60),
        "mutual": edge.words == edge.reverse,
        "count": len(edge.statements),
        "lists": len(edge.sources),
        "years": workbench.span_text(edge),
        "about": list(filter(None, facts)),
    }


@pages.blueprint.get("/desk/network-file/<file_format>/<path:entity_id>", endpoint="network_file")
def send_network(file_format: str, entity_id: str) -> Response:
    """Send the network that the page shows as a file: as data, or as a picture."""
    if file_format not in (PICTURE, *WRITERS):
        formats = ", ".join(sorted((PICTURE, *WRITERS)))
        raise pages.DeskError(404, "There is no such format.", f"The formats are {formats}.")
    form = read_form()
    graph = _read_graph(entity_id, form)
    query = {"id": entity_id, "hops": form.hops, "format": file_format}
    _workbench_log(query, graph.nodes, graph)
    if file_format == PICTURE:
        return _send_picture(graph, form)
    shown, _ = choose_nodes(graph, form.choice)
    lines = WRITERS[file_format](workbench.cut_to_year(shown, form.year) if form.year else shown)
    return _send_file(lines, file_format, MEDIA_TYPES[file_format])


def _send_picture(graph: Graph, form: NetworkForm) -> Response:
    text = pages.render_page(
        "network_picture.svg", middle=graph.nodes[0], **_drawing_context(graph, form)
    )
    return _send_file(iter([clean_xml(text).encode()]), PICTURE, "image/svg+xml")


def _send_file(lines: Iterator[bytes], file_format: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename=network.{file_format}"}
    return Response(b"".join(lines), mimetype=media_type, headers=headers)


def _open_view(view_id: str) -> workbench.SavedView | None:
    """Return the saved view that an address names; None for a view that the user may not know."""
    if not view_id:
        return None
    try:
        return workbench.open_view(current_service().hub, view_id, current_user().name, viewer())
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
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error


def _find_paths(start: str, form: NetworkForm) -> tuple[Paths | None, PathEnd | None, str]:
    """Return the paths to the id or name that was typed, the entity that it means, and an error
    text.

    The paths follow the relations that the form chooses.
    """
    if not form.goal:
        return None, None, ""
    hub = current_service().hub
    try:
        goal = find_end(hub, current_service().ready_screener(), form.goal, viewer())
        return find_paths(hub, start, goal.id, viewer(), PathQuery(types=form.types)), goal, ""
    except UnknownIdError as error:
        return None, None, f"{error.message[:1].upper()}{error.message[1:]}."


def _workbench_log(
    query: dict[str, Any], nodes: Iterable[GraphNode], graph: Graph, others: Sequence[str] = ()
) -> None:
    ids = sorted({*others, *(node.id for node in nodes if node.sort == ENTITY)})
    log_access("network", query, {"seen": ids}, revision_of(graph.revision))
