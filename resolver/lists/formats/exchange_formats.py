"""Formats in which entities and networks are exchanged: STIX, LEI-CDF, statements, and ICIJ's.

STIX 2.1 (OASIS): identities, threat actors and intrusion sets of a bundle are records, and
relationships join them. Other objects (indicators, malware) describe no entity; they are only
counted.

LEI-CDF 3.1 of GLEIF (level 1, `LEIRecord`): legal entities with their addresses and registers.

Statements of OpenSanctions and nomenklatura as CSV: a row for each value of an entity. The rows of
an entity are together, in the order of the publisher, or anywhere in the file.

Offshore Leaks of the ICIJ as CSV (`offshoreleaks.icij.org/pages/database`): a file for each type of
node (`nodes-entities.csv`, `-officers`, `-intermediaries`, `-others`, `-addresses`) and
`relationships.csv`. Relationships and addresses are gathered first, as numbers where possible, and
then the nodes are read one by one.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from resolver.errors import pluralize
from resolver.lists.formats.layouts import (
    Entry,
    Preamble,
    clean,
    load_layout,
    read_titled_rows,
    try_date,
)
from resolver.lists.io import json_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import first_line, head_text, json_keys, split_cells
from resolver.lists.io.xml_records import Element, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, Note, ReaderRow, Reject
from resolver.lists.text.crimes import topic_activities
from resolver.lists.text.name_words import guess_groups_schema
from resolver.records import Address, Identifier, Relation, RelationType, kind_of_schema
from resolver.records.properties import ADDRESS, DATES, IDENTIFIER_SET
from resolver.records.stated_links import find_relation_type

# ---- STIX ---------------------------------------------------------------------------------------

STIX_SOURCE = "stix"
_STIX_BEGIN = re.compile(r'"objects"\s*:\s*\[')
_STIX_RECORDS = frozenset(("identity", "threat-actor", "intrusion-set"))
_STIX_GROUPS = {"organization": "Organization", "class": "Organization", "group": "Organization"}
_STIX_RELATIONS = {
    "attributed-to": RelationType.LINKED_TO,
    "impersonates": RelationType.LINKED_TO,
    "targets": RelationType.OPPONENT_OF,
}
_DAY_LETTERS = len("2016-05-01")
_STIX_DATES = {"created": "createdAt", "modified": "modifiedAt", "first_seen": "startDate"}
_STIX_NOTES = (
    "roles",
    "sectors",
    "threat_actor_types",
    "goals",
    "sophistication",
    "resource_level",
    "primary_motivation",
    "secondary_motivations",
    "personal_motivations",
    "labels",
    "last_seen",
    "confidence",
    "lang",
)


def detect_stix(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like a bundle of STIX objects."""
    if b'"bundle"' not in head:
        return False
    text = head_text(head)
    return "objects" in json_keys(head) and re.search(r'"type"\s*:\s*"bundle"', text) is not None


def read_stix(unit: ListUnit) -> Iterator[Item]:
    """Yield the identities and actors of a bundle, with their relationships."""
    for file in unit.files:
        relations: dict[str, list[Relation]] = {}
        for item in json_rows.read_json_objects(file, _STIX_BEGIN):
            if not isinstance(item, Reject) and item[1].get("type") == "relationship":
                _collect_relationship(relations, item[1])
        others: Counter[str] = Counter()
        for item in json_rows.read_json_objects(file, _STIX_BEGIN):
            if isinstance(item, Reject):
                yield item
            elif (kind := json_rows.json_text(item[1].get("type"))) in _STIX_RECORDS:
                yield from _read_stix_object(file.label, *item, relations)
            elif kind != "relationship":
                others[kind] += 1
        if others:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
            yield Note(f"{file.label}: objects that describe nobody are left out: {kinds}")


