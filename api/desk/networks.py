"""Pages of networks: the workbench around an entity, paths by names, and saved views.

- Form of the workbench: the content of a page of a network, as its address states it.
- Page that asks who connects two names.
- Pages of saved views of networks: the list, saving one with a note, opening and deleting it.
- Workbench: the network around an entity, drawn and as tables, with filters, years and paths.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from flask import Response, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.charts import RingDrawing, RingNode, draw_rings
from resolver.api.desk.desk_access import current_user
from resolver.api.desk.dossiers import send_report
from resolver.api.desk.text_filters import (
    country_labels,
    distinct_roles,
    kind_label,
    latin,
    shorten,
)
from resolver.api.endpoints import read_integer
from resolver.api.routes.network import read_day, send_network_file
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check.entity_reader import suggest_entities
from resolver.errors import InputError, UnknownIdError, pluralize
from resolver.network import groups, workbench
from resolver.network.formats import EXPORTS, clean_xml
from resolver.network.graph import (
    ENTITY,
    Graph,
    GraphChanges,
    GraphChoice,
    GraphLink,
    GraphNode,
    choose_nodes,
    count_choices,
    join_graphs,
    shared_artefacts,
)
from resolver.network.graph_reader import EDGE_TYPES, GraphQuery, read_graph
from resolver.network.paths import (
    MAX_MEANT,
    PathEnd,
    PathQuery,
    Paths,
    connect_ends,
    find_end,
    years_between,
)
from resolver.network.visible_records import ACCOUNT, ARTEFACT_KINDS, WALLET
from resolver.records import RelationType
from resolver.records.stated_links import RELATION_TYPES

MONEY_EDGES = (
    *(RelationType.OWNER_OF.value, RelationType.FINANCIER_OF.value, RelationType.PAYER_OF.value),
    *(RelationType.DIRECTOR_OF.value, ACCOUNT, WALLET),
)
"""Types of edge along which money goes."""
MAX_HOPS, _MAX_EXPANDED, MAX_TYPED = 3, 30, 300


@dataclass(frozen=True, slots=True)
class NetworkForm:
    """Content of the page. `fit`: the drawing is as wide as the page; `year`: parts that do not
    belong to it are faded, 0 for none; `view`: id of the saved view that is shown, or empty.
    `years` (0: open) narrow the network and the paths to `goal`, `without` (lists) only the paths.
    `start`: what somebody typed for the entity in the middle, if they asked for paths by two names.
    `since` (day, ISO): the page says what the store did not yet know on that day.
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
    years: tuple[int, int] = (0, 0)
    without: tuple[str, ...] = ()
    start: str = ""
    since: str = ""

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
            "first_year": self.years[0],
            "last_year": self.years[1],
            "without": self.without,
            "start": self.start,
            "since": self.since,
        }
        return {
            name: value for name, value in (fields | changes).items() if value or name == "hops"
        }


def read_form() -> NetworkForm:
    """Return the content of the page that the address of the request describes. Raises `ApiError`
    for invalid numbers and days.
    """
    args = request.args
    types = tuple(text for text in args.getlist("types") if text in EDGE_TYPES)
    follow = args.get("follow", "")
    return NetworkForm(
        read_integer("hops", 1, 0, MAX_HOPS),
        types if follow not in FOLLOWED else FOLLOWED[follow][1],
        read_day("on") if args.get("on") else "",
        GraphChoice(*(args.get(name, "")[:200] for name in ("activity", "agency", "role"))),
        tuple(dict.fromkeys(args.getlist("expand")))[:_MAX_EXPANDED],
        args.get("to", "").strip()[:MAX_TYPED],
        bool(args.get("fit")),
        read_integer("year", 0, 0, 9999),
        args.get("view", "")[:40],
        (_read_year("first_year"), _read_year("last_year")),
        tuple(text[:200] for text in args.getlist("without") if text)[:_MAX_EXPANDED],
        args.get("start", "").strip()[:MAX_TYPED],
        read_day("since") if args.get("since") else "",
    )


