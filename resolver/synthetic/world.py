"""The world: as records in memory for sizes up to some thousand, or as files for any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resolver.errors import UsageError
from resolver.records import Record
from resolver.records.progress import SILENT, Progress
from resolver.synthetic.agencies import Agency, make_agencies
from resolver.synthetic.chunks import CHUNK, Chunk, make_chunk
from resolver.synthetic.list_files import WorldWriter, file_name
from resolver.synthetic.names.cultures import CULTURE_NAMES
from resolver.synthetic.record_objects import to_records


@dataclass(frozen=True, slots=True)
class World:
    """A generated world. `truth`: record id → true id, for every record; `kinds` and `cultures`: what each true id is
    (`person`, `group`, `asset`) and its name culture (empty for assets); `roles`: true id → what is special about it
    (`twin`, …), for few."""

    records: tuple[Record, ...]
    truth: Mapping[str, str]
    kinds: Mapping[str, str]
    cultures: Mapping[str, str]
    roles: Mapping[str, str]
    agencies: tuple[Agency, ...]


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """What was written. `shared`: records whose person, group or ship has another record; `files`: list file →
    records in it."""

    records: int
    entities: int
    shared: int
    files: Mapping[str, int]


def chunks(records: int, *, seed: int, agencies: int) -> Iterator[Chunk]:
    """The chunks of a world, in order. Raises `UsageError` for no records or a number of agencies outside 5 … 50."""
    if records < 1:
        raise UsageError(f"a world has at least one record, not {records}")
    offices = make_agencies(seed, agencies)
    for number, start in enumerate(range(0, records, CHUNK)):
        yield make_chunk(seed, number, min(CHUNK, records - start), offices)


def generate(records: int, *, seed: int = 1, agencies: int = 8) -> World:
    """A world of exactly `records` records as objects in memory (some 10 KB each). The same arguments give the same
    world.

    Raises `UsageError` for no records or a number of agencies outside 5 … 50.
    """
    all_records: list[Record] = []
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    cultures: dict[str, str] = {}
    roles: dict[str, str] = {}
    for chunk in chunks(records, seed=seed, agencies=agencies):
        all_records += to_records(chunk)
        true_ids = chunk.true_ids.to_pylist()
        truth.update(zip(chunk.record_ids.to_pylist(), true_ids, strict=True))
        kinds.update(zip(true_ids, chunk.kinds.to_pylist(), strict=True))
        names = [CULTURE_NAMES[place] if place >= 0 else "" for place in chunk.cultures.tolist()]
        cultures.update(zip(true_ids, names, strict=True))
        roles.update(chunk.roles)
    return World(tuple(all_records), truth, kinds, cultures, roles, make_agencies(seed, agencies))


def write_world(
    out_dir: Path, records: int, *, seed: int = 1, agencies: int = 8, progress: Progress = SILENT
) -> WorldSummary:
    """Write a world of exactly `records` records: one list per agency, mapping files for tables, and `truth.csv`.

    The same arguments give the same bytes; memory does not grow with `records`. `progress` is told of records done (its
    stage is the caller's). Raises `UsageError` as `generate` does, `OutputError` where a file cannot be written.
    """
    offices = make_agencies(seed, agencies)
    counts = np.zeros(len(offices), dtype=np.int64)
    entities = shared = 0
    with WorldWriter(out_dir, offices) as writer:
        for chunk in chunks(records, seed=seed, agencies=agencies):
            writer.write(chunk)
            counts += np.bincount(chunk.agency, minlength=len(offices))
            sizes = np.bincount(chunk.entity)
            entities += len(sizes)
            shared += int(sizes[sizes > 1].sum())
            progress.advance(len(chunk.agency))
    files = {file_name(agency): int(count) for agency, count in zip(offices, counts, strict=True)}
    return WorldSummary(records, entities, shared, files)
