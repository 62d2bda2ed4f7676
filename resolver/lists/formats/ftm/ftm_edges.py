"""FollowTheMoney entities that link others. A first pass gathers them, before the records are made.

FollowTheMoney's model states the ends of a link. The tables here give each edge its meaning as a
relation. A directed edge (member of, owner of) becomes a relation of the record from which it
starts. An undirected edge becomes a relation of both records. If an edge starts from a record of
another list, the record at the other end states that the two are related. Facts that comparisons
need are added to the records, and every edge is also kept as stated.
"""

from __future__ import annotations

import itertools
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from resolver.lists.formats.ftm import ftm_entity
from resolver.lists.io import json_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Reject
from resolver.lists.text.record_draft import Fact
from resolver.records import (
    Address,
    Identifier,
    Relation,
    RelationType,
    Value,
    kind_of_schema,
    stated_links,
)
from resolver.records.packing import relation_text
from resolver.records.properties import DATASETS, PASSPORT

_DIRECTED = {
    "Membership": RelationType.MEMBER_OF,
    "Employment": RelationType.EMPLOYEE_OF,
    "Directorship": RelationType.LEADER_OF,
    "Ownership": RelationType.OWNER_OF,
    "Control": RelationType.OWNER_OF,
    "Succession": RelationType.PREDECESSOR_OF,
    "Payment": RelationType.PAYER_OF,
}
_ROLE_OF_OTHER_END = {
    RelationType.MEMBER_OF: "member",
    RelationType.LEADER_OF: "director",
    RelationType.OWNER_OF: "owned by",
    RelationType.PREDECESSOR_OF: "successor of",
    RelationType.PAYER_OF: "paid by",
}
_MUTUAL = {"Family": RelationType.FAMILY_OF, "Associate": RelationType.ASSOCIATE_OF}
_SANCTION_PROPERTIES = {"program": "program", "programId": "programId", "reason": "notes"}


