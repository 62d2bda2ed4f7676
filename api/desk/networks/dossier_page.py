"""Dossier of an entity, to print or to save as PDF: values, sources, grades, handling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.service import current_service
from resolver.errors import UnknownIdError
from resolver.network.entity_network import load_relations
from resolver.review.entity_page import load_entity_page
from resolver.review.profile.handling import strictest_code


@blueprint.get("/desk/dossier/<path:entity_id>", endpoint="dossier")
def show_dossier(entity_id: str) -> Any:
    """Show all that is known of an entity on one page for paper."""
    hub = current_service().hub
    try:
        entity = load_entity_page(hub, entity_id, viewer())
    except UnknownIdError as error:
        raise DeskError(
            404, f"There is no entity or record {entity_id[:80]}.", "Search for a name instead."
        ) from error
    if entity.party is None:
        return redirect(url_for("desk.entity", entity_id=entity.id), 303)
    if entity.id != entity_id:
        return redirect(url_for("desk.dossier", entity_id=entity.id), 303)
    revision = revision_of(entity.revision)
    log_access("dossier", {"id": entity_id}, {"seen": [entity.id]}, revision)
    return render_page(
        "dossier.html",
        entity=entity,
        network=load_relations(hub, entity.id, viewer()),
        handling={row.record: row for row in entity.handling},
        code=strictest_code(entity.handling),
        written=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )
