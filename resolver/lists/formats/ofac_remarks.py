"""OFAC's remarks: items between semicolons, read into values, identifiers and relations.

Every item is kept. An item that is not understood becomes a note. An item that should contain a
date but does not becomes a note and a fault. Some entries are cut at about a thousand characters;
their last item may be incomplete and only becomes a note.

The table of labels gives the property of each label of a document or number. A label is matched as
written, the longest first. Other items that look labeled (`Something No. 123 (Country)`) become
`idNumber` for a person and `registrationNumber` for everything else, with the label as the type of
the identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum.ru import inn, ogrn

from resolver.data import load_pairs
from resolver.errors import DateError
from resolver.lists.text.list_dates import canonical_date
from resolver.lists.text.name_words import country_at_end, is_country
from resolver.lists.text.repairs import split_slashes
from resolver.records import Identifier, Relation, RelationType, Value
from resolver.records.properties import BIRTH_DATE, NATIONALITY
from resolver.runtime.text_cache import cache_short_texts

OTHER = ""
"""Placeholder for `idNumber` of a person or `registrationNumber` of another record."""


def _labels_by_first_word() -> dict[str, list[tuple[str, str]]]:
    labels: dict[str, list[tuple[str, str]]] = {}
    for label, prop in sorted(load_pairs("ofac_labels").items(), key=lambda item: -len(item[0])):
        labels.setdefault(label.split()[0].rstrip(":"), []).append((label, prop))
    return labels


_BY_FIRST_WORD = _labels_by_first_word()
_WALLET = re.compile(r"Digital Currency Address - (\w+) (\w+)")
_GENERIC = re.compile(
    r"((?:[A-Z][\w.'-]*[ ]){0,5}(?:No\.?|Number|#|ID|Code|Card|Permit|License))[: ]++"
    r"([^\s\d]*+\d.*)"
)
_NO_IDENTIFIER = re.compile(r"Chinese Commercial Code|Fax|Interpol|Tele|Phone|Branch\b", re.I)
_DATE = r"((?:\d{1,2} )?(?:[A-Z][a-z]{2,8} )?\d{4})"
_TAIL = re.compile(
    r"(?P<number>.+?)(?P<brackets>(?:\s+\([^()]*\))*)"
    rf"(?:,? issued (?P<issued>{_DATE}))?(?:,? expire[sd] (?P<expires>{_DATE}))?"
    r"(?P<rest>(?:,| at| in| to| issued| expired?s?) .*)?"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_WORDS_AFTER = re.compile(r"([^\s\d]*+\d\S*+) ([A-Z][a-z]+(?: [A-Z][a-z]+)*)")
_LEI = re.compile(r"[A-Z0-9]{18}\d\d")
_REGISTERS = (
    "Registration ID",
    "Registration Number",
    "Public Registration Number",
    "Business Registration Number",
)
_LETTERS_ONLY = frozenset(("callSign", "registrationNumber", "swiftBic", "ticker"))


@cache_short_texts(8_192)
def read_identifier(text: str, is_person: bool, origin: str) -> Identifier | None:
    """Return the identifier in one item of the remarks (without `alt.`), or None."""
    if match := _WALLET.fullmatch(text):
        return Identifier(
            "publicKey", match[2], type=f"Digital Currency Address - {match[1]}", origin=origin
        )
    label, prop, rest = _split_label(text)
    if not label or (
        not re.search(r"\d", rest)
        and (prop not in _LETTERS_ONLY or not re.fullmatch(r"[A-Z -]{2,20}", rest))
    ):
        return None
    if match := re.fullmatch(r"\((\d[\w-]*)\)", rest):
        return Identifier(prop, match[1], type=label, origin=origin) if prop else None
    match = _TAIL.fullmatch(rest.removeprefix("No. "))
    if not match or len(match["number"]) > 60:
        return None
    number, country, note = _parse_number_parts(label, match)
    return Identifier(
        _choose_property(
            prop or ("idNumber" if is_person else "registrationNumber"), number, country, label
        ),
        number,
        country,
        label,
        _date_or_text(match["issued"]),
        _date_or_text(match["expires"]),
        note,
        origin,
    )


def _split_label(text: str) -> tuple[str, str, str]:
    """Return (label, property, remaining text) of an item; the label is empty if there is none."""
    for label, prop in _BY_FIRST_WORD.get(text.split(" ", 1)[0].rstrip(":"), ()):
        if text.startswith(label) and text[len(label) : len(label) + 1] in (" ", ":"):
            return label, prop, text[len(label) :].lstrip(": ")
    match = _GENERIC.fullmatch(text)
    if match and not _NO_IDENTIFIER.match(text):
        return match[1].strip(), OTHER, match[2]
    return "", OTHER, ""


def _parse_number_parts(label: str, match: re.Match[str]) -> tuple[str, str, str]:
    """Return (number, country, note) of the text after a label."""
    number, rest = match["number"].strip(" ,"), (match["rest"] or "").strip(" ,")
    brackets = [
        bracket.partition(".")[0].strip() for bracket in _BRACKET.findall(match["brackets"])
    ]
    notes = brackets[:-1]
    country = brackets[-1] if brackets else ""
    if country and label.startswith(("Matricula", "Folio")) and not is_country(country):
        notes, country = [*notes, country], ""
    if words := _WORDS_AFTER.fullmatch(number):
        number = words[1]
        notes.append(words[2])
    if rest and not country and is_country(rest.split(",")[0]):
        country, _, rest = (part.strip() for part in rest.partition(","))
    elif rest and not country and (ending := re.search(r"(?:(?<!\s)\s++)?\(([^()]+)\)$", rest)):
        rest, country = rest[: ending.start()], ending[1]
    return number, country, "; ".join(part for part in (*notes, rest) if part)


def _date_or_text(text: str | None) -> str:
    try:
        return canonical_date(text) if text else ""
    except DateError:
        return text or ""


def _choose_property(prop: str, number: str, country: str, label: str) -> str:
    """Return the narrower property that the form of a number proves: LEI, or Russian INN, OGRN,
    OKPO.
    """
    if prop == "registrationNumber" and _LEI.fullmatch(number) and re.search(r"[A-Z]", number):
        return "leiCode"
    if country not in ("", "Russia", "Russian Federation") or not number.isdigit():
        return prop
    if label == "Government Gazette Number" and len(number) in (8, 10):
        return "okpoCode"
    if prop == "taxNumber" and _is_inn(number) and (country or len(number) == 12):
        return "innCode"
    is_register = country or label in _REGISTERS
    if prop == "registrationNumber" and is_register and _is_ogrn(number):
        return "ogrnCode"
    return prop


def _is_inn(number: str) -> bool:
    return len(number) in (10, 12) and inn.is_valid(number)


def _is_ogrn(number: str) -> bool:
    return len(number) in (13, 15) and number[0] in "135" and ogrn.is_valid(number)


ORIGIN = "remarks"
MAX_ITEM = 2_000
"""Maximum number of characters of an item that is read; a longer item is kept as a note."""
Fact = Value | Identifier | Relation


@dataclass(frozen=True, slots=True)
class RemarkFacts:
    """Facts of one item. `fault` states a value that could not be read; the item is then a note."""

    facts: tuple[Fact, ...]
    fault: str = ""


_RemarkReader = Callable[[str, str], RemarkFacts | None]
_SPLIT = re.compile(r"(?:(?<!\s)\s++)?;\s*")
_ALTERNATIVE = re.compile(r"alt\.\s+", re.I)
_ALIAS = re.compile(r"([afn])\.k\.a\. '(.*)'")
_FAMILY = (
    r"wife|husband|spouse|son|daughter|child|brother|sister|half-brother|father|mother|cousin"
    r"|nephew|niece|son-in-law"
    r"|sister-in-law|brother-in-law|daughter-in-law|uncle"
)
_RELATIVE = re.compile(rf"((?:{_FAMILY})) of ([A-Z].+)", re.I)
_MEMBER = re.compile(r"([Mm]ember),? ((?:[A-Z][\w'-]*)(?: [\w'()-]+){0,5})")
_TITLES = re.compile(
    r"Dr|Doctor|Professor|Haji|Hajji|Maul(?:ana|awi)|Moulana|Mulawi|Mullah|Mufti(?: or Maulana)?"
    r"|Qari|Qazi|Sheikh"
    r"|Shaykh|Ustadz?|Hojjatoleslam|Ayatollah|Engineer|Imam|Sayyid|Alhaj|Lt\. Col",
    re.I,
)
_OFFICE = re.compile(
    r"\b(?:minister|president|director|chair(?:man|woman|person)?|commander|general|colonel"
    r"|lieutenant|major|captain"
    r"|admiral|marshal|chief|head|governor|secretary|deputy|member|representative|officer|manager"
    r"|ambassador|judge"
    r"|rector|magistrate|senator|leader|advis[eo]r|official|prosecutor|constituent|speaker"
    r"|counsel(?:l)?or|founder"
    r"|co-founder|owner|aide|spokes(?:man|person|woman)|envoy|mayor|partner|employee|treasurer"
    r"|registrar|clerk"
    r"|ombudsman|comptroller|commissioner|supervisor|coordinator|inspector|second-in-command"
    r"|sub-commander|financier"
    r"|facilitator|attorney|consul|cadre|aide-de-camp|superintendent|warden|vice-chairperson|chef"
    r"|delegate|associate"
    r"|ceo|mp for|diplomat|businessman|figure of|minster|dealer|manufacturer)s?\b",
    re.I,
)
_NOT_OFFICE = re.compile(
    r"sanctions? (?:risk|information)|prohibited|directive|executive order|caatsa|more information"
    r"|determination|http"
    r"|indictee|passport|is wanted|data derived|subsidiaries|driver's",
    re.I,
)
_MAIL = re.compile(r"(?:e-?mail:?\s*)?([\w.+-]+@[\w.-]+\.\w+)\.?(?: \(email\)\.?)?", re.I)
_SITE = re.compile(r"((?:https?://|www\.)[^\s()]+)(?: \(website\))?", re.I)
_DOUBT_WORD = re.compile(r"possibly |reportedly |presumed ", re.I)


def split_remarks(remarks: str) -> Iterator[str]:
    """Yield the items of a line of remarks, without the full stop that ends the line."""
    for item in _SPLIT.split(remarks.rstrip().removesuffix(".")):
        if item:
            yield item


def is_truncated(remarks: str) -> bool:
    """Return whether the line lacks its full stop, so that its last item may be incomplete."""
    return bool(remarks) and not remarks.rstrip().endswith(".")


def note_remark(text: str) -> RemarkFacts:
    """Return an item unchanged as a note."""
    return RemarkFacts((Value("notes", text, ORIGIN),))


@cache_short_texts(8_192)
def read_remark(item: str, schema: str) -> RemarkFacts:
    """Read one item about a record of a schema (`Person`, `Vessel`, `Airplane`, else a group)."""
    if len(item) > MAX_ITEM:
        return note_remark(item)
    text = _ALTERNATIVE.sub("", item, count=1) if _ALTERNATIVE.match(item) else item
    first_word = text.split(" ", 1)[0].rstrip(":")
    if reader := _READERS.get(first_word):
        facts = reader(text, schema)
        if facts:
            return facts
    identifier = read_identifier(text, schema == "Person", ORIGIN)
    if identifier:
        return RemarkFacts((identifier,))
    if match := _MAIL.fullmatch(text):
        return _value_facts("email", match[1])
    if match := _SITE.fullmatch(text):
        return _value_facts("website", match[1])
    if schema == "Person":
        return _read_person_remark(text, item)
    return note_remark(item)


def _relation_facts(kind: RelationType, match: re.Match[str]) -> RemarkFacts:
    """Return the relation of a match whose groups are (role, name)."""
    role = match[1].lower()
    return RemarkFacts((Relation(kind, target_name=match[2], role=role, origin=ORIGIN),))


def _read_person_remark(text: str, item: str) -> RemarkFacts:
    if match := _RELATIVE.fullmatch(text):
        return _relation_facts(RelationType.FAMILY_OF, match)
    if (match := _MEMBER.fullmatch(text)) and len(match[2]) > 2 and match[2].isupper():
        return _relation_facts(RelationType.MEMBER_OF, match)
    if _TITLES.fullmatch(text):
        return _value_facts("title", text)
    position = re.sub(r"^(?:position:|alternate title,|occupation:)\s*", "", text, flags=re.I)
    if (
        len(text) <= 250
        and (position != text or _OFFICE.search(position))
        and not _NOT_OFFICE.search(position)
    ):
        return _value_facts("position", position)
    return note_remark(item)


def _value_facts(prop: str, text: str) -> RemarkFacts:
    return RemarkFacts((Value(prop, text, ORIGIN),))


def _labeled_value(prop: str, *labels: str) -> _RemarkReader:
    """Return a reader of items that are a label and the value of a property."""

    def read(text: str, schema: str) -> RemarkFacts | None:
        """Read the value after the first label that fits."""
        for label in labels:
            if text.startswith(label):
                value = text[len(label) :].strip(" :")
                return _value_facts(prop, value) if value else None
        return None

    return read


def _labeled_date(prop: str, label: str) -> _RemarkReader:
    def read(text: str, schema: str) -> RemarkFacts | None:
        """Read the date after the label; an unreadable date becomes a note and a fault."""
        if not text.startswith(label):
            return None
        value = text[len(label) :].strip(" :")
        try:
            return _value_facts(prop, canonical_date(value))
        except DateError as error:
            return RemarkFacts(
                (Value("notes", text, ORIGIN),),
                f"value not taken: {prop} {value[:60]!r}: {error.message}",
            )

    return read


def _read_birth_place(text: str, schema: str) -> RemarkFacts | None:
    place = text.removeprefix("POB").strip(" :")
    if not place:
        return None
    country = country_at_end(place)
    facts = (
        Value("birthPlace", place, ORIGIN),
        *((Value("birthCountry", country, ORIGIN),) if country else ()),
    )
    return RemarkFacts(facts)


def _country_reader(prop: str, label: str) -> _RemarkReader:
    def read(text: str, schema: str) -> RemarkFacts | None:
        """Read the country after the label; a doubtful country is kept as a note, too."""
        nation = text.removeprefix(label).strip(" :")
        sure = _DOUBT_WORD.sub("", nation)
        if not sure:
            return None
        doubt = (Value("notes", text, ORIGIN),) if sure != nation else ()
        return RemarkFacts((Value(prop, sure, ORIGIN), *doubt))

    return read


def _read_gender(text: str, schema: str) -> RemarkFacts | None:
    gender = text.removeprefix("Gender").strip(" :").lower()
    return _value_facts("gender", gender) if gender in ("male", "female") else None


def _read_alias(text: str, schema: str) -> RemarkFacts | None:
    match = _ALIAS.fullmatch(text)
    if not match:
        return None
    # Remarks have only the weak aliases; all other aliases are in the file of alternate names.
    return _value_facts("previousName" if match[1] == "f" else "weakAlias", match[2].strip())


def _read_business_name(text: str, schema: str) -> RemarkFacts | None:
    match = re.fullmatch(r"d\.b\.a\. '(.*)'", text)
    return _value_facts("alias", match[1]) if match else None


def _read_link(text: str, schema: str) -> RemarkFacts | None:
    name = text.removeprefix("Linked To:").strip()
    return (
        RemarkFacts((Relation(RelationType.LINKED_TO, target_name=name, origin=ORIGIN),))
        if name
        else None
    )


def _read_phone(text: str, schema: str) -> RemarkFacts | None:
    match = re.fullmatch(
        r"(?:Tele)?phone(?: (?:No\.|Number))?:?\s*+([-+()\d\s./]{5,}(?:ext\. \d+)?)", text, re.I
    )
    if not match:
        return None
    number = " ".join(re.sub(r"[()]+", " ", match[1]).split())
    return RemarkFacts(tuple(Value("phone", part, ORIGIN) for part in split_slashes(number)))


def _read_aircraft(text: str, schema: str) -> RemarkFacts | None:
    if text.startswith("Aircraft Operator "):
        name = text.removeprefix("Aircraft Operator ")
        relation = Relation(
            RelationType.LINKED_TO, target_name=name, role="operator", origin=ORIGIN
        )
        return RemarkFacts((Value("operator", name, ORIGIN), relation))
    return _labeled_date("buildDate", "Aircraft Manufacture Date ")(text, schema) or _labeled_value(
        "model", "Aircraft Model "
    )(text, schema)


def _read_registration_country(text: str, schema: str) -> RemarkFacts | None:
    prop = "country" if schema in ("Vessel", "Airplane") else "jurisdiction"
    return _labeled_value(prop, "Nationality of Registration")(text, schema)


def _read_organization(text: str, schema: str) -> RemarkFacts | None:
    return _labeled_date("incorporationDate", "Organization Established Date")(
        text, schema
    ) or _labeled_value("sector", "Organization Type:")(text, schema)


_READERS: dict[str, _RemarkReader] = {
    "DOB": _labeled_date(BIRTH_DATE, "DOB"),
    "POB": _read_birth_place,
    NATIONALITY: _country_reader(NATIONALITY, NATIONALITY),
    "citizen": _country_reader("citizenship", "citizen"),
    "Gender": _read_gender,
    "a.k.a.": _read_alias,
    "f.k.a.": _read_alias,
    "n.k.a.": _read_alias,
    "d.b.a.": _read_business_name,
    "Linked": _read_link,
    "Website": _labeled_value("website", "Website"),
    "Email": _labeled_value("email", "Email Address", "Email"),
    "Telephone": _read_phone,
    "Phone": _read_phone,
    "PHONE": _read_phone,
    "Aircraft": _read_aircraft,
    "Former": _labeled_value("pastFlags", "Former Vessel Flag"),
    "Other": lambda text, schema: (
        _labeled_value("flag", "Other Vessel Flag")(text, schema)
        or _labeled_value("type", "Other Vessel Type")(text, schema)
    ),
    "Nationality": _read_registration_country,
    "Organization": _read_organization,
    "Target": _labeled_value("classification", "Target Type"),
    "ethnicity": _labeled_value("ethnicity", "ethnicity"),
    "Tribe": _labeled_value("ethnicity", "Tribe"),
}
