"""Generated world: as records in memory for up to some thousand, or as files for any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resolver.errors import UsageError
from resolver.records import Record
from resolver.records.progress import SILENT, Progress
from resolver.synthetic.agencies import Agency, make_agencies
from resolver.synthetic.chunks import CHUNK_RECORDS, Chunk, make_chunk
from resolver.synthetic.list_files import WorldWriter, list_file_name
from resolver.synthetic.names.cultures import CULTURE_NAMES
from resolver.synthetic.record_objects import to_records


@dataclass(frozen=True, slots=True)
class World:
    """Generated world.

    `truth`: record id → true id, for every record. `kinds`, `cultures`: true id → kind (`person`,
    `group`, `asset`) and name culture (empty for assets). `roles`: true id → special role (`twin`,
    …).
    """

    records: tuple[Record, ...]
    truth: Mapping[str, str]
    kinds: Mapping[str, str]
    cultures: Mapping[str, str]
    roles: Mapping[str, str]
    agencies: tuple[Agency, ...]


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """Summary of the written files.

    `shared`: records whose entity has another record. `files`: list file → number of records.
    """

    records: int
    entities: int
    shared: int
    files: Mapping[str, int]


def make_chunks(
    records: int, *, seed: int, agencies: int, networks: bool = False
) -> Iterator[Chunk]:
    """Yield the chunks of a world, in order.

    Raises `UsageError` for no records or a number of agencies outside 5 … 50.
    """
    if records < 1:
        raise UsageError(f"a world needs at least one record, not {records}")
    agencies_of_world = make_agencies(seed, agencies)
    for number, start in enumerate(range(0, records, CHUNK_RECORDS)):
        size = min(CHUNK_RECORDS, records - start)
        yield make_chunk(seed, number, size, agencies_of_world, networks=networks)


def generate(records: int, *, seed: int = 1, agencies: int = 8, networks: bool = False) -> World:
    """Generate a world of exactly `records` records in memory (about 10 KB each).

    With `networks` it has cells, facilitators, factions and fronts, and their relations.
    Deterministic in its arguments. Raises `UsageError` for no records or a number of agencies
    outside 5 … 50.
    """
    all_records: list[Record] = []
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    cultures: dict[str, str] = {}
    roles: dict[str, str] = {}
    for chunk in make_chunks(records, seed=seed, agencies=agencies, networks=networks):
        all_records += to_records(chunk)
        true_ids = chunk.true_ids.to_pylist()
        truth.update(zip(chunk.record_ids.to_pylist(), true_ids, strict=True))
        kinds.update(zip(true_ids, chunk.kinds.to_pylist(), strict=True))
        names = [CULTURE_NAMES[place] if place >= 0 else "" for place in chunk.cultures.tolist()]
        cultures.update(zip(true_ids, names, strict=True))
        roles.update(chunk.roles)
    return World(tuple(all_records), truth, kinds, cultures, roles, make_agencies(seed, agencies))


def write_world(
    out_dir: Path,
    records: int,
    *,
    seed: int = 1,
    agencies: int = 8,
    networks: bool = False,
    progress: Progress = SILENT,
) -> WorldSummary:
    """Write a world of exactly `records` records to files.

    Files are one list per agency, mapping files for tables, and `truth.csv`. The same arguments
    give the same bytes; memory does not grow with `records`. `networks`: see `generate`. `progress`
    receives the number of records done. Raises `UsageError` as `generate` does, `OutputError` if a
    file cannot be written.
    """
    agencies_of_world = make_agencies(seed, agencies)
    counts = np.zeros(len(agencies_of_world), dtype=np.int64)
    entities = shared = 0
    with WorldWriter(out_dir, agencies_of_world) as writer:
        for chunk in make_chunks(records, seed=seed, agencies=agencies, networks=networks):
            writer.write(chunk)
            counts += np.bincount(chunk.agency, minlength=len(agencies_of_world))
            sizes = np.bincount(chunk.entity)
            entities += len(sizes)
            shared += int(sizes[sizes > 1].sum())
            progress.advance(len(chunk.agency))
    files = {
        list_file_name(agency): int(count)
        for agency, count in zip(agencies_of_world, counts, strict=True)
    }
    return WorldSummary(records, entities, shared, files)
