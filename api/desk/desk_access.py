"""Access to the desk: sessions, roles, purposes of access, and protection of forms.

Every request to the desk passes `_check_request`; only `OPEN_ENDPOINTS` work without a session. A
form without a session (it may have ended meanwhile) or with the token of another session is not
carried out. It is not lost either: its fields are saved in the page that asks for a sign-in or a
confirmation, and sent again when the user says so (`saved_forms`).

Audit events of accounts: sign-ins that succeeded, failed or were refused, and sign-outs.

Addresses of the next page, which forms state.

Forms that could not be carried out at once: saved in the page and sent again on confirmation.

A saved form comes back from a browser and is trusted as little as any other form. It leads only to
views of the desk, and only through a button on a page that shows its content.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

import orjson
from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from resolver.api.access import Viewer, log_access
from resolver.api.desk.pages import PARTIAL_HEADER, DeskError, blueprint, render_page
from resolver.api.desk.text_filters import ReferenceConverter
from resolver.api.service import Service, current_service
from resolver.check.screener import IndexRevision
from resolver.errors import StoreError
from resolver.hub.admin import PROVIDER, Session, User, UserRole

_MAX_NAME = 60
"""Maximum number of characters in a name that was tried; no user has a longer one."""
_REPEAT_SECONDS = 60.0
_MAX_REFUSALS = 1_000
_FORM_COOKIE = "desk_form"
_TOKEN = re.compile(r"[\w-]{43}")


class AccountEvent(StrEnum):
    """Actions of the audit log on the user's own account."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PASSWORD = "password"
    SESSIONS = "sessions"
    SECURITY_KEY = "security key"


class Outcome(StrEnum):
    """Outcome of an attempt to sign in, or to change one's password."""

    DONE = "done"
    WRONG = "wrong name or password"
    LOCKED = "locked"
    UNKNOWN_USER = "the proxy names an unknown user"
    INVALID_LINK = "invalid link"
    REFUSED = "refused"
    INVALID_TOKEN = "invalid token of the provider"
    WRONG_KEY = "security key not confirmed"


_REFUSALS = frozenset(
    {Outcome.LOCKED, Outcome.UNKNOWN_USER, Outcome.INVALID_LINK, Outcome.INVALID_TOKEN}
)
"""Outcomes that cost nothing to repeat: logged once a minute for each address."""


def log_user_event(
    event: AccountEvent, user: User, address: str, *, via: str, purpose: str = "", **facts: str
) -> None:
    """Log a sign-in, sign-out or change of a user's own account. Raises `StoreError`."""
    actor = Viewer(user.name, user.agency)
    _log(event, {"via": via, "address": address, **facts}, Outcome.DONE, actor, purpose)


def log_failed_try(
    event: AccountEvent, name: str, outcome: Outcome, address: str, *, via: str = "password"
) -> None:
    """Log a failed attempt with the name that was typed, cut to a maximum length. Raises
    `StoreError`.
    """
    refusals: dict[tuple[Outcome, str], float] = current_app.extensions["desk_refusals"]
    now, key = time.monotonic(), (outcome, address)
    if outcome in _REFUSALS and now - refusals.get(key, -_REPEAT_SECONDS) < _REPEAT_SECONDS:
        return
    # nobody is signed in, so the event has no actor
    _log(event, {"via": via, "address": address, "name": _printable(name)}, outcome, Viewer(), "")
    if len(refusals) >= _MAX_REFUSALS:
        refusals.clear()
    refusals[key] = now


def _log(
    event: AccountEvent, query: dict[str, str], outcome: Outcome, actor: Viewer, purpose: str
) -> None:
    revision = IndexRevision(current_service().hub.store.revision, "")
    answer = {"outcome": str(outcome)}
    log_access(str(event), query, answer, revision, actor=actor, purpose=purpose)