FOLLOWED = {
    "money": ("Only money and ownership", MONEY_EDGES),
    "groups": ("Only membership of groups", (*groups.MEMBERSHIP_VALUES, *groups.LINEAGE_VALUES)),
    "kin": ("Only family", (RelationType.FAMILY_OF.value,)),
    "kin_money": ("Only family, money and ownership", (RelationType.FAMILY_OF.value, *MONEY_EDGES)),
    "artefacts": ("Only shared telephones, documents, addresses …", ARTEFACT_KINDS),
}
"""Choices of relations for somebody who asks for paths: label, and types of edge."""


@pages.blueprint.get("/desk/paths", endpoint="paths")
def ask_paths() -> Any:
    """Ask who connects two entities by their names, and go on to the network that shows it."""
    form, asked = read_form(), request.args.get("from", "").strip()
    follow = request.args.get("follow", "")
    asked = asked[:MAX_TYPED]
    start = find_typed(asked) if asked else None
    goal = find_typed(form.goal) if start is not None and form.goal else None
    unclear = {
        field: end
        for field, end in (("from", start), ("to", goal))
        if end is not None and end.is_unclear
    }
    if start is not None and form.goal:
        ends = [start, *([goal] if goal else ())]
        log_seen("find-entity", {"name": asked}, [row for end in ends for row in end.seen])
    if start is not None and form.goal and not unclear:
        types = FOLLOWED[follow][1] if follow in FOLLOWED else ()
        shown = form.parameters(hops=0, start=asked, types=types)
        return redirect(
            url_for("desk.network", entity_id=start.id, **shown, _anchor="h-paths"), 303
        )
    return pages.render_page(
        "paths.html",
        section="groups",
        asked=asked,
        form=form,
        problem=f"Nobody is known by the name {asked}." if asked and start is None else "",
        followed=FOLLOWED,
        follow=follow,
        unclear=unclear if form.goal else {},
        kept=request.args.to_dict(),
        most_meant=MAX_MEANT,
    )


@pages.blueprint.get("/desk/names", endpoint="names")
def suggest_names() -> Response:
    """Return entities for what somebody has typed of a name, as JSON."""
    text = request.args.get("q", "").strip()[:MAX_TYPED]
    revision, found = 0, list[dict[str, Any]]()
    if len(text) >= _MIN_TYPED:
        hub = current_service().hub
        revision, found = suggest_entities(hub, text, viewer(), limit=_MAX_SUGGESTED)
        ids = [row["id"] for row in found]
        log_access("suggest", {"prefix": text}, {"seen": ids}, revision_of(revision))
    rows = [
        {"id": row["id"], "caption": row["caption"], "about": _describe_form(row)} for row in found
    ]
    return json_response({"names": rows})


def _describe_form(form: dict[str, Any]) -> str:
    properties = form["properties"]
    texts = (
        str(value)
        for name in ("birthDate", "country", "nationality")
        for value in properties.get(name, ())[:1]
    )
    return ", ".join((form["schema"], *texts))


_MIN_TYPED, _MAX_SUGGESTED = 2, 8


def _read_year(name: str) -> int:
    """Return the year in a field of a form; 0 for an empty field."""
    return read_integer(name, 0, 1, 9999) if request.args.get(name) else 0


@pages.blueprint.get("/desk/views", endpoint="network_views")
def show_views() -> Any:
    """List the views of the user and those that others of the agency share."""
    hub = current_service().hub
    saved = workbench.list_views(hub, current_user().name, viewer())
    log_seen("saved-views", {}, [row.entity_id for row in saved])
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
        # what somebody typed may name an entity that others may not know
        read_form().parameters(view="", start=""),
        "shared" in form,
    )
    try:
        view = workbench.save_view(current_service().hub, current_user().name, viewer(), draft)
    except UnknownIdError as error:
        raise _unknown("entity or record", draft.entity) from error
    log_seen("save-view", {"id": view.id, "shared": view.is_shared}, [view.entity])
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
    if not saved.is_own:
        # the name of a list that only the owner of the view may know
        parameters.pop("without", None)
    log_seen("open-view", {"id": view_id}, [saved.entity_id])
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
    log_seen("delete-view", {"id": view_id}, [saved.entity_id])
    message = f"The view {saved.view.title} was deleted."
    return redirect(url_for("desk.network_views", done=pages.sign_message(message)), 303)


