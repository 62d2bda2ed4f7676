"""Pages of one's own account: sign-in, purpose of access, password, theme.

Page of users, for admins: accounts of the desk, their roles and passwords.

Page of erasures, for admins: one admin asks, another one confirms, and the worker erases.

Page of the audit log, for admins and auditors. An auditor sees no record: every other page is
refused to this role.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from flask import g, redirect, request, url_for

from resolver.api.access import Viewer, log_access
from resolver.api.desk import desk_access, pages, security_keys
from resolver.api.routes import trust
from resolver.api.service import current_service
from resolver.check.screener import IndexRevision
from resolver.errors import ResolverError, StoreError, pluralize
from resolver.hub import admin

_YEAR = 365 * 86_400
_EVENTS = 200
"""Number of events of the audit log on its page."""
_FORM = ("records", "values", "reason")
_ERASURES, _MAX_FORM = 100, 20_000
"""Erasures on their page, and characters of a refused form that it shows again."""
FORM_EXPIRED = "This form has expired, or your browser blocks cookies. Try again."
PURPOSE_MISSING = "State the purpose of access: it is logged with everything you view."


@pages.blueprint.get("/desk/sign-in")
def sign_in() -> Any:
    """Show the sign-in form."""
    if g.session is not None:
        return redirect(desk_access.safe_target(request.args.get("next", "")), 303)
    return sign_in_page(next=request.args.get("next", ""))


@pages.blueprint.post("/desk/sign-in")
def submit_sign_in() -> Any:
    """Sign a user in, and lead them to the page that they asked for."""
    form = request.form
    saved_form = desk_access.parse_saved_form(form.get("saved_form", ""))
    fields: dict[str, Any] = {name: form.get(name, "") for name in ("name", "purpose", "next")}
    fields |= {"purpose": fields["purpose"].strip()[:500], "next": fields["next"][:2_000]}
    fields["saved_form"] = saved_form
    if not desk_access.has_form_token():
        return sign_in_page(**fields, problem=FORM_EXPIRED), 400
    if not fields["purpose"]:
        return sign_in_page(**fields, problem=PURPOSE_MISSING), 422
    try:
        user = _check_password(fields["name"], form.get("password", ""))
    except admin.LockedError as error:
        desk_access.log_failed_try(
            desk_access.AccountEvent.SIGN_IN,
            fields["name"],
            desk_access.Outcome.LOCKED,
            desk_access.client_address(),
        )
        problem = " ".join(pages.describe_error(error))
        return (
            sign_in_page(**fields, problem=problem),
            429,
            {"Retry-After": str(error.seconds)},
        )
    if user is None:
        desk_access.log_failed_try(
            desk_access.AccountEvent.SIGN_IN,
            fields["name"],
            desk_access.Outcome.WRONG,
            desk_access.client_address(),
        )
        return sign_in_page(**fields, problem="The name or the password is wrong."), 401
    if current_service().hub.store.security_keys.list(user):
        return security_keys.ask_second_factor(user, fields["purpose"], fields["next"], saved_form)
    return desk_access.finish_sign_in(
        user, "password", fields["purpose"], fields["next"], saved_form
    )


def _check_password(name: str, password: str) -> admin.User | None:
    """Return the user of a correct password; otherwise None. Raises `LockedError` if the name or
    the address is locked.
    """
    service = current_service()
    # behind a proxy that is not named, all clients have one address
    limit = 0 if service.has_unnamed_proxy else service.settings.sign_in_tries
    return service.hub.store.users.check(
        name, password, address=desk_access.client_address(), address_limit=limit
    )


@pages.blueprint.get("/desk/first")
def first_sign_in() -> Any:
    """Sign the first admin in by the link that the service prints on its terminal.

    The link is valid only while no user has a password.
    """
    _check_link(request.args.get("code", ""))
    if g.session is None:
        desk_access.begin_session(
            admin.get_or_create_first_admin(current_service().hub.store), "link"
        )
    return redirect(url_for("desk.purpose", next=url_for("desk.home")), 303)


def _check_link(code: str) -> None:
    """Raise `DeskError` unless the link's code is valid and nobody has a password."""
    service = current_service()
    right_code = service.settings.first_code
    if not right_code or not hmac.compare_digest(right_code.encode(), code.encode()):
        desk_access.log_failed_try(
            desk_access.AccountEvent.SIGN_IN,
            "",
            desk_access.Outcome.INVALID_LINK,
            desk_access.client_address(),
            via="link",
        )
        raise pages.DeskError(
            403,
            "This sign-in link is not valid.",
            "The service prints a new one each time it starts, as long as no user has a password. "
            "After that users sign in; an admin adds them on the page “Users”.",
        )
    if service.hub.store.users.has_passwords():
        raise pages.DeskError(
            403,
            "This sign-in link is no longer valid: there are users with passwords now.",
            "Sign in as one of them, or ask the operator of the service for a new password.",
        )


