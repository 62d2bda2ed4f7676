"""Networks: leaders, facilitators, factions and kin among the true relations, and as stated."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from resolver.records import Kind, Record, RelationType
from resolver.world import World, generate
from resolver.world.agencies import ASSET, GROUP, PERSON
from resolver.world.document_numbers import make_papers
from resolver.world.group_columns import Population, make_ships
from resolver.world.name_lexicon import Dice
from resolver.world.persons import FATHER_SON, SIBLING, TWIN, make_persons
from resolver.world.relation_columns import (
    FACILITATOR_ROLE,
    RELATION_TYPES,
    Ties,
    assign_cells,
    make_ties,
)
from resolver.world.true_groups import FACTION, make_groups

PERSONS, GROUPS, SHIPS = 4_000, 400, 40


@pytest.fixture(scope="module")
def population() -> Population:
    persons = make_persons(Dice(3, "persons"), PERSONS)
    groups = make_groups(Dice(3, "groups"), GROUPS, persons)
    ships = make_ships(Dice(3, "ships"), SHIPS, GROUPS, 0)
    memberships = assign_cells(Dice(3, "ties"), persons, groups)
    return Population(
        persons, groups, ships, memberships, make_papers(Dice(3, "papers"), 3, persons)
    )


@pytest.fixture(scope="module")
def ties(population: Population) -> Ties:
    kinds = np.repeat([PERSON, GROUP, ASSET], [PERSONS, GROUPS, SHIPS])
    return make_ties(Dice(3, "networks"), kinds, population)


@pytest.fixture(scope="module")
def networked() -> World:
    return generate(4_000, seed=9, networks=True)


def targets_by_source(ties: Ties, kind: RelationType) -> dict[int, set[int]]:
    chosen = np.flatnonzero(ties.type == RELATION_TYPES.index(kind))
    targets: dict[int, set[int]] = defaultdict(set)
    for place in chosen.tolist():
        targets[int(ties.source[place])].add(int(ties.target[place]))
    return targets


def test_relations_have_different_ends_and_are_sorted(ties: Ties) -> None:
    ends = list(zip(ties.source.tolist(), ties.target.tolist(), strict=True))
    assert ends == sorted(set(ends))
    assert all(source != target for source, target in ends)


def test_each_group_with_members_has_one_leader(population: Population, ties: Ties) -> None:
    led = Counter(
        group
        for groups in targets_by_source(ties, RelationType.LEADER_OF).values()
        for group in groups
    )
    with_members = np.unique(population.memberships.group[population.memberships.group >= 0])
    assert led == dict.fromkeys((with_members + PERSONS).tolist(), 1)


def test_sizes_of_groups_are_very_different(population: Population) -> None:
    sizes = np.bincount(population.memberships.group[population.memberships.group >= 0])
    assert sizes.max() > 8 * np.median(sizes)


def test_facilitators_serve_several_groups(ties: Ties) -> None:
    served = Counter(ties.source[ties.role == FACILITATOR_ROLE].tolist())
    assert 0.03 * PERSONS < len(served) < 0.07 * PERSONS
    assert max(served.values()) == 3


def test_members_of_a_faction_were_in_the_group_it_left(population: Population, ties: Ties) -> None:
    groups, member_of = population.groups, targets_by_source(ties, RelationType.MEMBER_OF)
    factions = np.flatnonzero((groups.bond == FACTION) & (groups.partner < np.arange(GROUPS)))
    former = dict(zip(factions.tolist(), groups.partner[factions].tolist(), strict=True))
    own = population.memberships.group.tolist()
    both = [
        PERSONS + former[group] in member_of[person]
        for person, group in enumerate(own)
        if group in former
    ]
    assert len(both) > 20
    assert 0.4 < np.mean(both) < 0.8
    precedes = targets_by_source(ties, RelationType.PREDECESSOR_OF)
    assert precedes == {PERSONS + old: {PERSONS + new} for new, old in former.items()}


def test_kin_often_share_a_cell(population: Population) -> None:
    persons, group = population.persons, population.memberships.group
    kin = np.flatnonzero(np.isin(persons.bond, (TWIN, SIBLING, FATHER_SON)))
    shared = (group[kin] == group[persons.partner[kin]]) & (group[kin] >= 0)
    assert 0.35 < shared.mean() < 0.65


def test_lists_state_relations_incompletely(networked: World) -> None:
    persons = [record for record in networked.records if record.kind is Kind.PERSON]
    by_source: dict[str, list[Record]] = defaultdict(list)
    for record in persons:
        by_source[record.source].append(record)
    assert not any(record.relations for record in by_source.pop("interpol"))
    for records in by_source.values():
        share = np.mean([bool(record.relations) for record in records])
        assert 0.5 < share < 0.95
    relations = [relation for record in persons for relation in record.relations]
    by_name = np.mean([not relation.target_id for relation in relations])
    dated = np.mean([bool(relation.start) for relation in relations])
    assert 0.2 < by_name < 0.7
    assert 0.35 < dated < 0.55


def test_stated_targets_are_records_of_the_same_list(networked: World) -> None:
    by_id = {record.id: record for record in networked.records}
    for record in networked.records:
        for relation in record.relations:
            assert relation.target_id or relation.target_name
            if relation.target_id:
                assert by_id[relation.target_id].source == record.source


def test_lists_differ_in_roles_of_one_membership(networked: World) -> None:
    roles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in networked.records:
        for relation in record.relations:
            if relation.target_id and relation.role:
                ends = networked.truth[record.id], networked.truth[relation.target_id]
                roles[ends].add(relation.role)
    several = sum(len(words) > 1 for words in roles.values())
    assert 0 < several < 0.2 * len(roles)


def test_worlds_without_networks_state_two_relations_at_most() -> None:
    relations = [record.relations for record in generate(1_000, seed=9).records]
    assert max(map(len, relations)) == 2
    assert not any(relation.start for stated in relations for relation in stated)
