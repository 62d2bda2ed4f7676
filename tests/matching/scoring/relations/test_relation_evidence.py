"""Evidence of relations: what counts, what counts once, and what nobody may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from resolver.engines.pair_explanation import explain_shared_relations
from resolver.matching.resolution_task import load_relation_weights
from resolver.matching.scoring.relation_evidence import (
    MAX_RELATED,
    RelationEvidence,
    build_relation_table,
)
from resolver.records import Batch, Handling, Kind, Record, Relation, RelationType
from tests.records.network_records import CREWS, make_group
from tests.records.samples import record

WEIGHTS = load_relation_weights()
LEFT, RIGHT = "pier:p", "quay:p"
GROUPS = [make_group("pier", 0), make_group("quay", 0)]
SAME_GROUP = {"pier:g0": "g", "quay:g0": "g"}


def member(identity: str, role: str = "", start: str = "", **facts: str) -> Record:
    target = facts.get("target", f"{identity.partition(':')[0]}:g0")
    relation = Relation(RelationType.MEMBER_OF, target, facts.get("name", ""), role, start)
    return replace(record(identity, name="Nuno Quintanilha"), relations=(relation,))


def weigh(records: Sequence[Record], entities: dict[str, str] | None = None) -> int:
    """Return the evidence for `LEFT` and `RIGHT`; `entities` name that of other records."""
    batch = Batch.from_records(records).canonical()
    ids = batch.ids.to_pylist()
    names = [(SAME_GROUP if entities is None else entities).get(name, name) for name in ids]
    labels = np.array([names.index(name) for name in names], dtype=np.int32)
    table = build_relation_table(batch)
    if table is None:
        return 0
    pair = [np.array([ids.index(identity)], dtype=np.int32) for identity in (LEFT, RIGHT)]
    evidence = RelationEvidence(table, WEIGHTS, labels, batch.kinds)
    weight = int(evidence.weigh(labels, *pair)[0])
    places = [int(side[0]) for side in pair]
    rows = explain_shared_relations(batch, evidence, labels, places)
    assert sum(row.weight for row in rows) == weight
    return weight


def test_the_same_role_at_the_same_time_weighs_most() -> None:
    left = member(LEFT, "driver", "2014")
    same, other, later, silent = (
        weigh([left, member(RIGHT, role, start), *GROUPS])
        for role, start in (
            ("driver", "2014-05"),
            ("treasurer", "2014"),
            ("driver", "2021"),
            ("", ""),
        )
    )
    assert same > silent > 0
    assert later < silent
    assert other < same
    assert weigh([left, member(RIGHT, "driver", "2014"), *GROUPS]) == same <= WEIGHTS.highest


def test_neighbors_count_as_resolved() -> None:
    """Two groups that are not one entity are no shared neighbor, however alike the relations."""
    records = [member(LEFT, "driver", "2014"), member(RIGHT, "driver", "2014"), *GROUPS]
    assert weigh(records) > 0
    assert weigh(records, {}) == 0


def test_a_name_stands_for_a_group_and_counts_once() -> None:
    by_name = member(RIGHT, "driver", "2014", target="", name=CREWS[0].upper())
    both = replace(
        by_name, relations=(*member(RIGHT, "driver", "2014").relations, *by_name.relations)
    )
    left = member(LEFT, "driver", "2014")
    assert weigh([left, by_name, *GROUPS]) > 0
    assert weigh([left, both, *GROUPS]) == weigh([left, member(RIGHT, "driver", "2014"), *GROUPS])


def test_a_copied_relation_counts_once() -> None:
    records = [member(LEFT, "driver"), member(RIGHT, "driver"), *GROUPS]
    copy = member("quay:copy", "driver")
    entities = {**SAME_GROUP, RIGHT: "r", "quay:copy": "r"}
    assert weigh([*records, copy], entities) <= weigh(records)


@pytest.mark.parametrize("hidden", [LEFT, RIGHT, "pier:g0"])
def test_hidden_relations_weigh_nothing(hidden: str) -> None:
    records = [member(LEFT, "driver"), member(RIGHT, "driver"), *GROUPS]
    assert weigh(records) > 0
    restricted = [
        replace(item, handling=Handling("pier", "H2")) if item.id == hidden else item
        for item in records
    ]
    assert weigh(restricted) == 0


def test_hubs_say_nothing() -> None:
    others = [member(f"pier:m{number}") for number in range(MAX_RELATED + 1)]
    records = [member(LEFT, "driver"), member(RIGHT, "driver"), *GROUPS]
    assert weigh([*records, *others]) == 0
    assert 0 < weigh([*records, *others[:20]]) < weigh(records)


def test_entities_that_are_related_have_no_evidence() -> None:
    left = member(LEFT, "driver", "2014")
    brother = Relation(RelationType.FAMILY_OF, RIGHT, role="brother")
    related = replace(left, relations=(brother, *left.relations))
    assert weigh([related, member(RIGHT, "driver", "2014"), *GROUPS]) == 0


def test_groups_share_their_members() -> None:
    """The same members, resolved, speak for two records of a group."""
    groups = [record(LEFT, Kind.GROUP, name="Blue Harbour"), record(RIGHT, Kind.GROUP, name="BHC")]
    people = [
        member(f"{source}:m{number}", target=f"{source}:p")
        for source in ("pier", "quay")
        for number in range(3)
    ]
    resolved = {item.id: item.id[-2:] for item in people}
    assert weigh([*groups, *people], {}) == 0
    assert weigh([*groups, *people[:1], *people[3:4]], resolved) > 0
    assert weigh([*groups, *people], resolved) > weigh(
        [*groups, *people[:1], *people[3:4]], resolved
    )


def test_the_explanation_names_the_relation() -> None:
    records = [member(LEFT, "driver", "2014"), member(RIGHT, "driver", "2014"), *GROUPS]
    batch = Batch.from_records(records).canonical()
    ids = batch.ids.to_pylist()
    first = ids.index("pier:g0")
    labels = np.array([first if "g0" in name else row for row, name in enumerate(ids)], np.int32)
    pair = [ids.index(LEFT), ids.index(RIGHT)]
    table = build_relation_table(batch)
    assert table is not None
    evidence = RelationEvidence(table, WEIGHTS, labels, batch.kinds)
    rows = explain_shared_relations(batch, evidence, labels, pair)
    assert [row.help for row in rows] == [f"Both driver in {CREWS[0]} since 2014."]
    assert rows[0].left == "member of, driver, since 2014"
