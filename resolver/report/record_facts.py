"""Records in readable form: labels, one-line values, important properties first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch
from resolver.records.labels import (
    PROPERTY_ORDER,
    display_text,
    property_label,
    sort_properties,
)
from resolver.records.properties import LINK_ENTITY
from resolver.report.report_data import Fact, ReportRecord

SHOWN_VALUES = 6
SHOWN_LETTERS = 160


def format_value(prop: str, text: str) -> str:
    """Format a value of a column on one line, cut to `SHOWN_LETTERS`."""
    line = display_text(prop, text)
    return line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 1].rstrip() + "…"


def describe_records(batch: Batch, rows: Sequence[int]) -> dict[int, ReportRecord]:
    """Return the views of the records in some rows."""
    values_of = _collect_values(batch, np.unique(np.asarray(rows, dtype=np.int64)))
    sources = batch.sources.values.to_pylist()
    return {
        row: ReportRecord(
            batch.ids[row].as_py(),
            sources[batch.sources.codes[row]],
            _caption(values, batch.ids[row].as_py()),
            _facts(values),
        )
        for row, values in values_of.items()
    }


def _collect_values(batch: Batch, rows: npt.NDArray[np.int64]) -> dict[int, dict[str, list[str]]]:
    """Return the values of each of some rows (distinct, ascending) by property."""
    values_of: dict[int, dict[str, list[str]]] = {int(row): {} for row in rows}
    for prop, column in batch.columns.items():
        if prop == LINK_ENTITY:
            # relations, addresses and so on say what matters of these
            continue
        starts = np.searchsorted(column.rows, rows, side="left").tolist()
        ends = np.searchsorted(column.rows, rows, side="right").tolist()
        for row, start, end in zip(rows.tolist(), starts, ends, strict=True):
            if end > start:
                codes = pa.array(column.codes[start:end])
                values_of[row][prop] = column.values.take(codes).to_pylist()
    return values_of


def _caption(values: dict[str, list[str]], identity: str) -> str:
    for props in (
        ("name",),
        ("firstName", "secondName", "middleName", "lastName"),
        ("alias",),
        ("weakAlias",),
    ):
        texts = [values[prop][0] for prop in props if prop in values]
        if texts:
            return format_value("name", " ".join(texts))
    return identity


def _facts(values: dict[str, list[str]]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            property_label(prop),
            tuple(format_value(prop, text) for text in values[prop][:SHOWN_VALUES]),
            max(0, len(values[prop]) - SHOWN_VALUES),
        )
        for prop in sort_properties(values)
    )


def align_facts(
    left: ReportRecord, right: ReportRecord
) -> tuple[tuple[str, Fact | None, Fact | None], ...]:
    """Align the facts of two records in common rows, and mark the values that both have."""
    left_facts = {fact.label: fact for fact in left.facts}
    right_facts = {fact.label: fact for fact in right.facts}
    order = {fact.label: place for place, fact in enumerate((*left.facts, *right.facts))}
    rank = {property_label(prop): place for place, prop in enumerate(PROPERTY_ORDER)}
    rows = []
    for name in sorted(order, key=lambda name: (rank.get(name, len(rank)), name)):
        left_fact, right_fact = left_facts.get(name), right_facts.get(name)
        if left_fact is not None and right_fact is not None:
            left_texts = {_normalize(text) for text in left_fact.values}
            shared = left_texts & {_normalize(text) for text in right_fact.values}
            left_fact = _mark_shared(left_fact, shared)
            right_fact = _mark_shared(right_fact, shared)
        rows.append((name, left_fact, right_fact))
    return tuple(rows)


def _mark_shared(fact: Fact, shared: set[str]) -> Fact:
    return Fact(
        fact.label,
        fact.values,
        fact.hidden_count,
        frozenset(text for text in fact.values if _normalize(text) in shared),
    )


def _normalize(text: str) -> str:
    return " ".join(text.casefold().split())
