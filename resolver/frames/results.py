"""Results of `dedupe` and `link`: tables with their entities, and the pairs that were found.

In a notebook a result shows itself as HTML tables that need neither script nor style sheet.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from resolver.engines.pair_explanation import explain_links, explain_resolved_pair
from resolver.errors import UnknownIdError, pluralize
from resolver.frames.frame_tables import ColumnChoice, FrameTable, Values
from resolver.lists.reader_types import Intake, Reject
from resolver.matching.resolution_task import RunOptions
from resolver.matching.scoring import scores
from resolver.records.results.explanation import Explanation, summarize_evidence
from resolver.records.results.resolution import Band, Basis, Outcome, Resolution

if TYPE_CHECKING:
    from resolver.frames.charts import ResultCharts


MAX_ROWS = 50
"""Largest number of rows of an entity that are shown."""


def render_result(summary: str, rejects: int, choices: Sequence[Any]) -> str:
    """Return the summary of a result, and the meaning of the columns of its tables."""
    parts = [Markup("<p><strong>{}.</strong></p>").format(summary)]
    if rejects:
        count = pluralize(rejects, "row or value", "rows or values")
        text = "{} could not be read: see <code>result.rejects</code>."
        parts.append(Markup(f"<p>{text}</p>").format(count))
    # the HTML of a choice escapes its own texts
    parts += [Markup(choice._repr_html_()) for choice in choices]
    return str(Markup("").join(parts))


def render_explanation(explanation: Explanation) -> str:
    """Return the sum of evidence of a pair as a table, with weights in nats."""
    rows = [
        (row.name, row.left, row.right, f"{row.weight / 1000:+.3f}")
        for row in explanation.rows
        if row.weight
    ]
    total = ("sum", "", "", f"{explanation.logodds / 1000:+.3f}")
    head = ("evidence", explanation.left_id, explanation.right_id, "weight (nats)")
    summary = Markup("<p>{} Probability {}, band {}.</p>").format(
        summarize_evidence(explanation), f"{explanation.score:.4f}", explanation.band.label
    )
    return str(summary + render_table(head, [*rows, total]))


def render_entity(entity_id: int, columns: Mapping[str, Sequence[object]]) -> str:
    """Return the rows of an entity as a table."""
    rows = list(zip(*columns.values(), strict=True))
    shown = [["" if cell is None else cell for cell in row] for row in rows[:MAX_ROWS]]
    more = f", the first {MAX_ROWS} are shown" if len(rows) > MAX_ROWS else ""
    head = Markup("<p><strong>Entity {}</strong>: {}{}.</p>").format(
        entity_id, pluralize(len(rows), "row"), more
    )
    return str(head + render_table(list(columns), shown))


def render_table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table with escaped texts; the first cell of a row is its header."""
    titles = Markup("").join(Markup("<th scope='col'>{}</th>").format(title) for title in head)
    lines = Markup("").join(
        Markup("<tr><th scope='row'>{}</th>{}</tr>").format(
            row[0], Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        titles, lines
    )


def render_answer(
    rows: Sequence[tuple[str, str, float | None, float]], total: int, notes: Sequence[str]
) -> str:
    """Return the matches of a check as a table: caption, rows of the table, similarity of the names
    (None: the query states no name), and probability. Notes that are not empty come below it.
    """
    head = ("entity", "rows", "names", "probability")
    cells = [
        (name, ids, "" if alike is None else f"{alike:.2f}", f"{score:.4f}")
        for name, ids, alike, score in rows
    ]
    table = render_table(head, cells) if rows else Markup("<p>No match.</p>")
    more = [f"{total - len(rows):,} more."] if rows and total > len(rows) else []
    paragraphs = [Markup("<p>{}</p>").format(text) for text in (*more, *notes) if text]
    return str(table + Markup("").join(paragraphs))


Rows = npt.NDArray[np.int64]
ENTITY, SIZE = "entity_id", "cluster_size"
_BANDS = np.array([band.label for band in Band], dtype=object)
_BASES = np.array([basis.label for basis in Basis], dtype=object)
MAX_EXPLAINED = 1_000


@dataclass(frozen=True)
class ResolvedTable:
    """Table of a caller in a result.

    `records`: for each row of the table, its row in the batch, -1 for rows that are no record.
    `choice`: meanings of its columns; None for lists of a known format.
    """

    table: FrameTable
    intake: Intake
    records: Rows
    choice: ColumnChoice | None

    @cached_property
    def labels(self) -> Values:
        """Names of the rows in results: unique ids, else labels of the index, else numbers."""
        column = self.choice.id if self.choice else None
        if column is not None:
            cells = self.table.cells(self.table.names.index(column), 0, self.table.rows)
            values = cells if isinstance(cells, list) else cells.to_pylist()
            if None not in values and len(set(map(str, values))) == len(values):
                return np.array(values, dtype=None if _is_uniform(values) else object)
        labels = self.table.row_labels()
        return np.arange(self.table.rows) if labels is None else labels


@dataclass(frozen=True)
class PairExplanation:
    """Explanation of a pair; weights are in nats and sum to the log-odds of its probability."""

    explanation: Explanation

    @property
    def probability(self) -> float:
        """Probability that both records are the same."""
        return self.explanation.score

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each row of the sum in nats, in the order of the sum."""
        return {row.name: row.weight / 1000 for row in self.explanation.rows}

    def __repr__(self) -> str:
        rows = [f"{weight:+8.3f}  {name}" for name, weight in self.weights.items() if weight]
        total = f"{self.explanation.logodds / 1000:+8.3f}  sum, probability {self.probability:.4f}"
        return "\n".join([*rows, total])

    def _repr_html_(self) -> str:
        return render_explanation(self.explanation)


@dataclass(frozen=True)
class EntityView:
    """One entity: its rows with all their columns, and the pairs among them."""

    entity_id: int
    columns: dict[str, list[object]]
    pairs: Any

    def __repr__(self) -> str:
        rows = len(next(iter(self.columns.values()), []))
        return f"<Entity {self.entity_id}: {pluralize(rows, 'row')}>"

    def _repr_html_(self) -> str:
        return render_entity(self.entity_id, self.columns)


@dataclass(frozen=True)
class Result:
    """Result of `dedupe` (one table) or of `link` (two tables, the left one first)."""

    tables: tuple[ResolvedTable, ...]
    resolution: Resolution
    options: RunOptions

    @cached_property
    def clusters(self) -> Any:
        """The (left) table with `entity_id` and `cluster_size`: same rows, order and index.

        Existing columns stay as they are. If it has one of these names, the new column is called
        `entity_id_2`, and so on, and a warning says so.
        """
        return self._extend(0)

    @cached_property
    def right_clusters(self) -> Any:
        """The right table of `link`, in the form of `clusters`. Raises `IndexError` after
        `dedupe`.
        """
        return self._extend(1)

    @cached_property
    def pairs(self) -> Any:
        """Pairs in band match or review, the likeliest first: left, right, probability, band,
        record_probability, basis.

        `probability` is the probability that the decision used: of the merge that made two records
        one entity, or of the two entities that wait. `record_probability` is the probability of the
        two records alone. `basis` says on what the decision is based (`Basis`).

        `left` and `right` are the values of the id column, if they are unique; else the labels of
        the index of pandas; else row numbers from 0.
        """
        return self.tables[0].table.build(self._pair_columns(self._order))

    def pairs_with_evidence(self, limit: int = MAX_EXPLAINED) -> Any:
        """Return the first `limit` pairs with the weight of each row of their sums, in nats."""
        places = self._order[:limit]
        explanations = self.explain_places(places)
        names = list(dict.fromkeys(row.name for item in explanations for row in item.rows))
        weights = {name: np.zeros(len(places)) for name in names}
        for at, item in enumerate(explanations):
            for row in item.rows:
                weights[row.name][at] += row.weight / 1000
        return self.tables[0].table.build({**self._pair_columns(places), **weights})

    def explain_places(self, places: Rows) -> list[Explanation]:
        """Return the explanations of some links, given by their positions in `resolution.links`."""
        return explain_links(self.resolution, self.options, places)

    def explain(self, left: object, right: object) -> PairExplanation:
        """Return why two rows have their probability. The rows may be of one table or of two
        tables.

        Rows are named as in `pairs`. Raises `UnknownIdError` for a row that is no record.
        """
        ids = self.resolution.batch.ids
        first = self._find_record(self.tables[0], left)
        second = self._find_record(self.tables[-1], right)
        pair = ids[first].as_py(), ids[second].as_py()
        explanation = explain_resolved_pair(self.resolution, *pair, self.options)
        return PairExplanation(explanation)

    def entity(self, entity_id: int) -> EntityView:
        """Return an entity of the (first) table. Raises `UnknownIdError` for an unknown id."""
        rows = np.flatnonzero(self._entities[0] == entity_id)
        if not len(rows):
            raise UnknownIdError(f"there is no entity {entity_id}", hint="see result.clusters")
        side = self.tables[0]
        columns: dict[str, list[object]] = {"row": side.labels[rows].tolist()}
        for index, name in enumerate(side.table.names):
            columns[name] = [_cell(side.table, index, int(row)) for row in rows]
        records = side.records[rows]
        links = self.resolution.links
        inside = np.flatnonzero(np.isin(links.left, records) & np.isin(links.right, records))
        pairs = side.table.build(self._pair_columns(inside))
        return EntityView(entity_id, columns, pairs)

    @property
    def columns(self) -> ColumnChoice | None:
        """Meanings of the columns of the (left) table; None for a list of a known format."""
        return self.tables[0].choice

    @cached_property
    def rejects(self) -> Any:
        """Table of rows and values that were not read: file, line (rows count from 1), reason.

        `file` is the name of the table: `frame`, or after `link` `left` and `right`.
        """
        rejects = self._rejects
        rows = [(item.file, item.line, item.reason) for item in rejects]
        columns: dict[str, Values] = {
            name: np.array([row[index] for row in rows], dtype=kind)
            for index, (name, kind) in enumerate((("file", str), ("line", int), ("reason", str)))
        }
        return self.tables[0].table.build(columns)

    @property
    def _rejects(self) -> list[Reject]:
        return [reject for side in self.tables for reject in side.intake.rejects]

    @property
    def uncompared(self) -> int:
        """Number of rows that were compared with no other row, because too many rows share each of
        their keys.
        """
        return self.resolution.stats.uncompared or 0

    @property
    def chart(self) -> ResultCharts:
        """Charts of the result. Raises `ImportError` without the extra `charts`."""
        from resolver.frames.charts import ResultCharts

        return ResultCharts(self)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counts of rows, entities, and pairs merged, to review and apart."""
        outcomes = np.bincount(self.resolution.links.outcome, minlength=len(Outcome))
        entities = np.concatenate(self._entities)
        return {
            "rows": len(entities),
            "entities": len(np.unique(entities)),
            **{outcome.label: int(outcomes[outcome]) for outcome in Outcome},
        }

    @property
    def entity_ids(self) -> tuple[Rows, ...]:
        """Number of the entity of each row, for each table; entities count from 0."""
        return self._entities

    @cached_property
    def _entities(self) -> tuple[Rows, ...]:
        """Entities in the order of their first rows; a row that is no record is an entity of its
        own.
        """
        keys, next_key = [], len(self.resolution.labels)
        for side in self.tables:
            key = np.where(side.records < 0, next_key + np.arange(side.table.rows), 0)
            is_record = side.records >= 0
            key[is_record] = self.resolution.labels[side.records[is_record]]
            keys.append(key.astype(np.int64))
            next_key += side.table.rows
        _, first, inverse = np.unique(np.concatenate(keys), return_index=True, return_inverse=True)
        number = np.empty(len(first), dtype=np.int64)
        number[np.argsort(first)] = np.arange(len(first))
        ends = np.cumsum([side.table.rows for side in self.tables])[:-1]
        return tuple(np.split(number[inverse.reshape(-1)], ends))

    def _extend(self, side: int) -> Any:
        sizes = np.bincount(np.concatenate(self._entities))
        entities, table = self._entities[side], self.tables[side].table
        names = [_free_name(name, table.names) for name in (ENTITY, SIZE)]
        if names != [ENTITY, SIZE]:
            message = f"the table has {ENTITY} or {SIZE}; the new columns are {', '.join(names)}"
            warnings.warn(message, stacklevel=3)
        return table.extend(dict(zip(names, (entities, sizes[entities]), strict=True)))

    @cached_property
    def _order(self) -> Rows:
        """Positions of all links, the likeliest first."""
        links = self.resolution.links
        return np.lexsort((links.right, links.left, -links.logodds)).astype(np.int64)

    def _pair_columns(self, indices: Rows) -> dict[str, Values]:
        links = self.resolution.links
        left, right = links.left[indices], links.right[indices]
        sides, rows = self._origins
        # the record of the left table comes first
        swapped = sides[left] > sides[right]
        left, right = np.where(swapped, right, left), np.where(swapped, left, right)
        return {
            "left": self.tables[0].labels[rows[left]],
            "right": self.tables[-1].labels[rows[right]],
            "probability": links.score[indices],
            "band": _BANDS[links.stated_band[indices]],
            "record_probability": scores(links.record_logodds[indices]),
            "basis": _BASES[links.basis[indices]],
        }

    @cached_property
    def _origins(self) -> tuple[Rows, Rows]:
        """Table and row of each record of the batch."""
        sides = np.zeros(len(self.resolution.batch), dtype=np.int64)
        rows = np.zeros(len(self.resolution.batch), dtype=np.int64)
        for number, side in enumerate(self.tables):
            rows_found = np.flatnonzero(side.records >= 0)
            sides[side.records[rows_found]], rows[side.records[rows_found]] = number, rows_found
        return sides, rows

    def _find_record(self, side: ResolvedTable, label: object) -> int:
        rows_found = np.flatnonzero(side.labels == label)
        if not len(rows_found) or side.records[rows_found[0]] < 0:
            raise UnknownIdError(
                f"no record is named {label!r}", hint="name rows as result.pairs does"
            )
        return int(side.records[rows_found[0]])

    def __repr__(self) -> str:
        return f"<Result: {self._summary}>"

    @property
    def _summary(self) -> str:
        uncompared = pluralize(self.uncompared, "row was", "rows were")
        rest = f"; {uncompared} compared with no other" if self.uncompared else ""
        return f"{summarize(self.counts)}{rest}"

    def __str__(self) -> str:
        choices = [str(side.choice) for side in self.tables if side.choice is not None]
        return "\n\n".join([f"{self._summary}.", *choices])

    def _repr_html_(self) -> str:
        choices = [side.choice for side in self.tables if side.choice is not None]
        return render_result(self._summary, len(self._rejects), choices)


def summarize(counts: dict[str, int]) -> str:
    """Return the counts of a result as one sentence."""
    return (
        f"{pluralize(counts['rows'], 'row is', 'rows are')} "
        f"{pluralize(counts['entities'], 'entity', 'entities')}; "
        f"{pluralize(counts['merged'], 'pair')} merged, {counts['queued']:,} to review, "
        f"{counts['apart']:,} kept apart"
    )


def _free_name(name: str, names: Sequence[str]) -> str:
    """Return a name, or the first of `name_2`, `name_3`, … that is free."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(text for text in chain([name], numbered) if text not in names)


def _cell(table: FrameTable, place: int, row: int) -> object:
    cells = table.cells(place, row, row + 1)
    return cells[0] if isinstance(cells, list) else cells[0].as_py()


def _is_uniform(values: Sequence[object]) -> bool:
    kinds = {type(value) for value in values}
    return len(kinds) == 1 and kinds <= {int, float}
