"""Records in networks for tests, and the graph that a plain reading of them gives."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random

from resolver.network.graph import SHARES
from resolver.records import Handling, Kind, Record, Relation, RelationType
from resolver.records.stated_links import RELATION_TYPES, direct_relation
from resolver.records.visibility import Viewer, is_visible
from resolver.values.normal_values import normalize_phone
from tests.records.samples import record

COUNT = 60
STEWARD = Viewer("amira", "Coast", frozenset({"review"}))
ROLES = ("", "driver", "owner", "successor of")
Edge = tuple[str, str, str]


def word(number: int) -> str:
    """Return a word that no other number has."""
    return "".join(Random(number).choices("abdegiklmnoprstuvz", k=8))


def make_records(seed: int = 7) -> list[Record]:
    """Return persons and groups with random relations and telephones; every fifth is closed."""
    random = Random(seed)
    rows = []
    for number in range(COUNT):
        relations = [
            Relation(
                random.choice(list(RelationType)),
                f"s:{random.randrange(COUNT + 4)}",
                role=random.choice(ROLES),
                start=random.choice(("", "2004", "2010-05")),
            )
            for _ in range(random.choice((0, 1, 1, 2)))
        ]
        name = f"{word(number)} {word(number + 91)}"
        kind = Kind.GROUP if number % 4 == 0 else Kind.PERSON
        phone = f"+31 20 555 {random.randrange(1, 15):04d}" if random.random() < 0.4 else ()
        row = record(f"s:{number}", kind, name=name, relations=relations, phone=phone)
        rows.append(replace(row, handling=Handling("Coast", "H3")) if number % 5 == 0 else row)
    return rows


def plain_edges(rows: Sequence[Record], viewer: Viewer) -> set[Edge]:
    """Return (source, target, type) of all edges among visible records, read one by one."""
    visible = {row.id: row for row in rows if is_visible(row.handling, viewer)}
    edges: set[Edge] = set()
    for row in visible.values():
        for relation in row.relations:
            kind, is_reversed = direct_relation(relation.type.value, relation.role)
            target = relation.target_id
            if target not in visible:
                target = f"name:{relation.target_name or relation.target_id}"
            ends = (target, row.id) if is_reversed else (row.id, target)
            if RELATION_TYPES[kind].is_mutual:
                ends = (min(ends), max(ends))
            if ends[0] != ends[1]:
                edges.add((*ends, kind.value))
        for text in row.texts("phone"):
            number = normalize_phone(text)
            others = [
                o for o in visible.values() if number in map(normalize_phone, o.texts("phone"))
            ]
            if len(others) > 1:
                edges.add((row.id, f"phone:{number}", SHARES))
    return edges


def _phones(row: Record) -> set[str]:
    return set(map(normalize_phone, row.texts("phone")))


def plain_distances(edges: Collection[Edge], start: str, hops: int) -> dict[str, int]:
    """Return the distance of each node within some hops; names lead nowhere."""
    distances, queue = {start: 0}, deque([start])
    while queue:
        node = queue.popleft()
        if distances[node] == hops or node.startswith("name:"):
            continue
        for edge in edges:
            if node in edge[:2]:
                other = edge[1] if edge[0] == node else edge[0]
                if other not in distances:
                    distances[other] = distances[node] + 1
                    queue.append(other)
    return distances
