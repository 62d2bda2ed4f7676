"""List updates: withdrawals, outdated lists, deduplicated sources, and changes that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from resolver.errors import LargeChangeError
from resolver.hub.entity_preview import restrict_store
from resolver.hub.hub import Hub
from resolver.lists.assemble import assemble
from resolver.lists.list_reading import ListContents
from resolver.lists.reader_types import Intake, ListInfo
from resolver.records import Batch, Handling
from resolver.records.visibility import STRANGER
from resolver.store import EventKind
from tests.hub.hubs import (
    Step,
    Stores,
    event_kinds,
    export_canonical,
    export_steps,
    find_entity,
    make_intake,
    make_namesake,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def make_list_info(
    source: str, version: str, count: int, *, is_deduplicated: bool = False
) -> ListInfo:
    return ListInfo(source, "test", (source,), version, count, 0, is_deduplicated)


def test_newer_lists_withdraw_and_older_lists_change_nothing(hub: Hub) -> None:
    first = [
        make_namesake("s:0"),
        record("s:1", name="Amelia Earhart"),
        record("t:0", name="Amelia Earhart"),
    ]
    hub.add(make_intake(first, make_list_info("s", "2025-01-01", 2), make_list_info("t", "", 1)))
    lonely = find_entity(hub, "s:1")
    newer = hub.add(make_intake([make_namesake("s:0")], make_list_info("s", "2026-01-01", 1)))
    assert (newer.withdrawn, newer.outdated_ids) == (("s:1",), ())
    assert [kind for kind, entity_id, _ in event_kinds(hub, 1) if entity_id == lonely.id] in (
        [EventKind.DISSOLVED],
        [EventKind.SHRANK],
    )
    older = hub.add(
        make_intake([*first[:2], record("s:9", name="Gone")], make_list_info("s", "2024-01-01", 3))
    )
    assert (older.new_count, older.superseded_count, older.outdated_ids) == (0, 0, ("s:1", "s:9"))
    assert any("newer version" in note for note in older.notes)
    again = hub.add(make_intake(first[:2], make_list_info("s", "2026-06-01", 2)))
    assert (again.new_count, again.withdrawn) == (1, ())
    assert find_entity(hub, "s:1").id == lonely.id


def test_large_updates_are_noted(hub: Hub) -> None:
    crowd = [record(f"s:{number:02d}", name=f"Person Number{number}") for number in range(40)]
    hub.add(make_intake(crowd, make_list_info("s", "2025-01-01", 40)))
    result = hub.add(make_intake(crowd[:10], make_list_info("s", "2026-01-01", 10)))
    assert any("30 of 40 records are withdrawn" in note for note in result.notes)


def test_a_source_that_is_no_longer_deduplicated_is_compared_again(stores: Stores) -> None:
    pair = [
        record(f"s:{number}", name="Zbigniew Brzezinski", birthDate="1928-03-28")
        for number in range(2)
    ]
    steps = [
        Step(tuple(pair), is_deduplicated=True),
        Step((record("s:7", name="Amelia Earhart"),), is_deduplicated=False),
    ]
    whole = Step((*pair, *steps[1].records), is_deduplicated=False)
    assert export_steps(stores, steps) == export_steps(stores, [whole])
    assert export_steps(stores, steps) == export_steps(stores, steps[::-1])
    assert export_steps(stores, [steps[0]]) != export_steps(
        stores, [replace(steps[0], is_deduplicated=False)]
    )


def make_list(count: int, version: str = "", unread: tuple[str, ...] = (), **flags: bool) -> Intake:
    """Return a list of some records, as if it had been read."""
    crew = [record(f"x:{number}", name=f"Sailor Number{number}") for number in range(count)]
    info = ListInfo("x.csv", "test", ("x",), version, count, 0, False, unread=unread, **flags)
    return make_intake(crew, info)


def test_a_list_that_breaks_off_withdraws_nothing(hub: Hub) -> None:
    hub.add(make_list(30, "2026-01-01"))
    half = hub.add(make_list(15, "2026-02-01", broken=True))
    assert not half.withdrawn
    assert any("breaks off" in note for note in half.notes)
    assert len(hub.add(make_list(28, "2026-02-01")).withdrawn) == 2


def make_lists(*lists: tuple[str, list[str], bool]) -> Intake:
    """Return lists of a run: version, names by number (`UNREAD`: a row that could not be read), and
    whether the list breaks off.
    """
    reads = []
    for version, names, is_broken in lists:
        rows = [(f"x:{number}", name) for number, name in enumerate(names)]
        people = [
            record(identity, name=name) for identity, name in rows if name not in ("", UNREAD)
        ]
        read = ListContents(
            "x",
            "test",
            False,
            version,
            Batch.from_records(people),
            np.arange(len(people), dtype=np.int32),
            (),
            (),
            broken=is_broken,
            unread=tuple(identity for identity, name in rows if name == UNREAD),
        )
        reads.append(read)
    return assemble(reads)


UNREAD = "?"


JANUARY = ("2026-01-01", ["Amelia Earhart", "Bo Asen", "Chen Wei"], False)
FEBRUARY = ("2026-02-01", ["", "Bo Asen", "Chen Wei"], False)
CUT_MARCH = ("2026-03-01", ["", "", "Chen Wei Li"], True)


def test_lists_that_break_off_do_the_same_in_one_run_or_many(stores: Stores) -> None:
    exports = set()
    for runs in (
        [[JANUARY], [FEBRUARY], [CUT_MARCH]],
        [[JANUARY], [FEBRUARY, CUT_MARCH]],
        [[JANUARY, CUT_MARCH, FEBRUARY]],
        [[FEBRUARY], [CUT_MARCH, JANUARY]],
    ):
        with stores.new() as hub:
            seed_population(hub)
            for lists in runs:
                hub.add(make_lists(*lists))
            exports.add(export_canonical(hub))
            with hub.store.view() as view:
                assert view.records_of_sources(["x"]).keys() == {"x:1", "x:2"}
                # the list of March in full is still to come
                assert {row.name: row.list_version for row in view.sources()}["x"] == "2026-02-01"
    assert len(exports) == 1


def test_records_that_could_not_be_read_stay_in_one_run_or_many(stores: Stores) -> None:
    april = ("2026-04-01", ["", UNREAD, "Chen Wei Li", UNREAD], False)
    exports = set()
    for runs in (
        [[JANUARY], [FEBRUARY], [april]],
        [[JANUARY], [FEBRUARY, april]],
        [[FEBRUARY], [april, JANUARY]],
        [[JANUARY, april, FEBRUARY]],
    ):
        with stores.new() as hub:
            seed_population(hub)
            for lists in runs:
                result = hub.add(make_lists(*lists))
            exports.add(export_canonical(hub))
            with hub.store.view() as view:
                assert view.records_of_sources(["x"]).keys() == {"x:1", "x:2"}
            if len(runs) == 3:
                note = "x: records that could not be read are not withdrawn (1)"
                assert (result.withdrawn, result.notes) == ((), (note,))
            may = hub.add(make_lists(("2026-05-01", ["", "", "Chen Wei Li"], False)))
            assert may.withdrawn == ("x:1",)
    assert len(exports) == 1


def test_rows_without_a_readable_id_withdraw_nothing(hub: Hub) -> None:
    hub.add(make_list(5))
    half = hub.add(make_list(2, complete=True, unread=("", "x:2")))
    note = "x: the list has rows without a readable id, so no record of it is withdrawn"
    assert (half.withdrawn, half.notes) == ((), (note,))
    # a list that withdraws nothing anyway says nothing
    assert hub.add(make_list(2, unread=("",))).notes == ()
    refused = hub.add(make_list(2, complete=True, unread=("x:2", "x:4")))
    assert refused.withdrawn == ("x:3",)
    assert hub.add(make_list(2, complete=True)).withdrawn == ("x:2", "x:4")


def test_a_complete_list_withdraws_without_a_version(hub: Hub) -> None:
    hub.add(make_list(5))
    assert not hub.add(make_list(2)).withdrawn
    assert hub.add(make_list(2, complete=True)).withdrawn == ("x:2", "x:3", "x:4")
    assert not hub.add(make_list(1, complete=True, broken=True)).withdrawn


def test_large_changes_wait_for_acceptance(hub: Hub) -> None:
    hub.add(make_list(40, "2026-01-01"))
    with pytest.raises(LargeChangeError, match="30 of 40 records are withdrawn"):
        hub.add(make_list(10, "2026-02-01"), accept_large=False)
    with hub.store.view() as view:
        assert (view.revision, len(view.records_of_sources(["x"]))) == (1, 40)
    assert (
        len(hub.add(make_list(10, "2026-02-01"), dry_run=True, accept_large=False).withdrawn) == 30
    )
    assert len(hub.add(make_list(10, "2026-02-01"), accept_large=True).withdrawn) == 30


def test_an_id_of_another_person_waits_for_acceptance(hub: Hub) -> None:
    hub.add(make_intake([record("x:1", name="Zbigniew Brzezinski")]))
    with pytest.raises(LargeChangeError, match="now names another person or group"):
        hub.add(make_intake([record("x:1", name="Quoc Thanh Huyen")]), accept_large=False)


def test_what_a_sender_may_not_see_makes_no_row_of_theirs_outdated(hub: Hub) -> None:
    """A record that came while the list waited, and is hidden from its sender."""
    hub.add(make_intake([record("s:1", name="Amelia Earhart")]))
    waiting = hub.accept_now()
    hidden = replace(record("s:2", name="Gone Fishing"), handling=Handling("River", "H3"))
    hub.add(make_intake([hidden, record("s:3", name="Robin Hood")]))
    with hub.indexed_view() as (view, index):
        visible = restrict_store(view, index, STRANGER)[0].changes_accepted_after(waiting)
        assert visible.records == {"s:3"}
        assert view.changes_accepted_after(waiting).records == {"s:2", "s:3"}
