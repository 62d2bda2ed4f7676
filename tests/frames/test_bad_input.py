"""Tables as people really have them: each is read, or refused with a reason, never half."""

from __future__ import annotations

import datetime
import decimal
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import resolver
from resolver.errors import MappingError
from resolver.frames.frame_tables import ROW_COLUMN
from tests.frames.people import partition, people, true_clusters


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(people())


def _entities(result: resolver.Result) -> set[frozenset[int]]:
    return partition(result.clusters["entity_id"].tolist())


def test_an_empty_frame_gives_an_empty_result(frame: pd.DataFrame) -> None:
    for empty in (frame.iloc[:0], pd.DataFrame()):
        result = resolver.dedupe(empty)
        assert list(result.clusters.columns) == [*empty.columns, "entity_id", "cluster_size"]
        assert len(result.clusters) == len(result.pairs) == 0
    linked = resolver.link(frame.iloc[:0], frame)
    assert len(linked.pairs) == 0
    assert len(linked.right_clusters) == len(frame)
    assert resolver.dedupe([]).clusters == []


def test_a_duplicate_index_stays_as_it_is(frame: pd.DataFrame) -> None:
    repeated = frame.set_axis([0] * len(frame))
    result = resolver.dedupe(repeated)
    assert result.clusters.index.tolist() == [0] * len(frame)
    assert _entities(result) == partition(true_clusters())


def test_an_index_of_several_levels_stays_as_it_is(frame: pd.DataFrame) -> None:
    leveled = frame.set_index(["city", "email"])
    result = resolver.dedupe(leveled)
    assert result.clusters.index.equals(leveled.index)


def test_mixed_types_in_a_column_are_read_one_by_one() -> None:
    births = [1962, "1962", 1962.0, datetime.date(1962, 5, 1), pd.Timestamp("1962-05-01"), None]
    births += [decimal.Decimal("1962"), np.float64("nan"), pd.NA, pd.NaT, np.int64(1962)]
    frame = pd.DataFrame(
        {"name": ["Ivan Petrov"] * len(births), "dob": pd.Series(births, dtype=object)}
    )
    result = resolver.dedupe(frame)
    column = result.resolution.batch.columns["birthDate"]
    texts = column.values.take(pa.array(column.codes)).to_pylist()
    assert texts == ["1962", "1962", "1962", "1962-05-01", "1962-05-01", "1962", "1962"]
    assert len(result.rejects) == 0


def test_categorical_and_extension_columns_are_read(frame: pd.DataFrame) -> None:
    typed = frame.astype({"first_name": "category", "surname": "string", "city": "category"})
    typed["dob"] = pd.to_datetime(typed["dob"])
    assert _entities(resolver.dedupe(typed)) == partition(true_clusters())


def test_lists_in_cells_are_several_values(frame: pd.DataFrame) -> None:
    names = [["Ivan Petrov", "Vanya Petrov"], np.array(["Ivan Petrov"]), ("Olga Orlova",), None]
    result = resolver.dedupe(pd.DataFrame({"name": pd.Series(names, dtype=object)}))
    assert len(result.resolution.batch.columns["name"]) == 4


def test_columns_of_objects_are_left_out_of_the_proposal(frame: pd.DataFrame) -> None:
    frame["address"] = pd.Series([{"city": "Riga"}] * len(frame), dtype=object)
    result = resolver.dedupe(frame)
    assert result.columns is not None
    assert "address" in result.columns.unused
    assert _entities(result) == partition(true_clusters())
    arrow = pa.Table.from_pandas(frame)
    assert pa.types.is_struct(arrow.schema.field("address").type)
    assert resolver.dedupe(arrow).counts == result.counts


def test_rows_with_objects_are_entities_of_their_own(frame: pd.DataFrame) -> None:
    surnames: list[object] = frame["surname"].tolist()
    surnames[1] = {"part": "Petrov"}
    frame["surname"] = pd.Series(surnames, dtype=object)
    result = resolver.dedupe(frame, columns={"lastName": "surname"})
    assert list(result.rejects["line"]) == [2]
    assert "holds an object" in result.rejects["reason"][0]
    assert len(result.clusters) == len(frame)
    assert result.clusters["cluster_size"][1] == 1


def test_missing_values_that_became_text_count_as_missing(frame: pd.DataFrame) -> None:
    texts = frame.astype(str)
    assert (texts["city"] == "None").any()
    texts["middle_name"] = "nan"
    texts["phone"] = "<NA>"
    result = resolver.dedupe(texts, columns={"middleName": "middle_name", "phone": "phone"})
    assert "middleName" not in result.resolution.batch.columns
    assert "phone" not in result.resolution.batch.columns
    assert _entities(result) == partition(true_clusters())


