"""`POST /records`: one record, resolved at once, with the same result as in a batch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import viewer
from resolver.api.errors import ApiError
from resolver.api.routes.match import body_object
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.senzing import SENZING
from resolver.api.service import service
from resolver.errors import InputError, RecordError
from resolver.hub.ownership import Sender
from resolver.ingest.formats.ftm.ftm_entity import Single, single
from resolver.ingest.formats.senzing.senzing_record import senzing_single
from resolver.records import Handling, Record
from resolver.records.source_names import SOURCE_NAME
from resolver.records.visibility import RULES
from resolver.screening import entity_reader
from resolver.screening.uncompared_values import not_understood

blueprint = Blueprint("records", __name__)
NATIVE_ID = r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$"
"""What numbers of records look like; the description of the service says the same."""
FIELDS_PASSED_OVER = (
    "caption",
    "referents",
    "target",
    "first_seen",
    "last_seen",
    "last_change",
    "origin",
)
"""What an entity that was fetched says of itself, and nobody need take out before sending it on."""
_FIELDS = frozenset({"id", "schema", "properties", "datasets", "handling", *FIELDS_PASSED_OVER})


@blueprint.post("/records")
def post() -> Response:
    """Add a record, or a new version of one: an FtM entity with `id`, `schema`, `properties`, its source as the first
    of `datasets`, and perhaps a `handling` code; or one in Senzing's format, by its content type. 201 with the id of
    its entity, once it is durable."""
    query_parameters.only()
    service().ready_screen()
    body = body_object()
    try:
        found = _senzing(body) if request.mimetype == SENZING else _ftm(body)
    except TypeError as error:
        raise ApiError(422, str(error)) from None
    except RecordError as error:
        raise ApiError(400, error.line()) from None
    record, sender = _handled(found.record, body), Sender.of(viewer())
    with service().turns.given_up():
        posted = service().posting().post(record, sender)
    said = {"record": found.record.id, "entity": posted.entity, "version": posted.version}
    warnings = [*found.left_out, *not_understood(found.record)]
    if warnings:
        said["warnings"] = warnings
    return json_response(
        said, 201, headers={"Location": f"{request.script_root}/entities/{posted.entity}"}
    )


@blueprint.delete("/records/<source>/<path:native_id>")
def withdraw(source: str, native_id: str) -> Response:
    """Take one record back: who is left of its entity is resolved anew, at once and durably. What it said stays in the
    history; sending it again undoes this. 404 where the source holds no such record, or none that the sender sees."""
    query_parameters.only()
    service().ready_screen()
    record_id = f"{source}:{native_id}"
    if not entity_reader.sees_record(service().hub, record_id, viewer()):
        raise ApiError(404, f"there is no record {record_id[:200]!r}")
    try:
        sender = Sender.of(viewer())
        with service().turns.given_up():
            version = service().posting().withdraw(record_id, sender)
    except InputError as error:
        # somebody else was faster
        raise ApiError(404, error.what) from None
    return json_response({"record": record_id, "version": version})


def _senzing(body: dict[str, Any]) -> Single:
    """Raises `ApiError`, `RecordError`, `TypeError`."""
    native = body.get("RECORD_ID")
    if isinstance(native, str) and not re.fullmatch(NATIVE_ID, native):
        raise ApiError(
            422, "RECORD_ID must be a text of 200 characters at most, and more than white space"
        )
    return senzing_single(body)


def _ftm(body: dict[str, Any]) -> Single:
    """Raises `ApiError`, `RecordError`, `TypeError`."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        # a misspelt `handling` must not make a record free
        raise ApiError(
            422, f"there is no field {unknown[0][:60]!r}; known are {', '.join(sorted(_FIELDS))}"
        )
    native, datasets = body.get("id"), body.get("datasets")
    if not isinstance(native, str) or not re.fullmatch(NATIVE_ID, native):
        raise ApiError(
            422,
            "id must be a text of 1 to 200 characters, no controls among them: the source's own number",
        )
    names = datasets if isinstance(datasets, list) else []
    if not names or not all(
        isinstance(name, str) and re.fullmatch(SOURCE_NAME, name) for name in names
    ):
        said = "datasets must be a list whose first item names the source (letters, digits, . _ -; not default)"
        raise ApiError(422, said)
    return single(
        body.get("schema"), body.get("properties", {}), source=names[0], native_id=native.strip()
    )


def _handled(record: Record, body: dict[str, Any]) -> Record:
    """The record with the handling code of the body; it is of the agency that sends it. Raises `ApiError`."""
    code = body.get("handling", "H0")
    if not isinstance(code, str) or code not in RULES:
        raise ApiError(422, f"handling must be one of {', '.join(RULES)}")
    if code == "H0":
        return record
    if not service().settings.accept_restricted:
        raise ApiError(
            403, f"its handling code is {code}; only H0 is taken without --accept-restricted"
        )
    return replace(record, handling=Handling(viewer().agency, code))
