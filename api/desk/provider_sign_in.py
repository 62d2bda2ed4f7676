"""Sign-in at the desk through an identity provider, and the end of sessions that it tells.

The browser is led to the provider by a page that loads the next address itself. If the page
redirected after the form, the next address would count as a target of the form, and the
content-security policy of the desk allows only its own pages as targets.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

import structlog
from flask import Response, g, redirect, request, url_for

from resolver.api.desk import desk_access, pages, signin
from resolver.api.identity_provider import (
    CALLBACK_PATH,
    LOGOUT_MEMORY,
    IdentityProvider,
    SignInRefusedError,
)
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.errors import ResolverError, StoreError
from resolver.hub.admin import PROVIDER

_STEP, _LOGOUT = "provider", "logout"
"""Kinds of steps in the store."""
_STEP_SECONDS = 600
"""Seconds that a user may spend at the provider."""
_COOKIE = "desk_provider"
_LOG = structlog.get_logger("api")


def leave_desk(address: str, title: str) -> str:
    """Return a page that leads to an address of the provider."""
    return pages.render_page("leave.html", address=address, title=title)


def _provider() -> IdentityProvider:
    """Return the identity provider. Raises `DeskError` if there is none."""
    provider = current_service().identity_provider
    if provider is None:
        raise pages.DeskError(
            404, "This desk has no identity provider.", "Sign in with your password."
        )
    return provider


@pages.blueprint.app_context_processor
def _add_provider_label() -> dict[str, str]:
    provider = current_service().settings.provider
    return {"provider_label": "" if provider is None else provider.label}


@pages.blueprint.post("/desk/sign-in/provider")
def begin_provider_sign_in() -> Any:
    """Lead to the identity provider, and keep what the form says until the user comes back."""
    provider, form = _provider(), request.form
    saved_form = desk_access.parse_saved_form(form.get("saved_form", ""))
    fields: dict[str, Any] = {
        "purpose": form.get("purpose", "").strip()[:500],
        "next": form.get("next", "")[:2_000],
        "saved_form": saved_form,
    }
    if not desk_access.has_form_token():
        return signin.sign_in_page(**fields, problem=signin.FORM_EXPIRED), 400
    if not fields["purpose"]:
        return signin.sign_in_page(**fields, problem=signin.PURPOSE_MISSING), 422
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    try:
        # the provider is asked first, so that nothing is kept if it does not answer
        provider.authorization_address("", nonce, verifier)
    except ResolverError as error:
        return _provider_is_away(provider, error, fields)
    kept = fields | {"saved_form": "" if saved_form is None else saved_form.text}
    state = current_service().hub.store.sign_in_steps.put(
        _STEP,
        desk_access.client_address(),
        {**kept, "nonce": nonce, "verifier": verifier},
        timedelta(seconds=_STEP_SECONDS),
    )
    g.provider_state = state
    address = provider.authorization_address(state, nonce, verifier)
    return leave_desk(address, f"Sign in with {provider.settings.label}")


def _provider_is_away(
    provider: IdentityProvider, error: ResolverError, fields: dict[str, Any]
) -> Any:
    """Return the sign-in page with one line about a provider that does not answer."""
    _LOG.warning("the identity provider does not answer", reason=error.line())
    problem = (
        f"{provider.settings.label} does not answer now. Try again later, or sign in with a "
        "password if you have one."
    )
    return signin.sign_in_page(**fields, problem=problem), 503


@pages.blueprint.get(CALLBACK_PATH)
def end_provider_sign_in() -> Any:
    """Sign in the user whom the identity provider sends back."""
    provider, store = _provider(), current_service().hub.store
    state = request.args.get("state", "")[:200]
    is_own = hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), state.encode())
    step = store.sign_in_steps.take(_STEP, state) if state and is_own else None
    g.provider_state = ""
    if step is None:
        raise pages.DeskError(
            400,
            "This sign-in was not begun in this browser, or it took too long.",
            "Sign in again.",
        )
    fields = {name: str(step[name]) for name in ("purpose", "next")}
    saved_form = desk_access.parse_saved_form(step["saved_form"])
    try:
        _check_answer(provider)
        signed_in = provider.exchange(
            request.args.get("code", "")[:4_000], step["nonce"], step["verifier"]
        )
    except SignInRefusedError as error:
        if error.subject:
            _end_sessions(subject=error.subject)
        return _refuse(error, error.name)
    except ResolverError as error:
        return _provider_is_away(provider, error, {**fields, "saved_form": saved_form})
    try:
        user = store.users.sign_in_by_provider(
            signed_in.subject,
            signed_in.name,
            signed_in.role,
            signed_in.agency,
            may_adopt=provider.settings.may_adopt,
        )
    except StoreError as error:
        # the user may have another role by now, which cannot be given
        _end_sessions(subject=signed_in.subject)
        return _refuse(error, signed_in.name)
    return desk_access.finish_sign_in(
        user,
        PROVIDER,
        fields["purpose"],
        fields["next"],
        saved_form,
        provider_session=signed_in.provider_session,
        id_token=signed_in.id_token,
    )


def _check_answer(provider: IdentityProvider) -> None:
    """Raise `SignInRefusedError` if the answer comes from another provider, or if this provider
    refuses.
    """
    issuer = request.args.get("iss", provider.settings.issuer)
    if issuer != provider.settings.issuer:
        raise SignInRefusedError("the answer is that of another identity provider")
    error = request.args.get("error", "")
    if error:
        code = error[:40] if error.replace("_", "").isalpha() and error.isascii() else "error"
        raise SignInRefusedError(
            f"the identity provider has refused the sign-in ({code})", hint="sign in again"
        )


def _refuse(error: ResolverError, name: str) -> Any:
    desk_access.log_failed_try(
        desk_access.AccountEvent.SIGN_IN,
        name,
        desk_access.Outcome.REFUSED,
        desk_access.client_address(),
        via=PROVIDER,
    )
    _LOG.warning("sign-in refused", reason=error.message)
    problem, advice = pages.describe_error(error)
    raise pages.DeskError(403, problem, advice)


@pages.blueprint.post("/desk/sign-out")
def sign_out() -> Any:
    """End the session, and that at the identity provider if it began there."""
    session, provider = desk_access.current_session(), current_service().identity_provider
    desk_access.end_session()
    if provider is not None and session.id_token:
        try:
            address = provider.end_session_address(session.id_token)
        except ResolverError:
            address = ""
        if address:
            return leave_desk(address, f"Sign out of {provider.settings.label}")
    return redirect(url_for("desk.sign_in"), 303)


@pages.blueprint.post("/desk/sign-out/provider")
def end_provider_sessions() -> Any:
    """End the sessions that the identity provider names in a logout token."""
    provider, store = _provider(), current_service().hub.store
    try:
        logout = provider.read_logout(request.form.get("logout_token", "")[:20_000])
        is_new = store.sign_in_steps.use_once(_LOGOUT, logout.id, timedelta(seconds=LOGOUT_MEMORY))
        if not is_new:
            raise SignInRefusedError("the logout token was used already")
    except SignInRefusedError as error:
        desk_access.log_failed_try(
            desk_access.AccountEvent.SIGN_OUT,
            "",
            desk_access.Outcome.INVALID_TOKEN,
            desk_access.client_address(),
            via=PROVIDER,
        )
        return json_response({"error": "invalid_request", "error_description": error.message}, 400)
    except ResolverError as error:
        _LOG.warning("the identity provider does not answer", reason=error.line())
        description = "the keys of the identity provider cannot be fetched"
        answer = {"error": "temporarily_unavailable", "error_description": description}
        return json_response(answer, 503)
    _end_sessions(subject=logout.subject, provider_session=logout.provider_session)
    return json_response({})


def _end_sessions(*, subject: str, provider_session: str = "") -> None:
    """End the sessions that the provider vouched for, and log it."""
    for user in current_service().hub.store.sessions.end_at_provider(
        subject=subject, provider_session=provider_session
    ):
        desk_access.log_user_event(
            desk_access.AccountEvent.SIGN_OUT, user, desk_access.client_address(), via=PROVIDER
        )


@pages.blueprint.after_request
def _set_state_cookie(response: Response) -> Response:
    state = g.get("provider_state")
    if state is not None:
        response.set_cookie(
            _COOKIE,
            state,
            max_age=_STEP_SECONDS if state else 0,
            httponly=True,
            samesite="Lax",
            secure=desk_access.is_secure(),
            path="/desk/sign-in",
        )
    return response
