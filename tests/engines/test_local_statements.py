"""Statements of lists in the local engine: records that would merge are kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resolver.engines.local import dedupe
from resolver.engines.pair_explanation import find_statement
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch, Identifier, Kind, Record, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Band, Outcome, Resolution
from tests.engines.local_runs import (
    OPTIONS,
    build_intake,
    find_entities,
    links_by_id,
    make_decision,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def twins(
    relation: Relation | None = None, kind: Kind = Kind.PERSON, names: tuple[str, ...] = ()
) -> list[Record]:
    """Return two records that merge, of which the first may relate to the second."""
    prop = "passportNumber" if kind is Kind.PERSON else "registrationNumber"
    first, second = names or ("Zbigniew Brzezinski",) * 2
    date: dict[str, Any] = {
        "birthDate" if kind is Kind.PERSON else "incorporationDate": "1928-03-28"
    }
    number = [Identifier(prop, "A1B2C3D4", "pl")]
    relations = [relation] if relation else []
    return [
        record("a:1", kind, name=first, identifiers=number, relations=relations, **date),
        record("a:2", kind, name=second, identifiers=number, **date),
    ]


def resolve(records: list[Record], *verdicts: Verdict) -> Resolution:
    decisions = [make_decision("a:1", "a:2", verdict) for verdict in verdicts]
    return dedupe(build_intake(records), RunOptions(workers=1, decisions=decisions))


APART = {frozenset(("a:1",)), frozenset(("a:2",))}
MERGED = {frozenset(("a:1", "a:2"))}


@pytest.mark.parametrize(
    ("relation", "kind"),
    [
        (Relation(RelationType.FAMILY_OF, "a:2", role="father"), Kind.PERSON),
        (Relation(RelationType.OWNER_OF, "a:2"), Kind.GROUP),
        (Relation(RelationType.LINKED_TO, "a:2", role="parent"), Kind.GROUP),
        (Relation(RelationType.MEMBER_OF, "a:2"), Kind.GROUP),
        (Relation(RelationType.LEADER_OF, "2"), Kind.LEGAL),
        (Relation(RelationType.PREDECESSOR_OF, "a:2"), Kind.GROUP),
    ],
)
def test_related_records_are_apart(relation: Relation, kind: Kind) -> None:
    plain = resolve(twins(kind=kind))
    assert find_entities(plain) == MERGED
    resolution = resolve(twins(relation, kind))
    assert find_entities(resolution) == APART
    # a statement is no evidence for other pairs, and nothing waits for a steward
    outcome = links_by_id(resolution)["a:1", "a:2"][3]
    assert outcome == Outcome.APART
    assert links_by_id(resolution)["a:1", "a:2"][2] == Band.MATCH


@pytest.mark.parametrize(
    "relation",
    [
        Relation(RelationType.LINKED_TO, "a:2"),
        Relation(RelationType.ASSOCIATE_OF, "a:2"),
        Relation(RelationType.FAMILY_OF, "a:9"),
        Relation(RelationType.FAMILY_OF, "a:1"),
        Relation(RelationType.FAMILY_OF, "", "Zbigniew Brzezinski"),
        Relation(RelationType.OWNER_OF, "a:2", role="trade name of"),
    ],
)
def test_other_relations_forbid_nothing(relation: Relation) -> None:
    assert find_entities(resolve(twins(relation))) == MERGED


def test_senior_and_junior_are_apart() -> None:
    names = "Zbigniew Brzezinski Sr.", "BRZEZINSKI, Zbigniew, Jr."
    resolution = resolve(twins(names=names))
    assert find_entities(resolution) == APART
    assert Outcome.QUEUED not in [link[3] for link in links_by_id(resolution).values()]
    assert find_entities(resolve(twins(names=(names[0], names[0])))) == MERGED


def test_a_third_record_does_not_bridge_kin() -> None:
    father, son = twins(Relation(RelationType.FAMILY_OF, "a:2"))
    third = record("b:1", name="Zbigniew Brzezinski", birthDate="1928-03-28")
    parts = find_entities(dedupe(build_intake([father, son, third]), OPTIONS))
    assert not any({"a:1", "a:2"} <= part for part in parts)


def test_a_decision_beats_a_statement() -> None:
    records = twins(Relation(RelationType.FAMILY_OF, "a:2"))
    assert find_entities(resolve(records, Verdict.SAME)) == MERGED
    assert find_entities(resolve(records, Verdict.DIFFERENT)) == APART
    assert find_entities(resolve(records, Verdict.UNSURE)) == APART


def test_statement_of_two_records_of_a_batch() -> None:
    batch = Batch.from_records(twins(Relation(RelationType.FAMILY_OF, "a:2"))).canonical()
    statement = find_statement(batch, "a:2", "a:1")
    assert str(statement) == "a relates these two as family, so they are two persons."
    assert find_statement(Batch.from_records(twins()).canonical(), "a:1", "a:2") is None
