"""Access control of the API: keys with scopes, purposes of access and request rates.

A key comes as `Authorization: ApiKey …`. Each endpoint declares the scope that it requires
(`api/endpoints.py`). A store that has never had keys or users can be used without a key from the
machine that serves it, without a purpose and without a rate.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from flask import Flask, Response, current_app, g, request

from resolver.api.endpoints import (
    ENDPOINTS,
    Access,
    Disclosure,
    Endpoint,
    Scope,
    current_endpoint,
    is_self_guarded,
)
from resolver.api.errors import ApiError
from resolver.api.server.limits import (
    is_loopback_host,
    is_loopback_origin,
    proxy_header,
    refusal_reason,
)
from resolver.api.service import Service, current_service
from resolver.check.contacts import NO_CONTACT as NO_CONTACT
from resolver.check.contacts import ContactAnswer as ContactAnswer
from resolver.check.contacts import StoredSource as StoredSource
from resolver.check.contacts import ask_sources
from resolver.check.entity_index import IndexSnapshot
from resolver.check.screener import IndexRevision
from resolver.errors import StoreError
from resolver.hub.admin import ApiKeySummary, find_key, is_expired
from resolver.records import Record
from resolver.records.visibility import Viewer as Viewer

_KEY_SECONDS = 2.0
"""Seconds for which the result of looking up a key is cached. A revoked key is refused after this
time at the latest.
"""
_AWAY_SECONDS = 600.0
"""Seconds for which a key that was looked up stays valid while the database does not answer. Checks
continue during this time."""
_MAX_CACHED_KEYS = 1_000
_MAX_PURPOSE = 500
"""Maximum number of characters in a purpose of access."""
MAX_LOGGED_BYTES = 20_000
"""Maximum number of bytes in a query in an audit event. Answers are bounded by the number of their
results.
"""
_LOGGED_TEXT = 500
_Answer = TypeVar("_Answer")


def revision_of(revision: int) -> IndexRevision:
    """Return a revision of the store, together with the model with which the service answers."""
    return IndexRevision(revision, current_service().hub.models.stamp["model"])


class AccessControl:
    """Cache of keys and counter of their requests in one process; thread-safe."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock, self._guard_lock = threading.Lock(), threading.Lock()
        self._keys: dict[str, tuple[float, ApiKeySummary]] = {}
        self._guarded = (-math.inf, True)
        self._away_until = -math.inf
        self._budgets: dict[str, tuple[float, float]] = {}

    def needs_key(self) -> bool:
        """Return whether requests need a key. If a store has ever needed a key, it always needs
        one.
        """
        if not self._service.settings.open_to_all:
            return True
        checked_at, is_guarded = self._guarded
        if is_guarded and checked_at > -math.inf:
            return True
        if time.monotonic() - checked_at > _KEY_SECONDS:
            # one thread asks the store for all threads
            with self._guard_lock:
                if self._guarded[0] == checked_at:
                    self._guarded = self._ask_store(self._service.is_guarded, self._guarded)
        return self._guarded[1]

    def key_of(self, secret: str) -> ApiKeySummary | None:
        """Return the valid key that belongs to a secret; None for an unknown secret.

        Raises `ApiError` for a key that is revoked or expired.
        """
        now = time.monotonic()
        with self._lock:
            cached: tuple[float, ApiKeySummary | None] | None = self._keys.get(secret)
        if cached is not None and now - cached[0] <= _KEY_SECONDS:
            return cached[1]
        store = self._service.hub.store
        checked_at, key = self._ask_store(lambda: find_key(store, secret), cached)
        with self._lock:
            if len(self._keys) > _MAX_CACHED_KEYS:
                self._keys.clear()
            self._keys.pop(secret, None)
            if key is not None and key.state != "revoked":
                self._keys[secret] = (checked_at, key)
        if key is not None and (key.state == "revoked" or is_expired(key)):
            end = "was revoked" if key.state == "revoked" else f"expired on {key.expires[:10]}"
            raise _key_error(f"the key {key.name!r} {end}; ask an admin of the service for another")
        return key

    def _ask_store(
        self, question: Callable[[], _Answer], earlier: tuple[float, _Answer] | None
    ) -> tuple[float, _Answer]:
        """Return the answer of the store and its time. If the store does not answer, return the
        answer that it gave at most `_AWAY_SECONDS` ago.

        A store that did not answer is not asked again for a while, since a connection may take
        seconds to fail. Raises `StoreError` if nothing is known.
        """
        now = time.monotonic()
        is_recent = earlier is not None and now - earlier[0] <= _AWAY_SECONDS
        if earlier is not None and is_recent and now < self._away_until:
            return earlier
        try:
            return now, question()
        except StoreError:
            self._away_until = now + _KEY_SECONDS
            if earlier is None or not is_recent:
                raise
            return earlier

    def count_request(self, name: str) -> float:
        """Count a request of a key against its rate (token bucket).

        Returns 0, or the seconds to wait until the key may send the next request.
        """
        per_second = self._service.settings.rate / 60
        if not per_second:
            return 0.0
        with self._lock:
            left = self._left(name)
            if left < 1:
                return (1 - left) / per_second
            self._budgets[name] = (left - 1, time.monotonic())
        return 0.0

    def count_queries(self, name: str, count: int) -> None:
        """Count all queries of a request; the request itself has been counted as one query.

        All of them are answered, even beyond the limit; the key then has to wait longer.
        """
        if self._service.settings.rate:
            with self._lock:
                self._budgets[name] = (self._left(name) - (count - 1), time.monotonic())

    def _left(self, name: str) -> float:
        """Return the queries that a key may send now; negative after a large request."""
        settings = self._service.settings
        most = float(settings.burst or settings.rate)
        left, counted_at = self._budgets.get(name, (most, time.monotonic()))
        return min(most, left + (time.monotonic() - counted_at) * settings.rate / 60)


