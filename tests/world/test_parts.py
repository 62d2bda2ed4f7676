"""Parts of the generator: typos, written dates, JSON text, joins, ranks."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from resolver.names.typing_errors import Typo, apply_typo
from resolver.values.dates import parse_date
from resolver.world import agencies
from resolver.world.agencies import DateStyle
from resolver.world.json_lists import (
    build_arrays,
    build_objects,
    build_optional_objects,
    encode_lines,
    quote_texts,
)
from resolver.world.name_changes import add_typos
from resolver.world.name_lexicon import (
    Dice,
    Span,
    choose_where,
    draw_ranks,
    is_present,
    join_non_null,
    keep_where,
)

TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
MAYBE = st.lists(
    st.tuples(st.none() | TEXT, st.none() | TEXT, st.none() | TEXT), min_size=1, max_size=8
)


@settings(deadline=None)
@given(TEXT, st.sampled_from(Typo), st.floats(0, 1, exclude_max=True))
def test_typos_are_small_and_keep_first_letter(text: str, kind: Typo, u: float) -> None:
    wrong = apply_typo(text, kind, u)
    assert wrong[:1] == text[:1]
    assert OSA.distance(text, wrong) <= 2


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Typo.OMITTED, "Mohmed"),
        (Typo.DOUBLED, "Mohaamed"),
        (Typo.SWAPPED, "Mohmaed"),
        (Typo.NEIGHBOR, "Mohsmed"),
        (Typo.VOWEL, "Mohemed"),
        (Typo.MISREAD, "Moharned"),
        (Typo.JOINED, "Mohamed"),
    ],
)
def test_each_typo(kind: Typo, wrong: str) -> None:
    assert apply_typo("Mohamed", kind, 0.5 if kind != Typo.MISREAD else 0.0) == wrong


def test_typos_only_in_selected_rows() -> None:
    texts = pa.array(["Alexander", None, "Benjamin", "Christopher"])
    wrong = add_typos(Dice(1, "slips"), texts, np.array([True, True, False, True])).to_pylist()
    assert wrong[1:3] == [None, "Benjamin"]
    assert wrong[0] != "Alexander"
    assert wrong[3] != "Christopher"


@pytest.mark.parametrize("style", DateStyle)
def test_written_dates_can_be_parsed(style: DateStyle) -> None:
    dice, count = Dice(1, "dates"), 3_000
    born = np.datetime64("1944-01-01") + dice.integers(count, 22_600)
    rates = np.full(count, 0.3), np.full(count, 20.0)
    dates = agencies.draw_written_dates(dice, born, dice.chance(count, 0.8), *rates)
    texts = agencies.format_dates(dates, np.full(count, int(style))).to_pylist()
    for text, year in zip(texts, dates.year.tolist(), strict=True):
        assert parse_date(text).year == year
    assert any("circa" in text for text in texts)
    assert any(" to " in text for text in texts)


def test_few_errors_at_low_error_factor() -> None:
    dice, count = Dice(1, "careful"), 2_000
    born = np.datetime64("1950-01-01") + dice.integers(count, 15_000)
    dates = agencies.draw_written_dates(
        dice, born, np.ones(count, dtype=bool), np.zeros(count), np.full(count, 0.5)
    )
    texts = agencies.format_dates(dates, np.full(count, int(DateStyle.ISO))).to_pylist()
    assert 0.94 < np.mean([text == str(day) for text, day in zip(texts, born, strict=True)]) < 0.995


@settings(deadline=None)
@given(MAYBE)
def test_join_skips_nulls(rows: list[tuple[str | None, ...]]) -> None:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    expected = [" ".join(text for text in row if text is not None) or None for row in rows]
    assert join_non_null(columns).to_pylist() == expected


@settings(deadline=None)
@given(MAYBE)
def test_built_json_is_valid(rows: list[tuple[str | None, ...]]) -> None:
    a, b, c = (pa.array(column, pa.string()) for column in zip(*rows, strict=True))
    number = pa.array([str(place) for place in range(len(rows))])
    lines = build_objects(
        "id",
        quote_texts(number),
        [
            ("a", quote_texts(a)),
            ("more", build_optional_objects([("b", build_arrays(quote_texts(b), quote_texts(c)))])),
        ],
    )
    objects = [json.loads(line) for line in bytes(encode_lines(lines)).decode().split("\n") if line]
    for place, (row, built) in enumerate(zip(rows, objects, strict=True)):
        expected: dict[str, object] = {"id": str(place)}
        if row[0] is not None:
            expected["a"] = row[0]
        if values := [text for text in row[1:] if text is not None]:
            expected["more"] = {"b": values}
        assert built == expected


def test_no_lines_encode_to_no_bytes() -> None:
    assert bytes(encode_lines(pa.array([], pa.string()))) == b""


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 500), st.floats(0.5, 300))
def test_ranks_are_within_their_span(u: float, size: int, flat: float) -> None:
    assert 0 <= int(draw_ranks(np.array([u]), size, flat)[0]) < size


def test_first_words_are_most_frequent() -> None:
    counts = np.bincount(Span(0, 100, 5.0).pick(Dice(1, "words").uniform(50_000)), minlength=100)
    assert counts[0] > 3 * counts[20] > 3 * counts[99] > 0


def test_dice_depend_on_purpose() -> None:
    same, again, other = (Dice(1, 2, purpose).uniform(5) for purpose in ("a", "a", "b"))
    assert np.array_equal(same, again)
    assert not np.array_equal(same, other)


def test_masks_and_weights() -> None:
    texts, mask = pa.array(["a", None, "c"]), np.array([True, True, False])
    assert keep_where(texts, mask).to_pylist() == ["a", None, None]
    assert choose_where(mask, texts, "x").to_pylist() == ["a", None, "x"]
    assert is_present(texts).tolist() == [True, False, True]
    assert (np.bincount(Dice(1, "w").choose(9_000, (1.0, 2.0))) / 9_000).round(1).tolist() == [
        0.3,
        0.7,
    ]
