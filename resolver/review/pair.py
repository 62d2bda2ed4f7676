"""Two entities side by side, and why the strongest pair of their records gets its score."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.comparison import NameIndex
from resolver.engines.pair_explanation import explain_rows
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.pipeline import prepared_of, score_rows
from resolver.records import Batch
from resolver.records.results.explanation import (
    AlignedPart,
    EvidenceRow,
    Explanation,
    on_one_line,
)
from resolver.records.results.resolution import Band, Outcome
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review.attributes import Stated, attributes, transliterated
from resolver.review.decisions.blind_review import seen_records
from resolver.review.decisions.earlier_verdicts import decision_views
from resolver.review.decisions.four_eyes import needs_second
from resolver.review.desk_rules import Rules
from resolver.review.entity_sides import (
    Side,
    living,
    party,
    side_of_records,
    sides_of,
    sources_by_name,
)
from resolver.review.models import Reason, Seen, Steward
from resolver.review.queue.queue_access import hidden_records
from resolver.review.refusals import RetiredMeanwhileError
from resolver.review.view_models import (
    Candidate,
    NameView,
    PairView,
    SideView,
    Statement,
    Step,
    Waterfall,
)
from resolver.scoring import scores
from resolver.store import LinkTable, StoredDecision, View
from resolver.store.desk import steward_work as people_rows
from resolver.store.desk import waiting_pairs as desk_rows

_OTHERS = 8
_SCORED = 60
"""Records of a side that are compared where no two were before."""


@dataclass(frozen=True, slots=True)
class Strongest:
    """The strongest pair of records of two sides: numbers, the left one of the left side, and whether the store has
    compared them."""

    left: int
    right: int
    logodds: int
    compared: bool


def pair_view(
    hub: Hub,
    left: str,
    right: str,
    *,
    steward: Steward | None = None,
    rules: Rules | None = None,
    again: int = 0,
    hidden: bool = False,
) -> PairView:
    """All that the page of a pair shows (see the contract). Raises `InputError`, `RetiredMeanwhileError`."""
    viewer = steward.viewer if steward is not None else STRANGER
    with hub.store.view() as view:
        one, two = _again(view, again, viewer) if again else two_sides(view, left, right, viewer)
        sources = sources_by_name(view)
        stated = Stated.of(view, (one, two), sources)
        links = view.links_of([*one.numbers, *two.numbers])
        strongest = strongest_pair(hub, view, one, two, links)
        found = explained(hub, view, one, two, strongest)
        pair = (
            (min(one.number, two.number), max(one.number, two.number))
            if not again
            else (-again, -again)
        )
        row = None if again else desk_rows.row_of(view.connection, *pair)
        held = people_rows.held(view.connection, pair) if row is not None or again else None
        log = (
            []
            if again
            else seen_log(view, view.decisions([*one.record_ids, *two.record_ids]), viewer)
        )
        return PairView(
            SideView(
                party(one, sources),
                _stated(one, stated),
                one.golden.birth_date,
                one.golden.conflicts,
            ),
            SideView(
                party(two, sources),
                _stated(two, stated),
                two.golden.birth_date,
                two.golden.conflicts,
            ),
            attributes(one.golden, two.golden, stated),
            _names(found),
            None if again else _waterfall(found, strongest),
            *((), ()) if again else _others(view, (one, two), links, viewer),
            decision_views(log),
            Reason.BLIND if again else Reason(row.reason) if row else None,
            row.why if row else "",
            needs_second((one, two), sources, rules or Rules()),
            held.who if held and (steward is None or held.who != steward.name) else "",
            seen_of(hub, view, one, two, strongest, hidden=hidden or bool(again)),
            bool(again),
        )


def two_sides(view: View, left: str, right: str, viewer: Viewer = OPERATOR) -> tuple[Side, Side]:
    """Two living entities by any id, as a viewer sees them. Raises `InputError` for an id that is unknown, or of which
    they see nothing, `RetiredMeanwhileError` where one is gone or both are one."""
    one, two = living(view, left), living(view, right)
    for asked, entity in ((left, one), (right, two)):
        if not entity.records:
            raise RetiredMeanwhileError(asked, "", "all its records were withdrawn")
    if one.number == two.number:
        gone = right if left == one.id else left
        raise RetiredMeanwhileError(
            gone, one.id, f"{left} and {right} are both {one.id} by now{_how(view, gone)}"
        )
    sides = sides_of(view, [one.number, two.number], viewer)
    for asked, entity in ((left, one), (right, two)):
        if entity.number not in sides:
            raise InputError(
                f"the store holds no entity or record {asked}", mend="ids are e-… or <source>:<id>"
            )
    return sides[one.number], sides[two.number]


def seen_log(view: View, log: Sequence[StoredDecision], viewer: Viewer) -> list[StoredDecision]:
    """The decisions of which a viewer sees both records."""
    hidden = hidden_records(view, {end for one in log for end in one.decision.pair}, viewer)
    return [one for one in log if hidden.isdisjoint(one.decision.pair)]


def _how(view: View, gone: str) -> str:
    """By whom and when an entity was merged."""
    merged = [
        change.version
        for change in view.history(gone)
        if change.kind == "merged" and change.entity == gone
    ]
    if not merged:
        return ""
    row = view.version_rows([max(merged)])[max(merged)]
    return f", merged on {row.landed[:10]} {row.landed[11:16]} UTC" + (
        f" by {row.who}" if row.who else ""
    )


def _again(view: View, number: int, viewer: Viewer) -> tuple[Side, Side]:
    stored = view.decision(number)
    if stored is None:
        raise InputError(f"there is no decision {number}", mend="go on to the next pair")
    one, two = (
        side_of_records(view, end, records, viewer) for end, records in seen_records(stored)
    )
    return one, two


def seen_of(
    hub: Hub, view: View, one: Side, two: Side, strongest: Strongest, *, hidden: bool = False
) -> Seen:
    """What a steward sees of two sides."""
    score = float(scores(np.array([strongest.logodds]))[0])
    band = Band(int(hub.options_of(view.head).borders.bands(np.array([score]))[0]))
    return Seen(
        view.version,
        one.id,
        two.id,
        digest(one),
        digest(two),
        one.record_ids,
        two.record_ids,
        score,
        strongest.logodds,
        band.label,
        hub.models.stamp["model"],
        hidden,
    )


def digest(side: Side) -> str:
    """Which versions of which records an entity holds, as a short text."""
    return hashlib.sha256(" ".join(map(str, side.versions)).encode()).hexdigest()[:16]


def strongest_pair(hub: Hub, view: View, one: Side, two: Side, links: LinkTable) -> Strongest:
    """The pair of records across two sides with the highest score: of those linked, else of all."""
    left, right = np.array(one.numbers), np.array(two.numbers)
    forth = np.isin(links.left, left) & np.isin(links.right, right)
    back = np.isin(links.left, right) & np.isin(links.right, left)
    across = np.flatnonzero(forth | back)
    if len(across):
        place = across[
            np.lexsort((links.right[across], links.left[across], -links.logodds[across]))[0]
        ]
        ends = int(links.left[place]), int(links.right[place])
        return Strongest(*(ends if forth[place] else ends[::-1]), int(links.logodds[place]), True)
    return _scored(hub, view, one, two)


def _scored(hub: Hub, view: View, one: Side, two: Side) -> Strongest:
    number = {
        stored.record.id: stored.number for side in (one, two) for stored in side.records[:_SCORED]
    }
    batch = Batch.from_records(
        s.record for side in (one, two) for s in side.records[:_SCORED]
    ).canonical()
    prepared = prepared_of(batch, hub.models, _declared(view))
    row = {identity: place for place, identity in enumerate(batch.ids.to_pylist())}
    pairs = [
        (a.record.id, b.record.id) for a in one.records[:_SCORED] for b in two.records[:_SCORED]
    ]
    left = np.array([min(row[a], row[b]) for a, b in pairs], dtype=np.int32)
    right = np.array([max(row[a], row[b]) for a, b in pairs], dtype=np.int32)
    logodds = score_rows(
        prepared, NameIndex.of(prepared), hub.models.at(view.head.plan), left, right, 1
    )
    best = int(np.lexsort((right, left, -logodds))[0])
    return Strongest(number[pairs[best][0]], number[pairs[best][1]], int(logodds[best]), False)


def _declared(view: View) -> list[str]:
    return [source.name for source in view.sources() if source.deduplicated]


def explained(hub: Hub, view: View, one: Side, two: Side, strongest: Strongest) -> Explanation:
    """Why the strongest pair gets its score, with the left side on the left."""
    left = next(stored.record for stored in one.records if stored.number == strongest.left)
    right = next(stored.record for stored in two.records if stored.number == strongest.right)
    prepared = prepared_of(
        Batch.from_records([left, right]).canonical(), hub.models, _declared(view)
    )
    borders = hub.options_of(view.head).borders
    models = hub.models.at(view.head.plan)
    found = explain_rows(prepared, NameIndex.of(prepared), models, borders, 0, 1)
    return found if found.left_id == left.id else _swapped(found)


def _swapped(found: Explanation) -> Explanation:
    """The same with the other side on the left, in what is told of names as well."""
    parts = tuple(part._replace(left=part.right, right=part.left) for part in found.parts)
    told, anew = on_one_line(found.parts), on_one_line(parts)

    def detail(text: str) -> str:
        return text.replace(told, anew) if told else text

    return replace(
        found,
        left_id=found.right_id,
        right_id=found.left_id,
        rows=tuple(
            row._replace(left=row.right, right=row.left, detail=detail(row.detail))
            for row in found.rows
        ),
        parts=parts,
    )


def _waterfall(found: Explanation, strongest: Strongest) -> Waterfall:
    steps = []
    total = 0
    for row in found.rows:
        steps.append(Step(row, total, total + row.weight))
        total += row.weight
    return Waterfall(
        found.left_id,
        found.right_id,
        tuple(steps),
        found.logodds,
        found.score,
        found.band,
        strongest.compared,
    )


def _names(found: Explanation) -> NameView | None:
    parts: Sequence[AlignedPart] = found.parts
    named: EvidenceRow | None = next(
        (row for row in found.rows if row.name.startswith("name") and row.left and row.right), None
    )
    if not parts or named is None:
        return None
    latins = transliterated(named.left), transliterated(named.right)
    return NameView(named.left, named.right, *latins, tuple(parts))


def _stated(side: Side, stated: Stated) -> tuple[Statement, ...]:
    return tuple(stated.by_record[one.record.id] for one in side.records)


def _others(
    view: View, sides: tuple[Side, Side], links: LinkTable, viewer: Viewer
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """The other entities that each of two sides may be, the likeliest first."""
    apart = links.outcome != Outcome.MERGED
    ends = np.unique(np.concatenate([links.left[apart], links.right[apart]]))
    record, entity, _ = view.memberships(ends.tolist())
    home = dict(zip(record.tolist(), entity.tolist(), strict=True))
    ranked = [_ranked(side, sides, links, home) for side in sides]
    held = sides_of(view, sorted({one for places in ranked for one in places}), viewer)
    one, two = (_candidates(places, held, links) for places in ranked)
    return one, two


def _ranked(
    side: Side, both: tuple[Side, Side], links: LinkTable, home: Mapping[int, int]
) -> dict[int, int]:
    """Entity → the place of its strongest link with a side, the likeliest few first."""
    ours = np.array(side.numbers)
    lefts, rights = np.isin(links.left, ours), np.isin(links.right, ours)
    place = np.flatnonzero((lefts ^ rights) & (links.outcome != Outcome.MERGED))
    theirs = np.where(lefts[place], links.right[place], links.left[place])
    best: dict[int, int] = {}
    for where, record_number in zip(place.tolist(), theirs.tolist(), strict=True):
        found = home.get(record_number)
        if found is None or found in (both[0].number, both[1].number):
            continue
        if found not in best or links.logodds[where] > links.logodds[best[found]]:
            best[found] = where
    likeliest = sorted(best, key=lambda one: (-links.logodds[best[one]], one))[:_OTHERS]
    return {one: best[one] for one in likeliest}


def _candidates(
    places: Mapping[int, int], held: Mapping[int, Side], links: LinkTable
) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            held[one].id,
            held[one].golden.caption,
            float(scores(links.logodds[[where]])[0]),
            int(links.logodds[where]),
            Outcome(int(links.outcome[where])).label,
        )
        for one, where in places.items()
        if one in held and not held[one].hidden
    )
