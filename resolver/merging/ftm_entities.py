"""FollowTheMoney entities, made from golden records or from records.

- `to_ftm` converts a golden record, with its relations. Exports of whole stores and runs use it.
- `build_ftm_entities` makes the entities of a few groups of records, for single responses. The
  result equals `to_ftm_entity` of their golden records. It is faster because it does not build
  golden records: FollowTheMoney does not state the source of each value, so a value only needs its
  best written form and the number of sources and records that state it.

A relation becomes an edge (an entity of its own). If the related entity is not in the data, the
relation becomes a note.

| relation | edge | edge if the schemata do not allow it |
|---|---|---|
| memberOf | Membership (to an organisation) | UnknownLink |
| leaderOf, directorOf | Directorship (of an organisation) | UnknownLink |
| employeeOf, employerOf | Employment (of a person) | UnknownLink |
| associateOf, familyOf | Associate, Family (between persons) | UnknownLink |
| ownerOf | Ownership (of an asset or a company) | UnknownLink |
| predecessorOf, successorOf | Succession (between persons or organisations) | UnknownLink |
| payerOf | Payment (between persons or organisations) | UnknownLink |
| linkedTo, and all others with their words as role or summary | UnknownLink | |

The id of an edge is `r-` and 20 base32 characters of the SHA-256 of its content, so a relation has
the same id in every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa

from resolver.merging import golden_record, survivorship
from resolver.merging.ftm_values import FtmValue, format_ftm_dates, make_note, to_ftm_values
from resolver.records import RelationType
from resolver.records.packing import split_fields, unpack_handling
from resolver.records.prepared.value_flags import RecordValues
from resolver.records.properties import (
    ACTIVITY,
    DATASETS,
    ENTRY_COLUMNS,
    HANDLING,
    LAST_CHANGE,
    LINK_ENTITY,
    LISTED_SINCE,
    REFERENTS,
    RELATION,
)
from resolver.records.stated_links import ADDRESS_SCHEMA, RELATION_TYPES, StatedLink
from resolver.reference.ftm import clean_text, clean_value, find_property

_EdgeType = tuple[str, str, str, str, str, str]
_DIRECTORSHIP: _EdgeType = (
    *("Directorship", "director", "LegalEntity"),
    *("organization", "Organization", "role"),
)
_LINK: _EdgeType = ("UnknownLink", "subject", "Thing", "object", "Thing", "role")
# For each type: the schema of the edge; property and required schema of the entity that states the
# relation; property and required schema of its target; property of the role.
_EDGE_TYPES: dict[RelationType, _EdgeType] = {
    RelationType.MEMBER_OF: (
        *("Membership", "member", "LegalEntity"),
        *("organization", "Organization", "role"),
    ),
    RelationType.LEADER_OF: _DIRECTORSHIP,
    RelationType.DIRECTOR_OF: _DIRECTORSHIP,
    RelationType.EMPLOYEE_OF: (
        *("Employment", "employee", "Person"),
        *("employer", "Organization", "role"),
    ),
    RelationType.EMPLOYER_OF: (
        *("Employment", "employer", "Organization"),
        *("employee", "Person", "role"),
    ),
    RelationType.ASSOCIATE_OF: (
        *("Associate", "person", "Person"),
        *("associate", "Person", "relationship"),
    ),
    RelationType.FAMILY_OF: ("Family", "person", "Person", "relative", "Person", "relationship"),
    RelationType.OWNER_OF: ("Ownership", "owner", "LegalEntity", "asset", "Asset", "role"),
    RelationType.LINKED_TO: _LINK,
    RelationType.PREDECESSOR_OF: (
        *("Succession", "predecessor", "LegalEntity"),
        *("successor", "LegalEntity", "role"),
    ),
    RelationType.SUCCESSOR_OF: (
        *("Succession", "successor", "LegalEntity"),
        *("predecessor", "LegalEntity", "role"),
    ),
    RelationType.PAYER_OF: (
        *("Payment", "payer", "LegalEntity"),
        *("beneficiary", "LegalEntity", "purpose"),
    ),
}
_AMOUNT = re.compile(r"(\d[\d.]*)(?: ([A-Z]{3}))?")
"""Role of a payment that states an amount, with its currency if it has one."""
_AMOUNTS = {"EUR": "amountEur", "USD": "amountUsd"}


class FtmEdge(NamedTuple):
    """FollowTheMoney edge: id, schema and values."""

    id: str
    schema: str
    forms: tuple[FtmValue, ...]


def build_edge(
    relation: golden_record.GoldenRelation, entity_id: str, schema: str
) -> FtmEdge | None:
    """Return the edge of a relation of an entity.

    None if the target is the entity itself, or is not among the entities of the data.
    """
    if not relation.target or relation.target == entity_id:
        return None
    edge_type = _EDGE_TYPES.get(relation.type)
    fits = (
        edge_type is not None
        and golden_record.descends_from(schema, edge_type[2])
        and golden_record.descends_from(relation.target_schema, edge_type[4])
    )
    name, source, _, target, _, role = edge_type if edge_type and fits else _LINK
    content = "\n".join(
        (
            name,
            relation.type.value,
            entity_id,
            relation.target,
            relation.role,
            relation.start,
            relation.end,
            relation.name,
        )
    )
    forms = [FtmValue(source, entity_id), FtmValue(target, relation.target, relation.target_record)]
    role_text = relation.role or ("" if fits else RELATION_TYPES[relation.type].words)
    forms += _role_values(role, clean_text(role_text) or "")
    if relation.role and not fits:
        forms.append(FtmValue("summary", RELATION_TYPES[relation.type].words))
    name_text = clean_value("name", relation.name)
    if name_text:
        forms.append(FtmValue("namesMentioned", name_text))
    start = "date" if name == "Payment" else "startDate"
    forms += [*_date_values(start, relation.start), *_date_values("endDate", relation.end)]
    return FtmEdge(
        golden_record.hash_ids("r-", pa.array([content.encode()]))[0].as_py(), name, tuple(forms)
    )


def build_stated_edge(link: StatedLink, targets: golden_record.RelationTargets) -> FtmEdge:
    """Return the edge of a link entity of a list; records that it names are replaced by ids of
    entities.
    """
    return FtmEdge(
        link.id,
        link.schema,
        tuple(
            FtmValue(prop, text)
            for prop, texts in golden_record.resolve_properties(link, targets)
            if find_property(link.schema, prop) is not None
            for text in texts
        ),
    )


def _role_values(prop: str, text: str) -> Iterator[FtmValue]:
    """Yield the value of a role. For a payment that states an amount, yield amount and currency."""
    amount = _AMOUNT.fullmatch(text) if prop == "purpose" else None
    if amount is not None:
        yield FtmValue(_AMOUNTS.get(amount[2], "amount"), amount[1], text)
        if amount[2]:
            yield FtmValue("currency", amount[2])
    elif text:
        yield FtmValue(prop, text)


def _date_values(prop: str, text: str) -> Iterator[FtmValue]:
    if not text:
        return
    date = survivorship.try_parse_date(text)
    if date is not None:
        yield from (
            FtmValue(prop, part, text if part != text else "") for part in format_ftm_dates(date)
        )
    if date is None or date.circa or date.until is not None:
        yield FtmValue("description", f"{prop}: {text}")


def describe_relation(
    relation: golden_record.GoldenRelation, entity_id: str
) -> tuple[FtmValue, ...]:
    """Return a note on the entity itself that describes a relation.

    Notes are for targets that are not in the data, that are known by name only, or that are the
    entity itself.
    """
    target = relation.name or relation.target_record
    if relation.name and relation.target_record:
        target = f"{relation.name} [{relation.target_record}]"
    if relation.target == entity_id:
        target += " (held to be the same)"
    times = " to ".join(part for part in (relation.start, relation.end) if part)
    details = "; ".join(part for part in (relation.role, times) if part)
    return make_note(
        f"{RELATION_TYPES[relation.type].words.capitalize()} {target}"
        + (f": {details}" if details else "")
    )


def to_ftm(golden: golden_record.GoldenRecord) -> list[dict[str, Any]]:
    """Return the FollowTheMoney entity of a golden record, followed by its link entities.

    Link entities are the links of lists as they were stated, and an edge for each other relation.
    In the entity:

    - values have the order of the golden record (best supported first) and are cleaned by type;
    - values without a property in the schema are in `notes`;
    - `referents` are the record ids, then other ids that sources state;
    - `datasets` are the sources, then further datasets;
    - `first_seen` is the earliest and `last_change` the latest time that a list states.
    """
    own, edges, covered = to_ftm_entity(golden), [], golden_record.covered_records(golden.links)
    for relation in golden.relations:
        ftm_edge = build_edge(relation, golden.id, golden.schema)
        of_links = covered.get(golden_record.state_relation(relation), ())
        records = tuple(record for record in relation.records if record not in of_links)
        if ftm_edge is not None and records:
            edges.append(
                _build_edge_entity(ftm_edge.id, ftm_edge.schema, ftm_edge.forms, records, golden)
            )
    addresses = sorted({link.id for link in golden.links if link.schema == ADDRESS_SCHEMA})
    if addresses:
        properties = {**own["properties"], "addressEntity": addresses}
        own["properties"] = dict(sorted(properties.items()))
    return [own, *(_build_link_entity(link) for link in golden.links if link.records), *edges]


def to_ftm_entity(golden: golden_record.GoldenRecord) -> dict[str, Any]:
    """Return only the FollowTheMoney entity of a golden record, without ids of link entities."""
    values = [
        (prop, [(value.text, value.code, value.records) for value in golden_values])
        for prop, golden_values in golden.values.items()
    ]
    notes = [
        text
        for relation in golden.relations
        if build_edge(relation, golden.id, golden.schema) is None
        for _, text, _ in describe_relation(relation, golden.id)
    ]
    return build_ftm_entity(
        golden.id,
        golden.caption,
        golden.schema,
        values,
        golden.sources,
        list(golden.records),
        notes,
    )


def _build_link_entity(link: golden_record.GoldenLink) -> dict[str, Any]:
    properties = {prop: list(texts) for prop, texts in link.properties}
    names = properties.get("full") or properties.get("name") or [link.schema]
    times = {"first_seen": link.listed_since, "last_change": link.last_change}
    return {
        "id": link.id,
        "caption": names[0],
        "schema": link.schema,
        "properties": properties,
        "datasets": list(link.datasets)
        or sorted({record.partition(":")[0] for record in link.records}),
        "referents": [],
        **{name: text for name, text in times.items() if text},
    }


def build_ftm_entity(
    identity: str,
    caption: str,
    schema: str,
    values: Iterable[tuple[str, Iterable[tuple[str, str, object]]]],
    sources: Sequence[str],
    referents: list[str],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Build a FollowTheMoney entity.

    `values` has, for each property, (text, canonical code, records) of its values. Records are not
    used, since FollowTheMoney cannot state them. `notes` come after the notes made from values.
    """
    # texts as keys: an entity may have thousands
    texts_of: dict[str, dict[str, None]] = {}
    entry: dict[str, list[str]] = {}
    for prop, value_forms in values:
        if prop in ENTRY_COLUMNS:
            entry[prop] = [text for text, _, _ in value_forms]
            continue
        for original, code, _ in value_forms:
            for name, ftm_text, _ in to_ftm_values(schema, prop, original, code):
                texts = texts_of.get(name)
                if texts is None:
                    texts_of[name] = {ftm_text: None}
                else:
                    texts[ftm_text] = None
    properties = {name: list(texts) for name, texts in texts_of.items()}
    if notes:
        properties.setdefault("notes", []).extend(notes)
    entity = {
        "id": identity,
        "caption": caption,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        # sources come first: a reader of the file takes the first dataset as the source
        "datasets": [*sources, *sorted({*entry.get(DATASETS, ())}.difference(sources))],
        "referents": list(dict.fromkeys([*referents, *entry.get(REFERENTS, ())])),
    }
    if LISTED_SINCE in entry:
        entity["first_seen"] = min(entry[LISTED_SINCE])
    if LAST_CHANGE in entry:
        entity["last_change"] = max(entry[LAST_CHANGE])
    return entity


