"""Who sits at the desk, why, and whether a form is their own.

Every request to the desk passes here. Open to everybody are only the rows of `OPEN`. A form that comes with no session
(it has ended meanwhile), or with that of another one, is not carried out, and not lost either: its fields are kept in
the page that asks for a sign-in, and sent again when the user says so.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for

from resolver.api.access import Viewer
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.support import saved_forms
from resolver.api.desk.support.error_pages import KEPT_TO_ITSELF, Refused
from resolver.api.desk.support.reference_paths import Reference
from resolver.api.service import Service, service
from resolver.errors import StoreError
from resolver.hub.desk_users import Role, Session, User
from resolver.review.restrictions import restricted

COOKIE = "desk"
OPEN = frozenset({"desk.static", "desk.sign_in", "desk.enter", "desk.first", "desk.look"})
"""Endpoints that ask for no session."""
WITHOUT_PURPOSE = frozenset({"desk.purpose", "desk.say_purpose", "desk.sign_out"})
"""Endpoints that ask for a session, but not for a purpose."""
PARTIAL = "X-Partial"
"""The header with which the script asks for a part of a page."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SCOPES = {
    Role.VIEWER: frozenset({"check"}),
    Role.STEWARD: frozenset({"check", "submit", "review"}),
    Role.SENIOR: frozenset({"check", "submit", "review"}),
    Role.ADMIN: frozenset({"check", "submit", "review", "admin"}),
}
"""What a user sees of values that are handled with care: as a key with these scopes would."""
View = TypeVar("View", bound=Callable[..., Any])


def install(app: Flask) -> None:
    """Prepare an application for the desk. Raises `ValueError` for an address of a proxy that is none."""
    held: Service = app.extensions["resolver"]
    app.url_map.converters["ref"] = Reference
    app.extensions["desk_proxies"] = tuple(
        ipaddress.ip_network(one, strict=False) for one in held.settings.proxies
    )


def needs(role: Role) -> Callable[[View], View]:
    """Whoever calls a view must have this role at least."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **named: Any) -> Any:
            if user().role < role:
                raise Refused(
                    403,
                    f"You may look at this, but not change it: that takes a {role.label}.",
                    f"You are signed in as {user().name}, {user().role.label}. An admin can change roles.",
                )
            return view(*args, **named)

        return cast(View, guarded)

    return wrap


def session() -> Session:
    """The session of the request."""
    return cast(Session, g.session)


def user() -> User:
    """Who asks."""
    return session().user


def may_see(*ids: str) -> None:
    """Refuse what the user may not see. Raises `Refused`."""
    if restricted(service().hub, ids, g.viewer):
        raise Refused(403, *KEPT_TO_ITSELF)


def is_partial() -> bool:
    """Whether the script asks for a part of a page."""
    return PARTIAL in request.headers


@blueprint.before_request
def _ask() -> Any:
    g.session = None
    g.token = None
    if request.endpoint == "desk.static":
        return None
    found = _found()
    if found is not None:
        _seat(found)
    if request.endpoint in OPEN:
        return None
    if found is None:
        return _to_sign_in()
    if request.endpoint == "desk.upload":
        request.max_content_length = service().settings.max_upload
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _own(found):
        if is_partial():
            # as above: the form is sent again as a browser does, and kept
            raise Refused(
                401, "This page is of another session.", "Load it again; nothing is lost."
            )
        return saved_forms.confirm(found)
    if not found.purpose and request.endpoint not in WITHOUT_PURPOSE:
        return redirect(url_for("desk.purpose", next=_here()), 303)
    return None


@blueprint.after_request
def _close(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if request.endpoint != "desk.static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    elif response.status_code == 200:
        # the address changes with what is in the file
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if is_secure():
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("token") is not None:
        response.set_cookie(
            COOKIE, g.token, httponly=True, samesite="Lax", secure=is_secure(), path="/"
        )
    return response


def begin(who: User, via: str, purpose: str = "") -> Session:
    """Begin a session for a user, which the answer's cookie leads to."""
    held = service()
    said = held.settings
    token = held.hub.store.sessions.begin(
        who, via=via, lasts=timedelta(seconds=said.session_lasts), purpose=purpose[:500].strip()
    )
    g.token = token
    found = held.hub.store.sessions.find(token, idle=timedelta(seconds=said.session_idle))
    if found is None:
        raise StoreError("the session could not be begun", mend="try again")
    _seat(found)
    return found


def end() -> None:
    """End the session of the request."""
    service().hub.store.sessions.end(session())
    g.session, g.token = None, ""


def is_secure() -> bool:
    """Whether the browser speaks https, with us or with a proxy that is trusted."""
    return request.is_secure or (
        _from_proxy() and request.headers.get("X-Forwarded-Proto") == "https"
    )


def _seat(found: Session) -> None:
    g.session = found
    g.viewer = Viewer(found.user.name, found.user.agency, SCOPES[found.user.role])
    g.who, g.purpose = found.user.name, found.purpose


def _found() -> Session | None:
    """The session of the request: that of its cookie, or a new one for whom a trusted proxy names."""
    held = service()
    token = request.cookies.get(COOKIE, "")
    found = None
    if token:
        found = held.hub.store.sessions.find(
            token, idle=timedelta(seconds=held.settings.session_idle)
        )
    name = _named_by_proxy()
    if name is None:
        # whoever came in through the proxy must come through it each time
        return None if found is not None and found.via == "proxy" else found
    who = held.hub.store.users.find(name)
    if who is None or who.disabled is not None:
        raise Refused(
            403,
            f"The proxy says that you are {name[:60]}, and the desk has no such user.",
            "An admin can add you, on the page of users or with `resolver users add --no-password`.",
        )
    if found is not None and found.user.number == who.number and found.via == "proxy":
        return found
    return begin(who, "proxy")


def _named_by_proxy() -> str | None:
    header = service().settings.user_header
    if not header or not _from_proxy():
        return None
    return request.headers.get(header, "").strip() or None


def _from_proxy() -> bool:
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in current_app.extensions["desk_proxies"])


def address() -> str:
    """Where a request comes from, or from where the proxy says, if one is believed. One who has an address of IPv6 has
    all those that begin like it, so that these count as one."""
    said = (
        request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if _from_proxy()
        else ""
    )
    try:
        found = ipaddress.ip_address(said or request.remote_addr or "")
    except ValueError:
        return (request.remote_addr or "")[:60]
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def _own(found: Session) -> bool:
    """Whether a form, or a call of the script, is of this session."""
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    return hmac.compare_digest(given.encode(), found.csrf.encode())


def _to_sign_in() -> Any:
    if is_partial():
        # the script then sends the form as a browser does, and so comes to the page that keeps it
        raise Refused(401, "Your session has ended.", "Sign in again; nothing is lost.")
    if request.method == "GET":
        return redirect(url_for("desk.sign_in", next=_here()), 303)
    return saved_forms.ask_sign_in()


def _here() -> str:
    """The address asked for, within this service."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path
