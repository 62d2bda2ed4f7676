"""Pages of groups, and of what groups, crimes and agencies have in common.

- All groups by members, one group with its members over time, and a matrix of several groups.
- Entities that are most like one.
- Links across crimes.
- Values that several entities share.
- Overlap between agencies.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Response, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk import pages
from resolver.api.desk.networks import FOLLOWED, MAX_TYPED, find_typed, log_seen
from resolver.api.endpoints import read_integer
from resolver.api.routes.groups import (
    HOLDER_KINDS,
    KINDS,
    MAX_OFFSET,
    log_crime_links,
    log_shared_values,
    send_shared_values,
    send_table,
)
from resolver.api.service import current_service
from resolver.errors import InputError, UnknownIdError
from resolver.network import groups
from resolver.network.crime_links import (
    LINKED_CRIMES,
    CrimeLinkFilter,
    read_crime_links,
    words_from,
)
from resolver.network.paths import MAX_MEANT
from resolver.network.shared_values import read_shared_values
from resolver.network.similar import (
    MAX_CANDIDATES,
    MAX_COMPARED,
    SHARED,
    compare_groups,
    find_similar,
    group_matrix_table,
)
from resolver.network.visible_records import ARTEFACT_KINDS
from resolver.records import Activity, Kind

_GROUP_PAGES_PER_PAGE = 25
_FIELDS = {"countries": "country", "activities": "activity", "agencies": "agency"}
"""Parameter of each facet."""


def _read_choice() -> tuple[dict[str, str], groups.GroupFilter]:
    """Return the wanted value of each facet (empty: any), and the filter of groups by them."""
    fields = {name: request.args.get(_FIELDS[name], "")[:200] for name in groups.GROUP_FACETS}
    countries, activities, agencies = (
        (fields[name],) if fields[name] else () for name in groups.GROUP_FACETS
    )
    return fields, groups.GroupFilter(countries, activities, agencies)


@pages.blueprint.get("/desk/groups", endpoint="groups")
def show_groups() -> Any:
    """Show the groups of the store, page by page."""
    fields, choice = _read_choice()
    name = request.args.get("name", "").strip()[:MAX_TYPED]
    found = find_typed(name, wants_group=True) if name else None
    is_open = found is not None and (found.is_unclear or len(found.same) > 1)
    if found is not None:
        log_seen("find-entity", {"name": name}, list(found.seen))
    if found is not None and not is_open:
        return redirect(url_for("desk.group", entity_id=found.id), 303)
    sort = request.args.get("sort", "members")
    sort = sort if sort in groups.GROUP_SORTS else "members"
    start = read_integer("from", 0, 0, 10_000)
    page = groups.read_groups(
        current_service().hub,
        viewer(),
        replace(choice, sort=sort),
        limit=_GROUP_PAGES_PER_PAGE,
        offset=start,
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
        followed=FOLLOWED,
        name=name,
        found=found,
        most_meant=MAX_MEANT,
    )


@pages.blueprint.get("/desk/group-matrix", endpoint="group_matrix")
def show_group_matrix() -> Any:
    """Show what groups share with one another, or send it as CSV.

    The groups are those that the address names, or those that share most among those that fit its
    choice.
    """
    fields, choice = _read_choice()
    shared = request.args.get("shared", "")
    shared = shared if shared in SHARED else SHARED[0]
    asked = request.args.getlist("group")
    named = [text[:MAX_TYPED] for text in asked[:MAX_COMPARED]]
    try:
        matrix = compare_groups(current_service().hub, viewer(), choice, named, shared)
    except UnknownIdError as error:
        raise pages.DeskError(
            404, "There is no such group.", "Choose groups from the list of groups."
        ) from error
    seen = {"seen": [row.id for row in matrix.groups]}
    log_access("group-matrix", fields | {"group": named}, seen, revision_of(matrix.revision))
    if request.args.get("format") == "csv":
        headers = {"Content-Disposition": "attachment; filename=groups.csv"}
        text = group_matrix_table(matrix, shared)
        return Response(text, mimetype="text/csv", headers=headers)
    return pages.render_page(
        "group_matrix.html",
        section="groups",
        matrix=matrix,
        shared=shared,
        choices=SHARED,
        candidates=MAX_CANDIDATES,
        left_out=len(asked) - len(named),
        parameters={_FIELDS[name]: text for name, text in fields.items() if text}
        | ({"group": named} if named else {}),
    )


@pages.blueprint.get("/desk/groups/<path:entity_id>", endpoint="group")
def show_group(entity_id: str) -> Any:
    """Show a group with the entities that belong to it."""
    on, problem, period = request.args.get("on", "").strip()[:40], "", ("", "")
    year = request.args.get("at", "")
    on = on or (year if re.fullmatch(r"[0-9]{4}", year) else "")
    try:
        period = groups.read_period(on)
    except InputError as error:
        problem = f"{error.message[:1].upper()}{error.message[1:]}: {error.hint}."
    try:
        view = groups.read_group(current_service().hub, entity_id, viewer(), period=period)
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    seen = {"seen": view.entity_ids}
    log_access("group", {"id": entity_id}, seen, revision_of(view.revision))
    return pages.render_page(
        "group.html",
        section="groups",
        view=view,
        year_runs=groups.join_years(view.by_year),
        on=on,
        problem=problem,
    )


@pages.blueprint.get("/desk/similar/<path:entity_id>", endpoint="similar")
def show_similar(entity_id: str) -> Any:
    """Show the entities that are most like one, and what they share."""
    try:
        listed = find_similar(current_service().hub, entity_id, viewer(), limit=50)
    except UnknownIdError as error:
        raise pages.DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    seen = [listed.facts.id, *(row.facts.id for row in listed.similar)]
    log_access("similar", {"id": entity_id}, {"seen": seen}, revision_of(listed.revision))
    return pages.render_page("similar.html", section="groups", listed=listed)


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


@pages.blueprint.get("/desk/shared-values", endpoint="shared_values")
def show_shared_values() -> Any:
    """Show which telephones, documents and other values entities share, or send them as CSV."""
    args = request.args
    shown, kind = args.get("type", ""), args.get("kind", Kind.PERSON.label)
    shown = shown if shown in ARTEFACT_KINDS else ""
    kind = kind if kind in HOLDER_KINDS else ""
    start, wants_csv = read_integer("from", 0, 0, MAX_OFFSET), args.get("format") == "csv"
    listed = read_shared_values(
        current_service().hub,
        viewer(),
        kinds=(shown,) if shown else (),
        of=kind,
        limit=_TABLE_LIMIT if wants_csv else _PER_PAGE,
        offset=0 if wants_csv else start,
    )
    log_shared_values(args.to_dict(), listed)
    if wants_csv:
        return send_shared_values(listed)
    return pages.render_page(
        "shared_values.html",
        section="groups",
        page=listed,
        shown=shown,
        kind=kind,
        kinds=HOLDER_KINDS,
        start=start,
        page_size=_PER_PAGE,
        table_limit=_TABLE_LIMIT,
    )
