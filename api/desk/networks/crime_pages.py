"""Page of the links across crimes."""

from __future__ import annotations

from typing import Any

from flask import request

from resolver.api.access import viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.query_parameters import read_integer
from resolver.api.routes.crime_links import KINDS, MAX_OFFSET, log_crime_links, send_table
from resolver.api.service import current_service
from resolver.network.tables.crime_evidence import words_from
from resolver.network.tables.crime_links import (
    LINKED_CRIMES,
    CrimeLinkFilter,
    read_crime_links,
)
from resolver.records import Activity

_PER_PAGE = 20
_TABLE_LIMIT = 500


@blueprint.get("/desk/crime-links", endpoint="crime_links")
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
    return render_page(
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