def _build_edge_entity(
    edge_id: str,
    schema: str,
    forms: tuple[Any, ...],
    records: tuple[str, ...],
    golden: golden_record.GoldenRecord,
) -> dict[str, Any]:
    properties: dict[str, list[str]] = {"recordId": list(records)}
    for name, text, _ in forms:
        properties.setdefault(name, []).append(text)
    source_of = dict(zip(golden.records, golden.record_sources, strict=True))
    return {
        "id": edge_id,
        "caption": schema,
        "schema": schema,
        "properties": dict(sorted(properties.items())),
        "datasets": sorted({source_of[record] for record in records}),
        "referents": [],
    }


_Texts = dict[str, list[int]]
"""Texts of one property, and the rows of the records that state each text."""
_Value = tuple[str, str, list[int]]
"""Best written form of a value, its canonical code, and the rows of the records that state it."""


def build_ftm_entities(
    records: RecordValues,
    entity_of_record: Sequence[int],
    entity_ids: Sequence[str],
    country_code: survivorship.CountryCode,
) -> list[dict[str, Any]]:
    """Return the FollowTheMoney entities with the ids `entity_ids`, in this order.

    Record i belongs to entity number `entity_of_record[i]`; every entity has at least one record.
    """
    members: list[list[int]] = [[] for _ in entity_ids]
    for row in sorted(range(len(records)), key=records.ids.__getitem__):
        members[entity_of_record[row]].append(row)
    schemata = [
        golden_record.choose_schema(
            [golden_record.valid_schema(records.schemas[row], records.kinds[row]) for row in rows]
        )[0]
        for rows in members
    ]
    targets = (
        _find_related(records, entity_of_record, entity_ids, schemata)
        if RELATION in records.values
        else golden_record.RelationTargets({})
    )
    builder = _EntityBuilder(records, survivorship.CanonicalCodes(country_code), targets)
    values = _group_values(records, entity_of_record, len(entity_ids))
    return list(map(builder.entity, entity_ids, schemata, members, values))


