"""Saved views: kept, shared with those who may know what they name, and bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.network import workbench
from resolver.network.workbench import (
    MAX_NOTE,
    MAX_TITLE,
    ViewDraft,
    delete_view,
    known_parameters,
    list_views,
    open_view,
    save_view,
)
from resolver.records.visibility import STRANGER, Viewer
from resolver.store.steward_work import NetworkView
from tests.network.networks import STEWARD

ADMIN = Viewer("chief", "", frozenset({"admin"}))
RIVER = Viewer("rita", "River", frozenset({"review"}))
# colleagues of Coast: one may know what is closed, the other is no steward
COLLEAGUE = Viewer("ben", "Coast", frozenset({"check"}))
# every fifth record is closed: River knows nothing of s:5
OPEN = ViewDraft("Harbor", " two cells ", "s:1", {"hops": 2, "expand": ["s:2"]}, is_shared=True)
CLOSED = replace(OPEN, title="Closed", entity="s:5")
MIXED = replace(OPEN, title="Mixed", parameters={"to": "s:5"})
PRIVATE = replace(OPEN, title="Private", is_shared=False)


def titles(hub: Hub, user: str, viewer: Viewer) -> set[str]:
    return {row.view.title for row in list_views(hub, user, viewer)}


def test_views_are_shared_in_an_agency(network_hub: Hub) -> None:
    views = [
        save_view(network_hub, "amira", STEWARD, row) for row in (OPEN, CLOSED, MIXED, PRIVATE)
    ]
    assert views[0].note == "two cells"
    assert titles(network_hub, "amira", STEWARD) == {"Harbor", "Closed", "Mixed", "Private"}
    assert titles(network_hub, "ben", COLLEAGUE) == {"Harbor", "Closed", "Mixed"}
    assert titles(network_hub, "chief", ADMIN) == {"Harbor", "Closed", "Mixed"}
    for other in (RIVER, STRANGER, replace(COLLEAGUE, agency="")):
        assert titles(network_hub, other.name, other) == set()
        for view in views:
            with pytest.raises(UnknownIdError):
                open_view(network_hub, view.id, other.name, other)
    opened = open_view(network_hub, views[0].id, "ben", COLLEAGUE)
    assert (opened.is_own, opened.view.parameters) == (False, OPEN.parameters)
    with pytest.raises(InputError, match="saved by amira"):
        delete_view(network_hub, views[0].id, "ben", COLLEAGUE)
    delete_view(network_hub, views[0].id, "chief", ADMIN)
    for view in views[1:]:
        delete_view(network_hub, view.id, "amira", STEWARD)
    assert titles(network_hub, "amira", STEWARD) == set()


def test_colleagues_find_views_only_of_what_they_may_know(network_hub: Hub) -> None:
    """A view that was saved while its user was of another agency names what that agency hides."""
    views = [
        network_hub.store.network_views.add(
            NetworkView("", "amira", "River", row.title, "", row.entity, row.parameters, True, "")
        )
        for row in (OPEN, CLOSED, MIXED)
    ]
    assert titles(network_hub, "rita", RIVER) == {"Harbor"}
    for view in views[1:]:
        with pytest.raises(UnknownIdError):
            open_view(network_hub, view.id, "rita", RIVER)
    for view in views:
        delete_view(network_hub, view.id, "amira", STEWARD)


def test_a_view_without_an_agency_stays_with_its_user(network_hub: Hub) -> None:
    free, other = replace(STEWARD, agency=""), replace(COLLEAGUE, agency="")
    with pytest.raises(InputError, match="you belong to none"):
        save_view(network_hub, "amira", free, OPEN)
    # saved by an earlier version
    earlier = network_hub.store.network_views.add(
        NetworkView("", "amira", "", "Harbor", "", "s:1", {}, True, "")
    )
    assert titles(network_hub, "amira", free) == {"Harbor"}
    assert titles(network_hub, "ben", other) == titles(network_hub, "chief", ADMIN) == set()
    delete_view(network_hub, earlier.id, "amira", free)


def test_own_views_leave_out_what_their_user_may_no_longer_know(network_hub: Hub) -> None:
    parameters = {"hops": 1, "to": "s:5", "expand": ["s:2", "s:5"]}
    view = save_view(network_hub, "rita", RIVER, replace(OPEN, parameters=parameters))
    assert titles(network_hub, "rita", RIVER) == {"Harbor"}
    assert known_parameters(network_hub, RIVER, view) == {"hops": 1, "expand": ["s:2"]}
    assert known_parameters(network_hub, ADMIN, view) == parameters
    delete_view(network_hub, view.id, "rita", RIVER)


@pytest.mark.parametrize(
    "change", [{"title": " "}, {"title": "x" * (MAX_TITLE + 1)}, {"note": "x" * (MAX_NOTE + 1)}]
)
def test_titles_and_notes_are_bounded(network_hub: Hub, change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        save_view(network_hub, "amira", STEWARD, replace(OPEN, **change))


def test_a_user_has_so_many_views(network_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "MAX_VIEWS", 1)
    view = save_view(network_hub, "amira", STEWARD, OPEN)
    with pytest.raises(InputError, match="1 saved views"):
        save_view(network_hub, "amira", STEWARD, OPEN)
    delete_view(network_hub, view.id, "amira", STEWARD)


def test_a_view_of_what_is_unknown_is_not_saved(network_hub: Hub) -> None:
    for entity_id in ("s:5", "s:none"):
        with pytest.raises(UnknownIdError):
            save_view(network_hub, "rita", RIVER, replace(OPEN, entity=entity_id))
