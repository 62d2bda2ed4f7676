"""`Index`: a table to check names against, as the service checks them against its store.

The table is committed to a temporary store. So checks compare whole entities, and their candidates
compete, as over HTTP.
"""

from __future__ import annotations

import getpass
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa

from resolver.check.queries import query_warnings
from resolver.check.screener import MatchQuery, Screener, ScreeningMatch
from resolver.errors import InputError
from resolver.frames import resolving
from resolver.frames.frame_tables import ColumnChoice, Columns
from resolver.frames.results import render_answer, render_explanation
from resolver.hub.hub import Hub, temporary_hub
from resolver.lists.formats.ftm.ftm_entity import schema_of_properties
from resolver.records import KIND_BY_LABEL, Kind, Record, kind_of_schema
from resolver.records.progress import SILENT
from resolver.records.results.explanation import Explanation
from resolver.records.visibility import OPERATOR
from resolver.runtime.threads import available_cores
from resolver.screening import (
    CSV_COLUMNS,
    OPERATOR_OWNER,
    Screening,
    apply_verdicts,
    read_subjects,
    screen_subjects,
)
from resolver.trust.audit_spool import CommandAccess, log_command

if TYPE_CHECKING:
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.progress import Progress

_QUERY, _LIST, _SUBJECTS = "query", "watchlist", "subjects"
Query = Mapping[str, object] | str
"""Values of a query by property or by column of the table, or a name."""


