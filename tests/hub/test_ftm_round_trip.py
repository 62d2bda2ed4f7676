"""Nothing that a FollowTheMoney list states is lost on its way into a store and out again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.hub.stored_results import export_lines
from resolver.lists.readers import read_lists
from resolver.records import Value
from tests.hub.hubs import Stores, make_intake
from tests.lists import opensanctions
from tests.lists.opensanctions import (
    RELATIVE,
    SHIPPING,
    VALK,
    Entity,
    entities,
    entity,
    nested_entities,
)
from tests.records.samples import record

_LEFT_OUT = {"last_seen", "target", "caption", "referents"}
"""Fields that `docs/reference/compatibility.md` says are not kept, or made anew."""


def exported(stores: Stores, path: Path) -> dict[str, Entity]:
    """Return what a store exports of a list, by id."""
    with stores.new() as hub:
        hub.add(read_lists([path]))
        rows = [json.loads(line) for line in export_lines(hub, ftm=True)]
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    return dict(zip(ids, rows, strict=True))


def listed_ids(rows: dict[str, Entity]) -> dict[str, str]:
    """Return the id in an export of each id that a list gives an entity."""
    return {
        referent.partition(":")[2]: row["id"]
        for row in rows.values()
        for referent in row["referents"]
    }


def assert_kept(stated: Iterable[Entity], rows: dict[str, Entity]) -> None:
    """Assert that an export has all that some flat entities state."""
    ids = listed_ids(rows)
    for item in stated:
        identity = str(item["id"])
        row = rows[ids.get(identity, identity)]
        assert {name for name in item if name not in row} <= _LEFT_OUT, item["id"]
        assert (row["schema"], row["datasets"]) == (item["schema"], item["datasets"])
        times = ("first_seen", "last_change")
        assert [row[name] for name in times] == [item[name] for name in times]
        for prop, texts in item["properties"].items():
            expected = {ids.get(text, text) for text in texts}
            assert expected <= set(row["properties"][prop]), (item["id"], prop)


def test_an_export_has_all_that_a_list_states(stores: Stores, tmp_path: Path) -> None:
    rows = exported(stores, opensanctions.write(tmp_path / "os.ftm.json", entities()))
    assert_kept(entities(), rows)
    assert len(rows) == len(entities())
    person = rows[listed_ids(rows)[VALK]]
    assert person["properties"]["address"] == ["Pferdmengesstr. 3, 50968 Köln, de"]


def test_an_export_read_again_gives_the_same_export(stores: Stores, tmp_path: Path) -> None:
    first = exported(stores, opensanctions.write(tmp_path / "os.ftm.json", entities()))
    path = opensanctions.write(tmp_path / "again.ftm.json", first.values())
    second = exported(stores, path)
    assert_kept(list(first.values()), second)
    assert_kept(entities(), second)
    assert len(second) == len(first)
    assert {row["id"] for row in second.values() if not row["referents"]} == {
        row["id"] for row in first.values() if not row["referents"]
    }


def test_nested_lists_keep_what_only_stands_inside(stores: Stores, tmp_path: Path) -> None:
    rows = exported(
        stores, opensanctions.write(tmp_path / "targets.nested.json", nested_entities())
    )
    inside = [row for row in entities() if row["schema"] in ("Sanction", "Address")]
    assert_kept([*inside, *entities()[1:3]], rows)
    person = listed_ids(rows)[VALK]
    assert rows["fam-2"]["properties"]["person"] == [person]
    assert rows["fam-2"]["properties"]["relative"] == [RELATIVE]
    assert rows[RELATIVE]["properties"] == {"name": ["Olga Valk"], "birthDate": ["1990"]}


def test_a_link_to_a_record_that_is_not_there_keeps_the_stated_id(
    stores: Stores, tmp_path: Path
) -> None:
    links = [
        entity("own-9", "Ownership", "eu_fsf", owner=VALK, asset="NK-elsewhere", percentage="9"),
        entity("own-8", "Ownership", "eu_fsf", owner="NK-elsewhere", asset=VALK, role="chief"),
    ]
    path = opensanctions.write(tmp_path / "os.ftm.json", [entities()[0], *links])
    rows = exported(stores, path)
    own = listed_ids(rows)[VALK]
    assert rows["own-9"]["properties"] == {
        "owner": [own],
        "asset": ["NK-elsewhere"],
        "percentage": ["9"],
    }
    assert rows["own-8"]["properties"]["owner"] == ["NK-elsewhere"]
    assert rows["own-8"]["properties"]["asset"] == [own]


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.update(last_seen="2026-12-01T06:00:00"),
        lambda row: row.update(caption="CAPTION"),
    ],
)
def test_a_list_published_again_unchanged_changes_no_record(
    stores: Stores, tmp_path: Path, change: Callable[[Entity], None]
) -> None:
    later = entities()
    for row in later:
        change(row)
    with stores.new() as hub:
        for rows in (entities(), later):
            hub.add(read_lists([opensanctions.write(tmp_path / "os.ftm.json", rows)]))
        with hub.store.view() as view:
            stored = view.record(f"us_ofac_sdn:{VALK}")
    assert stored is not None
    assert stored.valid_from == 1


def test_two_ownerships_of_the_same_two_are_both_kept(stores: Stores, tmp_path: Path) -> None:
    links = [
        entity(f"own-{number}", "Ownership", "eu_fsf", owner=VALK, asset=SHIPPING, percentage=share)
        for number, share in enumerate(("10", "41"))
    ]
    path = opensanctions.write(tmp_path / "os.ftm.json", [*entities()[:3], *links])
    rows = exported(stores, path)
    assert [rows[f"own-{number}"]["properties"]["percentage"] for number in (0, 1)] == [
        ["10"],
        ["41"],
    ]
    assert sum(row["schema"] == "Ownership" for row in rows.values()) == 2


@pytest.mark.parametrize(
    "before", [["us_ofac_sdn", "eu_fsf", "gb_hmt"], ["eu_fsf", "us_ofac_sdn"], ["us_ofac_sdn"]]
)
def test_an_entry_that_leaves_or_joins_a_first_dataset_moves(
    stores: Stores, tmp_path: Path, before: list[str]
) -> None:
    after = ["eu_fsf", "gb_hmt"] if before[0] != "eu_fsf" else ["us_ofac_sdn", "eu_fsf"]
    with stores.new() as hub:
        for names in (before, after):
            rows = entities()
            rows[0]["datasets"] = names
            rows.append(entity("NK-x", "Person", "us_ofac_sdn", name="Chen Wei", birthDate="1988"))
            hub.add(read_lists([opensanctions.write(tmp_path / "os.ftm.json", rows)]))
        exported_rows = [json.loads(line) for line in export_lines(hub, ftm=True)]
        with hub.store.view() as view:
            valid = sorted(view.numbers_of([f"{name}:{VALK}" for name in (*before, *after)]))
    # an entry that names no dataset of the other version is that of another list
    is_other = before == ["us_ofac_sdn"]
    assert valid == sorted({f"{after[0]}:{VALK}", *([f"us_ofac_sdn:{VALK}"] if is_other else ())})
    ids = [row["id"] for row in exported_rows]
    assert (len(ids) == len(set(ids))) == (not is_other)


def test_no_owner_takes_the_record_of_another_away(stores: Stores) -> None:
    records = [
        record("north:1", name="Wanda Nord", birthDate="1970-01-01"),
        record("south:9", name="Boris Sud", birthDate="1980-01-01"),
        record("south:1", name="Wanda Nord", birthDate="1970-01-01"),
    ]
    claiming = replace(records[2], values=(*records[2].values, Value("datasets", "north")))
    with stores.new() as hub:
        hub.add(make_intake(records[:2]))
        for name in ("north", "south"):
            hub.store.describe_source(name, create=False, agency=name)
        hub.add(make_intake([claiming]))
        with hub.store.view() as view:
            assert len(view.numbers_of(["north:1", "south:1"])) == 2
