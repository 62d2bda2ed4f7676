"""Pages of saved views of networks: the list, saving one with a note, opening and deleting it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.networks.network_form import read_form
from resolver.api.desk.pages import render_page, sign_message, signed_message
from resolver.api.desk.support.desk_access import current_user
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.service import current_service
from resolver.errors import UnknownIdError
from resolver.network.workbench.saved_views import (
    ViewDraft,
    delete_view,
    known_parameters,
    list_views,
    open_view,
    save_view,
)


@blueprint.get("/desk/views", endpoint="network_views")
def show_views() -> Any:
    """List the user's saved views and those that others share."""
    hub = current_service().hub
    saved = list_views(hub, current_user().name, viewer())
    _log("saved-views", {}, [row.entity_id for row in saved])
    return render_page(
        "network_views.html", section="groups", saved=saved, message=signed_message()
    )


@blueprint.post("/desk/views", endpoint="save_network_view")
def save() -> Any:
    """Save the view that the address describes, around the entity that the form names."""
    form = request.form
    draft = ViewDraft(
        form.get("title", ""),
        form.get("note", ""),
        form.get("entity", "")[:300],
        read_form().parameters(view=""),
        "shared" in form,
    )
    try:
        view = save_view(current_service().hub, current_user().name, viewer(), draft)
    except UnknownIdError as error:
        raise _unknown("entity or record", draft.entity) from error
    _log("save-view", {"id": view.id, "shared": view.is_shared}, [view.entity])
    return redirect(url_for("desk.network_view", view_id=view.id), 303)


@blueprint.get("/desk/views/<view_id>", endpoint="network_view")
def show_view(view_id: str) -> Any:
    """Open a saved view: the network that it describes, as the user may see it now."""
    hub, user = current_service().hub, current_user().name
    try:
        saved = open_view(hub, view_id, user, viewer())
    except UnknownIdError as error:
        raise _unknown("saved view", view_id) from error
    parameters = known_parameters(hub, viewer(), saved.view)
    _log("open-view", {"id": view_id}, [saved.entity_id])
    address = url_for(
        "desk.network", entity_id=saved.entity_id, **{**parameters, "view": saved.view.id}
    )
    return redirect(address, 303)


@blueprint.post("/desk/views/<view_id>/delete", endpoint="delete_network_view")
def delete(view_id: str) -> Any:
    """Delete a saved view."""
    try:
        saved = delete_view(current_service().hub, view_id, current_user().name, viewer())
    except UnknownIdError as error:
        raise _unknown("saved view", view_id) from error
    _log("delete-view", {"id": view_id}, [saved.entity_id])
    message = f"The view {saved.view.title} was deleted."
    return redirect(url_for("desk.network_views", done=sign_message(message)), 303)


def _unknown(what: str, name: str) -> DeskError:
    return DeskError(404, f"There is no {what} {name[:80]}.", "See the list of saved views.")


def _log(action: str, query: dict[str, Any], entity_ids: list[str]) -> None:
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": sorted(set(entity_ids))}, revision)
