"""Users, for admins: who may sit at the desk, as what."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from resolver.api.access import consulted
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support import desk_access
from resolver.api.desk.support.desk_access import needs
from resolver.api.desk.support.error_pages import in_words
from resolver.api.service import service
from resolver.errors import StoreError
from resolver.hub.desk_users import (
    LONGEST,
    ROLES,
    SHORTEST,
    Role,
)
from resolver.screening.screener import Stand


@blueprint.get("/desk/users")
@needs(Role.ADMIN)
def users() -> Any:
    """Who may sit at the desk."""
    return _page()


@blueprint.post("/desk/users")
@needs(Role.ADMIN)
def add_user() -> Any:
    """Add a user."""
    said = request.form
    try:
        made = service().hub.store.users.add(
            said.get("name", ""),
            Role.of(said.get("role", "")),
            said.get("agency", ""),
            said.get("password") or None,
        )
    except StoreError as error:
        return _page(error, said.get("name", "")), 422
    _logged("add", made.name, role=made.role.label, agency=made.agency)
    return redirect(
        url_for("desk.users", done=f"{made.name} may sign in as {made.role.label}."), 303
    )


@blueprint.post("/desk/users/<name>")
@needs(Role.ADMIN)
def change_user(name: str) -> Any:
    """Change a user's role and agency, password, or whether they are let in: whatever the form names."""
    said, held = request.form, service().hub.store.users
    try:
        if "role" in said:
            held.set_role(name, Role.of(said["role"]))
            held.set_agency(name, said.get("agency", ""))
            _logged("change", name, role=said["role"], agency=said.get("agency", ""))
        if said.get("password"):
            held.set_password(name, said["password"])
            _logged("password", name)
        if "disable" in said:
            held.disable(name)
            _logged("disable", name)
        if "enable" in said:
            held.enable(name)
            _logged("enable", name)
    except StoreError as error:
        return _page(error), 422
    return redirect(url_for("desk.users", done=f"{name} is changed."), 303)


def _page(error: StoreError | None = None, name: str = "") -> str:
    return page(
        "users.html",
        room="users",
        users=service().hub.store.users.list(),
        roles=ROLES,
        shortest=SHORTEST,
        longest=LONGEST,
        problem=" ".join(in_words(error)) if error is not None else "",
        name=name,
        done=request.args.get("done", "")[:200],
    )


def _logged(what: str, name: str, **said: str) -> None:
    stand = Stand(service().hub.store.version, "")
    consulted(
        "users", {"what": what, "user": name, **said, "by": desk_access.user().name}, {}, stand
    )