def _find_related(
    records: RecordValues,
    entity_of_record: Sequence[int],
    entity_ids: Sequence[str],
    schemata: Sequence[str],
) -> golden_record.RelationTargets:
    """Return the targets of relations that are among these entities."""
    related = {split_fields(text, 2)[1] for _, text in records.values[RELATION]} - {""}
    return golden_record.RelationTargets(
        {
            record: (entity_ids[entity], schemata[entity])
            for record, entity in zip(records.ids, entity_of_record, strict=True)
            if record in related
        }
    )


def _group_values(
    records: RecordValues, entity_of_record: Sequence[int], entities: int
) -> list[dict[str, _Texts]]:
    """Return, for each entity, property → texts, with properties in alphabetical order."""
    values: list[dict[str, _Texts]] = [{} for _ in range(entities)]
    vulnerable: set[int] = set()
    if ACTIVITY in records.values:
        # a crime that a victim or a witness states was done by others
        stated = records.values.get(HANDLING, ())
        vulnerable = {row for row, text in stated if unpack_handling(text).is_vulnerable}
    for prop in sorted(records.values):
        for row, text in records.values[prop]:
            if row in vulnerable and prop == ACTIVITY:
                continue
            texts = values[entity_of_record[row]].get(prop)
            if texts is None:
                values[entity_of_record[row]][prop] = {text: [row]}
            elif text not in texts:
                texts[text] = [row]
            elif texts[text][-1] != row:
                # rows ascend
                texts[text].append(row)
    return values


