"""Samples of lists: what they show is what reading the whole list gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.list_sample import sample_lists
from resolver.lists.readers import read_lists
from tests.lists.samples import write_ftm, write_senzing

ROWS = [f"{number},Anna Sample {number},{1950 + number % 60}-02-03" for number in range(2_500)]


@pytest.mark.parametrize("rows", [1, 7, 1_000, 5_000])
def test_a_sample_is_the_beginning_of_the_list(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["id,name,birthDate", *ROWS]) + "\n", "utf-8")
    whole = read_lists([path]).batch.to_records()
    (sample,), skipped = sample_lists([path], records=3, rows=rows)
    assert not skipped
    assert sample.read == min(max(rows, 3), len(ROWS))
    assert {record.id for record in sample.records} <= {record.id for record in whole}
    assert [record.caption for record in sample.records] == [
        f"Anna Sample {number}" for number in range(3)
    ]
    assert sample.is_whole is (rows > len(ROWS))


@pytest.mark.parametrize("write", [write_ftm, write_senzing])
def test_other_formats_are_sampled_as_they_are_read(tmp_path: Path, write: object) -> None:
    path = write(tmp_path)  # type: ignore[operator]
    whole = {record.id: record for record in read_lists([path]).batch.to_records()}
    (sample,), _ = sample_lists([path], records=100, rows=1_000)
    assert sample.is_whole
    assert {record.id: record for record in sample.records} == whole


def test_rejects_are_those_of_reading_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = [
        "id,who,born",
        "1,Anna,31.02.1970",
        "2,,1971",
        "3,Bea,1972",
        "4,Cy,1973,extra",
        "5,-,x",
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    content = {"id": "id", "kind": "person", "source": "p"}
    mapping = build_mapping({**content, "properties": {"name": "who", "birthDate": "born"}})
    intake = read_lists([path], mapping=mapping)
    (sample,), _ = sample_lists([path], mapping=mapping, rows=100)
    assert sorted(sample.rejects) == sorted(intake.rejects)
    assert len(sample.rejects) >= 3
    assert sample.read == len(intake.batch)


@pytest.mark.parametrize(
    ("ids", "note"),
    [
        ("1 2 3", ()),
        ("1 2 2", ("1 record has the id of another record: one record of each id is kept",)),
        ("7 7 7", ("2 records have the id of another record: one record of each id is kept",)),
    ],
)
def test_repeated_ids_are_noted(tmp_path: Path, ids: str, note: tuple[str, ...]) -> None:
    path = tmp_path / "people.csv"
    rows = [f"{number},Anna Sample {at}" for at, number in enumerate(ids.split())]
    path.write_text("\n".join(["id,name", *rows]) + "\n", "utf-8")
    (sample,), _ = sample_lists([path], rows=100)
    assert tuple(text for text in sample.notes if "the id of another" in text) == note
