"""Lists that viewers may know of, against a direct computation, record by record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.check.screener import Screener
from resolver.check.source_policy import find_refused
from resolver.lists.reader_types import ListInfo
from resolver.records import Batch, Handling, Record, Value
from resolver.records.visibility import OPERATOR, STRANGER, Claim, DatasetScope, Viewer, is_visible
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

CODES = ("", "H0", "H1", "H2", "H3")
VIEWERS = (
    STRANGER,
    OPERATOR,
    Viewer("kim", "a0"),
    Viewer("kim", "a1", frozenset({"review"})),
    Viewer("kim", "", frozenset({"review"})),
    Viewer("kim", "elsewhere"),
)


def some(chance: np.random.Generator, name: str, count: int) -> list[Record]:
    """Return records of a few sources, most of them with some handling."""
    records = []
    for number in range(count):
        source = f"s{chance.integers(0, 5)}"
        code = CODES[chance.integers(0, 5) if source < "s2" else chance.integers(2, 5)]
        stated = record(f"{source}:{name}{number}", name=f"Ann {name}{number} Zweig")
        agency = f"a{chance.integers(0, 2)}"
        further = {f"d{place}" for place in chance.integers(0, 4, size=int(chance.integers(0, 3)))}
        values = (*stated.values, *(Value("datasets", name) for name in sorted(further)))
        stated = replace(stated, values=values)
        records.append(
            replace(stated, handling=Handling(agency=agency, code=code)) if code else stated
        )
    return records


def claims_of(stated: Record) -> list[Claim]:
    return [(stated.source, name) for name in (stated.source, *stated.texts("datasets"))]


@pytest.mark.parametrize("seed", range(3))
def test_lists_are_known_by_their_visible_records(stores: Stores, seed: int) -> None:
    chance = np.random.default_rng(seed)
    first, second = some(chance, "a", 12), some(chance, "b", 4)
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        stores.new() as hub,
    ):
        hub.add(make_intake(first))
        screener = Screener(hub)
        for present in (first, [*first, *second]):
            hub.add(make_intake(present))
            for viewer in VIEWERS:
                visible = {
                    name
                    for row in present
                    if is_visible(row.handling, viewer)
                    for _, name in claims_of(row)
                }
                assert screener.visible_sources(viewer) == visible


def test_an_empty_list_is_known(stores: Stores) -> None:
    rows = [record("s:1", name="Ann"), record("t:1", name="Bob")]
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        stores.new() as hub,
    ):
        hub.add(make_intake(rows))
        screener = Screener(hub)
        hub.add(make_intake([], ListInfo("t", "test", ("t",), "2", 0, 0, False)))
        assert screener.visible_sources() == {"s", "t"}


def test_a_scope_has_the_records_of_a_source_and_those_that_name_a_dataset() -> None:
    records = some(np.random.default_rng(1), "a", 60)
    batch = Batch.from_records(records)
    for names in ({"s1"}, {"d1"}, {"s2", "d2"}, {"nowhere"}):
        expected = [any(name in names for _, name in claims_of(stated)) for stated in records]
        assert DatasetScope(frozenset(names)).has(batch).tolist() == expected
    refused = frozenset({("s1", "d1")})
    assert DatasetScope(frozenset({"d1"}), refused).has(batch).tolist() == [
        stated.source != "s1" and "d1" in stated.texts("datasets") for stated in records
    ]


def test_only_an_agency_itself_says_what_is_in_its_list() -> None:
    claims = [("a", "a"), ("a", "b"), ("a", "open"), ("a", "unknown"), ("b2", "b"), ("open", "a")]
    agencies = {"a": "north", "b": "south", "b2": "south", "open": ""}
    assert find_refused(claims, agencies) == {("a", "b"), ("open", "a")}
