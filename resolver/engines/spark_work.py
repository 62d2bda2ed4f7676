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

import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.block import PLAN_BY_NAME, RULES
from resolver.block.glance import BLIND, arrays
from resolver.block.heavy import Tally, gathered, without_heavy
from resolver.block.join import DEFAULT_CAP, join_keys, rule_keys
from resolver.block.keys import Keys, mix
from resolver.block.parts import Parts
from resolver.block.unite import ALL, unite
from resolver.compare import NameIndex
from resolver.engines.local import CHUNK, histogram_of
from resolver.engines.parcels import Arrays, Parcel, Types, numbers, pack, pack_batch, parcels, to_arrow, unpack_batch
from resolver.normalise import SymbolSource, prepare
from resolver.pipeline import ModelSet, load_models, score_rows, symbol_cache
from resolver.records import Batch, concat
from resolver.records.prepared import Prepared

Rows = npt.NDArray[np.int32]
T = TypeVar("T", covariant=True)
_KEYS: Types = {"base": np.uint64, "row": np.int32, "refine": np.int32, "kind": np.uint8, "rule": np.uint8}
_HEAVY: Types = {"base": np.uint64, "refine": np.int32, "times": np.int64, "rule": np.uint8}
_PAIRS: Types = {"left": np.int32, "right": np.int32, "rule": np.uint8}
_NEEDS: Types = {"part": np.int32, "row": np.int32}
SCORED: Types = {"left": np.int32, "right": np.int32, "logodds": np.int32}


