"""Pages of groups: all of them by members, and one with its members over time."""

from __future__ import annotations

from typing import Any

from flask import request

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.query_parameters import read_integer
from resolver.api.service import current_service
from resolver.errors import UnknownIdError
from resolver.network.tables.groups import (
    GROUP_FACETS,
    GROUP_SORTS,
    GroupFilter,
    read_group,
    read_groups,
)

_PER_PAGE = 25
_FIELDS = {"countries": "country", "activities": "activity", "agencies": "agency"}
"""Parameter of each facet."""


@blueprint.get("/desk/groups", endpoint="groups")
def show_groups() -> Any:
    """Show the groups of the store, page by page."""
    fields = {name: request.args.get(_FIELDS[name], "")[:200] for name in GROUP_FACETS}
    sort = request.args.get("sort", "members")
    sort = sort if sort in GROUP_SORTS else "members"
    start = read_integer("from", 0, 0, 10_000)
    values = [tuple(filter(None, [fields[name]])) for name in GROUP_FACETS]
    choice = GroupFilter(values[0], values[1], values[2], sort=sort)
    page = read_groups(current_service().hub, viewer(), choice, limit=_PER_PAGE, offset=start)
    ids = [row.facts.id for row in page.groups]
    log_access("groups", fields, {"seen": ids}, revision_of(page.revision))
    return render_page(
        "groups.html",
        section="groups",
        page=page,
        fields=fields,
        names=_FIELDS,
        sort=sort,
        sorts=GROUP_SORTS,
        start=start,
        page_size=_PER_PAGE,
    )


@blueprint.get("/desk/groups/<path:entity_id>", endpoint="group")
def show_group(entity_id: str) -> Any:
    """Show a group with those who belong to it."""
    try:
        view = read_group(current_service().hub, entity_id, viewer())
    except UnknownIdError as error:
        raise DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    nodes = [view.group, *(row.node for row in (*view.members, *view.related))]
    ids = sorted({node.id for node in nodes if node.records})
    log_access("group", {"id": entity_id}, {"seen": ids}, revision_of(view.revision))
    return render_page("group.html", section="groups", view=view)
