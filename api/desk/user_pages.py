"""Page of users, for admins: accounts of the desk, their roles and passwords."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from resolver.api.access import log_access
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page, sign_message, signed_message
from resolver.api.desk.support.desk_access import current_user, require_role
from resolver.api.desk.support.error_pages import describe_error
from resolver.api.service import current_service
from resolver.errors import StoreError
from resolver.hub.desk_users import (
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    ROLES,
    UserRole,
)
from resolver.screening.screener import IndexRevision


@blueprint.get("/desk/users")
@require_role(UserRole.ADMIN)
def users() -> Any:
    """Show the users of the desk."""
    return _users_page()


@blueprint.post("/desk/users")
@require_role(UserRole.ADMIN)
def add_user() -> Any:
    """Add a user."""
    form = request.form
    try:
        user = current_service().hub.store.users.add(
            form.get("name", ""),
            UserRole.from_label(form.get("role", "")),
            form.get("agency", ""),
            form.get("password") or None,
        )
    except StoreError as error:
        return _users_page(error, form.get("name", "")), 422
    _log_change("add", user.name, role=user.role.label, agency=user.agency)
    message = sign_message(f"{user.name} was added as {user.role.label}.")
    return redirect(url_for("desk.users", done=message), 303)


@blueprint.post("/desk/users/<name>")
@require_role(UserRole.ADMIN)
def change_user(name: str) -> Any:
    """Change role and agency, password, or access of a user, as far as the form states them."""
    form, accounts = request.form, current_service().hub.store.users
    try:
        if "role" in form:
            accounts.set_role(name, UserRole.from_label(form["role"]))
            accounts.set_agency(name, form.get("agency", ""))
            _log_change("change", name, role=form["role"], agency=form.get("agency", ""))
        if form.get("password"):
            accounts.set_password(name, form["password"])
            _log_change("password", name)
        if "disable" in form:
            accounts.disable(name)
            _log_change("disable", name)
        if "enable" in form:
            accounts.enable(name)
            _log_change("enable", name)
    except StoreError as error:
        return _users_page(error), 422
    return redirect(url_for("desk.users", done=sign_message(f"{name} was changed.")), 303)


def _users_page(error: StoreError | None = None, name: str = "") -> str:
    return render_page(
        "users.html",
        section="users",
        users=current_service().hub.store.users.list(),
        roles=ROLES,
        min_length=MIN_PASSWORD_LENGTH,
        max_length=MAX_PASSWORD_LENGTH,
        problem=" ".join(describe_error(error)) if error is not None else "",
        name=name,
        message=signed_message(),
    )


def _log_change(change: str, name: str, **details: str) -> None:
    query = {"what": change, "user": name, **details, "by": current_user().name}
    log_access("users", query, {}, IndexRevision(current_service().hub.store.revision, ""))
