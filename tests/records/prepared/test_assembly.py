"""Assembled batches against batches prepared as one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from resolver.engines.pair_scoring import score_explained
from resolver.matching.blocking.keys import prefilter_scores
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring import Thresholds
from resolver.names.name_index import NameIndex
from resolver.names.row_gathering import GatheredBatch, name_material
from resolver.records import Batch, Record
from resolver.records.prepared.assembly import LazyBatch, assemble
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.results.explanation import Explanation
from resolver.world import generate
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records(list(generate(150, seed=6).records)[:200]).canonical()


def prepared(batch: Batch) -> PreparedBatch:
    return normalize(batch, load_models())


def all_scores(work: PreparedBatch) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    left, right = np.triu_indices(len(work), 1)
    judged = score_explained(
        work, NameIndex.of(work), load_models(), left.astype(np.int32), right.astype(np.int32)
    )
    return judged.logodds


def test_scores_are_those_of_one_batch(batch: Batch) -> None:
    third = len(batch) // 3
    rows = [np.arange(third), np.arange(third, 2 * third), np.arange(2 * third, len(batch))]
    # Some rows are prepared on their own, others after other rows of the same batch.
    separate = [prepared(batch.take(part).canonical()) for part in rows[:2]]
    parts = [BatchRows(part, np.arange(third)) for part in separate]
    parts.append(BatchRows(prepared(batch), rows[2]))
    together = assemble(parts, batch.ids)
    assert all_scores(together).tolist() == all_scores(prepared(batch)).tolist()


def test_tables_hold_only_used_rows_and_are_sorted(batch: Batch) -> None:
    rows = np.array([5, 3, 9])
    together = assemble([BatchRows(prepared(batch), rows)], batch.ids.take(pa.array(rows)))
    used = together.names.through(together.forms.tokens).items
    assert sorted(set(used.tolist())) == list(range(len(together.tokens)))
    for texts in (
        together.tokens.texts,
        together.dates.texts,
        together.place_table.texts,
        together.place_table.token_texts,
    ):
        assert texts.tolist() == sorted(texts.tolist())
    separate = prepared(batch.take(rows))
    assert together.kinds.tolist() == separate.kinds.tolist()
    for row in range(3):
        assert form_texts(together, row) == form_texts(separate, row)


def form_texts(work: PreparedBatch, row: int) -> list[str]:
    return sorted(str(work.forms.texts[form]) for form in work.names[row])


def test_prefilter_scores_are_those_of_one_batch(batch: Batch) -> None:
    half = len(batch) // 2
    rows = [np.arange(half), np.arange(half, len(batch))]
    parts = [BatchRows(prepared(batch.take(part)), np.arange(len(part))) for part in rows]
    together, single = assemble(parts, batch.ids), prepared(batch)
    used = single.tokens.texts[single.names.through(single.forms.tokens).items]
    assert np.unique(together.tokens.texts).tolist() == np.unique(used).tolist()
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(batch), 1))
    scores = prefilter_scores(together, left, right)
    assert scores.tolist() == prefilter_scores(single, left, right).tolist()


def test_no_rows_give_an_empty_batch(batch: Batch) -> None:
    none = np.zeros(0, dtype=np.int64)
    empty = assemble([BatchRows(prepared(batch), none)], pa.array([], pa.string()))
    assert (len(empty), len(empty.tokens), len(empty.dates.texts)) == (0, 0, 0)


@pytest.mark.parametrize("row", range(0, 150, 9))
def test_lazy_batches_explain_as_an_eager_one(batch: Batch, row: int) -> None:
    record = next(batch.take(np.array([row])).to_records())
    if row % 2:
        # Every other query states nothing but names.
        names = tuple(value for value in record.values if value.prop in ("name", "alias"))
        record = Record(record.id, record.source, record.kind, record.schema, names)
    query = prepared(Batch.from_records([record]).canonical())
    others = np.setdiff1d(np.arange(0, len(batch), 3), [row])
    # The other records are of two batches, as if from two index segments.
    parts = [BatchRows(query, np.zeros(1, dtype=np.int64)), BatchRows(prepared(batch), others[:30])]
    parts.append(BatchRows(prepared(batch.take(others[30:])), np.arange(len(others[30:]))))
    ids = pa.array([f"{place:04d}" for place in range(len(others) + 1)], pa.string())
    eager = explanations(assemble(parts, ids))
    assert explanations(LazyBatch(parts, ids, is_query=True)) == eager
    gathered = GatheredBatch(parts, ids, [name_material(part.prepared) for part in parts])
    assert explanations(gathered, gathered.name_index(), query) == eager
    # Among them are values of the others of which the query has none.
    evidence = [item for explanation in eager for item in explanation.rows]
    assert not row % 2 or any(item.right and not item.left for item in evidence)


def explanations(
    work: PreparedBatch, names: NameIndex | None = None, query: PreparedBatch | None = None
) -> list[Explanation]:
    """Return the explanations of the first record with each other record."""
    right = np.arange(1, len(work), dtype=np.int32)
    names = names or NameIndex.of(work)
    judged = score_explained(work, names, load_models(), np.zeros_like(right), right, query=query)
    return [judged.explanation(pair, Thresholds()) for pair in range(len(right))]
