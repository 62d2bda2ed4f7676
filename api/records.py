"""`POST /records`: one record, resolved at once, with the same result as in a batch."""

from __future__ import annotations

import re

from flask import Blueprint, Response

from api import params
from api.answers import json_response
from api.errors import ApiError
from api.match import body_object
from api.service import service
from resolver.errors import RecordError
from resolver.ingest.ftm_single import single

blueprint = Blueprint("records", __name__)
_SOURCE = re.compile(r"[\w.-]{1,100}")


@blueprint.post("/records")
def post() -> Response:
    """Add a record, or a new version of one: an FtM entity with `id`, `schema`, `properties`, and its source as the
    first of `datasets`. 201 with the id of its entity, once it is durable."""
    params.only()
    service().ready_screen()
    body = body_object()
    native, datasets = body.get("id"), body.get("datasets")
    if not isinstance(native, str) or not 0 < len(native.strip()) <= 200 or not native.isprintable():
        raise ApiError(422, "id must be a text: the number that the source gives the record")
    source = datasets[0] if isinstance(datasets, list) and datasets else None
    if not isinstance(source, str) or not _SOURCE.fullmatch(source):
        raise ApiError(422, "datasets must be a list whose first item names the source (letters, digits, . _ -)")
    try:
        found = single(body.get("schema"), body.get("properties", {}), source=source, native_id=native.strip())
    except TypeError as error:
        raise ApiError(422, str(error)) from None
    except RecordError as error:
        raise ApiError(400, error.line()) from None
    posted = service().posting().post(found.record)
    said = {"record": found.record.id, "entity": posted.entity, "version": posted.version}
    if found.left_out:
        said["warnings"] = list(found.left_out)
    return json_response(said, 201, headers={"Location": f"/entities/{posted.entity}"})