def _printable(name: str) -> str:
    """Return the start of a text, with a mark for each character that cannot be stored or shown."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:_MAX_NAME])


MAX_FORM_BYTES = 20_000
_OWN_FIELDS = ("csrf", "saved_form")


@dataclass(frozen=True, slots=True)
class SavedForm:
    """Target path of a form and its fields in their order."""

    path: str
    fields: Sequence[tuple[str, str]]

    @property
    def text(self) -> str:
        """JSON of the form, to be carried in a field of another form."""
        return orjson.dumps(
            {"path": self.path, "fields": [list(pair) for pair in self.fields]}
        ).decode()


def save_request_form() -> SavedForm | None:
    """Return the form of the request, or None if it cannot be saved.

    Only plain fields can be saved, and only of a form that no other site has sent.
    """
    if (
        request.headers.get("Sec-Fetch-Site") == "cross-site"
        or request.mimetype != "application/x-www-form-urlencoded"
    ):
        return None
    fields = [
        (name, text)
        for name, texts in request.form.lists()
        for text in texts
        if name not in _OWN_FIELDS
    ]
    return _validate(SavedForm(request.path, fields))


def parse_saved_form(text: str) -> SavedForm | None:
    """Return the form saved in a field, or None for anything else."""
    try:
        saved = orjson.loads(text[:MAX_FORM_BYTES])
        fields = [(str(name), str(value)) for name, value in saved["fields"]]
        return _validate(SavedForm(str(saved["path"]), fields))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def _validate(form: SavedForm) -> SavedForm | None:
    """Return the form if it leads to a view of the desk and is not too large; otherwise None."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(form.path, method="POST")
    except HTTPException:
        return None
    is_valid = str(endpoint).startswith("desk.") and len(form.text) <= MAX_FORM_BYTES
    return form if is_valid else None


def show_expired_session() -> Any:
    """Return the sign-in page with the form of the request saved in it (401)."""
    return render_page(
        "sign_in.html",
        saved_form=save_request_form(),
        next="",
        purpose="",
        name="",
        is_session_expired=True,
        problem="",
    ), 401


def show_foreign_form() -> Any:
    """Return the page that asks whether to send a form of another session (409)."""
    return render_page("confirm.html", saved_form=save_request_form()), 409


SESSION_COOKIE = "desk"
OPEN_ENDPOINTS = frozenset(
    {
        "desk.static",
        "desk.sign_in",
        "desk.submit_sign_in",
        "desk.first_sign_in",
        "desk.set_theme",
        "desk.begin_provider_sign_in",
        "desk.end_provider_sign_in",
        "desk.end_provider_sessions",
        "desk.submit_second_factor",
    }
)
"""Endpoints that need no session."""
ENDPOINTS_WITHOUT_PURPOSE = frozenset({"desk.purpose", "desk.set_purpose", "desk.sign_out"})
"""Endpoints that need a session, but no purpose of access."""
AUDITOR_ENDPOINTS = frozenset(
    {
        "desk.audit",
        "desk.account",
        "desk.change_password",
        "desk.end_own_sessions",
        "desk.new_security_key",
        "desk.add_security_key",
        "desk.remove_security_key",
        *ENDPOINTS_WITHOUT_PURPOSE,
    }
)
"""Endpoints that an auditor may call; all others show records, counts of them, or users."""
ENDPOINTS_WITHOUT_KEY = frozenset(
    {
        "desk.account",
        "desk.new_security_key",
        "desk.add_security_key",
        *ENDPOINTS_WITHOUT_PURPOSE,
    }
)
"""Endpoints for users who must have a security key, and have none yet."""
UPLOAD_ENDPOINTS = frozenset({"desk.upload_batch", "desk.start_import"})
"""Endpoints that take a list, which may be larger than other bodies."""
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ROLE_SCOPES = {
    UserRole.AUDITOR: frozenset({"audit"}),
    UserRole.VIEWER: frozenset({"check"}),
    UserRole.STEWARD: frozenset({"check", "submit", "review"}),
    UserRole.SENIOR: frozenset({"check", "submit", "review"}),
    UserRole.ADMIN: frozenset({"check", "submit", "review", "admin"}),
}
"""Scopes by role: a user sees restricted values as an API key with these scopes would."""
ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])


