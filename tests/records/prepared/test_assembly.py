"""Rows put together say what a batch of them says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from resolver.blocking.prefilter import all_points
from resolver.comparison import NameIndex, gathered, material_of
from resolver.engines.pair_scoring import judge
from resolver.pipeline import load_models, prepared_of
from resolver.records import Batch, Record
from resolver.records.prepared.assembly import Later, Part, assembled
from resolver.records.prepared.batch import Prepared
from resolver.scoring import Borders
from resolver.synthetic import generate
from tests.normalize.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records(list(generate(150, seed=6).records)[:200]).canonical()


def prepared(batch: Batch) -> Prepared:
    return prepared_of(batch, load_models())


def all_scores(work: Prepared) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    left, right = np.triu_indices(len(work), 1)
    judged = judge(
        work, NameIndex.of(work), load_models(), left.astype(np.int32), right.astype(np.int32)
    )
    return judged.logodds


def test_every_pair_has_the_score_it_has_in_one_batch(batch: Batch) -> None:
    third = len(batch) // 3
    rows = [np.arange(third), np.arange(third, 2 * third), np.arange(2 * third, len(batch))]
    # what was prepared apart, and with others before it
    apart = [prepared(batch.take(part).canonical()) for part in rows[:2]]
    parts = [Part(one, np.arange(third)) for one in apart]
    parts.append(Part(prepared(batch), rows[2]))
    together = assembled(parts, batch.ids)
    assert all_scores(together).tolist() == all_scores(prepared(batch)).tolist()


def test_tables_hold_what_is_used_and_are_sorted(batch: Batch) -> None:
    rows = np.array([5, 3, 9])
    found = assembled([Part(prepared(batch), rows)], batch.ids.take(pa.array(rows)))
    used = found.names.through(found.forms.tokens).items
    assert sorted(set(used.tolist())) == list(range(len(found.tokens)))
    for texts in (
        found.tokens.texts,
        found.dates.texts,
        found.place_table.texts,
        found.place_table.token_texts,
    ):
        assert texts.tolist() == sorted(texts.tolist())
    alone = prepared(batch.take(rows))
    assert found.kinds.tolist() == alone.kinds.tolist()
    for row in range(3):
        names = ([str(one.forms.texts[form]) for form in one.names[row]] for one in (found, alone))
        assert sorted(next(names)) == sorted(next(names))


def test_a_glance_sees_what_it_sees_in_one_batch(batch: Batch) -> None:
    half = len(batch) // 2
    rows = [np.arange(half), np.arange(half, len(batch))]
    parts = [Part(prepared(batch.take(part)), np.arange(len(part))) for part in rows]
    together, whole = assembled(parts, batch.ids), prepared(batch)
    assert np.unique(together.tokens.texts).tolist() == np.unique(whole.tokens.texts).tolist()
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(batch), 1))
    assert all_points(together, left, right).tolist() == all_points(whole, left, right).tolist()


def test_nobody_is_nobody(batch: Batch) -> None:
    none = np.zeros(0, dtype=np.int64)
    found = assembled([Part(prepared(batch), none)], pa.array([], pa.string()))
    assert (len(found), len(found.tokens), len(found.dates.texts)) == (0, 0, 0)


@pytest.mark.parametrize("row", range(0, 150, 9))
def test_one_record_against_others_needs_only_what_it_says(batch: Batch, row: int) -> None:
    record = next(batch.take(np.array([row])).to_records())
    if row % 2:
        # of every other nothing but the name is asked
        names = tuple(value for value in record.values if value.prop in ("name", "alias"))
        record = Record(record.id, record.source, record.kind, record.schema, names)
    model, one = load_models(), prepared(Batch.from_records([record]).canonical())
    others = np.setdiff1d(np.arange(0, len(batch), 3), [row])
    # part of the others prepared apart, as from two shelves
    parts = [Part(one, np.zeros(1, dtype=np.int64)), Part(prepared(batch), others[:30])]
    parts.append(Part(prepared(batch.take(others[30:])), np.arange(len(others[30:]))))
    ids = pa.array([f"{place:04d}" for place in range(len(others) + 1)], pa.string())
    right = np.arange(1, len(others) + 1, dtype=np.int32)
    told = []
    for work in (assembled(parts, ids), assembled(parts, ids, asked=True)):
        judged = judge(work, NameIndex.of(work), model, np.zeros_like(right), right)
        told.append([judged.explanation(pair, Borders()) for pair in range(len(right))])
    work = Later(parts, ids, True)
    materials = [material_of(part.prepared) for part in parts]
    index = gathered(work, materials)
    judged = judge(work, index, model, np.zeros_like(right), right, asked=one)
    told.append([judged.explanation(pair, Borders()) for pair in range(len(right))])
    assert told[0] == told[1] == told[2]
    # among them are values of the others that the one says nothing of
    assert not row % 2 or any(said.right and not said.left for one in told[1] for said in one.rows)
