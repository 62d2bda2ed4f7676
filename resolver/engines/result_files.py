"""Result files of a run.

| file | content | order | |---|---|---| | `entities.csv` | `entity_id,record_id`: every record once
| entity id, record id | | `links.csv` | `left_id,right_id,score,band,outcome,record_score,basis`:
pairs in band match or review | both ids | | `entities.ftm.json` | golden records as FollowTheMoney
entities, one per line, with edges | id | | `statements.csv` | see
`resolver.merging.statement_table` | entity id, record id | | `rejects.csv` | `file,line,reason`:
rows that were rejected | all three | | `report.html` | report for people | |

In links.csv the left id is the smaller one. In entities.ftm.json the edges of an entity follow it.
All files but the report depend only on the resolution and the rejects: the same results give the
same bytes. The files are written to a hidden folder beside their place, and moved there when all
are complete, so a killed run leaves no partial file.

Spreadsheets run cells that begin with `=`, `+`, `-`, `@` (also in full width), a tab or a line
break as formulas. In the CSV files such a cell gets one apostrophe in front. A cell that begins
with apostrophes and then such a character gets one more. A program that reads the files removes it
again (see `resolver.records.labels`). Plain numbers and telephone numbers (`+49 30 1234`) stay as
they are.

`comparator_rows` and `rule_rows` give the tables of comparators and of blocking rules for pages and
programs.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import OutputError
from resolver.matching.blocking import PLANS, RULES
from resolver.matching.comparators import COMPARATORS
from resolver.matching.pipeline import merge_entities
from resolver.matching.scoring import scores
from resolver.merging import Partition, build_partition
from resolver.records import Kind
from resolver.records.labels import FORMULA, NUMBER
from resolver.records.results.resolution import Band, Basis, Links, Outcome, Resolution
from resolver.runtime.processes import map_equal_parts
from resolver.runtime.threads import threads
from resolver.values.normal_values import country_code as territory_code

if TYPE_CHECKING:
    from resolver.merging import MergeContext


RESULT_FILES = (
    "entities.csv",
    "links.csv",
    "entities.ftm.json",
    "statements.csv",
    "rejects.csv",
    "report.html",
)

_Piece = Callable[[], Sequence[pa.Array]]
"""Function that returns the columns of some rows of a file."""
_COMMA_TEXT, _QUOTE, _NEWLINE, _NOTHING = (
    pa.scalar(text, pa.large_string()) for text in (",", '"', "\n", "")
)
_QUOTED = tuple(b'",\r\n')
"""Bytes that make quotes around a cell necessary."""
_FORMULA_BYTES = np.isin(np.arange(256), list("'=+-@\t\r\n＝＋－＠".encode()))
"""First bytes of cells that spreadsheets may run as formulas (see `FORMULA`), and of few other
cells.
"""
_ROWS_AT_ONCE = 1 << 17
_BYTES_AT_ONCE = 1 << 20
_ENTITIES_PER_PROCESS = 5_000
"""Number of entities for which a process of its own is worth its start."""


class RejectedRow(Protocol):
    """Row that was rejected (`resolver.lists.reader_types.Reject`)."""

    @property
    def file(self) -> str:
        """File, as messages name it."""

    @property
    def line(self) -> int:
        """Line, from 1; 0 if there is none."""

    @property
    def reason(self) -> str:
        """Reason of the reject."""


def write_results(
    out_dir: Path,
    resolution: Resolution,
    *,
    rejects: Sequence[RejectedRow],
    report: str,
    only_entities: bool = False,
    entity_ids: pa.StringArray | None = None,
    workers: int = 1,
) -> None:
    """Write the files of a run into a folder, which is created if absent.

    `report`: text of report.html. `only_entities`: write entities.csv alone. `entity_ids`: id of
    each record's entity, for records to which a store has given one. `workers`: processes and
    threads that write; the files do not depend on it. Raises `OutputError` if a file cannot be
    written; the files of an earlier run are then unchanged.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".partial-", dir=out_dir))
    except OSError as error:
        raise output_error(out_dir, error) from error
    try:
        with _without_cycle_collection():
            parts = build_partition(resolution.batch, resolution.labels, entity_ids, workers)
            _write_entities(staged / "entities.csv", parts, resolution.batch.ids, workers)
            if not only_entities:
                merge = merge_entities(resolution.batch, parts, territory_code)
                _write_links(staged / "links.csv", resolution.links, resolution.batch.ids, workers)
                _write_merged(staged, merge, workers)
                _write_rejects(staged / "rejects.csv", rejects)
                (staged / "report.html").write_text(report, "utf-8")
        for name in RESULT_FILES[: 1 if only_entities else None]:
            os.replace(staged / name, out_dir / name)
    except OSError as error:
        raise output_error(out_dir, error) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_rejects(out_dir: Path, rejects: Sequence[RejectedRow]) -> None:
    """Write rejects.csv alone into a folder. Raises `OutputError`."""
    staged = out_dir / ".rejects.csv"
    try:
        _write_rejects(staged, rejects)
        os.replace(staged, out_dir / "rejects.csv")
    except OSError as error:
        raise output_error(out_dir, error) from error