def install_desk(app: Flask) -> None:
    """Prepare an application for the desk. Raises `ValueError` for a bad address of a proxy."""
    service: Service = app.extensions["resolver"]
    app.url_map.converters["ref"] = ReferenceConverter
    app.extensions["desk_refusals"] = {}
    app.extensions["desk_proxies"] = tuple(
        ipaddress.ip_network(proxy, strict=False) for proxy in service.settings.proxies
    )


def require_role(role: UserRole) -> Callable[[ViewFunction], ViewFunction]:
    """Return a decorator for views that need at least this role."""

    def decorate(view: ViewFunction) -> ViewFunction:
        """Return the view behind a check of the role."""

        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            """Call the view for users who have the role, and refuse all other users."""
            user = current_user()
            if user.role < role:
                article = "an" if role.label[0] in "aeiou" else "a"
                message = (
                    f"Only {article} {role.label} may open this page."
                    if request.method == "GET"
                    else f"You may look at this, but not change it: "
                    f"that takes {article} {role.label}."
                )
                raise DeskError(
                    403,
                    message,
                    f"You are signed in as {user.name}, {user.role.label}. "
                    "An admin can change roles.",
                )
            return view(*args, **kwargs)

        return cast(ViewFunction, checked)

    return decorate


def current_session() -> Session:
    """Return the session of the request."""
    return cast(Session, g.session)


def current_user() -> User:
    """Return the user who is signed in."""
    return current_session().user


def is_partial_request() -> bool:
    """Return whether the script asks for a part of a page."""
    return PARTIAL_HEADER in request.headers


@blueprint.before_request
def _check_request() -> Any:
    g.session = None
    g.token = None
    if request.endpoint == "desk.static":
        return None
    session = _find_session()
    if session is not None:
        _use_session(session)
    if request.endpoint in OPEN_ENDPOINTS:
        _check_form()
        return None
    if session is None:
        return _ask_sign_in()
    if request.endpoint in UPLOAD_ENDPOINTS:
        request.max_content_length = current_service().settings.max_upload
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _has_token_of(session):
        return _refuse_foreign_form()
    _check_form()
    if not session.purpose and request.endpoint not in ENDPOINTS_WITHOUT_PURPOSE:
        return redirect(url_for("desk.purpose", next=_request_url()), 303)
    if lacks_security_key(session) and request.endpoint not in ENDPOINTS_WITHOUT_KEY:
        return redirect(url_for("desk.account"), 303)
    if session.user.role is UserRole.AUDITOR and request.endpoint not in AUDITOR_ENDPOINTS:
        return _refuse_auditor()
    return None


def _check_form() -> None:
    """Raise `DeskError` for a form with a NUL character, which PostgreSQL cannot store."""
    texts = [text for name, sent in request.form.lists() for text in (name, *sent)]
    if any("\x00" in text for text in texts):
        raise DeskError(422, "A form holds no NUL character.", "Send it without the character.")


def _refuse_auditor() -> Any:
    """If an auditor opens the desk, lead them to the log; refuse every other page."""
    if request.endpoint in ("desk.root", "desk.home"):
        return redirect(url_for("desk.audit"), 303)
    raise DeskError(
        403,
        "An auditor reads the audit log, and no records.",
        "An admin can change roles, or add a second user for this work.",
    )


@blueprint.after_request
def _set_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
    for name, value in _SECURITY_HEADERS.items():
        response.headers[name] = value
    if request.endpoint != "desk.static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    elif response.status_code == 200:
        # the address of a static file changes with its content
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if is_secure():
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("token") is not None:
        response.set_cookie(
            SESSION_COOKIE, g.token, httponly=True, samesite="Lax", secure=is_secure(), path="/"
        )
    return response


@blueprint.after_request
def _note_commit(response: Response) -> Response:
    """Make later pages of this user show the changes of the request, whichever process answers."""
    if request.method == "POST" and response.status_code < 400:
        with suppress(StoreError):
            current_service().note_commit(current_service().hub.store.revision)
    return response


