"""Ownership: nobody sends records in the name of another agency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from resolver.errors import InputError, LargeChangeError, OwnerError
from resolver.hub import group_commit
from resolver.hub.admin import update_source
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.ownership import HUB_OWNER, RecordOwner, SourceChoiceError, SourceNames
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Record
from resolver.records.packing import handling_text
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

GAMMA = RecordOwner("gamma", "Gamma", may_change_all=False)
PLANTED = replace(
    record("g:1", name="Ann Lee", birthDate="1970-01-02"), handling=Handling("Alpha", "H3")
)


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with quick_symbols("resolver.matching.pipeline"), stores.new() as opened:
        yield opened


def test_a_list_names_no_other_agency(hub: Hub) -> None:
    with pytest.raises(OwnerError, match="in the name of 'Alpha'"):
        hub.add(make_intake([PLANTED]), owner=GAMMA)
    own = replace(PLANTED, handling=Handling("Gamma", "H3"))
    hub.add(make_intake([own]), owner=GAMMA)
    with hub.store.view() as view:
        assert view.record("g:1") is not None


def test_a_single_record_names_no_other_agency(hub: Hub) -> None:
    commit = GroupCommit(hub, accept_restricted=True)
    with pytest.raises(OwnerError, match="in the name of 'Alpha'"):
        commit.post(PLANTED, GAMMA)


def test_an_operator_may_name_any_agency(hub: Hub) -> None:
    hub.add(make_intake([PLANTED]))
    with hub.store.view() as view:
        assert view.record("g:1") is not None


COAST, RIVER = (RecordOwner(f"{name}-key", name, False) for name in ("Coast", "River"))


def make_secret(number: int, code: str = "H3") -> Record:
    """Return a record of River, which keeps it to itself."""
    row = record(f"secret:{number}", name="Piet Zonderling", birthDate="1955-01-02")
    return replace(row, handling=Handling("River", code))


@pytest.mark.parametrize("loaded_by", [RIVER, HUB_OWNER], ids=["agency", "operator"])
def test_a_source_of_hidden_records_is_free_to_others(hub: Hub, loaded_by: RecordOwner) -> None:
    hub.add(make_intake([make_secret(1)]), owner=loaded_by)
    sent, posted = (record(f"secret:{name}", name="Ann Lee") for name in ("x1", "x2"))
    assert hub.add(make_intake([sent]), owner=COAST).new_count == 1
    GroupCommit(hub).post(posted, COAST)
    with hub.store.view() as view:
        (source,) = [row for row in view.sources() if row.name == "secret"]
    assert source.agency == "Coast"
    # it is the owner's name now, and everybody may know; River keeps and changes its own records
    hub.add(make_intake([make_secret(1), make_secret(2)]), owner=RIVER)
    hub.withdraw(["secret:1"], owner=RIVER)
    with pytest.raises(OwnerError, match="does not belong to River"):
        hub.add(make_intake([record("secret:3", name="Ann Lee")]), owner=RIVER)
    with pytest.raises(OwnerError, match="does not belong to River"):
        hub.withdraw(["secret:x1"], owner=RIVER)
    with pytest.raises(OwnerError, match="does not belong to Lake"):
        hub.add(make_intake([make_secret(4)]), owner=RecordOwner("lake-key", "Lake", False))


def test_a_complete_list_withdraws_no_record_that_its_sender_may_not_see(hub: Hub) -> None:
    hub.add(make_intake([make_secret(1), make_secret(2, "H1")]), owner=RIVER)
    with pytest.raises(OwnerError, match="does not belong to Coast"):
        # everybody with a key may see one of them
        hub.add(make_intake([record("secret:x1", name="Ann Lee")]), owner=COAST)
    hub.withdraw(["secret:2"], owner=RIVER)
    update_source(f"sqlite:///{hub.store.path}", "secret", agency="Coast")
    info = ListInfo("secret", "test", ("secret",), "", 1, 0, False, complete=True)
    sent = record("secret:x1", name="Ann Lee")
    for dry_run in (True, False):
        result = hub.add(make_intake([sent], info), owner=COAST, dry_run=dry_run)
        assert result.withdrawn == ()
    with hub.store.view() as view:
        assert set(view.records_of_sources(["secret"])) == {"secret:1", "secret:x1"}
    with pytest.raises(OwnerError, match=r"the id secret:1 is taken"):
        hub.add(make_intake([record("secret:1", name="Ann Lee")]), owner=COAST)
    with pytest.raises(OwnerError, match=r"the id secret:1 is taken"):
        GroupCommit(hub).post(record("secret:1", name="Ann Lee"), COAST)
    with pytest.raises(InputError, match="no record secret:1"):
        hub.withdraw(["secret:1"], owner=COAST)


def test_a_guest_of_a_source_changes_only_its_own_records(hub: Hub) -> None:
    """River has a hidden record in a source that becomes Coast's."""
    hub.add(make_intake([make_secret(1)]), owner=RIVER)
    public = [record(f"secret:x{number}", name=f"Ann Lee {number}") for number in range(3)]
    hub.add(make_intake(public), owner=COAST)
    taken = replace(public[0], handling=Handling("River", "H3"))
    with pytest.raises(OwnerError, match="does not belong to River"):
        hub.add(make_intake([taken]), owner=RIVER)
    with pytest.raises(OwnerError, match="does not belong to River"):
        GroupCommit(hub, accept_restricted=True).post(taken, RIVER)
    whole = ListInfo("secret.csv", "tabular", ("secret",), "", 1, 0, False, complete=True)
    hub.add(make_intake([make_secret(2)], whole), owner=RIVER)
    with hub.store.view() as view:
        left = set(view.records_of_sources(["secret"]))
    assert left == {row.id for row in public} | {"secret:2"}