def _collect_relationship(relations: dict[str, list[Relation]], row: json_rows.Json) -> None:
    kind = json_rows.json_text(row.get("relationship_type"))
    source, target = (
        json_rows.json_text(row.get("source_ref")),
        json_rows.json_text(row.get("target_ref")),
    )
    is_record = all(name.partition("--")[0] in _STIX_RECORDS for name in (source, target))
    if not is_record:
        return
    known = find_relation_type(kind)
    relation_type = known or _STIX_RELATIONS.get(kind, RelationType.LINKED_TO)
    # the words of a known type would say it twice
    stated = "" if known else kind.replace("-", " ")
    words = filter(None, (stated, json_rows.json_text(row.get("description"))))
    relation = Relation(
        relation_type,
        f"{STIX_SOURCE}:{target}",
        role=": ".join(words),
        start=json_rows.json_text(row.get("start_time"))[:_DAY_LETTERS],
        end=json_rows.json_text(row.get("stop_time"))[:_DAY_LETTERS],
        origin="relationship",
    )
    relations.setdefault(source, []).append(relation)


def _read_stix_object(
    label: str, line: int, row: json_rows.Json, relations: dict[str, list[Relation]]
) -> Iterator[Item]:
    identity, name = json_rows.json_text(row.get("id")), json_rows.json_text(row.get("name"))
    if not identity or not name:
        missing = "name" if identity else "id"
        yield Reject.of_row(label, line, f"an object without {missing}", identity)
        return
    kind = json_rows.json_text(row.get("identity_class")).lower()
    schema = "Person" if kind == "individual" else _STIX_GROUPS.get(kind, "")
    if row.get("type") != "identity" and not schema:
        schema = "Organization"
    entry = Entry(
        STIX_SOURCE, identity, schema or guess_groups_schema([name]) or "LegalEntity", label, line
    )
    entry.add_value("name", name, "name")
    for alias in json_rows.json_texts(row.get("aliases")):
        entry.add_value("alias", alias, "aliases")
    for key, prop in _STIX_DATES.items():
        entry.add_date(prop, json_rows.json_text(row.get(key)), key)
    entry.add_reason(json_rows.json_text(row.get("description")), "description")
    for text in json_rows.json_texts(row.get("contact_information")):
        prop = "email" if "@" in text else "notes"
        entry.add_value(prop, text, "contact_information")
    for reference in json_rows.json_objects(row.get("external_references")):
        entry.add_value(
            "sourceUrl", json_rows.json_text(reference.get("url")), "external_references"
        )
        words = (json_rows.json_text(reference.get(key)) for key in ("source_name", "external_id"))
        if text := " ".join(filter(None, words)):
            entry.add_note(text, "external_references")
    for key, value in row.items():
        if key in _STIX_NOTES or f"{key}" not in _STIX_TABLE:
            for text in json_rows.json_texts(value):
                entry.add_note(f"{key.replace('_', ' ')}: {text}", key)
    for relation in relations.get(identity, ()):
        entry.add_fact(relation)
    yield from entry.items()


_STIX_TABLE = load_layout("stix")

# ---- LEI-CDF ------------------------------------------------------------------------------------

LEI_SOURCE, LEI_ROOT, LEI_RECORD = "gleif", "LEIData", "LEIRecord"
_LEI_NAMES = {
    "PREVIOUS_LEGAL_NAME": "previousName",
    "TRADING_OR_OPERATING_NAME": "alias",
    "ALTERNATIVE_LANGUAGE_LEGAL_NAME": "alias",
}
_LEI_TABLE = load_layout("lei_cdf")


