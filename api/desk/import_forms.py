"""Uploaded lists that are not sent yet: their folder, their sheet, and the mapping chosen so far.

A draft is a folder for a job, with a file that names its owner. When it is sent, the folder becomes
the folder of the job. Drafts that nobody sends are removed after a day.

The module also has the form that asks what each column of a table means, and makes a mapping of its
answers.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import yaml

from resolver.api.desk.desk_access import current_user
from resolver.api.desk.pages import DeskError
from resolver.api.service import current_service
from resolver.api.uploads import store_form, upload_errors
from resolver.hub.job_worker import INPUT, create_job_folder
from resolver.lists.formats.tabular.mapping import (
    ADDRESS_PARTS,
    ROUTE_PARTS,
    Mapping,
    find_adjacent_mapping,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.workbooks import ExtractedWorksheet, extract_worksheets, is_workbook
from resolver.lists.proposals import MISSING, TableProposal
from resolver.records import properties as names
from resolver.records.labels import property_label
from resolver.records.visibility import HANDLING_CODES

_STATE, _ORIGINAL = "draft.json", "workbook"
"""File with the state of a draft, and the folder of a workbook of which one sheet was chosen."""
_MAX_AGE = 24 * 3_600
"""Seconds after which a draft that was not sent is removed."""
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """Uploaded list: `folder`, `name` of the uploaded file, `list_format` (empty: detect), the
    chosen sheet of a workbook (empty: none, or all), and the stated encoding of its text (empty:
    the file decides).
    """

    folder: Path
    name: str
    list_format: str = ""
    worksheet: str = ""
    encoding: str = ""

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
        """Return the mapping chosen so far. Raises `MappingError` for a damaged mapping."""
        return find_adjacent_mapping(SourceFile(self.path))

    @property
    def text_encoding(self) -> str:
        """Encoding that the mapping or the user states; empty if none is stated. Raises
        `MappingError`.
        """
        mapping = self.mapping()
        return (mapping and mapping.encoding) or self.encoding

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
        # an extracted sheet is UTF-8
        encoding = "" if chosen else self.encoding
        _write_state(replace(self, worksheet=worksheet, encoding=encoding))

    def finish(self) -> None:
        """Make the folder the folder of a job: from then on, nobody can open it as a draft."""
        (self.folder / _STATE).unlink(missing_ok=True)
        shutil.rmtree(self.folder / _ORIGINAL, ignore_errors=True)

    def discard(self) -> None:
        """Remove the draft."""
        shutil.rmtree(self.folder, ignore_errors=True)


def create_draft(list_format: str, encoding: str) -> ImportDraft:
    """Store the uploaded form as a draft of the user. Raises `ApiError`."""
    _remove_old_drafts(current_service().jobs_dir)
    folder = create_job_folder(current_service().jobs_dir)
    try:
        with upload_errors():
            name = store_form(folder / INPUT)
        draft = ImportDraft(folder, name, list_format, encoding=encoding)
        _write_state(draft)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return draft


def find_draft(draft_id: str) -> ImportDraft:
    """Return a draft of the user. Raises `DeskError`, which is the same for drafts of other users
    and for unknown drafts.
    """
    folder = current_service().jobs_dir / draft_id
    if _ID.fullmatch(draft_id) and (folder / _STATE).is_file():
        state = orjson.loads((folder / _STATE).read_bytes())
        if state["user"] == current_user().name:
            return ImportDraft(
                folder,
                state["name"],
                state["format"],
                state["worksheet"],
                state.get("encoding", ""),
            )
    raise DeskError(
        404,
        "There is no such upload.",
        "It was sent or discarded, or a day has passed since. Choose the file again.",
    )


def _write_state(draft: ImportDraft) -> None:
    state = {
        "user": current_user().name,
        "name": draft.name,
        "format": draft.list_format,
        "worksheet": draft.worksheet,
        "encoding": draft.encoding,
    }
    (draft.folder / _STATE).write_bytes(orjson.dumps(state))


def _remove_old_drafts(jobs_dir: Path) -> None:
    for state in jobs_dir.glob(f"*/{_STATE}"):
        try:
            is_old = time.time() - state.stat().st_mtime > _MAX_AGE
        except OSError:
            # it was sent or discarded meanwhile
            continue
        if is_old:
            shutil.rmtree(state.parent, ignore_errors=True)


MAX_COLUMNS = 60
"""Maximum number of columns that the form asks about one by one; of a wider table, those with a
meaning first.
"""
MORE_COLUMNS = 4
"""Number of further columns of a wider table that can be chosen by name, at once."""
_COLUMN_FORM_ID, _KIND, _SCHEMA, _HANDLING = "id", "kind", "schema", "handling"
_WHOLE_ADDRESS = f"{names.ADDRESS}.{ADDRESS_PARTS[0]}"
_OTHER = ("gender", "position", "profession", "notes", names.ACTIVITY, "program", "sourceUrl")
KINDS = (
    ("person", "a person"),
    ("group", "a group or company"),
    ("legal", "a person or a group, it is not known which"),
    ("asset", "a vessel or another asset"),
)
SEPARATORS = ((";", "semicolon ;"), ("|", "bar |"), (",", "comma ,"), ("\n", "new line"))
DATE_ORDERS = (("true", "day first (3 April 1970)"), ("false", "month first (4 March 1970)"))


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """Column to ask about: its position in the table, its name, some values, the share of rows that
    have a value (0 to 1), and the meaning chosen so far (empty: not used).
    """

    place: int
    name: str
    examples: tuple[str, ...]
    filled: float
    meaning: str


@cache
def meaning_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the possible meanings of a column, as groups of (value of the form, label)."""
    identifiers = names.IDENTIFIERS
    parts = tuple(f"{names.ADDRESS}.{part}" for part in ADDRESS_PARTS[1:])
    # a closed list shows the choice without its group
    routes = tuple((f"{names.ROUTE}.{part}", f"Route: {part} country") for part in ROUTE_PARTS)
    return (
        (
            "Record",
            (
                (_COLUMN_FORM_ID, "Record number (unique)"),
                (_KIND, "Kind: person, group, asset"),
                (_SCHEMA, "Schema of FollowTheMoney"),
                (_HANDLING, "Handling code: H0 to H3"),
            ),
        ),
        ("Name", _label_all((*names.FULL_NAMES, *names.NAME_PARTS))),
        ("Dates", _label_all(names.DATES)),
        ("Countries and places", _label_all((*names.COUNTRIES, *names.PLACES))),
        ("Countries of a route", routes),
        ("Address", ((names.ADDRESS, "Whole address"), *_label_all(parts))),
        ("Documents and numbers", _label_all(identifiers)),
        ("Contact", _label_all(names.CONTACTS)),
        ("Other", _label_all(_OTHER)),
    )


