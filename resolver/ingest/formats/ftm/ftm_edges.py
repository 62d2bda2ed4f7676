"""FtM entities that join others, gathered in a first pass, before the records are made.

Which schema joins what is FollowTheMoney's own knowledge; the tables here say what an edge means as a relation. A
directed edge (member of, owner of) becomes a relation of the record it starts from, one without direction a relation of
both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from resolver.ingest.formats.ftm.ftm_schema import (
    DIRECT,
    DOCUMENTS,
    edge_ends,
    nested_entities,
    properties_of,
    reverse_of,
    source_of,
)
from resolver.ingest.io.json_values import (
    date_or_text,
    objects,
    text_of,
    texts,
)
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import Json, json_rows
from resolver.ingest.reader_types import Reject
from resolver.ingest.text.record_draft import Fact
from resolver.records import Address, Identifier, Relation, RelationType, Value, kind_of_schema

_DIRECTED = {
    "Membership": RelationType.MEMBER_OF,
    "Employment": RelationType.MEMBER_OF,
    "Directorship": RelationType.LEADER_OF,
    "Ownership": RelationType.OWNER_OF,
    "Control": RelationType.OWNER_OF,
}
_MUTUAL = {"Family": RelationType.FAMILY_OF, "Associate": RelationType.ASSOCIATE_OF}
_SANCTION = {"program": "program", "programId": "programId", "reason": "notes"}


@dataclass(slots=True)
class Joint:
    """One joining entity: where it stands, and whether a record made use of it."""

    line: int
    schema: str
    used: bool = False


@dataclass(frozen=True, slots=True)
class _End:
    """One end of an edge: a native id, and a name where the entity stands nested."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Edge:
    joint: Joint
    left: list[_End]
    right: list[_End]
    role: str
    start: str
    end: str


