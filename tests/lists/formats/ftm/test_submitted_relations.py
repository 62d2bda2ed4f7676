"""Relations that a program sends with a record."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.errors import RecordError
from resolver.lists.formats.ftm.ftm_entity import MAX_RELATIONS, SubmittedRecord, add_relations
from resolver.records import Relation, RelationType
from tests.records.samples import record

SENT = SubmittedRecord(record("s:1", name="Anna Berg"), ())
GROUP = {"type": "memberOf", "target": "9"}


def test_relations_are_added_once_whether_their_target_is_there_or_not() -> None:
    more = {"type": "family of", "name": " Bela  Cohn", "role": "brother", "start": "2001"}
    added = add_relations(SENT, [GROUP, more, GROUP, {**GROUP, "target": "b:9"}])
    assert added.record.relations == (
        Relation(RelationType.MEMBER_OF, "s:9"),
        Relation(RelationType.FAMILY_OF, "", "Bela Cohn", "brother", "2001"),
        Relation(RelationType.MEMBER_OF, "b:9"),
    )
    assert added.omissions == ()
    assert add_relations(SENT, None) is SENT


def test_dates_that_make_no_sense_are_reported() -> None:
    rows = [{**GROUP, "start": "2014-05", "end": "2012"}, {**GROUP, "end": "soon"}]
    added = add_relations(SENT, rows)
    assert [row.end for row in added.record.relations] == ["2012", ""]
    assert "ends before it starts" in added.omissions[0]
    assert "'soon' of a relation is left out" in added.omissions[1]


@pytest.mark.parametrize(
    ("sent", "error", "message"),
    [
        ("memberOf", TypeError, "must be a list"),
        (["memberOf"], TypeError, "must be an object"),
        ([{**GROUP, "role": 3}], TypeError, "role of a relation must be a text"),
        ([{"type": "guardianOf", "target": "9"}], RecordError, "no type of relation 'guardianOf'"),
        ([{"type": "memberOf"}], RecordError, "no other end"),
        ([{**GROUP, "to": "9"}], RecordError, "no field 'to'"),
        ([{**GROUP, "target": "1"}], RecordError, "leads to the record itself"),
        ([{**GROUP, "name": "x" * 10_000}], RecordError, "too long"),
        ([GROUP] * (MAX_RELATIONS + 1), RecordError, "more than 500 relations"),
    ],
)
def test_faulty_relations_are_refused(sent: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        add_relations(SENT, sent)