def lacks_security_key(session: Session) -> bool:
    """Return whether a session must not go on before its user has registered a security key."""
    roles = current_service().settings.security_key_roles
    return session.via == "password" and session.user.role.label in roles


_PROVIDER_SECONDS = 3_600
"""Longest session of a user of the identity provider, in seconds. The provider states role and
agency at each sign-in only, so a role that was taken away there works for at most so long. With
fewer seconds users would be sent to the provider in the middle of their work more often.
"""


def begin_session(
    user: User, via: str, purpose: str = "", *, replaced: Session | None = None, **facts: str
) -> Session:
    """Begin a session for a user, log it, and send its cookie with the response.

    replaced: session that this browser has had, and that ends now. facts: `provider_session` and
    `id_token` of a session at the identity provider.
    """
    sessions, settings = current_service().hub.store.sessions, current_service().settings
    lasts = settings.session_lasts
    token = sessions.begin(
        user,
        via=via,
        lifetime=timedelta(seconds=min(lasts, _PROVIDER_SECONDS) if via == PROVIDER else lasts),
        purpose=purpose[:500].strip(),
        address=client_address(),
        browser=_browser_name(request.headers.get("User-Agent", "")),
        **facts,
    )
    session = sessions.find(token, idle=timedelta(seconds=settings.session_idle))
    if session is None:
        raise StoreError("the session could not be begun", hint="try again")
    # if a session is not logged, nobody gets its token
    log_user_event(AccountEvent.SIGN_IN, user, client_address(), via=via, purpose=session.purpose)
    if replaced is not None:
        # its cookie is overwritten, so nobody could end it any more
        _end(replaced)
    g.token = token
    _use_session(session)
    return session


def finish_sign_in(
    user: User,
    via: str,
    purpose: str,
    target: str,
    saved_form: SavedForm | None,
    **facts: str,
) -> Any:
    """Begin a session, and lead to the page that the user asked for or to a form to be confirmed.

    facts: the facts that an identity provider states about its session.
    """
    begin_session(user, via, purpose, replaced=g.session, **facts)
    if saved_form is not None and purpose:
        return render_page("confirm.html", saved_form=saved_form)
    return redirect(safe_target(target), 303)


def has_form_token() -> bool:
    """Return whether the form comes from a sign-in page of this browser."""
    cookie, field = request.cookies.get(_FORM_COOKIE, ""), request.form.get("form", "")
    return bool(_TOKEN.fullmatch(cookie)) and hmac.compare_digest(cookie.encode(), field.encode())


@blueprint.app_context_processor
def _add_form_token() -> dict[str, Callable[[], str]]:
    return {"form_token": _form_token}


def _form_token() -> str:
    """Return the secret of the sign-in form, which this browser also has as a cookie."""
    cookie = request.cookies.get(_FORM_COOKIE, "")
    if _TOKEN.fullmatch(cookie):
        g.form_token = cookie
    else:
        g.form_token = g.get("form_token") or secrets.token_urlsafe(32)
    return str(g.form_token)


@blueprint.after_request
def _set_form_cookie(response: Response) -> Response:
    token = g.get("form_token")
    if token is not None:
        response.set_cookie(
            _FORM_COOKIE,
            token,
            httponly=True,
            samesite="Strict",
            secure=is_secure(),
            path="/desk",
        )
    return response


def end_session() -> None:
    """End the session of the request, and log that."""
    session = current_session()
    g.session, g.token = None, ""
    _end(session)


def _end(session: Session) -> None:
    current_service().hub.store.sessions.end(session)
    log_user_event(
        AccountEvent.SIGN_OUT,
        session.user,
        client_address(),
        via=session.via,
        purpose=session.purpose,
    )


def _browser_name(text: str) -> str:
    """Return browser and system as a `User-Agent` header names them, such as "Firefox on Linux"."""
    names = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox"}
    names |= {"Chrome/": "Chrome", "Safari/": "Safari"}
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    name = next((name for mark, name in names.items() if mark in text), "")
    system = next((system for system in systems if system in text), "")
    if not name:
        return _printable(text)
    return f"{name} on {system}" if system else name


