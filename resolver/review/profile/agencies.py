"""Sources of an entity by agency: lists, visible records and dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resolver.review.view_models import Statement


@dataclass(frozen=True, slots=True)
class ListShare:
    """List with the number of its visible records in an entity, and the dates of the oldest and
    newest of them (ISO, may be empty).
    """

    name: str
    records: int
    oldest: str
    newest: str


@dataclass(frozen=True, slots=True)
class AgencyShare:
    """Agency with its lists that know an entity. Without an agency a list stands for itself."""

    agency: str
    lists: tuple[ListShare, ...]

    @property
    def records(self) -> int:
        """Number of visible records of all lists."""
        return sum(share.records for share in self.lists)

    @property
    def has_other_name(self) -> bool:
        """Whether the agency is not simply named as its only list."""
        return [share.name for share in self.lists] != [self.agency]


def group_by_agency(statements: Iterable[Statement]) -> tuple[AgencyShare, ...]:
    """Group the records of an entity (a statement each) by agency, those with most records
    first.
    """
    dates: dict[str, dict[str, list[str]]] = {}
    for row in statements:
        lists = dates.setdefault(row.agency or row.source, {})
        lists.setdefault(row.source, []).append(row.date[:10])
    shares = [
        AgencyShare(agency, tuple(_share(name, days) for name, days in sorted(lists.items())))
        for agency, lists in dates.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.records, share.agency)))


def _share(name: str, dates: list[str]) -> ListShare:
    ordered = sorted(date for date in dates if date) or [""]
    return ListShare(name, len(dates), ordered[0], ordered[-1])