@dataclass(frozen=True, slots=True)
class Shape:
    """Into how many parts the work is cut: ranges of records (`span` records each), shares of keys, shares of pairs."""

    span: int
    ranges: int
    keys: int
    pairs: int

    @classmethod
    def of(cls, count: int, cores: int) -> Shape:
        """For a number of records and of cores."""
        ranges = max(min(cores, count // 200), -(-count // 50_000), 1)
        return cls(
            max(-(-count // ranges), 1), ranges, max(cores, -(-count // 100_000)), max(cores, -(-count // 250_000))
        )


class Sent(Protocol[T]):
    """What was sent to all workers (a broadcast of Spark)."""

    @property
    def value(self) -> T:
        """The thing itself."""


SentModel = Sent[tuple[tuple[str, bytes], ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker must know: the plan, sources declared to be free of duplicates, the log-odds from which pairs
    are links, how the work is cut, and the files of the model (None: the shipped one)."""

    plan: str
    declared: tuple[str, ...]
    least: int
    shape: Shape
    model: SentModel | None = None
    cap: int = DEFAULT_CAP


@dataclass(slots=True)
class Account:
    """What one part cost, and what it counted. Sums over all parts say how the run went."""

    stage: str
    counts: dict[str, Any] = field(default_factory=dict)
    _cpu: float = field(default_factory=time.process_time)

    def parcel(self) -> Parcel:
        """As a parcel for the driver."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        said = {"stage": self.stage, "cpu": time.process_time() - self._cpu, "peak_mib": peak, **self.counts}
        return Parcel(0, "account", json.dumps(said).encode())


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
    parts = Parts(prepared)
    found: list[Arrays] = []
    heavy: list[Arrays] = []
    for number, rule in enumerate(RULES):
        if rule.name not in plan.rules:
            continue
        light, tally = without_heavy(rule_keys(rule, prepared, plan, number, parts), job.cap)
        kinds = prepared.kinds[light.rows]
        one: Arrays = {"base": light.base, "row": rows[light.rows], "refine": light.refine, "kind": kinds}
        found.append({**one, "rule": np.full(len(kinds), number, dtype=np.uint8)})
        two: Arrays = {"base": tally.base, "refine": tally.refine, "times": tally.times}
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
    rows, local = np.unique(columns["row"], return_inverse=True)
    kinds = np.zeros(len(rows), dtype=np.uint8)
    kinds[local] = columns["kind"]
    sides = np.zeros(len(rows), dtype=np.uint8)
    found: list[Arrays] = []
    rules: dict[str, list[int]] = {}
    for number in np.union1d(columns["rule"], heavy["rule"]).tolist():
        mine, tallied = columns["rule"] == number, heavy["rule"] == number
        held = Keys(local[mine].astype(np.int32), columns["base"][mine], columns["refine"][mine])
        tally = Tally(heavy["base"][tallied], heavy["refine"][tallied], heavy["times"][tallied])
        held, passed_over, cut = gathered(held, tally)
        packed, distinct, cut_here = join_keys(held, kinds, sides, False, job.cap)
        packed = np.unique(packed)
        left, right = rows[packed >> 32], rows[packed & 0xFFFFFFFF]
        found.append({"left": left, "right": right, "rule": np.full(len(left), number, dtype=np.uint8)})
        rules[str(number)] = [distinct + passed_over, cut + cut_here]
    account.counts["rules"] = rules
    pairs = _stacked(found, _PAIRS)
    to = (mix(pairs["left"].astype(np.uint64), np.uint64(1)) % np.uint64(job.shape.pairs)).astype(np.int32)
    yield from _dealt(to, "pairs", pairs)
    needs = np.unique(np.concatenate([to.astype(np.int64) << 32 | pairs[side] for side in ("left", "right")]))
    row = (needs & 0xFFFFFFFF).astype(np.int32)
    yield from _dealt(row // job.shape.span, "needs", {"part": (needs >> 32).astype(np.int32), "row": row})
    yield account.parcel()


def slices(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The records of a range that each share of pairs needs."""
    account = Account("slices")
    needs = numbers(_bodies(here, "needs"), _NEEDS)
    packed = np.unique(needs["part"].astype(np.int64) << 32 | needs["row"])
    if len(packed):
        batch, rows = _records(here)
        part, row = packed >> 32, packed & 0xFFFFFFFF
        starts = np.flatnonzero(np.append(True, part[1:] != part[:-1]))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(part)], strict=True):
            places = np.searchsorted(rows, row[start:end])
            yield Parcel(int(part[start]), "records", pack_batch(batch.take(places).canonical(), rows[places]))
    yield account.parcel()


def judge(job: Job, here: Sequence[Parcel]) -> Iterator[Parcel]:
    """The scores of a share of the pairs: links, the rest, and what was counted."""
    account = Account("judge")
    pairs = numbers(_bodies(here, "pairs"), _PAIRS)
    if not len(pairs["left"]):
        yield account.parcel()
        return
    batch, rows = _records(here)
    models, plan = _models(job), PLAN_BY_NAME[job.plan]
    prepared = _prepared(job, batch)
    packed = np.searchsorted(rows, pairs["left"]).astype(np.int64) << 32 | np.searchsorted(rows, pairs["right"])
    rules = np.unique(pairs["rule"]).tolist()
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
        scored = {"left": rows[left[chosen]], "right": rows[right[chosen]], "logodds": logodds[chosen]}
        yield Parcel(part, what, pack(scored))
    account.counts |= {
        "pairs": len(left),
        "records": len(batch),
        "histogram": histogram_of(logodds).tolist(),
        "rules": {str(number): totals[:, number].tolist() for number in rules},
    }
    yield account.parcel()


def inside(components: Sent[tuple[Rows, Rows]], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Of the pairs below the border those whose records are in one component. `components`: records, ascending, and the
    component of each."""
    members, component = components.value
    for parcel in parcels(batches):
        scored = numbers([parcel.body], SCORED)
        one, two = (np.searchsorted(members, scored[side]).clip(max=len(members) - 1) for side in ("left", "right"))
        held = (members[one] == scored["left"]) & (members[two] == scored["right"]) & (component[one] == component[two])
        if held.any():
            body = pack({name: column[held] for name, column in scored.items()})
            yield from to_arrow([Parcel(parcel.part, "inside", body)])


def _bodies(here: Sequence[Parcel], what: str) -> list[bytes]:
    return sorted(parcel.body for parcel in here if parcel.what == what)


def _records(here: Sequence[Parcel]) -> tuple[Batch, Rows]:
    """The records that came, canonical, and their numbers, ascending."""
    held = [unpack_batch(body) for body in _bodies(here, "records")]
    return concat(batch for batch, _ in held).canonical(), np.sort(np.concatenate([rows for _, rows in held]))


def _dealt(to: Rows, what: str, columns: Arrays) -> Iterator[Parcel]:
    """One parcel for each part that any row goes to."""
    order = np.argsort(to, kind="stable")
    ends = np.searchsorted(to[order], np.arange(int(to.max(initial=-1)) + 2))
    for part, (start, end) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
        if end > start:
            yield Parcel(part, what, pack({name: column[order[start:end]] for name, column in columns.items()}))


def _stacked(parts: Sequence[Arrays], names: Types) -> Arrays:
    return {
        name: np.concatenate([np.zeros(0, dtype=kind), *(part[name] for part in parts)]) for name, kind in names.items()
    }


def _prepared(job: Job, batch: Batch) -> Prepared:
    return prepare(batch, _models(job).tables, _symbols().lookup, job.declared)


def stamp(job: Job) -> dict[str, str]:
    """What a worker works with: the version of this program, the model and the libraries."""
    return {**own_version(), **_models(job).stamp}


def own_version() -> dict[str, str]:
    """The version of this program, where it is installed."""
    with suppress(PackageNotFoundError):
        return {"watchlist-resolver": version("watchlist-resolver")}
    return {}


def _models(job: Job) -> ModelSet:
    models = load_models(None) if job.model is None else _models_of(job.model.value)
    return models.at(job.plan)


@lru_cache(maxsize=2)
def _models_of(files: tuple[tuple[str, bytes], ...]) -> ModelSet:
    """The model of files that were sent along."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        return load_models(Path(folder))


@lru_cache(maxsize=1)
def _symbols() -> SymbolSource:
    """The worker's own source of name symbols: loaded when a token is met that no cache holds, once."""
    return SymbolSource(symbol_cache(), inside=True)
