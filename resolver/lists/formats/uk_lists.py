"""British lists: the UK sanctions list (XML and CSV) and the OFSI consolidated list (CSV).

The UK sanctions list follows `UK-Sanctions-List.xml` and `UK-Sanctions-List.csv` of the Foreign,
Commonwealth & Development Office (58 columns below a row `Report Date: …`). The OFSI list follows
`ConList.csv` in the format of 2022 (36 columns below a row `Last Updated,…`), which the Treasury
published until January 2026. Both CSV files have one row for each name and address, so an entry has
many rows, which share its id.

The OFSI list has facts without a column of their own in `Other Information`, each after a label in
brackets: `(UK Sanctions List Ref):AFG0001 (UN Ref):TAi.002 (Gender):Male`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resolver.lists.formats import layouts
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import head_text, split_cells
from resolver.lists.io.xml_records import Element, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, ReaderRow, Reject
from resolver.lists.text.list_documents import read_document, read_registrations
from resolver.lists.text.name_words import guess_groups_schema
from resolver.records import Address, Identifier, Relation, RelationType
from resolver.records.properties import BIRTH_DATE, NATIONALITY, PASSPORT

UK_SOURCE, OFSI_SOURCE = "gb-fcdo", "gb-ofsi"
ROOT, ENTITY = "Designations", "Designation"
_NAMES = ("Name1", "Name2", "Name3", "Name4", "Name5", "Name6")
_LINES = tuple(f"AddressLine{number}" for number in range(1, 7))
_UK_NAMES = tuple(f"Name {number}" for number in range(1, 7))
_PERSON, _GROUP, _SHIP = "IndividualDetails/Individual", "EntityDetails/Entity", "ShipDetails/Ship"
_LABEL = re.compile(r"\(([A-Z][A-Za-z /.]{2,60})\):")
_NUMBERED = re.compile(r"(?:^|\s)\(\d{1,2}\)\s*")
_UNKNOWN_PART = re.compile(r"(?:dd|mm|00|\?\?)/", re.I)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DATE = re.compile(r"\d{1,2}[/-](?:\d{1,2}|[A-Z][a-z]{2})[/-]\d{4}")
_IMO = re.compile(r"\d{7}")
_PIECES = re.compile(r" ?[;|] ?| ?, ?(?=\S{1,100}@|https?:|www\.)")
"""Separators of several telephones, e-mail addresses or flags."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Facts that belong together: their place in the XML, and their columns in both CSV files."""

    path: str
    leaves: tuple[str, ...]
    uk: tuple[str, ...] = ()
    ofsi: tuple[str, ...] = ()


