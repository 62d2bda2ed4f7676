"""Records, their versions and ids, kinds, and the tables of common names."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from resolver.records import Kind, Value, content_id, is_content_id, kind_of_schema
from resolver.records.prepared.population import RARITY_MAX, RARITY_MIN, FrequencyTables
from tests.records.samples import record


def test_caption_takes_the_best_name_there_is() -> None:
    assert record("s:1", alias="Al", name="Ann").caption == "Ann"
    assert record("s:1", alias="Al", firstName="Ann", lastName="Lee").caption == "Ann Lee"
    assert record("s:1", weakAlias="W", alias="Al").caption == "Al"
    assert record("s:1", weakAlias="W").caption == "W"
    assert record("s:1").caption == "s:1"


def test_content_hash_ignores_the_id() -> None:
    left = record("s:1", name="Ann")
    assert left.content_hash() == replace(left, id="s:2").content_hash()
    others = [
        record("s:1", name="Anne"),
        record("s:1", Kind.LEGAL, name="Ann"),
        replace(left, values=(Value("name", "Ann", "elsewhere"),)),
    ]
    assert len({left.content_hash(), *(other.content_hash() for other in others)}) == 4
    assert len(left.content_hash()) == 64


def test_content_ids() -> None:
    assert content_id("s", "a,b") == content_id("s", "a,b")
    assert content_id("s", "a,b") != content_id("s", "a,c")
    source, _, native = content_id("s", "a,b").partition(":")
    assert (source, native[0], len(native)) == ("s", "~", 13)
    assert is_content_id(content_id("s", "a,b"))
    assert not is_content_id("s:~1")
    assert content_id("s", "\ud800")


def test_texts_keep_the_order_of_the_record() -> None:
    assert record("s:1", alias=["b", "a"], name="c").texts("name", "alias") == ("b", "a", "c")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("Person", Kind.PERSON),
        ("Company", Kind.GROUP),
        ("LegalEntity", Kind.LEGAL),
        ("Vessel", Kind.ASSET),
        ("Event", None),
    ],
)
def test_kinds_of_schemata(schema: str, kind: Kind | None) -> None:
    assert kind_of_schema(schema) == kind


def test_legal_entities_share_a_bit_with_persons_and_groups_only() -> None:
    assert Kind.LEGAL & Kind.PERSON
    assert Kind.LEGAL & Kind.GROUP
    assert not Kind.LEGAL & Kind.ASSET
    assert [kind.label for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET, Kind.LEGAL)] == [
        "person",
        "group",
        "asset",
        "legal",
    ]


def test_rarity_is_in_nats_and_bounded() -> None:
    tables = FrequencyTables({"ali": 500, "all": 20_000}, 20_000, {"trading": 100}, 10_000)
    assert tables.rarity("ali", group=False) == pytest.approx(math.log(40))
    assert tables.rarity("trading", group=True) == pytest.approx(math.log(100))
    # Absent tokens are rare in either population.
    assert tables.rarity("ali", group=True) > tables.rarity("trading", group=True)
    assert tables.rarity("all", group=False) == RARITY_MIN
    assert FrequencyTables({}, 10**9).rarity("zzz", group=False) == RARITY_MAX
