"""Examples of a report: selection of pairs and entities, and their values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.records import Address, Batch, Identifier, Kind, Record, Relation, RelationType, Value
from resolver.records.labels import property_label
from resolver.records.results.explanation import RELATION_ROW, EvidenceRow, Explanation
from resolver.records.results.resolution import Band, Outcome
from resolver.report import build_report, select_pairs_to_explain
from resolver.report.charts import SHOWN_ENTITIES, SHOWN_MEMBERS
from resolver.report.examples import SHOWN_PAIRS, align_facts, describe_records
from tests.report.sample_runs import Pair, record, resolution


def explanation(left: str, right: str, *weights: int) -> Explanation:
    rows = [
        EvidenceRow(f"e{number}", "help", "x", "y", 0.5, weight)
        for number, weight in enumerate(weights)
    ]
    rows.append(EvidenceRow("calibration", "help", "", "", None, 9000))
    return Explanation(left, right, 0.5, Band.REVIEW, sum(weights) + 9000, tuple(rows))


def test_most_uncertain_pairs_come_first() -> None:
    records = [record(f"a:{number:02d}", ("name", f"N{number}")) for number in range(40)]
    pairs: list[Pair] = [(0, n, (-1) ** n * 100 * n, Outcome.QUEUED) for n in range(1, 30)]
    pairs += [(1, 2, 0, Outcome.MERGED), (1, 3, 0, Outcome.APART)]
    data = build_report(resolution(records, list(range(40)), pairs))
    assert [card.right.id for card in data.borderline] == [
        f"a:{n:02d}" for n in range(1, SHOWN_PAIRS + 1)
    ]


def test_member_shows_strongest_link_and_its_reasons() -> None:
    records = [record(f"a:{number}", ("name", "N")) for number in range(4)]
    pairs: list[Pair] = [
        (0, 1, 5000, Outcome.MERGED),
        (0, 2, 3000, Outcome.MERGED),
        (1, 2, 4000, Outcome.MERGED),
    ]
    run = resolution(records, [0, 0, 0, 0], pairs)
    data = build_report(run, explanations=[explanation("a:1", "a:0", 500, -200, 1500, 100, 900)])
    (card,) = data.clusters
    partners = {member.record.id: member.partner for member in card.members}
    assert partners == {"a:0": "a:1", "a:1": "a:0", "a:2": "a:1", "a:3": ""}
    assert card.members[0].reasons == (("e2", 1500), ("e4", 900), ("e0", 500))
    assert card.members[2].reasons == ()


def test_a_relation_is_a_reason_in_its_own_words() -> None:
    run = resolution(
        [record(f"a:{number}", ("name", "N")) for number in range(2)],
        [0, 0],
        [(0, 1, 5000, Outcome.MERGED)],
    )
    text = "Both driver in Blue Harbour Crew"
    relation = EvidenceRow(RELATION_ROW, f"{text}.", "member of", "member of", None, 1400, text)
    plain = explanation("a:0", "a:1", 500)
    data = build_report(run, explanations=[replace(plain, rows=(*plain.rows, relation))])
    assert data.clusters[0].members[0].reasons == ((text, 1400), ("e0", 500))


def test_large_entities_are_truncated_and_counted() -> None:
    records = [record(f"a:{number:03d}", ("name", "N")) for number in range(120)]
    entities = [number % 10 if number < 100 else 0 for number in range(120)]
    data = build_report(resolution(records, entities, []))
    assert len(data.clusters) == SHOWN_ENTITIES
    assert (data.clusters[0].size, len(data.clusters[0].members)) == (30, SHOWN_MEMBERS)
    assert data.clusters[0].hidden_count == 30 - SHOWN_MEMBERS


def test_pairs_to_explain_are_the_pairs_shown() -> None:
    records = [record(f"a:{number}", ("name", "N")) for number in range(6)]
    pairs: list[Pair] = [
        (0, 1, 5000, Outcome.MERGED),
        (2, 3, 100, Outcome.QUEUED),
        (4, 5, 100, Outcome.APART),
    ]
    run = resolution(records, [0, 0, 1, 2, 3, 4], pairs)
    pairs_shown = select_pairs_to_explain(run)
    assert pairs_shown == [("a:0", "a:1"), ("a:2", "a:3")]
    data = build_report(run, explanations=[explanation(*pair, 1) for pair in pairs_shown])
    assert all(card.explanation for card in data.borderline)


@pytest.mark.parametrize(
    ("prop", "expected"),
    [
        ("birthDate", "Birth date"),
        ("imoNumber", "IMO number"),
        ("idNumber", "ID number"),
        ("name", "Name"),
    ],
)
def test_labels(prop: str, expected: str) -> None:
    assert property_label(prop) == expected


def test_values_are_readable() -> None:
    record = Record(
        "a:1",
        "a",
        Kind.PERSON,
        "Person",
        (
            Value("birthDate", "1962~"),
            Value("deathDate", "1990/1992"),
            *(Value("alias", f"A{n}") for n in range(9)),
        ),
        (Identifier("passportNumber", "A1", "Syria", note="forged"),),
        (Address(street="12 Quay", city="Misrata"),),
        (Relation(RelationType.MEMBER_OF, "a:9", role="driver"),),
    )
    (side,) = describe_records(Batch.from_records([record]).canonical(), [0]).values()
    values = {fact.label: fact.values for fact in side.facts}
    assert values["Birth date"] == ("about 1962",)
    assert values["Death date"] == ("1990 to 1992",)
    assert values["Passport number"] == ("A1 (Syria; forged)",)
    assert values["Address"] == ("12 Quay, Misrata",)
    assert values["Relation"] == ("member of a:9 (driver)",)
    assert next(fact.hidden_count for fact in side.facts if fact.label == "Alias") == 3
    assert side.caption == "A0"


def test_shared_values_are_marked() -> None:
    batch = Batch.from_records(
        [
            record("a:1", ("name", "ALI  OMAR"), ("alias", "X")),
            record("b:1", ("name", "Ali Omar"), ("position", "Y")),
        ]
    ).canonical()
    left, right = describe_records(batch, [0, 1]).values()
    rows = {
        name: (left_fact, right_fact) for name, left_fact, right_fact in align_facts(left, right)
    }
    name_left, name_right = rows["Name"]
    assert name_left is not None
    assert name_right is not None
    assert name_left.shared == {"ALI OMAR"}
    assert name_right.shared == {"Ali Omar"}
    assert rows["Alias"][1] is None
    assert rows["Position"][0] is None


def test_long_values_are_truncated() -> None:
    (side,) = describe_records(
        Batch.from_records([record("a:1", ("position", "word " * 5000))]).canonical(), [0]
    ).values()
    assert len(side.facts[0].values[0]) <= 160
