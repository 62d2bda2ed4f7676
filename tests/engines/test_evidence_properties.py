"""Evidence is a sum without cliffs: a field that agrees never lowers it, one that contradicts never
raises it, and the change is the rows shown.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.engines.pair_explanation import Resolver
from resolver.records import Address, Identifier, Kind, Record, Relation, RelationType, Value
from resolver.records.results.explanation import POPULATION_ROWS

NAMES = (
    ("Ivan Petrov", "Ivan Petrov"),
    ("Ivan Petrov", "Iwan Petroff"),
    ("Mohammed al-Hashimi", "Muhammad Hashimi"),
    ("Karim Dadash Aslanov", "Karima Aslanova"),
    ("Anna Adler", "Boris Becker"),
)
COMPANY_NAMES = (
    ("Conti Trading Ltd", "Conti Trading Limited"),
    ("Al Noor Exchange", "Al-Nur Money Exchange Branch 2"),
    ("Red Garden Recruitment", "Blue Sea Shipping"),
)
# field → value of the left record, one that agrees with it, one that contradicts it
PERSON_FIELDS = {
    "birthDate": ("1961-05-04", "1961-05-04", "1987-11-23"),
    "nationality": ("ru", "ru", "br"),
    "gender": ("male", "male", "female"),
    "phone": ("+49 30 1234567", "+49 30 1234567", "+55 11 7654321"),
    "email": ("ivan@example.org", "ivan@example.org", "zoe.quux@elsewhere.net"),
    "fatherName": ("Sergei", "Sergei", "Abdulrahman"),
    "position": ("deputy minister of finance", "deputy minister of finance", "bus driver"),
}
COMPANY_FIELDS = {
    "incorporationDate": ("2001-03-04", "2001-03-04", "1975-08-19"),
    "country": ("de", "de", "br"),
    "phone": ("+49 30 1234567", "+49 30 1234567", "+55 11 7654321"),
    "email": ("info@conti.de", "info@conti.de", "sales@elsewhere.net"),
    "website": ("https://conti.de", "https://conti.de", "https://elsewhere.net"),
}
CONTACTS = frozenset({"phone", "email", "address"})
READ_WITH_NAMES = ("fatherName", "gender")
"""Fields that also say how names are to be read."""
RESOLVER = Resolver.default()


def make_pair(kind: Kind, names: tuple[str, str]) -> tuple[Record, Record]:
    schema = "Person" if kind == Kind.PERSON else "Company"
    left, right = (
        Record(f"s:{side}", "s", kind, schema, (Value("name", name),))
        for side, name in zip("ab", names, strict=True)
    )
    return left, right


def with_value(record: Record, field: str, text: str) -> Record:
    return replace(record, values=(*record.values, Value(field, text)))


def evidence(left: Record, right: Record) -> dict[str, int]:
    """Return the rows of evidence that weigh anything."""
    rows = RESOLVER.compare(left, right).evidence
    return {row.name: row.weight for row in rows if row.weight and row.name not in POPULATION_ROWS}


def check_change(left: Record, right: Record, field: str, values: tuple[str, str, str]) -> None:
    without = evidence(left, right)
    own, agreeing, contradicting = values
    stated = with_value(left, field, own)
    if field != "fatherName":
        # a field of one side alone says nothing; a father's name may be part of a name
        assert evidence(stated, right) == without
    with_agreeing = evidence(stated, with_value(right, field, agreeing))
    with_other = evidence(stated, with_value(right, field, contradicting))
    assert sum(with_agreeing.values()) >= sum(without.values())
    assert sum(with_other.values()) <= sum(without.values())
    if field not in READ_WITH_NAMES:
        for changed in (with_agreeing, with_other):
            # all other rows stay as they are, but contacts that people share who contradict
            # each other are those of a household
            kept = {
                name: weight
                for name, weight in without.items()
                if changed is with_agreeing or not CONTACTS.intersection(name.split(" × "))
            }
            assert kept.items() <= changed.items()


@settings(deadline=None, max_examples=40)
@given(
    names=st.sampled_from(NAMES),
    field=st.sampled_from(sorted(PERSON_FIELDS)),
    others=st.sets(st.sampled_from(sorted(PERSON_FIELDS)), max_size=3),
    agree=st.booleans(),
)
def test_fields_of_persons(
    names: tuple[str, str], field: str, others: set[str], agree: bool
) -> None:
    left, right = make_pair(Kind.PERSON, names)
    # of a watchlist, whatever else is stated: contradictions between plain registers weigh less
    left = replace(left, relations=(Relation(RelationType.MEMBER_OF, "Blue Harbor Crew"),))
    for other in sorted(others - {field}):
        own, agreeing, contradicting = PERSON_FIELDS[other]
        left = with_value(left, other, own)
        right = with_value(right, other, agreeing if agree else contradicting)
    check_change(left, right, field, PERSON_FIELDS[field])


@pytest.mark.parametrize("names", COMPANY_NAMES)
@pytest.mark.parametrize("field", sorted(COMPANY_FIELDS))
def test_fields_of_companies(names: tuple[str, str], field: str) -> None:
    check_change(*make_pair(Kind.GROUP, names), field, COMPANY_FIELDS[field])


@pytest.mark.parametrize("names", NAMES)
def test_documents_and_addresses_of_persons(names: tuple[str, str]) -> None:
    left, right = make_pair(Kind.PERSON, names)
    without = sum(evidence(left, right).values())
    passports = [
        (Identifier("passportNumber", number, "ru"),) for number in ("71234567", "80000005")
    ]
    own = replace(left, identifiers=passports[0])
    same = sum(evidence(own, replace(right, identifiers=passports[0])).values())
    other = sum(evidence(own, replace(right, identifiers=passports[1])).values())
    assert other <= without < same
    addresses = [
        (Address(street="Hauptstrasse 5", city="Berlin", country="de"),),
        (Address(street="Rua Augusta 900", city="Sao Paulo", country="br"),),
    ]
    own = replace(left, addresses=addresses[0])
    same = sum(evidence(own, replace(right, addresses=addresses[0])).values())
    other = sum(evidence(own, replace(right, addresses=addresses[1])).values())
    assert other <= without <= same
