"""`/groups` and `/overlap`: groups with their members, and the entities that agencies have in
common.

`/crime-links`: persons and groups that connect one kind of crime with another. `/shared-values`:
telephones, documents and other values that several entities have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import (
    COUNT,
    JSON,
    STRING,
    STRINGS,
    TEXTS,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_response_of,
    map_of,
    query_parameter,
    response,
)
from resolver.api.entity_schemas import EDGE, NODE
from resolver.api.routes.network import AT, read_revision
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.network.crime_links import (
    CrimeEvidence,
    CrimeLink,
    CrimeLinkFilter,
    CrimeLinkList,
    CrimeStatement,
    crime_link_table,
    read_crime_links,
)
from resolver.network.groups import (
    GROUP_SORTS,
    MIN_COUNT,
    GroupFilter,
    GroupSummary,
    Overlap,
    group_document,
    overlap_table,
    read_group,
    read_groups,
    read_overlap,
    read_period,
)
from resolver.network.shared_values import (
    SharedValue,
    SharedValueList,
    read_shared_values,
    shared_value_table,
)
from resolver.network.visible_records import ARTEFACT_KINDS
from resolver.network.workbench import edge_document, node_document
from resolver.records import Activity, Kind

blueprint = Blueprint("groups", __name__)
_ACCESS = Access(Scope.CHECK, Disclosure.VALUES)
_KINDS = (Kind.PERSON.label, Kind.GROUP.label, Kind.ASSET.label)
_CSV = "text/csv"
_MAX_OFFSET = 10_000
_SUMMARY = component(
    "GroupSummary",
    closed_object(
        {
            "id": STRING,
            "caption": STRING,
            "members": COUNT,
            "records": COUNT,
            "countries": STRINGS,
            "activities": STRINGS,
            "agencies": STRINGS,
            "datasets": STRINGS,
        }
    ),
)
_GROUPS = component(
    "Groups",
    closed_object(
        {
            "results": array_of(_SUMMARY),
            "total": COUNT,
            "facets": map_of(map_of(COUNT)),
            "limit": COUNT,
            "offset": COUNT,
            "version": COUNT,
        }
    ),
)
_MEMBER = component("Member", closed_object({"node": NODE, "edges": array_of(EDGE)}))
_YEARS = {"first": COUNT, "last": COUNT}
_LINEAGE = component(
    "Lineage",
    closed_object(
        {
            "groups": array_of(closed_object({"node": NODE, **_YEARS})),
            "events": array_of(closed_object({**_YEARS, "edge": EDGE})),
        }
    ),
)
_GROUP = component(
    "Group",
    closed_object(
        {
            "group": NODE,
            "members": array_of(_MEMBER),
            "leaders": STRINGS,
            "related": array_of(_MEMBER),
            "by_year": map_of(COUNT),
            "undated": COUNT,
            "activities": map_of(COUNT),
            "countries": map_of(COUNT),
            "agencies": map_of(COUNT),
            "complete": {"type": "boolean"},
            "version": COUNT,
            "lineage": _LINEAGE,
            "period": STRINGS,
        }
    ),
)
_SMALL_COUNT = {"type": ["integer", "null"], "minimum": 0}
_OVERLAP = component(
    "Overlap",
    closed_object(
        {
            "agencies": STRINGS,
            "counts": array_of(array_of(_SMALL_COUNT)),
            "entities": _SMALL_COUNT,
            "shared": _SMALL_COUNT,
            "smallest": COUNT,
            "version": COUNT,
        }
    ),
)


@endpoint(
    blueprint,
    "GET",
    "/groups",
    _ACCESS,
    parameters=[
        query_parameter("country", TEXTS),
        query_parameter("activity", array_of(enum_of(Activity))),
        query_parameter("agency", TEXTS),
        query_parameter("min_members", integer(0, 1_000_000)),
        query_parameter("sort", enum_of(GROUP_SORTS)),
        query_parameter("limit", integer(0, 100)),
        query_parameter("offset", integer(0, _MAX_OFFSET)),
    ],
    responses={200: json_response_of(_GROUPS)},
)
def groups() -> Response:
    """Return the groups of the store; groups with most members come first unless `sort` says
    otherwise.

    `country` (code), `activity` and `agency` may be repeated; one of the values is enough. `facets`
    count the groups that fit by country, activity and agency.
    """
    endpoints.reject_undeclared()
    choice = _read_filter()
    limit = endpoints.read_integer("limit", 20, 0, 100)
    offset = endpoints.read_integer("offset", 0, 0, _MAX_OFFSET)
    page = read_groups(current_service().hub, viewer(), choice, limit=limit, offset=offset)
    ids = [row.facts.id for row in page.groups]
    log_access("groups", dict(request.args), {"seen": ids}, revision_of(page.revision))
    return json_response(
        {
            "results": [_summary_document(row) for row in page.groups],
            "total": page.total,
            "facets": {name: dict(counts) for name, counts in page.facets.items()},
            "limit": limit,
            "offset": offset,
            "version": page.revision,
        }
    )


@endpoint(
    blueprint,
    "GET",
    "/groups/<path:entity_id>",
    _ACCESS,
    parameters=[
        AT,
        query_parameter(
            "on",
            STRING,
            description="Who belonged to it in this year (2016), or on this day (2016-05-01).",
        ),
    ],
    responses={200: json_response_of(_GROUP), **errors(404)},
)
def group(entity_id: str) -> Response:
    """Return a group with the entities that belong to it, and the groups to which it is related.
    Each entity has all its `edges` with the group.

    `by_year` counts, for each year, the members whose membership a list dates; `undated` counts all
    others. With `on`, `members`, `leaders` and `related` are those of that time. A membership
    without dates may be of any time, so it stays. A year as `at` means the same as `on`. `lineage`
    has the groups that the group came from, split into or merged with, and its allies and rivals.
    The `events` of the lineage are ordered by year.
    """
    endpoints.reject_undeclared()
    asked = endpoints.read_text("on")
    is_year = bool(re.fullmatch(r"[0-9]{4}", request.args.get("at", "")))
    view = read_group(
        current_service().hub,
        entity_id,
        viewer(),
        revision=None if is_year else read_revision(),
        period=read_period(asked or (request.args["at"] if is_year else "")),
    )
    seen = {"seen": view.entity_ids}
    log_access("group", {"id": entity_id}, seen, revision_of(view.revision))
    return json_response(group_document(view))


@endpoint(
    blueprint,
    "GET",
    "/overlap",
    _ACCESS,
    parameters=[
        query_parameter("kind", enum_of(_KINDS)),
        query_parameter("activity", enum_of(Activity)),
        query_parameter("format", enum_of(["json", "csv"])),
    ],
    responses={
        200: response("The matrix", {**content(_OVERLAP, JSON), **content(STRING, _CSV)}),
    },
)
def agency_overlap() -> Response:
    """Return how many entities agencies have in common; `kind` and `activity` select the entities.

    `counts` has a row and a column for each agency; the diagonal counts all entities of an agency.
    A count from 1 to 4 is null (`<5` in CSV), so that the matrix identifies nobody.
    """
    endpoints.reject_undeclared()
    kind = endpoints.read_choice("kind", _KINDS)
    activity = endpoints.read_choice("activity", tuple(Activity))
    wants_csv = endpoints.read_choice("format", ("json", "csv")) == "csv"
    matrix = read_overlap(current_service().hub, viewer(), kind=kind, activity=activity)
    query = {"kind": kind, "activity": activity}
    log_access("overlap", query, {"agencies": len(matrix.agencies)}, revision_of(matrix.revision))
    if wants_csv:
        headers = {"Content-Disposition": "attachment; filename=overlap.csv"}
        return Response(overlap_table(matrix), mimetype=_CSV, headers=headers)
    return json_response(_overlap_document(matrix))


def _overlap_document(matrix: Overlap) -> dict[str, Any]:
    return {
        "agencies": list(matrix.agencies),
        "counts": [list(line) for line in matrix.counts],
        "entities": matrix.entities,
        "shared": matrix.shared,
        "smallest": MIN_COUNT,
        "version": matrix.revision,
    }


def _read_filter() -> GroupFilter:
    return GroupFilter(
        endpoints.read_texts("country"),
        endpoints.read_choices("activity", tuple(Activity)),
        endpoints.read_texts("agency"),
        endpoints.read_integer("min_members", 0, 0, 1_000_000),
        endpoints.read_choice("sort", GROUP_SORTS) or "members",
    )


def _summary_document(row: GroupSummary) -> dict[str, Any]:
    facts = row.facts
    return {
        "id": facts.id,
        "caption": facts.caption,
        "members": row.members,
        "records": facts.records,
        "countries": list(facts.countries),
        "activities": list(facts.activities),
        "agencies": list(facts.agencies),
        "datasets": list(facts.sources),
    }


crime_links_blueprint = Blueprint("crime_links", __name__)
KINDS = (Kind.PERSON.label, Kind.GROUP.label)
MAX_OFFSET = 10_000
_MAX_LIMIT = 500
_STATEMENTS = array_of(
    component("CrimeStatement", closed_object({"dataset": STRING, "record": STRING}))
)
_RELATED = component(
    "RelatedCrime",
    closed_object({"node": NODE, "edges": array_of(EDGE), "statements": _STATEMENTS}),
)
_CRIME = component(
    "CrimeEvidence",
    closed_object(
        {
            "activity": STRING,
            "statements": _STATEMENTS,
            "related": array_of(_RELATED),
            "related_count": COUNT,
        }
    ),
)
_LINK = component("CrimeLink", closed_object({"node": NODE, "crimes": array_of(_CRIME)}))
_LINKS = component(
    "CrimeLinks",
    closed_object(
        {
            "results": array_of(_LINK),
            "total": COUNT,
            "facets": map_of(map_of(COUNT)),
            "limit": COUNT,
            "offset": COUNT,
            "version": COUNT,
        }
    ),
)


@endpoint(
    crime_links_blueprint,
    "GET",
    "/crime-links",
    _ACCESS,
    parameters=[
        query_parameter("activity", array_of(enum_of(Activity))),
        query_parameter("kind", enum_of(KINDS)),
        query_parameter("agency", endpoints.ANY_TEXT),
        query_parameter("limit", integer(0, _MAX_LIMIT)),
        query_parameter("offset", integer(0, MAX_OFFSET)),
        query_parameter("format", enum_of(["json", "csv"])),
    ],
    responses={
        200: response("The links", {**content(_LINKS, JSON), **content(STRING, _CSV)}),
    },
)
def crime_links() -> Response:
    """Return the persons and groups that connect crimes; those with most crimes come first.

    An entity connects two crimes if its own records state both, or if it and entities related to it
    state them. `activity` may be repeated: the entity then connects each of these crimes. `related`
    has at most five related entities for a crime; `related_count` is the number of all. Without
    `activity`, links are among people smuggling, human trafficking, illicit money flows, corruption
    and fraudulent travel documents.
    """
    endpoints.reject_undeclared()
    choice = CrimeLinkFilter(
        endpoints.read_choices("activity", tuple(Activity)),
        endpoints.read_choice("kind", KINDS),
        endpoints.read_text("agency"),
    )
    limit = endpoints.read_integer("limit", 20, 0, _MAX_LIMIT)
    offset = endpoints.read_integer("offset", 0, 0, MAX_OFFSET)
    wants_csv = endpoints.read_choice("format", ("json", "csv")) == "csv"
    hub = current_service().hub
    listed = read_crime_links(hub, viewer(), choice, limit=limit, offset=offset)
    log_crime_links(request.args.to_dict(), listed)
    if wants_csv:
        return send_table(listed)
    return json_response(
        {
            "results": [_link_document(link) for link in listed.links],
            "total": listed.total,
            "facets": {name: dict(counts) for name, counts in listed.facets.items()},
            "limit": limit,
            "offset": offset,
            "version": listed.revision,
        }
    )


def log_crime_links(query: dict[str, Any], listed: CrimeLinkList) -> None:
    """Log all entities that an answer shows: the entities that connect crimes, and the
    witnesses.
    """
    shown = {link.node.id for link in listed.links}
    shown |= {
        row.node.id for link in listed.links for crime in link.crimes for row in crime.related
    }
    log_access("crime-links", query, {"seen": sorted(shown)}, revision_of(listed.revision))


def send_table(listed: CrimeLinkList) -> Response:
    """Return links as a CSV file."""
    headers = {"Content-Disposition": "attachment; filename=crime-links.csv"}
    return Response(crime_link_table(listed.links), mimetype=_CSV, headers=headers)


def _link_document(link: CrimeLink) -> dict[str, Any]:
    return {
        "node": node_document(link.node),
        "crimes": [_crime_document(row) for row in link.crimes],
    }


def _crime_document(row: CrimeEvidence) -> dict[str, Any]:
    return {
        "activity": row.activity,
        "statements": _statement_documents(row.statements),
        "related": [
            {
                "node": node_document(other.node),
                "edges": [edge_document(edge) for edge in other.edges],
                "statements": _statement_documents(other.statements),
            }
            for other in row.related
        ],
        "related_count": row.related_count,
    }


def _statement_documents(statements: Iterable[CrimeStatement]) -> list[dict[str, str]]:
    return [{"dataset": row.source, "record": row.record} for row in statements]


shared_values_blueprint = Blueprint("shared_values", __name__)
HOLDER_KINDS = _KINDS
_HOLDER = component(
    "Holder",
    closed_object(
        {
            "id": STRING,
            "caption": STRING,
            "kind": STRING,
            "agencies": STRINGS,
            "datasets": STRINGS,
            "records": STRINGS,
        }
    ),
)
_SHARED_VALUE = component(
    "SharedValue",
    closed_object({"type": STRING, "value": STRING, "count": COUNT, "entities": array_of(_HOLDER)}),
)
_SHARED_VALUES = component(
    "SharedValues",
    closed_object(
        {
            "results": array_of(_SHARED_VALUE),
            "total": COUNT,
            "types": map_of(COUNT),
            "limit": COUNT,
            "offset": COUNT,
            "version": COUNT,
        }
    ),
)


@endpoint(
    shared_values_blueprint,
    "GET",
    "/shared-values",
    _ACCESS,
    parameters=[
        query_parameter("type", array_of(enum_of(ARTEFACT_KINDS))),
        query_parameter("kind", enum_of(HOLDER_KINDS)),
        query_parameter("limit", integer(0, _MAX_LIMIT)),
        query_parameter("offset", integer(0, MAX_OFFSET)),
        query_parameter("format", enum_of(["json", "csv"])),
    ],
    responses={
        200: response("The values", {**content(_SHARED_VALUES, JSON), **content(STRING, _CSV)}),
    },
)
def shared_values() -> Response:
    """Return telephones, e-mail addresses, documents and other values that several entities have.

    Those of most entities come first. `type` may be repeated; one of them is enough. With `kind`,
    only entities of this kind count. `entities` has at most ten of the entities, each with its
    records that state the value; `count` is the number of all. `types` counts the values of each
    type. A value that very many have (an office, a call shop) says little of those who have it.
    """
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 20, 0, _MAX_LIMIT)
    offset = endpoints.read_integer("offset", 0, 0, MAX_OFFSET)
    wants_csv = endpoints.read_choice("format", ("json", "csv")) == "csv"
    listed = read_shared_values(
        current_service().hub,
        viewer(),
        kinds=endpoints.read_choices("type", ARTEFACT_KINDS),
        of=endpoints.read_choice("kind", HOLDER_KINDS),
        limit=limit,
        offset=offset,
    )
    log_shared_values(request.args.to_dict(), listed)
    if wants_csv:
        return send_shared_values(listed)
    return json_response(
        {
            "results": [_shared_value_document(value) for value in listed.values],
            "total": listed.total,
            "types": dict(listed.kinds),
            "limit": limit,
            "offset": offset,
            "version": listed.revision,
        }
    )


def log_shared_values(query: dict[str, Any], listed: SharedValueList) -> None:
    """Log all entities that an answer names."""
    log_access("shared-values", query, {"seen": listed.entity_ids}, revision_of(listed.revision))


def send_shared_values(listed: SharedValueList) -> Response:
    """Return shared values as a CSV file."""
    headers = {"Content-Disposition": "attachment; filename=shared-values.csv"}
    return Response(shared_value_table(listed.values), mimetype=_CSV, headers=headers)


def _shared_value_document(value: SharedValue) -> dict[str, Any]:
    return {
        "type": value.kind,
        "value": value.text,
        "count": value.count,
        "entities": [
            {
                "id": row.facts.id,
                "caption": row.facts.caption,
                "kind": row.facts.kind,
                "agencies": list(row.facts.agencies),
                "datasets": list(row.facts.sources),
                "records": list(row.records),
            }
            for row in value.holders
        ],
    }
