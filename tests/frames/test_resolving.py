"""`dedupe` and `link`: tables of every library give the same entities, in the caller's order."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import resolver
from resolver.engines.result_files import write_results
from resolver.errors import InputError, UnknownIdError
from resolver.frames.results import Result
from resolver.lists.readers import read_lists
from tests.frames.people import partition, people, true_clusters

PAIR_COLUMNS = ["left", "right", "probability", "band", "record_probability", "basis"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame(people())


@pytest.fixture(scope="module")
def result(frame: pd.DataFrame) -> Result:
    return resolver.dedupe(frame, kind="person")


def test_people_are_found_on_the_callers_own_table(frame: pd.DataFrame, result: Result) -> None:
    clusters = result.clusters
    assert partition(clusters["entity_id"].tolist()) == partition(true_clusters())
    pd.testing.assert_frame_equal(clusters[list(frame.columns)], frame)
    sizes = clusters.groupby("entity_id")["entity_id"].transform("size")
    assert clusters["cluster_size"].tolist() == sizes.tolist()
    assert "entity_id" not in frame


def test_entities_are_numbered_by_their_first_rows(result: Result) -> None:
    numbers = result.clusters["entity_id"].drop_duplicates().tolist()
    assert numbers == list(range(len(numbers)))


def test_the_index_and_the_order_of_rows_stay(frame: pd.DataFrame, result: Result) -> None:
    shuffled = frame.sample(frac=1, random_state=3).set_index("email")
    clusters = resolver.dedupe(shuffled, kind="person").clusters
    assert clusters.index.equals(shuffled.index)
    assert clusters["unique_id"].tolist() == shuffled["unique_id"].tolist()
    by_id = dict(zip(clusters["unique_id"], clusters["entity_id"], strict=True))
    labels = [by_id[row["unique_id"]] for row in people()]
    assert partition(labels) == partition(true_clusters())


def _polars(rows: list[dict[str, object]]) -> Any:
    return pl.DataFrame(rows)


def _lazy(rows: list[dict[str, object]]) -> Any:
    return pl.DataFrame(rows).lazy()


def _relation(rows: list[dict[str, object]]) -> Any:
    return duckdb.connect().from_arrow(pa.Table.from_pylist(rows))


@pytest.mark.parametrize("make", [_polars, _lazy, pa.Table.from_pylist, _relation, list])
def test_every_library_gives_the_same_entities(make: Any, result: Result) -> None:
    rows = people()
    other = resolver.dedupe(make(rows), kind="person")
    clusters = other.clusters
    if isinstance(clusters, list):
        clusters = pa.Table.from_pylist(clusters)
    columns = {name: list(clusters[name]) for name in ("unique_id", "entity_id", "cluster_size")}
    plain = {name: [getattr(v, "as_py", lambda v=v: v)() for v in c] for name, c in columns.items()}
    assert plain["unique_id"] == [row["unique_id"] for row in rows]
    assert plain["entity_id"] == result.clusters["entity_id"].tolist()
    assert plain["cluster_size"] == result.clusters["cluster_size"].tolist()
    assert len(other.pairs) == len(result.pairs)


def test_results_come_in_the_library_of_the_input() -> None:
    rows = people()
    assert isinstance(resolver.dedupe(pl.DataFrame(rows)).clusters, pl.DataFrame)
    assert isinstance(resolver.dedupe(pl.DataFrame(rows)).pairs, pl.DataFrame)
    assert isinstance(resolver.dedupe(pa.Table.from_pylist(rows)).pairs, pa.Table)
    assert isinstance(resolver.dedupe(rows).clusters, list)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_are_read_as_their_table(suffix: str, tmp_path: Path, result: Result) -> None:
    path = tmp_path / f"people.{suffix}"
    if suffix == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(people()[0]))
            writer.writeheader()
            writer.writerows(people())
    else:
        pq.write_table(pa.Table.from_pylist(people()), path)
    clusters = resolver.dedupe(path, kind="person").clusters
    assert clusters["entity_id"].tolist() == result.clusters["entity_id"].tolist()


def test_entities_are_those_of_the_command_line(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "people.csv"
    pd.DataFrame(people()).to_csv(path, index=False)
    from resolver.engines import local

    intake = read_lists([path])
    resolution = local.dedupe(intake, result.options)
    write_results(tmp_path, resolution, rejects=(), report="")
    entities = pd.read_csv(tmp_path / "entities.csv")
    entity_of = dict(zip(entities["record_id"], entities["entity_id"], strict=True))
    labels = pd.Series([entity_of[f"people:{row['unique_id']}"] for row in people()])
    assert pd.factorize(labels)[0].tolist() == result.clusters["entity_id"].tolist()


def test_pairs_name_rows_by_their_id(result: Result) -> None:
    pairs = result.pairs
    assert list(pairs.columns) == PAIR_COLUMNS
    true = {(1000 + number, 2000 + number) for number in range(0, 40, 2)}
    merged = pairs[pairs["band"] == "match"]
    assert set(zip(merged["left"], merged["right"], strict=True)) == true
    assert pairs["probability"].is_monotonic_decreasing


def test_pairs_name_rows_by_the_index_where_no_id_is_unique(frame: pd.DataFrame) -> None:
    labeled = frame.drop(columns="unique_id").set_axis([f"row{i}" for i in range(len(frame))])
    pairs = resolver.dedupe(labeled).pairs
    assert pairs["left"].iloc[0].startswith("row")
    repeated = frame.assign(unique_id=7)
    assert resolver.dedupe(repeated).pairs["left"].max() < len(frame)


def test_evidence_in_nats_sums_to_the_probability(result: Result) -> None:
    table = result.pairs_with_evidence(limit=5)
    sums = table.drop(columns=PAIR_COLUMNS).sum(axis=1)
    expected = 1 / (1 + np.exp(-sums.to_numpy()))
    assert table["probability"].to_numpy() == pytest.approx(expected, abs=1e-6)
    assert len(table) == 5


def test_a_pair_is_explained_by_its_names(result: Result) -> None:
    first = result.pairs.iloc[0]
    pair = result.explain(first["left"], first["right"])
    assert pair.probability == pytest.approx(first["probability"], abs=1e-6)
    assert sum(pair.weights.values()) == pytest.approx(pair.explanation.logodds / 1000)
    assert f"{pair.explanation.logodds / 1000:+.3f}" in pair._repr_html_()
    assert "probability" in repr(pair)


def test_unknown_rows_and_entities_are_named(result: Result) -> None:
    with pytest.raises(UnknownIdError, match="no record is named 5"):
        result.explain(5, 1000)
    with pytest.raises(UnknownIdError, match="there is no entity 999"):
        result.entity(999)


def test_an_entity_shows_its_rows(result: Result) -> None:
    entity = result.entity(0)
    assert entity.columns["row"] == [1000, 2000]
    assert len(entity.pairs) == 1
    html = entity._repr_html_()
    assert "Petrov" in html
    assert html.count("<tr>") == 3
    assert repr(entity) == "<Entity 0: 2 rows>"


def test_a_result_shows_what_was_understood(result: Result) -> None:
    html = result._repr_html_()
    assert "60 rows are 40 entities" in repr(result)
    assert "firstName     first_name  (name of firstName)" in str(result)
    assert "60 rows are 40 entities" in html
    assert "<td>first_name</td><td>name of firstName</td>" in html


def test_values_are_escaped_in_html() -> None:
    rows = [{**row, "city": "<b>x</b>"} for row in people()]
    result = resolver.dedupe(pd.DataFrame(rows))
    assert "<b>" not in result.entity(0)._repr_html_()
    assert "<b>" not in result.explain(1000, 2000)._repr_html_()


def test_link_finds_rows_of_one_table_in_another(frame: pd.DataFrame) -> None:
    first = frame[frame["unique_id"] < 2000].reset_index(drop=True)
    second = frame[frame["unique_id"] >= 2000].reset_index(drop=True)
    result = resolver.link(first, second, kind="person")
    pairs = result.pairs
    merged = pairs[pairs["band"] == "match"]
    true = {(1000 + number, 2000 + number) for number in range(0, 40, 2)}
    assert set(zip(merged["left"], merged["right"], strict=True)) == true
    assert len(result.clusters) == len(first)
    left_of = dict(zip(result.clusters["unique_id"], result.clusters["entity_id"], strict=True))
    right = result.right_clusters
    for unique_id, entity in zip(right["unique_id"], right["entity_id"], strict=True):
        assert left_of[unique_id - 1000] == entity
    assert set(right["cluster_size"]) == {2}
    assert result.explain(1000, 2000).probability > 0.5


def test_lists_of_known_formats_are_read_as_their_records(tmp_path: Path) -> None:
    values = {"name": ["Ivan Petrov"], "birthDate": ["1962-05-01"], "passportNumber": ["X123456"]}
    lines = [json.dumps({"id": i, "schema": "Person", "properties": values}) for i in "ab"]
    path = tmp_path / "list.ftm.json"
    path.write_text("\n".join(lines), "utf-8")
    clusters = resolver.dedupe(path).clusters
    assert clusters["name"].tolist() == ["Ivan Petrov", "Ivan Petrov"]
    assert clusters["entity_id"].tolist() == [0, 0]


def test_merge_at_moves_the_border(frame: pd.DataFrame) -> None:
    result = resolver.dedupe(frame, merge_at=1.0)
    assert result.counts["entities"] == len(frame)


@pytest.mark.parametrize("data", [5, None, [1, 2], {"name": ["a"]}])
def test_what_is_no_table_is_refused(data: object) -> None:
    with pytest.raises(InputError, match="is no table"):
        resolver.dedupe(data)


@pytest.mark.slow
def test_importing_the_package_loads_no_library() -> None:
    code = "import resolver, sys; print(sorted({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rows_that_were_compared_with_no_other_are_counted() -> None:
    same = pd.DataFrame({"name": ["Ana Huanca"] * 1_100, "birth_date": ["1962-02-11"] * 1_100})
    # all share their keys, and no two are equal
    same["position"] = [f"clerk {number}" for number in range(1_100)]
    result = resolver.dedupe(same, kind="person")
    assert result.uncompared == 1_100
    assert "1,100 rows were compared with no other" in str(result)
    assert resolver.dedupe(same[:20], kind="person").uncompared == 0


def test_equal_rows_are_one_entity_however_many_they_are() -> None:
    equal = {"name": "Ana Huanca", "birth_date": "1962-02-11", "passport": "A4419207"}
    other = {"name": "Boris Zelenko", "birth_date": "1944-07-01", "passport": ""}
    rows = pd.DataFrame([*[equal] * 600, other, *[equal] * 500])
    result = resolver.dedupe(rows, kind="person")
    assert (result.counts["entities"], result.uncompared) == (2, 0)
    assert result.clusters["cluster_size"].tolist() == [1_100] * 600 + [1] + [1_100] * 500
    # one row stands for all
    assert set(result.pairs["left"]) == {0}


@pytest.mark.parametrize("build", [pd.DataFrame, pa.Table.from_pylist, pl.DataFrame, list])
def test_columns_of_the_caller_stay(build: Callable[[list[dict[str, object]]], Any]) -> None:
    names = ["Ivan Petrov", "Петров Иван", "Ana Huanca"]
    own: list[dict[str, object]] = [
        {"name": name, "dob": "1962-05-01", "entity_id": f"mine-{row}", "cluster_size": "big"}
        for row, name in enumerate(names)
    ]
    result = resolver.dedupe(build(own), kind="person")
    with pytest.warns(UserWarning, match="entity_id_2, cluster_size_2"):
        clusters = result.clusters
    rows = resolver.dedupe(clusters, kind="person").tables[0].table
    cells = {name: list(map(_plain, rows.cells(at, 0, 3))) for at, name in enumerate(rows.names)}
    assert cells["entity_id"] == ["mine-0", "mine-1", "mine-2"]
    assert cells["cluster_size"] == ["big"] * 3
    assert cells["entity_id_2"] == [0, 0, 1]
    assert cells["cluster_size_2"] == [2, 2, 1]


def _plain(cell: Any) -> object:
    return cell.as_py() if hasattr(cell, "as_py") else cell


@pytest.mark.parametrize("merge_at", [2, -1, -0.01, 1.01, float("nan")])
def test_merge_at_is_a_probability(frame: pd.DataFrame, merge_at: float) -> None:
    with pytest.raises(InputError, match="merge_at is a probability"):
        resolver.dedupe(frame, merge_at=merge_at)
    with pytest.raises(InputError, match="use a number from 0 to 1"):
        resolver.RunOptions(merge_at=merge_at)
    with pytest.raises(InputError, match="merge_at is a probability"):
        resolver.EntityResolver(merge_at=merge_at).fit(frame)


@pytest.mark.parametrize("name", [name for name in resolver.__all__ if name != "__version__"])
def test_types_of_public_names_resolve(name: str) -> None:
    member = getattr(resolver, name)
    assert isinstance(typing.get_type_hints(member), dict)
    if name in ("dedupe", "link"):
        assert typing.get_type_hints(member)["return"] is Result


def test_rejects_are_a_table_of_the_library_of_the_caller() -> None:
    rows: list[dict[str, object]] = [{"name": "Ivan Petrov"}, {"name": {"first": "Ana"}}]
    result = resolver.dedupe(pd.DataFrame(rows), columns={"name": "name"})
    assert isinstance(result.rejects, pd.DataFrame)
    assert list(result.rejects.columns) == ["file", "line", "reason"]
    assert result.rejects["line"].tolist() == [2]
    empty = resolver.dedupe(pl.DataFrame({"name": ["Ivan Petrov"]}), kind="person").rejects
    assert isinstance(empty, pl.DataFrame)
    assert empty.is_empty()
