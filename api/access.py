"""Who may ask: API keys with scopes, why they ask, and how often.

A key comes as `Authorization: ApiKey …`. While the store has never had keys or users and only this machine can ask,
whoever asks from it may, as often as they like and without saying why. Which scope a blueprint asks for is its row in
`SCOPES`; `admin` may all.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, request

from resolver.api.errors import ApiError
from resolver.api.server.local_requests import is_origin_here, why_not
from resolver.api.service import Service, service
from resolver.hub.admin import Key, key_of
from resolver.records.visibility import Viewer as Viewer
from resolver.screening.screener import Stand

SCOPES: dict[str, str | None] = {
    "health": None,
    "match": "check",
    "entities": "check",
    "search": "check",
    "catalog": "check",
    "batches": "submit",
    "records": "submit",
    "updates": "admin",
    "reconcile": "check",
    "openapi": None,
    "pages": None,
    "desk": None,
}
"""blueprint -> the scope it asks for; None: open to all, or guarded by itself, as the desk is (`api/desk/support/desk_access.py`)."""
_KEPT_BY_OTHERS = ("openapi", "pages", "desk")
"""Blueprints that hold nothing about anybody, or say themselves what may be kept."""
_KEY_IN_ADDRESS = "reconcile"
"""The blueprint whose clients cannot send headers: there a key may come as `api_key`."""
_FRESH = 2.0
"""Seconds for which what is known of keys is believed: so long after it a revoked key is refused."""
_PURPOSE = 500


class Gate:
    """What a process knows of keys and of how often they were used. Safe to use from several threads."""

    def __init__(self, held: Service) -> None:
        self._held = held
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[float, Key | None]] = {}
        self._any = (-math.inf, True)
        self._left: dict[str, tuple[float, float]] = {}

    def closed(self) -> bool:
        """Whether a key is asked for."""
        if not self._held.settings.open_to_all:
            return True
        at, known = self._any
        if known and at > -math.inf:
            # what was closed once stays closed
            return True
        if time.monotonic() - at > _FRESH:
            known = self._held.guarded()
            self._any = (time.monotonic(), known)
        return known

    def key(self, secret: str) -> Key | None:
        """The key of a secret, where it is good."""
        now = time.monotonic()
        with self._lock:
            at, known = self._keys.get(secret, (-math.inf, None))
        if now - at > _FRESH:
            known = key_of(self._held.hub.store, secret)
            with self._lock:
                if len(self._keys) > 1_000:
                    self._keys.clear()
                if known is not None:
                    self._keys[secret] = (now, known)
        return known

    def spend(self, name: str) -> float:
        """Count a request of a key: 0, or the seconds to wait where it has had its share."""
        rate = self._held.settings.rate
        if not rate:
            return 0.0
        now = time.monotonic()
        with self._lock:
            left, at = self._left.get(name, (float(rate), now))
            left = min(float(rate), left + (now - at) * rate / 60)
            self._left[name] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) * 60 / rate


def install(app: Flask) -> None:
    """Ask every request who it is."""
    held: Service = app.extensions["resolver"]
    app.extensions["gate"] = Gate(held)

    @app.before_request
    def ask() -> None:
        g.viewer = Viewer()
        g.purpose = (request.headers.get("X-Purpose") or request.args.get("purpose") or "").strip()
        if "\x00" in g.purpose or len(g.purpose) > _PURPOSE:
            g.purpose = ""
            raise ApiError(
                422, f"the purpose must be a text of {_PURPOSE} characters at most, without NUL"
            )
        # a blueprint without a row fails here, and so stays closed
        scope = SCOPES[request.blueprint] if request.blueprint else None
        if request.endpoint == "reconcile.reconcile" and request.args.keys().isdisjoint(
            {"queries", "extend"}
        ):
            # the protocol wants the manifest open to all: it says how to ask, and nothing about anybody
            scope = (
                scope
                if request.headers.get("Authorization") or request.args.get("api_key")
                else None
            )
        gate: Gate = current_app.extensions["gate"]
        # OPTIONS says which methods there are; browsers ask so before they send a key
        if scope is None or request.method == "OPTIONS":
            return
        if not gate.closed():
            _only_from_here()
            return
        g.viewer = _viewer(gate, scope)
        g.who = g.viewer.name
        if held.settings.ask_purpose and not g.purpose:
            raise ApiError(400, "say why you ask: header X-Purpose")

    @app.after_request
    def keep_to_themselves(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.blueprint not in _KEPT_BY_OTHERS:
            # what is said of people is for whoever asked, now
            response.headers["Cache-Control"] = "no-store"
        return response


def _only_from_here() -> None:
    why = why_not(request.headers.get)
    if why:
        raise ApiError(403, f"{why}: that takes a key (`resolver keys create`)")


def _viewer(gate: Gate, scope: str) -> Viewer:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret and request.blueprint == _KEY_IN_ADDRESS:
        scheme, secret = "apikey", request.args.get("api_key", "")
    key = gate.key(secret.strip()) if scheme.lower() == "apikey" and secret.strip() else None
    if key is None:
        said = "this key is not known, expired or revoked" if secret else "a key is needed"
        raise ApiError(
            401, f"{said}: Authorization: ApiKey …", headers={"WWW-Authenticate": "ApiKey"}
        )
    if scope not in key.scopes and "admin" not in key.scopes:
        raise ApiError(403, f"the key {key.name!r} may not do this: it lacks the scope {scope}")
    wait = gate.spend(key.name)
    if wait:
        raise ApiError(
            429, "too many requests with this key", headers={"Retry-After": str(math.ceil(wait))}
        )
    return Viewer(key.name, key.agency, frozenset(key.scopes))


def key_needed() -> bool:
    """Whether a key is asked for."""
    gate: Gate = current_app.extensions["gate"]
    return gate.closed()


def cross_origin(response: Response) -> Response:
    """Let pages of other origins read an answer: any once a key is needed, since without it they get nothing; else
    those of this machine, lest any page that is looked at here should ask in the reader's place."""
    origin = request.headers.get("Origin", "")
    response.vary.add("Origin")
    if origin and (key_needed() or is_origin_here(origin)):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = (
            "Authorization, Content-Type, X-Purpose, X-Request-ID"
        )
    return response


def viewer() -> Viewer:
    """Who asks. Without a name: somebody on this machine, where no keys are asked for."""
    asking: Viewer = g.viewer
    return asking


def consulted(
    action: str, query: Mapping[str, Any], answer: Mapping[str, Any], stand: Stand
) -> None:
    """Log that this request has looked something up."""
    asking = viewer()
    service().log.add(
        {
            "who": asking.name,
            "agency": asking.agency,
            "action": action,
            "purpose": g.purpose,
            "request_id": g.request_id,
            "version": stand.version,
            "model": stand.model,
            "query": dict(query),
            "answer": dict(answer),
        }
    )
