"""Relations that name their target get its id where the name is that of one record."""

from __future__ import annotations

import pytest

from resolver.lists.assemble import resolve_target_names
from resolver.records import Batch, Record, Relation, RelationType
from tests.records.samples import record


def resolve(relation: Relation, *others: Record) -> Relation:
    first = record("a:1", name="Ali Hassan", relations=[relation])
    batch = resolve_target_names(Batch.from_records([first, *others]).canonical())
    (relation,) = next(item for item in batch.to_records() if item.id == "a:1").relations
    return relation


SON = Relation(RelationType.FAMILY_OF, "", "HASSAN, Omar", "father", "2001", origin="remarks")


def test_the_only_bearer_of_a_name_is_the_target() -> None:
    resolved = resolve(SON, record("a:2", name="Omar Hassan"), record("b:2", name="Omar Hassan"))
    assert resolved == Relation(
        RelationType.FAMILY_OF, "a:2", "HASSAN, Omar", "father", "2001", origin="remarks"
    )


@pytest.mark.parametrize(
    ("relation", "others"),
    [
        (SON, [record("a:2", name="Omar Hassan"), record("a:3", name="Omar HASSAN")]),
        (SON, [record("b:2", name="Omar Hassan")]),
        (SON, [record("a:2", alias="Omar Hassan")]),
        (Relation(RelationType.FAMILY_OF, "", "Ali Hassan"), []),
        (Relation(RelationType.LINKED_TO, "", "Omar Hassan"), [record("a:2", name="Omar Hassan")]),
        (
            Relation(RelationType.FAMILY_OF, "a:9", "Omar Hassan"),
            [record("a:2", name="Omar Hassan")],
        ),
    ],
)
def test_other_relations_stay_as_they_are(relation: Relation, others: list[Record]) -> None:
    assert resolve(relation, *others) == relation


def test_the_order_of_records_plays_no_part() -> None:
    records = [
        record("a:1", name="Ali", relations=[Relation(RelationType.MEMBER_OF, "", "The Net")]),
        record("a:2", name="Bo", relations=[Relation(RelationType.MEMBER_OF, "", "The Net")]),
        record("a:3", name="The Net"),
    ]
    batches = [
        resolve_target_names(Batch.from_records(order).canonical())
        for order in (records, records[::-1])
    ]
    assert list(batches[0].to_records()) == list(batches[1].to_records())
    assert [len(item.relations) for item in batches[0].to_records()] == [1, 1, 0]