def test_two_thousand_columns_are_no_burden(frame: pd.DataFrame) -> None:
    words = [f"Word{chr(97 + row % 26)} number" for row in range(len(frame))]
    more = pd.DataFrame({f"feature_{number}": words for number in range(2000)})
    wide = pd.concat([more, frame], axis=1)
    begun = time.process_time()
    result = resolver.dedupe(wide)
    assert time.process_time() - begun < 20
    assert _entities(result) == partition(true_clusters())
    assert result.columns is not None
    assert len(str(result.columns)) < 2000


def test_a_column_called_index_and_columns_of_results_do_no_harm(frame: pd.DataFrame) -> None:
    odd = frame.assign(index=5, entity_id="x", cluster_size="y")
    with pytest.warns(UserWarning, match="entity_id_2, cluster_size_2"):
        clusters = resolver.dedupe(odd).clusters
    assert clusters["index"].tolist() == [5] * len(frame)
    assert partition(clusters["entity_id_2"].tolist()) == partition(true_clusters())
    assert list(clusters.columns) == [*odd.columns, "entity_id_2", "cluster_size_2"]


def test_a_column_called_like_the_number_of_the_row_does_no_harm(frame: pd.DataFrame) -> None:
    odd = frame.assign(**{ROW_COLUMN: "same"})
    assert _entities(resolver.dedupe(odd)) == partition(true_clusters())


def test_names_of_columns_may_be_numbers_or_levels_or_repeated(frame: pd.DataFrame) -> None:
    numbered = frame.set_axis(range(frame.shape[1]), axis=1)
    stated = {"firstName": "1", "lastName": "2", "birthDate": "3"}
    assert resolver.dedupe(numbered, columns=stated).counts["rows"] == len(frame)
    leveled = frame.set_axis(pd.MultiIndex.from_product([["first"], frame.columns]), axis=1)
    assert resolver.dedupe(leveled, columns={"name": "first surname"}).counts["rows"] == len(frame)
    repeated = pd.concat([frame, frame[["city"]]], axis=1)
    assert _entities(resolver.dedupe(repeated)) == partition(true_clusters())


def test_a_frame_without_names_says_what_to_do() -> None:
    with pytest.raises(MappingError, match=r'the table has a, b .*columns=\{"name": "…"\}'):
        resolver.dedupe(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))


def test_lone_surrogates_are_rejects_or_read_but_never_a_crash(frame: pd.DataFrame) -> None:
    # texts of Python, which pandas 3 no longer has by default
    frame["surname"] = frame["surname"].astype(object)
    frame.at[0, "surname"] = "Petr\ud800ov"
    result = resolver.dedupe(frame)
    assert len(result.clusters) == len(frame)
    assert result.clusters["cluster_size"][0] == 1
    assert "invalid Unicode" in result.rejects["reason"][0]


class _Counting:
    """Receiver of progress that stops the run at a stage, as Ctrl-C does."""

    def __init__(self, stop_at: str = "") -> None:
        self.stages: dict[str, int] = {}
        self._stop_at, self._stage = stop_at, ""

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        if stage == self._stop_at:
            raise KeyboardInterrupt
        self._stage = stage
        self.stages[stage] = 0

    def advance(self, count: int = 1) -> None:
        self.stages[self._stage] += count

    def finish(self) -> None:
        pass


def test_a_large_frame_reports_its_progress() -> None:
    count = 6_000
    letters = np.random.default_rng(1).integers(ord("a"), ord("z"), (count, 20), dtype=np.uint8)
    words = letters.tobytes().decode("ascii")
    starts = range(0, len(words), 20)
    large = pd.DataFrame(
        {
            "name": [f"{words[at : at + 9]} {words[at + 9 : at + 20]}" for at in starts],
            "dob": pd.date_range("1930-01-01", periods=count).strftime("%Y-%m-%d"),
        }
    )
    progress = _Counting()
    result = resolver.dedupe(large, progress=progress)
    assert progress.stages["read"] == count
    assert progress.stages["normalise"] == count
    assert {"read", "normalise", "block", "compare", "cluster"} <= progress.stages.keys()
    assert len(result.clusters) == count


@pytest.mark.parametrize("stage", ["read", "block", "compare", "cluster"])
def test_an_interrupted_call_leaves_nothing_half(stage: str, frame: pd.DataFrame) -> None:
    before = frame.copy()
    with pytest.raises(KeyboardInterrupt):
        resolver.dedupe(frame, progress=_Counting(stage))
    pd.testing.assert_frame_equal(frame, before)
    assert _entities(resolver.dedupe(frame)) == partition(true_clusters())
