"""Uploaded lists: store the body or form of a request in a folder and check that it can be read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from resolver.api.endpoints import check_length
from resolver.api.errors import ApiError
from resolver.api.other_services import SENZING
from resolver.errors import InputError
from resolver.lists.io.code_pages import check_encoding
from resolver.lists.readers import plan_reads

_CHUNK = 1 << 20
"""Number of bytes that are copied at once. No more than this is read of a mapping."""
_UNSAFE = re.compile(r"[^\w.-]+")
_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    SENZING: ".jsonl",
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.apache.parquet": ".parquet",
}
"""File suffix by media type, for an upload without a file name."""


@contextmanager
def upload_errors() -> Iterator[None]:
    """Translate errors of an upload.

    Raises `ApiError`: 400 for an upload that was cut off, 408 for an upload that stalled, 507 if
    the disk has no room for it.
    """
    try:
        yield
    except (RequestEntityTooLarge, ApiError):
        raise
    except BadRequest:
        raise ApiError(400, "the upload was cut off: send it again") from None
    except (BlockingIOError, TimeoutError):
        raise ApiError(
            408, "the rest of the list did not come: send it again", headers={"Connection": "close"}
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ApiError(507, f"the upload cannot be stored: {reason}") from None


def store_upload(folder: Path) -> str:
    """Store the uploaded form or body in a folder and return the name of its file.

    Raises `ApiError`.
    """
    if request.mimetype == "multipart/form-data":
        return store_form(folder)
    name = _file_name(_stated_name(), request.mimetype)
    _copy(request.stream, folder / name, request.content_length)
    return name


def store_form(folder: Path) -> str:
    """Store the parts `file` and `mapping` of a form and return the name of the file.

    Raises `ApiError`.
    """
    upload = request.files.get("file")
    if upload is None:
        raise ApiError(422, "the form has no part called file")
    name = _file_name(upload.filename or _stated_name(), upload.mimetype)
    _copy(upload.stream, folder / name, None)
    mapping = request.files.get("mapping")
    text = (
        mapping.stream.read(_CHUNK)
        if mapping is not None
        else request.form.get("mapping", "").encode()
    )
    if text:
        (folder / f"{Path(name).stem}.mapping.yml").write_bytes(text)
    return name


def read_encoding(fields: Mapping[str, str]) -> str:
    """Return the encoding of text that a request states; empty if it states none. Raises
    `ApiError`.
    """
    text = fields.get("encoding", "").strip()
    check_length("encoding", text, 60)
    try:
        return check_encoding(text) if text else ""
    except InputError as error:
        raise ApiError(422, error.line()) from None


def check_readable(folder: Path, list_format: str, encoding: str = "") -> None:
    """Check that a folder holds a list of a known format and a valid mapping. `encoding`: stated
    encoding of its text.

    Raises `InputError`.
    """
    plan_reads([folder], format=list_format or None, encoding=encoding)


def _copy(stream: IO[bytes], path: Path, expected_size: int | None) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, _CHUNK)
        size = file.tell()
    if not size:
        raise ApiError(400, "nothing was sent")
    if expected_size is not None and size < expected_size:
        raise ApiError(
            400, f"the upload was cut off after {size} of {expected_size} bytes: send it again"
        )


def _stated_name() -> str:
    """Return the file name in the address, or empty. Raises `ApiError`."""
    name = request.args.get("filename", "")
    check_length("filename", name)
    return name


def _file_name(client_name: str, media_type: str) -> str:
    """Return a safe file name; readers use its suffix as a hint of the format."""
    base = Path(client_name.replace("\\", "/")).name
    name = _UNSAFE.sub("-", base).strip(".-")[-100:]
    return name or f"batch{_SUFFIXES.get(media_type, '.jsonl')}"
