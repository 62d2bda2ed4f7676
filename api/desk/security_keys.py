"""Security keys at the desk: second factor of passwords by WebAuthn (W3C, level 3).

A user registers keys on the page of the own account. Whoever has a key is asked for it after the
password. Registration and use are bound to the host and the origin of the page, so a page that
pretends to be the desk gets nothing that the desk would take. A key that counts its uses must
count upward: a lower count tells of a copy.

A user who has lost all keys cannot sign in with the password. An admin removes the keys then. The
first key of a user ends the other sessions, which have begun without one. A session without a key
cannot add a further key, because somebody who knows only the password could do so, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import redirect, request, url_for

from resolver.api.desk import desk_access, pages
from resolver.api.service import current_service
from resolver.errors import StoreError
from resolver.hub.admin import SecurityKey, User

VIA = "security key"
"""Method of sign-in of sessions with password and security key."""
_REGISTER, _CONFIRM = "security key", "second factor"
"""Kinds of steps in the store."""
_STEP = timedelta(minutes=10)
_CHALLENGE_BYTES = 32
_MAX_ANSWER = 20_000


def _origin() -> str:
    """Return the origin of the desk as the browser knows it."""
    return f"{'https' if desk_access.is_secure() else 'http'}://{request.host}"


def _host() -> str:
    """Return the host that keys are registered for."""
    host = request.host
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host


def _library() -> Any:
    """Return the package that checks security keys. Raises `DeskError` if it is missing."""
    try:
        import webauthn
    except ImportError:
        raise pages.DeskError(
            503,
            "This service cannot check security keys.",
            "Tell the operator of the service: the package webauthn is not installed.",
        ) from None
    return webauthn


def _descriptors(keys: Sequence[SecurityKey]) -> list[Any]:
    structs = _library().helpers.structs
    return [
        structs.PublicKeyCredentialDescriptor(
            id=_library().helpers.base64url_to_bytes(key.credential)
        )
        for key in keys
    ]


@pages.blueprint.get("/desk/account/keys")
def new_security_key() -> Any:
    """Show the form that registers a security key."""
    return _registration_page()


def _registration_page(problem: str = "", name: str = "") -> str:
    library = _library()
    user, store = desk_access.current_user(), current_service().hub.store
    keys = _keys_beside_new()
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    options = library.generate_registration_options(
        rp_id=_host(),
        rp_name="Watchlist resolver",
        user_name=user.name,
        user_id=f"user {user.number}".encode(),
        challenge=challenge,
        exclude_credentials=_descriptors(keys),
    )
    content = {"user": user.number, "challenge": challenge.hex()}
    return pages.render_page(
        "security_key.html",
        step=store.sign_in_steps.put(_REGISTER, user.name, content, _STEP),
        options=library.options_to_json(options),
        problem=problem,
        name=name[:60],
    )


def _keys_beside_new() -> list[SecurityKey]:
    """Return the keys that the user has already.

    Raises `DeskError` if there are keys and the session began without one.
    """
    session = desk_access.current_session()
    keys = current_service().hub.store.security_keys.list(session.user)
    if keys and session.via != VIA:
        raise pages.DeskError(
            403,
            "You have a security key, and this session began without it.",
            "Sign in again with the password and the key, and add another one then.",
        )
    return keys


@pages.blueprint.post("/desk/account/keys")
def add_security_key() -> Any:
    """Register a security key of the user."""
    library = _library()
    session, store = desk_access.current_session(), current_service().hub.store
    keys = _keys_beside_new()
    user, form = session.user, request.form
    name = form.get("name", "")
    step = store.sign_in_steps.take(_REGISTER, form.get("step", "")[:200])
    if step is None or step["user"] != user.number:
        raise pages.DeskError(400, "This took too long, or was sent before.", "Try again.")
    if not user.has_password:
        raise pages.DeskError(422, "A security key goes with a password.", "Set a password first.")
    try:
        verified = library.verify_registration_response(
            credential=form.get("answer", "")[:_MAX_ANSWER],
            expected_challenge=bytes.fromhex(step["challenge"]),
            expected_rp_id=_host(),
            expected_origin=_origin(),
        )
    except (library.helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError):
        problem = "The security key gave no valid answer. Try again, or use another key."
        return _registration_page(problem, name), 422
    to_text = library.helpers.bytes_to_base64url
    try:
        store.security_keys.add(
            user,
            name,
            credential=to_text(verified.credential_id),
            public_key=to_text(verified.credential_public_key),
            host=_host(),
            uses=verified.sign_count,
        )
    except StoreError as error:
        return _registration_page(" ".join(pages.describe_error(error)), name), 422
    if session.via == "password":
        store.sessions.set_via(session, VIA)
    if not keys:
        store.sessions.end_of(user, except_for=session)
    _log_key(user, "added", name)
    done = pages.sign_message("The security key is registered. The next sign-in asks for it.")
    return redirect(url_for("desk.account", done=done), 303)


@pages.blueprint.post("/desk/account/keys/<int:number>")
def remove_security_key(number: int) -> Any:
    """Remove a security key of the user, who states the password."""
    store, user = current_service().hub.store, desk_access.current_user()
    key = next((key for key in store.security_keys.list(user) if key.number == number), None)
    if key is None:
        raise pages.DeskError(404, "There is no such security key.", "It may be gone already.")
    if store.users.check(user.name, request.form.get("old", "")) is None:
        desk_access.log_failed_try(
            desk_access.AccountEvent.SECURITY_KEY,
            user.name,
            desk_access.Outcome.WRONG,
            desk_access.client_address(),
        )
        raise pages.DeskError(422, "The password is wrong.", "Go back and try again.")
    store.security_keys.remove(user, number)
    _log_key(user, "removed", key.name)
    done = pages.sign_message(f"The security key {key.name} is removed.")
    return redirect(url_for("desk.account", done=done), 303)


def _log_key(user: User, change: str, name: str) -> None:
    desk_access.log_user_event(
        desk_access.AccountEvent.SECURITY_KEY,
        user,
        desk_access.client_address(),
        via=desk_access.current_session().via,
        change=change,
        key=name[:60],
    )


def ask_second_factor(
    user: User,
    purpose: str,
    target: str,
    saved_form: desk_access.SavedForm | None,
    problem: str = "",
) -> str:
    """Return the page that asks a user, whose password was right, for a security key."""
    library = _library()
    store, challenge = current_service().hub.store, secrets.token_bytes(_CHALLENGE_BYTES)
    keys = [key for key in store.security_keys.list(user) if key.host == _host()]
    options = library.generate_authentication_options(
        rp_id=_host(), challenge=challenge, allow_credentials=_descriptors(keys)
    )
    content = {
        "user": user.name,
        "challenge": challenge.hex(),
        "purpose": purpose,
        "next": target,
        "saved_form": "" if saved_form is None else saved_form.text,
    }
    step = store.sign_in_steps.put(_CONFIRM, user.name, content, _STEP)
    return pages.render_page(
        "second_factor.html",
        step=step,
        options=library.options_to_json(options),
        keys=keys,
        problem=problem,
    )


@pages.blueprint.post("/desk/sign-in/key")
def submit_second_factor() -> Any:
    """Sign in the user who has confirmed the sign-in with a security key."""
    store, form = current_service().hub.store, request.form
    step = store.sign_in_steps.take(_CONFIRM, form.get("step", "")[:200])
    user = None if step is None else store.users.find(step["user"])
    if step is None or user is None or user.disabled or not desk_access.has_form_token():
        raise pages.DeskError(
            400,
            "This sign-in was not begun in this browser, or it took too long.",
            "Sign in again.",
        )
    purpose, target = step["purpose"], step["next"]
    saved_form = desk_access.parse_saved_form(step["saved_form"])
    key = _confirmed_key(user, form.get("answer", "")[:_MAX_ANSWER], step["challenge"])
    if key is None:
        desk_access.log_failed_try(
            desk_access.AccountEvent.SIGN_IN,
            user.name,
            desk_access.Outcome.WRONG_KEY,
            desk_access.client_address(),
            via=VIA,
        )
        problem = "The security key did not confirm the sign-in."
        return ask_second_factor(user, purpose, target, saved_form, problem), 401
    return desk_access.finish_sign_in(user, VIA, purpose, target, saved_form)


def _confirmed_key(user: User, answer: str, challenge: str) -> SecurityKey | None:
    """Return the key of the user that has signed the challenge, or None; note its use."""
    library = _library()
    store, helpers = current_service().hub.store, library.helpers
    try:
        credential = helpers.parse_authentication_credential_json(answer)
        name = helpers.bytes_to_base64url(credential.raw_id)
        keys = store.security_keys.list(user)
        key = next((key for key in keys if (key.credential, key.host) == (name, _host())), None)
        if key is None:
            return None
        verified = library.verify_authentication_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=key.host,
            expected_origin=_origin(),
            credential_public_key=helpers.base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.uses,
        )
        return key if store.security_keys.note_use(key, verified.new_sign_count) else None
    except (helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError):
        return None
