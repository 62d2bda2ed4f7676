"""`Index`: a table to check names against, as the service checks them against its store.

The table is committed to a store of its own in a temporary folder, so that checks compare whole
entities, and their candidates compete, as they do over HTTP.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa

from resolver.errors import InputError
from resolver.frames.column_choice import ColumnChoice, Columns
from resolver.frames.html_views import render_answer, render_explanation
from resolver.frames.progress_display import show_progress
from resolver.frames.resolving import ReadOptions, complete_options, read_data
from resolver.hub.hub import Hub
from resolver.records import KIND_BY_LABEL, Record
from resolver.records.prepared.population import DEFAULT_LISTED
from resolver.records.progress import SILENT
from resolver.records.results.explanation import Explanation
from resolver.screening.screener import MatchQuery, Screener, ScreeningMatch

if TYPE_CHECKING:
    from resolver.records.progress import Progress
    from resolver.run_options import RunOptions

_QUERY, _LIST = "query", "watchlist"
Query = Mapping[str, object] | str
"""Values of a query by property or by column of the table, or a name."""


@dataclass(frozen=True)
class IndexMatch:
    """Entity that a query may mean: its caption, its rows, and the probability.

    `rows` names rows as `Result.pairs` does.
    """

    caption: str
    rows: tuple[object, ...]
    probability: float
    match: ScreeningMatch

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

    `total`: all at or above the cutoff; `is_complete`: false if a query has too little to find all.
    """

    matches: tuple[IndexMatch, ...]
    total: int
    is_complete: bool

    def __len__(self) -> int:
        return len(self.matches)

    def __getitem__(self, at: Any) -> Any:
        return self.matches[at]

    def __iter__(self) -> Iterator[IndexMatch]:
        return iter(self.matches)

    def __repr__(self) -> str:
        lines = [f"{match.probability:.4f}  {match.caption}" for match in self.matches]
        return "\n".join(lines) or "no match"

    def _repr_html_(self) -> str:
        rows = [(match.caption, _join(match.rows), match.probability) for match in self.matches]
        return render_answer(rows, self.total)


class Index:
    """Table of people, groups or assets to check names against.

    `data`, `kind`, `columns`, `options` and `progress` are those of `dedupe`; `listed` is the
    share of queries that mean somebody in the table (0 to 1). Close it, use it as a context
    manager, or leave it to Python. Thread-safe.

    Raises `InputError` for data that is no table or has no record, `MappingError` for columns that
    do not fit.
    """

    def __init__(
        self,
        data: Any,
        *,
        kind: str | None = None,
        columns: Columns | None = None,
        listed: float = DEFAULT_LISTED,
        options: RunOptions | None = None,
        progress: Progress | None = None,
    ) -> None:
        with show_progress(progress) as display:
            table = read_data(data, ReadOptions(_LIST, kind, columns), display)
            if not len(table.intake.batch):
                raise InputError("the table has no record to check names against")
            self._folder = Path(tempfile.mkdtemp(prefix="resolver-index-"))
            try:
                hub = Hub.open(f"sqlite:///{self._folder}/hub.db", complete_options(options, None))
                hub.add(table.intake, progress=display)
            except BaseException:
                shutil.rmtree(self._folder, ignore_errors=True)
                raise
        self._close = weakref.finalize(self, _close_hub, hub, self._folder)
        resolved = table.place_in(table.intake.batch)
        rows = np.flatnonzero(resolved.records >= 0)
        ids = table.intake.batch.ids.take(pa.array(resolved.records[rows])).to_pylist()
        self._labels = dict(zip(ids, resolved.labels[rows].tolist(), strict=True))
        self._choice = table.choice
        self._screener = Screener(hub, listed)
        self._screener.refresh()

    @property
    def columns(self) -> ColumnChoice | None:
        """What the columns of the table mean; None for a list of a known format."""
        return self._choice

    def check(
        self,
        query: Query,
        *,
        kind: str | None = None,
        limit: int = 5,
        cutoff: float | None = None,
    ) -> CheckAnswer:
        """Return the entities that a query may mean: at most `limit`.

        A query is a name, or has values by property (`birthDate`) or by column of the table.
        `kind`: person, group, asset or legal (default: that of the table). `cutoff`: least
        probability (default: the review threshold). Raises `InputError` for a value that cannot be
        read, `MappingError` for a key that is no property.
        """
        record = self._read_query({"name": query} if isinstance(query, str) else query, kind)
        results, _ = self._screener.check([record], MatchQuery(limit, cutoff))
        matches = tuple(self._describe(match) for match in results[0].matches)
        return CheckAnswer(matches, results[0].total, results[0].is_complete)

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
        choice: Columns = {**columns, "kind": kind or self._kind()}
        intake = read_data([stated], ReadOptions(_QUERY, None, choice), SILENT).intake
        records = list(intake.batch.to_records())
        if intake.rejects or not records:
            reason = intake.rejects[0].fault if intake.rejects else "the query has no value"
            raise InputError(reason, place=_QUERY)
        return records[0]

    def _kind(self) -> str:
        own = self._choice.mapping.kind if self._choice else None
        return own if own in KIND_BY_LABEL else "legal"

    def _describe(self, match: ScreeningMatch) -> IndexMatch:
        rows = tuple(self._labels[record_id] for record_id in sorted(match.entity["referents"]))
        return IndexMatch(match.entity["caption"], rows, match.score, match)


def _close_hub(hub: Hub, folder: Path) -> None:
    hub.close()
    shutil.rmtree(folder, ignore_errors=True)


def _join(rows: Sequence[object]) -> str:
    return ", ".join(map(str, rows))
