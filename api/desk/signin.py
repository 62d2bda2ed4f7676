"""Signing in and out, and why somebody looks."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Any

from flask import Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import THEME, THEMES, page
from resolver.api.desk.support import desk_access, saved_forms
from resolver.api.desk.support.error_pages import Refused, in_words
from resolver.api.service import service
from resolver.errors import StoreError
from resolver.hub.desk_users import SHORTEST, LockedError, first_user

_FORM = "desk_form"
_TOKEN = re.compile(r"[\w-]{43}")
_YEAR = 365 * 86_400


@blueprint.get("/desk/sign-in")
def sign_in() -> Any:
    """The page that asks who somebody is, and why they look."""
    if g.session is not None:
        return redirect(_next(request.args.get("next", "")), 303)
    return _form(next=request.args.get("next", ""))


@blueprint.post("/desk/sign-in")
def enter() -> Any:
    """Let somebody in, and carry on where they were."""
    said = request.form
    name, purpose, held = (
        said.get("name", ""),
        said.get("purpose", "").strip(),
        saved_forms.of_text(said.get("kept", "")),
    )
    again = {"name": name, "purpose": purpose, "next": said.get("next", ""), "kept": held}
    cookie = request.cookies.get(_FORM, "")
    if not _TOKEN.fullmatch(cookie) or not hmac.compare_digest(cookie, said.get("form", "")):
        return _form(
            **again, problem="This form was too old, or your browser keeps no cookies. Try again."
        ), 400
    if not purpose:
        return _form(**again, problem="Say why you look: it is logged with all that you see."), 422
    try:
        users, most = service().hub.store.users, service().settings.sign_in_tries
        who = users.check(name, said.get("password", ""), address=desk_access.address(), most=most)
    except LockedError as error:
        text = (
            f"{error.what[:1].upper()}{error.what[1:]}. {error.mend[:1].upper()}{error.mend[1:]}."
        )
        return _form(**again, problem=text), 429, {"Retry-After": str(error.seconds)}
    if who is None:
        return _form(**again, problem="Name or password is wrong."), 401
    desk_access.begin(who, "password", purpose)
    if held is not None:
        return page("confirm.html", kept=held)
    return redirect(_next(said.get("next", "")), 303)


@blueprint.get("/desk/first")
def first() -> Any:
    """The link of the first minute: where nobody has a password yet, whoever reads the service's own terminal is let
    in as the first admin."""
    held = service()
    code = held.settings.first_code
    if not code or not hmac.compare_digest(code.encode(), request.args.get("code", "").encode()):
        raise Refused(
            403,
            "This link is not good.",
            "The service prints a new one each time it starts, as long as nobody has a password. "
            "Afterwards users sign in; an admin adds them with `resolver users add`.",
        )
    if held.hub.store.users.guarded():
        raise Refused(
            403,
            "This link has done its duty: there are users with passwords now.",
            "Sign in as one of them, or give the admin a password with `resolver users passwd admin`.",
        )
    if g.session is None:
        desk_access.begin(first_user(held.hub.store), "link")
    return redirect(url_for("desk.purpose", next=url_for("desk.home")), 303)


@blueprint.get("/desk/purpose")
def purpose() -> Any:
    """The page that asks why somebody looks, once a session; it can be changed at any time."""
    shown = desk_access.session().purpose or (
        "Trying the desk" if desk_access.session().via == "link" else ""
    )
    return page("purpose.html", purpose=shown, next=request.args.get("next", ""), problem="")


@blueprint.post("/desk/purpose")
def say_purpose() -> Any:
    """Keep why somebody looks."""
    said = request.form.get("purpose", "").strip()[:500]
    where = request.form.get("next", "")
    if not said:
        return page("purpose.html", purpose="", next=where, problem="Say why you look."), 422
    service().hub.store.sessions.say_why(desk_access.session(), said)
    return redirect(_next(where), 303)


@blueprint.get("/desk/account")
def account() -> Any:
    """Who one is here, and one's password."""
    return page("account.html", problem="", shortest=SHORTEST)


@blueprint.post("/desk/account")
def change_password() -> Any:
    """Change one's own password: whoever has one must know it. All sessions of the user end."""
    users, me = service().hub.store.users, desk_access.user()
    try:
        if me.has_password and users.check(me.name, request.form.get("old", "")) is None:
            raise StoreError("the present password is wrong", mend="try again")
        users.set_password(me.name, request.form.get("new", ""))
    except StoreError as error:
        what, mend = in_words(error)
        return page("account.html", problem=f"{what} {mend}", shortest=SHORTEST), 422
    return redirect(url_for("desk.sign_in"), 303)


@blueprint.post("/desk/sign-out")
def sign_out() -> Any:
    """End the session."""
    desk_access.end()
    return redirect(url_for("desk.sign_in"), 303)


@blueprint.post("/desk/look")
def look() -> Any:
    """Light, dark, or as the machine has it: kept in a cookie, for nobody's harm."""
    answer: Response = redirect(_next(request.form.get("next", "")), 303)  # type: ignore[assignment]
    theme = request.form.get("theme", "")
    answer.set_cookie(
        THEME, theme if theme in THEMES else "auto", max_age=_YEAR, samesite="Lax", path="/"
    )
    return answer


@blueprint.app_context_processor
def _form_token() -> dict[str, Any]:
    return {"form_token": _token}


def _token() -> str:
    """The secret of the sign-in form: in the form, and in a cookie that only this browser has."""
    held = request.cookies.get(_FORM, "")
    g.form_token = (
        held if _TOKEN.fullmatch(held) else g.get("form_token") or secrets.token_urlsafe(32)
    )
    return str(g.form_token)


@blueprint.after_request
def _keep_token(response: Response) -> Response:
    token = g.get("form_token")
    if token is not None:
        response.set_cookie(
            _FORM,
            token,
            httponly=True,
            samesite="Strict",
            secure=desk_access.is_secure(),
            path="/desk",
        )
    return response


def _form(**said: Any) -> str:
    return page(
        "sign_in.html",
        **{"name": "", "purpose": "", "kept": None, "ended": False, "problem": "", **said},
    )


def _next(where: str) -> str:
    """An address of the desk, or its home."""
    path, _, _ = where.partition("?")
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return url_for("desk.home")
    # a path that no view of ours answers, or that a browser reads as another host, leads home
    ours = (
        str(endpoint).startswith("desk.")
        and path.startswith("/")
        and not path.startswith(("//", "/\\"))
    )
    return where if ours and where.isprintable() else url_for("desk.home")
