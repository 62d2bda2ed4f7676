"""The look-up index of a store: its records and their blocking keys in memory-mapped segments.

The index is made from the store alone and can be deleted at any time: `refresh` reads what landed since its last
segment, and everything where there is none. A new landing is a new small segment; small segments are united as they
add up, so that there are never many, and stay in memory until they are worth a file. The files lie beside a SQLite
store (`file.db.index`), or in a folder of the store's own within the user's cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.block import RULES, Plan
from resolver.block.lookup import Held, KeyTable, key_table, meetings, united_keys
from resolver.records import Batch, Identifier, Kind, Record, Value, concat
from resolver.records.batch import IntArray
from resolver.records.prepared import Prepared
from resolver.store import OutdatedError, Store, View
from resolver.store.segments import Segment, chain, forget, segment_of, write_segment

Numbers = npt.NDArray[np.int64]
Prepare = Callable[[Batch], Prepared]
_FORM = "4"
_REBUILD = 200_000
_CATCH_UP = 20_000
KEPT_FROM = 5_000
"""Segments of so many records are files; what is less is made again from the store by whoever needs it."""


def index_folder(store: Store, store_id: str, folder: Path | None = None) -> Path:
    """Where the index of a store lies."""
    if folder is not None:
        return folder / store_id
    if store.path is not None:
        return Path(f"{store.path}.index")
    return Path.home() / ".cache" / "resolver" / "indexes" / store_id


class Index:
    """An open index, at `version` of the store. Not for several threads at once."""

    def __init__(
        self,
        folder: Path,
        store_id: str,
        model: str,
        plan: Plan,
        prepare: Prepare,
        kept_from: int = KEPT_FROM,
    ) -> None:
        self._folder, self.plan, self._prepare, self._kept_from = folder, plan, prepare, kept_from
        rules = ",".join(f"{rule.name}:{plan.rules.get(rule.name, '-')}" for rule in RULES)
        self._stamp = {"form": _FORM, "store": store_id, "model": model, "plan": plan.name, "rules": rules}
        self._stamp["keys"] = _probe(plan, prepare)
        self._segments: list[Segment] = []
        self._holds = np.zeros(0, dtype=bool)
        self._held: list[Held] = []
        self._made: tuple[Prepared, KeyTable] | None = None

    @property
    def version(self) -> int:
        """The version of the store up to which everything is in it."""
        return self._segments[-1].until if self._segments else 0

    def refresh(self, view: View, *, certain: bool = False) -> None:
        """Bring the index to the version of a view of the store's present. Raises `OutdatedError` where the index is of
        a later version: look again. Where that is `certain` to be wrong (nobody else can have landed), and where it is
        of another history, it is made anew. Raises `StoreError` where it cannot be written."""
        if self.version == view.version:
            return
        if not self._segments or view.head.last_record - self._last > _CATCH_UP:
            self._take(chain(self._folder, self._stamp))
        if self.version > view.version and not certain:
            raise OutdatedError("the store has moved on", mend="run the command again")
        landed = view.landed([segment.until for segment in self._segments])
        if any(landed.get(segment.until) != segment.landed for segment in self._segments):
            for segment in self._segments:
                if segment.path is not None:
                    segment.path.unlink(missing_ok=True)
            self._take([])
        if self.version < view.version:
            ended = view.ended_after(self.version)
            batch = concat(part.batch for part in view.batches(after=self._last, ended_too=True))
            self._append(batch, None, view, ended)

    def add(self, batch: Batch, prepared: Prepared | None, ended: Numbers, view: View) -> None:
        """What has landed with the version of a view, in the order of its numbers; `prepared` where it is at hand.
        Nothing where the index does not stand at the version before."""
        if self.version == view.version - 1:
            self._append(batch, prepared, view, ended)

    @property
    def _last(self) -> int:
        """The highest number here."""
        return self._segments[-1].first + len(self._segments[-1]) - 1 if self._segments else 0

    @property
    def held(self) -> Sequence[Held]:
        """The keys of all that is here."""
        return self._held

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The records that are here, in the order of their numbers; those that have ended too."""
        return tuple(self._segments)

    def holds(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Whether each of some records that are here still holds."""
        found: npt.NDArray[np.bool_] = self._holds[numbers]
        return found

    def meetings(self, prepared: Prepared) -> tuple[IntArray, Numbers, int]:
        """The pairs (row of a prepared record, number of a record here) that the plan brings together, and how many
        more the safety valve cut."""
        return meetings(self._table(prepared), prepared.kinds, self._held)

    def batch(self, numbers: Numbers) -> Batch:
        """The records of some numbers (ascending), in that order; not canonical."""
        parts = []
        for segment in self._segments:
            low, high = np.searchsorted(numbers, [segment.first, segment.first + len(segment)])
            if low < high:
                parts.append(segment.take(numbers[low:high] - segment.first))
        return concat(parts)

    def _append(self, batch: Batch, prepared: Prepared | None, view: View, ended: Numbers) -> None:
        keys = self._keys(batch, prepared)
        segment = segment_of(
            batch,
            since=self.version,
            until=view.version,
            landed=view.landed([view.version])[view.version],
            first=self._last + 1,
            ended=ended,
            extra={"base": keys.base, "rows": keys.rows, "refine": keys.refine},
        )
        segments = [*self._segments, segment]
        while len(segments) > 1 and 2 * len(segments[-1]) >= len(segments[-2]):
            segments = [*segments[:-2], _united(segments[-2], segments[-1])]
        if segments[-1].path is None and len(segments[-1]) >= self._kept_from:
            # a chain of files begins at version 0, so what lies before becomes one as well
            segments = [self._kept(one) for one in segments]
        self._take(segments)
        self._made = None
        forget(self._folder, segments)

    def _keys(self, batch: Batch, prepared: Prepared | None) -> KeyTable:
        if prepared is not None:
            return self._table(prepared)
        tables, firsts = [], []
        for start in range(0, len(batch), _REBUILD):
            rows = np.arange(start, min(start + _REBUILD, len(batch)))
            tables.append(self._keys_of(batch.take(rows)))
            firsts.append(start)
        return united_keys(tables, firsts)

    def _table(self, prepared: Prepared) -> KeyTable:
        """The keys of what was prepared: what is looked up is added next."""
        if self._made is None or self._made[0] is not prepared:
            self._made = prepared, key_table(prepared, self.plan)
        return self._made[1]

    def _keys_of(self, batch: Batch) -> KeyTable:
        """Keys by the rows of a batch that is in no order; of versions of one record each has its own."""
        return key_table(self._prepare(_numbered(batch).canonical()), self.plan)

    def _kept(self, segment: Segment) -> Segment:
        return segment if segment.path is not None else write_segment(self._folder, segment, self._stamp)

    def _take(self, segments: Sequence[Segment]) -> None:
        self._segments = list(segments)
        count = max((segment.first + len(segment) for segment in segments), default=1)
        self._holds = np.ones(count, dtype=bool)
        for segment in segments:
            self._holds[segment.ended] = False
        self._held = [
            Held(
                _key_table(segment),
                segment.first,
                segment.batch.kinds,
                self._holds[segment.first : segment.first + len(segment)],
            )
            for segment in segments
        ]


def _probe(plan: Plan, prepare: Prepare) -> str:
    """A digest of the keys of a few invented records: another program that makes other keys makes its own index."""
    names = (Value("name", "Ivan Sergeyevich Petrov-Vodkin"), Value("alias", "Мария O'Neill"))
    passport = (Identifier("passportNumber", "A1234567", "ru"),)
    more = (Value("birthDate", "1962-05-01"), Value("birthPlace", "Saint Petersburg"), Value("phone", "+49 30 123456"))
    invented = [
        Record("a", "s", Kind.PERSON, "Person", (*names, *more), passport),
        Record("b", "s", Kind.GROUP, "Company", (Value("name", "Vektor Trading Limited Liability Company"),)),
    ]
    table = key_table(prepare(Batch.from_records(invented).canonical()), plan)
    order = np.lexsort((table.refine, table.rows, table.base))
    parts = (table.base[order], table.rows[order], table.refine[order])
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()[:16]


def _united(one: Segment, two: Segment) -> Segment:
    keys = united_keys([_key_table(one), _key_table(two)], [0, len(one)])
    return segment_of(
        concat([one.batch, two.batch]),
        since=one.since,
        until=two.until,
        landed=two.landed,
        first=one.first,
        ended=np.concatenate([one.ended, two.ended]),
        extra={"base": keys.base, "rows": keys.rows, "refine": keys.refine},
    )


def _key_table(segment: Segment) -> KeyTable:
    return KeyTable(segment.extra["base"], segment.extra["rows"], segment.extra["refine"])


def _numbered(batch: Batch) -> Batch:
    """The batch with its row numbers for ids, so that several versions of a record can be prepared together."""
    return replace(batch, ids=pa.array([f"{row:09d}" for row in range(len(batch))], pa.string()))