@pages.blueprint.get("/desk/purpose")
def purpose() -> Any:
    """Show the form for the purpose of access, which can be changed at any time."""
    session = desk_access.current_session()
    suggestion = session.purpose or ("Trying the desk" if session.via == "link" else "")
    return pages.render_page(
        "purpose.html", purpose=suggestion, next=request.args.get("next", ""), problem=""
    )


@pages.blueprint.post("/desk/purpose")
def set_purpose() -> Any:
    """Set the purpose of access of the session."""
    text = request.form.get("purpose", "").strip()[:500]
    target = request.form.get("next", "")
    if not text:
        return pages.render_page(
            "purpose.html", purpose="", next=target, problem=PURPOSE_MISSING
        ), 422
    current_service().hub.store.sessions.set_purpose(desk_access.current_session(), text)
    return redirect(desk_access.safe_target(target), 303)


@pages.blueprint.get("/desk/account")
def account() -> Any:
    """Show the user's own account: password, security keys and sessions."""
    return account_page()


def account_page(problem: str = "") -> str:
    """Return the page of the user's own account."""
    session, store = desk_access.current_session(), current_service().hub.store
    return pages.render_page(
        "account.html",
        problem=problem,
        min_length=admin.MIN_PASSWORD_LENGTH,
        sessions=admin.find_sessions(store, session.user),
        keys=store.security_keys.list(session.user),
        must_have_key=desk_access.lacks_security_key(session),
        message=pages.signed_message(),
    )


@pages.blueprint.post("/desk/account/sessions")
def end_own_sessions() -> Any:
    """End one session of the user, or all sessions except the current one."""
    session, name = desk_access.current_session(), request.form.get("session", "")
    ended = current_service().hub.store.sessions.end_of(
        session.user, name, except_for=session if not name else None
    )
    desk_access.log_user_event(
        desk_access.AccountEvent.SESSIONS,
        session.user,
        desk_access.client_address(),
        via=session.via,
        ended=str(ended),
    )
    message = pages.sign_message(f"{pluralize(ended, 'session')} ended.")
    return redirect(url_for("desk.account", done=message), 303)


@pages.blueprint.post("/desk/account")
def change_password() -> Any:
    """Change the user's own password, which ends all their sessions.

    The current password is needed if the user has a password. Users whom a proxy or an identity
    provider signs in get none here: they could sign in with it after they have lost the account
    there.
    """
    accounts, user = current_service().hub.store.users, desk_access.current_user()
    try:
        if desk_access.current_session().via in ("proxy", admin.PROVIDER):
            raise StoreError(
                "your organization signs you in, so you set no password here",
                hint="ask an admin if you need one",
            )
        if user.has_password and accounts.check(user.name, request.form.get("old", "")) is None:
            desk_access.log_failed_try(
                desk_access.AccountEvent.PASSWORD,
                user.name,
                desk_access.Outcome.WRONG,
                desk_access.client_address(),
            )
            raise StoreError("the current password is wrong", hint="try again")
        desk_access.log_user_event(
            desk_access.AccountEvent.PASSWORD,
            user,
            desk_access.client_address(),
            via=desk_access.current_session().via,
        )
        accounts.set_password(user.name, request.form.get("new", ""))
    except StoreError as error:
        return account_page(" ".join(pages.describe_error(error))), 422
    return redirect(url_for("desk.sign_in"), 303)


