"""What stewards decided, as labelled pairs: on the versions of the records that they saw.

A decision counts as it does for entities: the latest of its pair that no second steward has to confirm any more. It is
said of two entities, so it labels all pairs between the records that were shown (up to `MOST_SHOWN` of a side), not
only the strongest one, which alone would teach that scores promise too much. A decision counts once, however many pairs
it labels. What cannot teach is left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.errors import InputError
from resolver.normalize import prepare
from resolver.pipeline import model_kinds, symbol_source
from resolver.records import Batch, Kind
from resolver.records.decisions import Verdict, settle, unconfirmed
from resolver.records.prepared.frequencies import Tables
from resolver.store import Store, StoredDecision, StoredRecord, View
from resolver.store.desk.steward_work import AgainRow
from resolver.training.data.contradictions import quarantine
from resolver.training.data.labeled_pairs import (
    Judgement,
    Labelled,
    by_kind,
    cluster_names,
)
from resolver.training.evaluate.card_figures import DECIDED

MOST_SHOWN = 20
UNSURE, WAITING = "left unsure or taken back", "that wait for a second steward"
DISPUTED = "on which a blind second look disagrees"
UNKNOWN = "on records that the store never held"
KINDS = "on records whose kinds exclude each other"
_SIDES = ("left_records", "right_records")
_TOGETHER, _VERSION = "together", "version"


@dataclass(frozen=True, slots=True)
class _Said:
    """A decision that teaches, as a judgement, and the versions of records it was taken on: of the two it names, and
    of all that were shown on either side. `act`: the same for decisions that were taken as one."""

    number: int
    judgement: Judgement
    ends: tuple[int, int]
    shown: tuple[tuple[int, ...], tuple[int, ...]]
    act: str


@dataclass(frozen=True)
class Decided:
    """`said`: decisions that teach. `records`: the versions of records that were shown, by number. `dropped`: decisions
    left out, by why; `until`: the number of the last decision of the log; `plan`: the blocking plan of the store;
    `declared`: its sources that are free of duplicates."""

    said: tuple[_Said, ...]
    records: Mapping[int, StoredRecord]
    dropped: Mapping[str, int]
    until: int
    plan: str
    declared: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.said)

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """The decisions, on record ids."""
        return tuple(one.judgement for one in self.said)

    @property
    def ties(self) -> list[Judgement]:
        """Which records are of one entity as far as folds are concerned: those decided the same, and those that were
        shown as one side."""
        found = [one.judgement for one in self.said if one.judgement.same]
        for one in self.said:
            for side in one.shown:
                ids = [self.records[number].record.id for number in side]
                found += [
                    Judgement(ids[0], other, same=True) for other in ids[1:] if other != ids[0]
                ]
        return found

    def keeping(self, kept: Iterable[Judgement], dropped: Mapping[str, int]) -> Decided:
        """Only some of the decisions, with more left out."""
        held = set(kept)
        said = tuple(one for one in self.said if one.judgement in held)
        return replace(self, said=said, dropped={**self.dropped, **dropped})

    def after(self, number: int) -> Decided:
        """Those that were logged later than a decision."""
        return replace(self, said=tuple(one for one in self.said if one.number > number))


def read_decided(store: Store) -> Decided:
    """The decisions of a store that teach, contradictions set aside. Raises `InputError` where nothing was decided
    yet."""
    with store.view() as view:
        log = view.decisions()
        if not log:
            raise InputError(
                "nothing is decided in this store yet",
                mend="decide some pairs first (`resolver queue`)",
            )
        disputed = {
            one.decision
            for one in store.people.again()
            if one.verdict is not None and _differs(view, one)
        }
        counting, dropped = _counting(log, disputed)
        versions = _versions(view, counting)
        declared = tuple(sorted(one.name for one in view.sources() if one.deduplicated))
        plan = view.head.plan
    said = [one for stored in counting if (one := _said(stored, versions, dropped)) is not None]
    used = {number for one in said for number in (*one.ends, *one.shown[0], *one.shown[1])}
    records = {one.number: one for held in versions.values() for one in held if one.number in used}
    left_out = {why: count for why, count in sorted(dropped.items()) if count}
    found = Decided(tuple(said), records, left_out, max(one.number for one in log), plan, declared)
    return found.keeping(*quarantine(found.judgements))


def _differs(view: View, again: AgainRow) -> bool:
    """Whether what a second steward said blindly is not what the first one said."""
    stored = view.decision(again.decision)
    if stored is None:
        return False
    # red is the same person, too: for the model it is no other answer
    second = Verdict.SAME if again.verdict == "red" else Verdict(str(again.verdict))
    return stored.decision.verdict is not second


def _counting(
    log: Sequence[StoredDecision], disputed: set[int]
) -> tuple[list[StoredDecision], Counter[str]]:
    """The decisions that count, by pair, and how many pairs teach nothing, by why."""
    by_where = {one.decision.where: one for one in log}
    waits = {one.pair for one in unconfirmed(one.decision for one in log)}
    dropped: Counter[str] = Counter()
    kept = []
    for one in settle(one.decision for one in log):
        stored = by_where[one.where]
        if one.verdict is Verdict.UNSURE:
            dropped[WAITING if one.pair in waits else UNSURE] += 1
        elif stored.number in disputed:
            dropped[DISPUTED] += 1
        else:
            kept.append(stored)
    return kept, dropped


def _shown(stored: StoredDecision) -> tuple[list[str], list[str]]:
    """Ids of the records shown on the side of the left record of a decision and on that of the right one."""
    left, right = stored.decision.pair
    one, two = (list(stored.seen.get(side) or ()) for side in _SIDES)
    if left in two or right in one:
        one, two = two, one
    # what names records of neither side was said of the two alone
    if left not in one or right not in two:
        return [left], [right]
    return one, two


def _versions(view: View, decisions: Sequence[StoredDecision]) -> dict[str, list[StoredRecord]]:
    """Every version of the records that were shown, the oldest first."""
    ids = sorted({end for one in decisions for side in _shown(one) for end in side})
    numbers = sorted(number for held in view.versions_of(ids).values() for number in held)
    found: dict[str, list[StoredRecord]] = {}
    for stored in view.records(numbers):
        found.setdefault(stored.record.id, []).append(stored)
    return found


def _said(
    stored: StoredDecision, versions: Mapping[str, list[StoredRecord]], dropped: Counter[str]
) -> _Said | None:
    moment = int(stored.seen.get(_VERSION, stored.landed))
    ends = [_seen(versions.get(end, ()), moment) for end in stored.decision.pair]
    left, right = ends
    if left is None or right is None:
        dropped[UNKNOWN] += 1
        return None
    if not left.record.kind & right.record.kind:
        dropped[KINDS] += 1
        return None
    shown = []
    for end, side in zip((left, right), _shown(stored), strict=True):
        held = [
            one
            for identity in side
            if (one := _seen(versions.get(identity, ()), moment)) is not None
        ]
        others = sorted({one.number for one in held} - {end.number})
        shown.append((end.number, *others[: MOST_SHOWN - 1]))
    judgement = Judgement(*stored.decision.pair, stored.decision.verdict is Verdict.SAME)
    act = str(stored.seen.get(_TOGETHER) or stored.number)
    return _Said(stored.number, judgement, (left.number, right.number), (shown[0], shown[1]), act)


def _seen(versions: Sequence[StoredRecord], moment: int) -> StoredRecord | None:
    """The version that a steward saw: the one that held when the pair was shown, or else (a decision of a file says
    nothing of that) when it landed; or the nearest one."""
    held = [one for one in versions if one.valid_from <= moment]
    return held[-1] if held else next(iter(versions), None)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Labelled pairs of versions (by number), and how much each counts."""

    pairs: tuple[tuple[int, int], ...]
    labels: tuple[bool, ...]
    weights: tuple[float, ...]


