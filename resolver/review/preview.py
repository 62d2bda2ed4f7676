"""What a decision would do to clusters and the golden record, worked out as if it counted, and not landed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from resolver.hub.hub import Hub
from resolver.hub.increments.increment import Increment
from resolver.records.labels import label, told
from resolver.records.visibility import Viewer
from resolver.review.decisions.commit_decisions import Act, Carrier, MakeAct
from resolver.review.decisions.decide import Wish, act_of
from resolver.review.decisions.log_entries import as_if_confirmed
from resolver.review.decisions.split import split_act
from resolver.review.desk_rules import Rules
from resolver.review.entity_sides import Side, side_of_records
from resolver.review.models import Seen, Steward, Verdict
from resolver.review.queue.queue_access import hidden_records
from resolver.review.view_models import Cluster, GoldenChange, Preview
from resolver.store import View

_MOST = 50
"""Entities shown at most."""


def preview(
    hub: Hub,
    steward: Steward,
    left: str,
    right: str,
    verdict: Verdict,
    *,
    seen: Seen | None = None,
    over: Iterable[int] = (),
    rules: Rules | None = None,
) -> Preview:
    """What `decide` with the same arguments would do (once confirmed, where it takes two). Raises as `decide`."""
    wish = Wish(steward, left, right, verdict, "", "", seen, tuple(over), rules or Rules())
    return _preview(hub, act_of(hub, wish), steward.viewer)


def preview_split(
    hub: Hub, steward: Steward, entity: str, record_ids: Iterable[str], rules: Rules | None = None
) -> Preview:
    """What `split` would do. Raises as `split`."""
    return _preview(
        hub,
        split_act(steward, entity, tuple(sorted(set(record_ids))), "", "", rules or Rules()),
        steward.viewer,
    )


def _preview(hub: Hub, make: MakeAct, viewer: Viewer) -> Preview:
    found: list[Preview] = []
    waits: list[str] = []

    def as_if(view: View) -> Act:
        act = make(view)
        waits[:] = act.waits
        whole = act.whole or _whole(view, act)
        return Act(act.entry, tuple(as_if_confirmed(act.decisions)), whole, ())

    def watch(view: View, increment: Increment) -> None:
        found.append(_look(view, increment, tuple(waits), viewer))

    carrier = Carrier(as_if, watch)
    hub.decide(carrier.decisions, dry_run=True, more=carrier.more)
    return found[-1]


def _whole(view: View, act: Act) -> tuple[tuple[str, ...], ...]:
    """The whole that a decision would make once it is confirmed."""
    if act.entry.verdict not in (Verdict.SAME, Verdict.RED):
        return ()
    ends = [view.entity(end) for new in act.decisions for end in new.decision.pair]
    return (tuple(sorted({record for one in ends if one is not None for record in one.records})),)


def _look(view: View, increment: Increment, waits: tuple[str, ...], viewer: Viewer) -> Preview:
    ids = increment.resolution.batch.ids.to_pylist()
    hidden = hidden_records(view, ids, viewer)
    ids = [one for one in ids if one not in hidden]
    number = {identity: held for identity, (held, _) in view.numbers_of(ids).items()}
    record, entity, _ = view.memberships(sorted(number.values()))
    home = dict(zip(record.tolist(), entity.tolist(), strict=True))
    will = dict(home)
    will.update(zip(*(part.tolist() for part in increment.landing.joined), strict=True))
    before, after = _sets(ids, number, home), _sets(ids, number, will)
    changed = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    names = view.entity_ids(sorted(changed))
    born = increment.landing.born
    names.update(
        {view.head.last_entity + 1 + place: identity for place, identity in enumerate(born)}
    )
    sides = {
        (word, one): side_of_records(view, names.get(one, ""), records)
        for word, parts in (("before", before), ("after", after))
        for one, records in sorted(parts.items())
        if one in changed
    }
    largest = _largest(after, changed)
    golden = _golden(sides, largest, before)
    return Preview(
        _clusters(sides, "before"),
        _clusters(sides, "after"),
        golden,
        _conflicts(sides["after", largest]) if largest is not None else {},
        waits,
    )


def _sets(
    ids: Sequence[str], number: Mapping[str, int], home: Mapping[int, int]
) -> dict[int, tuple[str, ...]]:
    """Entity → its records."""
    found: dict[int, list[str]] = {}
    for identity in ids:
        if identity in number and number[identity] in home:
            found.setdefault(home[number[identity]], []).append(identity)
    return {one: tuple(sorted(records)) for one, records in found.items()}


def _largest(after: Mapping[int, tuple[str, ...]], changed: set[int]) -> int | None:
    there = [one for one in sorted(changed) if one in after]
    return min(there, key=lambda one: (-len(after[one]), one)) if there else None


def _clusters(sides: Mapping[tuple[str, int], Side], word: str) -> tuple[Cluster, ...]:
    found = [side for (which, _), side in sides.items() if which == word]
    return tuple(Cluster(side.id, side.golden.caption, side.record_ids) for side in found[:_MOST])


def _conflicts(side: Side) -> dict[str, tuple[str, ...]]:
    return {
        label(p): tuple(told(p, text) for text in texts)
        for p, texts in side.golden.conflicts.items()
    }


def _golden(
    sides: Mapping[tuple[str, int], Side],
    largest: int | None,
    before: Mapping[int, tuple[str, ...]],
) -> tuple[GoldenChange, ...]:
    """What the golden record of the largest part says that the largest of those before it did not, or no longer
    says."""
    if largest is None:
        return ()
    now = sides["after", largest]
    held = set(now.record_ids)
    earlier = [
        one for one, records in before.items() if held & set(records) and ("before", one) in sides
    ]
    if not earlier:
        return ()
    main = sides["before", min(earlier, key=lambda one: (-len(before[one]), one))]
    changes = []
    for prop in sorted({*now.golden.values, *main.golden.values}):
        was, will = (
            tuple(told(prop, value.text) for value in side.golden.values.get(prop, ()))
            for side in (main, now)
        )
        if was != will:
            changes.append(GoldenChange(prop, label(prop), was, will))
    if main.golden.caption != now.golden.caption:
        changes.insert(
            0, GoldenChange("caption", "Shown as", (main.golden.caption,), (now.golden.caption,))
        )
    return tuple(changes)
