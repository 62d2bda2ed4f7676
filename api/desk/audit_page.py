"""Page of the audit log, for auditors and administrators.

An auditor reads the log and sees no record: every other page is refused to this role.
"""

from __future__ import annotations

from typing import Any

from flask import request

from resolver.api.access import Viewer
from resolver.api.desk.desk_access import ROLE_SCOPES, current_user
from resolver.api.desk.pages import DeskError, blueprint, render_page
from resolver.api.routes.audit import is_bound, logged_events
from resolver.hub.admin import UserRole

_SHOWN = 200


@blueprint.get("/desk/audit")
def audit() -> Any:
    """Show the newest events of the audit log that fit the form."""
    user = current_user()
    if user.role not in (UserRole.AUDITOR, UserRole.ADMIN):
        raise DeskError(
            403,
            "Only an auditor or an admin may open this page.",
            f"You are signed in as {user.name}, {user.role.label}. An admin can change roles.",
        )
    auditor = Viewer(user.name, user.agency, ROLE_SCOPES[user.role])
    events = logged_events(auditor, limit=_SHOWN, newest=True)
    return render_page(
        "audit.html",
        section="audit",
        events=events[::-1],
        filters=request.args,
        agency=user.agency if is_bound(auditor) else "",
        shown=_SHOWN,
    )
