"""World as records: size, truth, population."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

import pytest

from resolver.errors import UsageError
from resolver.records import Kind, Record
from resolver.world import World, generate, make_chunks
from resolver.world.agencies import make_agencies
from resolver.world.chunks import CHUNK_RECORDS, make_chunk


def members(world: World) -> dict[str, list[Record]]:
    records_of: dict[str, list[Record]] = defaultdict(list)
    for record in world.records:
        records_of[world.truth[record.id]].append(record)
    return records_of


def test_world_has_requested_size_and_full_truth(world: World) -> None:
    ids = [record.id for record in world.records]
    assert len(ids) == 6_000
    assert len(set(ids)) == len(ids)
    assert world.truth.keys() == set(ids)
    assert set(world.truth.values()) == world.kinds.keys()


@pytest.mark.parametrize("records", [1, 2, 37])
def test_small_worlds_have_requested_size(records: int) -> None:
    assert len(generate(records, agencies=5).records) == records


def test_same_arguments_give_same_world() -> None:
    assert generate(400, seed=5) == generate(400, seed=5)


def test_seeds_give_different_worlds() -> None:
    first, second = (generate(400, seed=seed) for seed in (5, 6))
    names = [
        {text for record in world.records for text in record.texts("name")}
        for world in (first, second)
    ]
    assert len(names[0] & names[1]) < 20


def test_share_of_records_with_duplicates(world: World) -> None:
    sizes = Counter(world.truth.values())
    shared = sum(size for size in sizes.values() if size > 1) / len(world.records)
    assert 0.38 < shared < 0.50


def test_few_entities_are_twice_on_one_list(world: World) -> None:
    twice = sum(
        1
        for records in members(world).values()
        if max(Counter(record.source for record in records).values()) > 1
    )
    assert 5 < twice < 150


def test_kind_of_record_equals_kind_of_truth(world: World) -> None:
    for record in world.records:
        assert record.kind.label == world.kinds[world.truth[record.id]]
    assert {record.kind for record in world.records} == {Kind.PERSON, Kind.GROUP, Kind.ASSET}


def test_all_cultures_and_many_scripts_occur(world: World) -> None:
    cultures = Counter(culture for culture in world.cultures.values() if culture)
    assert len(cultures) == 23
    assert min(cultures.values()) > 20
    scripts = Counter(
        unicodedata.name(letter).split()[0]
        for record in world.records
        for text in record.texts("name", "alias")
        for letter in text[:1]
        if letter.isalpha()
    )
    assert {
        "LATIN",
        "CYRILLIC",
        "ARABIC",
        "CJK",
        "HANGUL",
        "GREEK",
        "DEVANAGARI",
        "GEORGIAN",
        "ARMENIAN",
    } <= scripts.keys()


def test_forged_passports_are_shared(world: World) -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for record in world.records:
        for item in record.identifiers:
            if item.prop == "passportNumber":
                holders[item.number].add(world.truth[record.id])
    counts = sorted((len(people) for people in holders.values()), reverse=True)
    assert counts[0] >= 3
    assert sum(count > 1 for count in counts) <= 60 + 5


def test_special_pairs_occur(world: World) -> None:
    roles = set(world.roles.values())
    assert {
        "twin",
        "father and son of one name",
        "namesake of one year",
        "forged passport",
    } <= roles
    assert {"same name, other number", "branches of one company", "faction"} <= roles
    assert world.roles.keys() <= world.kinds.keys()


def test_sibling_groups_differ_in_number_or_branch(world: World) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for record in world.records:
        names[world.truth[record.id]] |= set(record.texts("name", "alias"))
    with_number_role = {
        true for true, role in world.roles.items() if role == "same name, other number"
    }
    has_number = {
        true
        for true in with_number_role
        if any(char.isdigit() for name in names[true] for char in name)
    }
    assert has_number
    assert with_number_role - has_number
    branches = [true for true, role in world.roles.items() if role == "branches of one company"]
    # Some branches are also listed with the name of the whole company.
    assert any(
        short != long and long.startswith(short)
        for true in branches
        for short in names[true]
        for long in names[true]
    )


def test_relations_point_to_records_of_same_list(world: World) -> None:
    by_id = {record.id: record for record in world.records}
    kinds = set()
    for record in world.records:
        for relation in record.relations:
            assert relation.target_id or relation.target_name
            if relation.target_id:
                target = by_id[relation.target_id]
                assert target.source == record.source
                kinds.add((relation.type.value, record.kind.label, target.kind.label))
    assert {
        ("memberOf", "person", "group"),
        ("ownerOf", "group", "asset"),
        ("familyOf", "person", "person"),
    } <= kinds


def test_groups_have_routes(world: World) -> None:
    roles = {route.role.value for record in world.records for route in record.routes}
    assert roles == {"source", "transit", "destination"}


def test_records_have_handling(world: World) -> None:
    for record in world.records:
        assert record.handling.code == "H0"
        assert record.handling.agency == record.source
        assert record.handling.purpose


@pytest.mark.parametrize("agencies", [5, 50])
def test_few_and_many_agencies(agencies: int) -> None:
    world = generate(3_000, agencies=agencies)
    sources = Counter(record.source for record in world.records)
    assert len(sources) == agencies
    assert min(sources.values()) >= 2


@pytest.mark.parametrize(("records", "agencies"), [(0, 8), (10, 4), (10, 51)])
def test_invalid_arguments_are_refused(records: int, agencies: int) -> None:
    with pytest.raises(UsageError):
        generate(records, agencies=agencies)


def test_chunk_depends_on_its_number_only() -> None:
    *_, last = make_chunks(CHUNK_RECORDS + 300, seed=2, agencies=6)
    chunk = make_chunk(2, 1, 300, make_agencies(2, 6))
    assert chunk.record_ids.equals(last.record_ids)
    assert all(chunk.columns[name].equals(column) for name, column in last.columns.items())


def test_agency_does_not_depend_on_number_of_agencies() -> None:
    assert make_agencies(4, 50)[:5] == make_agencies(4, 5)
