"""Sheets of workbooks (Excel's `.xlsx`, OpenDocument's `.ods`), extracted as CSV files.

A workbook is recognized by its content. A process with its own limits reads it (see
`workbook_process`). The CSV files are in a temporary folder as long as their sheets are used.
"""

from __future__ import annotations

import importlib.util
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resolver.errors import InputError
from resolver.lists.io import source_files, workbook_process

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_WAIT = 300.0
"""Seconds after which reading a workbook is given up."""
_POLL_SECONDS = 0.2
"""Seconds after which the program looks again whether reading is to stop."""
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_EXCEL_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_REMEDY = "save the sheet as CSV"


@dataclass(frozen=True, slots=True)
class ExtractedWorksheet:
    """Sheet of a workbook as a file, with notes on how it was read."""

    file: source_files.SourceFile
    notes: tuple[str, ...]


@dataclass(frozen=True, weakref_slot=True, slots=True)
class _TemporaryFolder:
    """Folder that is removed when no file in it is used any more."""

    path: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="resolver-sheets-")))

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def is_workbook(path: Path) -> bool:
    """Return whether a file is a workbook of any kind, even if it cannot be read.

    Raises `InputError` if it cannot be opened.
    """
    if not source_files.is_zip(path):
        return _is_ole(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").startswith(_OPEN_DOCUMENT)
            return any(part in names for part in _EXCEL_PARTS)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        # Reading it as an archive reports the damage.
        return False


def extract_worksheets(path: Path, name: str) -> list[ExtractedWorksheet]:
    """Return the visible sheets of a workbook whose label is `name`.

    Raises `InputError` for a workbook that is damaged, protected, too large or of an old kind, and
    if the package that reads workbooks is not installed.
    """
    if _is_ole(path):
        raise _ole_error(path, name)
    # Checks the sizes that the archive states.
    source_files.zip_members(path, name)
    if importlib.util.find_spec("python_calamine") is None:
        raise InputError(
            "reading workbooks needs the package python-calamine",
            place=name,
            hint=f"pip install 'watchlist-resolver[excel]', or {_REMEDY}",
        )
    folder = _TemporaryFolder()
    result = _run_process(path, folder.path, name)
    if "error" in result:
        raise InputError(
            str(result["error"])[:300],
            place=name,
            hint="save it without a password"
            if result["error"] == workbook_process.PASSWORD
            else _REMEDY,
        )
    hidden = ", ".join(repr(worksheet) for worksheet in result["hidden"])
    notes = [f"{name}: hidden sheets are not read: {hidden}"] if hidden else []
    sheets: list[ExtractedWorksheet] = []
    for worksheet in result["sheets"]:
        extracted = source_files.WorksheetFile(
            folder.path / worksheet["file"], is_first=not sheets, owner=folder
        )
        file = source_files.SourceFile(path, worksheet["name"], name, extracted)
        notes += [f"{file.label}: {note}" for note in worksheet["notes"]]
        sheets.append(ExtractedWorksheet(file, tuple(notes)))
        notes = []
    if not sheets:
        raise InputError("the workbook has no visible sheet with a cell in it", place=name)
    return sheets


def _is_ole(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(OLE_MAGIC)) == OLE_MAGIC
    except OSError:
        return False


def _ole_error(path: Path, name: str) -> InputError:
    """Return the error for a compound file: an encrypted workbook, or one of an old kind."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_ENCRYPTED_STREAM) >= 0:
            return InputError(
                workbook_process.PASSWORD, place=name, hint="save it without a password"
            )
    return InputError(
        "workbooks of Excel 97 to 2003 are not read", place=name, hint="save it as .xlsx"
    )


def _run_process(path: Path, folder: Path, name: str) -> Any:
    """Return the output of the process. Raises `InputError` if it dies or takes too long."""
    script = str(workbook_process.__file__)
    imports = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-P", script, str(path.resolve()), str(folder), imports]
    until = time.monotonic() + MAX_WAIT
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                source_files.check_stopped()
                with suppress(subprocess.TimeoutExpired):
                    output, _ = process.communicate(timeout=_POLL_SECONDS)
                    break
                if time.monotonic() > until:
                    raise InputError(
                        f"the workbook was not read within {MAX_WAIT:g} s",
                        place=name,
                        hint=_REMEDY,
                    )
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise InputError(
            "the workbook stands for more cells than can be read, or is damaged",
            place=name,
            hint=_REMEDY,
        )
    return json.loads(output)