@dataclass(slots=True)
class LinkEntity:
    """Link entity: its line, schema, and packed statement, which names records by native ids.

    `is_used`: a record uses it. `root`: native id of the record that it is nested in.
    """

    line: int
    schema: str
    text: str = ""
    is_used: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class _End:
    """End of an edge: a native id, and a name if the entity is nested."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Edge:
    link: LinkEntity
    left: list[_End]
    right: list[_End]
    role: str
    start: str
    end: str
    summary: str = ""

    @property
    def type(self) -> RelationType:
        """Type of the relation: the type of the schema; for a mere link, the type that its role
        states.
        """
        schema = self.link.schema
        if schema == "Directorship" and stated_links.role_class(self.role) == "director":
            return RelationType.DIRECTOR_OF
        stated = _DIRECTED.get(schema) or _MUTUAL.get(schema)
        by_role = stated_links.find_relation_type(self.role) or stated_links.find_relation_type(
            self.summary
        )
        return stated or by_role or RelationType.LINKED_TO


@dataclass(slots=True)
class LinkFacts:
    """Facts of all link entities, by the native id of the record they concern."""

    default_source: str
    by_id: defaultdict[str, list[tuple[LinkEntity, Fact | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    addresses: dict[str, tuple[LinkEntity, Address]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    links: list[LinkEntity] = field(default_factory=list)

    def facts(self, native_id: str) -> Iterator[tuple[LinkEntity, Fact | None]]:
        """Yield the link entities of a record, each with a fact that it states (None: no fact);
        mark them as used.
        """
        for link, fact in self.by_id.get(native_id, ()):
            link.is_used = True
            yield link, fact

    def address(self, native_id: str) -> tuple[LinkEntity, Address] | None:
        """Return the address for which an entity id stands; mark it as used."""
        entry = self.addresses.get(native_id)
        if entry is not None:
            entry[0].is_used = True
        return entry

    def statement(self, link: LinkEntity, relations: Iterable[Relation]) -> str:
        """Return the packed statement of a link entity, for a record that has relations from it."""
        stated = stated_links.unpack_link(link.text)
        properties = {
            prop: list(map(self.record_id, texts)) if prop in stated.ends else texts
            for prop, texts in stated.properties.items()
        }
        packed = sorted({relation_text(relation) for relation in relations})
        return stated_links.pack_link(replace(stated, properties=properties, relations=packed))

    def record_id(self, native_id: str) -> str:
        """Return the record id of a native id."""
        return f"{self.sources.get(native_id, self.default_source)}:{native_id}"

    def unused(self) -> Iterator[LinkEntity]:
        """Yield the link entities that concern no record."""
        return (link for link in self.links if not link.is_used)


def gather_links(file: SourceFile) -> LinkFacts:
    """Gather the link entities of a file.

    A file with several sources is read twice, so that the sources at the ends of edges are known.
    """
    gatherer = _LinkGatherer(file)
    for item in json_rows.read_json_rows(file):
        if not isinstance(item, Reject):
            gatherer.add_entity(*item)
    return gatherer.finish()


class _LinkGatherer:
    """State of the first pass: facts, edges and positions gathered so far."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._facts = LinkFacts(file.stem)
        self._edges: list[_Edge] = []
        self._positions: dict[str, tuple[LinkEntity, str]] = {}
        self._sources: set[str] = set()
        self._referred: set[str] = set()
        self._nested: dict[str, str] = {}
        self._inner: list[tuple[str, LinkEntity]] = []
        # only hashes are kept, since a file may hold millions of records
        self._record_hashes, self._nested_hashes = array("q"), array("q")

    def add_entity(
        self,
        line: int,
        entity: json_rows.Json,
        source: str = "",
        back: tuple[str, str] = ("", ""),
        root: str = "",
    ) -> None:
        """Add one entity.

        For a nested entity, `source` is the source of the outer entity. `back` is (property, native
        id) by which it would refer to the outer entity. `root` is the native id of the outermost
        entity.
        """
        schema, native_id = (
            json_rows.json_text(entity.get("schema")),
            json_rows.json_text(entity.get("id")),
        )
        if source:
            self._nested.setdefault(native_id, source)
        source = source or ftm_entity.entity_source(entity, self._file)
        if kind_of_schema(schema) is not None:
            if root:
                self._nested_hashes.append(hash(native_id))
                link = LinkEntity(line, schema, _pack_entity(entity, back), True, root)
                self._inner.append((native_id, link))
            else:
                self._record_hashes.append(hash(native_id))
            if native_id and not back[1]:
                self._sources.add(source)
            self._referred.update(
                text
                for prop in ftm_entity.DIRECT
                for text in json_rows.json_texts(ftm_entity.entity_properties(entity).get(prop))
            )
        elif schema:
            text = _pack_entity(entity, back)
            self._add_link(LinkEntity(line, schema, text, root=root), native_id, entity, back)
        for prop, inner in ftm_entity.nested_entities(entity):
            back_here = (ftm_entity.reverse_property(schema, prop), native_id)
            self.add_entity(line, inner, source, back_here, root or native_id)
            entry = self._facts.addresses.get(json_rows.json_text(inner.get("id")))
            if prop == "addressEntity" and entry is not None:
                self._facts.by_id[native_id].append(entry)

    def _add_link(
        self, link: LinkEntity, native_id: str, entity: json_rows.Json, back: tuple[str, str]
    ) -> None:
        properties = ftm_entity.entity_properties(entity)
        if link.schema == "Address":
            self._facts.addresses[native_id] = (link, build_address(entity))
            link.is_used = bool(back[1])
        elif link.schema == "Position":
            self._positions[native_id] = (link, _first_text(properties, "name"))
        elif link.schema in ftm_entity.DOCUMENTS:
            self._add_facts(
                _read_ends(properties, "holder", back),
                link,
                [_build_document(link.schema, native_id, properties)],
            )
        elif link.schema == "Sanction":
            facts = [
                Value(target_prop, text)
                for prop, target_prop in _SANCTION_PROPERTIES.items()
                for text in json_rows.json_texts(properties.get(prop))
            ]
            self._add_facts(_read_ends(properties, "entity", back), link, facts)
        elif ends := ftm_entity.edge_ends(link.schema):
            left, right = (_read_ends(properties, end, back) for end in ends)
            role = _read_role(properties)
            start = _first_text(properties, "startDate") or _first_text(properties, "date")
            times = (
                json_rows.date_or_text(start),
                json_rows.date_or_text(_first_text(properties, "endDate")),
            )
            summary = _first_text(properties, "summary")
            self._edges.append(_Edge(link, left, right, role, *times, summary))
        else:
            return
        self._facts.links.append(link)

    def _add_facts(
        self, ends: list[_End], link: LinkEntity, facts: list[Identifier] | list[Value]
    ) -> None:
        for end in ends:
            self._facts.by_id[end.id] += [(link, None), *((link, fact) for fact in facts)]

    def finish(self) -> LinkFacts:
        """Return all facts, with edges turned into relations now that every end can be named."""
        facts = self._facts
        facts.default_source = min(self._sources, default=facts.default_source)
        self._referred.update(end.id for edge in self._edges for end in (*edge.left, *edge.right))
        if len(self._sources) > 1 and self._referred:
            facts.sources = self._nested | self._sources_of_referred()
        starts = {end.id for edge in self._edges for end in edge.left}
        absent = self._find_absent(sorted(starts))
        for edge in self._edges:
            for left, right in itertools.product(edge.left, edge.right):
                self._add_relations(edge, left, right)
                if left.id in absent:
                    self._relate_other_end(edge, left, right)
        self._keep_inner()
        return facts

    def _keep_inner(self) -> None:
        """Let the outermost records keep link entities that are nested in them and that concern no
        record of the file.
        """
        absent = _find_absent([inner for inner, _ in self._inner], self._record_hashes)
        for inner, link in self._inner:
            if inner in absent:
                self._facts.by_id[link.root].append((link, None))
                # relations of a record that is only nested concern only the record in which it is
                # nested
                for part, _ in self._facts.by_id.get(inner, ()):
                    self._facts.by_id[link.root].append((part, None))

    def _find_absent(self, native_ids: list[str]) -> set[str]:
        """Return the ids that no record of the file has; nested records count."""
        return _find_absent(native_ids, self._record_hashes + self._nested_hashes)

    def _sources_of_referred(self) -> dict[str, str]:
        sources = {}
        for item in json_rows.read_json_rows(self._file):
            if not isinstance(item, Reject) and item[1].get("id") in self._referred:
                sources[str(item[1]["id"])] = ftm_entity.entity_source(item[1], self._file)
        return sources

    def _add_relations(self, edge: _Edge, left: _End, right: _End) -> None:
        facts, schema = self._facts, edge.link.schema
        if schema == "Occupancy":
            position_link, name = self._positions.get(right.id, (edge.link, right.name))
            facts.by_id[left.id].append((edge.link, None))
            if name:
                facts.by_id[left.id].append((edge.link, Value("position", name)))
                facts.by_id[left.id].append((position_link, None))
            return
        kind = edge.type
        rest = (edge.role, edge.start, edge.end)
        relation = Relation(kind, facts.record_id(right.id), right.name, *rest)
        facts.by_id[left.id].append((edge.link, relation))
        if stated_links.RELATION_TYPES[kind].is_mutual:
            facts.by_id[right.id].append(
                (edge.link, Relation(kind, facts.record_id(left.id), left.name, *rest))
            )

    def _relate_other_end(self, edge: _Edge, left: _End, right: _End) -> None:
        """Add the relation of a directed edge to its right end, if it says that the two are
        different, or if it is the only statement about a payment.
        """
        kind = edge.type
        is_payment = kind is RelationType.PAYER_OF
        is_directed = (
            edge.link.schema != "Occupancy" and not stated_links.RELATION_TYPES[kind].is_mutual
        )
        if is_directed and (
            is_payment or stated_links.relation_difference(kind, edge.role) is not None
        ):
            target = self._facts.record_id(left.id)
            role = _ROLE_OF_OTHER_END.get(kind, stated_links.RELATION_TYPES[kind].reverse)
            rest = (left.name, role, edge.start, edge.end)
            relation = Relation(RelationType.LINKED_TO, target, *rest)
            self._facts.by_id[right.id].append((edge.link, relation))


