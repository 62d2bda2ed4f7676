"""Structured values as one text each: nothing is lost, and separators do not shift fields."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.records import (
    Address,
    Batch,
    Handling,
    Identifier,
    Record,
    Relation,
    RelationType,
    Value,
    packing,
)
from tests.records.samples import plain, record, records

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_WITH_SEPARATOR = st.text(st.sampled_from("ab \x1f"), max_size=4)


@given(st.lists(_TEXT, min_size=1, max_size=6))
def test_split_undoes_join(fields: list[str]) -> None:
    expected = [field.replace(packing.SEPARATOR, " ") for field in fields]
    assert packing.split_fields(packing.join_fields(*fields), len(fields)) == expected


@settings(max_examples=60, deadline=None)
@given(records(text=_WITH_SEPARATOR))
def test_separators_inside_text_become_spaces(given_record: Record) -> None:
    (packed,) = Batch.from_records([given_record]).to_records()
    clean = _without_separators(given_record)
    # Replacing separators may make two values equal, which are then kept once.
    assert {item.number for item in packed.identifiers} == {
        item.number for item in clean.identifiers
    }
    assert {replace(item, origin="") for item in packed.identifiers} == {
        replace(item, origin="") for item in clean.identifiers
    }
    assert {replace(item, origin="") for item in packed.addresses} == {
        replace(item, origin="") for item in clean.addresses
    }
    assert {replace(item, origin="") for item in packed.relations} == {
        replace(item, origin="") for item in clean.relations
    }
    assert packed.handling == clean.handling
    # Plain values are not packed, so their separators stay.
    assert {(item.prop, item.text) for item in packed.values} == {
        (item.prop, item.text) for item in given_record.values
    }


def _without_separators(given_record: Record) -> Record:
    def clean(text: str) -> str:
        return text.replace(packing.SEPARATOR, " ")

    handling = given_record.handling
    grades = [
        replace(grade, scheme=clean(grade.scheme), value=clean(grade.value)) if grade else None
        for grade in (handling.source_grade, handling.information_grade)
    ]
    return replace(
        given_record,
        identifiers=tuple(
            Identifier(
                item.prop,
                *map(
                    clean,
                    (item.number, item.country, item.type, item.issued, item.expires, item.note),
                ),
            )
            for item in given_record.identifiers
        ),
        addresses=tuple(
            Address(
                *map(
                    clean,
                    (
                        item.full,
                        item.street,
                        item.city,
                        item.region,
                        item.postal_code,
                        item.country,
                    ),
                )
            )
            for item in given_record.addresses
        ),
        relations=tuple(
            Relation(
                item.type,
                *map(clean, (item.target_id, item.target_name, item.role, item.start, item.end)),
            )
            for item in given_record.relations
        ),
        handling=Handling(
            clean(handling.agency),
            handling.code,
            grades[0],
            grades[1],
            *map(clean, (handling.subject_category, handling.purpose, handling.review_date)),
        ),
    )


@settings(max_examples=40, deadline=None)
@given(records())
def test_unpack_undoes_pack(given_record: Record) -> None:
    content = packing.unpack(packing.pack(given_record))
    assert plain(replace(given_record, **content)) == plain(given_record)  # type: ignore[arg-type]


def test_pack_sorts_drops_empty_and_repeated_values() -> None:
    values = (
        Value("name", "B", "2"),
        Value("name", "", "1"),
        Value("name", "B", "1"),
        Value("alias", "C"),
    )
    packed = packing.pack(replace(record("s:1"), values=values, addresses=(Address(origin="x"),)))
    assert packed == [("alias", "C", ""), ("name", "B", "1")]


def test_single_unpackers() -> None:
    address = Address(street="1 High St", country="UK", origin="f")
    assert packing.unpack_address(packing.address_text(address), "f") == address
    item = Identifier("passportNumber", "A1", "fr", expires="2030", origin="g")
    assert packing.unpack_identifier("passportNumber", packing.identifier_text(item), "g") == item
    tie = Relation(RelationType.MEMBER_OF, target_name="Gang", end="2020")
    assert packing.unpack_relation(packing.relation_text(tie)) == tie
