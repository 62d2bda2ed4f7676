"""What the workers of a cluster do: the stages of `resolver.pipeline` on the parcels that come to one of them.

Each function takes the parcels of one part and gives parcels for parts of the next step. What it gives depends on the
set of parcels alone, so a worker that is lost can be replaced at any time.

| step | a part is | takes | gives |
|---|---|---|---|
| `keys` | a range of records | records | keys, dealt by their hash; tallies of keys too many share |
| `join` | a share of the keys | keys | pairs, dealt by their left record; which records each share of pairs needs |
| `slices` | a range of records | records, needs | the needed records for each share of pairs |
| `judge` | a share of the pairs | records, pairs | links at or above the review border, and the rest |
| `inside` | a share of the pairs | the rest | those within one component |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.blocking import PLAN_BY_NAME, RULES
from resolver.blocking.key_groups import join_keys
from resolver.blocking.key_join import rule_keys
from resolver.blocking.key_parts import Parts
from resolver.blocking.keys import Keys, mix
from resolver.blocking.pair_union import ALL, unite
from resolver.blocking.prefilter import BLIND, arrays
from resolver.blocking.purging import Tally, gathered, without_heavy
from resolver.comparison import NameIndex
from resolver.engines.local import CHUNK, histogram_of
from resolver.engines.spark.arrow_transfer import (
    Arrays,
    Parcel,
    Types,
    numbers,
    pack,
    pack_batch,
    parcels,
    to_arrow,
    unpack_batch,
)
from resolver.engines.spark.job import (
    Account,
    Job,
    Rows,
    Sent,
    models_of,
)
from resolver.pipeline import prepared_of, score_rows
from resolver.records import Batch, concat
from resolver.records.prepared.batch import ByteArray, Prepared

_KEYS: Types = {
    "base": np.uint64,
    "row": np.int32,
    "refine": np.int32,
    "kind": np.uint8,
    "rule": np.uint8,
}
_HEAVY: Types = {
    "base": np.uint64,
    "refine": np.int32,
    "side": np.uint8,
    "times": np.int64,
    "rule": np.uint8,
}
_PAIRS: Types = {"left": np.int32, "right": np.int32, "rule": np.uint8}
_NEEDS: Types = {"part": np.int32, "row": np.int32}
SCORED: Types = {"left": np.int32, "right": np.int32, "logodds": np.int32}
Step = Callable[[Job, Sequence[Parcel]], Iterator[Parcel]]


def run(step: Step, job: Job, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A step as Spark calls it: the Arrow batches of one part to Arrow batches. Accounts are handed on."""
    here = list(parcels(batches))
    yield from to_arrow(parcel for parcel in here if parcel.what == "account")
    if here:
        yield from to_arrow(step(job, here))