def detect_lei(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like a file of legal entity identifiers."""
    return root_name(head) == LEI_ROOT


def read_lei(unit: ListUnit) -> Iterator[Item]:
    """Yield the entities of a file of legal entity identifiers."""
    for file in unit.files:
        for element in read_elements(file, LEI_ROOT, frozenset((LEI_RECORD, "ContentDate"))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == "ContentDate":
                yield ListVersion(clean(element.text))
            elif element.tag == LEI_RECORD:
                yield from _read_lei_record(element, file.label)


def _read_lei_record(element: Element, label: str) -> Iterator[Item]:
    line, number = int(element.sourceline or 0), clean(element.findtext("LEI"))
    entity = element.find("Entity")
    name = clean(entity.findtext("LegalName")) if entity is not None else ""
    if entity is None or not number or not name:
        missing = "LegalName" if number else "LEI"
        yield Reject.of_row(label, line, f"a record without {missing}", number)
        return
    entry = Entry(LEI_SOURCE, number, "Company", label, line)
    if clean(entity.findtext("EntityCategory")) in (
        "SOLE_PROPRIETOR",
        "RESIDENT_GOVERNMENT_ENTITY",
    ):
        entry.schema = "LegalEntity"
    entry.add_value("name", name, "LegalName")
    entry.add_fact(Identifier("leiCode", number, type="LEI", origin="LEI"))
    for group in ("OtherEntityNames", "TransliteratedOtherEntityNames"):
        for child in entity.iterfind(f"{group}/*"):
            prop = _LEI_NAMES.get(child.get("type", ""), "alias")
            entry.add_value(prop, clean(child.text), group)
    for tag in ("LegalAddress", "HeadquartersAddress"):
        _add_lei_address(entry, entity.find(tag), tag)
    for group in ("OtherAddresses", "TransliteratedOtherAddresses"):
        for child in entity.iterfind(f"{group}/*"):
            _add_lei_address(entry, child, group)
    register = clean(entity.findtext("RegistrationAuthority/RegistrationAuthorityEntityID"))
    if register:
        authority = clean(entity.findtext("RegistrationAuthority/RegistrationAuthorityID"))
        country = clean(entity.findtext("LegalJurisdiction"))[:2]
        entry.add_fact(
            Identifier(
                "registrationNumber", register, country, authority, origin="RegistrationAuthority"
            )
        )
    entry.add_value("jurisdiction", clean(entity.findtext("LegalJurisdiction"))[:2], "Jurisdiction")
    entry.add_date(
        "incorporationDate", clean(entity.findtext("EntityCreationDate")), "EntityCreationDate"
    )
    form = entity.find("LegalForm")
    if form is not None:
        text = clean(form.findtext("OtherLegalForm")) or clean(form.findtext("EntityLegalFormCode"))
        entry.add_value("legalForm", text, "LegalForm")
    for path in ("EntityCategory", "EntitySubCategory", "EntityStatus"):
        if text := clean(entity.findtext(path)):
            entry.add_note(f"{path}: {text}", path)
    successor = clean(entity.findtext("SuccessorEntity/SuccessorLEI"))
    if successor:
        entry.add_fact(
            Relation(
                RelationType.PREDECESSOR_OF, f"{LEI_SOURCE}:{successor}", origin="SuccessorEntity"
            )
        )
    registration = element.find("Registration")
    if registration is not None:
        for tag, prop in (
            ("InitialRegistrationDate", "createdAt"),
            ("LastUpdateDate", "modifiedAt"),
        ):
            entry.add_date(prop, clean(registration.findtext(tag)), tag)
        if status := clean(registration.findtext("RegistrationStatus")):
            entry.add_note(f"RegistrationStatus: {status}", "Registration")
    for child in entity:
        if str(child.tag) not in _LEI_PARTS and (text := clean(" ".join(child.itertext()))):
            entry.add_note(f"{child.tag}: {text}", str(child.tag))
    yield from entry.items()


_LEI_PARTS = frozenset(path.partition("/")[0].partition("@")[0] for path in _LEI_TABLE)


def _add_lei_address(entry: Entry, element: Element | None, origin: str) -> None:
    if element is None:
        return
    lines = [clean(element.findtext("FirstAddressLine"))]
    lines += [clean(child.text) for child in element.iterfind("AdditionalAddressLine")]
    address = Address(
        "",
        ", ".join(filter(None, lines)),
        clean(element.findtext("City")),
        clean(element.findtext("Region")),
        clean(element.findtext("PostalCode")),
        clean(element.findtext("Country")),
        origin,
    )
    if address.text:
        entry.add_fact(address)


# ---- statements ---------------------------------------------------------------------------------

_STATEMENT_COLUMNS = frozenset(("canonical_id", "entity_id", "prop", "schema", "value", "dataset"))


def detect_statements(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins with the header of statements."""
    is_near = b"canonical_id" in head
    return is_near and set(split_cells(first_line(head), ",")) >= _STATEMENT_COLUMNS


def read_statements(unit: ListUnit) -> Iterator[Item]:
    """Yield the entities of a file of statements, each from all of its rows."""
    for file in unit.files:
        entities: dict[str, list[tuple[int, dict[str, str]]]] = {}
        for row in read_titled_rows(file, _STATEMENT_COLUMNS):
            if isinstance(row, Reject):
                yield row
            elif not isinstance(row, Preamble):
                identity = row[1].get("canonical_id") or row[1].get("entity_id", "")
                if identity:
                    entities.setdefault(identity, []).append(row)
                else:
                    yield Reject.of_row(file.label, row[0], "a statement without canonical_id")
        links = 0
        for identity, rows in entities.items():
            schemata = Counter(cells.get("schema", "") for _, cells in rows)
            schema = min(schemata, key=lambda name: (-schemata[name], name))
            if kind_of_schema(schema) is None:
                links += 1
            else:
                yield from _read_statements_of(file.label, identity, schema, rows)
        if links:
            yield Note(
                f"{file.label}: {pluralize(links, 'entity', 'entities')} that only join others are"
                " left out; entities.ftm.json has them"
            )


def _read_statements_of(
    label: str, identity: str, schema: str, rows: list[tuple[int, dict[str, str]]]
) -> Iterator[Item]:
    datasets = sorted({cells.get("dataset", "") for _, cells in rows})
    entry = Entry(datasets[0] or "statements", identity, schema, label, rows[0][0])
    topics: list[str] = []
    for _, cells in rows:
        prop, text, origin = (cells.get(name, "") for name in ("prop", "value", "dataset"))
        if prop == "id" or not text:
            continue
        if prop == "topics":
            topics.append(text)
        if prop in IDENTIFIER_SET:
            entry.add_fact(Identifier(prop, text, origin=origin))
        elif prop == ADDRESS:
            entry.add_fact(Address(text, origin=origin))
        elif prop in DATES:
            entry.add_date(prop, text, origin)
        else:
            entry.add_value(prop, text, origin)
    entry.activities = topic_activities(topics)
    yield from entry.items()


# ---- Offshore Leaks of the ICIJ -----------------------------------------------------------------

ICIJ_SOURCE = "icij-offshore-leaks"
_ICIJ_FILES = (
    "nodes-entities",
    "nodes-officers",
    "nodes-intermediaries",
    "nodes-others",
    "nodes-addresses",
    "relationships",
)
_ICIJ_NODE = frozenset(("node_id", "name", "sourceID"))
_ICIJ_LINK = frozenset(("node_id_start", "node_id_end", "rel_type"))
_ICIJ_NO_ADDRESS = frozenset(("company_type", "internal_id", "status"))
"""Columns that tell that a file is not the file of addresses."""
_AT_ADDRESS = "registered_address"
_ICIJ_VALUES = {
    "original_name": "previousName",
    "former_name": "previousName",
    "company_type": "legalForm",
    "type": "legalForm",
    "internal_id": "recordId",
    "sourceID": "publisher",
}
_ICIJ_DATES = {
    "incorporation_date": "incorporationDate",
    "struck_off_date": "dissolutionDate",
    "closed_date": "dissolutionDate",
}
_ICIJ_COUNTRIES = (
    ("country", "countries", "country_codes"),
    ("jurisdiction", "jurisdiction_description", "jurisdiction"),
)
"""Property, its column of names, and its column of codes, which is read if there is no name."""
_ICIJ_NOTES = ("status", "inactivation_date", "dorm_date", "service_provider", "valid_until")
_ICIJ_READ = frozenset(
    (
        *("node_id", "name", "address", "ibcRUC", "note"),
        *(*_ICIJ_VALUES, *_ICIJ_DATES, *_ICIJ_NOTES),
        *(column for _, *columns in _ICIJ_COUNTRIES for column in columns),
    )
)


@dataclass(slots=True)
class _Links:
    """Relationships of nodes: the numbers of both nodes, and what is said of the two.

    A full file has more than three million relationships, which repeat a few texts.
    """

    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    texts: array[int] = field(default_factory=lambda: array("q"))
    codes: dict[tuple[str, ...], int] = field(default_factory=dict)
    addresses: dict[int, Address] = field(default_factory=dict)
    is_used: bytearray = field(default_factory=bytearray)
    """Whether a node with the relationship was read."""
    without_address: int = 0
    """Number of registered addresses whose nodes are missing."""

    def add(self, start: int, end: int, texts: tuple[str, ...]) -> None:
        """Add a relationship."""
        self.starts.append(start)
        self.ends.append(end)
        self.texts.append(self.codes.setdefault(texts, len(self.codes)))

    def sort(self) -> None:
        """Sort the relationships by their first node, so that `of` finds them."""
        order = np.argsort(np.asarray(self.starts), kind="stable")
        for name in ("starts", "ends", "texts"):
            numbers = np.asarray(getattr(self, name), dtype=np.int64)[order]
            setattr(self, name, array("q", numbers.tobytes()))
        self.is_used = bytearray(len(self.starts))

    def of(self, node: int) -> Iterator[tuple[int, int]]:
        """Yield the other node and the code of the texts of each relationship of a node. If several
        rows have the number of the node, only the first one gets them.
        """
        first, last = bisect_left(self.starts, node), bisect_right(self.starts, node)
        if first == last or self.is_used[first]:
            return
        self.is_used[first:last] = b"\1" * (last - first)
        for place in range(first, last):
            yield self.ends[place], self.texts[place]


def detect_icij(head: bytes, file: SourceFile) -> bool:
    """Return whether a file has the header of nodes or relationships of the Offshore Leaks."""
    if b"sourceID" not in head:
        return False
    columns = frozenset(split_cells(first_line(head), ","))
    return columns >= _ICIJ_NODE or columns >= _ICIJ_LINK


def read_icij(unit: ListUnit) -> Iterator[Item]:
    """Yield the entities, officers and intermediaries, with their relationships and addresses."""
    links, nodes = _Links(), []
    for file in unit.files:
        columns = frozenset(split_cells(first_line(file.head()), ","))
        if columns >= _ICIJ_LINK:
            yield from _gather_icij_links(file, links)
        elif "address" in columns and not columns & _ICIJ_NO_ADDRESS:
            yield from _gather_icij_addresses(file, links)
        else:
            nodes.append((file, "Company" if "company_type" in columns else "LegalEntity"))
    links.sort()
    texts = list(links.codes)
    for file, schema in nodes:
        for row in read_titled_rows(file, _ICIJ_NODE):
            if isinstance(row, Reject):
                yield row
            elif not isinstance(row, Preamble):
                yield from _read_icij_node(file.label, schema, *row, links, texts)
    if left := links.is_used.count(0):
        yield Note(f"{unit.label}: the nodes of {pluralize(left, 'relationship')} are missing")
    if left := links.without_address:
        yield Note(
            f"{unit.label}: {pluralize(left, 'registered address', 'registered addresses')} "
            "not read, because their nodes are missing"
        )


def _gather_icij_links(file: SourceFile, links: _Links) -> Iterator[Item]:
    for row in read_titled_rows(file, _ICIJ_LINK):
        if isinstance(row, Reject):
            # the nodes that it joins are read without it
            yield replace(row, is_row=False)
        elif not isinstance(row, Preamble):
            line, cells = row
            start, end = (cells.get(f"node_id_{name}", "") for name in ("start", "end"))
            if _is_node_number(start) and _is_node_number(end):
                names = ("rel_type", "link", "status", "start_date", "end_date")
                texts = tuple([cells.get(name, "") for name in names])
                links.add(int(start), int(end), texts)
            else:
                yield Reject(file.label, line, "a relationship without the numbers of two nodes")


def _is_node_number(text: str) -> bool:
    """Return whether a text is the number of a node."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _gather_icij_addresses(file: SourceFile, links: _Links) -> Iterator[Item]:
    for row in read_titled_rows(file, _ICIJ_NODE):
        if isinstance(row, Reject):
            yield replace(row, is_row=False)
        elif not isinstance(row, Preamble):
            line, cells = row
            text = clean(cells.get("address")) or clean(cells.get("name"))
            node = cells.get("node_id", "")
            if text and _is_node_number(node):
                countries = cells.get("countries", "").split(";")
                country = clean(countries[0]) if len(countries) == 1 else ""
                links.addresses[int(node)] = Address(
                    text, country=country, origin="registered address"
                )
            else:
                missing = "address" if _is_node_number(node) else "node_id"
                yield Reject(file.label, line, f"an address without {missing}")


def _read_icij_node(
    label: str,
    schema: str,
    line: int,
    cells: dict[str, str],
    links: _Links,
    texts: list[tuple[str, ...]],
) -> Iterator[Item]:
    node, name = cells.get("node_id", ""), clean(cells.get("name"))
    if not _is_node_number(node) or not name:
        missing = "name" if _is_node_number(node) else "node_id"
        yield Reject.of_row(label, line, f"a node without {missing}", node)
        return
    entry = Entry(ICIJ_SOURCE, node, guess_groups_schema([name]) or schema, label, line)
    entry.add_value("name", name, "name")
    for column, prop in _ICIJ_VALUES.items():
        if (text := cells.get(column, "")) != name:
            entry.add_value(prop, text, column)
    for column, prop in _ICIJ_DATES.items():
        entry.add_date(prop, cells.get(column, ""), column)
    for prop, names, codes in _ICIJ_COUNTRIES:
        for text in (cells.get(names) or cells.get(codes, "")).split(";"):
            entry.add_value(prop, text, names)
    if text := clean(cells.get("address")):
        entry.add_fact(Address(text, origin="address"))
    if number := clean(cells.get("ibcRUC")):
        entry.add_fact(Identifier("registrationNumber", number, type="IBC/RUC", origin="ibcRUC"))
    entry.add_reason(cells.get("note", ""), "note")
    for column in (*_ICIJ_NOTES, *(column for column in cells if column not in _ICIJ_READ)):
        if text := clean(cells.get(column)):
            entry.add_note(f"{column}: {text}", column)
    for end, code in links.of(int(node)):
        _add_icij_link(entry, end, texts[code], links)
    yield from entry.items()


def _add_icij_link(entry: Entry, end: int, texts: tuple[str, ...], links: _Links) -> None:
    kind, link, status, start, stop = texts
    if (address := links.addresses.get(end)) is not None:
        entry.add_fact(address)
    elif kind != _AT_ADDRESS:
        words = link or kind.replace("_", " ")
        entry.add_fact(
            Relation(
                find_relation_type(words) or RelationType.LINKED_TO,
                f"{ICIJ_SOURCE}:{end}",
                role=": ".join(filter(None, (words, status))),
                start=try_date(start),
                end=try_date(stop),
                origin="relationships",
            )
        )
    else:
        links.without_address += 1


ROWS = (
    ReaderRow(
        name="stix",
        help="STIX 2.1 bundles: identities, threat actors, intrusion sets, relationships",
        detect=detect_stix,
        read=read_stix,
    ),
    ReaderRow(
        name="lei_cdf",
        help="GLEIF's legal entity identifiers, LEI-CDF (XML)",
        detect=detect_lei,
        read=read_lei,
    ),
    ReaderRow(
        name="statements",
        help="statements of OpenSanctions as CSV (statements.csv)",
        detect=detect_statements,
        read=read_statements,
    ),
    ReaderRow(
        name="icij",
        help="Offshore Leaks of the ICIJ as CSV: nodes-entities.csv, relationships.csv and others",
        detect=detect_icij,
        read=read_icij,
        companions=(_ICIJ_FILES,),
    ),
)
