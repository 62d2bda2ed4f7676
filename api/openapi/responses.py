"""What operations answer, by status: what every operation may answer, and each operation's own."""

from __future__ import annotations

from typing import Any

from resolver.api.openapi.schemas import Schema, ref
from resolver.api.schemas.senzing import SENZING

Content = dict[str, Schema]
JSON = "application/json"
_EVENT: Schema = {
    "type": "object",
    "properties": {
        "event": {"type": "string"},
        "id": {"type": "string"},
        "data": {"type": "string"},
    },
}
_HTML: Content = {"text/html": {"type": "string"}}
_FILES: Content = {
    "text/html": {"type": "string"},
    "text/csv": {"type": "string"},
    "application/x-ndjson": {"type": "string"},
    SENZING: {"type": "string"},
}
_MOVED: tuple[str, Content] = ("It has another id by now", {JSON: ref("Moved")})


def _ok(name: str, said: str = "The answer") -> dict[str, tuple[str, Content]]:
    return {"200": (said, {JSON: ref(name)})}


ANSWERS: dict[str, dict[str, tuple[str, Content]]] = {
    "match.match": _ok("Matched"),
    "match.check": _ok("Checked"),
    "entities.entity": {
        "200": ("The entity", {JSON: ref("Shown"), SENZING: ref("Senzing")}),
        "308": _MOVED,
    },
    "entities.adjacent": {**_ok("AllAdjacent"), "308": _MOVED},
    "entities.adjacent_by": {**_ok("Adjacent"), "308": _MOVED},
    "search.search": _ok("Searched"),
    "catalog.catalog": _ok("Catalog"),
    "catalog.algorithms": _ok("Algorithms"),
    "catalog.changes": _ok("Changes"),
    "batches.take": {
        "202": ("The job", {JSON: ref("Job")}),
        "200": ("The job of before", {JSON: ref("Job")}),
    },
    "batches.listed": _ok("Jobs"),
    "batches.one": _ok("Job"),
    "batches.cancel": _ok("Job"),
    "batches.accept": _ok("Job"),
    "batches.events": {
        "200": ("Events", {"text/event-stream": _EVENT}),
        "204": ("Nothing more", {}),
    },
    "batches.result": {"200": ("A file", _FILES)},
    "updates.update": _ok("Health"),
    "records.withdraw": _ok("Withdrawn"),
    "records.post": {"201": ("Where it went", {JSON: ref("Posted")})},
    "reconcile.reconcile": {
        "200": (
            "Manifest or answers",
            {JSON: {"anyOf": [ref("Manifest"), ref("Candidates"), ref("Extension")]}},
        )
    },
    "reconcile.reconcile_form": {
        "200": ("Answers", {JSON: {"anyOf": [ref("Candidates"), ref("Extension")]}})
    },
    "reconcile.suggest_entity": _ok("Suggestions"),
    "reconcile.suggest_type": _ok("Suggestions"),
    "reconcile.suggest_property": _ok("Suggestions"),
    "reconcile.propose": _ok("Proposal"),
    "reconcile.preview": {"200": ("A page", _HTML)},
    "health.healthz": _ok("Health"),
    "health.readyz": _ok("Health"),
    "health.metrics": {"200": ("Figures", {"text/plain": {"type": "string"}})},
    "openapi.openapi": {"200": ("This description", {JSON: {"type": "object"}})},
}
"""endpoint -> status -> what it means, and what comes with it by type."""
_ERRORS = {
    "400": "What was asked makes no sense",
    "401": "A key is needed, or this one is not good",
    "403": "The key is not for this",
    "404": "There is no such dataset, entity or batch",
    "409": "It cannot be done as things stand",
    "410": "It was there once",
    "413": "Too much was sent at once",
    "415": "The body must be sent as JSON",
    "422": "A value is of a wrong type or out of range, or a parameter is not known",
    "429": "Too many requests with this key",
    "503": "The service is away for a moment",
    "507": "The disk is full",
}
MORE_ERRORS: dict[str, tuple[str, ...]] = {
    "match.match": ("400", "404", "413", "415"),
    "match.check": ("400", "404"),
    "entities.entity": ("404", "410"),
    "entities.adjacent": ("404", "410"),
    "entities.adjacent_by": ("404", "410"),
    "search.search": ("400", "404"),
    "batches.take": ("400", "413", "507"),
    "batches.one": ("404",),
    "batches.cancel": ("404",),
    "batches.accept": ("404", "409"),
    "batches.events": ("404",),
    "batches.result": ("404", "409", "410"),
    "records.withdraw": ("404",),
    "records.post": ("400", "413", "415", "507"),
    "reconcile.reconcile": ("400", "404", "413"),
    "reconcile.reconcile_form": ("400", "404", "413"),
    "reconcile.suggest_entity": ("404",),
    "reconcile.suggest_type": ("404",),
    "reconcile.suggest_property": ("404",),
    "reconcile.propose": ("404",),
    "reconcile.preview": ("404",),
    "health.readyz": ("503",),
}
"""endpoint -> errors beside those that all may give."""


def responses(endpoint: str, *, guarded: bool) -> dict[str, Any]:
    """The responses of an operation."""
    said = {
        status: {"description": text, **({"content": _content(content)} if content else {})}
        for status, (text, content) in ANSWERS[endpoint].items()
    }
    common = {"401", "403", "422", "429", "503"} if guarded else set()
    for status in sorted({*common, *MORE_ERRORS.get(endpoint, ())}):
        said[status] = {"description": _ERRORS[status], "content": _content({JSON: ref("Error")})}
    return said


def _content(content: Content) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind, schema in content.items()}