def _find_absent(native_ids: list[str], hashes: array[int]) -> set[str]:
    sought = np.array([hash(native_id) for native_id in native_ids], dtype=np.int64)
    is_absent = ~np.isin(sought, np.array(hashes, dtype=np.int64))
    return {native_ids[index] for index in np.flatnonzero(is_absent).tolist()}


def _pack_entity(entity: json_rows.Json, back: tuple[str, str]) -> str:
    """Return the packed statement of an entity, which refers to other entities by their native ids.

    `last_seen` is left out: it changes with each publication of a list, which would make each
    record a new version every day.
    """
    schema = json_rows.json_text(entity.get("schema"))
    ends = ftm_entity.link_ends(schema)
    properties = {}
    for prop, value in ftm_entity.entity_properties(entity).items():
        nested = [json_rows.json_text(inner.get("id")) for inner in json_rows.json_objects(value)]
        if not ftm_entity.is_stub(schema, prop):
            properties[prop] = [*json_rows.json_texts(value), *filter(None, nested)]
    if back[0] in ends and not properties.get(back[0]):
        properties[back[0]] = [back[1]]
    return stated_links.pack_link(
        stated_links.StatedLink(
            json_rows.json_text(entity.get("id")),
            schema,
            {prop: texts for prop, texts in properties.items() if texts},
            [prop for prop in ends if properties.get(prop)],
            json_rows.json_texts(entity.get(DATASETS)),
            json_rows.json_text(entity.get("first_seen")),
            json_rows.json_text(entity.get("last_change")),
        )
    )


