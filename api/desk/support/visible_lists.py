"""Lists that the user of a request may know of."""

from __future__ import annotations

from resolver.api.access import viewer
from resolver.api.service import current_service
from resolver.hub.admin import StoredSource
from resolver.screening import entity_reader


def has_lists_to_load() -> bool:
    """Return whether the user sees lists only once the service has loaded: the index tells which
    records are hidden.
    """
    return "admin" not in viewer().scopes and not current_service().is_warm


def visible_lists() -> list[StoredSource]:
    """Return the lists that the user may know of, by name, with the number of records that they may
    see; none while the service loads.
    """
    hub = current_service().hub
    if "admin" in viewer().scopes:
        with hub.store.view() as view:
            return view.sources(counted=True)
    return [] if has_lists_to_load() else entity_reader.read_catalog(hub, viewer())[1]
