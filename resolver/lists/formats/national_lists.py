"""Lists of single states: Canada (XML), Australia (table), France and Ukraine (JSON).

Canada: `sema-lmes.xml` of Global Affairs Canada, flat records without ids. Schedule and item number
are unique within a country, so they make the id.

Australia: the consolidated list of DFAT (`regulation8_consolidated.xlsx`, or a CSV of it). An entry
has a row for each name; references with the same number (`101`, `101a`) are one entry.

France: the `Registre national des gels` (`flux-json` of the Direction générale du Trésor). The
facts of an entry are typed fields (`TypeChamp`), each with a list of values.

Ukraine: subjects of the state register of sanctions of the NSDC (`/v2/subjects` of its service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from resolver.lists.formats import layouts
from resolver.lists.io.json_rows import (
    Json,
    json_objects,
    json_text,
    json_texts,
    read_json_objects,
    read_json_rows,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import head_text, json_keys, split_cells
from resolver.lists.io.xml_records import Element, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, ReaderRow, Reject
from resolver.lists.text.list_documents import read_documents
from resolver.lists.text.name_words import guess_groups_schema
from resolver.records import Address, Identifier, content_id
from resolver.records.properties import BIRTH_DATE, NATIONALITY, PASSPORT

# ---- Canada -------------------------------------------------------------------------------------

CA_SOURCE, CA_ROOT = "ca-sema", "data-set"
_CA_TABLE = layouts.load_layout("ca_sema")
_CA_SEPARATOR = re.compile(r" ?; ?|, (?=\S{1,60} \S)")


def detect_sema(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like Canada's list."""
    return root_name(head) == CA_ROOT and b"<record" in head


