"""A shelf: some entities of a store, each as a prepared profile, with all that a look-up needs, in arrays that may be
mapped from a file.

It is a segment (`resolver.store.segments`) whose records are those of its entities, entity by entity, and whose extra
arrays are what has been worked out of them: so nothing is prepared again when a check compares one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.blocking import Plan
from resolver.blocking.prefilter import Seen, arrays
from resolver.blocking.retrieval.key_lookup import KeyTable, key_table
from resolver.blocking.retrieval.word_lookup import Words, words_of
from resolver.comparison import Material, material_of
from resolver.comparison.alignment import row_gathering
from resolver.records import Batch, concat
from resolver.records.prepared.assembly import Part, assembled
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged, spread
from resolver.records.prepared.record_values import Spelled
from resolver.records.visibility import STRANGER, visible_rows
from resolver.screening.entity_profiles import profiles
from resolver.screening.prepared_arrays import arrays_of, prepared_from
from resolver.screening.source_policy import Handled
from resolver.store.array_files import AnyArray, text_arrays, texts_of
from resolver.store.segment_reader import Reader
from resolver.store.segments import Segment, segment_of, write_segment

Numbers = npt.NDArray[np.int64]
Prepare = Callable[[Batch], Prepared]
LOOKED_UP = Plan(
    "check", 0, dict.fromkeys(("birth_day", "identifier", "contact", "mailbox", "acronym"), "")
)
"""The rules whose keys a check looks up beside words."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """m entities with n records. `entities`: their numbers, ascending; `ids` their ids; the records of entity row i are
    rows `members[i]:members[i + 1]` of the segment; `sources[i]` the codes of their sources there; `guarded[i]` whether
    there is one that not everybody may see."""

    segment: Segment
    entities: Numbers
    ids: pa.StringArray
    members: Numbers
    sources: Ragged
    guarded: npt.NDArray[np.bool_]
    prepared: Prepared
    material: Material
    words: Words
    seen: Seen
    keys: KeyTable

    def __len__(self) -> int:
        return len(self.entities)

    def rows_of(self, entities: Numbers) -> Numbers:
        """The rows of those of some entities (ascending) that stand here."""
        at = np.searchsorted(self.entities, entities)
        there = at < len(self)
        at, entities = at[there], entities[there]
        rows: Numbers = at[self.entities[at] == entities]
        return rows

    def records(self, rows: Numbers) -> tuple[Batch, Numbers]:
        """The records of some entity rows, and beside each which of the rows it belongs to."""
        places, owner = self._members(rows)
        return self.segment.take(places), owner

    def spelled(self, rows: Sequence[int]) -> tuple[Spelled, list[int]]:
        """The same of a few, spelled out."""
        places: list[int] = []
        owner: list[int] = []
        for number, row in enumerate(rows):
            held = range(int(self.members[row]), int(self.members[row + 1]))
            places += held
            owner += [number] * len(held)
        return self.reader.spelled(places), owner

    def rows_without(self, kept: npt.NDArray[np.bool_]) -> Numbers:
        """The rows of the records of those entities that are not kept."""
        gone = np.flatnonzero(~kept)
        return spread(self.members[gone], self.members[gone + 1] - self.members[gone])

    @cached_property
    def handled(self) -> Handled:
        """How its records are handled."""
        return Handled.of(self.segment.batch)

    @cached_property
    def reader(self) -> Reader:
        """Reads single records."""
        return Reader(self.segment.batch, self.segment.offsets, self.segment.properties())

    def _members(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        counts = self.members[rows + 1] - self.members[rows]
        return spread(self.members[rows], counts), np.repeat(np.arange(len(rows)), counts)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a shelf stands for: the versions after `since` up to `until`, which landed at `landed`, and the entities
    that changed or ended with them (`changed`, ascending), which no earlier shelf speaks for any longer."""

    since: int
    until: int
    landed: str
    changed: Numbers


def shelf_of(
    batch: Batch, entity_of: Numbers, names: Mapping[int, str], stretch: Stretch, prepare: Prepare
) -> Shelf:
    """A shelf in memory of the entities that records belong to: record i to the entity number `entity_of[i]`. `names`:
    their ids."""
    order = np.argsort(entity_of, kind="stable")
    entities, counts = np.unique(entity_of, return_counts=True)
    batch = batch.take(order)
    owner = np.repeat(np.arange(len(entities)), counts)
    prepared = prepare(
        profiles(batch, owner, [f"{place:09d}" for place in range(len(entities))]).canonical()
    )
    ids = pa.array([names[number] for number in entities.tolist()], pa.string())
    return _made(batch, entities, ids, counts, prepared, stretch)


