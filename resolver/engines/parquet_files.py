"""Results of a part of a run as Parquet files.

| folder | columns | rows |
|---|---|---|
| `entities` | `entity_id`, `record_id` | every record once |
| `links` | the columns of links.csv | the rows of links.csv |
| `golden` | `id`, `schema`, `entity` | golden records and edges, as in entities.ftm.json |
| `statements` | the columns of statements.csv | see `resolver.merging.statement_table` |

A part writes one file into each folder, named by the number of the part. Its rows are in the same
order as in the files of one machine; the parts have no order. Texts are not changed, since Parquet
has no formulas.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from resolver.engines.result_files import output_error
from resolver.errors import OutputError
from resolver.matching.pipeline import merge_entities
from resolver.matching.scoring import scores
from resolver.merging import (
    STATEMENT_COLUMNS,
    MergeContext,
    build_partition,
    iterate_golden_records,
    iterate_statements,
    to_ftm,
)
from resolver.merging.golden_record import RelationTargets
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Band, Basis, Links, Outcome
from resolver.values.normal_values import country_code as territory_code

ENTITIES, LINKS, GOLDEN, STATEMENTS = PARQUET_FOLDERS = (
    "entities",
    "links",
    "golden",
    "statements",
)
_TEXT = pa.string()
_ENTITY_SCHEMA = pa.schema([("entity_id", _TEXT), ("record_id", _TEXT)])
_LINK_SCHEMA = pa.schema(
    [
        ("left_id", _TEXT),
        ("right_id", _TEXT),
        ("score", pa.float64()),
        ("band", _TEXT),
        ("outcome", _TEXT),
        ("record_score", pa.float64()),
        ("basis", _TEXT),
    ]
)
_GOLDEN_SCHEMA = pa.schema([("id", _TEXT), ("schema", _TEXT), ("entity", _TEXT)])
_ENTITIES_AT_ONCE = 10_000
_REACH = "--out must be a folder that all workers reach under the same path"


@dataclass(frozen=True, slots=True)
class PartResults:
    """Results for some records: their links, and the entity of each record, named by its smallest
    row.

    Rows of `links` are positions in `link_ids`, since a link may lead to a record of another part.
    `targets`: entities of the records that relations lead to (None: all are in the batch).
    """

    batch: Batch
    labels: IntArray
    links: Links
    link_ids: pa.StringArray
    targets: RelationTargets | None = None


def write_part(
    folder: Path, number: int, results: PartResults, *, only_entities: bool = False
) -> None:
    """Write the results of part `number` below `folder`, which has the folders of all results.

    `only_entities`: write only the entities. A file is written under another name and then moved,
    so it is complete. If it is written again, it has the same bytes. Raises `OutputError` if a file
    cannot be written.
    """
    parts = build_partition(results.batch, results.labels)
    entities = [
        parts.ids.take(pa.array(parts.entity[parts.order])),
        results.batch.ids.take(pa.array(parts.order)),
    ]
    _write(folder / ENTITIES, number, _ENTITY_SCHEMA, [_to_batch(entities, _ENTITY_SCHEMA)])
    if only_entities:
        return
    merge = merge_entities(results.batch, parts, territory_code)
    if results.targets is not None:
        merge = replace(merge, targets=results.targets)
    links = _link_rows(results.links, results.link_ids)
    _write(folder / LINKS, number, _LINK_SCHEMA, [links])
    _write(folder / GOLDEN, number, _GOLDEN_SCHEMA, _golden_rows(merge))
    _write(folder / STATEMENTS, number, _statement_schema(), iterate_statements(merge))


def _statement_schema() -> pa.Schema:
    return pa.schema([(name, _TEXT) for name in STATEMENT_COLUMNS])


def _to_batch(columns: Iterable[pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    cast = [column.cast(field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(cast, schema=schema)


def _link_rows(links: Links, ids: pa.StringArray) -> pa.RecordBatch:
    bands, outcomes, bases = (
        pa.array([word.label for word in words]) for words in (Band, Outcome, Basis)
    )
    columns = [
        ids.take(pa.array(links.left)),
        ids.take(pa.array(links.right)),
        pa.array(links.score),
        bands.take(pa.array(links.stated_band)),
        outcomes.take(pa.array(links.outcome)),
        pa.array(scores(links.record_logodds)),
        bases.take(pa.array(links.basis)),
    ]
    return _to_batch(columns, _LINK_SCHEMA)


def _golden_rows(merge: MergeContext) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(merge.parts), _ENTITIES_AT_ONCE):
        chosen = range(start, min(start + _ENTITIES_AT_ONCE, len(merge.parts)))
        rows = [
            (entity["id"], entity["schema"], orjson.dumps(entity).decode())
            for golden in iterate_golden_records(merge, chosen)
            for entity in to_ftm(golden)
        ]
        columns = [pa.array(column, _TEXT) for column in zip(*rows, strict=True)]
        yield _to_batch(columns, _GOLDEN_SCHEMA)


def _write(folder: Path, number: int, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write the file of a part completely or not at all. Raises `OutputError`."""
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", dir=folder)
    except OSError as error:
        raise OutputError(
            f"a worker cannot write the results: {error.strerror}", place=str(folder), hint=_REACH
        ) from error
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, pq.ParquetWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        os.chmod(partial, 0o644)
        os.replace(partial, part_path(folder, number))
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        partial.unlink(missing_ok=True)


def part_path(folder: Path, number: int) -> Path:
    """Return the path of the file of a part."""
    return folder / f"part-{number:05d}.parquet"


def write_folders(
    out_dir: Path, fill: Callable[[Path], Iterable[int]], *, only_entities: bool = False
) -> None:
    """Write the folders of results into `out_dir`, all or none.

    `fill` writes parts below the folder it is given (see `write_part`), and returns their numbers.
    Raises `OutputError` if writing fails, or if this machine does not see a file of a part.
    """
    names = (ENTITIES,) if only_entities else PARQUET_FOLDERS
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".partial-", dir=out_dir))
        # workers may run under another account
        os.chmod(staged, 0o777)
        for name in names:
            (staged / name).mkdir()
            os.chmod(staged / name, 0o777)
    except OSError as error:
        raise output_error(out_dir, error) from error
    try:
        numbers = list(fill(staged))
        for name in names:
            _check_parts(staged / name, numbers)
            _publish(staged / name, out_dir / name, staged / f"earlier-{name}")
    except OSError as error:
        raise output_error(out_dir, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _check_parts(folder: Path, numbers: Iterable[int]) -> None:
    """Remove the files that interrupted writers left, and raise `OutputError` if a part is
    missing.
    """
    for path in folder.glob(".part-*"):
        path.unlink()
    for number in numbers:
        if not part_path(folder, number).exists():
            text = "a file that a worker wrote is not here"
            raise OutputError(text, place=str(folder), hint=_REACH)


def _publish(staged: Path, target: Path, earlier: Path) -> None:
    """Move a folder to its place; an earlier folder of that name is removed."""
    if target.exists():
        os.replace(target, earlier)
    os.replace(staged, target)
