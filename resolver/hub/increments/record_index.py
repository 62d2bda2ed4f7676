"""The look-up index of a store: its records, their blocking keys and their normal form in memory-mapped segments.

The index is made from the store alone and can be deleted at any time: `refresh` reads what landed since its last
segment, and everything where there is none. A new landing is a new small segment; small segments are united as they
add up, so that there are never many, and stay in memory until they are worth a file. The files lie beside a SQLite
store (`file.db.index`), or in a folder of the store's own within the user's cache.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.blocking import RULES, Plan
from resolver.blocking.retrieval.key_lookup import (
    Held,
    KeyTable,
    Valve,
    key_table,
    meetings,
    united_keys,
)
from resolver.hub.fingerprint import invented
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import Part, assembled
from resolver.records.prepared.batch import Prepared
from resolver.screening.prepared_arrays import arrays_of, prepared_from
from resolver.store import OutdatedError, Store, View
from resolver.store.array_files import AnyArray
from resolver.store.segments import Segment, chain, forget, segment_of, write_segment

Numbers = npt.NDArray[np.int64]
Prepare = Callable[[Batch], Prepared]
_FORM = "5"
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
        self._stamp = {
            "form": _FORM,
            "store": store_id,
            "model": model,
            "plan": plan.name,
            "rules": rules,
        }
        self._stamp["keys"] = _probe(plan, prepare)
        self._segments: list[Segment] = []
        self._holds = np.zeros(0, dtype=bool)
        self._held: list[Held] = []
        self._normal: dict[int, Prepared] = {}
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

    def meetings(
        self, prepared: Prepared, valve: Valve | None = None
    ) -> tuple[IntArray, Numbers, int]:
        """The pairs (row of a prepared record, number of a record here) that the plan brings together, and how many
        more the safety valve cut. `valve`: where those prepared are not all that is new, or some of them are here."""
        return meetings(self._table(prepared), prepared.kinds, self._held, valve=valve)

    def valve(
        self, prepared: Prepared | None, fresh: npt.NDArray[np.bool_], ended: Numbers
    ) -> Valve:
        """The safety valve over what is here but for the numbers that end, and those rows of prepared records that are
        `fresh`."""
        if prepared is None:
            return Valve(self._held, united_keys([], []), ended)
        keys = self._table(prepared)
        if not fresh.all():
            new = fresh[keys.rows]
            keys = KeyTable(keys.base[new], keys.rows[new], keys.refine[new])
        return Valve(self._held, keys, ended)

    def unsettled(self, valve: Valve) -> Numbers:
        """The numbers of records here that bear a key which the valve lets through and did not before, or no longer."""
        if not self._held:
            return valve.ended[:0]
        bases = valve.fresh.base
        if len(valve.ended):
            bases = np.concatenate(
                [bases, key_table(_together_of(self.parts(valve.ended)), self.plan).base]
            )
        crossed = valve.crossed(np.unique(bases))
        return valve.bearers(crossed) if len(crossed) else valve.ended[:0]

    def ids(self, numbers: Numbers) -> pa.StringArray:
        """The ids of the records of some numbers (ascending), in that order."""
        return pa.concat_arrays(
            [segment.batch.ids.take(pa.array(rows)) for segment, rows in self._rows(numbers)]
        )

    def parts(self, numbers: Numbers) -> list[Part]:
        """The same records as they were prepared, in that order. Their sources are not at hand."""
        return [Part(self._normal[segment.first], rows) for segment, rows in self._rows(numbers)]

    def sources(self, numbers: Numbers) -> list[str]:
        """The names of the sources of the same records, in that order."""
        found: list[str] = []
        for segment, rows in self._rows(numbers):
            sources = segment.batch.sources
            found += sources.values.take(pa.array(sources.codes[rows])).to_pylist()
        return found

    def batch(self, numbers: Numbers) -> Batch:
        """The records of some numbers (ascending), in that order; not canonical."""
        return concat([segment.take(rows) for segment, rows in self._rows(numbers)])

    def _rows(self, numbers: Numbers) -> Iterator[tuple[Segment, Numbers]]:
        """The segments that hold some records, with the rows of these there."""
        for segment in self._segments:
            low, high = np.searchsorted(numbers, [segment.first, segment.first + len(segment)])
            if low < high:
                yield segment, numbers[low:high] - segment.first

    def _append(self, batch: Batch, prepared: Prepared | None, view: View, ended: Numbers) -> None:
        normal = prepared if prepared is not None else self._prepared_of(batch)
        keys = self._table(normal)
        segment = segment_of(
            batch,
            since=self.version,
            until=view.version,
            landed=view.landed([view.version])[view.version],
            first=self._last + 1,
            ended=ended,
            extra=_extra(keys, normal),
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

    def _prepared_of(self, batch: Batch) -> Prepared:
        """The normal form of a batch that is in no order; of versions of one record each has its own."""
        parts = []
        for start in range(0, max(len(batch), 1), _REBUILD):
            rows = np.arange(start, min(start + _REBUILD, len(batch)))
            parts.append(self._prepare(_numbered(batch.take(rows)).canonical()))
        return parts[0] if len(parts) == 1 else _together(parts)

    def _table(self, prepared: Prepared) -> KeyTable:
        """The keys of what was prepared: what is looked up is added next."""
        if self._made is None or self._made[0] is not prepared:
            self._made = prepared, key_table(prepared, self.plan)
        return self._made[1]

    def _kept(self, segment: Segment) -> Segment:
        return (
            segment
            if segment.path is not None
            else write_segment(self._folder, segment, self._stamp)
        )

    def _take(self, segments: Sequence[Segment]) -> None:
        self._segments = list(segments)
        count = max((segment.first + len(segment) for segment in segments), default=1)
        self._holds = np.ones(count, dtype=bool)
        self._normal = {segment.first: _prepared(segment) for segment in segments}
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
    """A digest of a few invented records' keys and normal form: another program that makes other ones makes its own
    index."""
    prepared = prepare(invented())
    table = key_table(prepared, plan)
    order = np.lexsort((table.refine, table.rows, table.base))
    parts: list[AnyArray] = [table.base[order], table.rows[order], table.refine[order]]
    parts += [array for _, array in sorted(arrays_of(prepared).items())]
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
        extra=_extra(keys, _together([_prepared(one), _prepared(two)])),
    )


def _extra(keys: KeyTable, prepared: Prepared) -> dict[str, AnyArray]:
    """What a segment holds beside its records. What no score depends on is left out: names as they were written."""
    forms, numbers = prepared.forms, prepared.identifier_table
    bare = replace(
        prepared,
        forms=replace(forms, texts=_unsaid(len(forms.texts))),
        identifier_table=replace(numbers, texts=_unsaid(len(numbers.texts))),
    )
    held = {f"prepared.{name}": array for name, array in arrays_of(bare).items()}
    return {"base": keys.base, "rows": keys.rows, "refine": keys.refine, **held}


def _unsaid(count: int) -> npt.NDArray[np.object_]:
    return np.full(count, None, dtype=object)


def _prepared(segment: Segment) -> Prepared:
    """The records of a segment as they were prepared."""
    prefix = "prepared."
    held = {
        name.removeprefix(prefix): array
        for name, array in segment.extra.items()
        if name.startswith(prefix)
    }
    return prepared_from(held)


def _together(parts: Sequence[Prepared]) -> Prepared:
    """Records that were prepared apart, one part after the other."""
    return _together_of([Part(one, np.arange(len(one), dtype=np.int64)) for one in parts])


def _together_of(parts: Sequence[Part]) -> Prepared:
    return assembled(parts, pa.array([""] * sum(len(part.rows) for part in parts), pa.string()))


def _key_table(segment: Segment) -> KeyTable:
    return KeyTable(segment.extra["base"], segment.extra["rows"], segment.extra["refine"])


def _numbered(batch: Batch) -> Batch:
    """The batch with its row numbers for ids, so that several versions of a record can be prepared together."""
    return replace(batch, ids=pa.array([f"{row:09d}" for row in range(len(batch))], pa.string()))