def _unknown(what: str, name: str) -> pages.DeskError:
    return pages.DeskError(404, f"There is no {what} {name[:80]}.", "See the list of saved views.")


def log_seen(action: str, query: dict[str, Any], entity_ids: list[str]) -> None:
    """Log an action at the desk with the entities that it has shown."""
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": sorted(set(entity_ids))}, revision)


_MAX_NODES = 300
PICTURE, PDF = "svg", "pdf"
"""Formats of a picture of the drawing, of which the script makes a PNG, and of a report."""
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
    start = find_typed(form.start) if form.start else None
    if start is None or middle.id not in start.same:
        begin = PathEnd(middle.id, middle.id, middle.caption, same=(middle.id,))
    else:
        begin = replace(start, id=middle.id, caption=middle.caption)
    paths, goal, problem = _find_paths(begin, form)
    if paths and paths.paths and paths.paths[0][0] != middle.id:
        # another entity of exactly this name has the best path
        return redirect(
            url_for("desk.network", entity_id=paths.paths[0][0], **form.parameters()), 303
        )
    changes, first_read = _find_changes(graph, form) if form.since else (None, "")
    nodes = [
        *(changes.nodes.values() if changes else ()),
        *graph.nodes,
        *(paths.graph.nodes if paths else ()),
    ]
    query = {"id": entity_id, "hops": form.hops, "to": form.goal, "view": form.view}
    asked = form.goal
    if goal:
        form = replace(form, goal=paths.paths[0][-1] if paths and paths.paths else goal.id)
    _workbench_log(
        {name: value for name, value in query.items() if value or name != "view"},
        nodes,
        graph,
        [entity for end in (start, goal) if end for entity in end.seen],
    )
    return pages.render_page(
        "network.html",
        middle=middle,
        total=len(graph.nodes),
        nodes={node.id: node for node in nodes},
        choices=count_choices(graph),
        paths=paths,
        asked=asked,
        ends=[end for end in (start, goal) if end],
        goal=goal,
        path_problem=problem,
        chains=_describe_chains(paths) if paths else (),
        lists=sorted({row for edge in paths.graph.edges for row in edge.sources} if paths else ()),
        type_labels=TYPE_LABELS,
        max_hops=MAX_HOPS,
        followed=FOLLOWED,
        exports=EXPORTS,
        changes=changes,
        first_read=first_read,
        saved=_open_view(form.view),
        agency=viewer().agency,
        max_title=workbench.MAX_TITLE,
        max_note=workbench.MAX_NOTE,
        **_drawing_context(graph, form, paths),
    )


@dataclass(frozen=True, slots=True)
class PathStep:
    """Node of a path with what leads to it from the node before: words with roles and periods."""

    id: str
    words: str


def _describe_chains(paths: Paths) -> list[list[PathStep]]:
    edges: dict[frozenset[str], list[GraphLink]] = {}
    for edge in paths.graph.edges:
        edges.setdefault(frozenset((edge.source, edge.target)), []).append(edge)
    return [
        [
            PathStep(path[0], ""),
            *(
                PathStep(
                    far,
                    "; ".join(_step_words(edge, near) for edge in edges[frozenset((near, far))]),
                )
                for near, far in pairwise(path)
            ),
        ]
        for path in paths.paths
    ]


def _step_words(edge: GraphLink, near: str) -> str:
    words = edge.words if edge.source == near else edge.reverse
    details = ", ".join((*_edge_roles(edge)[:2], *edge.periods[:2]))
    return f"{words} ({details})" if details else words