@dataclass(frozen=True)
class IndexMatch:
    """Entity that a query may mean: its caption, its rows, and its probability.

    `rows` names rows as `Result.pairs` does.
    """

    caption: str
    rows: tuple[object, ...]
    probability: float
    match: ScreeningMatch

    @property
    def name_similarity(self) -> float | None:
        """How alike the names are (0 to 1); None if the query states none."""
        return self.match.name_similarity

    @property
    def band(self) -> str:
        """Band of the probability: match, review or distinct."""
        return self.explanation.band.label

    @property
    def explanation(self) -> Explanation:
        """Sum of evidence, computed on first access; weights are in thousandths of a nat."""
        return self.match.why

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each row of the sum in nats."""
        return {row.name: row.weight / 1000 for row in self.explanation.rows}

    def _repr_html_(self) -> str:
        return render_explanation(self.explanation)


@dataclass(frozen=True)
class CheckAnswer(Sequence[IndexMatch]):
    """Entities that a query may mean, the likeliest first.

    `total`: number of all entities at or above the cutoff. `is_complete`: false if the query has
    too few values to find all. `advice`: what to add to the query if several entities fit and none
    stands out. `warnings`: values of the query that are not compared, or that contradict each
    other.
    """

    matches: tuple[IndexMatch, ...]
    total: int
    is_complete: bool
    advice: str = ""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.matches)

    def __getitem__(self, at: Any) -> Any:
        return self.matches[at]

    def __iter__(self) -> Iterator[IndexMatch]:
        return iter(self.matches)

    def __repr__(self) -> str:
        lines = [
            f"{match.probability:.4f}  {_similarity_text(match)}{match.caption}"
            for match in self.matches
        ]
        notes = [f"note: {warning}" for warning in self.warnings]
        return "\n".join(filter(None, [*(lines or ["no match"]), self.advice, *notes]))

    def _repr_html_(self) -> str:
        rows = [
            (match.caption, _join(match.rows), match.name_similarity, match.probability)
            for match in self.matches
        ]
        return render_answer(rows, self.total, (self.advice, *self.warnings))


class Index:
    """Table of people, groups or assets to check names against.

    `data`, `kind`, `columns`, `options` and `progress` are as in `dedupe`. `listed` is the share of
    queries that mean somebody in the table (0 to 1). By default it is 1 in 5, and 1 in 50 for
    queries with a birth date. Close it, use it as a context manager, or leave it to Python.
    Thread-safe.

    Raises `InputError` for data that is no table or has no record, `MappingError` for columns that
    do not fit.
    """

    def __init__(
        self,
        data: Any,
        *,
        kind: str | None = None,
        columns: Columns | None = None,
        listed: float | None = None,
        options: RunOptions | None = None,
        progress: Progress | None = None,
    ) -> None:
        with resolving.show_progress(progress) as display:
            table = resolving.read_data(data, resolving.ReadOptions(_LIST, kind, columns), display)
            if not len(table.intake.batch):
                raise InputError("the table has no record to check names against")
            with ExitStack() as stack:
                running = resolving.complete_options(options, None)
                hub = stack.enter_context(temporary_hub(table.intake, running, display))
                self._screener = Screener(hub, listed, is_private=True)
                self._screener.refresh()
                self._close = weakref.finalize(self, stack.pop_all().close)
        resolved = table.place_in(table.intake.batch)
        rows = np.flatnonzero(resolved.records >= 0)
        ids = table.intake.batch.ids.take(pa.array(resolved.records[rows])).to_pylist()
        self._labels = dict(zip(ids, resolved.labels[rows].tolist(), strict=True))
        self._choice = table.choice

    @property
    def columns(self) -> ColumnChoice | None:
        """Meanings of the columns of the table; None for a list of a known format."""
        return self._choice

    def check(
        self,
        query: Query,
        *,
        kind: str | None = None,
        limit: int = 5,
        cutoff: float | None = None,
    ) -> CheckAnswer:
        """Return the entities that a query may mean, at most `limit` of them.

        A query is a name, or a mapping from properties (`country`) or columns of the table to
        values. `kind`: person, group, asset or legal. By default this is the kind of the table. If
        the rows of the table have different kinds, it is any kind that can have these values.
        `cutoff`: least probability (default: all in band match or review). Raises `InputError` for
        a value that cannot be read or a date in the future, and `MappingError` for a key that is no
        property.
        """
        record = self._read_query({"name": query} if isinstance(query, str) else query, kind)
        warnings = tuple(query_warnings(record))
        (result,), _ = self._screener.check([record], MatchQuery(limit, cutoff, viewer=OPERATOR))
        matches = tuple(self._describe(match) for match in result.matches)
        return CheckAnswer(matches, result.total, result.is_complete, result.advice, warnings)

    def screen(
        self,
        data: Any,
        *,
        kind: str | None = None,
        columns: Columns | None = None,
        limit: int = 10,
        progress: Progress | None = None,
    ) -> Any:
        """Return which rows of another table are in this table: one row for each hit, as in
        `StoredLists.screen`.
        """
        with resolving.show_progress(progress) as display:
            table = resolving.read_data(
                data, resolving.ReadOptions(_SUBJECTS, kind, columns), display
            )
            return _build_hits(table, _screen_table(self._screener, table, limit, display))

    def close(self) -> None:
        """Remove the store."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_query(self, query: Mapping[str, object], kind: str | None) -> Record:
        """Return a query as a record, read as a table of one row."""
        properties = self._choice.mapping.properties if self._choice else {}
        property_of = {column: prop for prop, names in properties.items() for column in names}
        stated = {key: value for key, value in query.items() if value is not None}
        columns: dict[str, list[str]] = {}
        for key in stated:
            columns.setdefault(property_of.get(key, key), []).append(key)
        if not columns:
            raise InputError("the query has no value", hint='give a name: {"name": "…"}')
        kind = kind or self._kind()
        choice: Columns = {**columns, "kind": kind or "legal"}
        intake = resolving.read_data(
            [stated], resolving.ReadOptions(_QUERY, None, choice), SILENT
        ).intake
        records = list(intake.batch.to_records())
        if intake.rejects or not records:
            reason = intake.rejects[0].fault if intake.rejects else "the query has no value"
            raise InputError(reason, place=_QUERY)
        if kind:
            return records[0]
        # a schema of any kind that can have these values
        schema = schema_of_properties(columns)
        return replace(records[0], schema=schema, kind=kind_of_schema(schema) or Kind.ANY)

    def _kind(self) -> str | None:
        """Return the kind of the whole table, or None if its rows have kinds of their own."""
        own = self._choice.mapping.kind if self._choice else None
        return own if own in KIND_BY_LABEL else None

    def _describe(self, match: ScreeningMatch) -> IndexMatch:
        rows = tuple(self._labels[record_id] for record_id in sorted(match.records))
        return IndexMatch(match.entity["caption"], rows, match.score, match)


