"""Records as people read them: labels, values on one line, the important properties first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from resolver.records import Batch
from resolver.records.labels import (
    ORDER,
    in_order,
    label,
    told,
)
from resolver.report.report_data import Fact, Side

SHOWN_VALUES = 6
SHOWN_LETTERS = 160


def spoken(prop: str, text: str) -> str:
    """A value of a column on one line, cut to a length that a table bears."""
    line = told(prop, text)
    return line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 1].rstrip() + "…"


def sides(batch: Batch, rows: Sequence[int]) -> dict[int, Side]:
    """The records of some rows, ready to be shown."""
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    found: dict[int, dict[str, list[str]]] = {int(row): {} for row in wanted}
    for prop, column in batch.columns.items():
        starts = np.searchsorted(column.rows, wanted, side="left")
        ends = np.searchsorted(column.rows, wanted, side="right")
        for row, start, end in zip(wanted.tolist(), starts.tolist(), ends.tolist(), strict=True):
            if end > start:
                found[row][prop] = column.values.take(pa.array(column.codes[start:end])).to_pylist()
    sources = batch.sources.values.to_pylist()
    return {
        row: Side(
            batch.ids[row].as_py(),
            sources[batch.sources.codes[row]],
            _caption(held, batch.ids[row].as_py()),
            _facts(held),
        )
        for row, held in found.items()
    }


def _caption(held: dict[str, list[str]], identity: str) -> str:
    for props in (
        ("name",),
        ("firstName", "secondName", "middleName", "lastName"),
        ("alias",),
        ("weakAlias",),
    ):
        texts = [held[prop][0] for prop in props if prop in held]
        if texts:
            return spoken("name", " ".join(texts))
    return identity


def _facts(held: dict[str, list[str]]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            label(prop),
            tuple(spoken(prop, text) for text in held[prop][:SHOWN_VALUES]),
            max(0, len(held[prop]) - SHOWN_VALUES),
        )
        for prop in in_order(held)
    )


def side_by_side(left: Side, right: Side) -> tuple[tuple[str, Fact | None, Fact | None], ...]:
    """The facts of two records in common rows; values that both have are marked."""
    of_left = {fact.label: fact for fact in left.facts}
    of_right = {fact.label: fact for fact in right.facts}
    order = {fact.label: place for place, fact in enumerate((*left.facts, *right.facts))}
    rank = {label(prop): place for place, prop in enumerate(ORDER)}
    rows = []
    for name in sorted(order, key=lambda name: (rank.get(name, len(rank)), name)):
        one, other = of_left.get(name), of_right.get(name)
        if one is not None and other is not None:
            both = {_folded(text) for text in one.values} & {_folded(text) for text in other.values}
            one, other = _marked(one, both), _marked(other, both)
        rows.append((name, one, other))
    return tuple(rows)


def _marked(fact: Fact, both: set[str]) -> Fact:
    return Fact(
        fact.label,
        fact.values,
        fact.more,
        frozenset(text for text in fact.values if _folded(text) in both),
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
