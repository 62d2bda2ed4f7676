"""Visibility in the queue: the access policy (`records.visibility`) as conditions on queue rows and
records.

A pair is shown to, and decided by, only those who may see all its records; otherwise a decision
would rest on less than it affects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from resolver.records.visibility import Viewer, is_visible
from resolver.review.queue.entity_summary import read_handlings
from resolver.review.refusals import HiddenRecordsError
from resolver.store import StoreView

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
    if "admin" in viewer.scopes:
        return ()
    if not viewer.name:
        return (_SIGNED_IN, ""), (_STEWARDS, ""), (_OWNERS, "")
    owner = (_OWNERS, _owner_mark(_OWNERS, viewer.agency) if viewer.agency else "")
    if "review" in viewer.scopes:
        return (owner,)
    return (_STEWARDS, _owner_mark(_STEWARDS, viewer.agency) if viewer.agency else ""), owner


def _owner_mark(mark: str, agency: str) -> str:
    return f"{mark}:{hashlib.sha256(agency.encode()).hexdigest()[:10]}"


def find_hidden_records(view: StoreView, record_ids: Collection[str], viewer: Viewer) -> set[str]:
    """Return the current records among some ids that the viewer may not see."""
    if "admin" in viewer.scopes or not record_ids:
        return set()
    id_of = {
        number: record_id for record_id, (number, _) in view.numbers_of(sorted(record_ids)).items()
    }
    return {
        id_of[row[0]]
        for row in view.content_rows(sorted(id_of))
        if "handling" in row[3]
        and not all(is_visible(handling, viewer) for handling in read_handlings(row[3]))
    }


def check_may_decide(view: StoreView, viewer: Viewer, record_ids: Collection[str]) -> None:
    """Raise `HiddenRecordsError` if the viewer may not see every record of the entities of a
    decision.
    """
    entities = [view.entity(record_id) for record_id in record_ids]
    all_records = {
        record_id for entity in entities if entity is not None for record_id in entity.records
    } or set(record_ids)
    if find_hidden_records(view, all_records, viewer):
        raise HiddenRecordsError(
            "the decision is on records of another agency that you may not see",
            hint="leave it to a steward of that agency",
        )
