"""Page of the overlap between agencies."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.service import current_service
from resolver.network.tables.overlap import MIN_COUNT, overlap_table, read_overlap
from resolver.records import Activity, Kind

_KINDS = (Kind.PERSON.label, Kind.GROUP.label, Kind.ASSET.label)


@blueprint.get("/desk/overlap", endpoint="overlap")
def show_overlap() -> Any:
    """Show how many entities agencies have in common, or send it as CSV."""
    kind, activity = request.args.get("kind", ""), request.args.get("activity", "")
    kind = kind if kind in _KINDS else ""
    activity = activity if activity in set(Activity) else ""
    matrix = read_overlap(current_service().hub, viewer(), kind=kind, activity=activity)
    query = {"kind": kind, "activity": activity}
    log_access("overlap", query, {"agencies": len(matrix.agencies)}, revision_of(matrix.revision))
    if request.args.get("format") == "csv":
        headers = {"Content-Disposition": "attachment; filename=overlap.csv"}
        return Response(overlap_table(matrix), mimetype="text/csv", headers=headers)
    return render_page(
        "overlap.html",
        section="groups",
        matrix=matrix,
        smallest=MIN_COUNT,
        kinds=_KINDS,
        activities=[activity.value for activity in Activity],
    )
