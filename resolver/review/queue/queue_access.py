"""Who sees what at the desk: the one gate of the house (`records.sight`), as conditions on the queue and on records.

A pair of which somebody may not see every record is not given to them, nor may they decide it: what they would look at
were not what they decide on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from resolver.records.visibility import Viewer, visible
from resolver.review.queue.entity_summary import handlings
from resolver.review.refusals import HiddenError
from resolver.store import View

_KNOWN, _STEWARD, _OWNER = "u1", "u2", "u3"
_CODES = {"H1": _KNOWN, "H2": _STEWARD}


def guard_marks(guarded: Iterable[tuple[str, str]]) -> list[str]:
    """Marks of a pair in the queue: how its records are guarded, and (where that is one) the agency they belong to."""
    marks: set[str] = set()
    owners: dict[str, set[str]] = {_STEWARD: set(), _OWNER: set()}
    for code, agency in guarded:
        mark = _CODES.get(code, _OWNER)
        marks.add(mark)
        if mark != _KNOWN:
            owners[mark].add(agency)
    both = owners[_STEWARD] | owners[_OWNER]
    for mark, agencies in ((_STEWARD, both), (_OWNER, owners[_OWNER])):
        if len(agencies) == 1 and min(agencies):
            marks.add(_owned(mark, min(agencies)))
    return sorted(marks)


def not_for(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """What keeps pairs from a viewer: (mark, the mark in spite of which they see it, or empty)."""
    if "admin" in viewer.scopes:
        return ()
    if not viewer.name:
        return (_KNOWN, ""), (_STEWARD, ""), (_OWNER, "")
    owner = (_OWNER, _owned(_OWNER, viewer.agency) if viewer.agency else "")
    if "review" in viewer.scopes:
        return (owner,)
    return (_STEWARD, _owned(_STEWARD, viewer.agency) if viewer.agency else ""), owner


def _owned(mark: str, agency: str) -> str:
    return f"{mark}:{hashlib.sha256(agency.encode()).hexdigest()[:10]}"


def hidden_records(view: View, record_ids: Collection[str], viewer: Viewer) -> set[str]:
    """Which of some records that hold a viewer may not see."""
    if "admin" in viewer.scopes or not record_ids:
        return set()
    number = {held: one for one, (held, _) in view.numbers_of(sorted(record_ids)).items()}
    return {
        number[row[0]]
        for row in view.glimpses(sorted(number))
        if "handling" in row[3] and not all(visible(said, viewer) for said in handlings(row[3]))
    }


def may_decide(view: View, viewer: Viewer, record_ids: Collection[str]) -> None:
    """Raises `HiddenError` where a decision is on entities of which the viewer may not see every record."""
    ends = [view.entity(one) for one in record_ids]
    whole = {one for found in ends if found is not None for one in found.records} or set(record_ids)
    if hidden_records(view, whole, viewer):
        raise HiddenError(
            "the decision is on records of another agency that you may not see",
            mend="leave it to a steward of that agency",
        )