def _edge_roles(edge: GraphLink) -> list[str]:
    """Return the roles of an edge that say more than the words of its type."""
    return distinct_roles(edge.roles, f"{edge.words} {edge.reverse}")


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
    weak = workbench.find_weak_merges(current_service().hub, shown, viewer())
    chains = paths.paths if paths is not None else ()
    return {
        "graph": shown,
        "drawing": drawing,
        "drawing_data": _drawing_data(drawing, graph.nodes[0].id, form, context_ids, chains, weak),
        "certainty": lambda edge: workbench.edge_certainty(edge, weak),
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
    middle_id: str,
    form: NetworkForm,
    context_ids: Collection[str],
    chains: Sequence[Sequence[str]],
    weak: Mapping[str, float],
) -> dict[str, Any]:
    """Return the nodes, edges and paths of a drawing for the script that lets people work with it.

    At first, nodes are at the places that the drawing in rings gives them. `about` are lines of
    text to show when a node or an edge is picked.
    """
    return {
        "nodes": [
            _node_data(placed, form, middle_id) | {"context": placed.node.id in context_ids}
            for placed in drawing.nodes
        ],
        "edges": [
            _edge_data(line.edge, workbench.edge_certainty(line.edge, weak))
            for line in drawing.edges
        ],
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


def _edge_data(edge: GraphLink, certainty: float) -> dict[str, Any]:
    """Return an edge; `count` is the number of its statements, and `lists` the number of the lists
    that state it. `weak`: it rests on an uncertain merge.
    """
    details = "; ".join((*_edge_roles(edge), *edge.periods))
    records = sorted({row.record for row in edge.statements})
    sentences = [f"“{text}”" for text in edge.sentences[:5]]
    facts = [details, f"Stated by {', '.join(edge.sources)}", ", ".join(records[:12]), *sentences]
    if certainty < 1:
        facts.append(
            f"Rests on a merge of records that is {certainty:.0%} certain: they may be two."
        )
    return {
        "id": f"{edge.source}|{edge.target}|{edge.type}",
        "source": edge.source,
        "target": edge.target,
        "words": edge.words,
        "reverse": edge.reverse,
        "label": f"{edge.words}\n{shorten(details, 40)}" if details else edge.words,
        "mutual": edge.words == edge.reverse,
        "count": len(edge.statements),
        "lists": len(edge.sources),
        "years": workbench.span_text(edge),
        "weak": certainty < 1,
        "about": list(filter(None, facts)),
    }


@pages.blueprint.get("/desk/network-file/<file_format>/<path:entity_id>", endpoint="network_file")
def send_network(file_format: str, entity_id: str) -> Response:
    """Send the network that the page shows as a file: as data, or as a picture."""
    if file_format not in (PICTURE, PDF, *EXPORTS):
        formats = ", ".join(sorted((PICTURE, PDF, *EXPORTS)))
        raise pages.DeskError(404, "There is no such format.", f"The formats are {formats}.")
    form = read_form()
    graph = _read_graph(entity_id, form)
    query = {"id": entity_id, "hops": form.hops, "format": file_format}
    if file_format == PDF:
        return _send_paths(graph, form, query)
    _workbench_log(query, graph.nodes, graph)
    if file_format == PICTURE:
        return _send_picture(graph, form)
    shown, _ = choose_nodes(graph, form.choice)
    shown = workbench.cut_to_year(shown, form.year) if form.year else shown
    return send_network_file(current_service().hub, shown, file_format)


def _send_paths(graph: Graph, form: NetworkForm, query: dict[str, Any]) -> Response:
    """Send the paths of the page as PDF; of a page without paths, its relations."""
    middle = graph.nodes[0]
    begin = PathEnd(middle.id, middle.id, middle.caption, same=(middle.id,))
    paths, goal, problem = _find_paths(begin, form)
    if problem:
        raise pages.DeskError(404, problem, "Choose another entity.")
    shown = paths.graph if paths else choose_nodes(graph, form.choice)[0]
    _workbench_log({**query, "to": form.goal}, shown.nodes, graph, goal.seen if goal else ())
    title = f"Network of {middle.caption}"
    if goal:
        title = f"Who connects {middle.caption} and {goal.caption}"
    chains = _describe_chains(paths) if paths else []
    return send_report(title, shown, [[(row.id, row.words) for row in chain] for chain in chains])


def _send_picture(graph: Graph, form: NetworkForm) -> Response:
    text = pages.render_page(
        "network_picture.svg", middle=graph.nodes[0], **_drawing_context(graph, form)
    )
    headers = {"Content-Disposition": "attachment; filename=network.svg"}
    return Response(clean_xml(text).encode(), mimetype="image/svg+xml", headers=headers)


def _open_view(view_id: str) -> workbench.SavedView | None:
    """Return the saved view that an address names; None for a view that the user may not know."""
    if not view_id:
        return None
    try:
        return workbench.open_view(current_service().hub, view_id, current_user().name, viewer())
    except UnknownIdError:
        return None


def _graph_query(form: NetworkForm) -> GraphQuery:
    return GraphQuery(
        form.hops,
        form.types,
        form.day,
        max_nodes=_MAX_NODES,
        max_neighbors=_MAX_NODES,
        with_ties=form.hops == 1,
        expanded=form.expanded,
    )


def _read_graph(entity_id: str, form: NetworkForm) -> Graph:
    try:
        graph = read_graph(current_service().hub, entity_id, viewer(), _graph_query(form))
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    years = years_between(*form.years)
    if years and years[0] > years[1]:
        if not form.goal:
            raise pages.DeskError(
                422, "The last year is before the first.", "Exchange the two years."
            )
        return graph
    return workbench.cut_to_year(graph, *years) if years else graph


def _find_changes(graph: Graph, form: NetworkForm) -> tuple[GraphChanges, str]:
    """Return what has changed in a graph since the beginning of the day that the form names.

    Also return the time of the first list that had the middle, if that was later; else an empty
    text.
    """
    hub = current_service().hub
    with hub.store.view() as view:
        revision = view.revision_at(f"{form.since}T00:00:00.000000Z")
    query = replace(_graph_query(form), revision=revision)
    changes = workbench.find_changes(hub, graph, viewer(), query)
    if changes.revision == revision:
        return changes, ""
    with hub.store.view() as view:
        return changes, view.commit_times([changes.revision])[changes.revision]


def _find_paths(start: PathEnd, form: NetworkForm) -> tuple[Paths | None, PathEnd | None, str]:
    """Return the paths to the id or name that was typed, the entity that it means, and an error
    text.

    The paths follow the relations that the form chooses.
    """
    if not form.goal:
        return None, None, ""
    hub = current_service().hub
    query = PathQuery(
        types=form.types, years=years_between(*form.years), without=frozenset(form.without)
    )
    try:
        goal = find_end(hub, current_service().ready_screener(), form.goal, viewer())
        return connect_ends(hub, start, goal, viewer(), query), goal, ""
    except (InputError, UnknownIdError) as error:
        return None, None, f"{error.message[:1].upper()}{error.message[1:]}."


def find_typed(text: str, *, wants_group: bool = False) -> PathEnd | None:
    """Return the entity that a name or id means; None if the user may know no such entity."""
    hub, screener = current_service().hub, current_service().ready_screener()
    try:
        return find_end(hub, screener, text, viewer(), wants_group=wants_group)
    except UnknownIdError:
        return None


def _workbench_log(
    query: dict[str, Any], nodes: Iterable[GraphNode], graph: Graph, others: Sequence[str] = ()
) -> None:
    ids = sorted({*others, *(node.id for node in nodes if node.sort == ENTITY)})
    log_access("network", query, {"seen": ids}, revision_of(graph.revision))
