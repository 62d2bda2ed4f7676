"""Lists that the user of a request may know of."""

from __future__ import annotations

from collections.abc import Iterable

from resolver.api.access import viewer
from resolver.api.service import current_service
from resolver.hub.admin import StoredSource
from resolver.review.restrictions import select_visible_numbers
from resolver.screening import source_policy

_MAX_VERSIONS = 1_000
"""Newest versions of a list among which the latest visible one is sought."""


def has_lists_to_load() -> bool:
    """Return whether the user sees lists only once the service has loaded: the index tells which
    records are hidden.
    """
    return "admin" not in viewer().scopes and not current_service().is_warm


def find_last_posts(sources: Iterable[StoredSource]) -> dict[str, str]:
    """Return when records that the user may see were last sent one by one, by name of the list:
    of the lists that never came as a whole.
    """
    times = {}
    with current_service().hub.store.view() as view:
        for source in sources:
            if source.updated:
                continue
            versions = view.newest_versions(source, _MAX_VERSIONS)
            visible = select_visible_numbers(view, sorted(versions), viewer())
            if visible:
                revision = versions[visible[-1]]
                times[source.name] = view.commit_times([revision])[revision]
    return times


def visible_lists() -> list[StoredSource]:
    """Return the lists that the user may know of, by name, with the number of records that they may
    see; none while the service loads.
    """
    hub = current_service().hub
    if "admin" in viewer().scopes:
        with hub.store.view() as view:
            return view.sources(counted=True)
    return [] if has_lists_to_load() else source_policy.read_catalog(hub, viewer())[1]
