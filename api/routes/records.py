"""`/records`: single records, resolved at once, with the same result as in a batch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.entity_schemas import (
    IGNORED_FIELDS,
    NATIVE_ID_PATTERN,
    RECORD,
    SENZING_RECORD,
)
from resolver.api.errors import ApiError
from resolver.api.other_services import SENZING
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.check.queries import note_uncompared_values
from resolver.errors import InputError, RecordError
from resolver.hub.ownership import RecordOwner
from resolver.lists.formats.ftm.ftm_entity import (
    SubmittedRecord,
    add_relations,
    add_routes,
    read_ftm_entity,
)
from resolver.lists.formats.senzing import read_senzing_record
from resolver.lists.text.record_draft import build_handling
from resolver.records import Handling, Record, Value
from resolver.records.packing import handling_text, named_fields
from resolver.records.properties import DATASETS, HANDLING
from resolver.records.visibility import SOURCE_NAME_PATTERN, VISIBILITY_RULES

blueprint = Blueprint("records", __name__)
_ACCESS = Access(Scope.SUBMIT, Disclosure.ACTS)
_POSTED = endpoints.component(
    "Posted",
    endpoints.closed_object(
        {"record": endpoints.STRING, "entity": endpoints.STRING, "version": endpoints.COUNT},
        {"warnings": endpoints.STRINGS},
    ),
)
_WITHDRAWN = endpoints.component(
    "Withdrawn", endpoints.closed_object({"record": endpoints.STRING, "version": endpoints.COUNT})
)
_SHORTENED = (
    "the record states a value that was erased for good, so it was stored without this value; "
    "remove the value from your data, too"
)
_FIELDS = frozenset(
    {"id", "schema", "properties", "datasets", "handling", "relations", "routes", *IGNORED_FIELDS}
)


@endpoint(
    blueprint,
    "POST",
    "/records",
    _ACCESS,
    parameters=[endpoints.query_parameter("accept_large_change", endpoints.BOOLEAN)],
    body={**endpoints.content(RECORD), **endpoints.content(SENZING_RECORD, SENZING)},
    responses={
        201: endpoints.json_response_of(_POSTED, "The record and its entity"),
        **endpoints.errors(400, 409, 413, 415, 507),
    },
)
def post() -> Response:
    """Add a record, or a new version of it, and resolve it at once.

    The body is a FollowTheMoney entity with `id`, `schema`, `properties`, its source as the first
    of `datasets`, and optionally a `handling` and `relations`. It may also be a record in Senzing's
    format, by its content type. The record then also belongs to all further `datasets`. The answer
    is 201 with the id of its entity, once the record is stored durably. From then on your checks
    and searches see the record, whichever process answers them. If a new version seems to be of
    another person or group (no birth date or document in common, and no similar name), the answer
    is 409, and nothing is committed, unless `accept_large_change` is given. A batch would be held
    in this case.
    """
    endpoints.reject_undeclared()
    accept_large = endpoints.read_boolean("accept_large_change", default=False)
    current_service().require_ready()
    body = read_json_object()
    is_senzing = request.mimetype == SENZING
    try:
        submitted = _read_senzing(body) if is_senzing else _read_ftm(body)
    except TypeError as error:
        raise ApiError(422, str(error)) from None
    except RecordError as error:
        raise ApiError(400, error.line()) from None
    stated = (
        named_fields(HANDLING, handling_text(submitted.record.handling))
        if is_senzing
        else body.get("handling", "H0")
    )
    record, sender = _with_handling(submitted.record, stated), RecordOwner.of_viewer(viewer())
    _log_record("post", record.id, {"handling": record.handling.code, "accepted": accept_large})
    with current_service().turns.released():
        committed = (
            current_service().record_writer().post(record, sender, accept_large=accept_large)
        )
    current_service().note_commit(committed.revision)
    answer: dict[str, Any] = {
        "record": record.id,
        "entity": committed.entity_id,
        "version": committed.revision,
    }
    warnings: list[str] = [*submitted.omissions]
    warnings += note_uncompared_values(submitted.record, is_stored=True)
    if committed.is_shortened:
        warnings.append(_SHORTENED)
    if warnings:
        answer["warnings"] = warnings
    location = f"{request.script_root}/entities/{committed.entity_id}"
    return json_response(answer, 201, headers={"Location": location})


@endpoint(
    blueprint,
    "DELETE",
    "/records/<source>/<path:native_id>",
    _ACCESS,
    responses={200: endpoints.json_response_of(_WITHDRAWN), **endpoints.errors(404)},
)
def withdraw(source: str, native_id: str) -> Response:
    """Withdraw a record and resolve the rest of its entity again, at once and durably.

    Its values stay in the history, and sending it again undoes the withdrawal. The answer is 404 if
    the source has no such record, or none that the sender may see.
    """
    endpoints.reject_undeclared()
    current_service().require_ready()
    record_id = f"{source}:{native_id}"
    _log_record("withdraw", record_id, {})
    if not entity_reader.is_record_visible(current_service().hub, record_id, viewer()):
        raise ApiError(404, f"there is no record {record_id[:200]!r}")
    try:
        sender = RecordOwner.of_viewer(viewer())
        with current_service().turns.released():
            revision = current_service().record_writer().withdraw(record_id, sender)
    except InputError as error:
        # another request has withdrawn it meanwhile
        raise ApiError(404, error.message) from None
    current_service().note_commit(revision)
    return json_response({"record": record_id, "version": revision})


def _log_record(act: str, record_id: str, options: dict[str, Any]) -> None:
    """Log that a record is about to be posted or withdrawn."""
    revision = revision_of(current_service().hub.store.revision)
    log_access("record", {"act": act, "id": record_id[:400], **options}, {}, revision)


def _read_senzing(body: dict[str, Any]) -> SubmittedRecord:
    """Return the record of a body in Senzing's format.

    Raises `ApiError`, `RecordError`, `TypeError`.
    """
    native_id = body.get("RECORD_ID")
    if native_id is not None and not (
        isinstance(native_id, str) and re.fullmatch(NATIVE_ID_PATTERN, native_id)
    ):
        raise ApiError(
            422, "RECORD_ID must be a text of 200 characters at most, and more than white space"
        )
    return read_senzing_record(body)


def _read_ftm(body: dict[str, Any]) -> SubmittedRecord:
    """Return the record of a FollowTheMoney body. Raises `ApiError`, `RecordError`, `TypeError`."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        # if a misspelled `handling` were ignored, the record would become public
        fields = ", ".join(sorted(_FIELDS))
        raise ApiError(422, f"there is no field {unknown[0][:60]!r}; the fields are {fields}")
    native_id = body.get("id")
    if not isinstance(native_id, str) or not re.fullmatch(NATIVE_ID_PATTERN, native_id):
        raise ApiError(
            422,
            "id must be the source's own number: a text of 1 to 200 characters"
            " without control characters",
        )
    source, *others = _read_datasets(body.get("datasets"))
    submitted = read_ftm_entity(
        body.get("schema"),
        body.get("properties", {}),
        source=source,
        native_id=native_id.strip(),
        with_relations=True,
    )
    further = tuple(Value(DATASETS, name) for name in dict.fromkeys(others) if name != source)
    if further:
        record = replace(submitted.record, values=(*submitted.record.values, *further))
        submitted = replace(submitted, record=record)
    return add_routes(add_relations(submitted, body.get("relations")), body.get("routes"))


