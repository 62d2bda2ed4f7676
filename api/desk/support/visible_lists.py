"""Lists that the user of a request may know of."""

from __future__ import annotations

from collections.abc import Iterable

from resolver.api.access import viewer
from resolver.api.service import current_service
from resolver.hub.admin import StoredSource, StoreView
from resolver.records.visibility import may_read_all
from resolver.review.restrictions import select_visible_numbers
from resolver.screening import source_policy

_MAX_VERSIONS = 1_000
"""Newest versions of a list among which the latest visible one is sought."""


def has_lists_to_load() -> bool:
    """Return whether the user sees lists only once the service has loaded: the index tells which
    records are hidden.
    """
    return "admin" not in viewer().scopes and not current_service().is_warm


def find_last_changes(sources: Iterable[StoredSource]) -> dict[str, str]:
    """Return when a record that the user may see was last added or changed, by name of the list."""
    with current_service().hub.store.view() as view:
        newest = view.newest_version_of_sources()
        numbers = sorted(number for number, _ in newest.values())
        visible = set(select_visible_numbers(view, numbers, viewer()))
        revisions = {}
        for source in sources:
            number, revision = newest.get(source.number, (0, 0))
            latest = revision if number in visible else _newest_visible(view, source)
            if latest:
                revisions[source.name] = latest
        times = view.commit_times(sorted(set(revisions.values())))
    return {name: times[revision] for name, revision in revisions.items()}


def _newest_visible(view: StoreView, source: StoredSource) -> int:
    """Return the revision of the newest record version that the user may see, or 0."""
    versions = view.newest_versions(source, _MAX_VERSIONS)
    visible = select_visible_numbers(view, sorted(versions), viewer())
    return versions[visible[-1]] if visible else 0


def visible_lists() -> list[StoredSource]:
    """Return the lists that the user may know of, by name, with the number of records that they may
    see; none while the service loads.
    """
    hub = current_service().hub
    if may_read_all(viewer()):
        with hub.store.view() as view:
            return view.sources(counted=True)
    return [] if has_lists_to_load() else source_policy.read_catalog(hub, viewer())[1]
