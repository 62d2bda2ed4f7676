"""Versions of lists: which lists of a source withdraw the records that they do not have.

A list that breaks off, or has rows without a readable id, may lack records that its source still
has, so it withdraws none: what it lacks stays as the list before it has it. So does a record whose
row cannot be read but for its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


class ReadList(Protocol):
    """What is known of a list that was read."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources of its records."""

    @property
    def version(self) -> str:
        """Return the time it was made, empty if it does not say."""

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the ids of records whose rows were not read."""

    @property
    def gap(self) -> str:
        """Return why it may lack records that its source has, empty if it does not."""


@dataclass(frozen=True, slots=True)
class SourceVersions:
    """Lists of one source: the versions of those that have one, ascending, and those of them
    without a gap. `gaps`: what is wrong with lists, by version (empty: lists without one).
    """

    dated: tuple[str, ...]
    whole: tuple[str, ...]
    gaps: Mapping[str, str]

    @property
    def newest(self) -> str:
        """Return the newest version, empty if no list has one."""
        return self.dated[-1] if self.dated else ""

    @property
    def newest_whole(self) -> str:
        """Return the newest version without a gap, empty if there is none."""
        return self.whole[-1] if self.whole else ""

    def replacements(self, version: str) -> frozenset[str]:
        """Return the versions that withdraw what they lack of a list of some version."""
        return frozenset((*(own for own in self.whole if own > version), self.newest_whole))


def compare_lists(lists: Iterable[ReadList]) -> dict[str, SourceVersions]:
    """Return the versions of each source. One has a gap if any of its lists has."""
    versions: dict[str, dict[str, str]] = {}
    for info in lists:
        for name in info.sources:
            gaps = versions.setdefault(name, {})
            gaps[info.version] = gaps.get(info.version) or info.gap
    return {name: _sort_versions(gaps) for name, gaps in sorted(versions.items())}


def _sort_versions(gaps: Mapping[str, str]) -> SourceVersions:
    dated = tuple(sorted(version for version in gaps if version))
    whole = tuple(version for version in dated if not gaps[version])
    return SourceVersions(dated, whole, {version: gap for version, gap in gaps.items() if gap})


def find_unread(lists: Iterable[ReadList]) -> dict[str, frozenset[str]]:
    """Return the ids of records whose rows were not read, with the versions of those lists."""
    versions: dict[str, set[str]] = {}
    for info in lists:
        for record_id in info.unread:
            if record_id:
                versions.setdefault(record_id, set()).add(info.version)
    return {record_id: frozenset(own) for record_id, own in versions.items()}


def describe_gaps(sources: Mapping[str, SourceVersions]) -> list[str]:
    """Return a line for each source whose newest list may lack what older ones of the run have."""
    return [
        f"{name}: {versions.gaps[versions.newest]}, so records that only older lists have stay"
        for name, versions in sources.items()
        if len(versions.dated) > 1 and versions.newest in versions.gaps
    ]