@pages.blueprint.post("/desk/theme")
def set_theme() -> Any:
    """Set the colors (light, dark, or as the system has them) in a cookie of this browser."""
    response = redirect(desk_access.safe_target(request.form.get("next", "")), 303)
    theme = request.form.get("theme", "")
    response.set_cookie(
        pages.THEME_COOKIE,
        theme if theme in pages.THEMES else "auto",
        max_age=_YEAR,
        samesite="Lax",
        path="/",
    )
    return response


def sign_in_page(**context: Any) -> str:
    """Return the sign-in page; `context` has the fields that were filled in, and the problem."""
    defaults = {
        "next": "",
        "name": "",
        "purpose": "",
        "saved_form": None,
        "is_session_expired": False,
        "problem": "",
    }
    return pages.render_page("sign_in.html", **{**defaults, **context})


@pages.blueprint.get("/desk/users")
@desk_access.require_role(admin.UserRole.ADMIN)
def users() -> Any:
    """Show the users of the desk."""
    return _users_page()


@pages.blueprint.post("/desk/users")
@desk_access.require_role(admin.UserRole.ADMIN)
def add_user() -> Any:
    """Add a user."""
    form = request.form
    try:
        user = current_service().hub.store.users.add(
            form.get("name", ""),
            admin.UserRole.from_label(form.get("role", "")),
            form.get("agency", ""),
            form.get("password") or None,
        )
    except StoreError as error:
        return _users_page(error, form.get("name", "")), 422
    _log_change("add", user.name, role=user.role.label, agency=user.agency)
    message = pages.sign_message(f"{user.name} was added as {user.role.label}.")
    return redirect(url_for("desk.users", done=message), 303)


@pages.blueprint.post("/desk/users/<name>")
@desk_access.require_role(admin.UserRole.ADMIN)
def change_user(name: str) -> Any:
    """Change role and agency, password, or access of a user, if the form states them."""
    form, accounts = request.form, current_service().hub.store.users
    try:
        if "role" in form:
            accounts.set_role(name, admin.UserRole.from_label(form["role"]))
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
        _end_sessions_of(accounts.get(name), form)
    except StoreError as error:
        return _users_page(error), 422
    message = pages.sign_message(f"{name} was changed.")
    if {"session", "end", "reset"} & set(form):
        return redirect(url_for("desk.user_sessions", name=name, done=message), 303)
    return redirect(url_for("desk.users", done=message), 303)


def _end_sessions_of(user: admin.User, form: Mapping[str, str]) -> None:
    """End the sessions of a user, or remove the security keys, if the form asks for it."""
    store = current_service().hub.store
    if "session" in form or "end" in form:
        store.sessions.end_of(user, form.get("session", ""))
        _log_change("end sessions", user.name)
    if "reset" in form:
        admin.reset_security_keys(store, user)
        _log_change("remove security keys", user.name)


@pages.blueprint.get("/desk/users/<name>")
@desk_access.require_role(admin.UserRole.ADMIN)
def user_sessions(name: str) -> Any:
    """Show the sessions and the security keys of a user."""
    store = current_service().hub.store
    user = store.users.find(name)
    if user is None:
        raise pages.DeskError(404, "There is no such user.", "All users are on the page “Users”.")
    return pages.render_page(
        "user_sessions.html",
        section="users",
        owner=user,
        sessions=admin.find_sessions(store, user),
        keys=store.security_keys.list(user),
        message=pages.signed_message(),
    )


