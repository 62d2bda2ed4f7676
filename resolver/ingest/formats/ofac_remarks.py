"""OFAC's remarks: one line of items between semicolons, read into values, identifiers and relations.

Every item ends up somewhere: what is not understood is a note. An item that should hold a date and does not is a note
and a fault. The line is cut at about a thousand characters in some entries; then its last item may be maimed and is
only a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from resolver.errors import DateError
from resolver.ingest.formats.ofac_labels import read_identifier
from resolver.ingest.text.list_dates import canonical
from resolver.ingest.text.name_words import country_at_end
from resolver.records import Identifier, Relation, RelationType, Value

ORIGIN = "remarks"
MAX_ITEM = 2_000
"""Characters; a longer item is kept without being read."""
Fact = Value | Identifier | Relation


@dataclass(frozen=True, slots=True)
class Found:
    """What one item says. `fault` tells what could not be taken as it should be; then the item is among the notes."""

    facts: tuple[Fact, ...]
    fault: str = ""


_Reader = Callable[[str, str], Found | None]
_SPLIT = re.compile(r"\s*;\s*")
_ALT = re.compile(r"alt\.\s+", re.I)
_ALIAS = re.compile(r"([afn])\.k\.a\. '(.*)'")
_FAMILY = (
    r"wife|husband|spouse|son|daughter|child|brother|sister|half-brother|father|mother|cousin|nephew|niece|son-in-law"
    r"|sister-in-law|brother-in-law|daughter-in-law|uncle"
)
_RELATIVE = re.compile(rf"((?:{_FAMILY})) of ([A-Z].+)", re.I)
_MEMBER = re.compile(r"([Mm]ember),? ((?:[A-Z][\w'-]*)(?: [\w'()-]+){0,5})")
_TITLES = re.compile(
    r"Dr|Doctor|Professor|Haji|Hajji|Maul(?:ana|awi)|Moulana|Mulawi|Mullah|Mufti(?: or Maulana)?|Qari|Qazi|Sheikh"
    r"|Shaykh|Ustadz?|Hojjatoleslam|Ayatollah|Engineer|Imam|Sayyid|Alhaj|Lt\. Col",
    re.I,
)
_OFFICE = re.compile(
    r"\b(?:minister|president|director|chair(?:man|woman|person)?|commander|general|colonel|lieutenant|major|captain"
    r"|admiral|marshal|chief|head|governor|secretary|deputy|member|representative|officer|manager|ambassador|judge"
    r"|rector|magistrate|senator|leader|advis[eo]r|official|prosecutor|constituent|speaker|counsel(?:l)?or|founder"
    r"|co-founder|owner|aide|spokes(?:man|person|woman)|envoy|mayor|partner|employee|treasurer|registrar|clerk"
    r"|ombudsman|comptroller|commissioner|supervisor|coordinator|inspector|second-in-command|sub-commander|financier"
    r"|facilitator|attorney|consul|cadre|aide-de-camp|superintendent|warden|vice-chairperson|chef|delegate|associate"
    r"|ceo|mp for|diplomat|businessman|figure of|minster|dealer|manufacturer)s?\b",
    re.I,
)
_NOT_OFFICE = re.compile(
    r"sanctions? (?:risk|information)|prohibited|directive|executive order|caatsa|more information|determination|http"
    r"|indictee|passport|is wanted|data derived|subsidiaries|driver's",
    re.I,
)
_MAIL = re.compile(r"(?:e-?mail:?\s*)?([\w.+-]+@[\w.-]+\.\w+)\.?(?: \(email\)\.?)?", re.I)
_SITE = re.compile(r"((?:https?://|www\.)[^\s()]+)(?: \(website\))?", re.I)
_SAID_OF_ALL = re.compile(r"possibly |reportedly |presumed ", re.I)


def items(remarks: str) -> Iterator[str]:
    """The items of a line of remarks, without the stop that ends it."""
    for item in _SPLIT.split(remarks.rstrip().removesuffix(".")):
        if item:
            yield item


def is_cut(remarks: str) -> bool:
    """Whether the line ends without its stop, so that its last item may be maimed."""
    return bool(remarks) and not remarks.rstrip().endswith(".")


def note(text: str) -> Found:
    """An item that is kept as it stands."""
    return Found((Value("notes", text, ORIGIN),))


@lru_cache(maxsize=8_192)
def read_item(item: str, schema: str) -> Found:
    """What one item says about a record of the given FtM schema (`Person`, `Vessel`, `Airplane`, else a group)."""
    if len(item) > MAX_ITEM:
        return note(item)
    plain = _ALT.sub("", item, count=1) if _ALT.match(item) else item
    word = plain.split(" ", 1)[0].rstrip(":")
    if reader := _READERS.get(word):
        found = reader(plain, schema)
        if found:
            return found
    identifier = read_identifier(plain, schema == "Person", ORIGIN)
    if identifier:
        return Found((identifier,))
    if match := _MAIL.fullmatch(plain):
        return _said("email", match[1])
    if match := _SITE.fullmatch(plain):
        return _said("website", match[1])
    if schema == "Person":
        return _about_person(plain, item)
    return note(item)


def _about_person(text: str, item: str) -> Found:
    if match := _RELATIVE.fullmatch(text):
        relation = Relation(
            RelationType.FAMILY_OF, target_name=match[2], role=match[1].lower(), origin=ORIGIN
        )
        return Found((relation,))
    if (match := _MEMBER.fullmatch(text)) and len(match[2]) > 2 and match[2].isupper():
        relation = Relation(
            RelationType.MEMBER_OF, target_name=match[2], role=match[1].lower(), origin=ORIGIN
        )
        return Found((relation,))
    if _TITLES.fullmatch(text):
        return _said("title", text)
    position = re.sub(r"^(?:position:|alternate title,|occupation:)\s*", "", text, flags=re.I)
    if (
        len(text) <= 250
        and (position != text or _OFFICE.search(position))
        and not _NOT_OFFICE.search(position)
    ):
        return _said("position", position)
    return note(item)


def _said(prop: str, text: str) -> Found:
    return Found((Value(prop, text, ORIGIN),))


def _after(prop: str, *labels: str) -> _Reader:
    """A reader of items that are a label and the value of a property."""

    def read(text: str, schema: str) -> Found | None:
        for label in labels:
            if text.startswith(label):
                value = text[len(label) :].strip(" :")
                return _said(prop, value) if value else None
        return None

    return read


def _date_after(prop: str, label: str) -> _Reader:
    def read(text: str, schema: str) -> Found | None:
        if not text.startswith(label):
            return None
        value = text[len(label) :].strip(" :")
        try:
            return _said(prop, canonical(value))
        except DateError as error:
            return Found(
                (Value("notes", text, ORIGIN),),
                f"value not taken: {prop} {value[:60]!r}: {error.what}",
            )

    return read


def _birth_place(text: str, schema: str) -> Found | None:
    place = text.removeprefix("POB").strip(" :")
    if not place:
        return None
    country = country_at_end(place)
    facts = (
        Value("birthPlace", place, ORIGIN),
        *((Value("birthCountry", country, ORIGIN),) if country else ()),
    )
    return Found(facts)


def _nation(prop: str, label: str) -> _Reader:
    def read(text: str, schema: str) -> Found | None:
        nation = text.removeprefix(label).strip(" :")
        sure = _SAID_OF_ALL.sub("", nation)
        if not sure:
            return None
        doubt = (Value("notes", text, ORIGIN),) if sure != nation else ()
        return Found((Value(prop, sure, ORIGIN), *doubt))

    return read


def _gender(text: str, schema: str) -> Found | None:
    gender = text.removeprefix("Gender").strip(" :").lower()
    return _said("gender", gender) if gender in ("male", "female") else None


def _alias(text: str, schema: str) -> Found | None:
    match = _ALIAS.fullmatch(text)
    if not match:
        return None
    # names that the list itself holds to be weak stand here, the others in the file of alternate names
    return _said("previousName" if match[1] == "f" else "weakAlias", match[2].strip())


def _business_name(text: str, schema: str) -> Found | None:
    match = re.fullmatch(r"d\.b\.a\. '(.*)'", text)
    return _said("alias", match[1]) if match else None


def _linked(text: str, schema: str) -> Found | None:
    name = text.removeprefix("Linked To:").strip()
    return (
        Found((Relation(RelationType.LINKED_TO, target_name=name, origin=ORIGIN),))
        if name
        else None
    )


def _phone(text: str, schema: str) -> Found | None:
    match = re.fullmatch(
        r"(?:Tele)?phone(?: (?:No\.|Number))?:?\s*([-+()\d\s./]{5,}(?:ext\. \d+)?)", text, re.I
    )
    if not match:
        return None
    return _said("phone", " ".join(re.sub(r"[()]+", " ", match[1]).split()))


def _aircraft(text: str, schema: str) -> Found | None:
    if text.startswith("Aircraft Operator "):
        name = text.removeprefix("Aircraft Operator ")
        relation = Relation(
            RelationType.LINKED_TO, target_name=name, role="operator", origin=ORIGIN
        )
        return Found((Value("operator", name, ORIGIN), relation))
    return _date_after("buildDate", "Aircraft Manufacture Date ")(text, schema) or _after(
        "model", "Aircraft Model "
    )(text, schema)


def _registered(text: str, schema: str) -> Found | None:
    prop = "country" if schema in ("Vessel", "Airplane") else "jurisdiction"
    return _after(prop, "Nationality of Registration")(text, schema)


def _organization(text: str, schema: str) -> Found | None:
    return _date_after("incorporationDate", "Organization Established Date")(
        text, schema
    ) or _after("sector", "Organization Type:")(text, schema)


_READERS: dict[str, _Reader] = {
    "DOB": _date_after("birthDate", "DOB"),
    "POB": _birth_place,
    "nationality": _nation("nationality", "nationality"),
    "citizen": _nation("citizenship", "citizen"),
    "Gender": _gender,
    "a.k.a.": _alias,
    "f.k.a.": _alias,
    "n.k.a.": _alias,
    "d.b.a.": _business_name,
    "Linked": _linked,
    "Website": _after("website", "Website"),
    "Email": _after("email", "Email Address", "Email"),
    "Telephone": _phone,
    "Phone": _phone,
    "PHONE": _phone,
    "Aircraft": _aircraft,
    "Former": _after("pastFlags", "Former Vessel Flag"),
    "Other": lambda text, schema: (
        _after("flag", "Other Vessel Flag")(text, schema)
        or _after("type", "Other Vessel Type")(text, schema)
    ),
    "Nationality": _registered,
    "Organization": _organization,
    "Target": _after("classification", "Target Type"),
    "ethnicity": _after("ethnicity", "ethnicity"),
    "Tribe": _after("ethnicity", "Tribe"),
}