def _labelled(decided: Decided) -> _Pairs:
    """All pairs that decisions label. What was decided of two records counts for more than what follows for them from
    a decision on others; what follows both ways is left out."""
    logged = {_pair(*one.ends): (one.judgement.same, one.act) for one in decided.said}
    known = {(min(one.left, one.right), max(one.left, one.right)) for one in decided.judgements}
    follows: dict[tuple[int, int], set[bool]] = {}
    acts: dict[tuple[int, int], str] = {}
    for one in decided.said:
        for pair in _across(one):
            ids = sorted(decided.records[number].record.id for number in pair)
            if (ids[0], ids[1]) not in known:
                follows.setdefault(pair, set()).add(one.judgement.same)
                acts.setdefault(pair, one.act)
    found = dict(logged)
    found |= {pair: (min(said), acts[pair]) for pair, said in follows.items() if len(said) == 1}
    many = Counter(act for _, act in found.values())
    order = sorted(found)
    weights = tuple(1 / many[found[pair][1]] for pair in order)
    return _Pairs(tuple(order), tuple(found[pair][0] for pair in order), weights)


def _across(one: _Said) -> Iterator[tuple[int, int]]:
    return (_pair(left, right) for left in one.shown[0] for right in one.shown[1] if left != right)


def _pair(one: int, two: int) -> tuple[int, int]:
    return min(one, two), max(one, two)


def decided_pairs(
    decided: Decided, tables: Tables, names: Mapping[str, str] | None = None
) -> dict[Kind, Labelled]:
    """Evidence of the pairs that decisions label, by kind. `names`: record id → true cluster for cross-validation,
    where more is known of it than decisions say."""
    found = _labelled(decided)
    if not found.pairs:
        return {}
    numbers = sorted({number for pair in found.pairs for number in pair})
    many = Counter(decided.records[number].record.id for number in numbers)
    held = {number: decided.records[number].record for number in numbers}
    # two versions of one record are two rows
    named = {
        number: replace(record, id=f"{record.id}#{number}") if many[record.id] > 1 else record
        for number, record in held.items()
    }
    batch = Batch.from_records(named[number] for number in numbers).canonical()
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    row_of = {number: place[record.id] for number, record in named.items()}
    own = {place[named[number].id]: held[number].id for number in numbers}
    clusters = names or clusters_of(decided.ties, (record.id for record in held.values()))
    rows = np.array([[row_of[one], row_of[two]] for one, two in found.pairs], dtype=np.int32)
    left, right = rows.min(axis=1), rows.max(axis=1)
    prepared = prepare(batch, tables, symbol_source().lookup, decided.declared)
    of_rows = [clusters.get(own[row], own[row]) for row in range(len(batch))]
    labels = np.array(found.labels, dtype=np.int8)
    plan = decided.plan or "S"
    kinds = by_kind(prepared, left, right, labels, of_rows, DECIDED, plan)
    judged = model_kinds(prepared.kinds, left, right)
    weights = np.array(found.weights, dtype=np.float64)
    return {
        kind: replace(data, weights=weights[judged == int(kind)])
        for kind, data in sorted(kinds.items())
    }


def clusters_of(ties: Sequence[Judgement], ids: Iterable[str]) -> dict[str, str]:
    """The cluster of each of some records, and of those that ties name."""
    order = sorted({*ids, *(end for one in ties for end in (one.left, one.right))})
    return dict(zip(order, cluster_names(order, ties), strict=True))