_GROUPS: dict[str, _Group] = {
    "id": _Group("", ("UniqueID",), ("Unique ID",)),
    "group id": _Group("", ("OFSIGroupID",), ("OFSI Group ID",), ("Group ID",)),
    "un": _Group("", ("UNReferenceNumber",), ("UN Reference Number",)),
    "kind": _Group("", ("IndividualEntityShip",), ("Designation Type",), ("Group Type",)),
    "name": _Group(
        "Names/Name",
        (*_NAMES, "NameType", "AliasStrength"),
        (*_UK_NAMES, "Name type", "Alias strength"),
        (*_UK_NAMES, "Alias Type", "Alias Quality"),
    ),
    "script": _Group(
        "NonLatinNames/NonLatinName",
        ("NameNonLatinScript", "NonLatinScriptType", "NonLatinScriptLanguage"),
        ("Name non-latin script", "Non-latin script type", "Non-latin script language"),
        ("Name Non-Latin Script", "Non-Latin Script Type", "Non-Latin Script Language"),
    ),
    "title": _Group("Titles/Title", (".",), ("Title",), ("Title",)),
    "regime": _Group("", ("RegimeName",), ("Regime Name",), ("Regime",)),
    "source": _Group("", ("DesignationSource",), ("Designation source",)),
    "measures": _Group("", ("SanctionsImposed",), ("Sanctions Imposed",)),
    "other": _Group("", ("OtherInformation",), ("Other Information",), ("Other Information",)),
    "reasons": _Group("", ("UKStatementofReasons",), ("UK Statement of Reasons",)),
    "address": _Group(
        "Addresses/Address",
        (*_LINES, "AddressPostalCode", "AddressCountry"),
        (*(f"Address Line {n}" for n in range(1, 7)), "Address Postal Code", "Address Country"),
        (*(f"Address {n}" for n in range(1, 7)), "Post/Zip Code", "Country"),
    ),
    "phone": _Group("PhoneNumbers/PhoneNumber", (".",), ("Phone number",)),
    "website": _Group("Websites/Website", (".",), ("Website",)),
    "email": _Group("EmailAddresses/EmailAddress", (".",), ("Email address",)),
    "designated": _Group(
        "", ("DateDesignated",), ("Date Designated",), ("UK Sanctions List Date Designated",)
    ),
    "listed": _Group("", ("DateListed",), (), ("Listed On",)),
    "updated": _Group("", ("LastUpdated",), ("Last Updated",), ("Last Updated",)),
    "dob": _Group(f"{_PERSON}/DOBs/DOB", (".",), ("D.O.B",), ("DOB",)),
    "birth": _Group(
        f"{_PERSON}/BirthDetails/Location",
        ("TownOfBirth", "CountryOfBirth"),
        ("Town of birth", "Country of birth"),
        ("Town of Birth", "Country of Birth"),
    ),
    NATIONALITY: _Group(
        f"{_PERSON}/Nationalities/Nationality", (".",), ("Nationality(/ies)",), ("Nationality",)
    ),
    "passport": _Group(
        f"{_PERSON}/PassportDetails/Passport",
        ("PassportNumber", "PassportAdditionalInformation"),
        ("Passport number", "Passport additional information"),
        ("Passport Number", "Passport Details"),
    ),
    "national id": _Group(
        f"{_PERSON}/NationalIdentifierDetails/NationalIdentifier",
        ("NationalIdentifierNumber", "NationalIdentifierAdditionalInformation"),
        ("National Identifier number", "National Identifier additional information"),
        ("National Identification Number", "National Identification Details"),
    ),
    "position": _Group(f"{_PERSON}/Positions/Position", (".",), ("Position",), ("Position",)),
    "gender": _Group(f"{_PERSON}/Genders/Gender", (".",), ("Gender",)),
    "type": _Group(f"{_GROUP}/TypeOfEntities/TypeOfEntity", (".",), ("Type of entity",)),
    "subsidiary": _Group(f"{_GROUP}/Subsidiaries/Subsidiary", (".",), ("Subsidiaries",)),
    "parent": _Group(f"{_GROUP}/ParentCompanies/ParentCompany", (".",), ("Parent company",)),
    "register": _Group(
        f"{_GROUP}/BusinessRegistrationNumbers/BusinessRegistrationNumber",
        (".",),
        ("Business registration number (s)",),
    ),
    "imo": _Group(f"{_SHIP}/IMONumbers/IMONumber", (".",), ("IMO number",)),
    "owner": _Group(
        f"{_SHIP}/CurrentOwnerOperators/CurrentOwnerOperator",
        (".",),
        ("Current owner/operator (s)",),
    ),
    "past owner": _Group(
        f"{_SHIP}/PreviousOwnerOperators/PreviousOwnerOperator",
        (".",),
        ("Previous owner/operator (s)",),
    ),
    "flag": _Group(
        f"{_SHIP}/CurrentBelievedFlagOfShips/CurrentBelievedFlagOfShip",
        (".",),
        ("Current believed flag of ship",),
    ),
    "past flag": _Group(f"{_SHIP}/PreviousFlags/PreviousFlag", (".",), ("Previous flags",)),
    "ship type": _Group(f"{_SHIP}/TypeOfShipDetails/TypeOfShip", (".",), ("Type of ship",)),
    "tonnage": _Group(f"{_SHIP}/TonnageOfShipDetails/TonnageOfShip", (".",), ("Tonnage of ship",)),
    "length": _Group(f"{_SHIP}/LengthOfShipDetails/LengthOfShip", (".",), ("Length of ship",)),
    "built": _Group(f"{_SHIP}/YearsBuilt/YearBuilt", (".",), ("Year Built",)),
    "hull": _Group(
        f"{_SHIP}/HullIdentificationNumbers/HullIdentificationNumber",
        (".",),
        ("Hull identification number (HIN)",),
    ),
}
_LABELS = {
    "UK Sanctions List Ref": "id",
    "UN Ref": "un",
    "UK Statement of Reasons": "reasons",
    "Gender": "gender",
    "Email address": "email",
    "Email Address": "email",
    "Phone number": "phone",
    "Phone Number": "phone",
    "Website": "website",
    "IMO number": "imo",
    "IMO Number": "imo",
    "Current owners": "owner",
    "Current Owners": "owner",
    "Flag of ship": "flag",
    "Previous flags": "past flag",
    "Type of ship": "ship type",
    "Tonnage of ship": "tonnage",
    "Length of ship": "length",
    "Year built": "built",
    "Parent company": "parent",
    "Subsidiaries": "subsidiary",
    "Type of entity": "type",
    "Business Reg No": "register",
}
"""Group of each label in `Other Information` of the OFSI list."""
_KINDS = {"individual": "Person", "ship": "Vessel"}
_VALUES = {
    "phone": "phone",
    "website": "website",
    "email": "email",
    NATIONALITY: NATIONALITY,
    "type": "classification",
    "flag": "flag",
    "past flag": "pastFlags",
    "ship type": "type",
    "tonnage": "tonnage",
}
"""Property of groups that are texts alone."""
_UK_COLUMNS = frozenset(("Unique ID", "Name 6", "Designation Type"))
_OFSI_COLUMNS = frozenset(("Name 6", "Group Type", "Group ID"))
Facts = dict[str, dict[tuple[str, ...], None]]


