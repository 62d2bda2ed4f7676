"""`/crime-links`: persons and groups that connect one kind of crime with another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.openapi.json_schema import (
    COUNT,
    STRING,
    array_of,
    closed_object,
    component,
    enum_of,
    integer,
    map_of,
)
from resolver.api.openapi.objects import JSON, content, query_parameter, response
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.network_schemas import EDGE, NODE
from resolver.api.service import current_service
from resolver.network.documents import edge_document, node_document
from resolver.network.tables.crime_evidence import (
    CrimeEvidence,
    CrimeLink,
    CrimeStatement,
    crime_link_table,
)
from resolver.network.tables.crime_links import (
    CrimeLinkFilter,
    CrimeLinkList,
    read_crime_links,
)
from resolver.records import Activity, Kind

blueprint = Blueprint("crime_links", __name__)
KINDS = (Kind.PERSON.label, Kind.GROUP.label)
MAX_OFFSET = 10_000
_MAX_LIMIT = 500
_ACCESS = Access(Scope.CHECK, Disclosure.VALUES)
_CSV = "text/csv"
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
    blueprint,
    "GET",
    "/crime-links",
    _ACCESS,
    parameters=[
        query_parameter("activity", array_of(enum_of(Activity))),
        query_parameter("kind", enum_of(KINDS)),
        query_parameter("agency", query_parameters.ANY_TEXT),
        query_parameter("limit", integer(0, _MAX_LIMIT)),
        query_parameter("offset", integer(0, MAX_OFFSET)),
        query_parameter("format", enum_of(["json", "csv"])),
    ],
    responses={
        200: response("The links", {**content(_LINKS, JSON), **content(STRING, _CSV)}),
    },
)
def crime_links() -> Response:
    """Return the persons and groups that connect crimes, those of most crimes first.

    An entity connects two crimes where its own records state both, or where it and those that a
    relation links it with state them. `activity` may be repeated: each of them is connected.
    `related` has five linked entities for a crime at most, of `related_count`. Without `activity`,
    links are among people smuggling, human trafficking, illicit money flows, corruption and
    fraudulent travel documents.
    """
    query_parameters.reject_undeclared()
    choice = CrimeLinkFilter(
        query_parameters.read_choices("activity", tuple(Activity)),
        query_parameters.read_choice("kind", KINDS),
        query_parameters.read_text("agency"),
    )
    limit = query_parameters.read_integer("limit", 20, 0, _MAX_LIMIT)
    offset = query_parameters.read_integer("offset", 0, 0, MAX_OFFSET)
    wants_csv = query_parameters.read_choice("format", ("json", "csv")) == "csv"
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
    """Log all entities that an answer shows: those that connect crimes, and the witnesses."""
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