def test_alarms_of_a_guest_count_only_its_own_records(hub: Hub) -> None:
    own = [make_secret(number) for number in range(20)]
    hub.add(make_intake(own), owner=RIVER)
    public = [record(f"secret:x{number}", name=f"Ann Lee {number}") for number in range(100)]
    hub.add(make_intake(public), owner=COAST)
    whole = ListInfo("secret.csv", "tabular", ("secret",), "", 1, 0, False, complete=True)
    # none of the public records can be withdrawn, so they hold nothing back
    result = hub.add(make_intake([*own, make_secret(20)], whole), owner=RIVER, accept_large=False)
    assert (result.withdrawn, result.new_count) == ((), 1)
    with pytest.raises(LargeChangeError, match="21 of 21 records are withdrawn"):
        hub.add(make_intake([make_secret(30)], whole), owner=RIVER, accept_large=False)


def test_a_source_that_is_bound_by_command_is_refused_to_others(hub: Hub) -> None:
    hub.add(make_intake([make_secret(1)]), owner=RIVER)
    update_source(f"sqlite:///{hub.store.path}", "secret", agency="River")
    with pytest.raises(OwnerError, match="does not belong to Coast"):
        hub.add(make_intake([record("secret:x1", name="Ann Lee")]), owner=COAST)


@pytest.mark.parametrize(
    "sent",
    [
        ["secret:1"],
        ["port:1", "secret:1", "secret:x1"],
        ["quay:1"],
        ["port:1", "quay:x1", "secret:x1"],
    ],
    ids=" ".join,
)
def test_a_refused_list_learns_of_no_source_and_no_agency(hub: Hub, sent: list[str]) -> None:
    """What a batch fails with has nothing that its sender did not send."""
    hub.add(make_intake([make_secret(1), make_secret(2)]), owner=RIVER)
    hidden = [replace(make_secret(1), id=f"{name}:1", source=name) for name in ("vault", "quay")]
    hub.add(make_intake(hidden), owner=RIVER)
    update_source(f"sqlite:///{hub.store.path}", "quay", agency="River")
    rows = [record(name, name="Ann Lee") for name in sent]
    with pytest.raises(OwnerError) as refused:
        hub.add(make_intake(rows), owner=COAST)
    unsent = {"secret", "vault", "quay"} - {name.partition(":")[0] for name in sent}
    for word in ("River", "Zonderling", "secret:2", *unsent):
        assert word not in refused.value.line()