def _read_datasets(datasets: object) -> list[str]:
    """Return the names of the datasets that have a record, its source first. Raises `ApiError`."""
    names = datasets if isinstance(datasets, list) else []
    if not names or not all(
        isinstance(name, str) and re.fullmatch(SOURCE_NAME_PATTERN, name) for name in names
    ):
        raise ApiError(
            422,
            "datasets must be a list whose first item names the source"
            " (letters, digits, . _ -; not default)",
        )
    return names


def _with_handling(record: Record, stated: object) -> Record:
    """Return the record with a handling, owned by the sender's agency: a code, or an object of
    `HANDLING_FIELDS`. Raises `ApiError`.
    """
    facts = stated if isinstance(stated, dict) else {"code": stated}
    code = facts.get("code", "H0")
    if not isinstance(code, str) or code not in VISIBILITY_RULES:
        raise ApiError(422, f"handling must be one of {', '.join(VISIBILITY_RULES)}")
    try:
        handling = build_handling({**facts, "code": code})
    except RecordError as error:
        raise ApiError(422, error.line()) from None
    if handling.agency not in ("", viewer().agency):
        raise ApiError(403, "a record is handled by the agency that sends it: leave the agency out")
    if replace(handling, agency="") == Handling():
        return record
    if code != "H0" and not current_service().settings.accept_restricted:
        raise ApiError(
            403, f"the handling code is {code}; only H0 is accepted without --accept-restricted"
        )
    return replace(record, handling=replace(handling, agency=viewer().agency))