def read_sema(unit: ListUnit) -> Iterator[Item]:
    """Yield the records of Canada's list. Raises `InputError` for another file."""
    for file in unit.files:
        for element in read_elements(file, CA_ROOT, frozenset(("record",))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == "record":
                yield from _read_sema_record(element, file.label)


def _read_sema_record(element: Element, label: str) -> Iterator[Item]:
    texts = {str(child.tag): layouts.clean(child.text) for child in element}
    line = int(element.sourceline or 0)
    given, family = texts.get("GivenName", ""), texts.get("LastName", "")
    group = texts.get("EntityOrShip") or texts.get("Entity", "")
    name = group or f"{given} {family}".strip()
    country = texts.get("Country", "").partition("/")[0].strip()
    place = "-".join(filter(None, (country, texts.get("Schedule"), texts.get("Item"))))
    identity = re.sub(r"[^\w.-]+", "-", place).strip("-")
    if not identity:
        identity = content_id(CA_SOURCE, "\t".join(texts.values())).partition(":")[2]
    if not name:
        yield Reject.of_row(label, line, "a record without a name", identity)
        return
    schema = "Person" if not group else guess_groups_schema([group]) or "Organization"
    if texts.get("ShipIMONumber"):
        schema = "Vessel"
    entry = layouts.Entry(CA_SOURCE, identity, schema, label, line)
    entry.add_value("name", name, "name")
    if not group:
        entry.add_value("firstName", given, "GivenName")
        entry.add_value("lastName", family, "LastName")
    for alias in _CA_SEPARATOR.split(texts.get("Aliases", "")):
        entry.add_value("alias", alias, "Aliases")
    title = texts.get("TitleOrShip") or texts.get("Title", "")
    entry.add_value("type" if schema == "Vessel" else "title", title, "TitleOrShip")
    born = texts.get("DateOfBirthOrShipBuildDate") or texts.get("DateOfBirth", "")
    entry.add_date("buildDate" if schema == "Vessel" else BIRTH_DATE, born, "DateOfBirth")
    if number := texts.get("ShipIMONumber"):
        entry.add_fact(Identifier("imoNumber", number, type="IMO", origin="ShipIMONumber"))
    entry.add_program(texts.get("Country", ""), "Country")
    entry.add_value("legalBasis", texts.get("Schedule", ""), "Schedule")
    entry.add_reference("authorityId", texts.get("Item", ""), "item of the schedule", "Item")
    entry.add_date("listingDate", texts.get("DateOfListing", ""), "DateOfListing")
    for tag, text in texts.items():
        if tag not in _CA_TABLE:
            entry.add_note(f"{tag}: {text}" if text else "", tag)
    yield from entry.items()


# ---- Australia ----------------------------------------------------------------------------------

AU_SOURCE = "au-dfat"
_AU_COLUMNS = frozenset(("Reference", "Name of Individual or Entity", "Name Type"))
_AU_TABLE = layouts.load_layout("au_dfat")
_AU_NUMBER = re.compile(r"\d+")
_AU_ITEMS = re.compile(r"(?:^|[ ,;])(?:[a-h]|i{1,3}|iv)\) ?| ?; ?")
_AU_KINDS = {"individual": "Person", "vessel": "Vessel", "ship": "Vessel"}
_AU_MEASURES = (
    "Targeted Financial Sanction",
    "Travel Ban",
    "Arms Embargo",
    "Maritime Restriction",
)


def detect_dfat(head: bytes, file: SourceFile) -> bool:
    """Return whether a table has the header of Australia's list near its beginning."""
    if b"Name of Individual or Entity" not in head:
        return False
    lines = head_text(head).splitlines()[:4]
    return layouts.find_titled_header([split_cells(line, ",") for line in lines], _AU_COLUMNS) >= 0


def read_dfat(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of Australia's list, each from all of its rows."""
    for file in unit.files:
        entries: dict[str, list[tuple[int, dict[str, str]]]] = {}
        for row in layouts.read_titled_rows(file, _AU_COLUMNS):
            if isinstance(row, Reject):
                yield row
            elif isinstance(row, tuple):
                number = _AU_NUMBER.match(row[1].get("Reference", ""))
                if number:
                    entries.setdefault(number[0], []).append(row)
                else:
                    yield Reject.of_row(file.label, row[0], "a row without a Reference")
        for number_text, rows in entries.items():
            yield from _read_dfat_entry(number_text, rows, file.label)


def _read_dfat_entry(
    number: str, rows: list[tuple[int, dict[str, str]]], label: str
) -> Iterator[Item]:
    line, first = rows[0]
    named = [cells for _, cells in rows if layouts.clean(cells.get("Name of Individual or Entity"))]
    if not named:
        yield Reject.of_row(label, line, "an entry without a name", number)
        return
    schema = _AU_KINDS.get(first.get("Type", "").lower(), "")
    names = [cells["Name of Individual or Entity"] for cells in named]
    schema = schema or guess_groups_schema(names) or "Organization"
    entry = layouts.Entry(AU_SOURCE, number, schema, label, line)
    has_main = any(cells.get("Name Type", "").lower() == "primary name" for cells in named)
    for index, cells in enumerate(named):
        kind, strength = (cells.get(name, "").lower() for name in ("Name Type", "Alias Strength"))
        is_main = kind == "primary name" or (not has_main and index == 0)
        prop = "name" if is_main else "weakAlias" if strength == "weak" else "alias"
        entry.add_value(prop, cells["Name of Individual or Entity"], "Name")
    for _, cells in rows:
        _add_dfat_facts(entry, cells)
    yield from entry.items()


def _split_cell(text: str) -> list[str]:
    """Return the items of a cell: `a) Kabul b) Herat`, or one item on each line."""
    lines = re.sub(r"_x000D_|\n", ";", text)
    return _AU_ITEMS.split(" ".join(lines.split()))


def _add_dfat_facts(entry: layouts.Entry, cells: dict[str, str]) -> None:
    is_person = entry.schema == "Person"
    entry.add_date(BIRTH_DATE, cells.get("Date of Birth", ""), "Date of Birth")
    for column, prop in (
        ("Place of Birth", "birthPlace"),
        ("Citizenship", "citizenship" if is_person else "country"),
        ("Instrument of Designation", "legalBasis"),
    ):
        for text in _split_cell(cells.get(column, "")):
            entry.add_value(prop, text.strip(" ,"), column)
    for text in _split_cell(cells.get("Address", "")):
        if address := text.strip(" ,"):
            entry.add_fact(Address(address, origin="Address"))
    if number := cells.get("IMO Number"):
        entry.add_fact(Identifier("imoNumber", number, type="IMO", origin="IMO Number"))
    if program := cells.get("Committees"):
        entry.add_program(program, "Committees")
    entry.add_date("startDate", cells.get("Control Date", ""), "Control Date")
    for column in ("Additional Information", "Listing Information"):
        entry.add_reason(layouts.clean(cells.get(column, "").replace("_x000D_", " ")), column)
    for column in _AU_MEASURES:
        if cells.get(column, "").lower() in ("true", "1", "yes"):
            entry.add_value("provisions", column, column)
    for column, text in cells.items():
        if column not in _AU_TABLE:
            entry.add_note(f"{column}: {text}", column)


# ---- France -------------------------------------------------------------------------------------

FR_SOURCE = "fr-gels"
_FR_BEGIN = re.compile(r'"PublicationDetail"\s*:\s*\[')
_FR_DATE = re.compile(r'"DatePublication"\s*:\s*"([^"]+)"')
_FR_KINDS = {"personne physique": "Person", "navire": "Vessel"}
_FR_VALUES = {
    "ALIAS": "alias",
    "PRENOM": "firstName",
    "NATIONALITE": NATIONALITY,
    "TITRE": "position",
    "SITE_INTERNET": "website",
    "TELEPHONE": "phone",
    "COURRIEL": "email",
}
_FR_GENDERS = {"masculin": "male", "féminin": "female", "feminin": "female"}
_FR_NUMBERS = {
    "NUMERO_OMI": ("imoNumber", "OMI"),
    "PASSEPORT": (PASSPORT, "Passeport"),
    "AUTRE_IDENTITE": ("idNumber", ""),
}
_FR_MAIN = frozenset(
    (
        "Alias",
        "Prenom",
        "Pays",
        "Titre",
        "SiteInternet",
        "Telephone",
        "Courriel",
        "NumeroOMI",
        "NumeroPasseport",
        "NumeroCarte",
    )
)


def detect_gels(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the French register."""
    is_near = b"Publications" in head
    return (
        is_near
        and "Publications" in json_keys(head)
        and _FR_BEGIN.search(head_text(head)) is not None
    )


def read_gels(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of the French register."""
    for file in unit.files:
        if date := _FR_DATE.search(head_text(file.head())):
            yield ListVersion(date[1])
        for item in read_json_objects(file, _FR_BEGIN):
            if isinstance(item, Reject):
                yield item
            else:
                yield from _read_gel(file.label, *item)


def _read_gel(label: str, line: int, row: Json) -> Iterator[Item]:
    identity, family = json_text(row.get("IdRegistre")), json_text(row.get("Nom"))
    if not identity or not family:
        missing = "Nom" if identity else "IdRegistre"
        yield Reject.of_row(label, line, f"an entry without {missing}", identity)
        return
    schema = _FR_KINDS.get(json_text(row.get("Nature")).lower(), "")
    schema = schema or guess_groups_schema([family]) or "Organization"
    entry = layouts.Entry(FR_SOURCE, identity, schema, label, line)
    fields = [
        (json_text(detail.get("TypeChamp")), value)
        for detail in json_objects(row.get("RegistreDetail"))
        for value in json_objects(detail.get("Valeur"))
    ]
    given = " ".join(json_text(value.get("Prenom")) for kind, value in fields if kind == "PRENOM")
    entry.add_value("name", f"{given} {family}", "Nom")
    if schema == "Person":
        entry.add_value("lastName", family, "Nom")
    for kind, value in fields:
        _add_gel_field(entry, kind, value)
    yield from entry.items()


def _add_gel_field(entry: layouts.Entry, kind: str, value: Json) -> None:
    texts = {name: json_text(text) for name, text in value.items()}
    main = next((text for name, text in texts.items() if name in _FR_MAIN and text), "")
    comment = texts.get("Commentaire", "")
    if kind in _FR_VALUES:
        entry.add_value(_FR_VALUES[kind], main, kind)
        entry.add_note(f"{main}: {comment}" if comment else "", kind)
    elif kind in _FR_NUMBERS:
        prop, name = _FR_NUMBERS[kind]
        if main:
            country = texts.get("Pays", "")
            entry.add_fact(
                Identifier(prop, main, country, name or comment, note=comment, origin=kind)
            )
    elif kind == "SEXE":
        entry.add_value("gender", _FR_GENDERS.get(texts.get("Sexe", "").lower(), ""), kind)
    elif kind == "DATE_DE_NAISSANCE":
        parts = (texts.get(name, "") for name in ("Annee", "Mois", "Jour"))
        entry.add_parts_date(BIRTH_DATE, parts, kind)
        entry.add_note(f"{BIRTH_DATE}: {comment}" if comment else "", kind)
    elif kind == "LIEU_DE_NAISSANCE":
        place = ", ".join(filter(None, (texts.get("Lieu", ""), texts.get("Pays", ""))))
        entry.add_value("birthPlace", place, kind)
        entry.add_value("birthCountry", texts.get("Pays", ""), kind)
    elif kind in ("ADRESSE_PM", "ADRESSE_PP"):
        address = Address(texts.get("Adresse", ""), country=texts.get("Pays", ""), origin=kind)
        if address.text:
            entry.add_fact(address)
    elif kind == "IDENTIFICATION":
        _add_gel_numbers(entry, texts.get("Identification", ""), comment)
    elif kind == "REFERENCE_UE":
        entry.add_reference("authorityId", texts.get("ReferenceUe", ""), "EU reference", kind)
    elif kind == "REFERENCE_ONU":
        entry.add_reference("unscId", texts.get("ReferenceOnu", ""), "UN reference", kind)
    elif kind == "FONDEMENT_JURIDIQUE":
        entry.add_value("legalBasis", texts.get("FondementJuridique", ""), kind)
        entry.add_program(texts.get("FondementJuridiqueLabel", ""), kind)
    elif kind == "MOTIFS":
        entry.add_reason(texts.get("Motifs", ""), kind)
    else:
        for name, text in texts.items():
            entry.add_note(f"{kind} {name}: {text}" if text else "", kind)


def _add_gel_numbers(entry: layouts.Entry, text: str, comment: str) -> None:
    described = f"{comment}: {text}" if comment else text
    if text.strip(" /"):
        prop = "idNumber" if entry.schema == "Person" else "registrationNumber"
        found = read_documents(described, prop, "IDENTIFICATION")
        for number in found.identifiers:
            entry.add_fact(number)
        for rest in found.unread:
            entry.add_note(rest, "IDENTIFICATION")


# ---- Ukraine ------------------------------------------------------------------------------------

UA_SOURCE = "ua-nsdc"
_UA_KEYS = frozenset(path.partition("/")[0] for path in layouts.load_layout("ua_nsdc"))
_UA_NUMBERS = {
    "tax:inn": "innCode",
    "reg:odrn": "ogrnCode",
    "reg:odrnip": "ogrnCode",
    "reg:okpo": "okpoCode",
    "reg:person_ro": "idNumber",
    "reg:person_il": "idNumber",
    "doc:passport": PASSPORT,
    "doc:d_passport": PASSPORT,
    "doc:f_passport": PASSPORT,
    "doc:s_passport": PASSPORT,
}


def detect_nsdc(head: bytes, file: SourceFile) -> bool:
    """Return whether the first object is a subject of the Ukrainian register."""
    return b'"translit"' in head and json_keys(head) >= {"sid", "name", "translit"}


def read_nsdc(unit: ListUnit) -> Iterator[Item]:
    """Yield the subjects of the Ukrainian register."""
    for file in unit.files:
        for item in read_json_rows(file):
            if isinstance(item, Reject):
                yield item
            else:
                yield from _read_nsdc_subject(file.label, *item)


def _read_nsdc_subject(label: str, line: int, row: Json) -> Iterator[Item]:
    identity, name = json_text(row.get("sid")), json_text(row.get("name"))
    if not identity or not name:
        missing = "name" if identity else "sid"
        yield Reject.of_row(label, line, f"a subject without {missing}", identity)
        return
    kind = json_text(row.get("subjectType") or row.get("type")).lower()
    other_name = json_text(row.get("translit"))
    schema = guess_groups_schema([name, other_name])
    if kind == "individual" or (not kind and not schema):
        schema = "Person"
    entry = layouts.Entry(UA_SOURCE, identity, schema or "Organization", label, line)
    is_person = entry.schema == "Person"
    for index, text in enumerate((other_name, name)):
        # The register has names in Ukrainian, and names in other languages in brackets.
        parts = (part.strip() for part in re.split(r"[(,)]", text))
        main, *others = [*filter(None, parts)] or [""]
        entry.add_value("name" if index == (0 if other_name else 1) else "alias", main, "name")
        for other in others:
            entry.add_value("alias" if " " in other else "notes", other, "name")
    for alias in json_texts(row.get("aliases")):
        entry.add_value("alias", alias, "aliases")
    for text in json_texts(row.get("citizenships")):
        entry.add_value(NATIONALITY if is_person else "jurisdiction", text, "citizenships")
    for key, person_prop, group_prop in (
        ("bd", BIRTH_DATE, "incorporationDate"),
        ("dd", "deathDate", "dissolutionDate"),
    ):
        entry.add_date(person_prop if is_person else group_prop, json_text(row.get(key)), key)
    for number in json_objects(row.get("identifiers")):
        code = json_text(number.get("code"))
        prop = _UA_NUMBERS.get(json_text(number.get("id")), "registrationNumber")
        if code:
            country, note = json_text(number.get("iso2")), json_text(number.get("note"))
            kind_text = json_text(number.get("id"))
            entry.add_fact(
                Identifier(prop, code, country, kind_text, note=note, origin="identifiers")
            )
    for attribute in json_objects(row.get("attributes")):
        key, value = json_text(attribute.get("key")), json_text(attribute.get("value"))
        entry.add_note(f"{key}: {value}" if value else "", "attributes")
    for action in json_objects(row.get("actions")):
        _add_nsdc_action(entry, action)
    for key, unknown in row.items():
        if key not in _UA_KEYS and (text := json_text(unknown)):
            entry.add_note(f"{key}: {text}", key)
    yield from entry.items()


def _add_nsdc_action(entry: layouts.Entry, action: Json) -> None:
    decree = action.get("decree")
    if isinstance(decree, dict):
        entry.add_program(json_text(decree.get("number")), "decree")
        entry.add_date("startDate", json_text(decree.get("date")), "decree")
        entry.add_value("sourceUrl", json_text(decree.get("link")), "decree")
    entry.add_date("endDate", json_text(action.get("endDate")), "endDate")
    for restriction in json_objects(action.get("restrictions")):
        entry.add_value("provisions", json_text(restriction.get("restriction")), "restrictions")
    for key in ("reason", "reasons"):
        entry.add_reason(json_text(action.get(key)), key)
    for key in ("status", "term", "issuers"):
        if text := json_text(action.get(key)):
            entry.add_note(f"{key}: {text}", key)


ROWS = (
    ReaderRow(
        name="ca_sema",
        help="Canada's autonomous sanctions as XML (sema-lmes.xml)",
        detect=detect_sema,
        read=read_sema,
    ),
    ReaderRow(
        name="au_dfat",
        help="Australia's consolidated list of DFAT as a table (regulation8_consolidated.xlsx)",
        detect=detect_dfat,
        read=read_dfat,
    ),
    ReaderRow(
        name="fr_gels",
        help="French national register of asset freezes as JSON (flux-json)",
        detect=detect_gels,
        read=read_gels,
    ),
    ReaderRow(
        name="ua_nsdc",
        help="Ukrainian state register of sanctions as JSON (subjects of the NSDC's service)",
        detect=detect_nsdc,
        read=read_nsdc,
    ),
)
