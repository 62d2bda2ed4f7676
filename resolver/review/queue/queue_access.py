"""Visibility in the queue: the access policy (`records.visibility`) as conditions on queue rows.

A row rests on all records of its two entities, so it waits only for those who may see all of them.
Others have rows of their own, as if the records that they may not see were not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from resolver.records.visibility import Viewer, may_read_all, viewer_classes
from resolver.store import QueueFilter, StoreView, WaitingRow
from resolver.store.desk import waiting_pairs

_SIGNED_IN, _STEWARDS, _OWNERS = "u1", "u2", "u3"
_CODE_MARKS = {"H1": _SIGNED_IN, "H2": _STEWARDS}


def guard_marks(restrictions: Iterable[tuple[str, str]]) -> list[str]:
    """Return the marks of a queue row that state its restrictions and, if unique, the agency that
    owns the restricted records.
    """
    marks: set[str] = set()
    owners: dict[str, set[str]] = {_STEWARDS: set(), _OWNERS: set()}
    for code, agency in restrictions:
        mark = _CODE_MARKS.get(code, _OWNERS)
        marks.add(mark)
        if mark != _SIGNED_IN:
            owners[mark].add(agency)
    all_owners = owners[_STEWARDS] | owners[_OWNERS]
    for mark, agencies in ((_STEWARDS, all_owners), (_OWNERS, owners[_OWNERS])):
        if len(agencies) == 1 and min(agencies):
            marks.add(_owner_mark(mark, min(agencies)))
    return sorted(marks)


def excluded_marks(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return the marks that exclude pairs for a viewer, each with the mark that lifts the exclusion
    (or empty).
    """
    if may_read_all(viewer):
        return ()
    if not viewer.name:
        return (_SIGNED_IN, ""), (_STEWARDS, ""), (_OWNERS, "")
    owner = (_OWNERS, _owner_mark(_OWNERS, viewer.agency) if viewer.agency else "")
    if "review" in viewer.scopes:
        return (owner,)
    return (_STEWARDS, _owner_mark(_STEWARDS, viewer.agency) if viewer.agency else ""), owner


def _owner_mark(mark: str, agency: str) -> str:
    return f"{mark}:{hashlib.sha256(agency.encode()).hexdigest()[:10]}"


def readers_of(viewer: Viewer) -> str:
    """Return the name of the class of viewers whose own rows a viewer gets; empty for those who may
    read all.
    """
    if may_read_all(viewer):
        return ""
    own = viewer_classes(viewer)[-1]
    text = repr((own.name, own.agency, sorted(own.scopes)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def visible_rows_filter(viewer: Viewer) -> QueueFilter:
    """Return the filter that all rows pass that wait for a viewer."""
    return QueueFilter(excluded_marks=excluded_marks(viewer), readers=readers_of(viewer))


def visible_row(view: StoreView, pair: tuple[int, int], viewer: Viewer) -> WaitingRow | None:
    """Return the queue row of two entities (lower number first) if it waits for the viewer too."""
    return waiting_pairs.waiting_row(view.connection, *pair, visible_rows_filter(viewer))