def install_access_control(app: Flask) -> None:
    """Check the access of every request and set the headers that protect its answer."""
    service: Service = app.extensions["resolver"]
    app.extensions["access"] = AccessControl(service)

    @app.before_request
    def authorize() -> None:
        """Authenticate the request and check its scope."""
        g.viewer = Viewer()
        # no text in a store has a NUL, and PostgreSQL refuses a query with one
        if "\x00" in request.path or "%00" in request.environ.get("QUERY_STRING", ""):
            raise ApiError(422, "an address holds no NUL character (%00)")
        if not service.settings.proxies and is_loopback_host(request.remote_addr or ""):
            sent_by_proxy = proxy_header(request.environ)
            if sent_by_proxy:
                service.note_unnamed_proxy(sent_by_proxy)
        endpoint = current_endpoint()
        # pages of the desk have the purpose of their session
        g.purpose = "" if endpoint is None and is_self_guarded() else _purpose()
        scope = None if endpoint is None else endpoint.access.scope
        if endpoint is not None and endpoint.access.public_if is not None:
            # everybody may see it; if the request has a key, it counts for the key
            has_key = request.headers.get("Authorization") or request.args.get("api_key")
            if endpoint.access.public_if(request) and not has_key:
                scope = None
        # browsers send OPTIONS before they send a key; the answer only lists methods
        if endpoint is None or scope is None or request.method == "OPTIONS":
            return
        control = _control()
        if not control.needs_key():
            if reason := refusal_reason(request.environ):
                raise ApiError(403, f"{reason}: that takes a key (`resolver keys create`)")
            return
        g.viewer = _authenticate(control, endpoint.access, scope)
        g.actor = g.viewer.name
        # a collector of metrics looks nobody up
        asks_purpose = service.settings.ask_purpose and scope is not Scope.METRICS
        if asks_purpose and not g.purpose:
            raise ApiError(400, "state the purpose of access in the header X-Purpose")

    @app.after_request
    def protect(response: Response) -> Response:
        """Withhold unlogged answers, and keep answers that depend on the viewer out of caches."""
        endpoint = ENDPOINTS.get(request.endpoint or "")
        if not g.get("is_logged", False):
            _log_or_refuse(response, endpoint)
            if endpoint is not None and _lacks_audit_event(response, endpoint):
                raise RuntimeError(f"{request.endpoint} has logged no access: see `log_access`")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        sets_own_headers = endpoint is None and is_self_guarded()
        is_static = endpoint is not None and endpoint.access.discloses is Disclosure.STATIC
        if not is_static and not sets_own_headers:
            # an answer depends on the viewer and on the revision of the store
            response.headers["Cache-Control"] = "no-store"
        return response