def output_error(out_dir: Path, error: OSError) -> OutputError:
    """Return the error for a file of results that cannot be written."""
    reason = error.strerror or str(error)
    return OutputError(
        f"cannot write the results: {reason}",
        place=str(out_dir),
        hint="choose a folder on a disk that has room, with --out",
    )


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Switch off the collection of cycles.

    Millions of small objects without cycles are created here; searching them for cycles takes a
    third more time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def escape_formulas(texts: pa.StringArray) -> pa.StringArray:
    """Return the texts in a form that a spreadsheet may open (see the docstring of this module)."""
    if not _FORMULA_BYTES[_first_bytes(texts)].any():
        return texts
    risky = pc.match_substring_regex(texts, FORMULA)
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(texts, NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)


def _first_bytes(texts: pa.StringArray) -> npt.NDArray[np.uint8]:
    """Return the first byte of each text; for an empty text any byte."""
    _, offsets, data = texts.buffers()
    if data is None or not data.size:
        return np.zeros(0, dtype=np.uint8)
    starts = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts)]
    first: npt.NDArray[np.uint8] = np.frombuffer(data, dtype=np.uint8)[
        np.minimum(starts, data.size - 1)
    ]
    return first


def _write_csv(
    path: Path, names: Sequence[str], pieces: Iterator[_Piece], workers: int = 1
) -> None:
    """Columns of text as CSV: UTF-8, a comma, `\\n`, quotes only where needed.

    The file does not depend on `workers` (threads).
    """
    with open(path, "wb", buffering=_BYTES_AT_ONCE) as file, threads(workers) as pool:
        file.write(_header_line(names))
        # a few pieces at a time, as all lines together may be gigabytes
        while some := list(islice(pieces, max(workers, 1))):
            for lines in pool.map(lambda piece: _csv_lines(piece()), some):
                file.write(lines)


def _header_line(names: Sequence[str]) -> bytes:
    return ",".join(names).encode("ascii") + b"\n"


def _csv_lines(columns: Sequence[pa.Array]) -> memoryview:
    """Return the lines of some rows."""
    first, *others = map(_quote_cells, columns)
    cells = [text for cell in others for text in (_COMMA_TEXT, cell)]
    return _utf8_bytes(pc.binary_join_element_wise(first, *cells, _NEWLINE, _NOTHING))


def _quote_cells(texts: pa.Array) -> pa.Array:
    """Return the texts as cells of a CSV file; null is empty."""
    texts = pc.fill_null(texts.cast(pa.large_string()), "")
    # searching all letters at once takes a fiftieth of the time of a pattern
    letters = bytes(_utf8_bytes(texts))
    if not any(letter in letters for letter in _QUOTED):
        return texts
    special = pc.match_substring_regex(texts, '[",\\r\\n]')
    doubled = pc.binary_join_element_wise(
        _QUOTE, pc.replace_substring(texts, '"', '""'), _QUOTE, _NOTHING
    )
    return pc.if_else(special, doubled, texts)


def _utf8_bytes(texts: pa.LargeStringArray) -> memoryview:
    """Return all texts, one after the other, as UTF-8."""
    _, offsets, data = texts.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, dtype=np.int64)
    return memoryview(data)[ends[texts.offset] : ends[texts.offset + len(texts)]]


def _write_entities(path: Path, parts: Partition, ids: pa.StringArray, workers: int = 1) -> None:
    def columns(start: int) -> list[pa.Array]:
        """Return the columns of some rows."""
        rows = parts.order[start : start + _ROWS_AT_ONCE]
        entities = parts.ids.take(pa.array(parts.entity[rows]))
        return [entities, escape_formulas(ids.take(pa.array(rows)))]

    starts = range(0, len(parts.order), _ROWS_AT_ONCE)
    _write_csv(
        path, ("entity_id", "record_id"), (partial(columns, start) for start in starts), workers
    )