def keys(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The keys of a range of records under the plan."""
    batch, rows = _records(here)
    account = Account("keys", {"records": len(batch)})
    plan = PLAN_BY_NAME[job.plan]
    prepared = _prepared(job, batch)
    parts, sides = Parts(prepared), job.sides_of(rows)
    found: list[Arrays] = []
    heavy: list[Arrays] = []
    for number, rule in enumerate(RULES):
        if rule.name not in plan.rules:
            continue
        made = rule_keys(rule, prepared, plan, number, parts)
        light, tally = without_heavy(made, sides[made.rows], job.linking, job.cap)
        kinds = prepared.kinds[light.rows]
        one: Arrays = {
            "base": light.base,
            "row": rows[light.rows],
            "refine": light.refine,
            "kind": kinds,
        }
        found.append({**one, "rule": np.full(len(kinds), number, dtype=np.uint8)})
        two: Arrays = {
            "base": tally.base,
            "refine": tally.refine,
            "side": tally.side,
            "times": tally.times,
        }
        heavy.append({**two, "rule": np.full(len(tally.base), number, dtype=np.uint8)})
    for what, columns in (("keys", _stacked(found, _KEYS)), ("heavy", _stacked(heavy, _HEAVY))):
        to = (columns["base"] % np.uint64(job.shape.keys)).astype(np.int32)
        yield from _dealt(to, what, columns)
    yield account.parcel()


def join(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The pairs that a share of the keys joins, each once a rule, and the records they need."""
    account = Account("join")
    columns = numbers(_bodies(here, "keys"), _KEYS)
    heavy = numbers(_bodies(here, "heavy"), _HEAVY)
    rows, local = _numbered(columns["row"])
    kinds = np.zeros(len(rows), dtype=np.uint8)
    kinds[local] = columns["kind"]
    sides = job.sides_of(rows)
    found: list[Arrays] = []
    rules: dict[str, list[int]] = {}
    for number in _rules(columns["rule"], heavy["rule"]):
        mine, tallied = columns["rule"] == number, heavy["rule"] == number
        held = Keys(local[mine], columns["base"][mine], columns["refine"][mine])
        tally = Tally(*(heavy[name][tallied] for name in ("base", "refine", "side", "times")))
        held, passed_over, cut = gathered(held, sides[held.rows], job.linking, tally)
        packed, distinct, cut_here = join_keys(held, kinds, sides, job.linking, job.cap)
        left, right = (packed >> 32).astype(np.int32), packed.astype(np.int32)
        found.append(
            {"left": left, "right": right, "rule": np.full(len(left), number, dtype=np.uint8)}
        )
        rules[str(number)] = [distinct + passed_over, cut + cut_here]
    account.counts["rules"] = rules
    yield from _pairs(job, rows, _stacked(found, _PAIRS))
    yield account.parcel()


def _pairs(job: Job, rows: Rows, pairs: Arrays) -> Iterator[Parcel]:
    """Pairs of places in `rows`, dealt to the shares of pairs, and the records that each share needs."""
    to = (
        mix(rows[pairs["left"]].astype(np.uint64), np.uint64(1)) % np.uint64(job.shape.pairs)
    ).astype(np.int32)
    for part, chosen in _split(to):
        here = {name: column[chosen] for name, column in pairs.items()}
        needed = np.zeros(len(rows), dtype=bool)
        for side in ("left", "right"):
            needed[here[side]] = True
            here[side] = rows[here[side]]
        yield Parcel(part, "pairs", pack(here))
        row = rows[needed]
        yield from _dealt(
            row // job.shape.span, "needs", {"part": np.full(len(row), part, np.int32), "row": row}
        )


def slices(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The records of a range that each share of pairs needs."""
    account = Account("slices")
    needs = numbers(_bodies(here, "needs"), _NEEDS)
    if len(needs["row"]):
        batch, rows = _records(here)
        place = _places(rows)(needs["row"])
        for part, chosen in _split(needs["part"]):
            needed = np.zeros(len(rows), dtype=bool)
            needed[place[chosen]] = True
            yield Parcel(
                part,
                "records",
                pack_batch(batch.take(np.flatnonzero(needed)).canonical(), rows[needed]),
            )
    yield account.parcel()


def judge(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The scores of a share of the pairs: links, the rest, and what was counted."""
    account = Account("judge")
    pairs = numbers(_bodies(here, "pairs"), _PAIRS)
    if not len(pairs["left"]):
        yield account.parcel()
        return
    batch, rows = _records(here)
    models, plan = models_of(job), PLAN_BY_NAME[job.plan]
    prepared = _prepared(job, batch)
    place = _places(rows)
    packed = place(pairs["left"]).astype(np.int64) << 32 | place(pairs["right"])
    rules = _rules(pairs["rule"])
    seen = arrays(prepared) if plan.least is not None else BLIND
    least = ALL if plan.least is None else plan.least
    split = [packed[pairs["rule"] == number] for number in rules]
    left, right, _, totals = unite(split, rules, len(batch), seen, least, 1)
    logodds = np.empty(len(left), dtype=np.int32)
    names = NameIndex.of(prepared)
    for start in range(0, len(left), CHUNK):
        chunk = slice(start, start + CHUNK)
        logodds[chunk] = score_rows(prepared, names, models, left[chunk], right[chunk], 1)
    link = logodds >= job.least
    part = here[0].part
    for what, chosen in (("links", link), ("rest", ~link)):
        scored = {
            "left": rows[left[chosen]],
            "right": rows[right[chosen]],
            "logodds": logodds[chosen],
        }
        yield Parcel(part, what, pack(scored))
    account.counts |= {
        "pairs": len(left),
        "records": len(batch),
        "histogram": histogram_of(logodds).tolist(),
        "rules": {str(number): totals[:, number].tolist() for number in rules},
    }
    yield account.parcel()


def inside(
    components: Sent[tuple[Rows, Rows]], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Of the pairs below the border those whose records are in one component. `components`: records, ascending, and the
    component of each."""
    members, component = components.value
    for parcel in parcels(batches):
        scored = numbers([parcel.body], SCORED)
        one, two = (
            np.searchsorted(members, scored[side]).clip(max=len(members) - 1)
            for side in ("left", "right")
        )
        held = (
            (members[one] == scored["left"])
            & (members[two] == scored["right"])
            & (component[one] == component[two])
        )
        if held.any():
            body = pack({name: column[held] for name, column in scored.items()})
            yield from to_arrow([Parcel(parcel.part, "inside", body)])


def _bodies(here: Sequence[Parcel], what: str) -> list[bytes]:
    return sorted(parcel.body for parcel in here if parcel.what == what)


def _records(here: Sequence[Parcel]) -> tuple[Batch, Rows]:
    """The records that came, canonical, and their numbers, ascending."""
    held = [unpack_batch(body) for body in _bodies(here, "records")]
    return concat(batch for batch, _ in held).canonical(), np.sort(
        np.concatenate([rows for _, rows in held])
    )


def _dealt(to: Rows, what: str, columns: Arrays) -> Iterator[Parcel]:
    """One parcel for each part that any row goes to."""
    for part, chosen in _split(to):
        yield Parcel(part, what, pack({name: column[chosen] for name, column in columns.items()}))


def _split(to: Rows) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Each part that any row goes to, with its rows, ascending."""
    count = int(to.max(initial=-1)) + 1
    # numbers of two bytes are sorted by counting
    order = np.argsort(to.astype(np.uint16) if count <= 1 << 16 else to, kind="stable")
    ends = np.cumsum(np.bincount(to, minlength=count)).tolist()
    for part, (start, end) in enumerate(pairwise([0, *ends])):
        if end > start:
            yield part, order[start:end]


def _numbered(values: Rows) -> tuple[Rows, Rows]:
    """The different values, ascending, and the place of each value among them."""
    held = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    held[values] = True
    different = np.flatnonzero(held).astype(np.int32)
    return different, _places(different)(values)


def _places(rows: Rows) -> Callable[[Rows], Rows]:
    """Where a number stands among `rows`, which ascend: from a table, unless that were much larger than they are."""
    first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, -1)
    if last - first > 32 * len(rows):
        return lambda wanted: np.searchsorted(rows, wanted).astype(np.int32)
    table = np.zeros(last - first + 1, dtype=np.int32)
    table[rows - first] = np.arange(len(rows), dtype=np.int32)
    return lambda wanted: table[wanted - first]


def _rules(*columns: ByteArray) -> list[int]:
    """The rules that stand in any of the columns."""
    found: list[int] = np.flatnonzero(
        sum(np.bincount(column, minlength=len(RULES)) for column in columns)
    ).tolist()
    return found


def _stacked(parts: Sequence[Arrays], names: Types) -> Arrays:
    return {
        name: np.concatenate([np.zeros(0, dtype=kind), *(part[name] for part in parts)])
        for name, kind in names.items()
    }


def _prepared(job: Job, batch: Batch) -> Prepared:
    return prepared_of(batch, models_of(job), job.declared)