def _control() -> AccessControl:
    control: AccessControl = current_app.extensions["access"]
    return control


def _purpose() -> str:
    """Return the purpose of access. Raises `ApiError` for a purpose that cannot be logged."""
    purpose: str = request.environ.get("HTTP_X_PURPOSE", "")
    if not purpose and "purpose" in request.args:
        purpose = request.args["purpose"]
    purpose = purpose.strip()
    if "\x00" in purpose or len(purpose) > _MAX_PURPOSE:
        g.purpose = ""
        raise ApiError(
            422, f"the purpose must be a text of {_MAX_PURPOSE} characters at most, without NUL"
        )
    return purpose


def _lacks_audit_event(response: Response, endpoint: Endpoint) -> bool:
    """Return whether an answer discloses records according to its endpoint's declaration, but has
    not been logged.
    """
    if not endpoint.access.discloses.is_audited:
        return False
    is_public = endpoint.access.public_if is not None and endpoint.access.public_if(request)
    is_answer = response.status_code < 300 and request.method != "OPTIONS"
    return is_answer and not is_public and not g.get("is_logged", False)


def _log_or_refuse(response: Response, endpoint: Endpoint | None) -> None:
    """Log what `_log_rest` has to log. If that fails, the response becomes that of the error, and
    keeps its other headers, which protect it.
    """
    try:
        _log_rest(response, endpoint)
    except StoreError as error:
        refusal = current_app.make_response(current_app.handle_user_exception(error))
        for name in ("Content-Encoding", "Location"):
            response.headers.pop(name, None)
        response.status_code = refusal.status_code
        response.set_data(refusal.get_data())
        response.headers.update(refusal.headers)


def _log_rest(response: Response, endpoint: Endpoint | None) -> None:
    """Log the events that no view logs itself: a form of the desk that was carried out, and a
    look-up that found nothing (a caller who tries ids learns which ids do not exist).
    """
    if request.url_rule is None:
        return
    is_desk = g.get("session") is not None and is_self_guarded()
    is_look_up = is_desk or (endpoint is not None and endpoint.access.discloses.is_audited)
    answer = {"status": response.status_code}
    query = {"route": request.url_rule.rule, **(request.view_args or {})}
    if is_look_up and response.status_code in (404, 410):
        parameters = {name: text for name, text in request.args.items() if name != "api_key"}
        log_access("look-up", {**query, "parameters": parameters}, answer, _stored_revision())
    elif is_desk and request.method == "POST" and response.status_code < 400:
        log_access("form", query, answer, _stored_revision())


def _stored_revision() -> IndexRevision:
    return IndexRevision(current_service().hub.store.revision, "")