def united(
    shelves: Sequence[Shelf], kept: Sequence[npt.NDArray[np.bool_]], stretch: Stretch
) -> Shelf:
    """Several shelves as one, of those entities that are kept of each; no entity may be kept twice."""
    rows = [np.flatnonzero(one) for one in kept]
    entities = np.concatenate(
        [one.entities[chosen] for one, chosen in zip(shelves, rows, strict=True)]
    )
    order = np.argsort(entities, kind="stable")
    parts = [Part(one.prepared, chosen) for one, chosen in zip(shelves, rows, strict=True)]
    nameless = pa.array([""] * len(entities), pa.string())
    prepared = assembled([Part(assembled(parts, nameless), order)], nameless)
    held = [one.records(chosen) for one, chosen in zip(shelves, rows, strict=True)]
    counts = np.concatenate(
        [
            np.bincount(place, minlength=len(chosen))
            for (_, place), chosen in zip(held, rows, strict=True)
        ]
    )
    starts = np.cumsum(counts) - counts
    batch = concat([records for records, _ in held]).take(spread(starts[order], counts[order]))
    ids = pa.concat_arrays(
        [one.ids.take(pa.array(chosen)) for one, chosen in zip(shelves, rows, strict=True)]
    )
    return _made(
        batch, entities[order], ids.take(pa.array(order)), counts[order], prepared, stretch
    )


def written(folder: Path, shelf: Shelf, stamp: Mapping[str, str]) -> Shelf:
    """The same in a file. Raises `StoreError` where it cannot be written."""
    return opened(write_segment(folder, shelf.segment, stamp, large_pages=True))


def _made(
    batch: Batch,
    entities: Numbers,
    ids: pa.StringArray,
    counts: Numbers,
    prepared: Prepared,
    stretch: Stretch,
) -> Shelf:
    members = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    owner = np.repeat(np.arange(len(entities)), counts)
    sources = Ragged.from_rows(owner, batch.sources.codes, len(entities))
    guarded = np.zeros(len(entities), dtype=np.uint8)
    free = visible_rows(batch, STRANGER)
    if free is not None:
        guarded[owner[~free]] = 1
    words, keys, seen = words_of(prepared), key_table(prepared, LOOKED_UP), arrays(prepared)
    extra: dict[str, AnyArray] = {
        "entities": entities,
        "members": members,
        **text_arrays("ids", ids),
    }
    extra |= {
        "sources.offsets": sources.offsets,
        "sources.items": sources.items,
        "guarded": guarded,
    }
    extra |= {f"words.{field.name}": getattr(words, field.name) for field in fields(Words)}
    extra |= {f"keys.{field.name}": getattr(keys, field.name) for field in fields(KeyTable)}
    # arrays of files have one dimension
    extra |= {
        f"seen.{place}": np.reshape(cast(AnyArray, array), -1) for place, array in enumerate(seen)
    }
    extra |= {f"prepared.{name}": array for name, array in arrays_of(prepared).items()}
    extra |= {
        f"material.{name}": array
        for name, array in row_gathering.arrays_of(material_of(prepared)).items()
    }
    segment = segment_of(
        batch,
        since=stretch.since,
        until=stretch.until,
        landed=stretch.landed,
        first=0,
        ended=stretch.changed,
        extra=extra,
    )
    return opened(segment)


def opened(segment: Segment) -> Shelf:
    """The shelf of a segment. Raises `LookupError` where it is none."""
    # as arrays of files are, so that kernels are compiled for one kind
    extra = {name: _fixed(array) for name, array in segment.extra.items()}
    prepared = prepared_from(_under("prepared.", extra))
    seen: list[AnyArray] = [extra[f"seen.{place}"] for place in range(5)]
    for place, width in ((0, 5), (1, 8), (4, 4)):
        seen[place] = np.reshape(seen[place], (-1, width))
    return Shelf(
        segment,
        extra["entities"],
        texts_of("ids", extra),
        extra["members"],
        Ragged(extra["sources.offsets"], extra["sources.items"]),
        np.asarray(extra["guarded"], dtype=np.uint8).view(np.bool_),
        prepared,
        row_gathering.material_from(_under("material.", extra), prepared),
        Words(**{field.name: extra[f"words.{field.name}"] for field in fields(Words)}),
        cast(Seen, tuple(seen)),
        KeyTable(**{field.name: extra[f"keys.{field.name}"] for field in fields(KeyTable)}),
    )


def _under(prefix: str, arrays: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _fixed(array: AnyArray) -> AnyArray:
    held = array.view()
    held.flags.writeable = False
    return held
