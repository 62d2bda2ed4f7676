"""The small parts: slips, dates as written, JSON as text, joins, ranks."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from resolver.records import parse_date
from resolver.synthetic import written_dates
from resolver.synthetic.agencies import Dates
from resolver.synthetic.differences.writing_errors import Slip, slip, with_slips
from resolver.synthetic.json_columns import (
    encoded,
    inner,
    listed,
    quoted,
    record,
)
from resolver.synthetic.names.name_lexicon import Span, rank
from resolver.synthetic.random_columns import (
    Dice,
    join_present,
    keep,
    pick,
    present,
)

TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
MAYBE = st.lists(
    st.tuples(st.none() | TEXT, st.none() | TEXT, st.none() | TEXT), min_size=1, max_size=8
)


@settings(deadline=None)
@given(TEXT, st.sampled_from(Slip), st.floats(0, 1, exclude_max=True))
def test_a_slip_is_small_and_spares_the_first_letter(text: str, kind: Slip, u: float) -> None:
    wrong = slip(text, kind, u)
    assert wrong[:1] == text[:1]
    assert OSA.distance(text, wrong) <= 2


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Slip.LEFT_OUT, "Mohmed"),
        (Slip.DOUBLED, "Mohaamed"),
        (Slip.SWAPPED, "Mohmaed"),
        (Slip.NEIGHBOUR, "Mohsmed"),
        (Slip.VOWEL, "Mohemed"),
        (Slip.SCANNED, "Moharned"),
        (Slip.GLUED, "Mohamed"),
    ],
)
def test_slips_by_name(kind: Slip, wrong: str) -> None:
    assert slip("Mohamed", kind, 0.5 if kind != Slip.SCANNED else 0.0) == wrong


def test_slips_only_where_asked() -> None:
    texts = pa.array(["Alexander", None, "Benjamin", "Christopher"])
    wrong = with_slips(Dice(1, "slips"), texts, np.array([True, True, False, True])).to_pylist()
    assert wrong[1:3] == [None, "Benjamin"]
    assert wrong[0] != "Alexander"
    assert wrong[3] != "Christopher"


@pytest.mark.parametrize("style", Dates)
def test_every_date_can_be_read(style: Dates) -> None:
    dice, count = Dice(1, "dates"), 3_000
    born = np.datetime64("1944-01-01") + dice.below(count, 22_600)
    rates = np.full(count, 0.3), np.full(count, 20.0)
    written = written_dates.observe(dice, born, dice.chance(count, 0.8), *rates)
    texts = written_dates.write(written, np.full(count, int(style))).to_pylist()
    for text, year in zip(texts, written.year.tolist(), strict=True):
        assert parse_date(text).year == year
    assert any("circa" in text for text in texts)
    assert any(" to " in text for text in texts)


def test_most_dates_are_right_where_care_is_taken() -> None:
    dice, count = Dice(1, "careful"), 2_000
    born = np.datetime64("1950-01-01") + dice.below(count, 15_000)
    written = written_dates.observe(
        dice, born, np.ones(count, dtype=bool), np.zeros(count), np.full(count, 0.5)
    )
    texts = written_dates.write(written, np.full(count, int(Dates.ISO))).to_pylist()
    assert 0.94 < np.mean([text == str(day) for text, day in zip(texts, born, strict=True)]) < 0.995


@settings(deadline=None)
@given(MAYBE)
def test_joining_what_is_there(rows: list[tuple[str | None, ...]]) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    expected = [" ".join(text for text in row if text is not None) or None for row in rows]
    assert join_present(columns).to_pylist() == expected


@settings(deadline=None)
@given(MAYBE)
def test_json_is_json(rows: list[tuple[str | None, ...]]) -> None:
    a, b, c = (pa.array(column, pa.string()) for column in zip(*rows, strict=True))
    number = pa.array([str(place) for place in range(len(rows))])
    lines = record(
        "id",
        quoted(number),
        [("a", quoted(a)), ("more", inner([("b", listed(quoted(b), quoted(c)))]))],
    )
    found = [json.loads(line) for line in bytes(encoded(lines)).decode().split("\n") if line]
    for place, (row, made) in enumerate(zip(rows, found, strict=True)):
        expected: dict[str, object] = {"id": str(place)}
        if row[0] is not None:
            expected["a"] = row[0]
        if values := [text for text in row[1:] if text is not None]:
            expected["more"] = {"b": values}
        assert made == expected


def test_nothing_encodes_to_nothing() -> None:
    assert bytes(encoded(pa.array([], pa.string()))) == b""


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 500), st.floats(0.5, 300))
def test_ranks_are_within_their_span(u: float, size: int, flat: float) -> None:
    assert 0 <= int(rank(np.array([u]), size, flat)[0]) < size


def test_frequent_words_stand_first() -> None:
    counts = np.bincount(Span(0, 100, 5.0).pick(Dice(1, "words").uniform(50_000)), minlength=100)
    assert counts[0] > 3 * counts[20] > 3 * counts[99] > 0


def test_dice_of_other_purposes_are_others() -> None:
    same, again, other = (Dice(1, 2, purpose).uniform(5) for purpose in ("a", "a", "b"))
    assert np.array_equal(same, again)
    assert not np.array_equal(same, other)


def test_choosing_and_keeping() -> None:
    texts, where = pa.array(["a", None, "c"]), np.array([True, True, False])
    assert keep(texts, where).to_pylist() == ["a", None, None]
    assert pick(where, texts, "x").to_pylist() == ["a", None, "x"]
    assert present(texts).tolist() == [True, False, True]
    assert (np.bincount(Dice(1, "w").choose(9_000, (1.0, 2.0))) / 9_000).round(1).tolist() == [
        0.3,
        0.7,
    ]
