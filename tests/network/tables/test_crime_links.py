"""Links across crimes: those of a plain reading, order, filters, evidence, and hidden rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from resolver.hub.hub import Hub
from resolver.network.crime_links import (
    LINKED_CRIMES,
    MAX_RELATED,
    CrimeLink,
    CrimeLinkFilter,
    crime_link_table,
    read_crime_links,
)
from resolver.records import Activity, Handling, Kind, Record, Relation, RelationType
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.network.networks import make_records, word
from tests.records.samples import record

_SMUGGLING, _TRAFFICKING, _MONEY = LINKED_CRIMES[:3]


@contextmanager
def hub_of(folder: Path, rows: list[Record]) -> Iterator[Hub]:
    """Open a new hub with some records."""
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS, index_dir=folder / "index") as hub,
    ):
        hub.add(make_intake(rows))
        yield hub


def add_crimes(rows: list[Record], seed: int = 3) -> list[Record]:
    """Give a third of some records one or two crimes."""
    random = Random(seed)
    crimes = [*LINKED_CRIMES, Activity.DRUGS]
    return [
        replace(row, activities=tuple(random.sample(crimes, random.choice((0, 0, 1, 2)))))
        for row in rows
    ]


def plain_links(rows: list[Record], viewer: Viewer) -> dict[str, tuple[int, int, int]]:
    """Return (crimes, own crimes, witnesses) of the records that connect crimes, by id."""
    visible = {row.id: row for row in rows if is_visible(row.handling, viewer)}
    crimes = {name: set(row.activities) & set(LINKED_CRIMES) for name, row in visible.items()}
    near: dict[str, set[str]] = {name: set() for name in visible}
    for row in visible.values():
        for relation in row.relations:
            if relation.target_id in visible and relation.target_id != row.id:
                near[row.id].add(relation.target_id)
                near[relation.target_id].add(row.id)
    links = {}
    for name, others in near.items():
        witnesses = [crimes[other] for other in {name, *others} if crimes[other]]
        count = len(set().union(*witnesses))
        if count > 1 and (len(crimes[name]) > 1 or len(witnesses) > 1):
            links[name] = (count, len(crimes[name]), len(witnesses))
    return links


@pytest.fixture(scope="module")
def crimes_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_of(tmp_path_factory.mktemp("crimes"), add_crimes(make_records())) as hub:
        yield hub


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER], ids=lambda row: row.name)
def test_links_are_those_of_a_plain_reading(crimes_hub: Hub, viewer: Viewer) -> None:
    rows = add_crimes(make_records())
    expected = plain_links(rows, viewer)
    id_of = {row.caption: row.id for row in rows}
    listed = read_crime_links(crimes_hub, viewer, limit=100)
    listed_ids = [id_of[row.node.caption] for row in listed.links]
    assert set(listed_ids) == set(expected)
    assert listed.total == len(expected) > 5
    ranks = [expected[name] for name in listed_ids]
    assert ranks == sorted(ranks, reverse=True)
    pages = [read_crime_links(crimes_hub, viewer, limit=3, offset=n).links for n in (0, 3)]
    assert [*pages[0], *pages[1]] == list(listed.links[:6])


def cell(name: str, crimes: list[Activity], *targets: str, kind: Kind = Kind.PERSON) -> Record:
    """Return a record with crimes that is a member of some others."""
    relations = [
        Relation(RelationType.MEMBER_OF, f"s:{target}", role="driver") for target in targets
    ]
    full_name = f"{word(ord(name[0]))} {word(ord(name[-1]) + 300)}"
    return record(f"s:{name}", kind, name=full_name, relations=relations, activities=crimes)


CELLS = [
    cell("gang", [_SMUGGLING, _TRAFFICKING], kind=Kind.GROUP),
    cell("bank", [_MONEY], kind=Kind.GROUP),
    cell("both", [], "gang", "bank"),
    cell("one", [], "gang"),
    cell("none", [Activity.DRUGS], "bank"),
    *(cell(f"{number}", [_MONEY], "gang") for number in range(MAX_RELATED + 2)),
]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub_of(tmp_path_factory.mktemp("cells"), CELLS) as hub:
        yield hub


def names(links: tuple[CrimeLink, ...]) -> list[str]:
    id_of = {row.caption: row.id for row in CELLS}
    return [id_of[row.node.caption].removeprefix("s:") for row in links]


def test_a_member_of_only_one_group_is_no_link(cells: Hub) -> None:
    listed = names(read_crime_links(cells, OPERATOR, limit=50).links)
    assert listed[0] == "gang"
    assert "both" in listed
    assert not {"one", "none", "bank"} & set(listed)


def test_links_have_their_evidence(cells: Hub) -> None:
    gang = read_crime_links(cells, OPERATOR, CrimeLinkFilter(kind="group")).links[0]
    crimes = {row.activity: row for row in gang.crimes}
    assert list(crimes) == [_SMUGGLING, _TRAFFICKING, _MONEY]
    assert [row.record for row in crimes[_SMUGGLING].statements] == ["s:gang"]
    assert crimes[_MONEY].related_count == MAX_RELATED + 2
    assert len(crimes[_MONEY].related) == MAX_RELATED
    for row in crimes[_MONEY].related:
        ((edge,), (statement,)) = row.edges, row.statements
        assert (edge.words, edge.source) == ("member of", row.node.id)
        assert edge.statements[0].record == statement.record
    lines = list(csv.DictReader(io.StringIO(crime_link_table([gang]))))
    assert [line["stated_of"] for line in lines[:2]] == ["itself", "itself"]
    assert {line["relation"] for line in lines[2:]} == {"has as member"}
    assert lines[2]["records"].startswith("s:")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (CrimeLinkFilter(activities=(_TRAFFICKING, _MONEY), kind="group"), ["gang"]),
        (CrimeLinkFilter(activities=(Activity.DRUGS,)), ["bank", "none"]),
        (CrimeLinkFilter(activities=(Activity.CORRUPTION,)), []),
        (CrimeLinkFilter(agency="elsewhere"), []),
        (CrimeLinkFilter(kind="group", agency="s"), ["gang"]),
    ],
)
def test_links_are_filtered(cells: Hub, choice: CrimeLinkFilter, expected: list[str]) -> None:
    listed = read_crime_links(cells, OPERATOR, choice)
    assert sorted(names(listed.links)) == expected
    assert listed.total == len(expected)
    assert sum(listed.facets["kinds"].values()) >= len(expected)


def test_hidden_records_change_no_link(tmp_path: Path) -> None:
    hidden = [
        replace(row, id=f"{row.id}-hidden", handling=Handling("Coast", "H3"))
        for row in (cell("xenia", [Activity.CORRUPTION], "gang", "one"), cell("yuri", [], "bank"))
    ]
    shown = []
    for name, rows in (("absent", CELLS), ("present", [*CELLS, *hidden])):
        folder = tmp_path / name
        folder.mkdir()
        with hub_of(folder, rows) as hub:
            listed = read_crime_links(hub, STRANGER, limit=50)
            count = len(read_crime_links(hub, OPERATOR, limit=50).links)
            shown.append((crime_link_table(listed.links), listed.total, listed.facets, count))
    # ids of entities are random; everything else is the same
    masked = [
        [
            [cell for cell in line if not cell.startswith("e-")]
            for line in csv.reader(io.StringIO(text))
        ]
        for text, *_ in shown
    ]
    assert sorted(masked[0]) == sorted(masked[1])
    assert shown[0][1:3] == shown[1][1:3]
    assert shown[1][3] > shown[0][3]


def test_an_empty_store_has_no_links(tmp_path: Path) -> None:
    with Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub:
        listed = read_crime_links(hub, STRANGER)
        assert (listed.links, listed.total) == ((), 0)


@pytest.mark.parametrize("category", ["", "Suspect", "victim", "Witness"])
def test_a_victim_or_witness_never_connects_crimes(tmp_path: Path, category: str) -> None:
    told = replace(
        record("a:1", name="Zora Quill"),
        activities=(_SMUGGLING, _TRAFFICKING),
        relations=(Relation(RelationType.ASSOCIATE_OF, "a:2"),),
        handling=Handling(subject_category=category),
    )
    other = replace(record("a:2", name="Pavel Novotny"), activities=(_MONEY,))
    with hub_of(tmp_path, [told, other]) as hub:
        links = read_crime_links(hub, OPERATOR).links
    assert (not links) == (category in ("victim", "Witness"))
