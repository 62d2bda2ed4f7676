"""`POST /records`: one record, resolved at once, with the same result as in a batch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from api import params
from api.access import viewer
from api.answers import json_response
from api.errors import ApiError
from api.match import body_object
from api.senzing import SENZING
from api.service import service
from resolver.engines.senders import Sender
from resolver.errors import RecordError
from resolver.ingest.ftm_single import Single, single
from resolver.ingest.senzing_single import senzing_single
from resolver.records import Handling, Record
from resolver.records.sight import RULES

blueprint = Blueprint("records", __name__)
SOURCE_NAME = r"^[A-Za-z0-9_.-]{1,100}$"
NATIVE_ID = r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$"
"""What names of sources and numbers of records look like; the description of the service says the same."""


@blueprint.post("/records")
def post() -> Response:
    """Add a record, or a new version of one: an FtM entity with `id`, `schema`, `properties`, its source as the first
    of `datasets`, and perhaps a `handling` code; or one in Senzing's format, by its content type. 201 with the id of
    its entity, once it is durable."""
    params.only()
    service().ready_screen()
    body = body_object()
    try:
        found = _senzing(body) if request.mimetype == SENZING else _ftm(body)
    except TypeError as error:
        raise ApiError(422, str(error)) from None
    except RecordError as error:
        raise ApiError(400, error.line()) from None
    posted = service().posting().post(_handled(found.record, body), Sender.of(viewer()))
    said = {"record": found.record.id, "entity": posted.entity, "version": posted.version}
    if found.left_out:
        said["warnings"] = list(found.left_out)
    return json_response(said, 201, headers={"Location": f"{request.script_root}/entities/{posted.entity}"})


def _senzing(body: dict[str, Any]) -> Single:
    """Raises `ApiError`, `RecordError`, `TypeError`."""
    native = body.get("RECORD_ID")
    if isinstance(native, str) and not re.fullmatch(NATIVE_ID, native):
        raise ApiError(422, "RECORD_ID must be a text of 200 characters at most, and more than white space")
    return senzing_single(body)


def _ftm(body: dict[str, Any]) -> Single:
    """Raises `ApiError`, `RecordError`, `TypeError`."""
    native, datasets = body.get("id"), body.get("datasets")
    if not isinstance(native, str) or not re.fullmatch(NATIVE_ID, native):
        raise ApiError(422, "id must be a text: the number that the source gives the record")
    names = datasets if isinstance(datasets, list) else []
    if not names or not all(isinstance(name, str) and re.fullmatch(SOURCE_NAME, name) for name in names):
        raise ApiError(422, "datasets must be a list whose first item names the source (letters, digits, . _ -)")
    return single(body.get("schema"), body.get("properties", {}), source=names[0], native_id=native.strip())


def _handled(record: Record, body: dict[str, Any]) -> Record:
    """The record with the handling code of the body; it is of the agency that sends it. Raises `ApiError`."""
    code = body.get("handling", "H0")
    if not isinstance(code, str) or code not in RULES:
        raise ApiError(422, f"handling must be one of {', '.join(RULES)}")
    if code == "H0":
        return record
    if not service().settings.accept_restricted:
        raise ApiError(403, f"its handling code is {code}; only H0 is taken without --accept-restricted")
    return replace(record, handling=Handling(viewer().agency, code))
