"""Uploaded lists that are not sent yet: their folder, their sheet, and the mapping chosen so far.

A draft is a folder for a job, with a file that says whose it is. When it is sent, the folder
becomes that of the job. Drafts that nobody sends are removed after a day.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from resolver.api.desk.support.desk_access import current_user
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.service import current_service
from resolver.api.uploads import store_form, upload_errors
from resolver.hub.job_worker import INPUT, create_job_folder
from resolver.ingest.formats.tabular.mapping import Mapping
from resolver.ingest.formats.tabular.mapping_choice import find_adjacent_mapping
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.workbooks import ExtractedWorksheet, extract_worksheets, is_workbook

_STATE, _ORIGINAL = "draft.json", "workbook"
"""File with the state of a draft, and the folder of a workbook of which one sheet was chosen."""
_MAX_AGE = 24 * 3_600
"""Seconds after which a draft that was not sent is removed."""
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """Uploaded list: `folder`, `name` of the uploaded file, `list_format` (empty: detect) and the
    chosen sheet of a workbook (empty: none, or all).
    """

    folder: Path
    name: str
    list_format: str = ""
    worksheet: str = ""

    @property
    def id(self) -> str:
        """Id of the draft, which cannot be guessed."""
        return self.folder.name

    @property
    def input_folder(self) -> Path:
        """Folder of the list and its mapping."""
        return self.folder / INPUT

    @property
    def path(self) -> Path:
        """The list: the uploaded file, or the chosen sheet as a CSV."""
        files = self.input_folder.iterdir()
        return next(path for path in sorted(files) if path.suffix not in (".yml", ".yaml"))

    @property
    def workbook(self) -> Path | None:
        """The uploaded workbook; None for another file."""
        original = self.folder / _ORIGINAL / self.name
        path = original if original.is_file() else self.path
        return path if is_workbook(path) else None

    def mapping(self) -> Mapping | None:
        """Return the mapping chosen so far. Raises `MappingError` for a damaged one."""
        return find_adjacent_mapping(SourceFile(self.path))

    def save_mapping(self, content: dict[str, Any]) -> None:
        """Write a mapping beside the list."""
        for path in self.input_folder.glob("*.mapping.y*ml"):
            path.unlink()
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        path = self.path
        path.with_name(f"{path.stem}.mapping.yml").write_text(text, "utf-8")

    def worksheets(self) -> list[ExtractedWorksheet]:
        """Return the visible sheets of a workbook, in its order. Raises `InputError`."""
        return [] if self.workbook is None else extract_worksheets(self.workbook, self.name)

    def choose_worksheet(self, worksheet: str) -> None:
        """Read one sheet of the workbook, or (empty) all of them. Raises `DeskError`."""
        workbook, folder = self.workbook, self.input_folder
        chosen = [item.file for item in self.worksheets() if item.file.member == worksheet]
        if workbook is None or (worksheet and not chosen):
            raise DeskError(422, "The workbook has no such sheet.", "Choose one of the list.")
        original = self.folder / _ORIGINAL / self.name
        if workbook != original:
            original.parent.mkdir(mode=0o700)
            workbook.rename(original)
        for path in folder.iterdir():
            path.unlink()
        for file in chosen:
            with file.open() as source, (folder / f"{file.stem}.csv").open("wb") as target:
                shutil.copyfileobj(source, target)
        if not chosen:
            shutil.copy(original, folder / self.name)
        _write_state(self.folder, self.name, self.list_format, worksheet)

    def finish(self) -> None:
        """Make the folder that of a job: nobody can open it as a draft any more."""
        (self.folder / _STATE).unlink(missing_ok=True)
        shutil.rmtree(self.folder / _ORIGINAL, ignore_errors=True)

    def discard(self) -> None:
        """Remove the draft."""
        shutil.rmtree(self.folder, ignore_errors=True)


def create_draft(list_format: str) -> ImportDraft:
    """Store the uploaded form as a draft of the user. Raises `ApiError`."""
    _remove_old_drafts(current_service().jobs_dir)
    folder = create_job_folder(current_service().jobs_dir)
    try:
        with upload_errors():
            name = store_form(folder / INPUT)
        _write_state(folder, name, list_format, "")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ImportDraft(folder, name, list_format)


def find_draft(draft_id: str) -> ImportDraft:
    """Return a draft of the user. Raises `DeskError`, the same for the drafts of others as for
    unknown ones.
    """
    folder = current_service().jobs_dir / draft_id
    if _ID.fullmatch(draft_id) and (folder / _STATE).is_file():
        state = orjson.loads((folder / _STATE).read_bytes())
        if state["user"] == current_user().name:
            return ImportDraft(folder, state["name"], state["format"], state["worksheet"])
    raise DeskError(
        404,
        "There is no such upload.",
        "It was sent or discarded, or a day has passed since. Choose the file again.",
    )


def _write_state(folder: Path, name: str, list_format: str, worksheet: str) -> None:
    state = {
        "user": current_user().name,
        "name": name,
        "format": list_format,
        "worksheet": worksheet,
    }
    (folder / _STATE).write_bytes(orjson.dumps(state))


def _remove_old_drafts(jobs_dir: Path) -> None:
    for state in jobs_dir.glob(f"*/{_STATE}"):
        try:
            is_old = time.time() - state.stat().st_mtime > _MAX_AGE
        except OSError:
            # it was sent or discarded meanwhile
            continue
        if is_old:
            shutil.rmtree(state.parent, ignore_errors=True)