def _users_page(error: StoreError | None = None, name: str = "") -> str:
    return pages.render_page(
        "users.html",
        section="users",
        users=current_service().hub.store.users.list(),
        roles=admin.ROLES,
        min_length=admin.MIN_PASSWORD_LENGTH,
        max_length=admin.MAX_PASSWORD_LENGTH,
        problem=" ".join(pages.describe_error(error)) if error is not None else "",
        name=name,
        message=pages.signed_message(),
    )


def _log_change(change: str, name: str, **details: str) -> None:
    query = {"what": change, "user": name, **details, "by": desk_access.current_user().name}
    log_access("users", query, {}, IndexRevision(current_service().hub.store.revision, ""))


@pages.blueprint.get("/desk/erasures")
@desk_access.require_role(admin.UserRole.ADMIN)
def erasures() -> Any:
    """Show the erasures that wait, and the finished erasures with their proof."""
    return _erasures_page()


@pages.blueprint.post("/desk/erasures")
@desk_access.require_role(admin.UserRole.ADMIN)
def ask_erasure() -> Any:
    """Ask for the erasure of records or of their values; another admin confirms it."""
    form, user = request.form, _erasing_person()
    ids, values = (
        [line.strip() for line in form.get(name, "").splitlines() if line.strip()]
        for name in _FORM[:2]
    )
    try:
        trust.propose_erasure(ids, form.get("reason", ""), user, values)
    except ResolverError as error:
        return _erasures_page(error, form), 422
    message = pages.sign_message("Another admin has to confirm the erasure.")
    return redirect(url_for("desk.erasures", done=message), 303)


@pages.blueprint.post("/desk/erasures/<erasure_id>")
@desk_access.require_role(admin.UserRole.ADMIN)
def decide_erasure(erasure_id: str) -> Any:
    """Confirm or refuse an erasure that another admin, or a rule of retention, has asked for."""
    decision = request.form.get("decision", "")
    try:
        trust.settle_erasure(erasure_id, decision, _erasing_person())
    except ResolverError as error:
        return _erasures_page(error), 422
    is_confirmed = decision == "confirm"
    text = "The worker erases the records now." if is_confirmed else "The erasure was refused."
    return redirect(url_for("desk.erasures", done=pages.sign_message(text)), 303)


def _erasures_page(
    error: ResolverError | None = None, form: Mapping[str, str] | None = None
) -> str:
    shown = trust.list_shown_erasures(_ERASURES, _erasing_person())
    return pages.render_page(
        "erasures.html",
        section="erasures",
        erasures=[row for row, _ in shown],
        asked={row.id: asked for row, asked in shown if asked.ids},
        own=desk_access.current_user().name,
        problem=" ".join(pages.describe_error(error)) if error is not None else "",
        stated={name: (form or {}).get(name, "")[:_MAX_FORM] for name in _FORM},
        message=pages.signed_message(),
    )


def _erasing_person() -> Viewer:
    user = desk_access.current_user()
    return Viewer(user.name, user.agency)


@pages.blueprint.get("/desk/audit")
def audit() -> Any:
    """Show the newest events of the audit log that fit the form."""
    user = desk_access.current_user()
    if user.role not in (admin.UserRole.AUDITOR, admin.UserRole.ADMIN):
        raise pages.DeskError(
            403,
            "Only an auditor or an admin may open this page.",
            f"You are signed in as {user.name}, {user.role.label}. An admin can change roles.",
        )
    auditor = Viewer(user.name, user.agency, desk_access.ROLE_SCOPES[user.role])
    events = trust.logged_events(auditor, limit=_EVENTS, newest=True)
    return pages.render_page(
        "audit.html",
        section="audit",
        events=events[::-1],
        filters=request.args,
        agency=user.agency if trust.is_bound(auditor) else "",
        shown=_EVENTS,
    )