@dataclass(slots=True)
class _Collected:
    """Facts of an entry by group, and texts that are not in the layout."""

    line: int
    facts: Facts = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)

    def add(self, group: str, cells: tuple[str, ...]) -> None:
        """Add facts that belong together."""
        if any(cells):
            self.facts.setdefault(group, {})[cells] = None

    def get(self, group: str) -> list[tuple[str, ...]]:
        """Return the facts of a group."""
        return list(self.facts.get(group, ()))

    def first(self, group: str) -> str:
        """Return the first text of a group that is not empty."""
        return next((cells[0] for cells in self.get(group) if cells[0]), "")

    def texts(self, group: str) -> list[str]:
        """Return the items of a group of single texts: `(1) Kabul (2) Herat` has two items."""
        facts = self.facts.get(group)
        if facts is None:
            return []
        return [
            item
            for cells in facts
            for part in (_NUMBERED.split(cells[0]) if "(" in cells[0] else cells)
            if (item := " ".join(part.split()).strip(" ,;"))
        ]


def detect_uk_xml(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the XML of the UK sanctions list."""
    return root_name(head) == ROOT


def detect_uk_csv(head: bytes, file: SourceFile) -> bool:
    """Return whether a file has the header of the UK sanctions list near its beginning."""
    return b"Unique ID" in head and layouts.find_titled_header(_first_rows(head), _UK_COLUMNS) >= 0


def detect_ofsi_csv(head: bytes, file: SourceFile) -> bool:
    """Return whether a file has the header of the OFSI list near its beginning."""
    return b"Group ID" in head and layouts.find_titled_header(_first_rows(head), _OFSI_COLUMNS) >= 0


def _first_rows(head: bytes) -> list[list[str]]:
    return [split_cells(line, ",") for line in head_text(head).splitlines()[:6]]


def read_uk_xml(unit: ListUnit) -> Iterator[Item]:
    """Yield the designations of the XML. Raises `InputError` for a file that is not the list."""
    for file in unit.files:
        for element in read_elements(file, ROOT, frozenset((ENTITY, "DateGenerated"))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == "DateGenerated":
                yield ListVersion(layouts.try_date(layouts.clean(element.text)))
            elif element.tag == ENTITY:
                yield from _read_entry(UK_SOURCE, _collect_element(element), file.label)


def read_uk_csv(unit: ListUnit) -> Iterator[Item]:
    """Yield the designations of the UK sanctions list, each from all of its rows."""
    columns = {name: group.uk for name, group in _GROUPS.items()}
    yield from _read_rows(unit, UK_SOURCE, _UK_COLUMNS, columns, "Unique ID")


def read_ofsi_csv(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of the OFSI list, each from all of its rows."""
    columns = {name: group.ofsi for name, group in _GROUPS.items()}
    yield from _read_rows(unit, OFSI_SOURCE, _OFSI_COLUMNS, columns, "Group ID")


def _read_rows(
    unit: ListUnit,
    source: str,
    required: frozenset[str],
    columns: dict[str, tuple[str, ...]],
    key: str,
) -> Iterator[Item]:
    single = {group[0]: name for name, group in columns.items() if len(group) == 1}
    several = [(name, group) for name, group in columns.items() if len(group) > 1]
    joined = frozenset(column for _, group in several for column in group)
    for file in unit.files:
        entries: dict[str, _Collected] = {}
        for row in layouts.read_titled_rows(file, required):
            if isinstance(row, Reject):
                yield row
            elif isinstance(row, layouts.Preamble):
                if date := _DATE.search(",".join(row.cells)):
                    yield ListVersion(layouts.try_date(date[0].replace("-", " ").replace("/", ".")))
            else:
                line, cells = row
                if not cells.get(key):
                    yield Reject.of_row(file.label, line, f"a row without {key}")
                    continue
                collected = entries.get(cells[key])
                if collected is None:
                    collected = entries[cells[key]] = _Collected(line)
                facts = collected.facts
                for column, text in cells.items():
                    if (name := single.get(column)) is not None:
                        facts.setdefault(name, {})[(text,)] = None
                    elif column not in joined:
                        collected.unknown[f"{column}: {text}"] = None
                for name, group in several:
                    collected.add(name, tuple([cells.get(column, "") for column in group]))
        for collected in entries.values():
            if source == OFSI_SOURCE:
                _split_information(collected)
            yield from _read_entry(source, collected, file.label)


def _split_information(collected: _Collected) -> None:
    """Move the labeled facts of `Other Information` to their groups."""
    texts, collected.facts["other"] = collected.get("other"), {}
    for (text,) in texts:
        before, *labeled = _LABEL.split(text)
        collected.add("other", (before.strip(),))
        for label, content in zip(labeled[::2], labeled[1::2], strict=True):
            content = content.strip()
            group = _LABELS.get(label)
            if group is None:
                collected.add("other", (f"({label}):{content}",))
            elif group in ("id", "un"):
                number, _, rest = content.partition(" ")
                collected.add(group, (number.strip(" .,;"),))
                collected.add("other", (rest.strip(),))
            else:
                is_text = group == "reasons"
                collected.add(group, (content if is_text else content.rstrip(" ."),))


def _collect_element(element: Element) -> _Collected:
    collected = _Collected(int(element.sourceline or 0))
    for child in element:
        _collect_child(collected, child, _TREE)
    return collected


_Tree = dict[str, "_Tree | tuple[str, tuple[str, ...]]"]


def _build_tree() -> _Tree:
    """Return the group and leaves of each path of the XML, as trees of tags."""
    tree: _Tree = {}
    for name, group in _GROUPS.items():
        *above, last = (group.path or group.leaves[0]).split("/")
        node = tree
        for tag in above:
            inner = node.setdefault(tag, {})
            assert isinstance(inner, dict)
            node = inner
        node[last] = (name, group.leaves if group.path else (".",))
    return tree


_TREE = _build_tree()
_IGNORED = frozenset(
    path.partition("/")[0]
    for path, use in layouts.load_layout("uk_list_xml").items()
    if use.use == layouts.IGNORED
)


def _collect_child(collected: _Collected, element: Element, tree: _Tree) -> None:
    """Collect the facts of the elements below an element whose tags are in a tree."""
    tag = element.tag
    found = tree.get(tag)
    if isinstance(found, dict):
        for child in element:
            _collect_child(collected, child, found)
    elif found is None:
        for inner in element.iter():
            if tag not in _IGNORED and (text := layouts.clean(inner.text)):
                collected.unknown[f"{inner.tag}: {text}"] = None
    elif found[1] == (".",):
        collected.add(found[0], ((element.text or "").strip(),))
    else:
        name, leaves = found
        texts = dict.fromkeys(leaves, "")
        for child in element:
            if text := layouts.clean(child.text):
                if child.tag in texts:
                    texts[child.tag] = text
                else:
                    collected.unknown[f"{child.tag}: {text}"] = None
        collected.add(name, tuple(texts.values()))


def _read_entry(source: str, collected: _Collected, label: str) -> Iterator[Item]:
    identity = collected.first("id" if source == UK_SOURCE else "group id")
    names = [_parse_name(cells) for cells in collected.get("name")]
    names = [name for name in names if name.full]
    if not identity or not names:
        missing = "a name" if identity else "UniqueID"
        yield Reject.of_row(label, collected.line, f"an entry without {missing}", identity)
        return
    schema = _KINDS.get(collected.first("kind").lower(), "")
    if not schema:
        schema = guess_groups_schema(name.full for name in names) or "Organization"
    entry = layouts.Entry(source, identity, schema, label, collected.line)
    _add_names(entry, names, collected)
    _add_listing(entry, collected)
    for address in _addresses(collected):
        entry.add_fact(address)
    if schema == "Person":
        _add_person(entry, collected)
    _add_group(entry, collected)
    _add_ship(entry, collected)
    for group, prop in _VALUES.items():
        for text in collected.texts(group):
            for piece in _PIECES.split(text) if _PIECES.search(text) else (text,):
                entry.add_value(prop, piece, group)
    for text in collected.unknown:
        entry.add_note(text)
    yield from entry.items()


@dataclass(frozen=True, slots=True)
class _Name:
    full: str
    given: tuple[str, ...]
    family: str
    prop: str


def _parse_name(cells: tuple[str, ...]) -> _Name:
    *given, family = [layouts.clean(cell) if cell else "" for cell in cells[:6]]
    kind, strength = cells[6].lower(), cells[7].lower()
    if kind.startswith("primary") and "variation" not in kind:
        prop = "name"
    elif "low" in strength or "weak" in strength:
        prop = "weakAlias"
    else:
        prop = "previousName" if kind.startswith("f") else "alias"
    parts = tuple(filter(None, given))
    return _Name(" ".join(filter(None, (*parts, family))), parts, family, prop)


def _add_names(entry: layouts.Entry, names: list[_Name], collected: _Collected) -> None:
    if not any(name.prop == "name" for name in names):
        first = min(names, key=lambda name: (name.prop == "weakAlias", name.full))
        entry.add_value("name", first.full, "name")
    for name in names:
        entry.add_value(name.prop, name.full, "name")
        if name.prop == "name" and entry.schema == "Person":
            entry.add_value("firstName", " ".join(name.given[:1]), "name")
            entry.add_value("middleName", " ".join(name.given[1:]), "name")
            entry.add_value("lastName", name.family if name.given else "", "name")
    for script_name, script, language in collected.get("script"):
        entry.add_value("alias", script_name, "non-Latin script")
        if words := ", ".join(filter(None, (script, language))):
            entry.add_note(f"{script_name}: {words}", "non-Latin script")
    for title in collected.texts("title"):
        entry.add_value("title", title, "title")


def _add_listing(entry: layouts.Entry, collected: _Collected) -> None:
    entry.add_reference("authorityId", collected.first("id"), "UK reference", "UniqueID")
    entry.add_reference("authorityId", collected.first("group id"), "OFSI group id", "Group ID")
    for number in collected.texts("un"):
        entry.add_reference("unscId", number, "UN reference", "UN reference")
    for text in collected.texts("regime"):
        entry.add_program(text, "regime")
    for text in collected.texts("source"):
        entry.add_value("publisher", text, "designation source")
    for text in collected.texts("measures"):
        for measure in text.split("|"):
            entry.add_value("provisions", measure, "sanctions imposed")
    for group, prop in (("designated", "startDate"), ("listed", "listingDate")):
        for text in collected.texts(group):
            entry.add_date(prop, _plain_date(text), group)
    for text in collected.texts("updated"):
        entry.add_date("modifiedAt", _plain_date(text), "updated")
    for group in ("reasons", "other"):
        for cells in collected.get(group):
            entry.add_reason(layouts.clean(cells[0]), group)


def _plain_date(text: str) -> str:
    """Return `dd/mm/1945` as `1945` and `01/03/1958` as `01.03.1958`: the day comes first."""
    text = _UNKNOWN_PART.sub("", text)
    return _SLASHED.sub(r"\1.\2.\3", text)


def _addresses(collected: _Collected) -> Iterator[Address]:
    for *lines, code, country in collected.get("address"):
        street = ", ".join(filter(None, map(layouts.clean, lines[:4])))
        region, city = (layouts.clean(line) for line in lines[4:])
        countries = [
            layouts.clean(part) for part in _NUMBERED.split(country) if layouts.clean(part)
        ] or [""]
        if not any((street, region, city, code, *countries)):
            continue
        for name in countries:
            # The last line is the city; a code without digits is one, too.
            is_city = bool(code) and not any(map(str.isdigit, code))
            yield Address(
                "",
                street,
                city or (layouts.clean(code) if is_city else ""),
                region,
                "" if is_city else layouts.clean(code),
                name,
                "address",
            )


def _add_person(entry: layouts.Entry, collected: _Collected) -> None:
    for text in collected.texts("dob"):
        entry.add_date(BIRTH_DATE, _plain_date(text), "date of birth")
    for town, country in collected.get("birth"):
        towns = [layouts.clean(part) for part in _NUMBERED.split(town) if layouts.clean(part)]
        countries = [
            layouts.clean(part) for part in _NUMBERED.split(country) if layouts.clean(part)
        ]
        for name in countries:
            entry.add_value("birthCountry", name, "birth")
        for name in towns:
            place = f"{name}, {countries[0]}" if len(countries) == 1 else name
            entry.add_value("birthPlace", place, "birth")
    for group, prop in (("passport", PASSPORT), ("national id", "idNumber")):
        for number, details in collected.get(group):
            _add_documents(entry, group, prop, number, details)
    for text in collected.texts("position"):
        entry.add_value("position", text, "position")
    for text in collected.texts("gender"):
        entry.add_value("gender", text.lower(), "gender")


def _add_documents(entry: layouts.Entry, group: str, prop: str, number: str, details: str) -> None:
    numbers = [layouts.clean(part) for part in _NUMBERED.split(number) if layouts.clean(part)]
    notes = [layouts.clean(part) for part in _NUMBERED.split(details) if layouts.clean(part)]
    for index, text in enumerate(numbers):
        note = notes[index] if len(notes) == len(numbers) else "; ".join(notes)
        # a number alone says neither its country nor its dates
        is_alone = not note and text.isalnum()
        described = (
            None if is_alone else read_document(f"{text}, {note}" if note else text, prop, group)
        )
        country = described.country if described else ""
        issued, expires = (described.issued, described.expires) if described else ("", "")
        kind = "Passport" if prop == PASSPORT else ""
        entry.add_fact(Identifier(prop, text, country, kind, issued, expires, note, group))
    if not numbers and notes:
        entry.add_note(f"{group}: {'; '.join(notes)}", group)


def _add_group(entry: layouts.Entry, collected: _Collected) -> None:
    for text in collected.texts("register"):
        found = read_registrations(text, "registrationNumber", "business registration")
        for number in found.identifiers:
            entry.add_fact(number)
        for rest in found.unread:
            entry.add_note(f"business registration: {rest}", "business registration")
    for group, role in (("parent", "parent company"), ("subsidiary", "subsidiary")):
        for text in collected.texts(group):
            entry.add_fact(
                Relation(RelationType.LINKED_TO, target_name=text, role=role, origin=group)
            )


def _add_ship(entry: layouts.Entry, collected: _Collected) -> None:
    for text in collected.texts("imo"):
        number = _IMO.search(text)
        entry.add_fact(
            Identifier("imoNumber", number[0] if number else text, type="IMO", origin="imo")
        )
    for text in collected.texts("hull"):
        entry.add_fact(Identifier("serialNumber", text, type="HIN", origin="hull"))
    for text in collected.texts("owner"):
        entry.add_value("owner", text, "owner")
        entry.add_fact(
            Relation(RelationType.LINKED_TO, target_name=text, role="owner", origin="owner")
        )
    for text in collected.texts("past owner"):
        entry.add_note(f"previous owner or operator: {text}", "past owner")
    for text in collected.texts("length"):
        entry.add_note(f"length of ship: {text}", "length")
    for text in collected.texts("built"):
        entry.add_date("buildDate", text, "built")


ROWS = (
    ReaderRow(
        name="uk_list_xml",
        help="UK sanctions list of the FCDO as XML (UK-Sanctions-List.xml)",
        detect=detect_uk_xml,
        read=read_uk_xml,
    ),
    ReaderRow(
        name="uk_list_csv",
        help="UK sanctions list of the FCDO as CSV (UK-Sanctions-List.csv)",
        detect=detect_uk_csv,
        read=read_uk_csv,
    ),
    ReaderRow(
        name="uk_ofsi_csv",
        help="UK consolidated list of OFSI as CSV (ConList.csv, format of 2022)",
        detect=detect_ofsi_csv,
        read=read_ofsi_csv,
    ),
)