def test_a_bound_name_refuses_taken_and_free_ids_alike(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(make_intake([make_secret(1)]), owner=RIVER)
    update_source(f"sqlite:///{hub.store.path}", "secret", agency="River")
    looked_at: list[Any] = []

    def note(_: Any, group: Sequence[Any], __: Any) -> dict[str, Any]:
        """Note which records are compared with earlier versions."""
        looked_at.extend(group)
        return {}

    monkeypatch.setattr(group_commit, "_find_reused_ids", note)

    def refusals(record_id: str) -> Iterator[str]:
        public = record(record_id, name="Ann Lee")
        for sent in (public, replace(public, handling=Handling("Coast", "H3"))):
            with pytest.raises(OwnerError) as posted:
                GroupCommit(hub, accept_restricted=True).post(sent, COAST)
            yield posted.value.line()
            for dry_run in (False, True):
                with pytest.raises(OwnerError) as added:
                    hub.add(make_intake([sent]), owner=COAST, dry_run=dry_run)
                yield added.value.line()
        with pytest.raises(OwnerError) as withdrawn:
            hub.withdraw([record_id], owner=COAST)
        yield withdrawn.value.line()

    taken, free = (list(refusals(record_id)) for record_id in ("secret:1", "secret:2"))
    assert taken == free
    assert all("does not belong to Coast" in line for line in taken)
    # nor does the time of a refusal depend on the version that has the id
    assert looked_at == []


def test_a_file_is_remembered_for_its_sender_only(hub: Hub) -> None:
    def send(owner: RecordOwner, label: str, source: str, form: str = "tabular") -> None:
        info = ListInfo(label, form, (source,), "", 1, 0, False)
        hub.add(make_intake([record(f"{source}:{label}", name="Ann Lee")], info), owner=owner)

    send(COAST, "seen-1.csv", "quay")
    send(COAST, "seen-2.csv", "harbour")
    send(COAST, "seen-1.csv", "quay")
    send(COAST, "batch.csv", "quay")
    send(COAST, "ships.json", "quay", "ftm")
    send(replace(COAST, name="second-key"), "watched.csv", "quay")
    with hub.store.view() as view:
        own = SourceNames.load(view, COAST)
        others, every = SourceNames.load(view, RIVER), SourceNames.load(view, HUB_OWNER)
    assert own.known == {"quay", "harbour"}
    assert own.remembered == {"seen": "quay"}
    assert (others.known, others.remembered) == (frozenset(), {})
    assert every.remembered == {"seen": "quay", "watched": "quay"}
    with pytest.raises(SourceChoiceError, match="new edition of the source quay"):
        own.find("quay-2")


def test_records_of_a_source_without_an_agency_are_those_of_who_sends_them(hub: Hub) -> None:
    update_source(hub.store.url, "q", handling=handling_text(Handling("", "H3")))
    hub.add(make_intake([record("q:1", name="Ann Lee")]), owner=GAMMA)
    GroupCommit(hub).post(record("q:2", name="Bo Lind"), GAMMA)
    # a sender who sees none of these records gets the same, as if there were none
    delta = RecordOwner("delta", "Delta", may_change_all=False)
    hub.add(make_intake([record("q:3", name="Cy Moor")]), owner=delta)
    with hub.store.view() as view:
        rows = list(view.records(sorted(view.records_of_sources(["q"]).values())))
    owners = ("Gamma", "Gamma", "Delta")
    assert [row.record.handling for row in rows] == [Handling(owner, "H3") for owner in owners]


def test_records_get_at_least_the_handling_of_their_source(hub: Hub) -> None:
    open_record = record("g:2", name="Bo Lind")
    stricter = replace(record("g:3", name="Cy Moor"), handling=Handling("Gamma", "H3"))
    dated = replace(record("g:4", name="Di Nash"), handling=Handling("Gamma", review_date="2027"))
    hub.add(make_intake([open_record, stricter, dated]), owner=GAMMA)
    least = Handling("", "H2", legal_basis="Border act")
    update_source(hub.store.url, "g", handling=handling_text(least))
    # those in the store get it at once, and those that come later too
    assert hub.tighten_sources({"g": Handling()}) == 3
    assert hub.tighten_sources({"g": Handling()}) == 0
    GroupCommit(hub).post(record("g:5", name="Ed Orr"), GAMMA)
    hub.add(make_intake([open_record, replace(stricter, id="g:6")]), owner=GAMMA)
    hub.add(make_intake([record("h:1", name="Flo Pell")]), owner=GAMMA)
    with hub.store.view() as view:
        numbers = view.records_of_sources(["g", "h"]).values()
        found = {row.record.id: row.record.handling for row in view.records(sorted(numbers))}
    # a feed of others that names the source changes only their records there
    assert hub.tighten_sources({"h": Handling("Alpha", "H2")}, {"Alpha"}) == 0
    assert hub.tighten_sources({"h": Handling("Gamma", "H2")}, {"Gamma"}) == 1
    own = replace(least, agency="Gamma")
    assert found == {
        "g:2": own,
        "g:3": replace(own, code="H3"),
        "g:4": replace(own, review_date="2027"),
        "g:5": own,
        "g:6": replace(own, code="H3"),
        "h:1": Handling(),
    }
