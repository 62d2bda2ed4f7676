"""Lists of FollowTheMoney entities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.records import (
    Activity,
    Address,
    CountryRole,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
)
from resolver.records.properties import LINK_ENTITY
from resolver.records.stated_links import RELATION_TYPES
from tests.lists.samples import write_ftm


def entity(native_id: str, schema: str, *datasets: str, **properties: Any) -> dict[str, Any]:
    return {"id": native_id, "schema": schema, "datasets": list(datasets), "properties": properties}


def read(folder: Path, *rows: Any) -> tuple[dict[str, Record], Intake]:
    path = folder / "made.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    intake = read_lists([path], format="ftm")
    return {record.id: record for record in intake.batch.to_records()}, intake


def test_edges_documents_and_addresses_are_folded_into_the_records_they_join(
    tmp_path: Path,
) -> None:
    intake = read_lists([write_ftm(tmp_path)])
    group, first, second = intake.batch.to_records()
    assert [record.id for record in (group, first, second)] == [
        "made_up:g1",
        "made_up:p1",
        "made_up:p2",
    ]
    assert first.identifiers == (
        Identifier("passportNumber", "ZZ0012345", "xk", origin="Passport d1"),
    )
    assert first.addresses == (Address("7 Harbour Road, Testville", city="Testville"),)
    assert first.relations == (
        Relation(RelationType.FAMILY_OF, "made_up:p2", role="sister"),
        Relation(RelationType.MEMBER_OF, "made_up:g1", role="courier", start="2011-03"),
    )
    assert second.relations == (Relation(RelationType.FAMILY_OF, "made_up:p1", role="sister"),)
    assert (group.relations, first.activities) == ((), (Activity.HUMAN_TRAFFICKING,))
    assert intake.rejects == ()


def test_every_kind_of_record_and_nothing_else(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path,
        entity("1", "Person", name=["A"]),
        entity("2", "Company", name=["B"]),
        entity("3", "LegalEntity", name=["C"]),
        entity("4", "Vessel", name=["D"], imoNumber=["9074729"]),
        entity("5", "Document", fileName=["x"]),
        entity("6", "Strange"),
    )
    assert {record.id: record.kind for record in records.values()} == {
        "made:1": Kind.PERSON,
        "made:2": Kind.GROUP,
        "made:3": Kind.LEGAL,
        "made:4": Kind.ASSET,
    }
    assert records["made:4"].identifiers == (Identifier("imoNumber", "9074729"),)
    assert [(reject.line, reject.reason) for reject in intake.rejects] == [
        (5, "schema Document describes no person, group or asset"),
        (6, "schema Strange describes no person, group or asset"),
    ]


def test_invalid_entities_are_rejects(tmp_path: Path) -> None:
    _, intake = read(
        tmp_path,
        {"schema": "Person", "properties": {"name": ["A"]}},
        {"id": "", "schema": "Person", "properties": {}},
        {"id": "1", "schema": ["Person"], "properties": {}},
        {"id": "1", "schema": "Person", "properties": []},
        {
            "id": "1",
            "schema": "Person",
            "datasets": 5,
            "properties": {"name": {"a": [1]}, "alias": 7},
        },
    )
    assert [reject.line for reject in intake.rejects] == [1, 2, 3, 4]
    assert len(intake.batch) == 0 or next(intake.batch.to_records()).texts("alias") == ("7",)


def test_sources_are_the_first_datasets_also_at_the_ends_of_edges(tmp_path: Path) -> None:
    records, _ = read(
        tmp_path,
        entity("1", "Person", "one", "two", name=["A"]),
        entity("2", "Person", "two", name=["B"]),
        entity("e", "Associate", person=["2"], associate=["1"]),
    )
    assert records["one:1"].relations == (Relation(RelationType.ASSOCIATE_OF, "two:2"),)
    assert records["two:2"].relations == (Relation(RelationType.ASSOCIATE_OF, "one:1"),)


def test_directed_edges_belong_to_the_record_they_start_from(tmp_path: Path) -> None:
    records, _ = read(
        tmp_path,
        entity("p", "Person", name=["P"]),
        entity("c", "Company", name=["C"]),
        entity("o", "Ownership", owner=["p"], asset=["c"], endDate=["2019"]),
        entity("d", "Directorship", director=["p"], organization=["c"], role=["chair"]),
        entity("u", "UnknownLink", subject=["p"], object=["c"], role=["friend"]),
    )
    assert {
        (relation.type, relation.role, relation.end) for relation in records["made:p"].relations
    } == {
        (RelationType.OWNER_OF, "", "2019"),
        (RelationType.LEADER_OF, "chair", ""),
        (RelationType.LINKED_TO, "friend", ""),
    }
    assert records["made:c"].relations == (
        Relation(RelationType.LINKED_TO, "made:p", role="friend"),
    )


def test_positions_and_sanctions_become_values(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path,
        entity("o", "Occupancy", holder=["p"], post=["q"]),
        entity("p", "Person", name=["P"]),
        entity("q", "Position", name=["Minister of Tests"]),
        entity("s", "Sanction", entity=["p"], program=["TEST"], reason=["for a test"]),
    )
    values = [value for value in records["made:p"].values if value.prop != LINK_ENTITY]
    assert tuple(values) == (
        Value("name", "P"),
        Value("notes", "for a test"),
        Value("position", "Minister of Tests"),
        Value("program", "TEST"),
    )
    assert intake.rejects == ()


def test_unused_link_entities_are_rejects(tmp_path: Path) -> None:
    _, intake = read(
        tmp_path,
        entity("p", "Person", name=["P"]),
        entity("m", "Membership", member=["gone"], organization=["gone too"]),
        entity("a", "Address", full=["x"]),
        entity("d", "Passport", holder=["gone"], number=["1"]),
    )
    assert [reject.reason for reject in intake.rejects] == [
        "the Membership concerns no record of this file",
        "the Address concerns no record of this file",
        "the Passport concerns no record of this file",
    ]


def test_nested_entities_are_folded_too(tmp_path: Path) -> None:
    organization = entity("g", "Organization", name=["The Net"])
    membership = entity("m", "Membership", organization=[organization], role=["boss"])
    address = entity("a", "Address", full=["1 Road"], country=["xk"])
    passport = entity("d", "Passport", number=["N1"])
    person = entity(
        "p",
        "Person",
        "one",
        name=["P"],
        membershipMember=[membership],
        addressEntity=[address],
        identification=[passport],
    )
    records, intake = read(tmp_path, person, entity("q", "Person", "two", name=["Q"]))
    assert records["one:p"].relations == (
        Relation(RelationType.MEMBER_OF, "one:g", "The Net", "boss"),
    )
    assert records["one:p"].addresses == (Address("1 Road", country="xk"),)
    assert [item.number for item in records["one:p"].identifiers] == ["N1"]
    assert intake.rejects == ()


def test_an_invalid_date_is_left_out_with_a_reject(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path, entity("p", "Person", name=["P"], birthDate=["1970-02-31", "1970-02"])
    )
    assert records["made:p"].texts("birthDate") == ("1970-02",)
    assert [reject.reason for reject in intake.rejects] == [
        "value not taken: birthDate '1970-02-31': there is no 1970-02-31"
    ]


def test_ids_of_other_entities_are_relations_or_nothing_but_no_values(tmp_path: Path) -> None:
    records, _ = read(
        tmp_path,
        entity("c", "Company", name=["C"], parent=["h"], proof=["doc-1"]),
        entity("h", "Company", name=["H"]),
    )
    assert records["made:c"].relations == (
        Relation(RelationType.LINKED_TO, "made:h", role="parent"),
    )
    assert records["made:c"].values == (Value("name", "C"),)


def test_successions_relate_the_predecessor_to_the_successor(tmp_path: Path) -> None:
    records, intake = read(
        tmp_path,
        entity("c", "Company", name=["C"]),
        entity("s", "Succession", predecessor=["c"], successor=["d"], startDate=["2001"]),
        entity("d", "Company", name=["D"]),
    )
    assert records["made:c"].relations == (
        Relation(RelationType.PREDECESSOR_OF, "made:d", start="2001"),
    )
    assert (records["made:d"].relations, intake.rejects) == ((), ())


def test_payments_relate_the_payer_to_the_beneficiary_with_the_amount(tmp_path: Path) -> None:
    payment: dict[str, Any] = {"payer": ["p"], "beneficiary": ["b"], "date": ["2011-12-29"]}
    records, intake = read(
        tmp_path,
        entity("p", "Person", "a", name=["Lena Dachser"]),
        entity("b", "Organization", "a", name=["Partei der Mitte"]),
        entity("1", "Payment", "a", **payment, amountEur=["100000"]),
        entity("2", "Payment", "a", **payment, amount=["70"], currency=["CHF"]),
        entity("3", "Payment", "a", **payment, purpose=["dues"]),
        # another list has brought the payer
        entity("4", "Payment", "a", payer=["q"], beneficiary=["b"]),
    )
    assert intake.rejects == ()
    assert records["a:p"].relations == tuple(
        Relation(RelationType.PAYER_OF, "a:b", role=role, start="2011-12-29")
        for role in ("100000 EUR", "70 CHF", "dues")
    )
    assert records["a:b"].relations == (Relation(RelationType.LINKED_TO, "a:q", role="paid by"),)


@pytest.mark.parametrize(
    ("schema", "ends", "more", "kind"),
    [
        ("UnknownLink", ("subject", "object"), {"role": "splinter of"}, RelationType.SPLINTER_OF),
        ("UnknownLink", ("subject", "object"), {"summary": "ally of"}, RelationType.ALLY_OF),
        ("UnknownLink", ("subject", "object"), {"role": "friend"}, RelationType.LINKED_TO),
        ("Directorship", ("director", "organization"), {"role": "CEO"}, RelationType.DIRECTOR_OF),
        ("Directorship", ("director", "organization"), {}, RelationType.LEADER_OF),
        ("Employment", ("employee", "employer"), {}, RelationType.EMPLOYEE_OF),
    ],
)
def test_edges_have_the_type_of_their_schema_or_role(
    tmp_path: Path, schema: str, ends: tuple[str, str], more: dict[str, str], kind: RelationType
) -> None:
    values = {name: [text] for name, text in more.items()}
    records, intake = read(
        tmp_path,
        entity("p", "Person", "a", name=["Lena Dachser"]),
        entity("b", "Organization", "a", name=["Blue Harbor"]),
        entity("1", schema, "a", **{ends[0]: ["p"], ends[1]: ["b"]}, **values),
    )
    role = more.get("role", "")
    assert intake.rejects == ()
    assert records["a:p"].relations == (Relation(kind, "a:b", role=role),)
    is_mutual = RELATION_TYPES[kind].is_mutual
    assert records["a:b"].relations == ((Relation(kind, "a:p", role=role),) if is_mutual else ())


def test_other_ids_of_an_entity_are_kept(tmp_path: Path) -> None:
    rows = [
        {**entity(name, "Person", "a", name=["Ann Lee"]), "referents": referents}
        for name, referents in (("p", ["x-1", " x-2 ", "x-1"]), ("q", []), ("r", None))
    ]
    records, _ = read(tmp_path, *rows)
    assert records["a:p"].texts("referents") == ("x-1", "x-2")
    assert records["a:q"].texts("referents") == records["a:r"].texts("referents") == ()


def read_restricted(folder: Path, *rows: Any) -> tuple[dict[str, Record], list[str]]:
    path = folder / "made.json"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    intake = read_lists([path], format="ftm", rules=ReadingRules(accept_restricted=True))
    records = {record.id: record for record in intake.batch.to_records()}
    return records, [reject.reason for reject in intake.rejects]


def test_a_handling_code_is_read_as_the_service_reads_it(tmp_path: Path) -> None:
    rows = [
        entity("1", "Person", "quay", name=["A"]) | {"handling": "H3"},
        entity("2", "Person", "quay", name=["B"]) | {"handling": "H0"},
        entity("3", "Person", "quay", name=["C"]) | {"handling": ""},
        entity("4", "Person", "quay", name=["D"]),
    ]
    records, rejects = read_restricted(tmp_path, *rows)
    assert rejects == []
    assert [record.handling.code for record in records.values()] == ["H3", "H0", "H0", "H0"]
    intake = read(tmp_path, *rows)[1]
    assert [reject.reason for reject in intake.rejects] == [
        "record quay:1: its handling code is H3; only H0 is taken without --accept-restricted"
    ]


@pytest.mark.parametrize(
    "field",
    [
        {"handling": "H4"},
        {"handling": "h3"},
        {"handling": ["H3"]},
        {"handling": 3},
        {"Handling": "H3"},
        {"handlingCode": "H3"},
        {"handling_code": "H3"},
        {"properties": {"name": ["A"], "handling": ["H3"]}},
    ],
)
def test_no_record_is_published_by_a_mistake_in_its_handling(
    tmp_path: Path, field: dict[str, Any]
) -> None:
    records, rejects = read_restricted(tmp_path, entity("1", "Person", "quay", name=["A"]) | field)
    assert records == {}
    (reason,) = rejects
    assert "handling" in reason


def test_relations_and_routes_are_read_as_the_service_reads_them(tmp_path: Path) -> None:
    relations = [
        {"type": "memberOf", "target": "2", "role": "courier", "start": "in spring"},
        {"type": "linkedTo", "name": "Someone"},
    ]
    routes = [{"country": "xk", "role": "transit"}]
    records, rejects = read_restricted(
        tmp_path,
        entity("1", "Person", "quay", name=["A"]) | {"relations": relations, "routes": routes},
        entity("2", "Organization", "quay", name=["B"])
        | {"relations": [{"type": "eats"}], "routes": "xk"},
    )
    assert set(records["quay:1"].relations) == {
        Relation(RelationType.MEMBER_OF, "quay:2", role="courier"),
        Relation(RelationType.LINKED_TO, target_name="Someone"),
    }
    assert records["quay:1"].routes == (RouteCountry("xk", CountryRole.TRANSIT),)
    assert (records["quay:2"].relations, records["quay:2"].routes) == ((), ())
    start, type_, route = rejects
    assert "in spring" in start
    assert type_.startswith("relations: there is no type of relation 'eats'")
    assert route == "routes: routes must be a list of objects with country and role"


@pytest.mark.parametrize("prop", ["relation", "route", "activity"])
def test_names_that_only_records_have_are_notes(tmp_path: Path, prop: str) -> None:
    records, intake = read(tmp_path, entity("1", "Person", "quay", name=["A"], **{prop: ["zz"]}))
    assert intake.rejects == ()
    assert records["quay:1"].texts("notes") == (f"{prop}: zz",)
    assert records["quay:1"].texts(prop) == ()
