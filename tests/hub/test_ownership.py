"""Ownership: nobody sends records in the name of another agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolver.errors import OwnerError
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.ownership import RecordOwner
from resolver.records import Handling
from tests.hub.hubs import Stores, make_intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

GAMMA = RecordOwner("gamma", "Gamma", may_change_all=False)
PLANTED = replace(
    record("g:1", name="Ann Lee", birthDate="1970-01-02"), handling=Handling("Alpha", "H3")
)


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    with quick_symbols("resolver.pipeline"), stores.new() as opened:
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
