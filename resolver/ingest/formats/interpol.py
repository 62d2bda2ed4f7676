"""INTERPOL's public notices, as its web service gives them: a page of search results, an array or lines of notices.

The source names the kind of notice where the notice does (its own link holds it), else it is `interpol`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from resolver.errors import DateError
from resolver.ingest.io.json_values import (
    not_taken,
    objects,
    text_of,
    texts,
)
from resolver.ingest.io.sniffing import head_text, json_keys
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import Json, json_objects
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.crimes import charge_activities
from resolver.ingest.text.machine_dates import read_date
from resolver.ingest.text.record_draft import Draft
from resolver.records import Value

_PAGE = re.compile(r'"notices"\s*:\s*\[')
_KIND = re.compile(r"/notices/v\d+/([a-z]+)\b")
_KINDS = ("red", "yellow", "blue", "black", "green", "orange", "purple", "un")
_GENDERS = {"M": "male", "F": "female"}
_COLOURS = {
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
_PLAIN = {
    "nationalities": "nationality",
    "place_of_birth": "birthPlace",
    "country_of_birth_id": "birthCountry",
    "height": "height",
    "weight": "weight",
    "languages_spoken_ids": "spokenLanguage",
    "distinguishing_marks": "appearance",
}


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether the first object is a notice or a page of notices."""
    keys = json_keys(head)
    if "entity_id" in keys:
        return "forename" in keys or "nationalities" in keys or "_links" in keys
    return "_embedded" in keys and _PAGE.search(head_text(head)) is not None


def read(unit: ListUnit) -> Iterator[Item]:
    """The notices of one file."""
    file = unit.files[0]
    page = "_embedded" in json_keys(file.head())
    for item in json_objects(file, _PAGE if page else None):
        if isinstance(item, Reject):
            yield item
        else:
            yield from _notice(file, *item)


def _notice(file: SourceFile, line: int, row: Json) -> Iterator[Item]:
    native_id = text_of(row.get("entity_id"))
    if not native_id:
        yield Reject(file.label, line, "the notice has no entity_id")
        return
    draft = Draft(_source(row), native_id, "Person")
    _name(draft, text_of(row.get("forename")), text_of(row.get("name")))
    for text in texts(row.get("date_of_birth")):
        try:
            draft.say("birthDate", read_date(text), "date_of_birth")
        except DateError as error:
            yield Reject(file.label, line, not_taken("birthDate", text, error))
    for key, prop in _PLAIN.items():
        for text in texts(row.get(key)):
            draft.say(prop, text, key)
    for text in texts(row.get("sex_id")):
        draft.say("gender", _GENDERS.get(text, text), "sex_id")
    for key, prop in (("eyes_colors_id", "eyeColor"), ("hairs_id", "hairColor")):
        for text in texts(row.get(key)):
            draft.say(prop, _COLOURS.get(text, text), key)
    _warrants(draft, row)
    yield RecordAt(draft.record(), line)


def _name(draft: Draft, forename: str, surname: str) -> None:
    draft.say("firstName", forename, "forename")
    draft.say("lastName", surname, "name")
    draft.say("name", f"{forename} {surname}", "forename, name")


def _warrants(draft: Draft, row: Json) -> None:
    charges = []
    for warrant in objects(row.get("arrest_warrants")):
        charge, translation = (
            text_of(warrant.get("charge")),
            text_of(warrant.get("charge_translation")),
        )
        country = text_of(warrant.get("issuing_country_id"))
        charges += [charge, translation]
        said = "; ".join(dict.fromkeys(text for text in (charge, translation) if text))
        draft.add(
            Value("notes", f"warrant of {country}: {said}" if country else said, "arrest_warrants")
        )
    draft.activities = charge_activities(charges)


def _source(row: Json) -> str:
    """`interpol-red` and so on, as the notice's own link says, else `interpol`."""
    links = row.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    target = text_of(own.get("href")) if isinstance(own, dict) else ""
    match = _KIND.search(target)
    kind = match[1] if match else text_of(row.get("notice_type") or row.get("type")).lower()
    return f"interpol-{kind}" if kind in _KINDS else "interpol"


ROW = ReaderRow(
    name="interpol",
    help="INTERPOL's public notices, as JSON of its web service",
    detect=detect,
    read=read,
)
