"""Cases of common sense, which hold in a small list and among many other records.

`cases/common_sense.txt` has a case a row: two records, and what may become of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from resolver.engines.local import dedupe
from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import RunOptions
from resolver.records import Address, Batch, Identifier, Kind, Record, Relation, RelationType
from resolver.records.results.resolution import Resolution
from resolver.world import generate
from tests.records.samples import record

CASES = Path(__file__).parent / "cases" / "common_sense.txt"
OUTCOMES = {"merged", "review", "apart"}
_KINDS = {"group:": Kind.GROUP, "ship:": Kind.ASSET}
_NUMBERS = {
    "passport": "passportNumber",
    "national": "idNumber",
    "tax": "taxNumber",
    "registration": "registrationNumber",
    "imo": "imoNumber",
}


@dataclass(frozen=True)
class Case:
    """Two records, and the outcomes that are right."""

    topic: str
    outcomes: frozenset[str]
    left: Record
    right: Record


def read_record(text: str, identity: str) -> Record:
    """Return the record that a cell of the table describes."""
    first, _, rest = text.partition(" ")
    kind = _KINDS.get(first, Kind.PERSON)
    name, *pairs = (part.strip() for part in (rest if first in _KINDS else text).split(";"))
    values: dict[str, str] = {"name": name}
    numbers, addresses, relations = [], [], []
    for prop, _, value in (pair.partition("=") for pair in pairs):
        if prop in _NUMBERS:
            number, _, country = value.partition("/")
            numbers.append(Identifier(_NUMBERS[prop], number, country))
        elif prop == "address":
            addresses.append(Address(full=value))
        elif prop == "employer":
            relations.append(Relation(RelationType.EMPLOYEE_OF, target_name=value))
        else:
            values[prop] = value
    return record(
        identity,
        kind,
        schema="Vessel" if kind is Kind.ASSET else "",
        identifiers=numbers,
        addresses=addresses,
        relations=relations,
        **values,  # type: ignore[arg-type]
    )


def read_cases() -> list[Case]:
    """Return the rows of the table."""
    lines = CASES.read_text("utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [
        Case(
            topic,
            frozenset(outcomes.split()),
            read_record(left, f"one:{place:03d}"),
            read_record(right, f"two:{place:03d}"),
        )
        for place, (topic, outcomes, left, right) in enumerate(rows)
    ]


def resolve_among(cases: list[Case], records: int, seed: int = 5) -> dict[str, str]:
    """Return what became of each case among records of a generated world, `records` in all."""
    own = [side for case in cases for side in (case.left, case.right)]
    world = generate(records - len(own), seed=seed).records
    batch = Batch.from_records([*own, *world]).canonical()
    resolution = dedupe(Intake(batch, (), ()), RunOptions())
    return {
        case.topic: outcome_of(resolution, batch.ids.to_pylist(), case.left.id, case.right.id)
        for case in cases
    }


def outcome_of(resolution: Resolution, ids: list[str], left: str, right: str) -> str:
    """Return what became of two records: merged, review (whatever shows the pair), or apart."""
    rows = sorted((ids.index(left), ids.index(right)))
    if resolution.labels[rows[0]] == resolution.labels[rows[1]]:
        return "merged"
    links = resolution.links
    is_shown = np.any((links.left == rows[0]) & (links.right == rows[1]))
    return "review" if is_shown else "apart"


def failures(cases: list[Case], outcomes: dict[str, str]) -> list[str]:
    """Return the cases that came out wrong."""
    return [
        f"{case.topic}: {outcomes[case.topic]}"
        for case in cases
        if outcomes[case.topic] not in case.outcomes
    ]


def test_the_table_has_cases_of_all_topics() -> None:
    cases = read_cases()
    assert len(cases) >= 50
    assert len({case.topic for case in cases}) == len(cases)
    assert all(case.outcomes and case.outcomes <= OUTCOMES for case in cases)


@pytest.mark.slow
def test_common_sense_among_300_records() -> None:
    cases = read_cases()
    assert failures(cases, resolve_among(cases, 300)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("records", [30_000, 100_000])
def test_common_sense_among_many_records(records: int) -> None:
    cases = read_cases()
    assert failures(cases, resolve_among(cases, records)) == []
