"""What became of entities, as far as a viewer may know it.

Of an entity all of whose records a viewer sees, those of the past too, everything is told. Of others only what became
of the records that the viewer sees: an entity is born to them with the first of these, and it grows or shrinks with
them.
So neither a feed nor a history says that there is, or was, a record that is not for their eyes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from resolver.records.visibility import Viewer, visible
from resolver.store import Change, View
from resolver.store.row_types import EventKind


@dataclass(slots=True)
class _Seen:
    """What a viewer sees of an entity: whether that is all, and the versions at which what they see came and left."""

    whole: bool = True
    came: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


def told(view: View, changes: Sequence[Change], viewer: Viewer) -> list[Change]:
    """What a viewer is told of some changes, in their order."""
    if "admin" in viewer.scopes or not changes:
        return list(changes)
    seen = _seen(
        view, {one.entity for one in changes} | {one.other for one in changes} - {""}, viewer
    )
    if all(one.whole for one in seen.values()):
        return list(changes)
    found = [_as_seen(change, seen) for change in changes]
    # several things that became of an entity at once may look the same to somebody who sees less
    return list(dict.fromkeys(change for change in found if change is not None))


def seen_ever(view: View, entity_id: str, viewer: Viewer) -> bool:
    """Whether a viewer sees any record that an entity (perhaps a retired one) ever held."""
    if "admin" in viewer.scopes:
        return True
    seen = _seen(view, {entity_id}, viewer).get(entity_id)
    return seen is None or seen.whole or bool(seen.came)


def _seen(view: View, ids: Iterable[str], viewer: Viewer) -> dict[str, _Seen]:
    numbers = view.entity_numbers(sorted(ids))
    spans = view.spans(sorted(numbers.values()))
    handled = view.handled(sorted({record for record, _, _, _ in spans}))
    hidden = {one.number for one in handled if not visible(one.record.handling, viewer)}
    by_number = {number: _Seen() for number in numbers.values()}
    for record, entity, came, left in spans:
        one = by_number[entity]
        if record in hidden:
            one.whole = False
        else:
            one.came.add(came)
            if left is not None:
                one.left.add(left)
    return {identity: by_number[number] for identity, number in numbers.items()}


def _as_seen(change: Change, seen: Mapping[str, _Seen]) -> Change | None:
    mine = seen.get(change.entity, _Seen())
    other = seen.get(change.other, _Seen())
    if not other.whole and not other.came:
        change = replace(change, other="")
    if mine.whole:
        return change
    came, left = change.version in mine.came, change.version in mine.left
    if not came and not left:
        return None
    if came and change.version == min(mine.came):
        return replace(change, kind=EventKind.BORN, other="")
    if change.kind in (EventKind.BORN, EventKind.GREW, EventKind.SHRANK):
        return replace(change, kind=EventKind.GREW if came else EventKind.SHRANK)
    return change