def _write_links(path: Path, links: Links, ids: pa.StringArray, workers: int = 1) -> None:
    bands, outcomes, bases = (
        pa.array([word.label for word in words], pa.string()) for words in (Band, Outcome, Basis)
    )
    stated, record_scores = links.stated_band, scores(links.record_logodds)

    def columns(start: int) -> list[pa.Array]:
        """Return the columns of some links."""
        rows = slice(start, start + _ROWS_AT_ONCE)
        return [
            escape_formulas(ids.take(pa.array(links.left[rows]))),
            escape_formulas(ids.take(pa.array(links.right[rows]))),
            _six_decimals(links.score[rows]),
            bands.take(pa.array(stated[rows])),
            outcomes.take(pa.array(links.outcome[rows])),
            _six_decimals(record_scores[rows]),
            bases.take(pa.array(links.basis[rows])),
        ]

    names = (
        *("left_id", "right_id", "score", "band", "outcome"),
        *("record_score", "basis"),
    )
    starts = range(0, len(links), _ROWS_AT_ONCE)
    _write_csv(path, names, (partial(columns, start) for start in starts), workers)


def _six_decimals(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pa.StringArray:
    millionths = np.rint(scores * 1_000_000).astype(np.int64)
    integers = pa.array(millionths // 1_000_000).cast(pa.string())
    decimals = pc.utf8_lpad(pa.array(millionths % 1_000_000).cast(pa.string()), 6, "0")
    return pc.binary_join_element_wise(integers, decimals, ".")


def _write_merged(folder: Path, merge: MergeContext, workers: int) -> None:
    """Write entities.ftm.json and statements.csv; each process writes the parts of some
    entities.
    """

    files, *later = map_equal_parts(
        lambda start, stop: _write_entity_range(folder, merge, range(start, stop)),
        len(merge.parts),
        workers,
        _ENTITIES_PER_PROCESS,
    )
    for parts in later:
        for whole, part in zip(files, parts, strict=True):
            with open(whole, "ab") as target, open(part, "rb") as source:
                shutil.copyfileobj(source, target, _BYTES_AT_ONCE)
            part.unlink()


def _write_entity_range(folder: Path, merge: MergeContext, entities: range) -> list[Path]:
    """Write the FollowTheMoney entities and the statements of some entities; return the paths.

    The files of the first entities begin with the header; later entities are appended.
    """
    from resolver.merging import STATEMENT_COLUMNS, iterate_merged, to_ftm

    suffix = f".{entities.start}" if entities.start else ""
    paths = [folder / f"{name}{suffix}" for name in ("entities.ftm.json", "statements.csv")]
    with (
        open(paths[0], "wb", buffering=_BYTES_AT_ONCE) as ftm_file,
        open(paths[1], "wb", buffering=_BYTES_AT_ONCE) as csv_file,
    ):
        if not entities.start:
            csv_file.write(_header_line(STATEMENT_COLUMNS))
        for golden_records, statements in iterate_merged(merge, entities):
            csv_file.write(_csv_lines(list(map(escape_formulas, statements.columns))))
            for golden in golden_records:
                for entity in to_ftm(golden):
                    ftm_file.write(orjson.dumps(entity, option=orjson.OPT_APPEND_NEWLINE))
    return paths


def _write_rejects(path: Path, rejects: Sequence[RejectedRow]) -> None:
    rows = sorted((reject.file, reject.line, reject.reason) for reject in rejects)
    files, lines, reasons = zip(*rows, strict=True) if rows else ((), (), ())
    texts = [escape_formulas(pa.array(list(column), pa.string())) for column in (files, reasons)]
    numbers = pa.array(list(lines), pa.int64()).cast(pa.string())
    _write_csv(path, ("file", "line", "reason"), iter([lambda: [texts[0], numbers, texts[1]]]))


@dataclass(frozen=True, slots=True)
class ComparatorRow:
    """Comparator: its name (also the name of its row of evidence), kinds, text and property.

    `rises`: a higher similarity can only speak for a match.
    """

    name: str
    kinds: tuple[str, ...]
    help: str
    looks_at: str
    rises: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Blocking rule: its name, kinds and text, and the plans that use it.

    `plans`: (name of the plan, its additional requirements, or empty).
    """

    name: str
    kinds: tuple[str, ...]
    help: str
    plans: tuple[tuple[str, str], ...]


def comparator_rows() -> tuple[ComparatorRow, ...]:
    """Return all comparators, in the order of the table."""
    return tuple(
        ComparatorRow(row.name, _kinds(row.kinds), row.help, _property(row.shows), row.rises)
        for row in COMPARATORS
    )


def rule_rows() -> tuple[RuleRow, ...]:
    """Return all blocking rules, in the order of the table."""
    return tuple(RuleRow(row.name, _kinds(row.kinds), row.help, _plans(row.name)) for row in RULES)


def _plans(rule: str) -> tuple[tuple[str, str], ...]:
    return tuple((plan.name, plan.rules[rule]) for plan in PLANS if rule in plan.rules)


def _kinds(kinds: Kind) -> tuple[str, ...]:
    return tuple(kind.label for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET) if kind & kinds)


def _property(shows: str) -> str:
    return shows.removeprefix("plain:").replace("_", " ")


__all__ = ["ComparatorRow", "RuleRow", "comparator_rows", "rule_rows"]
