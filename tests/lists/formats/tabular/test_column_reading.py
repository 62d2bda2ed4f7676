"""Columns of a table against a plain loop over its rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DateError
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.readers import read_lists
from resolver.records import Record
from resolver.values.dates import parse_date

texts = st.sampled_from(["", " ", "Anna", " Anna", "Zoe;Bea", "1970", "31.02.1970", "é\x1f", "x"])


@given(st.lists(st.tuples(*[texts] * 6), max_size=12), st.sampled_from([None, ";"]))
def test_columns_give_the_records_of_a_plain_loop(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], separator: str | None
) -> None:
    mapping = build_mapping(
        {
            "id": "id",
            "kind": "person",
            "source": "s",
            "properties": {
                "name": ["a", "b"],
                "birthDate": "c",
                "passportNumber": "d",
                "route.source": "e",
                "route.transit": ["e", "f"],
            },
            "separator": separator,
        }
    )
    content = [
        {"id": str(at), **dict(zip("abcdef", row, strict=True))} for at, row in enumerate(rows)
    ]
    if not content:
        return
    path = tmp_path_factory.mktemp("loop") / "x.jsonl"
    path.write_text("\n".join(map(json.dumps, content)))
    intake = read_lists([path], mapping=mapping)
    expected = [_by_loop(f"s:{at}", row, separator) for at, row in enumerate(rows)]
    actual = {record.id: _plain(record) for record in intake.batch.to_records()}
    # a route says of nobody who that is
    identifying = ("name", "birthDate", "passportNumber")
    assert actual == {
        identity: values
        for identity, values in expected
        if any(values[name] for name in identifying)
    }


def _by_loop(
    identity: str, row: tuple[str, ...], separator: str | None
) -> tuple[str, dict[str, set[str]]]:
    def parts(text: str) -> set[str]:
        return {part.strip() for part in (text.split(separator) if separator else [text])} - {""}

    dates = set()
    for text in parts(row[2]):
        try:
            dates.add(str(parse_date(text)))
        except DateError:
            continue
    return identity, {
        "name": parts(row[0]) | parts(row[1]),
        "birthDate": dates,
        # cells of numbers are split even where the mapping says nothing of it
        "passportNumber": {number for part in parts(row[3]) for number in part.split(";")},
        "route": {
            f"{part} {role}"
            for role, texts_of_role in (("source", row[4:5]), ("transit", row[4:6]))
            for text in texts_of_role
            for part in parts(text)
        },
    }


def _plain(record: Record) -> dict[str, set[str]]:
    values = {prop: set(record.texts(prop)) for prop in ("name", "birthDate")}
    return values | {
        "passportNumber": {item.number for item in record.identifiers},
        "route": {f"{item.country} {item.role.value}" for item in record.routes},
    }
