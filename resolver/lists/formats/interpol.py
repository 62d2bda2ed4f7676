"""INTERPOL's public notices as JSON of its web service: a page of results, an array, or lines.

The source names the kind of notice if the notice states it (in its own link); otherwise it is
`interpol`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from resolver.errors import DateError
from resolver.lists import reader_types
from resolver.lists.io import json_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import head_text, json_keys
from resolver.lists.text.crimes import charge_activities
from resolver.lists.text.list_dates import read_date
from resolver.lists.text.record_draft import RecordDraft
from resolver.records import Value
from resolver.records.properties import BIRTH_DATE, NATIONALITY

_PAGE = re.compile(r'"notices"\s*:\s*\[')
_KIND = re.compile(r"/notices/v\d+/([a-z]+)\b")
_KINDS = ("red", "yellow", "blue", "black", "green", "orange", "purple", "un")
_GENDERS = {"M": "male", "F": "female"}
_COLORS = {
    "BLA": "black",
    "BLAD": "black",
    "BLO": "blond",
    "BLU": "blue",
    "BRO": "brown",
    "BROD": "dark brown",
    "BROH": "hazel",
    "BROL": "light brown",
    "GRE": "green",
    "GREY": "grey",
    "GRY": "grey",
    "HAZ": "hazel",
    "OTHD": "dyed",
    "RED": "red",
    "WHI": "white",
}
_TEXT_PROPERTIES = {
    "nationalities": NATIONALITY,
    "place_of_birth": "birthPlace",
    "country_of_birth_id": "birthCountry",
    "height": "height",
    "weight": "weight",
    "languages_spoken_ids": "spokenLanguage",
    "distinguishing_marks": "appearance",
}


def detect_interpol(head: bytes, file: SourceFile) -> bool:
    """Return whether the first object is a notice or a page of notices."""
    keys = json_keys(head)
    if "entity_id" in keys:
        return "forename" in keys or "nationalities" in keys or "_links" in keys
    return "_embedded" in keys and _PAGE.search(head_text(head)) is not None


def read_interpol(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the notices of one file."""
    file = unit.files[0]
    page = "_embedded" in json_keys(file.head())
    for item in json_rows.read_json_objects(file, _PAGE if page else None):
        if isinstance(item, reader_types.Reject):
            yield item
        else:
            yield from _read_notice(file, *item)


def _read_notice(file: SourceFile, line: int, row: json_rows.Json) -> Iterator[reader_types.Item]:
    native_id = json_rows.json_text(row.get("entity_id"))
    if not native_id:
        yield reader_types.Reject.of_row(file.label, line, "the notice has no entity_id")
        return
    draft = RecordDraft(_notice_source(row), native_id, "Person")
    _add_name(draft, json_rows.json_text(row.get("forename")), json_rows.json_text(row.get("name")))
    for text in json_rows.json_texts(row.get("date_of_birth")):
        try:
            draft.add_value(BIRTH_DATE, read_date(text), "date_of_birth")
        except DateError as error:
            yield reader_types.Reject(
                file.label, line, json_rows.value_reject_reason(BIRTH_DATE, text, error)
            )
    _add_texts(draft, row)
    _add_warrants(draft, row)
    yield reader_types.LocatedRecord(draft.build_record(), line)


def _add_texts(draft: RecordDraft, row: json_rows.Json) -> None:
    for key, prop in _TEXT_PROPERTIES.items():
        for text in json_rows.json_texts(row.get(key)):
            draft.add_value(prop, text, key)
    for text in json_rows.json_texts(row.get("sex_id")):
        draft.add_value("gender", _GENDERS.get(text, text), "sex_id")
    for key, prop in (("eyes_colors_id", "eyeColor"), ("hairs_id", "hairColor")):
        for text in json_rows.json_texts(row.get(key)):
            draft.add_value(prop, _COLORS.get(text, text), key)


def _add_name(draft: RecordDraft, forename: str, surname: str) -> None:
    draft.add_value("firstName", forename, "forename")
    draft.add_value("lastName", surname, "name")
    draft.add_value("name", f"{forename} {surname}", "forename, name")


def _add_warrants(draft: RecordDraft, row: json_rows.Json) -> None:
    charges = []
    for warrant in json_rows.json_objects(row.get("arrest_warrants")):
        charge, translation = (
            json_rows.json_text(warrant.get("charge")),
            json_rows.json_text(warrant.get("charge_translation")),
        )
        country = json_rows.json_text(warrant.get("issuing_country_id"))
        charges += [charge, translation]
        charge_text = "; ".join(dict.fromkeys(text for text in (charge, translation) if text))
        draft.add_fact(
            Value(
                "notes",
                f"warrant of {country}: {charge_text}" if country else charge_text,
                "arrest_warrants",
            )
        )
    draft.activities = charge_activities(charges)


def _notice_source(row: json_rows.Json) -> str:
    """Return the source from the notice's own link, such as `interpol-red`; otherwise
    `interpol`.
    """
    links = row.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    target = json_rows.json_text(own.get("href")) if isinstance(own, dict) else ""
    match = _KIND.search(target)
    kind = (
        match[1]
        if match
        else json_rows.json_text(row.get("notice_type") or row.get("type")).lower()
    )
    return f"interpol-{kind}" if kind in _KINDS else "interpol"


ROW = reader_types.ReaderRow(
    name="interpol",
    help="INTERPOL's public notices, as JSON of its web service",
    detect=detect_interpol,
    read=read_interpol,
)