@dataclass(slots=True)
class Joints:
    """All that joining entities say, by the native id of the record of which it is said."""

    default_source: str
    by_id: defaultdict[str, list[tuple[Joint, Fact]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    addresses: dict[str, tuple[Joint, Address]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    joints: list[Joint] = field(default_factory=list)

    def facts(self, native_id: str) -> Iterator[Fact]:
        """What is said of a record by others; marks them as used."""
        for joint, fact in self.by_id.get(native_id, ()):
            joint.used = True
            yield fact

    def address(self, native_id: str) -> Address | None:
        """The address that an entity id stands for; marks it as used."""
        found = self.addresses.get(native_id)
        if found is None:
            return None
        found[0].used = True
        return found[1]

    def record_id(self, native_id: str) -> str:
        """The record id of a native id."""
        return f"{self.sources.get(native_id, self.default_source)}:{native_id}"

    def unused(self) -> Iterator[Joint]:
        """The joining entities that concern no record."""
        return (joint for joint in self.joints if not joint.used)


def gather_joints(file: SourceFile) -> Joints:
    """The first pass over a file of entities; a second where it holds several sources, to know those at edges' ends."""
    gatherer = _Gatherer(file)
    for item in json_rows(file):
        if not isinstance(item, Reject):
            gatherer.take(*item)
    return gatherer.finish()


class _Gatherer:
    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._joints = Joints(file.stem)
        self._edges: list[_Edge] = []
        self._positions: dict[str, tuple[Joint, str]] = {}
        self._sources: set[str] = set()
        self._referred: set[str] = set()
        self._nested: dict[str, str] = {}

    def take(
        self, line: int, entity: Json, source: str = "", back: tuple[str, str] = ("", "")
    ) -> None:
        """One entity. For a nested one, `source` is that of the entity around it, `back` how it would refer to that."""
        schema, native_id = text_of(entity.get("schema")), text_of(entity.get("id"))
        if source:
            self._nested.setdefault(native_id, source)
        source = source or source_of(entity, self._file)
        if kind_of_schema(schema) is not None:
            if native_id and not back[1]:
                self._sources.add(source)
            self._referred.update(
                text for prop in DIRECT for text in texts(properties_of(entity).get(prop))
            )
        elif schema:
            self._join(Joint(line, schema), native_id, entity, back)
        for prop, inner in nested_entities(entity):
            self.take(line, inner, source, (reverse_of(schema, prop), native_id))
            if prop == "addressEntity":
                self._joints.by_id[native_id].append((Joint(line, schema, True), _address(inner)))

    def _join(self, joint: Joint, native_id: str, entity: Json, back: tuple[str, str]) -> None:
        properties = properties_of(entity)
        if joint.schema == "Address":
            self._joints.addresses[native_id] = (joint, _address(entity))
            joint.used = bool(back[1])
        elif joint.schema == "Position":
            self._positions[native_id] = (joint, _first(properties, "name"))
        elif joint.schema in DOCUMENTS:
            self._say(
                _ends(properties, "holder", back),
                joint,
                [_document(joint.schema, native_id, properties)],
            )
        elif joint.schema == "Sanction":
            facts = [
                Value(ours, text)
                for prop, ours in _SANCTION.items()
                for text in texts(properties.get(prop))
            ]
            self._say(_ends(properties, "entity", back), joint, facts)
        elif ends := edge_ends(joint.schema):
            left, right = (_ends(properties, end, back) for end in ends)
            role = _first(properties, "role") or _first(properties, "relationship")
            start = _first(properties, "startDate") or _first(properties, "date")
            times = date_or_text(start), date_or_text(_first(properties, "endDate"))
            self._edges.append(_Edge(joint, left, right, role, *times))
        else:
            return
        self._joints.joints.append(joint)

    def _say(self, ends: list[_End], joint: Joint, facts: list[Identifier] | list[Value]) -> None:
        for end in ends:
            self._joints.by_id[end.id] += [(joint, fact) for fact in facts]

    def finish(self) -> Joints:
        """All that was gathered, edges turned into relations now that every end can be named."""
        joints = self._joints
        joints.default_source = min(self._sources, default=joints.default_source)
        self._referred.update(end.id for edge in self._edges for end in (*edge.left, *edge.right))
        if len(self._sources) > 1 and self._referred:
            joints.sources = self._nested | self._sources_of_referred()
        for edge in self._edges:
            for left in edge.left:
                for right in edge.right:
                    self._relate(edge, left, right)
        return joints

    def _sources_of_referred(self) -> dict[str, str]:
        found = {}
        for item in json_rows(self._file):
            if not isinstance(item, Reject) and item[1].get("id") in self._referred:
                found[str(item[1]["id"])] = source_of(item[1], self._file)
        return found

    def _relate(self, edge: _Edge, left: _End, right: _End) -> None:
        joints, schema = self._joints, edge.joint.schema
        if schema == "Occupancy":
            joint, name = self._positions.get(right.id, (edge.joint, right.name))
            if name:
                joint.used = True
                joints.by_id[left.id].append((edge.joint, Value("position", name)))
            return
        kind = _DIRECTED.get(schema) or _MUTUAL.get(schema, RelationType.LINKED_TO)
        rest = (edge.role, edge.start, edge.end)
        there = Relation(kind, joints.record_id(right.id), right.name, *rest)
        joints.by_id[left.id].append((edge.joint, there))
        if schema not in _DIRECTED:
            joints.by_id[right.id].append(
                (edge.joint, Relation(kind, joints.record_id(left.id), left.name, *rest))
            )


def _ends(properties: Json, prop: str, back: tuple[str, str]) -> list[_End]:
    ends = [_End(text) for text in texts(properties.get(prop))]
    ends += [
        _End(text_of(inner.get("id")), _first(properties_of(inner), "name"))
        for inner in objects(properties.get(prop))
    ]
    return ends or ([_End(back[1])] if back[0] == prop else [])


def _first(properties: Json, prop: str) -> str:
    return next(iter(texts(properties.get(prop))), "")


def _address(entity: Json) -> Address:
    said = properties_of(entity)
    street = " ".join(texts(said.get("street")) + texts(said.get("street2")))
    region = _first(said, "region") or _first(said, "state")
    return Address(
        _first(said, "full"),
        street,
        _first(said, "city"),
        region,
        _first(said, "postalCode"),
        _first(said, "country"),
    )


def _document(schema: str, native_id: str, said: Json) -> Identifier:
    return Identifier(
        DOCUMENTS[schema],
        _first(said, "number") or _first(said, "passportNumber"),
        _first(said, "country"),
        _first(said, "type"),
        date_or_text(_first(said, "startDate")),
        date_or_text(_first(said, "endDate")),
        _first(said, "authority"),
        f"{schema} {native_id}",
    )
