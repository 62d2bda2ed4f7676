"""The world as records: its size, its truth, who is in it."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

import pytest

from resolver.errors import UsageError
from resolver.records import Kind, Record
from resolver.synthetic import World, generate
from resolver.synthetic.agencies import make_agencies
from resolver.synthetic.chunks import CHUNK, make_chunk
from resolver.synthetic.world import chunks


def members(world: World) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in world.records:
        found[world.truth[record.id]].append(record)
    return found


def test_there_are_as_many_records_as_asked_each_with_its_truth(world: World) -> None:
    ids = [record.id for record in world.records]
    assert len(ids) == 6_000
    assert len(set(ids)) == len(ids)
    assert world.truth.keys() == set(ids)
    assert set(world.truth.values()) == world.kinds.keys()


@pytest.mark.parametrize("records", [1, 2, 37])
def test_small_worlds_have_exactly_as_many(records: int) -> None:
    assert len(generate(records, agencies=5).records) == records


def test_the_same_arguments_give_the_same_world() -> None:
    assert generate(400, seed=5) == generate(400, seed=5)


def test_another_seed_gives_another_world() -> None:
    one, other = (generate(400, seed=seed) for seed in (5, 6))
    names = [
        {text for record in world.records for text in record.texts("name")}
        for world in (one, other)
    ]
    assert len(names[0] & names[1]) < 20


def test_about_two_in_five_records_have_another_of_the_same_entity(world: World) -> None:
    sizes = Counter(world.truth.values())
    shared = sum(size for size in sizes.values() if size > 1) / len(world.records)
    assert 0.38 < shared < 0.50


def test_a_few_are_twice_on_one_list(world: World) -> None:
    twice = sum(
        1
        for records in members(world).values()
        if max(Counter(record.source for record in records).values()) > 1
    )
    assert 5 < twice < 150


def test_a_record_is_of_the_kind_of_its_truth(world: World) -> None:
    for record in world.records:
        assert record.kind.label == world.kinds[world.truth[record.id]]
    assert {record.kind for record in world.records} == {Kind.PERSON, Kind.GROUP, Kind.ASSET}


def test_all_cultures_and_many_scripts_are_there(world: World) -> None:
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


def test_a_few_forged_passports_are_used_by_many(world: World) -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    for record in world.records:
        for item in record.identifiers:
            if item.prop == "passportNumber":
                holders[item.number].add(world.truth[record.id])
    counts = sorted((len(people) for people in holders.values()), reverse=True)
    assert counts[0] >= 4
    assert sum(count > 1 for count in counts) <= 60 + 5


def test_special_pairs_are_there(world: World) -> None:
    roles = set(world.roles.values())
    assert {
        "twin",
        "father and son of one name",
        "namesake of one year",
        "forged passport",
    } <= roles
    assert {"same name, other number", "branches of one company", "faction"} <= roles
    assert world.roles.keys() <= world.kinds.keys()


def test_a_number_or_a_branch_is_what_tells_groups_apart(world: World) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for record in world.records:
        names[world.truth[record.id]] |= set(record.texts("name", "alias"))
    numbered = {true for true, role in world.roles.items() if role == "same name, other number"}
    has_number = {
        true for true in numbered if any(char.isdigit() for name in names[true] for char in name)
    }
    assert has_number
    assert numbered - has_number
    branches = [true for true, role in world.roles.items() if role == "branches of one company"]
    # some are listed with the name of the whole as well
    assert any(
        one != two and two.startswith(one)
        for true in branches
        for one in names[true]
        for two in names[true]
    )


def test_relations_lead_to_records_of_the_same_list(world: World) -> None:
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


def test_groups_say_where_from_and_where_to(world: World) -> None:
    roles = {route.role.value for record in world.records for route in record.routes}
    assert roles == {"source", "transit", "destination"}


def test_every_record_may_be_used(world: World) -> None:
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
def test_worlds_that_cannot_be(records: int, agencies: int) -> None:
    with pytest.raises(UsageError):
        generate(records, agencies=agencies)


def test_a_chunk_depends_on_its_number_alone() -> None:
    *_, last = chunks(CHUNK + 300, seed=2, agencies=6)
    alone = make_chunk(2, 1, 300, make_agencies(2, 6))
    assert alone.record_ids.equals(last.record_ids)
    assert all(alone.columns[name].equals(column) for name, column in last.columns.items())


def test_the_habits_of_an_agency_do_not_depend_on_how_many_there_are() -> None:
    assert make_agencies(4, 50)[:5] == make_agencies(4, 5)