def _read_ends(properties: json_rows.Json, prop: str, back: tuple[str, str]) -> list[_End]:
    ends = [_End(text) for text in json_rows.json_texts(properties.get(prop))]
    ends += [
        _End(
            json_rows.json_text(inner.get("id")),
            _first_text(ftm_entity.entity_properties(inner), "name"),
        )
        for inner in json_rows.json_objects(properties.get(prop))
    ]
    return ends or ([_End(back[1])] if back[0] == prop else [])


def _first_text(properties: json_rows.Json, prop: str) -> str:
    return next(iter(json_rows.json_texts(properties.get(prop))), "")


def _read_role(properties: json_rows.Json) -> str:
    """Return the text of an edge: a role, a relationship, or an amount of money."""
    for prop in ("role", "relationship"):
        if text := _first_text(properties, prop):
            return text
    for prop, currency in (("amountEur", "EUR"), ("amountUsd", "USD"), ("amount", "")):
        if amount := _first_text(properties, prop):
            return f"{amount} {currency or _first_text(properties, 'currency')}".rstrip()
    return _first_text(properties, "purpose")


def build_address(entity: json_rows.Json) -> Address:
    """Return the address that an entity of the schema Address states."""
    properties = ftm_entity.entity_properties(entity)
    street = " ".join(
        json_rows.json_texts(properties.get("street"))
        + json_rows.json_texts(properties.get("street2"))
    )
    region = _first_text(properties, "region") or _first_text(properties, "state")
    return Address(
        _first_text(properties, "full"),
        street,
        _first_text(properties, "city"),
        region,
        _first_text(properties, "postalCode"),
        _first_text(properties, "country"),
    )


def _build_document(schema: str, native_id: str, properties: json_rows.Json) -> Identifier:
    return Identifier(
        ftm_entity.DOCUMENTS[schema],
        _first_text(properties, "number") or _first_text(properties, PASSPORT),
        _first_text(properties, "country"),
        _first_text(properties, "type"),
        json_rows.date_or_text(_first_text(properties, "startDate")),
        json_rows.date_or_text(_first_text(properties, "endDate")),
        _first_text(properties, "authority"),
        f"{schema} {native_id}",
    )