class StoredLists:
    """Lists of a store, to screen tables against; see `open_store`."""

    def __init__(self, hub: Hub, listed: float | None) -> None:
        self._hub, self._screener = hub, Screener(hub, listed)

    def screen(
        self,
        data: Any,
        *,
        kind: str | None = None,
        columns: Columns | None = None,
        limit: int = 10,
        purpose: str = "",
        progress: Progress | None = None,
    ) -> Any:
        """Return which rows of a table are in the store: a table of the same library with a row for
        each hit.

        `data`, `kind`, `columns` and `progress` are as in `dedupe`. `limit` is the largest number
        of hits of one row, and `purpose` the purpose of access for the audit log. The columns are
        the columns of `resolver screen`, preceded by `row`, which names rows as `Result.pairs`
        does. Raises `InputError` for data that is no table, `MappingError` for columns that do not
        fit.
        """
        with resolving.show_progress(progress) as display:
            table = resolving.read_data(
                data, resolving.ReadOptions(_SUBJECTS, kind, columns), display
            )
            screening = _screen_table(self._screener, table, limit, display)
            verdicts = self._hub.store.verdicts.list(OPERATOR_OWNER)
            screening = apply_verdicts(screening, verdicts, self._hub.store)
            stated = {"subjects": len(screening.subjects)}
            records = sum(len(hit.records) for hit in screening.hits)
            access = CommandAccess(getpass.getuser(), purpose, "python screen", stated, records)
            log_command(self._hub.store, access)
            return _build_hits(table, screening)

    def close(self) -> None:
        """Close the store."""
        self._hub.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, *, listed: float | None = None) -> StoredLists:
    """Open a store of lists (`sqlite:///hub.db`) to screen tables against.

    `listed`: share of rows that mean somebody in the store (0 to 1). Raises `StoreError` if the
    store cannot be opened.
    """
    return StoredLists(Hub.open(url, create=False), listed)


def _screen_table(
    screener: Screener, table: resolving.TableIntake, limit: int, progress: Progress
) -> Screening:
    return screen_subjects(
        screener,
        read_subjects(table.intake),
        MatchQuery(limit, viewer=OPERATOR),
        workers=available_cores(),
        progress=progress,
    )


def _build_hits(table: resolving.TableIntake, screening: Screening) -> Any:
    """Return the hits as a table of the caller's library."""
    resolved = table.place_in(table.intake.batch)
    rows = np.flatnonzero(resolved.records >= 0)
    ids = table.intake.batch.ids.take(pa.array(resolved.records[rows])).to_pylist()
    labels = dict(zip(ids, resolved.labels[rows].tolist(), strict=True))
    names = [labels[f"{hit.subject.source}:{hit.subject.id}"] for hit in screening.hits]
    columns: dict[str, Any] = {"row": np.array(names)}
    for name, cell in CSV_COLUMNS.items():
        if name == "score":
            columns[name] = np.array([hit.score for hit in screening.hits], dtype=np.float64)
        elif name != "subject_id":
            columns[name] = np.array([cell(hit) for hit in screening.hits], dtype=object)
    return table.table.build(columns)


def _similarity_text(match: IndexMatch) -> str:
    """Return how alike the names are, for one line of text."""
    similarity = match.name_similarity
    return "" if similarity is None else f"names {similarity:.2f}  "


def _join(rows: Sequence[object]) -> str:
    return ", ".join(map(str, rows))