def _authenticate(control: AccessControl, access: Access, scope: Scope) -> Viewer:
    """Return the viewer of the request's key.

    Raises `ApiError`: 401 without a valid key, 403 without the scope, 429 beyond the rate.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret and access.key_in_query:
        scheme, secret = "apikey", request.args.get("api_key", "")
    is_key = scheme.lower() == "apikey" and secret.strip() != ""
    key = control.key_of(secret.strip()) if is_key else None
    if key is None:
        problem = "this key is unknown" if secret else "a key is needed"
        raise _key_error(f"{problem}: Authorization: ApiKey …")
    if {scope, Scope.ADMIN}.isdisjoint(key.scopes):
        raise ApiError(403, f"the key {key.name!r} lacks the scope {scope}")
    seconds = control.count_request(key.name)
    if seconds:
        raise ApiError(
            429,
            f"too many queries with the key {key.name!r}: it may send {_rate_text()};"
            f" go on in {math.ceil(seconds)} s",
            headers={"Retry-After": str(math.ceil(seconds))},
        )
    return Viewer(key.name, key.agency, frozenset(key.scopes))


def _key_error(problem: str) -> ApiError:
    return ApiError(401, problem, headers={"WWW-Authenticate": "ApiKey"})


def _rate_text() -> str:
    settings = current_service().settings
    burst = settings.burst or settings.rate
    return f"{burst:g} at once and then {settings.rate / 60:.3g} a second"


def count_queries(count: int) -> None:
    """Count the queries of this request, if it comes with a key."""
    if g.viewer.name:
        _control().count_queries(g.viewer.name, count)


def find_contacts(
    queries: Sequence[Record], sources: Sequence[StoredSource], snapshot: IndexSnapshot
) -> list[ContactAnswer]:
    """Return the answer of some contact sources (`ContactIndex.sources_for`) to each query of the
    request.
    """
    service = current_service()
    limits = service.settings.contacts_of_person, service.settings.contacts_of_agency
    return ask_sources(service.screener, queries, sources, viewer(), snapshot, limits)


def key_needed() -> bool:
    """Return whether requests need a key."""
    return _control().needs_key()


def cross_origin(response: Response) -> Response:
    """Let pages of other origins read a response.

    Any origin is allowed once a key is needed, since a page without the key gets no data. Before
    that, only origins of this machine are allowed, so that no foreign page can send requests for
    its reader.
    """
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if origin and (key_needed() or is_loopback_origin(origin)):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = (
            "Authorization, Content-Type, X-Purpose, X-Request-ID"
        )
    return response


def viewer() -> Viewer:
    """Return the viewer of the request; the viewer has no name if no key is needed."""
    request_viewer: Viewer = g.viewer
    return request_viewer


def log_access(
    action: str,
    query: Mapping[str, Any],
    answer: Mapping[str, Any],
    revision: IndexRevision,
    *,
    actor: Viewer | None = None,
    purpose: str | None = None,
) -> None:
    """Log an access by this request, before the request is answered.

    `actor`, `purpose`: by default those of the request. Raises `StoreError` if the event cannot be
    made durable.
    """
    actor = viewer() if actor is None else actor
    current_service().audit_log.add(
        {
            "who": actor.name,
            "agency": actor.agency,
            "action": action,
            "purpose": g.purpose if purpose is None else purpose,
            "request_id": g.request_id,
            "version": revision.revision,
            "model": revision.model,
            "query": _bound_size(query),
            "answer": dict(answer),
        }
    )
    g.is_logged = True


def _bound_size(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a query that is logged: all of it, or as much as fits.

    If the query is too large, its size and its digest are logged, too. They show whether a copy of
    the query is the one that was sent.
    """
    whole = orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS, default=str)
    if len(whole) <= MAX_LOGGED_BYTES:
        return dict(content)
    digest = hashlib.sha256(whole).hexdigest()
    bounded: dict[str, Any] = {"cut": {"bytes": len(whole), "sha256": digest}}
    left_over = MAX_LOGGED_BYTES
    for key, value in content.items():
        text = orjson.dumps(value, default=str).decode()[:_LOGGED_TEXT]
        left_over -= len(text) + len(str(key))
        if left_over < 0:
            break
        bounded[str(key)] = text
    return bounded