def is_secure() -> bool:
    """Return whether the browser speaks HTTPS, with the service or with a trusted proxy."""
    return request.is_secure or (
        _is_from_proxy() and request.headers.get("X-Forwarded-Proto") == "https"
    )


def client_address() -> str:
    """Return the address of the client, as a trusted proxy reports it.

    IPv6 addresses are reduced to their /64 network, so that all addresses of one line count as one.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if _is_from_proxy() else ""
    try:
        address = ipaddress.ip_address(
            forwarded.rpartition(",")[2].strip() or request.remote_addr or ""
        )
    except ValueError:
        return (request.remote_addr or "")[:60]
    return str(
        address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False)
    )


def _use_session(session: Session) -> None:
    user = session.user
    g.session = session
    g.viewer = Viewer(user.name, user.agency, ROLE_SCOPES[user.role])
    g.actor, g.purpose = user.name, session.purpose


def _find_session() -> Session | None:
    """Return the session of the request's cookie, or of the user whom a trusted proxy names."""
    service = current_service()
    token = request.cookies.get(SESSION_COOKIE, "")
    session = None
    if token:
        idle = timedelta(seconds=service.settings.session_idle)
        session = service.hub.store.sessions.find(token, idle=idle)
    name = _proxy_user_name()
    if name is not None:
        return _proxy_session(name, session)
    # a session that began through the proxy or the provider is valid only if the service still has
    # a proxy or provider
    without = {"proxy"} if service.settings.provider is not None else {"proxy", PROVIDER}
    return None if session is not None and session.via in without else session


def _proxy_session(name: str, session: Session | None) -> Session:
    """Return the session if it belongs to the user whom the proxy names; otherwise a new
    session.
    """
    user = current_service().hub.store.users.find(name)
    if user is None or user.disabled is not None:
        log_failed_try(
            AccountEvent.SIGN_IN, name, Outcome.UNKNOWN_USER, client_address(), via="proxy"
        )
        raise DeskError(
            403,
            f"The proxy says that you are {name[:60]}, and the desk has no such user.",
            "An admin can add you on the page “Users”, without a password.",
        )
    if session is not None and session.user.number == user.number and session.via == "proxy":
        return session
    return begin_session(user, "proxy", replaced=session)


def _proxy_user_name() -> str | None:
    header = current_service().settings.user_header
    if not header or not _is_from_proxy():
        return None
    return request.headers.get(header, "").strip() or None


def _is_from_proxy() -> bool:
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in current_app.extensions["desk_proxies"])


def _has_token_of(session: Session) -> bool:
    """Return whether a form, or a call of the script, carries the token of the session."""
    token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    return hmac.compare_digest(token.encode(), session.csrf.encode())


def _refuse_foreign_form() -> Any:
    if is_partial_request():
        # the script then sends the form as a browser does, and the form is saved
        raise DeskError(
            401, "This page belongs to another session.", "Load it again; nothing is lost."
        )
    return show_foreign_form()


def _ask_sign_in() -> Any:
    if is_partial_request():
        # the script then sends the form as a browser does, and the form is saved
        raise DeskError(401, "Your session has ended.", "Sign in again; nothing is lost.")
    if request.method == "GET":
        return redirect(url_for("desk.sign_in", next=_request_url()), 303)
    return show_expired_session()


def _request_url() -> str:
    """Return path and query of the request."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def safe_target(address: str, fallback: str = "desk.home") -> str:
    """Return an address from a form if it is a page of the desk; otherwise the address of
    `fallback`.
    """
    path, _, _ = address.partition("?")
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return url_for(fallback)
    # a path of another blueprint, or a path that a browser reads as another host, is not allowed
    is_own = (
        str(endpoint).startswith("desk.")
        and path.startswith("/")
        and not path.startswith(("//", "/\\"))
    )
    return address if is_own and address.isprintable() else url_for(fallback)