def _label_all(props: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((prop, _label(prop)) for prop in props)


def _label(prop: str) -> str:
    _, _, part = prop.partition(".")
    return property_label(part or prop)


def known_meanings() -> dict[str, str]:
    """Return the label of each meaning that the form offers."""
    return {value: label for _, group in meaning_groups() for value, label in group}


def ask_columns(proposal: TableProposal, mapping: Mapping | None) -> list[ColumnQuestion]:
    """Return questions about at most `MAX_COLUMNS` columns, in the order of the table. A mapping
    answers them, or else the proposal does.
    """
    chosen = _meanings_of_mapping(mapping) if mapping else _meanings_of_proposal(proposal)
    columns = list(enumerate(proposal.columns))
    # columns with a meaning first
    columns.sort(key=lambda column: column[1] not in chosen)
    return [
        ColumnQuestion(
            place,
            name,
            proposal.profiles[name].examples,
            proposal.profiles[name].filled,
            chosen.get(name, ""),
        )
        for place, name in sorted(columns[:MAX_COLUMNS])
    ]


def more_columns(
    proposal: TableProposal, questions: Sequence[ColumnQuestion]
) -> list[tuple[str, str]]:
    """Return position and name of the columns that the questions leave out."""
    places = {question.place for question in questions}
    return [
        (str(index), name) for index, name in enumerate(proposal.columns) if index not in places
    ]


def _meanings_of_mapping(mapping: Mapping) -> dict[str, str]:
    meanings = {name: prop for prop, columns in mapping.properties.items() for name in columns}
    keys = ((_COLUMN_FORM_ID, mapping.id), (_KIND, mapping.kind), (_SCHEMA, mapping.ftm_schema))
    for meaning, column in keys:
        if column:
            meanings[column] = meaning
    if mapping.handling not in HANDLING_CODES:
        meanings[mapping.handling] = _HANDLING
    return _as_offered(meanings)


def _meanings_of_proposal(proposal: TableProposal) -> dict[str, str]:
    meanings = {name: prop for prop, columns in proposal.properties.items() for name in columns}
    meanings |= {column: meaning for meaning, column in proposal.keys.items()}
    meanings.pop(MISSING, None)
    return _as_offered(meanings)


def _as_offered(meanings: AnyMapping[str, str]) -> dict[str, str]:
    """Return meanings in which the whole address has its short name."""
    return {
        column: names.ADDRESS if meaning == _WHOLE_ADDRESS else meaning
        for column, meaning in meanings.items()
    }


def read_answers(
    form: AnyMapping[str, str], columns: Sequence[str], base: AnyMapping[str, Any]
) -> dict[str, Any]:
    """Return the mapping that the answers of a form make, as plain values. `base` has keys of a
    mapping for which the form does not ask.

    Errors in the answers are left to `build_mapping`.
    """
    content: dict[str, Any] = {**base, "source": form.get("source", "").strip()[:100]}
    if content.get(_HANDLING) not in HANDLING_CODES:
        # the form asks which column has the code, but not for one code of all rows
        content.pop(_HANDLING, None)
    properties: dict[str, list[str]] = {}
    further = {
        form[f"more{number}"]: form.get(f"more{number}meaning", "")
        for number in range(MORE_COLUMNS)
        if form.get(f"more{number}")
    }
    for index, column in enumerate(columns):
        meaning = (form.get(f"column{index}") or further.get(str(index), ""))[:60]
        if meaning in (_COLUMN_FORM_ID, _KIND, _SCHEMA, _HANDLING):
            content[meaning] = column
        elif meaning:
            properties.setdefault(meaning, []).append(column)
    if _KIND not in content and _SCHEMA not in content:
        content[_KIND] = form.get(_KIND, "")[:20] or None
    for option in ("separator", "day_first"):
        if form.get(option):
            content[option] = form[option][:5]
    return {**content, "properties": properties}