@dataclass(frozen=True, slots=True)
class _EntityBuilder:
    """Builds the entities of one response from the values of their records."""

    records: RecordValues
    canon: survivorship.CanonicalCodes
    targets: golden_record.RelationTargets

    def entity(
        self, entity_id: str, schema: str, rows: Sequence[int], texts_of: dict[str, _Texts]
    ) -> dict[str, Any]:
        """Return the entity of some records; `rows` are in the order of the record ids."""
        records = self.records
        relations = texts_of.pop(RELATION, None)
        texts_of.pop(LINK_ENTITY, None)
        notes = self._notes(entity_id, schema, relations) if relations else ()
        values = {prop: self._values(prop, texts) for prop, texts in texts_of.items()}
        ids = list(map(records.ids.__getitem__, rows))
        source_of = dict(zip(ids, map(records.sources.__getitem__, rows), strict=True))
        caption = self._caption(values, source_of)
        sources = sorted(set(source_of.values()))
        return build_ftm_entity(entity_id, caption, schema, values.items(), sources, ids, notes)

    def _notes(self, entity_id: str, schema: str, relations: _Texts) -> list[str]:
        """Return the notes on relations to entities outside this response."""
        ids = self.records.ids
        stated = {text: [ids[row] for row in rows] for text, rows in relations.items()}
        unlinked = [
            relation
            for relation in self.targets.merge(stated)
            if build_edge(relation, entity_id, schema) is None
        ]
        return [
            text for relation in unlinked for _, text, _ in describe_relation(relation, entity_id)
        ]

    def _values(self, prop: str, texts: _Texts) -> list[_Value]:
        """Return the values of one property, equal ones merged, best supported first."""
        code, coded = self.canon.code, prop in survivorship.CODED_PROPERTIES
        if len(texts) == 1:
            [(text, rows)] = texts.items()
            return [(text, code(prop, text) if coded else "", rows)]
        groups: dict[str, _Texts] = {}
        for text in sorted(texts):
            key = survivorship.equality_key(prop, text, code(prop, text) if coded else "")
            groups.setdefault(key, {})[text] = texts[text]
        ranked = []
        for forms in groups.values():
            [(best, rows), *others] = forms.items()
            if others:
                rows = sorted(set(chain.from_iterable(forms.values())))
                best = survivorship.choose_form(forms, self.records.sources.__getitem__)
            # in the order of `survivorship.support_rank`
            sources = len(set(map(self.records.sources.__getitem__, rows))) if len(rows) > 1 else 1
            ranked.append((-sources, -len(rows), best, rows))
        ranked.sort()
        return [(text, code(prop, text) if coded else "", rows) for _, _, text, rows in ranked]

    def _caption(self, values: Mapping[str, Sequence[_Value]], source_of: Mapping[str, str]) -> str:
        names = values.get("name", ())
        if len(names) == 1:
            return " ".join(names[0][0].split())
        golden_values = {}
        id_of = self.records.ids.__getitem__
        for prop, items in values.items() if not names else (("name", names),):
            golden_values[prop] = tuple(
                golden_record.GoldenValue(text, tuple(map(id_of, rows))) for text, _, rows in items
            )
        return survivorship.choose_caption(golden_values, list(source_of), source_of)
