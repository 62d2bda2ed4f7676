"""Groups: who a plain reading says belongs to them, their years, filters, order and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.network.export import MEMBERSHIP_TYPES
from resolver.network.groups import (
    GroupFilter,
    GroupLineage,
    join_years,
    read_group,
    read_groups,
    read_overlap,
    read_period,
)
from resolver.network.similar import compare_groups, find_similar, group_matrix_table
from resolver.records import Activity, Kind, Record, Relation, RelationType
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.network.networks import make_records, plain_edges
from tests.records.samples import record

_TYPES = {kind.value for kind in MEMBERSHIP_TYPES}


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER], ids=lambda row: row.name)
def test_groups_have_the_members_of_a_plain_reading(network_hub: Hub, viewer: Viewer) -> None:
    rows = make_records()
    visible = {row.id: row for row in rows if is_visible(row.handling, viewer)}
    members: dict[str, set[str]] = {}
    for source, target, kind in plain_edges(rows, viewer):
        if kind in _TYPES and source in visible and target in visible:
            members.setdefault(target, set()).add(source)
    listed = read_groups(network_hub, viewer, limit=100)
    groups = {row.facts.caption: row.members for row in listed.groups}
    assert groups == {
        row.caption: len(members.get(row.id, ()))
        for row in visible.values()
        if row.kind is Kind.GROUP
    }
    assert listed.total == len(groups)
    assert [row.members for row in listed.groups] == sorted(groups.values(), reverse=True)
    assert listed.facets["agencies"] == {"s": len(groups)}
    for row in visible.values():
        if row.kind is Kind.GROUP:
            view = read_group(network_hub, row.id, viewer)
            ends = {item.node.id for item in view.members if item.node.records}
            assert len(ends) == len(members.get(row.id, ()))


def member(name: str, relation: Relation) -> Record:
    return record(f"s:{name}", name=f"{name} {name}ovic", nationality="nl", relations=[relation])


@pytest.fixture(scope="module")
def gangs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("gangs")
    crimes = [Activity.PEOPLE_SMUGGLING, Activity.DRUGS]
    rows = [
        record("s:g", Kind.GROUP, name="Blue Harbor Crew", country="nl", activities=crimes),
        record("s:h", Kind.GROUP, name="Red Pier", country="be", relations=[_FACTION, _MERGED]),
        record("s:i", Kind.GROUP, name="Iron Quay Walrus", country="be", activities=crimes[:1]),
        member("Ottavio", Relation(RelationType.MEMBER_OF, "s:g", "", "", "2010", "2012")),
        member("Pelageya", Relation(RelationType.LEADER_OF, "s:g", "", "", "2011", "")),
        member("Quirinus", Relation(RelationType.MEMBER_OF, "s:g", "", "", "", "")),
        member("Radomir", Relation(RelationType.MEMBER_OF, "s:g", "", "", "2014", "2009")),
        member("Sixtus", Relation(RelationType.MEMBER_OF, "s:i", "", "boss", "2014", "")),
    ]
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS, index_dir=folder) as hub,
    ):
        hub.add(make_intake(rows))
        yield hub


_FACTION = Relation(RelationType.FACTION_OF, "s:g")
_MERGED = Relation(RelationType.MERGED_INTO, "", "Grey Reef Union", start="2018-03")


@pytest.mark.parametrize(
    ("when", "members", "leaders"),
    [
        ("2010", ["Ottavio", "Quirinus", "Radomir"], []),
        ("2012", ["Ottavio", "Pelageya", "Quirinus", "Radomir"], ["Pelageya"]),
        ("2016-05-01", ["Pelageya", "Quirinus", "Radomir"], ["Pelageya"]),
        ("", ["Ottavio", "Pelageya", "Quirinus", "Radomir"], ["Pelageya"]),
    ],
)
def test_members_and_leaders_are_those_of_a_time(
    gangs: Hub, when: str, members: list[str], leaders: list[str]
) -> None:
    view = read_group(gangs, "s:g", OPERATOR, period=read_period(when))
    assert sorted(row.node.caption.split()[0] for row in view.members) == members
    assert [row.node.caption.split()[0] for row in view.leaders] == leaders
    # the years count all of them
    assert view.by_year == ((2010, 1), (2011, 2), (2012, 2))
    undated = {row.node.caption.split()[0] for row in view.members if not row.is_dated}
    assert undated == {"Quirinus", "Radomir"}


def test_those_who_share_two_traits_are_alike(gangs: Hub) -> None:
    listed = find_similar(gangs, "s:Ottavio", OPERATOR)
    alike = {row.facts.caption.split()[0]: row for row in listed.similar}
    # Sixtus has the country alone, and groups are no people
    assert set(alike) == {"Pelageya", "Quirinus", "Radomir"}
    assert listed.total == 3
    assert all(0 < row.score <= 1 for row in listed.similar)
    assert alike["Quirinus"].shared == ("group: Blue Harbor Crew", "country: nl")
    assert find_similar(gangs, "s:Sixtus", OPERATOR).similar == ()


def test_groups_are_compared_with_one_another(gangs: Hub) -> None:
    matrix = compare_groups(gangs, OPERATOR)
    captions = [row.caption for row in matrix.groups]
    assert captions == ["Blue Harbor Crew", "Iron Quay Walrus", "Red Pier"]
    assert matrix.counts["members"] == ((4, 0, 0), (0, 1, 0), (0, 0, 0))
    assert matrix.counts["crimes"] == ((2, 1, 0), (1, 1, 0), (0, 0, 0))
    assert matrix.counts["countries"] == ((1, 0, 0), (0, 1, 1), (0, 1, 1))
    chosen = compare_groups(gangs, OPERATOR, ids=["s:i", "s:h", "s:i"])
    assert [row.caption for row in chosen.groups] == captions[1:]
    assert group_matrix_table(chosen, "countries").splitlines() == [
        "group,Iron Quay Walrus,Red Pier",
        "Iron Quay Walrus,1,1",
        "Red Pier,1,1",
    ]
    with pytest.raises(UnknownIdError):
        compare_groups(gangs, OPERATOR, ids=["s:none"])
    assert [matrix.shares_any(shared) for shared in ("members", "crimes")] == [False, True]


def test_a_matrix_has_the_groups_that_share_something(
    gangs: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the crew is alone in its country
    found = compare_groups(gangs, OPERATOR, shared="countries").groups
    assert [row.caption for row in found] == ["Iron Quay Walrus", "Red Pier"]
    monkeypatch.setattr("resolver.network.similar.MAX_COMPARED", 2)
    # by members the first two are the crew and the walrus
    by_shared = {
        shared: [row.caption for row in compare_groups(gangs, OPERATOR, shared=shared).groups]
        for shared in ("members", "countries")
    }
    assert by_shared == {
        "members": ["Blue Harbor Crew", "Iron Quay Walrus"],
        "countries": ["Iron Quay Walrus", "Red Pier"],
    }


def test_a_time_is_a_year_or_a_day() -> None:
    assert read_period("2016") == ("2016-01-01", "2016-12-31")
    assert read_period("2016-05-01") == ("2016-05-01", "2016-05-01")
    with pytest.raises(InputError, match="'soon' is no year or day"):
        read_period("soon")


def test_the_past_of_a_group_is_told_by_years(gangs: Hub) -> None:
    # from one end to the other, over two relations
    lineage = read_group(gangs, "s:g", OPERATOR).lineage
    assert [(row.node.caption, row.first) for row in lineage.groups] == [
        ("Grey Reef Union", 2018),
        ("Red Pier", 2018),
        ("Blue Harbor Crew", 0),
    ]
    assert [(row.first, row.edge.words) for row in lineage.events] == [
        (2018, "merged into"),
        (0, "faction of"),
    ]
    assert read_group(gangs, "s:i", OPERATOR).lineage == GroupLineage()


def test_years_with_one_count_are_joined() -> None:
    by_year = [(2009, 1), (2010, 1), (2011, 2), (2013, 2), (2014, 1)]
    runs = [(2009, 2010, 1), (2011, 2011, 2), (2013, 2013, 2), (2014, 2014, 1)]
    assert join_years(by_year) == runs


def test_a_group_has_members_over_time(gangs: Hub) -> None:
    view = read_group(gangs, "s:g", OPERATOR)
    assert view.by_year == ((2010, 1), (2011, 2), (2012, 2))
    # one without dates, one whose dates make no sense
    assert view.undated == 2
    assert [row.node.caption for row in view.leaders] == ["Pelageya Pelageyaovic"]
    assert [row.node.caption for row in view.related] == ["Red Pier"]
    assert view.countries == {"nl": 4}
    assert view.is_complete
    assert [row.node.caption[:6] for row in read_group(gangs, "s:i", OPERATOR).leaders] == [
        "Sixtus"
    ]
    assert read_group(gangs, "s:h", OPERATOR).by_year == ()


def test_a_member_stands_once_with_all_roles(tmp_path: Path) -> None:
    driver = Relation(RelationType.MEMBER_OF, "s:g", role="driver", start="2010")
    boss = Relation(RelationType.LEADER_OF, "s:g", role="boss")
    witness = Relation(RelationType.ASSOCIATE_OF, "s:g", role="witness")
    rows = [
        record("s:g", Kind.GROUP, name="Blue Harbor Crew"),
        record("s:1", name="Ottavio Quint", relations=[driver, boss, witness]),
        record("s:2", name="Amaro Quell", relations=[driver]),
    ]
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
    ):
        hub.add(make_intake(rows))
        view = read_group(hub, "s:g", OPERATOR)
        early = read_group(hub, "s:g", OPERATOR, period=read_period("2009"))
    assert [row.node.caption for row in view.members] == ["Ottavio Quint", "Amaro Quell"]
    first = view.members[0]
    assert sorted(first.words) == ["leader of", "member of"]
    assert sorted(first.roles) == ["boss", "driver"]
    assert (first.periods, first.sources, first.is_dated) == (("from 2010",), ("s",), True)
    assert view.leaders == (first,)
    assert [row.roles for row in view.related] == [("witness",)]
    # only what may hold then counts
    assert [row.roles for row in early.members] == [("boss",)]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (GroupFilter(), ["Blue", "Iron", "Red "]),
        (GroupFilter(countries=("be",)), ["Iron", "Red "]),
        (GroupFilter(countries=("be", "nl"), activities=("drugs",)), ["Blue"]),
        (GroupFilter(activities=("people_smuggling",)), ["Blue", "Iron"]),
        (GroupFilter(agencies=("s",), min_members=1), ["Blue", "Iron"]),
        (GroupFilter(agencies=("t",)), []),
        (GroupFilter(sort="activities"), ["Blue", "Iron", "Red "]),
    ],
)
def test_groups_are_filtered_and_ordered(gangs: Hub, choice: GroupFilter, names: list[str]) -> None:
    listed = read_groups(gangs, OPERATOR, choice)
    assert [row.facts.caption[:4] for row in listed.groups] == names
    countries = Counter(code for row in listed.groups for code in row.facts.countries)
    assert listed.facets["countries"] == countries


def test_pages_follow_one_another(gangs: Hub) -> None:
    pages = [read_groups(gangs, OPERATOR, limit=1, offset=offset) for offset in range(4)]
    captions = [row.facts.caption for page in pages for row in page.groups]
    assert captions == ["Blue Harbor Crew", "Iron Quay Walrus", "Red Pier"]
    assert {page.total for page in pages} == {3}


def test_an_unknown_group_is_unknown(gangs: Hub) -> None:
    with pytest.raises(UnknownIdError):
        read_group(gangs, "s:none", OPERATOR)


def test_an_empty_store_has_no_groups(tmp_path: Path) -> None:
    with Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub:
        listed = read_groups(hub, STRANGER)
        assert (listed.groups, listed.total) == ((), 0)
        assert read_overlap(hub, STRANGER).agencies == ()
